package simulation

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/store"
)

// act is a kind of step: how often it comes, and what it does.
type act struct {
	name   string
	weight int
	do     func(*world, *desk)
}

// acts lists everything that can happen, people first.
func acts() []act {
	people := []act{
		{"sync", 26, func(_ *world, d *desk) { _ = d.sync() }}, // what the network did is in the trace
		{"book", 20, func(w *world, d *desk) { d.propose(w.book(d)) }},
		{"move", 11, (*world).moveOne},
		{"cancel", 6, (*world).cancelOne},
		{"mark", 7, (*world).markOne},
		{"note", 5, (*world).noteOne},
		{"revise", 5, (*world).reviseUsager},
		{"meet", 4, (*world).addUsager},
		{"gather", 4, func(w *world, d *desk) { d.propose(w.gather(d)) }},
		{"seat", 8, (*world).seatOne},
		{"undo", 5, (*world).undoOne},
		{"absence", 2, func(w *world, d *desk) { d.propose(w.absence(d)) }},
		{"close", 3, (*world).closeOne},
		{"decide", 3, (*world).decideOne},
		{"link", 3, func(w *world, _ *desk) { w.usagerCancels() }},
		{"calendar", 3, (*world).calendarMoves},
		{"erase", 1, func(w *world, _ *desk) { w.eraseSomeone() }},
		{"mail", 5, func(w *world, _ *desk) { w.postman(2 * time.Minute) }},
	}
	return append(people, mishaps()...)
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
	id := agenda.RdvID(w.newID())
	return &agenda.BookRdv{
		Rdv: id, Organisation: w.cast.orgs[org], Motif: w.cast.motifs[org], Lieu: w.cast.lieux[org],
		Start: start, End: start.Add(30 * time.Minute), Zone: "Europe/Paris", Agents: agents, Context: canary(string(id)),
		Participations: []agenda.Participation{{Usager: w.someone(d)}},
	}
}

// orgOf is the organisation a desk books in.
func (w *world) orgOf(d *desk) int {
	if len(w.desks) > 1 && d == w.desks[len(w.desks)-1] {
		return 1
	}
	return 0
}

// someone is an usager in the desk's replica, or a made-up one when it is empty.
func (w *world) someone(d *desk) agenda.UsagerID {
	if u := one[*agenda.Usager](w, d.disk.db, agenda.NounUsager); u != nil {
		return u.ID
	}
	return agenda.UsagerID(w.newID())
}

// one draws a record of a database, nil when there is none.
func one[T agenda.Record](w *world, db *store.DB, n agenda.Noun) T {
	var none T
	all := w.visible(db, n)
	if len(all) == 0 {
		return none
	}
	return all[w.rng.IntN(len(all))].(T)
}

// visible lists the records of a noun in a database, by id.
func (w *world) visible(db *store.DB, n agenda.Noun) []agenda.Record {
	var all []agenda.Record
	w.read(db, func(v *store.View) (err error) {
		all, err = v.All(n)
		return err
	})
	return all
}

// withRdv proposes something about one of the rdvs on this desk.
func (w *world) withRdv(d *desk, f func(*agenda.Rdv) agenda.Args) {
	if r := one[*agenda.Rdv](w, d.disk.db, agenda.NounRdv); r != nil {
		d.propose(f(r))
	}
}

func (w *world) moveOne(d *desk) {
	w.withRdv(d, func(r *agenda.Rdv) agenda.Args { return w.move(r) })
}

func (w *world) move(r *agenda.Rdv) agenda.Args {
	start := w.at()
	return &agenda.MoveRdv{Rdv: r.ID, From: r.Slot(), To: agenda.Slot{Start: start, End: start.Add(r.End.Sub(r.Start)), Zone: r.Zone, Lieu: r.Lieu}}
}

func (w *world) cancelOne(d *desk) {
	w.withRdv(d, func(r *agenda.Rdv) agenda.Args {
		return &agenda.CancelRdv{Rdv: r.ID, By: []string{"usager", "service"}[w.rng.IntN(2)]}
	})
}

