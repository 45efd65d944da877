package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// replay: after every transaction, what is on screen is the server's images
// with the pending commands laid over them, in order.
func replay(t *testing.T, e Engine) {
	t.Run("by hand", func(t *testing.T) { replayByHand(t, e.Open(t, store.Desktop)) })
	if e.Files != nil {
		return // thousands of commits: in memory
	}
	rapid.Check(t, func(r *rapid.T) {
		m := &model{db: e.Open(t, store.Desktop), base: map[agenda.Ref]*agenda.Usager{}}
		defer m.db.Close()
		r.Repeat(map[string]func(*rapid.T){
			"propose": m.propose,
			"page":    m.page,
			"":        m.check,
		})
	})
}

// replayByHand: an address typed here, another typed elsewhere meanwhile, and
// the first one refused.
func replayByHand(t *testing.T, db *store.DB) {
	server, mine, theirs := usager("Nadia", "Haddad"), usager("Nadia", "Haddad"), usager("Nadia", "Haddad")
	mine.Address, mine.Revision = "1 rue Neuve", 2
	theirs.Address, theirs.Revision = "2 rue Haute", 2
	ref := agenda.RefOf(server)
	shows := func(want *agenda.Usager, touched bool) {
		t.Helper()
		read(t, db, func(v *store.View) {
			body, _ := v.Body(ref.Noun, ref.ID)
			_, kept, err := v.Base(ref)
			if string(body) != bodyOf(want) || kept != touched || err != nil {
				t.Errorf("on screen %s, touched %v, want %s, %v: %v", body, kept, bodyOf(want), touched, err)
			}
		})
	}
	work(t, db, func(tx *store.DeskTx) error { return tx.PutImage(image(t, server, 1, "usagers:x")) })
	shows(server, false)
	work(t, db, func(tx *store.DeskTx) error { return lay(tx, edit{1, ref, mine}) })
	shows(mine, true)
	work(t, db, func(tx *store.DeskTx) error {
		if n := tx.Received(ref); n != 1 {
			t.Errorf("the last revision received is %d", n)
		}
		return errors.Join(tx.PutImage(image(t, theirs, 2, "usagers:x")), tx.Rewind(), lay(tx, edit{1, ref, mine}), tx.SweepBase())
	})
	shows(mine, true)
	work(t, db, func(tx *store.DeskTx) error {
		if n := tx.Received(ref); n != 2 {
			t.Errorf("the last revision received is %d", n)
		}
		return errors.Join(tx.DropPending(1, time.Time{}), tx.Rewind(), tx.SweepBase())
	})
	shows(theirs, false)
}

// model is a desktop in words.
type model struct {
	db      *store.DB
	base    map[agenda.Ref]*agenda.Usager // the server's images
	pending []edit
	number  int64
}

// edit is what one pending command does; nil removes.
type edit struct {
	n   int64
	ref agenda.Ref
	to  *agenda.Usager
}

func (m *model) usager(r *rapid.T, revision int64) *agenda.Usager {
	u := usager(fmt.Sprint(rapid.IntRange(0, 4).Draw(r, "who")), "Test")
	u.Address = rapid.StringMatching("[a-c]{1,2}").Draw(r, "address")
	u.Revision = revision
	return u
}

func (m *model) propose(r *rapid.T) {
	m.write(r, func(tx *store.DeskTx) error {
		n, err := tx.NextN()
		if err != nil {
			return err
		}
		u := m.usager(r, 1)
		e := edit{n, agenda.RefOf(u), u}
		e.to.Revision = tx.Received(e.ref) + 1
		if rapid.IntRange(0, 3).Draw(r, "kind") == 0 {
			e.to = nil
		}
		m.pending = append(m.pending, e)
		if err := tx.Queue(guichet.Pending{Command: command(n, fmt.Sprint(n)), Author: agentID("Claire")}); err != nil {
			return err
		}
		return lay(tx, e)
	})
}

// lay does what the counter does with a decision.
func lay(tx *store.DeskTx, e edit) error {
	if err := tx.Keep(e.n, e.ref); err != nil {
		return err
	}
	if e.to == nil {
		return tx.Remove(e.ref)
	}
	return tx.Put(e.to)
}

// page receives rows, then some settled commands leave and the others run
// again on the server's images.
func (m *model) page(r *rapid.T) {
	m.write(r, func(tx *store.DeskTx) error {
		for range rapid.IntRange(0, 3).Draw(r, "rows") {
			if err := m.row(r, tx); err != nil {
				return err
			}
		}
		settled := rapid.IntRange(0, len(m.pending)).Draw(r, "settled")
		for _, e := range m.pending[:settled] {
			if err := tx.DropPending(e.n, at(0, 9, 0)); err != nil {
				return err
			}
		}
		m.pending = m.pending[settled:]
		if err := tx.Rewind(); err != nil {
			return err
		}
		for _, e := range m.pending {
			if err := lay(tx, e); err != nil {
				return err
			}
		}
		return tx.SweepBase()
	})
}

func (m *model) row(r *rapid.T, tx *store.DeskTx) error {
	m.number++
	u := m.usager(r, m.number)
	ref := agenda.RefOf(u)
	if rapid.IntRange(0, 3).Draw(r, "gone") == 0 {
		delete(m.base, ref)
		return tx.Gone(ref)
	}
	m.base[ref] = u
	body, err := agenda.Encode(u)
	if err != nil {
		return err
	}
	return tx.PutImage(store.Image{Territoire: territoireID(), Ref: ref, Body: body, Number: m.number, Scopes: []agenda.Scope{"usagers:x"}})
}

func (m *model) write(r *rapid.T, f func(*store.DeskTx) error) {
	if err := m.db.WriteDesk(r.Context(), f); err != nil {
		r.Fatal(err)
	}
}

// check compares every row, image and mark with the model.
func (m *model) check(r *rapid.T) {
	visible := maps.Clone(m.base)
	touched := map[agenda.Ref][]int64{}
	for _, e := range m.pending {
		visible[e.ref] = e.to
		touched[e.ref] = append(touched[e.ref], e.n)
	}
	err := m.db.Read(r.Context(), func(v *store.View) error {
		for i := range 5 {
			ref := agenda.RefOf(usager(fmt.Sprint(i), "Test"))
			if got, want := bytesOf(v.Body(ref.Noun, ref.ID)), bodyOf(visible[ref]); got != want {
				r.Fatalf("%d is %q on screen, want %q", i, got, want)
			}
			body, kept, err := v.Base(ref)
			if err != nil || kept != (len(touched[ref]) > 0) || kept && string(body) != bodyOf(m.base[ref]) {
				r.Fatalf("%d has %q in base (%v), want %q: %v", i, body, kept, bodyOf(m.base[ref]), err)
			}
		}
		marks, err := v.Touched()
		if err != nil || !maps.EqualFunc(marks, touched, func(a, b []int64) bool { return slices.Equal(a, b) }) {
			r.Fatalf("marks %v, want %v: %v", marks, touched, err)
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
}

func bytesOf(b []byte, _ agenda.Answer) string { return string(b) }

func bodyOf(u *agenda.Usager) string {
	if u == nil {
		return ""
	}
	b, err := agenda.Encode(u)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
