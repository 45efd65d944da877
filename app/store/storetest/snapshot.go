package storetest

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// snapshot: the pages of a load, with what followed its number, are the head;
// the near days come before the rest.
func snapshot(t *testing.T, e Engine) {
	t.Run("order", func(t *testing.T) { nearestFirst(t, e.Open(t, store.Server)) })
	if e.Files != nil || e.Slow {
		return // thousands of commits: in memory
	}
	t.Run("any change meanwhile", func(t *testing.T) {
		rapid.Check(t, func(r *rapid.T) {
			db := e.Open(t, store.Server)
			defer db.Close()
			loadWhileChanging(r, db)
		})
	})
}

// fed writes a record and its line in one of two scopes, under a number of its own.
func fed(tx *store.ServerTx, r agenda.Record, s agenda.Scope) error {
	n, err := tx.Draw(territoireID())
	if err != nil {
		return err
	}
	if err := tx.Put(r); err != nil {
		return err
	}
	return tx.Feed(guichet.FeedLine{Territoire: territoireID(), Number: n, Scope: s, Ref: agenda.RefOf(r), In: true})
}

func query(n int64, limit int) store.SnapshotQuery {
	return store.SnapshotQuery{Territoire: territoireID(), Scopes: []agenda.Scope{"conf:x", "all:x"}, N: n,
		Near: agenda.Span{Start: at(0, 0, 0), End: at(14, 0, 0)}, From: at(-60, 0, 0), Limit: limit}
}

func nearestFirst(t *testing.T, db *store.DB) {
	near, coming, past := usager("Near", "A"), usager("Coming", "B"), usager("Past", "C")
	agents := []agenda.AgentID{agentID("Claire")}
	order := []struct {
		name  string
		r     agenda.Record
		phase int
	}{
		{"organisation", organisation(), store.PhaseConf},
		{"near rdv", rdv("near", span(3, 9, 10), agents, near.ID), store.PhaseNear},
		{"near person", near, store.PhaseNear},
		{"their profil", profil(near.ID), store.PhaseNear},
		{"busy time", &agenda.Occupation{ID: id[agenda.OccupationID]("o"), Agent: agents[0], Start: at(2, 9, 0), End: at(2, 10, 0), Stamp: rev(1)}, store.PhaseNear},
		{"coming person", coming, store.PhaseComing},
		{"coming rdv", rdv("coming", span(30, 9, 10), agents, coming.ID), store.PhaseRest},
		{"past rdv", rdv("past", span(-30, 9, 10), agents, past.ID), store.PhaseRest},
		{"past person", past, store.PhaseRest},
		{"out of the window", rdv("old", span(-90, 9, 10), agents, past.ID), -1},
	}
	phases := map[agenda.Ref]int{}
	names := map[agenda.Ref]string{}
	serve(t, db, func(tx *store.ServerTx) error {
		for i := range order { // the last first: numbers run against usefulness
			o := order[len(order)-1-i]
			names[agenda.RefOf(o.r)] = o.name
			if o.phase >= 0 {
				phases[agenda.RefOf(o.r)] = o.phase
			}
			if err := fed(tx, o.r, "all:x"); err != nil {
				return err
			}
		}
		return nil
	})
	for _, limit := range []int{1, 3, 100} {
		got := map[agenda.Ref]int{}
		q := query(int64(len(order)), limit)
		read(t, db, func(v *store.View) {
			for done := false; !done; {
				page, err := v.Snapshot(q)
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range page.Lines {
					phase := page.Phase
					if page.After == 0 {
						phase-- // the page that ends a phase names the next
					}
					if _, twice := got[l.Ref]; twice {
						t.Errorf("limit %d: %s came twice", limit, names[l.Ref])
					}
					got[l.Ref] = phase
				}
				q.Phase, q.After, done = page.Phase, page.After, page.Done
			}
		})
		if !maps.Equal(got, phases) {
			for ref, want := range phases {
				if got[ref] != want {
					t.Errorf("limit %d: %s in phase %d, want %d", limit, names[ref], got[ref], want)
				}
			}
			t.Errorf("limit %d: %d records, want %d", limit, len(got), len(phases))
		}
	}
}

// loadWhileChanging loads page by page while rows change between pages.
func loadWhileChanging(r *rapid.T, db *store.DB) {
	change := func(tx *store.ServerTx) error {
		people := []*agenda.Usager{usager("0", "X"), usager("1", "X"), usager("2", "X")}
		u := rapid.SampledFrom(people).Draw(r, "usager")
		scope := rapid.SampledFrom([]agenda.Scope{"conf:x", "all:x"}).Draw(r, "scope")
		switch rapid.IntRange(0, 3).Draw(r, "what") {
		case 0:
			return fed(tx, u, scope)
		case 1:
			return fed(tx, profil(u.ID), scope)
		case 2:
			return fed(tx, organisation(), scope)
		}
		day := rapid.SampledFrom([]int{-20, 3, 5, 30}).Draw(r, "day")
		name := fmt.Sprint(rapid.IntRange(0, 3).Draw(r, "rdv"))
		return fed(tx, rdv(name, span(day, 9, 10), []agenda.AgentID{agentID("Claire")}, u.ID), scope)
	}
	write := func(max int) {
		err := db.WriteServer(r.Context(), func(tx *store.ServerTx) error {
			for range rapid.IntRange(0, max).Draw(r, "changes") {
				if err := change(tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			r.Fatal(err)
		}
	}
	write(20)
	var q store.SnapshotQuery
	got := map[agenda.Ref]bool{}
	see := func(f func(v *store.View) error) {
		if err := db.Read(r.Context(), f); err != nil {
			r.Fatal(err)
		}
	}
	see(func(v *store.View) error {
		head, err := v.Head(territoireID())
		q = query(head.Number, rapid.IntRange(1, 5).Draw(r, "limit"))
		return err
	})
	for done := false; !done; {
		see(func(v *store.View) error {
			page, err := v.Snapshot(q)
			for _, l := range page.Lines {
				got[l.Ref] = true
			}
			q.Phase, q.After, done = page.Phase, page.After, page.Done
			return err
		})
		write(2)
	}
	see(func(v *store.View) error {
		tail, err := v.FeedAfter(territoireID(), q.Scopes, q.N, 1000)
		for _, l := range tail.Lines {
			got[l.Ref] = true
		}
		all, err2 := v.FeedAfter(territoireID(), q.Scopes, 0, 1000)
		for _, l := range all.Lines {
			if !got[l.Ref] {
				r.Errorf("%s %s never came", l.Ref.Noun, l.Ref.ID)
			}
		}
		if err != nil {
			return err
		}
		return err2
	})
}
