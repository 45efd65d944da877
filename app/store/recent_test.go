package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"permanence/app/agenda"
	"permanence/app/guichet"
)

// What the journal tells was noted is what the feed holds above any number, and
// is not relied on once a line of it is missing.
func TestRecentIsTheFeed(t *testing.T) {
	const territoire agenda.TerritoireID = "019b0000-0000-7000-8000-000000000001"
	scopes := []agenda.Scope{"a:1", "b:2", "c:3", "d:4"}
	rapid.Check(t, func(r *rapid.T) {
		db, err := OpenMemory("", Options{Kind: Server})
		if err != nil {
			r.Fatal(err)
		}
		defer db.Close()
		commits := rapid.IntRange(1, 12).Draw(r, "commits")
		err = db.WriteServer(t.Context(), func(tx *ServerTx) error {
			for range commits {
				n, err := tx.Draw(territoire)
				if err != nil {
					return err
				}
				for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, 5), 1, 3, rapid.ID[int]).Draw(r, "records") {
					ref := agenda.Ref{Noun: agenda.NounUsager, ID: fmt.Sprintf("019b0000-0000-7000-8000-00000000010%d", i)}
					for _, s := range rapid.SliceOfDistinct(rapid.SampledFrom(scopes), rapid.ID[agenda.Scope]).Draw(r, "scopes") {
						line := guichet.FeedLine{Territoire: territoire, Number: n, Scope: s, Ref: ref, In: rapid.Bool().Draw(r, "in")}
						if err := tx.Feed(line); err != nil {
							return err
						}
					}
					if err := tx.Journal(guichet.JournalLine{Territoire: territoire, Number: n, Ref: ref, Kind: guichet.KindNoted, At: time.Unix(1, 0)}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			r.Fatal(err)
		}
		held := rapid.SliceOfNDistinct(rapid.SampledFrom(scopes), 1, 4, rapid.ID[agenda.Scope]).Draw(r, "held")
		after := rapid.Int64Range(0, int64(commits)-1).Draw(r, "after")
		compareRecent(r, t, db, territoire, held, after, int64(commits))
	})
}

func compareRecent(r *rapid.T, t *testing.T, db *DB, territoire agenda.TerritoireID, held []agenda.Scope, after, head int64) {
	err := db.Read(t.Context(), func(v *View) error {
		places, err := v.places(territoire, held)
		if err != nil {
			return err
		}
		got, ok, err := v.recent(territoire, places, after, head)
		if err != nil || !ok {
			return fmt.Errorf("the journal is whole: %v, %w", ok, err)
		}
		var want []Line
		for _, p := range places {
			lines, err := v.linesOf(p, "", after, 1000)
			if err != nil {
				return err
			}
			want = append(want, lines...)
		}
		slices.SortFunc(got, byNumber)
		slices.SortFunc(want, byNumber)
		if !slices.Equal(latest(got), latest(want)) {
			return fmt.Errorf("the journal tells %v, the feed %v", got, want)
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	err = db.WriteServer(t.Context(), func(tx *ServerTx) error {
		if err := tx.change("forget a line", "DELETE FROM journal WHERE number = ?", head); err != nil {
			return err
		}
		_, ok, err := tx.recent(territoire, nil, after, head)
		if ok {
			err = fmt.Errorf("a number without a line was taken for nothing")
		}
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
}
