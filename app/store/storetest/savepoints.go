package storetest

import (
	"context"
	"errors"
	"testing"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

var errUndone = errors.New("undone")

// savepoints: an error undoes what was written inside, and only that.
func savepoints(t *testing.T, e Engine) {
	db := e.Open(t, store.Server)
	kept, undone, nested := usager("Kept", "One"), usager("Undone", "Two"), usager("Nested", "Three")
	place := guichet.FeedLine{Territoire: territoireID(), Number: 1, Scope: "conf:x", Ref: agenda.RefOf(kept), In: true}
	serve(t, db, func(tx *store.ServerTx) error {
		if err := tx.Put(territoire()); err != nil {
			return err
		}
		err := tx.Savepoint(func() error {
			if _, err := tx.Draw(territoireID()); err != nil {
				return err
			}
			if err := errors.Join(tx.Put(undone), tx.Feed(place)); err != nil {
				return err
			}
			return errUndone
		})
		if !errors.Is(err, errUndone) {
			t.Errorf("the error of a savepoint came back as %v", err)
		}
		return tx.Savepoint(func() error {
			inner := tx.Savepoint(func() error { return errors.Join(tx.Put(nested), errUndone) })
			if !errors.Is(inner, errUndone) {
				t.Errorf("a nested savepoint gave %v", inner)
			}
			n, err := tx.Draw(territoireID())
			if n != 1 {
				t.Errorf("after an undone draw the next number is %d", n)
			}
			return errors.Join(err, tx.Feed(place), tx.Put(kept))
		})
	})
	read(t, db, func(v *store.View) {
		for _, want := range []struct {
			u   *agenda.Usager
			ans agenda.Answer
		}{{kept, agenda.Yes}, {undone, agenda.No}, {nested, agenda.No}} {
			if _, ans := v.Record(agenda.NounUsager, want.u.Key()); ans != want.ans {
				t.Errorf("%s: answer %d", want.u.FirstName, ans)
			}
		}
		page, err := v.FeedAfter(territoireID(), []agenda.Scope{"conf:x"}, 0, 10)
		if err != nil || len(page.Lines) != 1 {
			t.Errorf("feed after the savepoints: %v, %v", page, err)
		}
	})
	err := db.WriteServer(context.Background(), func(tx *store.ServerTx) error {
		return errors.Join(tx.Put(undone), errUndone)
	})
	if !errors.Is(err, errUndone) {
		t.Errorf("the error of a transaction came back as %v", err)
	}
	read(t, db, func(v *store.View) {
		if _, ans := v.Record(agenda.NounUsager, undone.Key()); ans != agenda.No {
			t.Error("a transaction that failed left a row")
		}
	})
}
