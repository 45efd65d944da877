package mailer

import (
	"permanence/app/agenda"
)

// View is an Rdv with all that its mails show, read in one transaction.
type View struct {
	Rdv          agenda.Rdv
	Motif        agenda.Motif
	Organisation agenda.Organisation
	Lieu         *agenda.Lieu   // nil: phone, visio or home
	Agents       []agenda.Agent // who receives, in the order to show
	// Usagers holds who takes part, their responsables, and whoever was told
	// and still exists. Nothing is mailed to somebody who is not in it.
	Usagers map[agenda.UsagerID]agenda.Usager
}

// Recipient is one person to write to about one Rdv: an usager for himself,
// or the responsable for proches, once for all of them.
type Recipient struct {
	Usager  agenda.UsagerID
	Name    string
	Email   string   // as typed; "" when there is none
	Silent  bool     // asked not to be mailed, or not about this Rdv
	Himself bool     // takes part
	Proches []string // first names of the proches who take part, in their order
}

// Expected reports whether anybody is still expected at the Rdv on account of
// this recipient.
func (r Recipient) Expected() bool { return r.Himself || len(r.Proches) > 0 }

// Recipients groups the participations of v by who is written to, in the order
// of inscription. A participation cancelled on its own counts no more; when the
// whole Rdv is cancelled all still count, so that their mail names them.
func Recipients(v View) []Recipient {
	var list []Recipient
	at := map[agenda.UsagerID]int{}
	for _, p := range v.Rdv.Participations {
		u, ok := v.Usagers[p.Usager]
		if !ok || (!v.Rdv.Cancelled() && v.Rdv.StatusOf(p.Usager).Cancelled()) {
			continue
		}
		to, ok := addressee(v, u)
		if !ok {
			continue
		}
		i, known := at[to.ID]
		if !known {
			i = len(list)
			at[to.ID] = i
			list = append(list, Recipient{Usager: to.ID, Name: to.Name(), Email: to.Email, Silent: true})
		}
		list[i].take(u, p, to)
	}
	return list
}

// addressee is u, or the responsable of a proche.
func addressee(v View, u agenda.Usager) (agenda.Usager, bool) {
	if !u.Proche() {
		return u, true
	}
	r, ok := v.Usagers[u.Responsable]
	return r, ok
}

func (r *Recipient) take(u agenda.Usager, p agenda.Participation, to agenda.Usager) {
	if u.ID == to.ID {
		r.Himself = true
	} else {
		r.Proches = append(r.Proches, u.FirstName)
	}
	r.Silent = to.NoMail || (r.Silent && p.Silent)
}

// gone is the recipient of somebody who was told and takes part no more.
func gone(v View, id agenda.UsagerID) (Recipient, bool) {
	u, ok := v.Usagers[id]
	if !ok {
		return Recipient{}, false
	}
	return Recipient{Usager: id, Name: u.Name(), Email: u.Email, Silent: u.NoMail}, true
}
