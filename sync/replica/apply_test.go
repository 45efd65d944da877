package replica

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

func (b *bureau) at(n int64) map[agenda.TerritoireID]int64 {
	return map[agenda.TerritoireID]int64{b.territoire: n}
}

// What is done leaves the queue with the page that brings its rows, not before:
// the rdv never flickers.
func TestDoneLeavesWithItsRows(t *testing.T) {
	b := newBureau(t)
	rdv, cmd := b.book(2)
	b.gives(outcome(cmd, agenda.Applied, "", b.at(5)), b.mark(4))
	if tally := b.sync(); tally.Pushed != 1 {
		t.Errorf("tally %+v", tally)
	}
	if q := b.queue(); len(q) != 1 || q[0].Outcome == nil || b.rdv(rdv) == nil {
		t.Fatalf("queue %+v, shown %v", q, b.rdv(rdv) != nil)
	}
	server := agenda.Clone(b.rdv(rdv))
	server.Context = "écrit par le serveur"
	b.gives(b.page(5, server)...)
	b.sync()
	if len(b.queue()) != 0 || b.rdv(rdv).Context == "" {
		t.Errorf("queue %+v, rdv %+v", b.queue(), b.rdv(rdv))
	}
	if req := b.line.last(); req.Hello.Acked != 1 || len(req.Commands) != 0 {
		t.Errorf("asked %+v", req.Hello)
	}
}

// While a first copy is read, what is done stays shown: its rows may be in what
// is still to come.
func TestDoneStaysWhileLoading(t *testing.T) {
	b := newBureau(t)
	rdv, cmd := b.book(2)
	b.gives(outcome(cmd, agenda.Applied, "", b.at(3)), b.mark(3, wire.Loading{Scope: agenda.BusyScope(b.alice), N: 3}))
	b.sync()
	if len(b.queue()) != 1 || b.rdv(rdv) == nil {
		t.Fatalf("queue %d, shown %v", len(b.queue()), b.rdv(rdv) != nil)
	}
	if c := b.line.last().Cursors; len(c) != 1 || c[0].Hash == "" {
		t.Errorf("asked at rest with %+v", c)
	}
	b.gives(b.mark(3))
	b.sync()
	if c := b.line.last().Cursors; c[0].Hash != "" || len(c[0].Scopes) == 0 || len(c[0].Loading) != 1 {
		t.Errorf("asked while loading with %+v", c)
	}
	if len(b.queue()) != 0 {
		t.Errorf("queue %+v", b.queue())
	}
}

// A refusal is shown to a person with all its content; what it did here goes.
func TestRefusedIsReviewed(t *testing.T) {
	b := newBureau(t)
	rdv, cmd := b.book(2)
	second, erased := b.book(4)
	b.gives(outcome(cmd, agenda.Refused, agenda.CodeForbidden, nil), outcome(erased, agenda.Refused, agenda.CodeErased, nil), b.mark(2))
	if tally := b.sync(); tally.Pushed != 2 || tally.Refused != 2 {
		t.Errorf("tally %+v", tally)
	}
	items := b.review()
	if len(items) != 2 || items[0].Code != agenda.CodeForbidden || items[0].Message != "Refusé." || !strings.Contains(string(items[0].Content), string(rdv)) {
		t.Errorf("review %+v", items)
	}
	if len(items) == 2 && items[1].Content != nil {
		t.Error("the content of an erased person's command was kept")
	}
	if b.rdv(rdv) != nil || b.rdv(second) != nil || len(b.queue()) != 0 {
		t.Error("still shown")
	}
	b.sync()
	if len(b.review()) != 2 {
		t.Error("reviewed twice")
	}
}

// A command that waits is shown and asked about until it is answered at last.
func TestWaitingThenFinalHere(t *testing.T) {
	b := newBureau(t)
	rdv, cmd := b.book(2)
	b.gives(outcome(cmd, agenda.Waiting, agenda.CodeUnknownCommand, nil), b.mark(2))
	b.sync()
	b.gives(b.mark(2))
	b.sync()
	if h := b.line.last().Hello; h.Acked != 1 || !slices.Equal(h.Waiting, []int64{1}) || b.rdv(rdv) == nil {
		t.Fatalf("hello %+v, shown %v", h, b.rdv(rdv) != nil)
	}
	b.gives(outcome(cmd, agenda.Refused, agenda.CodeForbidden, nil), b.mark(3))
	b.sync()
	b.gives(b.mark(3))
	b.sync()
	if h := b.line.last().Hello; len(h.Waiting) != 0 || len(b.review()) != 1 || b.rdv(rdv) != nil {
		t.Errorf("hello %+v, review %+v", h, b.review())
	}
}

