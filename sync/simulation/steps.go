package simulation

import (
	"encoding/json"
	"fmt"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/store"
)

// step makes one thing happen, chosen by the seed, mostly at one desk: the one
// it gives.
func (w *world) step() *desk {
	w.clock = w.clock.Add(time.Duration(w.rng.IntN(20)) * time.Minute)
	d := w.desks[w.rng.IntN(len(w.desks))]
	switch n := w.rng.IntN(100); {
	case n < 22:
		d.propose(w.book(d))
	case n < 34:
		w.withRdv(d, func(r *agenda.Rdv) agenda.Args { return w.move(d, r) })
	case n < 41:
		w.withRdv(d, func(r *agenda.Rdv) agenda.Args {
			return &agenda.CancelRdv{Rdv: r.ID, By: []string{"usager", "service"}[w.rng.IntN(2)]}
		})
	case n < 49:
		w.withRdv(d, func(r *agenda.Rdv) agenda.Args {
			return &agenda.MarkRdv{Rdv: r.ID, Status: []agenda.Status{agenda.StatusSeen, agenda.StatusNoShow, agenda.StatusUnknown}[w.rng.IntN(3)], Was: r.Status}
		})
	case n < 54:
		w.withRdv(d, func(r *agenda.Rdv) agenda.Args {
			return &agenda.ReviseRdv{Rdv: r.ID, Context: &agenda.TextEdit{Was: r.Context, Now: fmt.Sprintf("note %d", w.rng.IntN(9))}}
		})
	case n < 60:
		w.reviseUsager(d)
	case n < 64:
		w.addUsager(d)
	case n < 66:
		d.propose(w.absence(d))
	case n < 69:
		w.usagerCancels()
	case n < 70:
		w.eraseSomeone()
	case n < 73:
		d.skew = time.Duration(w.rng.IntN(7)-3) * 400 * 24 * time.Hour / time.Duration(1+w.rng.IntN(400))
		w.note("%s clock %v off", d.name, d.skew)
	case n < 76:
		d.crash = true
	case n < 79:
		d.restart()
		w.note("%s restarts", d.name)
	case n < 82:
		d.deliverLate()
	default:
		_ = d.sync() // what the network did is in the trace
	}
	return d
}

// fault draws what the network does; after the last fault it does nothing.
func (w *world) fault() fault {
	if w.opt.Steps == 0 || w.rng.IntN(3) > 0 {
		return faultNone
	}
	return fault(1 + w.rng.IntN(5))
}

// at is one of the half hours of the coming day: few enough to collide.
func (w *world) at() time.Time {
	day := w.clock.Truncate(24 * time.Hour).Add(time.Duration(w.rng.IntN(2)) * 24 * time.Hour)
	return day.Add(8*time.Hour + time.Duration(w.rng.IntN(8))*30*time.Minute)
}

// book takes an rdv with someone the desk knows.
func (w *world) book(d *desk) agenda.Args {
	org := w.orgOf(d)
	agents := []agenda.AgentID{d.agent}
	if w.rng.IntN(2) == 0 {
		agents = []agenda.AgentID{w.cast.agents[1]} // who works in both organisations
	}
	start := w.at()
	return &agenda.BookRdv{
		Rdv: agenda.RdvID(w.newID()), Organisation: w.cast.orgs[org], Motif: w.cast.motifs[org], Lieu: w.cast.lieux[org],
		Start: start, End: start.Add(30 * time.Minute), Zone: "Europe/Paris", Agents: agents,
		Participations: []agenda.Participation{{Usager: w.someone(d)}},
	}
}

// orgOf is the organisation a desk books in.
func (w *world) orgOf(d *desk) int {
	if d == w.desks[len(w.desks)-1] && len(w.desks) > 1 {
		return 1
	}
	return 0
}

// someone is an usager in the desk's replica, or a made-up one when it is empty.
func (w *world) someone(d *desk) agenda.UsagerID {
	all := w.visible(d.db, agenda.NounUsager)
	if len(all) == 0 {
		return agenda.UsagerID(w.newID())
	}
	return agenda.UsagerID(all[w.rng.IntN(len(all))].Key())
}

