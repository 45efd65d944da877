package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// note commits one change of an usager in a territoire: a row, a number, a
// feed line and a journal line.
func note(tx *store.ServerTx, t agenda.TerritoireID, s agenda.Scope, u *agenda.Usager) (int64, error) {
	n, err := tx.Draw(t)
	if err != nil {
		return 0, err
	}
	return n, errors.Join(tx.Put(u),
		tx.Feed(guichet.FeedLine{Territoire: t, Number: n, Scope: s, Ref: agenda.RefOf(u), In: true}),
		tx.Journal(guichet.JournalLine{Territoire: t, Number: n, Ref: agenda.RefOf(u), Revision: 1, Kind: guichet.KindBorn, Author: agenda.AuthorSystem, At: at(0, 8, 0)}))
}

// ledger: numbers are dense and in commit order, for every reader at any
// instant, however many write.
func ledger(t *testing.T, e Engine) {
	db := e.Open(t, store.Server)
	const writers, commits = 4, 30
	territoires := []agenda.TerritoireID{id[agenda.TerritoireID]("north"), id[agenda.TerritoireID]("south")}
	var wg sync.WaitGroup
	failed := make(chan error, writers)
	for w := range writers {
		wg.Go(func() {
			for c := range commits {
				err := db.WriteServer(context.Background(), func(tx *store.ServerTx) error {
					u := usager(fmt.Sprint(w), fmt.Sprint(c))
					_, err := note(tx, territoires[(w+c)%2], "conf:x", u)
					if err == nil && c%5 == 4 {
						return errUndone // a number that never existed
					}
					return err
				})
				if err != nil && !errors.Is(err, errUndone) {
					failed <- err
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	f := followers{db: db, at: map[agenda.TerritoireID]int64{}}
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		for _, terr := range territoires {
			f.follow(t, terr)
		}
	}
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	if total := f.at[territoires[0]] + f.at[territoires[1]]; total != writers*commits*4/5 {
		t.Errorf("%d numbers were drawn, want %d", total, writers*commits*4/5)
	}
	t.Run("another life", func(t *testing.T) { epochs(t, db, territoires[0]) })
	t.Run("journal", func(t *testing.T) { journals(t, db, territoires[0]) })
}

// followers checks that a reader who comes back sees each number once, in
// order, and none missing.
type followers struct {
	db *store.DB
	at map[agenda.TerritoireID]int64
}

func (f followers) follow(t *testing.T, terr agenda.TerritoireID) {
	t.Helper()
	read(t, f.db, func(v *store.View) {
		head, err := v.Head(terr)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := v.JournalSince(terr, f.at[terr], 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if l.Number != f.at[terr]+1 {
				t.Fatalf("after number %d came %d", f.at[terr], l.Number)
			}
			f.at[terr] = l.Number
		}
		if f.at[terr] != head.Number {
			t.Fatalf("the head is %d and the journal ends at %d", head.Number, f.at[terr])
		}
		page, err := v.FeedAfter(terr, []agenda.Scope{"conf:x"}, 0, 1000)
		if err != nil || int64(len(page.Lines)) != head.Number {
			t.Fatalf("%d lines of feed at head %d: %v", len(page.Lines), head.Number, err)
		}
	})
}

func epochs(t *testing.T, db *store.DB, terr agenda.TerritoireID) {
	var before, after store.Head
	read(t, db, func(v *store.View) { before, _ = v.Head(terr) })
	serve(t, db, func(tx *store.ServerTx) error { _, err := tx.NewEpoch(terr); return err })
	read(t, db, func(v *store.View) {
		after, _ = v.Head(terr)
		heads, err := v.Heads()
		if err != nil || len(heads) != 2 {
			t.Errorf("%d heads: %v", len(heads), err)
		}
	})
	if before.Epoch == "" || before.Epoch == after.Epoch || before.Number != after.Number {
		t.Errorf("a new epoch made %+v of %+v", after, before)
	}
}

func journals(t *testing.T, db *store.DB, terr agenda.TerritoireID) {
	serve(t, db, func(tx *store.ServerTx) error {
		_, err := tx.MoveBookmark("mailer", terr, 0, 5)
		return err
	})
	serve(t, db, func(tx *store.ServerTx) error {
		moved, err := tx.MoveBookmark("mailer", terr, 3, 7)
		if moved {
			t.Error("a bookmark moved from where it was not")
		}
		return err
	})
	serve(t, db, func(tx *store.ServerTx) error {
		_, err := tx.ForgetJournal(at(1, 0, 0))
		return err
	})
	read(t, db, func(v *store.View) {
		lines, err := v.JournalSince(terr, 0, 3)
		if err != nil || len(lines) != 3 || lines[0].Number != 6 {
			t.Errorf("after forgetting, the journal gives %d lines: %v", len(lines), err)
		}
		passed, err := v.Bookmarks("mailer")
		if err != nil || passed[terr] != 5 || len(passed) != 2 {
			t.Errorf("bookmarks: %v, %v", passed, err)
		}
		history, err := v.History(lines[0].Ref)
		if err != nil || len(history) != 1 || history[0].Kind != guichet.KindBorn || !history[0].At.Equal(at(0, 8, 0)) {
			t.Errorf("history: %+v, %v", history, err)
		}
		other, err := v.JournalSince(terr, 0, 100, agenda.NounRdv)
		if err != nil || len(other) != 0 {
			t.Errorf("lines of another noun: %d, %v", len(other), err)
		}
	})
}
