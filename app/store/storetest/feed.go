package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// feed: from any cut, following gives the state at the head, page by page.
func feed(t *testing.T, e Engine) {
	t.Run("lines", func(t *testing.T) { feedLines(t, e) })
	t.Run("horizon", func(t *testing.T) { horizon(t, e.Open(t, store.Server)) })
	t.Run("any cut", func(t *testing.T) {
		db, n := e.Open(t, store.Server), 0
		rapid.Check(t, func(r *rapid.T) {
			n++
			anyCut(r, db, fmt.Sprint(n)) // a territoire of its own each
		})
	})
}

func feedLines(t *testing.T, e Engine) {
	db := e.Open(t, store.Server)
	one, two := rdv("one", span(0, 9, 10), nil), rdv("two", span(0, 9, 10), nil)
	service, agenda1 := agenda.Scope("service:s@o"), agenda.AgendaScope(agentID("Claire"))
	line := func(n int64, s agenda.Scope, r *agenda.Rdv, in bool) guichet.FeedLine {
		return guichet.FeedLine{Territoire: territoireID(), Number: n, Scope: s, Ref: agenda.RefOf(r), In: in}
	}
	lines := []guichet.FeedLine{line(1, service, one, true), line(1, agenda1, one, true), line(2, service, two, true),
		line(3, agenda1, one, false), line(3, service, one, true)}
	serve(t, db, func(tx *store.ServerTx) error {
		for range 3 {
			if _, err := tx.Draw(territoireID()); err != nil {
				return err
			}
		}
		for _, l := range lines {
			if err := tx.Feed(l); err != nil {
				return err
			}
		}
		return nil
	})
	both := []agenda.Scope{service, agenda1, "conf:unknown"}
	read(t, db, func(v *store.View) {
		all, err := v.FeedAfter(territoireID(), both, 0, 10)
		if err != nil || fmt.Sprint(all.Lines) != fmt.Sprint([]store.Line{{Ref: agenda.RefOf(two), Number: 2, In: true}, {Ref: agenda.RefOf(one), Number: 3, In: true}}) || all.Through != 3 || all.More {
			t.Errorf("both scopes: %+v, %v", all, err)
		}
		left, err := v.FeedAfter(territoireID(), []agenda.Scope{agenda1}, 0, 10)
		if err != nil || len(left.Lines) != 1 || left.Lines[0].In {
			t.Errorf("the scope that lost it: %+v, %v", left, err)
		}
		none, err := v.FeedAfter(territoireID(), both, 3, 10)
		if err != nil || len(none.Lines) != 0 || none.Through != 3 {
			t.Errorf("nothing new: %+v, %v", none, err)
		}
		heads, err := v.CollectionHeads(service, agenda.NounRdv)
		if err != nil || !maps.Equal(heads, map[agenda.TerritoireID]int64{territoireID(): 3}) {
			t.Errorf("collection heads: %v, %v", heads, err)
		}
		empty, err := v.CollectionHeads(service, agenda.NounAbsence)
		if err != nil || len(empty) != 0 {
			t.Errorf("heads of a noun never fed: %v, %v", empty, err)
		}
		scopes, err := v.ScopesOf(territoireID(), agenda.RefOf(one))
		if err != nil || !slices.Equal(scopes, []agenda.Scope{service}) {
			t.Errorf("scopes of a record: %v, %v", scopes, err)
		}
		n, err := v.NumberOf(territoireID(), agenda.RefOf(two))
		if err != nil || n != 2 {
			t.Errorf("number of a record: %d, %v", n, err)
		}
	})
}

