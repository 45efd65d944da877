package storetest

import (
	"errors"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// restored: what a server may have lost is offered again, once, in order.
func restored(t *testing.T, e Engine) {
	desktop := e.Open(t, store.Desktop)
	device, former := id[string]("poste"), id[string]("ancien poste")
	queue := func(n int64, name string) string {
		c := agenda.NewCommand(id[string]("command", name), at(0, 9, 0), &agenda.RemoveRecord{Noun: agenda.NounRdv, ID: string(rdvID(name))})
		c.Device, c.N, c.Seen = device, n, map[string]int64{string(rdvID(name)): 3}
		work(t, desktop, func(tx *store.DeskTx) error {
			if _, err := tx.NextN(); err != nil {
				return err
			}
			return tx.Queue(guichet.Pending{Command: c, Author: agentID("Claire")})
		})
		return c.ID
	}
	answered := func(n int64, day int) {
		work(t, desktop, func(tx *store.DeskTx) error { return tx.DropPending(n, at(day, 10, 0)) })
	}
	work(t, desktop, func(tx *store.DeskTx) error { return tx.Enrol(former, 0) })
	queue(1, "of the former device")
	answered(1, 0)
	work(t, desktop, func(tx *store.DeskTx) error { return tx.Enrol(device, 0) })
	queue(1, "old")
	answered(1, -9)
	queue(2, "in the backup")
	answered(2, 0)
	queue(3, "lost")
	answered(3, 0)
	queue(4, "answered, its rows not here")
	work(t, desktop, func(tx *store.DeskTx) error { return tx.SettlePending(4, []byte(`{"verdict":"applied"}`)) })
	queue(5, "pending")
	want := []string{"of the former device", "lost", "answered, its rows not here", "pending"}
	for range 2 {
		work(t, desktop, func(tx *store.DeskTx) error { return tx.OfferAgain(3, at(0, 10, 0).Add(-7*24*time.Hour)) })
		read(t, desktop, func(v *store.View) {
			qs, err := v.PendingCommands()
			if err != nil || len(qs) != len(want) {
				t.Fatalf("%d to offer, want %d: %v", len(qs), len(want), err)
			}
			for i, q := range qs {
				if q.Command.ID != id[string]("command", want[i]) || q.Command.N != int64(3+i) || q.Command.Device != device || !q.Command.Unseen || q.Outcome != nil {
					t.Errorf("%d: %+v, want %s", i, q.Command, want[i])
				}
			}
			acked, err := v.Acknowledged(at(-30, 0, 0))
			if err != nil || len(acked) != 2 {
				t.Errorf("%d stay acknowledged: %v", len(acked), err)
			}
		})
	}
}

// beyond: what is about records that left with a scope loses its content, once
// it is settled.
func beyond(t *testing.T, e Engine) {
	desktop := e.Open(t, store.Desktop)
	gone, kept := usager("Nadia", "Haddad"), usager("Yanis", "Besson")
	work(t, desktop, func(tx *store.DeskTx) error {
		for i, u := range []*agenda.Usager{gone, kept} {
			if err := tx.PutImage(image(t, u, int64(i+1), []agenda.Scope{"all:x", "all:y"}[i])); err != nil {
				return err
			}
		}
		return nil
	})
	for n, u := range []*agenda.Usager{gone, kept, gone, kept, gone} {
		c := command(int64(n+1), u.Key())
		work(t, desktop, func(tx *store.DeskTx) error {
			if n == 4 {
				return tx.AddReview(store.ReviewItem{Command: c.ID, N: c.N, Code: agenda.CodeTooLate, At: at(0, 9, 0), Content: []byte(`{"usager":"` + u.Key() + `"}`)})
			}
			if err := tx.Queue(guichet.Pending{Command: c, Author: agentID("Claire")}); err != nil || n > 1 {
				return err
			}
			return tx.DropPending(c.N, at(0, 10, 0))
		})
	}
	mine := usager("Rose", "Delmas") // born here of a command about who leaves, and revised
	birth := command(6, gone.Key())
	birth.ID = id[string]("command", "birth")
	work(t, desktop, func(tx *store.DeskTx) error {
		return errors.Join(tx.Keep(6, agenda.RefOf(mine)), tx.Put(mine), tx.Queue(guichet.Pending{Command: birth, Author: agentID("Claire")}),
			tx.Keep(7, agenda.RefOf(mine)), tx.Queue(guichet.Pending{Command: command(7, mine.Key()), Author: agentID("Claire")}))
	})
	copied := usager("Paul", "Lefèvre") // received, revised with who leaves, and copied anew
	revised := command(8, gone.Key())
	revised.ID, revised.Seen = id[string]("command", "revised"), map[string]int64{copied.Key(): 1}
	work(t, desktop, func(tx *store.DeskTx) error {
		return errors.Join(tx.PutImage(image(t, copied, 3, "all:z")), tx.Keep(8, agenda.RefOf(copied)), tx.Queue(guichet.Pending{Command: revised, Author: agentID("Claire")}),
			tx.Queue(guichet.Pending{Command: command(9, copied.Key()), Author: agentID("Claire")}))
	})
	work(t, desktop, func(tx *store.DeskTx) error {
		if _, err := tx.ResetScope(agenda.Placed{Territoire: territoireID(), Scope: "all:z"}); err != nil {
			return err
		}
		n, err := tx.DropScope(agenda.Placed{Territoire: territoireID(), Scope: "all:x"})
		if err != nil || n != 1 {
			t.Errorf("%d left: %v", n, err)
		}
		return tx.ForgetBeyond()
	})
	read(t, desktop, func(v *store.View) {
		acked, err := v.Acknowledged(at(0, 0, 0))
		if err != nil || len(acked) != 2 || acked[0].Raw != nil || acked[1].Raw == nil {
			t.Errorf("acknowledged: %+v, %v", acked, err)
		}
		qs, err := v.PendingCommands()
		if err != nil || len(qs) != 6 || !qs[0].Beyond || qs[0].Raw == nil || qs[1].Beyond || !qs[2].Beyond || !qs[3].Beyond || !qs[4].Beyond || qs[5].Beyond {
			t.Errorf("pending: %+v, %v", qs, err)
		}
		items, err := v.Review()
		if err != nil || len(items) != 1 || items[0].Content != nil {
			t.Errorf("review: %+v, %v", items, err)
		}
	})
	work(t, desktop, func(tx *store.DeskTx) error { return tx.SettlePending(3, []byte(`{"verdict":"waiting"}`)) })
	read(t, desktop, func(v *store.View) {
		if q, ok, err := v.PendingCommand(command(3, gone.Key()).ID); err != nil || !ok || q.Raw != nil {
			t.Errorf("settled: %v %s %v", ok, q.Raw, err)
		}
	})
}
