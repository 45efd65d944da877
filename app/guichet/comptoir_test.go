package guichet_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// poste is a desktop's counter of alice's over a real database, which holds
// what a server's does.
type poste struct {
	*monde
	desk     *store.DB
	comptoir *guichet.Comptoir
}

const device = "01930000-0000-7000-a000-000000000001"

func newPoste(t *testing.T) *poste {
	t.Helper()
	m := newMonde(t)
	db, err := store.OpenMemory("", store.Options{Kind: store.Desktop})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	p := &poste{monde: m, desk: db}
	p.comptoir = guichet.NewComptoir(db.Desk(), func() time.Time { return m.now }, func() string {
		m.ids++
		return fmt.Sprintf("01930000-0000-7000-b000-%012d", m.ids)
	})
	p.write(func(tx *store.DeskTx) error { return tx.Enrol(device, 0) })
	p.copy()
	return p
}

// copy brings everything that the server holds.
func (p *poste) copy() {
	p.t.Helper()
	var images []store.Image
	p.read(func(v *store.View) error {
		for _, n := range agenda.Nouns() {
			all, err := v.All(n)
			if err != nil {
				return err
			}
			for _, r := range all {
				for _, pl := range agenda.Readers(v, r) {
					body, _ := v.Body(n, r.Key())
					number, err := v.NumberOf(pl.Territoire, agenda.RefOf(r))
					if err != nil {
						return err
					}
					images = append(images, store.Image{Territoire: pl.Territoire, Ref: agenda.RefOf(r), Body: body, Number: number, Scopes: []agenda.Scope{pl.Scope}})
				}
			}
		}
		return nil
	})
	p.write(func(tx *store.DeskTx) error {
		for _, i := range images {
			if err := tx.PutImage(i); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *poste) write(f func(tx *store.DeskTx) error) {
	p.t.Helper()
	if err := p.desk.WriteDesk(context.Background(), f); err != nil {
		p.t.Fatal(err)
	}
}

func (p *poste) look(f func(v *store.View) error) {
	p.t.Helper()
	if err := p.desk.Read(context.Background(), f); err != nil {
		p.t.Fatal(err)
	}
}

func (p *poste) propose(g guichet.Proposal) (guichet.Proposed, error) {
	return p.comptoir.Do(context.Background(), g, p.alice)
}

// done proposes what nothing refuses, warnings accepted.
func (p *poste) done(a agenda.Args) guichet.Proposed {
	p.t.Helper()
	out, err := p.propose(guichet.Proposal{Args: a, AcceptAll: true})
	if err != nil {
		p.t.Fatalf("%s: %v", a.CommandName(), err)
	}
	return out
}

func (p *poste) queue() (q []store.Queued) {
	p.t.Helper()
	p.look(func(v *store.View) error {
		var err error
		q, err = v.PendingCommands()
		return err
	})
	return q
}

func (p *poste) rdv(id agenda.RdvID) (r *agenda.Rdv) {
	p.look(func(v *store.View) error {
		r, _ = agenda.Get[*agenda.Rdv](v, agenda.NounRdv, string(id))
		return nil
	})
	return r
}

// What an agent does is written and queued together, under the next number of
// the device, with what it saw of the server.
func TestProposed(t *testing.T) {
	p := newPoste(t)
	r1 := p.book("r1", 9, p.alice)
	first := p.done(r1)
	second := p.done(&agenda.ReviseUsager{Usager: p.nadia, Fields: map[string]agenda.Edit{"first_name": {Was: text("Nadia"), Now: text("Naïma")}}})
	q := p.queue()
	if len(q) != 2 || q[0].Command.ID != first.Command.ID || q[0].Command.N != 1 || q[1].Command.N != 2 || q[0].Command.Device != device || q[0].Author != p.alice {
		t.Fatalf("queue %+v", q)
	}
	if seen := second.Command.Seen; seen[string(p.nadia)] != 1 || first.Command.Seen[string(r1.Motif)] != 1 || len(first.Command.Seen) != 1 {
		t.Errorf("seen %v, then %v", first.Command.Seen, seen)
	}
	if r := p.rdv(r1.Rdv); r == nil || r.CreatedBy.Agent != p.alice || !q[0].Command.At.Equal(p.now) {
		t.Errorf("rdv %+v", r)
	}
	third := p.done(&agenda.ReviseUsager{Usager: p.nadia, Fields: map[string]agenda.Edit{"first_name": {Was: text("Naïma"), Now: text("Nadia")}}})
	if seen := third.Command.Seen[string(p.nadia)]; seen != 1 {
		t.Errorf("a change of one's own was taken for the server's: revision %d", seen)
	}
	p.look(func(v *store.View) error {
		touched, err := v.Touched()
		if got := touched[agenda.Ref{Noun: agenda.NounUsager, ID: string(p.nadia)}]; !slices.Equal(got, []int64{2, 3}) {
			t.Errorf("touched by %v", got)
		}
		return err
	})
}

// A warning refuses until it is accepted, for the very records it names.
func TestWarnings(t *testing.T) {
	p := newPoste(t)
	r1, r2 := p.book("r1", 9, p.alice), p.later(15, "r2")
	p.done(r1)
	_, err := p.propose(guichet.Proposal{Args: r2})
	refusal := agenda.RefusalOf(err)
	if refusal == nil || refusal.Code != agenda.CodeWarnings || len(refusal.Warnings) == 0 || refusal.Warnings[0].Message == "" {
		t.Fatalf("propose: %v", err)
	}
	if len(p.queue()) != 1 || p.rdv(r2.Rdv) != nil {
		t.Fatal("something of a refused proposal was kept")
	}
	var accepted, elsewhere []agenda.Accepted
	for _, w := range refusal.Warnings {
		accepted = append(accepted, agenda.Accepted{Code: w.Code, Records: w.Records})
		elsewhere = append(elsewhere, agenda.Accepted{Code: w.Code, Records: []agenda.Ref{{Noun: agenda.NounRdv, ID: p.idOf("lieu")}}})
	}
	for name, wrong := range map[string][]agenda.Accepted{"another record": elsewhere, "not all of them": accepted[1:]} {
		if _, err := p.propose(guichet.Proposal{Args: r2, Accepted: wrong}); agenda.RefusalOf(err) == nil {
			t.Errorf("accepted %s: %v", name, err)
		}
	}
	out, err := p.propose(guichet.Proposal{Args: r2, Accepted: accepted})
	if err != nil || out.Command.N != 2 {
		t.Fatalf("accepted: n %d, %v", out.Command.N, err)
	}
	all := p.done(p.later(20, "r3"))
	overlaps := 0
	for _, a := range all.Command.Accepted {
		if a.Code == agenda.WarnOverlap {
			overlaps += len(a.Records)
		}
	}
	if overlaps != 2 || p.queue()[2].Command.Accepted == nil {
		t.Errorf("accepted %+v", all.Command.Accepted)
	}
}

// later is an rdv of alice so many minutes after 9 h.
func (p *poste) later(minutes int, called string) *agenda.BookRdv {
	b := p.book(called, 9, p.alice)
	b.Start, b.End = b.Start.Add(time.Duration(minutes)*time.Minute), b.End.Add(time.Duration(minutes)*time.Minute)
	return b
}

// A refusal writes nothing and uses no number.
func TestRefusedHere(t *testing.T) {
	p := newPoste(t)
	for _, a := range []agenda.Args{
		&agenda.BookRdv{Rdv: "rien"},
		&agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(p.alice, p.mairie.id), Agent: p.alice, Organisation: p.mairie.id, Level: agenda.LevelAdmin}},
		&agenda.NoteRecu{},
	} {
		if _, err := p.propose(guichet.Proposal{Args: a, AcceptAll: true}); agenda.RefusalOf(err) == nil {
			t.Errorf("%s: %v", a.CommandName(), err)
		}
	}
	if out := p.done(p.book("r1", 9, p.alice)); out.Command.N != 1 {
		t.Errorf("the first command has n %d", out.Command.N)
	}
}

// What is kept to undo a command is what it changed, former and new.
func TestUndoEdits(t *testing.T) {
	p := newPoste(t)
	r1 := p.book("r1", 9, p.alice)
	p.done(r1)
	r := p.rdv(r1.Rdv)
	later := r.Slot()
	later.Start, later.End = later.Start.Add(time.Hour), later.End.Add(time.Hour)
	moved := p.done(&agenda.MoveRdv{Rdv: r1.Rdv, From: r.Slot(), To: later})
	q := p.queue()
	if u := q[0].Undo; len(u) != 1 || u[0].Noun != agenda.NounRdv || u[0].Group != "" || string(u[0].Was) != "null" {
		t.Errorf("undo of a booking %s", u)
	}
	groups := []string{}
	for _, e := range q[1].Undo {
		groups = append(groups, e.Group)
	}
	if !slices.Contains(groups, agenda.GroupSlot) || slices.Contains(groups, agenda.GroupNote) {
		t.Errorf("undo of a move %v", groups)
	}
	p.done(&agenda.Undo{Of: moved.Command.ID, Edits: q[1].Undo})
	if got := p.rdv(r1.Rdv); !got.Start.Equal(r.Start) {
		t.Errorf("undone, it starts at %v, not %v", got.Start, r.Start)
	}
	p.done(&agenda.EraseUsager{Usager: p.nadia, Reason: "request"})
	for _, e := range p.queue()[3].Undo {
		if e.ID == string(p.nadia) {
			t.Error("an erasure can be undone")
		}
	}
}

// A command runs again on newer rows: on those it is allowed to, telling why
// when it holds no more.
func TestReplay(t *testing.T) {
	p := newPoste(t)
	r1 := p.book("r1", 9, p.alice)
	p.done(r1)
	ref := agenda.Ref{Noun: agenda.NounRdv, ID: string(r1.Rdv)}
	replay := func(over func(agenda.Ref) bool) (code agenda.Code) {
		t.Helper()
		p.write(func(tx *store.DeskTx) error {
			if err := tx.Rewind(); err != nil {
				return err
			}
			if _, ans := tx.Record(ref.Noun, ref.ID); ans == agenda.Yes {
				t.Fatal("still here without its command")
			}
			var err error
			code, err = p.comptoir.Replay(tx, p.pendingIn(tx), over)
			return err
		})
		return code
	}
	if code := replay(func(agenda.Ref) bool { return true }); code != "" || p.rdv(r1.Rdv) == nil {
		t.Errorf("code %q, shown %v", code, p.rdv(r1.Rdv) != nil)
	}
	if code := replay(func(r agenda.Ref) bool { return r != ref }); code != "" || p.rdv(r1.Rdv) != nil {
		t.Errorf("over nothing: code %q, shown %v", code, p.rdv(r1.Rdv) != nil)
	}
	p.write(func(tx *store.DeskTx) error {
		return tx.Erase(agenda.Ref{Noun: agenda.NounMotif, ID: string(p.ccas.motif)})
	})
	if code := replay(func(agenda.Ref) bool { return true }); code == "" || p.rdv(r1.Rdv) != nil {
		t.Errorf("without its motif: code %q, shown %v", code, p.rdv(r1.Rdv) != nil)
	}
}

// pendingIn is the one command of the queue.
func (p *poste) pendingIn(tx *store.DeskTx) guichet.Pending {
	p.t.Helper()
	q, err := tx.PendingCommands()
	if err != nil || len(q) != 1 {
		p.t.Fatalf("%d pending, %v", len(q), err)
	}
	return q[0].Pending
}
