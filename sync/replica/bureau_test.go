package replica

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/wire"
)

// line is a server played by hand: each exchange is answered by the next of
// its answers, the last one again and again.
type line struct {
	mu      sync.Mutex
	asked   []wire.Request
	answers []func(req wire.Request) ([]wire.Frame, error)
	live    func(ctx context.Context, frame func(wire.Frame) error, alive func()) error
}

func (l *line) Exchange(_ context.Context, req wire.Request, frame func(wire.Frame) error) error {
	l.mu.Lock()
	l.asked = append(l.asked, req)
	answer := l.answers[min(len(l.asked), len(l.answers))-1]
	l.mu.Unlock()
	frames, err := answer(req)
	for _, f := range frames {
		if err := frame(f); err != nil {
			return err
		}
	}
	return err
}

func (l *line) Live(ctx context.Context, _ wire.Request, frame func(wire.Frame) error, alive func()) error {
	return l.live(ctx, frame, alive)
}

func (l *line) last() wire.Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked[len(l.asked)-1]
}

func (l *line) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.asked)
}

// answers gives frames, whole.
func answers(frames ...wire.Frame) func(wire.Request) ([]wire.Frame, error) {
	return func(req wire.Request) ([]wire.Frame, error) {
		hello := wire.Frame{T: wire.TypeHello, Server: &wire.ServerHello{Protocol: wire.Protocol, Schema: wire.Schema, Clock: monday(), Next: req.Hello.Last + 1}}
		return append(append([]wire.Frame{hello}, frames...), wire.Frame{T: wire.TypeEnd, End: &wire.End{}}), nil
	}
}

func fails(err error) func(wire.Request) ([]wire.Frame, error) {
	return func(wire.Request) ([]wire.Frame, error) { return nil, err }
}

var errDown = errors.New("line down")

// timer is a wait that somebody asked for.
type timer struct {
	d    time.Duration
	fire chan time.Time
}

// hand is a clock that a test winds: every wait is handed to it.
type hand struct{ waits chan timer }

func (hand) Now() time.Time { return monday() }

func (h hand) After(d time.Duration) <-chan time.Time {
	c := make(chan time.Time, 1)
	h.waits <- timer{d, c}
	return c
}

// next gives the wait that is asked for now; it does not last forever.
func (h hand) next(t *testing.T) timer {
	t.Helper()
	select {
	case w := <-h.waits:
		return w
	case <-time.After(5 * time.Second):
		t.Fatal("nothing waits")
		return timer{}
	}
}

// monday is 23 November 2026, 9 h in Paris.
func monday() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

// bureau is a desktop of alice's in memory, which knows one organisation.
type bureau struct {
	t       testing.TB
	db      *store.DB
	counter *guichet.Comptoir
	line    *line
	clock   hand
	replica *Replica
	ids     int

	territoire agenda.TerritoireID
	org        agenda.OrganisationID
	service    agenda.ServiceID
	motif      agenda.MotifID
	lieu       agenda.LieuID
	alice      agenda.AgentID
	nadia      agenda.UsagerID
	device     string
}

const epoch = "e1"

func newBureau(t testing.TB) *bureau {
	t.Helper()
	db, err := store.OpenMemory("", store.Options{Kind: store.Desktop})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b := &bureau{t: t, db: db, line: &line{}, clock: hand{make(chan timer, 100)}}
	b.territoire, b.org, b.service = id[agenda.TerritoireID](b), id[agenda.OrganisationID](b), id[agenda.ServiceID](b)
	b.motif, b.lieu, b.alice, b.nadia, b.device = id[agenda.MotifID](b), id[agenda.LieuID](b), id[agenda.AgentID](b), id[agenda.UsagerID](b), id[string](b)
	b.counter = guichet.NewComptoir(db.Desk(), monday, func() string { return id[string](b) })
	b.replica = New(db, b.counter, b.line, Config{Clock: b.clock, Jitter: func() float64 { return 0.5 }})
	b.write(func(tx *store.DeskTx) error { return tx.Enrol(b.device, 0) })
	b.line.answers = append(b.line.answers, answers(b.page(1, b.records()...)...))
	b.sync()
	return b
}

// id mints ids in order.
func id[T ~string](b *bureau) T {
	b.ids++
	return T(fmt.Sprintf("01930000-0000-7000-8000-%012d", b.ids))
}

func (b *bureau) scopes() []agenda.Scope {
	return []agenda.Scope{agenda.AgendaScope(b.alice), agenda.ConfScope(b.org), agenda.ServiceScope(b.service, b.org), agenda.UsagersScope(b.org)}
}