// withRdv proposes something about one of the rdvs on this desk.
func (w *world) withRdv(d *desk, f func(*agenda.Rdv) agenda.Args) {
	all := w.visible(d.db, agenda.NounRdv)
	if len(all) == 0 {
		return
	}
	d.propose(f(all[w.rng.IntN(len(all))].(*agenda.Rdv)))
}

func (w *world) move(d *desk, r *agenda.Rdv) agenda.Args {
	start := w.at()
	return &agenda.MoveRdv{Rdv: r.ID, From: r.Slot(), To: agenda.Slot{Start: start, End: start.Add(r.End.Sub(r.Start)), Zone: r.Zone, Lieu: r.Lieu}}
}

func (w *world) reviseUsager(d *desk) {
	all := w.visible(d.db, agenda.NounUsager)
	if len(all) == 0 {
		return
	}
	u := all[w.rng.IntN(len(all))].(*agenda.Usager)
	field := []string{"address", "first_name"}[w.rng.IntN(2)]
	was := map[string]string{"address": u.Address, "first_name": u.FirstName}[field]
	d.propose(&agenda.ReviseUsager{Usager: u.ID, Fields: map[string]agenda.Edit{
		field: {Was: text(was), Now: text(fmt.Sprintf("%s %c", field[:5], 'A'+w.rng.IntN(6)))},
	}})
}

func text(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		panic("simulation: " + err.Error()) // a string always encodes
	}
	return b
}

// addUsager creates a fiche; few names, so that two desks create the same person.
func (w *world) addUsager(d *desk) {
	u := w.person(agenda.UsagerID(w.newID()), w.rng.IntN(4))
	u.Email = fmt.Sprintf("famille%d@example.org", w.rng.IntN(4))
	d.propose(&agenda.AddUsager{Usager: u, Organisation: w.cast.orgs[w.orgOf(d)]})
}

func (w *world) absence(d *desk) agenda.Args {
	day, err := civil.ParseDate(w.at().Format(time.DateOnly))
	if err != nil {
		panic("simulation: " + err.Error())
	}
	from := civil.Time(8*60 + 60*w.rng.IntN(4))
	return &agenda.DeclareAbsence{Absence: agenda.Absence{ID: agenda.AbsenceID(w.newID()), Agent: d.agent, Title: "Réunion",
		Zone: "Europe/Paris", FirstDay: day, LastDay: day, From: from, To: from + 60}}
}

// usagerCancels: somebody opens the link of a mail.
func (w *world) usagerCancels() {
	all := w.visible(w.db, agenda.NounRdv)
	if len(all) == 0 {
		return
	}
	r := all[w.rng.IntN(len(all))].(*agenda.Rdv)
	if len(r.Participations) == 0 {
		return
	}
	u := r.Participations[0].Usager
	w.note("usager cancels %s by link", r.ID)
	by := agenda.Author{Kind: agenda.AuthorUsager, Usager: u, Rdv: r.ID}
	if err := w.serverRun(&agenda.CancelRdv{Rdv: r.ID, By: "usager"}, by); err != nil {
		w.fail("link: %v", err)
	}
}

// eraseSomeone: the server erases a person at their request.
func (w *world) eraseSomeone() {
	all := w.visible(w.db, agenda.NounUsager)
	if len(all) < 4 {
		return
	}
	id := agenda.UsagerID(all[w.rng.IntN(len(all))].Key())
	w.note("server erases usager %s", id)
	if err := w.serverRun(&agenda.EraseUsager{Usager: id, Reason: "request"}, agenda.Author{Kind: agenda.AuthorSystem}); err != nil {
		w.fail("erase: %v", err)
	}
}

// visible lists the records of a noun in a database, by id.
func (w *world) visible(db *store.DB, n agenda.Noun) []agenda.Record {
	var all []agenda.Record
	err := db.Read(ctxb, func(v *store.View) error {
		var err error
		all, err = v.All(n)
		return err
	})
	if err != nil {
		w.fail("list %s: %v", n, err)
	}
	return all
}
