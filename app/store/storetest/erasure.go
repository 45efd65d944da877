package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// canary is a name that nothing else holds.
const canary = "Zyxwvutsrq"

// erasure: an erased person is in no row, no index and no file.
func erasure(t *testing.T, e Engine) {
	t.Run("server", func(t *testing.T) { eraseOnServer(t, e, e.Open(t, store.Server)) })
	if e.Files != nil {
		t.Run("by itself", func(t *testing.T) { eraseAtOnce(t, e, e.Open(t, store.Server)) })
		t.Run("beside a reader", func(t *testing.T) { eraseBesideReader(t, e, e.Open(t, store.Server)) })
	}
	t.Run("desktop", func(t *testing.T) { eraseOnDesktop(t, e, e.Open(t, store.Desktop)) })
}

// eraseAtOnce: without a reader in the way, nothing has to be called, even
// among many others.
func eraseAtOnce(t *testing.T, e Engine, db *store.DB) {
	var erased []agenda.Ref
	for from := range 20 {
		serve(t, db, func(tx *store.ServerTx) error {
			for i := range 50 {
				u := usager(fmt.Sprint(from*50+i), "Autre")
				if i == 17 {
					u.LastName = canary + fmt.Sprint(from)
					erased = append(erased, agenda.RefOf(u))
				}
				if err := tx.Put(u); err != nil {
					return err
				}
			}
			return nil
		})
	}
	serve(t, db, func(tx *store.ServerTx) error {
		for _, r := range erased {
			if err := tx.Erase(r); err != nil {
				return err
			}
		}
		return nil
	})
	nowhere(t, e, db)
}

// eraseBesideReader: a reader keeps the name in the log, CleanUp says so rather
// than pretend, and the next commit after the reader does it.
func eraseBesideReader(t *testing.T, e Engine, db *store.DB) {
	u := usager("Lise", canary)
	put(t, db, u)
	read(t, db, func(v *store.View) {
		if _, ans := v.Record(agenda.NounUsager, u.Key()); ans != agenda.Yes {
			t.Fatal("not there")
		}
		serve(t, db, func(tx *store.ServerTx) error { return tx.Erase(agenda.RefOf(u)) })
		soon, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := db.CleanUp(soon); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("beside a reader, cleaning up says %v", err)
		}
		if _, ans := v.Record(agenda.NounUsager, u.Key()); ans != agenda.Yes {
			t.Error("the view of a reader changed")
		}
	})
	put(t, db, usager("Paul", "Autre"))
	nowhere(t, e, db)
}

func eraseOnServer(t *testing.T, e Engine, db *store.DB) {
	u, other := usager("Lise", canary), usager("Paul", "Autre")
	u.Email = strings.ToLower(canary) + "@example.org"
	r := rdv("one", span(1, 9, 10), []agenda.AgentID{agentID("Claire")}, u.ID, other.ID)
	mailed := store.Mail{ID: id[agenda.RecuID]("m"), Rdv: r.ID, Usager: u.ID, Kind: "booked", From: "ccas@example.org", To: u.Email, Raw: []byte(canary), Start: r.Start, State: agenda.RecuWaiting, After: []byte(`{"address":"` + u.Email + `"}`)}
	toOther := store.Mail{ID: id[agenda.RecuID]("m2"), Rdv: r.ID, Usager: other.ID, Kind: "changed", From: "ccas@example.org", To: "paul@example.org", Raw: []byte("avec " + canary), Start: r.Start,
		State: agenda.RecuWaiting, Before: []byte(`{"a":1}`), After: []byte(`{"a":2}`)}
	about := []byte(`{"usager":"` + string(u.ID) + `","name":"` + canary + `"}`)
	serve(t, db, func(tx *store.ServerTx) error {
		_, err := note(tx, territoireID(), "usagers:x", u)
		return errors.Join(err, tx.Put(u), tx.Put(other), tx.Put(profil(u.ID)), tx.Put(r), tx.AddMail(mailed), tx.SetTold(r.ID, u.ID, mailed.After),
			tx.AddMail(toOther), tx.SetTold(r.ID, other.ID, toOther.After),
			tx.AddSecret(store.Secret{Hash: "h", ID: id[string]("l"), Kind: "link", Usager: u.ID, Rdv: r.ID, CreatedAt: at(0, 8, 0)}),
			tx.PutOutcome(store.Outcome{Command: id[string]("c"), At: at(0, 8, 0), Verdict: agenda.Refused, Content: about}),
			tx.KeepWaiting(store.Held{Command: id[string]("w"), At: at(0, 8, 0), Body: about}))
	})
	if e.Files != nil && inFiles(t, e.Files(db), canary) == e.Sealed {
		t.Fatal("the canary is not where it should be: this test would prove nothing")
	}
	serve(t, db, func(tx *store.ServerTx) error {
		r.Participations = r.Participations[1:]
		n, err := tx.Draw(territoireID())
		return errors.Join(err, tx.Put(r), tx.Remove(agenda.RefOf(profil(u.ID))), tx.Remove(agenda.RefOf(u)),
			tx.Feed(guichet.FeedLine{Territoire: territoireID(), Number: n, Scope: "usagers:x", Ref: agenda.RefOf(u), In: false}),
			tx.Erase(agenda.RefOf(u)), tx.Erase(agenda.RefOf(profil(u.ID))))
	})
	if err := db.CleanUp(context.Background()); err != nil {
		t.Fatal(err)
	}
	nowhere(t, e, db)
	read(t, db, func(v *store.View) {
		mails, err1 := v.MailsOf(r.ID)
		told, err2 := v.Told(r.ID)
		links, err3 := v.SecretsOfRdv(r.ID)
		o, err4 := v.OutcomeOf(id[string]("c"))
		w, err5 := v.WaitingCommands()
		if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
			t.Fatal(err)
		}
		if len(mails) != 0 || len(told) != 1 || string(told[other.ID]) != `{"a":1}` || len(links) != 0 || o.Content != nil || o.Verdict != agenda.Refused || len(w) != 1 || w[0].Body != nil {
			t.Errorf("left: %d mails, %d told, %d links, outcome %s, raw %s", len(mails), len(told), len(links), o.Content, w[0].Body)
		}
		if _, ans := v.Record(agenda.NounUsager, u.Key()); ans != agenda.Erased {
			t.Errorf("the tombstone answers %d", ans)
		}
		if _, ans := v.Record(agenda.NounUsager, other.Key()); ans != agenda.Yes {
			t.Error("somebody else was erased too")
		}
		page, err := v.FeedAfter(territoireID(), []agenda.Scope{"usagers:x"}, 0, 10)
		if err != nil || len(page.Lines) != 1 || page.Lines[0].In {
			t.Errorf("the feed of an erased person: %+v, %v", page, err)
		}
	})
}