func (b *bureau) records() []agenda.Record {
	rev := agenda.Stamp{Revision: 1}
	return []agenda.Record{
		&agenda.Territoire{ID: b.territoire, Name: "Val-Fleuri", Departement: "62", Zone: "Europe/Paris", Holidays: "metropole", Stamp: rev},
		&agenda.Organisation{ID: b.org, Territoire: b.territoire, Name: "CCAS", Zone: "Europe/Paris", Stamp: rev},
		&agenda.Service{ID: b.service, Territoire: b.territoire, Name: "Action sociale", Stamp: rev},
		&agenda.Motif{ID: b.motif, Organisation: b.org, Service: b.service, Name: "Aide", Color: "lagon", DurationMin: 30, Place: agenda.PlacePublicOffice,
			MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents, Stamp: rev},
		&agenda.Lieu{ID: b.lieu, Organisation: b.org, Name: "Mairie", Address: "1 place de la Mairie", Zone: "Europe/Paris", Stamp: rev},
		&agenda.Agent{ID: b.alice, FirstName: "Alice", LastName: "Fournier", Email: "alice@example.org", Stamp: rev},
		&agenda.Role{ID: agenda.RoleOf(b.alice, b.org), Agent: b.alice, Organisation: b.org, Level: agenda.LevelAdmin, Services: []agenda.ServiceID{b.service}, Stamp: rev},
		&agenda.Usager{ID: b.nadia, Territoire: b.territoire, FirstName: "Nadia", LastName: "Haddad", Origin: agenda.OriginAgent, CreatedAt: monday(), Stamp: rev},
		&agenda.Profil{ID: agenda.ProfilOf(b.nadia, b.org), Usager: b.nadia, Organisation: b.org, Stamp: rev},
	}
}

// put is the server's image of a record under a number.
func (b *bureau) put(number int64, r agenda.Record) wire.Frame {
	b.t.Helper()
	body, err := agenda.Encode(r)
	if err != nil {
		b.t.Fatal(err)
	}
	return wire.Frame{T: wire.TypePut, Territoire: b.territoire, Noun: r.Noun(), ID: r.Key(), Number: number, Scopes: b.scopes()[1:2], Body: body}
}

// mark closes a page at a number.
func (b *bureau) mark(to int64, loading ...wire.Loading) wire.Frame {
	return wire.Frame{T: wire.TypeMark, Territoire: b.territoire, Number: to, Mark: &wire.Mark{To: to, Epoch: epoch, Scopes: b.scopes(), Loading: loading,
		WindowFrom: "2026-08-01", WindowAt: time.Date(2026, 7, 31, 22, 0, 0, 0, time.UTC)}}
}

// page is a page of records, all under its last number.
func (b *bureau) page(number int64, records ...agenda.Record) []wire.Frame {
	var frames []wire.Frame
	for _, r := range records {
		frames = append(frames, b.put(number, r))
	}
	return append(frames, b.mark(number))
}

// outcome is what became of a command, done under number (0: not done).
func outcome(c agenda.Command, v agenda.Verdict, code agenda.Code, numbers map[agenda.TerritoireID]int64) wire.Frame {
	return wire.Frame{T: wire.TypeOutcome, Outcome: &wire.Outcome{N: c.N, ID: c.ID, Verdict: v, Code: code, Message: "Refusé.", Numbers: numbers}}
}

// gives plays one answer from now on.
func (b *bureau) gives(frames ...wire.Frame) {
	b.line.mu.Lock()
	defer b.line.mu.Unlock()
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){answers(frames...)}
}

func (b *bureau) sync() Tally {
	b.t.Helper()
	tally, err := b.replica.Sync(b.t.Context())
	if err != nil {
		b.t.Fatalf("sync: %v", err)
	}
	return tally
}

func (b *bureau) write(f func(tx *store.DeskTx) error) {
	b.t.Helper()
	if err := b.db.WriteDesk(context.Background(), f); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bureau) read(f func(v *store.View) error) {
	b.t.Helper()
	if err := b.db.Read(context.Background(), f); err != nil {
		b.t.Fatal(err)
	}
}

// book queues an rdv of alice with nadia, so many hours after the present one.
func (b *bureau) book(hours int) (agenda.RdvID, agenda.Command) {
	b.t.Helper()
	start := monday().Add(time.Duration(hours) * time.Hour)
	rdv := id[agenda.RdvID](b)
	done, err := b.counter.Do(context.Background(), guichet.Proposal{AcceptAll: true, Args: &agenda.BookRdv{Rdv: rdv, Organisation: b.org, Motif: b.motif, Lieu: b.lieu,
		Start: start, End: start.Add(30 * time.Minute), Zone: "Europe/Paris", Agents: []agenda.AgentID{b.alice},
		Participations: []agenda.Participation{{Usager: b.nadia}}}}, b.alice)
	if err != nil {
		b.t.Fatal(err)
	}
	return rdv, done.Command
}

// rename queues a change of nadia's address.
func (b *bureau) rename(n int) {
	b.t.Helper()
	edit := agenda.Edit{Was: fmt.Appendf(nil, `"rue %d"`, n-1), Now: fmt.Appendf(nil, `"rue %d"`, n)}
	_, err := b.counter.Do(context.Background(), guichet.Proposal{AcceptAll: true,
		Args: &agenda.ReviseUsager{Usager: b.nadia, Fields: map[string]agenda.Edit{"address": edit}}}, b.alice)
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bureau) rdv(id agenda.RdvID) (r *agenda.Rdv) {
	b.read(func(v *store.View) error {
		r, _ = agenda.Get[*agenda.Rdv](v, agenda.NounRdv, string(id))
		return nil
	})
	return r
}

func (b *bureau) queue() (q []store.Queued) {
	b.read(func(v *store.View) error {
		var err error
		q, err = v.PendingCommands()
		return err
	})
	return q
}

func (b *bureau) review() (items []store.ReviewItem) {
	b.read(func(v *store.View) error {
		var err error
		items, err = v.Review()
		return err
	})
	return items
}

func (b *bureau) number() int64 {
	var n map[agenda.TerritoireID]int64
	b.read(func(v *store.View) error {
		var err error
		n, _, err = Standing(v)
		return err
	})
	return n[b.territoire]
}
