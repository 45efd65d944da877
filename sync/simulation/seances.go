package simulation

import (
	"slices"
	"strings"
	"time"

	"permanence/app/agenda"
)

// seats of a séance: few, so that the last one is often wanted twice.
const seats = 2

// gather opens a séance, with one participant.
func (w *world) gather(d *desk) agenda.Args {
	org := w.orgOf(d)
	start := w.at()
	id := agenda.RdvID(w.newID())
	return &agenda.BookRdv{
		Rdv: id, Organisation: w.cast.orgs[org], Motif: w.cast.ateliers[org], Lieu: w.cast.lieux[org], Capacity: seats,
		Start: start, End: start.Add(30 * time.Minute), Zone: "Europe/Paris", Agents: []agenda.AgentID{d.agent},
		Title: "Atelier", Context: canary(string(id)), Participations: []agenda.Participation{{Usager: w.someone(d)}},
	}
}

// seatOne changes who takes part in a séance: mostly one more, sometimes one
// less, or somebody who takes a seat on the web.
func (w *world) seatOne(d *desk) {
	seances := slices.DeleteFunc(w.visible(d.disk.db, agenda.NounRdv), func(r agenda.Record) bool { return r.(*agenda.Rdv).Capacity == 0 })
	if len(seances) == 0 {
		return
	}
	r := seances[w.rng.IntN(len(seances))].(*agenda.Rdv)
	switch w.rng.IntN(8) {
	case 0:
		if len(r.Participations) > 0 {
			d.propose(&agenda.ReviseRdv{Rdv: r.ID, Remove: []agenda.UsagerID{r.Participations[0].Usager}})
		}
	case 1:
		w.claimSeat(r.ID)
	default:
		if u := w.stranger(w.visible(d.disk.db, agenda.NounUsager), r); u != "" {
			d.propose(&agenda.ReviseRdv{Rdv: r.ID, Add: []agenda.Participation{{Usager: u}}})
		}
	}
}

// stranger draws an usager with a mailbox of their own who does not take part in
// a séance, "" for none.
func (w *world) stranger(people []agenda.Record, r *agenda.Rdv) agenda.UsagerID {
	people = slices.DeleteFunc(people, func(p agenda.Record) bool {
		u := p.(*agenda.Usager)
		return r.Has(u.ID) || !strings.HasPrefix(u.Email, "usager")
	})
	if len(people) == 0 {
		return ""
	}
	return people[w.rng.IntN(len(people))].(*agenda.Usager).ID
}

// claimSeat: somebody takes a seat by the link they were sent. Of what is taken
// online the server is the hard arbiter: never more than there is.
func (w *world) claimSeat(id agenda.RdvID) {
	r := w.seance(id)
	if r == nil {
		return
	}
	u := w.stranger(w.visible(w.central.disk.db, agenda.NounUsager), r)
	if u == "" {
		return
	}
	w.note("usager claims a seat in %s by link", short(string(id)))
	by := agenda.Author{Kind: agenda.AuthorUsager, Usager: u, Rdv: id}
	if err := w.serverRun(&agenda.ReviseRdv{Rdv: id, Add: []agenda.Participation{{Usager: u}}}, by); err != nil {
		w.fail("seat: %v", err)
	}
	if now := w.seance(id); r.Taken() >= r.Capacity && now != nil && now.Has(u) {
		w.fail("séance %s: a seat was taken online that did not exist", id)
	}
}

// seance reads a séance on the server, nil when it is not there.
func (w *world) seance(id agenda.RdvID) *agenda.Rdv {
	for _, r := range w.visible(w.central.disk.db, agenda.NounRdv) {
		if r.Key() == string(id) {
			return r.(*agenda.Rdv)
		}
	}
	return nil
}

// everySeatTold (invariant 3): more participants than seats are named by a
// conflit, or somebody accepted it naming all of them.
func (w *world) everySeatTold() {
	named := map[string]bool{}
	for _, rec := range w.visible(w.central.disk.db, agenda.NounConflit) {
		if c := rec.(*agenda.Conflit); c.Code == agenda.ConflitOverbooked {
			for _, side := range c.Sides {
				named[side.ID] = true
			}
		}
	}
	for _, rec := range w.visible(w.central.disk.db, agenda.NounRdv) {
		if r := rec.(*agenda.Rdv); len(r.Beyond()) > 0 && !named[r.Key()] && !w.acceptedSeats(r) {
			w.fail("séance %s: %d inscrits for %d seats, in silence", r.ID, r.Taken(), r.Capacity)
		}
	}
}

// acceptedSeats looks for a command on a séance whose author accepted that it
// goes beyond its seats, naming everybody who is seated.
func (w *world) acceptedSeats(r *agenda.Rdv) bool {
	return slices.ContainsFunc(w.order, func(id string) bool {
		c := w.born[id]
		return slices.ContainsFunc(c.Accepted, func(x agenda.Accepted) bool {
			return x.Code == agenda.WarnOverbooked && slices.Contains(subjects(c), r.ID) && namesAll(x.Records, r)
		})
	})
}

func namesAll(records []agenda.Ref, r *agenda.Rdv) bool {
	for _, u := range r.Usagers() {
		if !r.StatusOf(u).Cancelled() && !slices.Contains(records, agenda.Ref{Noun: agenda.NounUsager, ID: string(u)}) {
			return false
		}
	}
	return true
}