func eraseOnDesktop(t *testing.T, e Engine, db *store.DB) {
	u := usager("Lise", canary)
	ref := agenda.RefOf(u)
	raw, err := json.Marshal(canary)
	if err != nil {
		t.Fatal(err)
	}
	revise := agenda.NewCommand(id[string]("c"), at(0, 9, 0), &agenda.ReviseUsager{Usager: u.ID, Fields: map[string]agenda.Edit{"birth_name": {Was: raw, Now: raw}}})
	revise.N = 1
	seen := agenda.NewCommand(id[string]("d"), at(0, 9, 0), &agenda.ReviseUsager{Usager: u.ID, Fields: map[string]agenda.Edit{"address": {Was: raw, Now: raw}}})
	seen.N = 2
	work(t, db, func(tx *store.DeskTx) error {
		return errors.Join(tx.PutImage(image(t, u, 4, "usagers:x")), tx.Keep(1, ref), tx.Put(u), tx.Put(profil(u.ID)),
			tx.Queue(guichet.Pending{Command: revise, Author: agentID("Claire"), Undo: []agenda.UndoEdit{{Noun: ref.Noun, ID: ref.ID, Was: raw, Made: raw}}}),
			tx.Queue(guichet.Pending{Command: seen, Author: agentID("Claire")}), tx.DropPending(2, at(0, 9, 0)),
			tx.AddReview(store.ReviewItem{Command: id[string]("x"), Code: agenda.CodeErased, At: at(0, 9, 0), Content: []byte(`{"usager":"` + ref.ID + `","name":"` + canary + `"}`)}))
	})
	if e.Files != nil && inFiles(t, e.Files(db), canary) == e.Sealed {
		t.Fatal("the canary is not where it should be: this test would prove nothing")
	}
	work(t, db, func(tx *store.DeskTx) error {
		return errors.Join(tx.Rewind(), tx.Erase(ref), tx.Erase(agenda.RefOf(profil(u.ID))), tx.SweepBase())
	})
	if err := db.CleanUp(context.Background()); err != nil {
		t.Fatal(err)
	}
	nowhere(t, e, db)
	read(t, db, func(v *store.View) {
		qs, err := v.PendingCommands()
		if err != nil || len(qs) != 1 || qs[0].Raw != nil || qs[0].Undo != nil || qs[0].Command.ID != revise.ID || qs[0].Command.N != 1 {
			t.Errorf("an emptied command keeps its id and number only: %+v, %v", qs, err)
		}
		acked, err := v.Acknowledged(at(0, 0, 0))
		if err != nil || len(acked) != 1 || acked[0].Raw != nil {
			t.Errorf("an acknowledged command: %+v, %v", acked, err)
		}
		items, err := v.Review()
		if err != nil || len(items) != 1 || items[0].Content != nil || items[0].Code != agenda.CodeErased {
			t.Errorf("what was in review: %+v, %v", items, err)
		}
	})
}

// nowhere looks for the canary in every file, byte by byte, and by name.
func nowhere(t *testing.T, e Engine, db *store.DB) {
	t.Helper()
	read(t, db, func(v *store.View) {
		if us, err := v.SearchUsagers(canary, nil, 10); err != nil || len(us) != 0 {
			t.Errorf("%d found by name, %v", len(us), err)
		}
	})
	if e.Files == nil {
		return
	}
	for _, form := range []string{canary, strings.ToLower(canary), strings.ToUpper(canary)} {
		if inFiles(t, e.Files(db), form) {
			t.Errorf("%q is still in a file", form)
		}
	}
}

func inFiles(t *testing.T, files []string, text string) bool {
	t.Helper()
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}
