package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/wire"
)

// bureau is one organisation on a server in memory, whose clock is given: an
// admin with a device, and a colleague of another service.
type bureau struct {
	t        testing.TB
	db       *store.DB
	counter  *guichet.Counter
	bus      *LocalBus
	hub      *Hub
	now      time.Time
	welcomed atomic.Bool
	ids      int

	territoire     agenda.TerritoireID
	org            agenda.OrganisationID
	service, other agenda.ServiceID
	motif          agenda.MotifID
	lieu           agenda.LieuID
	alice, chloe   agenda.AgentID
	nadia          agenda.UsagerID
	device         Device
	n              int64
}

func newBureau(t testing.TB, pageLines int) *bureau {
	t.Helper()
	db, err := store.OpenMemory("", store.Options{Kind: store.Server})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b := &bureau{t: t, db: db, bus: NewLocalBus(), now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	b.welcomed.Store(true)
	clock := func() time.Time { return b.now }
	b.counter = guichet.NewCounter(db.Ledger(), clock)
	b.hub = New(db, b.counter, b.bus, Config{Now: clock, PageLines: pageLines,
		Welcome: func(context.Context, string) (bool, error) { return b.welcomed.Load(), nil }})
	b.found()
	return b
}

// id mints ids in order.
func id[T ~string](b *bureau) T {
	b.ids++
	return T(fmt.Sprintf("01930000-0000-7000-8000-%012d", b.ids))
}

func (b *bureau) found() {
	b.territoire, b.org = id[agenda.TerritoireID](b), id[agenda.OrganisationID](b)
	b.service, b.other, b.motif, b.lieu = id[agenda.ServiceID](b), id[agenda.ServiceID](b), id[agenda.MotifID](b), id[agenda.LieuID](b)
	b.alice, b.chloe = id[agenda.AgentID](b), id[agenda.AgentID](b)
	b.add(&agenda.Territoire{ID: b.territoire, Name: "Val-Fleuri", Departement: "62", Zone: "Europe/Paris", Holidays: "metropole"})
	b.add(&agenda.Organisation{ID: b.org, Territoire: b.territoire, Name: "CCAS", Zone: "Europe/Paris"})
	b.add(&agenda.Service{ID: b.service, Territoire: b.territoire, Name: "Action sociale"})
	b.add(&agenda.Service{ID: b.other, Territoire: b.territoire, Name: "Petite enfance"})
	b.add(&agenda.Motif{ID: b.motif, Organisation: b.org, Service: b.service, Name: "Aide", Color: "lagon", DurationMin: 30,
		Place: agenda.PlacePublicOffice, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents})
	b.add(&agenda.Lieu{ID: b.lieu, Organisation: b.org, Name: "Mairie", Address: "1 place de la Mairie", Zone: "Europe/Paris"})
	b.hire(b.alice, agenda.LevelAdmin, b.service)
	b.hire(b.chloe, agenda.LevelBasic, b.other)
	b.nadia = b.person()
	b.device = b.enrol(b.alice)
}

func (b *bureau) hire(a agenda.AgentID, l agenda.Level, s agenda.ServiceID) {
	b.add(&agenda.Agent{ID: a, FirstName: "Agent", LastName: "Besson", Email: fmt.Sprintf("agent%d@example.org", b.ids)})
	b.grant(a, l, s)
}

func (b *bureau) grant(a agenda.AgentID, l agenda.Level, s ...agenda.ServiceID) {
	b.system(&agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(a, b.org), Agent: a, Organisation: b.org, Level: l, Services: s}})
}

// person adds an usager known to the organisation.
func (b *bureau) person() agenda.UsagerID {
	u := id[agenda.UsagerID](b)
	b.system(&agenda.AddUsager{Organisation: b.org, Usager: agenda.Usager{ID: u, Territoire: b.territoire, FirstName: "Nadia", LastName: "Haddad",
		Email: fmt.Sprintf("usager%d@example.org", b.ids), Origin: agenda.OriginAgent, CreatedAt: b.now}})
	return u
}

func (b *bureau) enrol(a agenda.AgentID) Device {
	d := Device{id[string](b), a}
	b.write(func(tx *store.ServerTx) error {
		return tx.AddDevice(store.Device{ID: d.ID, Agent: a, Tokens: []byte("{}"), EnrolledAt: b.now, SeenAt: b.now})
	})
	return d
}