// Of an answer that another overtook, only the outcomes are news.
func TestOvertakenPage(t *testing.T) {
	b := newBureau(t)
	rdv, cmd := b.book(2)
	old := agenda.Clone(b.records()[4].(*agenda.Lieu))
	b.gives(b.mark(9))
	b.sync()
	old.Name = "Ancien nom"
	b.gives(b.put(6, old), outcome(cmd, agenda.Applied, "", b.at(6)), b.mark(7))
	b.sync()
	if b.number() != 9 || len(b.queue()) != 0 || b.rdv(rdv) != nil {
		t.Errorf("number %d, queue %d, shown %v", b.number(), len(b.queue()), b.rdv(rdv) != nil)
	}
	b.read(func(v *store.View) error {
		if l, _ := agenda.Get[*agenda.Lieu](v, agenda.NounLieu, string(b.lieu)); l.Name != "Mairie" {
			t.Errorf("lieu %q", l.Name)
		}
		return nil
	})
}

// Another history drops what was held, and keeps what is pending.
func TestResetKeepsTheQueue(t *testing.T) {
	b := newBureau(t)
	rdv, _ := b.book(2)
	reset := b.mark(3)
	reset.Mark.Reset, reset.Mark.Epoch = true, "e2"
	var records []wire.Frame
	for _, r := range b.records() {
		if r.Noun() != agenda.NounUsager && r.Noun() != agenda.NounProfil {
			records = append(records, b.put(2, r))
		}
	}
	b.gives(append(records, reset)...)
	b.sync()
	b.read(func(v *store.View) error {
		if _, ans := v.Record(agenda.NounUsager, string(b.nadia)); ans == agenda.Yes {
			t.Error("what the new history does not have is still here")
		}
		return nil
	})
	if len(b.queue()) != 1 || b.rdv(rdv) == nil {
		t.Errorf("queue %d, shown %v", len(b.queue()), b.rdv(rdv) != nil)
	}
}

// What a newer server says beside is let through, and the page is kept.
func TestNewerServer(t *testing.T) {
	b := newBureau(t)
	b.gives(wire.Frame{T: wire.TypePut, Territoire: b.territoire, Noun: "seance", ID: "x", Number: 2, Scopes: b.scopes()[:1], Body: json.RawMessage(`{"x":1}`)},
		wire.Frame{T: wire.TypeGone, Territoire: b.territoire, Noun: "seance", ID: "y", Number: 2},
		wire.Frame{T: "digest", Territoire: b.territoire}, b.mark(2))
	b.sync()
	if b.number() != 2 {
		t.Errorf("number %d", b.number())
	}
}

// A page that cannot be applied changes nothing at all.
func TestBadPageIsRolledBack(t *testing.T) {
	b := newBureau(t)
	lieu := agenda.Clone(b.records()[4].(*agenda.Lieu))
	lieu.Name = "Autre nom"
	broken := b.put(2, lieu)
	broken.Body = json.RawMessage(`{"id":`)
	stranger := outcome(agenda.Command{ID: id[string](b), N: 1}, agenda.Applied, "", nil)
	_, cmd := b.book(2)
	wrong := outcome(agenda.Command{ID: cmd.ID, N: 7}, agenda.Applied, "", nil)
	for name, frame := range map[string]wire.Frame{"a broken body": broken, "an outcome under another n": wrong} {
		b.gives(b.put(2, lieu), frame, b.mark(2))
		if _, err := b.replica.Sync(t.Context()); err == nil {
			t.Errorf("%s: no error", name)
		}
		if b.number() != 1 || len(b.queue()) != 1 {
			t.Errorf("%s: number %d, queue %d", name, b.number(), len(b.queue()))
		}
	}
	b.gives(stranger, b.mark(2))
	b.sync() // an outcome of nobody here: settled long ago
	if b.number() != 2 || len(b.queue()) != 1 {
		t.Errorf("number %d, queue %d", b.number(), len(b.queue()))
	}
}

// A server that lost history cannot be caught up with: the profile starts over
// under another device, and keeps what is pending.
func TestServerLostHistory(t *testing.T) {
	b := newBureau(t)
	_, done := b.book(2)
	b.gives(outcome(done, agenda.Applied, "", b.at(2)), b.mark(2))
	b.sync()
	b.book(4)
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){func(wire.Request) ([]wire.Frame, error) {
		return []wire.Frame{{T: wire.TypeHello, Server: &wire.ServerHello{Next: 1}}}, nil
	}}
	_, err := b.replica.Sync(t.Context())
	if !errors.Is(err, ErrForked) || b.replica.Health().Err != "forked" {
		t.Fatalf("sync: %v, health %+v", err, b.replica.Health())
	}
	e := Enrolled{Credential: "c", Device: id[string](b), LastN: 0}
	e.Agent.ID = b.alice
	if err := Keep(t.Context(), b.db, "https://rdv.example.org", e); err != nil {
		t.Fatal(err)
	}
	q := b.queue()
	if len(q) != 1 || q[0].Command.N != 1 || q[0].Command.Device != e.Device {
		t.Errorf("queue %+v", q)
	}
	b.read(func(v *store.View) error {
		former, err := Former(v)
		if former != e.Device {
			t.Errorf("former %q", former)
		}
		return err
	})
}

