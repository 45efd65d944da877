package storetest

import (
	"errors"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
)

// mail: what is due, what was told, and the queue.
func mail(t *testing.T, e Engine) {
	db := e.Open(t, store.Server)
	one, two, nadia := rdvID("one"), rdvID("two"), usagerID("Nadia")
	message := func(name string, r agenda.RdvID) store.Mail {
		return store.Mail{ID: id[agenda.RecuID](name), Rdv: r, Usager: nadia, Kind: "booked", From: "ccas@example.org", To: "nadia@example.org",
			Raw: []byte("Subject: x\r\n\r\n"), Start: at(2, 9, 0), State: agenda.RecuWaiting, After: []byte(`{"method":"REQUEST"}`)}
	}
	first, second, other := message("first", one), message("second", one), message("other", two)
	t.Run("due", func(t *testing.T) {
		serve(t, db, func(tx *store.ServerTx) error {
			return errors.Join(tx.SetDue(store.Due{Rdv: one, Number: 4, At: at(0, 9, 0)}), tx.SetDue(store.Due{Rdv: two, Number: 5, At: at(0, 8, 0)}))
		})
		serve(t, db, func(tx *store.ServerTx) error {
			d, ok, err := tx.TakeDue(at(0, 10, 0), at(0, 11, 0))
			if !ok || d.Rdv != two || d.Number != 5 {
				t.Errorf("the one due for longest: %+v", d)
			}
			newer := tx.SetDue(store.Due{Rdv: two, Number: 6, At: at(0, 12, 0)})
			return errors.Join(err, newer, tx.DropDue(d))
		})
		serve(t, db, func(tx *store.ServerTx) error {
			d, ok, err := tx.TakeDue(at(0, 10, 0), at(0, 11, 0))
			if !ok || d.Rdv != one {
				t.Errorf("the next: %+v", d)
			}
			_, taken, err2 := tx.TakeDue(at(0, 10, 0), at(0, 11, 0))
			if taken {
				t.Error("a leased line was given again")
			}
			later, err3 := tx.NextDue()
			if !later.Equal(at(0, 9, 0)) {
				t.Errorf("next due %v", later)
			}
			return errors.Join(err, err2, err3, tx.DelayDue(d, at(0, 13, 0)))
		})
		serve(t, db, func(tx *store.ServerTx) error {
			d, ok, err := tx.TakeDue(at(0, 14, 0), at(0, 15, 0))
			if !ok || d.Rdv != two || d.Number != 6 {
				t.Errorf("the newer change: %+v", d)
			}
			return errors.Join(err, tx.DropDue(d))
		})
	})
	t.Run("told", func(t *testing.T) {
		serve(t, db, func(tx *store.ServerTx) error {
			return errors.Join(tx.SetTold(one, nadia, []byte(`{"a":1}`)), tx.SetTold(one, nadia, []byte(`{"a":2}`)), tx.SetTold(two, nadia, []byte(`{}`)), tx.SetTold(two, nadia, nil))
		})
		read(t, db, func(v *store.View) {
			told, err := v.Told(one)
			none, err2 := v.Told(two)
			if err != nil || err2 != nil || string(told[nadia]) != `{"a":2}` || len(none) != 0 {
				t.Errorf("told: %v %v, %v %v", told, none, err, err2)
			}
		})
	})
	t.Run("queue", func(t *testing.T) {
		serve(t, db, func(tx *store.ServerTx) error {
			return errors.Join(tx.AddMail(first), tx.AddMail(second), tx.AddMail(other))
		})
		serve(t, db, func(tx *store.ServerTx) error {
			a, okA, err := tx.TakeMail(at(0, 9, 0), at(0, 9, 10))
			b, okB, err2 := tx.TakeMail(at(0, 9, 0), at(0, 9, 10))
			_, okC, err3 := tx.TakeMail(at(0, 9, 0), at(0, 9, 10))
			if !okA || a.ID != first.ID || string(a.Raw) != string(first.Raw) || !okB || b.ID != other.ID || okC {
				t.Errorf("taken: %v %v, %v %v, %v: the second of an rdv waits for the first", okA, a.ID, okB, b.ID, okC)
			}
			withdrawn, err4 := tx.WithdrawMail(first.ID, at(0, 9, 0))
			if withdrawn {
				t.Error("a message being sent was withdrawn")
			}
			return errors.Join(err, err2, err3, err4, tx.DelayMail(first.ID, 1, at(0, 9, 30), true), tx.SettleMail(other.ID, agenda.RecuSent, 1, at(0, 9, 1)))
		})
		serve(t, db, func(tx *store.ServerTx) error {
			_, early, err := tx.TakeMail(at(0, 9, 20), at(0, 9, 50))
			next, waits, err2 := tx.NextMail()
			doubtful, err3 := tx.WithdrawMail(first.ID, at(0, 9, 20))
			fresh, err4 := tx.WithdrawMail(second.ID, at(0, 9, 20))
			if early || !waits || !next.IsZero() || doubtful || !fresh {
				t.Errorf("early %v, next %v %v, doubtful withdrawn %v, fresh withdrawn %v", early, next, waits, doubtful, fresh)
			}
			return errors.Join(err, err2, err3, err4)
		})
		serve(t, db, func(tx *store.ServerTx) error {
			a, ok, err := tx.TakeMail(at(0, 9, 30), at(0, 9, 50))
			if !ok || a.ID != first.ID || a.Attempt != 1 || !a.Doubtful {
				t.Errorf("the second try: %v %+v", ok, a)
			}
			return errors.Join(err, tx.SettleMail(first.ID, agenda.RecuFailed, 2, at(0, 9, 31)))
		})
		read(t, db, func(v *store.View) {
			for _, r := range []agenda.RdvID{one, two} {
				mails, err := v.MailsOf(r)
				if err != nil || len(mails) == 0 {
					t.Fatalf("mails of an rdv: %d, %v", len(mails), err)
				}
				for _, m := range mails {
					if m.Raw != nil || m.To != "" || m.From != "" || m.State == agenda.RecuWaiting {
						t.Errorf("a settled message still holds %+v", m)
					}
				}
			}
			if _, waits, err := v.NextMail(); waits || err != nil {
				t.Errorf("something waits: %v", err)
			}
		})
		serve(t, db, func(tx *store.ServerTx) error {
			n, err := tx.ForgetMails(at(0, 9, 25))
			if n != 2 {
				t.Errorf("%d mails forgotten", n)
			}
			return err
		})
	})
}