func (b *bureau) add(r agenda.Record) {
	b.t.Helper()
	c, err := agenda.AddOf(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.system(c)
}

func (b *bureau) system(a agenda.Args) {
	b.t.Helper()
	cmd := agenda.NewCommand(id[string](b), b.now, a)
	if _, err := b.counter.Do(context.Background(), cmd, agenda.Author{Kind: agenda.AuthorSystem}); err != nil {
		b.t.Fatalf("%s: %v", a.CommandName(), err)
	}
}

func (b *bureau) write(f func(tx *store.ServerTx) error) {
	b.t.Helper()
	if err := b.db.WriteServer(context.Background(), f); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bureau) head() (h store.Head) {
	b.t.Helper()
	err := b.db.Read(context.Background(), func(v *store.View) error {
		var err error
		h, err = v.Head(b.territoire)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return h
}

// booking is an rdv of alice so long after the present hour.
func (b *bureau) booking(after time.Duration, u agenda.UsagerID) *agenda.BookRdv {
	start := b.now.Add(after)
	return &agenda.BookRdv{Rdv: id[agenda.RdvID](b), Organisation: b.org, Motif: b.motif, Lieu: b.lieu, Start: start, End: start.Add(30 * time.Minute),
		Zone: "Europe/Paris", Agents: []agenda.AgentID{b.alice}, Participations: []agenda.Participation{{Usager: u}}}
}

// command is the next command of alice's device.
func (b *bureau) command(a agenda.Args) agenda.Command {
	b.n++
	return b.numbered(b.n, a)
}

func (b *bureau) numbered(n int64, a agenda.Args) agenda.Command {
	c := agenda.NewCommand(id[string](b), b.now, a)
	c.Device, c.N = b.device.ID, n
	return c
}

// holding is what a desktop has after some pages: its cursor, and what it was
// sent since the last look.
type holding struct {
	cursors map[agenda.TerritoireID]wire.Cursor
	acked   int64
	waiting []int64
	again   bool
	schema  int // 0: the newest
}

func newHolding() *holding { return &holding{cursors: map[agenda.TerritoireID]wire.Cursor{}} }

// page is what came up to one mark.
type sentPage struct {
	rows     []wire.Frame // put, leave, gone, erase, scope
	outcomes []wire.Outcome
	mark     *wire.Mark
}

// exchanged is a whole answer.
type exchanged struct {
	hello *wire.ServerHello
	pages []sentPage
	loose []wire.Outcome // without a mark
	end   *wire.End
}

func (e exchanged) rows() []wire.Frame {
	var all []wire.Frame
	for _, p := range e.pages {
		all = append(all, p.rows...)
	}
	return all
}

func (e exchanged) outcomes() []wire.Outcome {
	var all []wire.Outcome
	for _, p := range e.pages {
		all = append(all, p.outcomes...)
	}
	return all
}

func (h *holding) request(commands ...any) wire.Request {
	schema := h.schema
	if schema == 0 {
		schema = wire.Schema
	}
	req := wire.Request{Hello: wire.Hello{Protocol: wire.Protocol, Schema: schema, Acked: h.acked, Last: h.acked + 100, Waiting: h.waiting, Again: h.again}}
	for _, c := range h.cursors {
		req.Cursors = append(req.Cursors, c)
	}
	for _, c := range commands {
		body, err := json.Marshal(c)
		if err != nil {
			panic(err) // commands are plain data
		}
		req.Commands = append(req.Commands, body)
	}
	return req
}

// exchange runs one exchange and moves the holding to its last mark.
func (b *bureau) exchange(d Device, h *holding, commands ...any) exchanged {
	b.t.Helper()
	e, err := b.tryExchange(d, h, commands...)
	if err != nil {
		b.t.Fatal(err)
	}
	return e
}

func (b *bureau) tryExchange(d Device, h *holding, commands ...any) (exchanged, error) {
	var e exchanged
	var p sentPage
	err := b.hub.Exchange(context.Background(), d, h.request(commands...), func(frames []wire.Frame) error {
		for _, f := range frames {
			switch f.T {
			case wire.TypeHello:
				e.hello = f.Server
			case wire.TypeEnd:
				e.end, e.loose = f.End, p.outcomes
			case wire.TypeOutcome:
				p.outcomes = append(p.outcomes, *f.Outcome)
			case wire.TypeMark:
				p.mark = f.Mark
				e.pages = append(e.pages, p)
				h.take(f)
				p = sentPage{}
			default:
				p.rows = append(p.rows, f)
			}
		}
		return nil
	})
	return e, err
}

func (h *holding) take(f wire.Frame) {
	m := f.Mark
	if len(m.Scopes)+len(m.Loading) == 0 {
		delete(h.cursors, f.Territoire)
		return
	}
	h.cursors[f.Territoire] = wire.Cursor{Territoire: f.Territoire, Epoch: m.Epoch, Number: m.To, Scopes: slices.Clone(m.Scopes), Loading: slices.Clone(m.Loading), WindowFrom: m.WindowFrom}
}

// at rest, a cursor shows a hash.
func (h *holding) hashed() *holding {
	for t, c := range h.cursors {
		c.Hash, c.Scopes = wire.HashScopes(c.Scopes), nil
		h.cursors[t] = c
	}
	return h
}

var errHungUp = errors.New("hung up")

// cutAfter runs an exchange that hangs up after so many pages.
func (b *bureau) cutAfter(h *holding, limit int, pages *int) (exchanged, error) {
	var e exchanged
	var p sentPage
	err := b.hub.Exchange(context.Background(), b.device, h.request(), func(frames []wire.Frame) error {
		if *pages == limit {
			return errHungUp
		}
		for _, f := range frames {
			if f.T != wire.TypeMark {
				p.rows = append(p.rows, f)
				continue
			}
			*pages++
			p.mark = f.Mark
			e.pages = append(e.pages, p)
			h.take(f)
			p = sentPage{}
		}
		return nil
	})
	return e, err
}