func (w *world) markOne(d *desk) {
	w.withRdv(d, func(r *agenda.Rdv) agenda.Args {
		status := []agenda.Status{agenda.StatusSeen, agenda.StatusNoShow, agenda.StatusUnknown}[w.rng.IntN(3)]
		return &agenda.MarkRdv{Rdv: r.ID, Status: status, Was: r.Status}
	})
}

func (w *world) noteOne(d *desk) {
	w.withRdv(d, func(r *agenda.Rdv) agenda.Args {
		return &agenda.ReviseRdv{Rdv: r.ID, Context: &agenda.TextEdit{Was: r.Context, Now: fmt.Sprintf("%s note %d", canary(string(r.ID)), w.rng.IntN(9))}}
	})
}

func (w *world) reviseUsager(d *desk) {
	u := one[*agenda.Usager](w, d.disk.db, agenda.NounUsager)
	if u == nil {
		return
	}
	field := []string{"address", "first_name"}[w.rng.IntN(2)]
	was := map[string]string{"address": u.Address, "first_name": u.FirstName}[field]
	now := fmt.Sprintf("%s %s %c", field[:5], canary(string(u.ID)), 'A'+w.rng.IntN(6))
	d.propose(&agenda.ReviseUsager{Usager: u.ID, Fields: map[string]agenda.Edit{field: {Was: text(was), Now: text(now)}}})
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

// closeOne settles one of the conflicts on this desk.
func (w *world) closeOne(d *desk) {
	if c := one[*agenda.Conflit](w, d.disk.db, agenda.NounConflit); c != nil && c.Open() {
		d.propose(settling(c))
	}
}

// decideOne: somebody gives their word about one of the commands that were kept
// aside for them.
func (w *world) decideOne(d *desk) {
	waiting := slices.DeleteFunc(w.visible(d.disk.db, agenda.NounConflit), func(r agenda.Record) bool {
		c := r.(*agenda.Conflit)
		return c.Code != agenda.ConflitQuarantined || !c.Open()
	})
	if len(waiting) > 0 {
		c := waiting[w.rng.IntN(len(waiting))].(*agenda.Conflit)
		d.propose(&agenda.SettleWaiting{Conflit: c.ID, Accept: w.rng.IntN(3) > 0})
	}
}

// usagerCancels: somebody opens the link of a mail.
func (w *world) usagerCancels() {
	r := one[*agenda.Rdv](w, w.central.disk.db, agenda.NounRdv)
	if r == nil || len(r.Participations) == 0 {
		return
	}
	w.note("usager cancels %s by link", short(string(r.ID)))
	by := agenda.Author{Kind: agenda.AuthorUsager, Usager: r.Participations[0].Usager, Rdv: r.ID}
	a := &agenda.CancelRdv{Rdv: r.ID, By: "usager"}
	if r.Capacity > 0 {
		a.Usager = by.Usager // their seat, never the séance
	}
	if err := w.serverRun(a, by); err != nil {
		w.fail("link: %v", err)
	}
}

// calendarMoves: the calendar app of an agent drags an rdv, or drops an
// absence, as it reads them on the server.
func (w *world) calendarMoves(d *desk) {
	by := agenda.Author{Kind: agenda.AuthorAgent, Agent: d.agent}
	a := w.absence(d)
	if r := one[*agenda.Rdv](w, w.central.disk.db, agenda.NounRdv); r != nil && w.rng.IntN(4) > 0 {
		a = w.move(r)
	}
	w.note("calendar of %s: %s", d.name, a.CommandName())
	if err := w.serverRun(a, by); err != nil {
		w.fail("calendar: %v", err)
	}
}

// eraseSomeone: the server erases a person at their request.
func (w *world) eraseSomeone() {
	all := w.visible(w.central.disk.db, agenda.NounUsager)
	if len(all) < 4 {
		return
	}
	id := agenda.UsagerID(all[w.rng.IntN(len(all))].Key())
	w.note("server erases usager %s", short(string(id)))
	w.read(w.central.disk.db, func(v *store.View) error {
		head, err := v.Head(w.cast.territoire)
		w.erasedAt = min(w.erasedAt, head.Number)
		return err
	})
	if err := w.serverRun(&agenda.EraseUsager{Usager: id, Reason: "request"}, system()); err != nil {
		w.fail("erase: %v", err)
	}
}