// horizon: what left long ago is forgotten, and nothing else.
func horizon(t *testing.T, db *store.DB) {
	line := func(n int64, name string, in bool) guichet.FeedLine {
		return guichet.FeedLine{Territoire: territoireID(), Number: n, Scope: "conf:x", Ref: agenda.RefOf(rdv(name, span(0, 9, 10), nil)), In: in}
	}
	serve(t, db, func(tx *store.ServerTx) error {
		for n, l := range []guichet.FeedLine{line(1, "gone", false), line(2, "here", true), line(3, "gone lately", false)} {
			if _, err := tx.Draw(territoireID()); err != nil {
				return err
			}
			if err := tx.Feed(l); err != nil {
				return err
			}
			if too, err := tx.RaiseHorizon(territoireID(), int64(n)+2); err != nil || too != 0 {
				t.Errorf("raised above the head: %d, %v", too, err)
			}
		}
		return nil
	})
	serve(t, db, func(tx *store.ServerTx) error {
		gone, err := tx.RaiseHorizon(territoireID(), 2)
		again, err2 := tx.RaiseHorizon(territoireID(), 1)
		if err := errors.Join(err, err2); err != nil {
			return err // begins again, where the territoire has to be held first
		}
		if gone != 1 || again != 0 {
			t.Errorf("%d then %d lines forgotten", gone, again)
		}
		return nil
	})
	read(t, db, func(v *store.View) {
		head, err := v.Head(territoireID())
		page, err2 := v.FeedAfter(territoireID(), []agenda.Scope{"conf:x"}, 0, 10)
		if errors.Join(err, err2) != nil || head.Horizon != 2 || len(page.Lines) != 2 {
			t.Errorf("horizon %d, %d lines left: %v %v", head.Horizon, len(page.Lines), err, err2)
		}
	})
}

// anyCut feeds at random, then follows from a cut with any page length, and
// compares with the present state.
func anyCut(r *rapid.T, db *store.DB, name string) {
	terr := id[agenda.TerritoireID](name)
	scopes := []agenda.Scope{"conf:a", "conf:b", "conf:c"}
	asked := scopes[:rapid.IntRange(1, 3).Draw(r, "scopes asked")]
	now := map[agenda.Ref]int64{}
	var states []map[agenda.Ref]int64 // number of each record in the scopes asked, at each number
	states = append(states, map[agenda.Ref]int64{})
	err := db.WriteServer(r.Context(), func(tx *store.ServerTx) error {
		for range rapid.IntRange(1, 12).Draw(r, "commits") {
			n, err := tx.Draw(terr)
			if err != nil {
				return err
			}
			for range rapid.IntRange(0, 4).Draw(r, "lines") {
				ref := agenda.Ref{Noun: agenda.NounRdv, ID: id[string](name, fmt.Sprint(rapid.IntRange(0, 5).Draw(r, "record")))}
				s := rapid.SampledFrom(scopes).Draw(r, "scope")
				if err := tx.Feed(guichet.FeedLine{Territoire: terr, Number: n, Scope: s, Ref: ref, In: rapid.Bool().Draw(r, "in")}); err != nil {
					return err
				}
				if slices.Contains(asked, s) {
					now[ref] = n
				}
			}
			states = append(states, maps.Clone(now))
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	cut := rapid.IntRange(0, len(states)-1).Draw(r, "cut")
	held, after := maps.Clone(states[cut]), int64(cut)
	limit := rapid.IntRange(1, 4).Draw(r, "limit")
	err = db.Read(r.Context(), func(v *store.View) error {
		for more := true; more; {
			page, err := v.FeedAfter(terr, asked, after, limit)
			if err != nil {
				return err
			}
			for _, l := range page.Lines {
				if l.Number <= after || l.Number > page.Through {
					r.Fatalf("line %d in a page from %d through %d", l.Number, after, page.Through)
				}
				held[l.Ref] = l.Number
			}
			if page.More && page.Through <= after {
				r.Fatalf("a page from %d gets nowhere", after)
			}
			after, more = page.Through, page.More
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	if !maps.Equal(held, now) || after != int64(len(states)-1) {
		r.Fatalf("followed from %d to %d: %v, want %v", cut, after, held, now)
	}
}