// A profile belongs to one agent.
func TestAnotherAgentsProfile(t *testing.T) {
	b := newBureau(t)
	e := Enrolled{Credential: "c", Device: b.device}
	e.Agent.ID = b.alice
	if err := Keep(t.Context(), b.db, "https://rdv.example.org", e); err != nil {
		t.Fatal(err)
	}
	e.Agent.ID = id[agenda.AgentID](b)
	denied, is := errors.AsType[*Denied](Keep(t.Context(), b.db, "https://rdv.example.org", e))
	if !is || denied.Code != "other_agent" || denied.Message == "" {
		t.Errorf("kept by another: %+v", denied)
	}
}

// More than one push holds: the rest follows by itself.
func TestLongQueue(t *testing.T) {
	b := newBureau(t)
	for i := range wire.MaxCommands + 3 {
		b.rename(i)
	}
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){func(req wire.Request) ([]wire.Frame, error) {
		var frames []wire.Frame
		for _, raw := range req.Commands {
			c, err := agenda.DecodeCommand(raw)
			if err != nil {
				return nil, err
			}
			frames = append(frames, outcome(c, agenda.Refused, agenda.CodeForbidden, nil))
		}
		return answers(append(frames, b.mark(1))...)(req)
	}}
	before := b.line.count()
	if tally := b.sync(); tally.Pushed != wire.MaxCommands+3 || b.line.count()-before != 2 || len(b.queue()) != 0 {
		t.Errorf("tally %+v in %d exchanges", tally, b.line.count()-before)
	}
}

// An erased person's command is emptied here and still sent.
func TestEmptiedIsStillSent(t *testing.T) {
	b := newBureau(t)
	_, cmd := b.book(2)
	b.gives(wire.Frame{T: wire.TypeErase, Territoire: b.territoire, Noun: agenda.NounUsager, ID: string(b.nadia), Number: 2}, b.mark(2))
	b.sync()
	b.gives(b.mark(2))
	b.sync()
	req := b.line.last()
	if len(req.Commands) != 1 || strings.Contains(string(req.Commands[0]), string(b.nadia)) {
		t.Fatalf("sent %s", req.Commands)
	}
	c, err := agenda.DecodeCommand(req.Commands[0])
	if err != nil || c.ID != cmd.ID || c.N != 1 || c.Device != b.device || c.Name != "Emptied" {
		t.Errorf("sent %+v, %v", c, err)
	}
}

// The server asks for the list once; asking again for it is no answer.
func TestListOfScopes(t *testing.T) {
	b := newBureau(t)
	ask := func(req wire.Request) ([]wire.Frame, error) {
		return []wire.Frame{{T: wire.TypeHello, Server: &wire.ServerHello{Next: 1}}, {T: wire.TypeEnd, End: &wire.End{Scopes: true}}}, nil
	}
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){ask, answers(b.mark(2))}
	b.line.asked = nil
	b.sync()
	if hashed, listed := b.line.asked[0].Cursors[0], b.line.asked[1].Cursors[0]; hashed.Hash != wire.HashScopes(b.scopes()) || !slices.Equal(listed.Scopes, b.scopes()) || b.number() != 2 {
		t.Errorf("asked %+v, then %+v", hashed, listed)
	}
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){ask}
	if _, err := b.replica.Sync(t.Context()); !errors.Is(err, wire.ErrTruncated) {
		t.Errorf("asked for ever: %v", err)
	}
}

// A server that never closes a page does not take the memory of the desktop.
func TestPageWithoutEnd(t *testing.T) {
	b := newBureau(t)
	row := b.put(2, b.records()[4])
	row.Body = append(json.RawMessage(`{"id":"`), make([]byte, 1<<20)...)
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){func(wire.Request) ([]wire.Frame, error) { return slices.Repeat([]wire.Frame{row}, 200), nil }}
	if _, err := b.replica.Sync(t.Context()); !errors.Is(err, wire.ErrTruncated) || !strings.Contains(err.Error(), "without end") {
		t.Errorf("sync: %v", err)
	}
}
