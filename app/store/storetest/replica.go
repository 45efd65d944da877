package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// replica: what a desktop keeps of the server, scope by scope.
func replica(t *testing.T, e Engine) {
	t.Run("scopes", func(t *testing.T) { heldScopes(t, e.Open(t, store.Desktop)) })
	t.Run("reload", func(t *testing.T) { reload(t, e.Open(t, store.Desktop)) })
	t.Run("window", func(t *testing.T) { window(t, e.Open(t, store.Desktop)) })
	t.Run("queue", func(t *testing.T) { queue(t, e.Open(t, store.Desktop)) })
	t.Run("review", func(t *testing.T) { review(t, e.Open(t, store.Desktop)) })
	t.Run("kinds", func(t *testing.T) { kinds(t, e) })
}

func image(t *testing.T, r agenda.Record, number int64, scopes ...agenda.Scope) store.Image {
	t.Helper()
	return store.Image{Territoire: territoireID(), Ref: agenda.RefOf(r), Body: []byte(encode(t, r)), Number: number, Scopes: scopes}
}

// here reports whether the record is on screen.
func here(t *testing.T, db *store.DB, r agenda.Record) bool {
	t.Helper()
	var ans agenda.Answer
	read(t, db, func(v *store.View) { _, ans = v.Record(r.Noun(), r.Key()) })
	return ans == agenda.Yes
}

func heldScopes(t *testing.T, db *store.DB) {
	r := rdv("one", span(1, 9, 10), []agenda.AgentID{agentID("Claire")})
	ref := agenda.RefOf(r)
	service, own := agenda.Scope("service:s@o"), agenda.AgendaScope(agentID("Claire"))
	work(t, db, func(tx *store.DeskTx) error { return tx.PutImage(image(t, r, 5, service, own)) })
	read(t, db, func(v *store.View) {
		held, err := v.HeldScopes(ref)
		n, err2 := v.NumberReceived(territoireID(), ref)
		if err != nil || err2 != nil || n != 5 || !slices.Equal(held, []agenda.Placed{{Territoire: territoireID(), Scope: own}, {Territoire: territoireID(), Scope: service}}) {
			t.Errorf("held %v at %d: %v %v", held, n, err, err2)
		}
	})
	drop := func(s agenda.Scope) {
		work(t, db, func(tx *store.DeskTx) error {
			_, err := tx.DropScope(agenda.Placed{Territoire: territoireID(), Scope: s})
			return err
		})
	}
	drop(service)
	if !here(t, db, r) {
		t.Error("a record left with the first of two scopes")
	}
	work(t, db, func(tx *store.DeskTx) error { return tx.PutImage(image(t, r, 6, service)) }) // no longer in own
	drop(service)
	if here(t, db, r) {
		t.Error("a record stayed without any scope")
	}
	elsewhere := image(t, r, 3, own)
	elsewhere.Territoire = id[agenda.TerritoireID]("elsewhere")
	work(t, db, func(tx *store.DeskTx) error {
		return errors.Join(tx.PutImage(elsewhere), tx.PutImage(image(t, r, 7, own)), tx.Leave(territoireID(), ref))
	})
	if !here(t, db, r) {
		t.Error("a record left one territoire and went from the other")
	}
	work(t, db, func(tx *store.DeskTx) error { return tx.Gone(ref) })
	if here(t, db, r) {
		t.Error("a deleted record stayed")
	}
	older := rdv("one", span(2, 9, 10), nil)
	newer := rdv("one", span(3, 9, 10), nil)
	newer.Revision = 4
	work(t, db, func(tx *store.DeskTx) error {
		return errors.Join(tx.PutImage(image(t, newer, 9, own)), tx.PutImage(image(t, older, 8, own)))
	})
	read(t, db, func(v *store.View) {
		if got, _ := agenda.Get[*agenda.Rdv](v, agenda.NounRdv, string(r.ID)); got == nil || got.Revision != 4 {
			t.Error("an earlier image replaced a later one")
		}
	})
	work(t, db, func(tx *store.DeskTx) error {
		return errors.Join(tx.Erase(ref), tx.PutImage(image(t, newer, 10, own)))
	})
	if here(t, db, r) {
		t.Error("an erased record came back")
	}
	err := db.WriteDesk(context.Background(), func(tx *store.DeskTx) error {
		i := image(t, newer, 1, own)
		i.Ref.ID = string(rdvID("two"))
		return tx.PutImage(i)
	})
	if err == nil {
		t.Error("an image that names another record was taken")
	}
}

func reload(t *testing.T, db *store.DB) {
	own := agenda.AgendaScope(agentID("Claire"))
	kept, gone, mine := rdv("kept", span(1, 9, 10), nil), rdv("gone", span(1, 9, 10), nil), rdv("mine", span(1, 9, 10), nil)
	kept.Revision = 8
	work(t, db, func(tx *store.DeskTx) error {
		return errors.Join(tx.PutImage(image(t, kept, 50, own)), tx.PutImage(image(t, gone, 51, own)),
			tx.Keep(1, agenda.RefOf(mine)), tx.Put(mine), tx.AwaitReload(territoireID()))
	})
	if !here(t, db, kept) || !here(t, db, gone) {
		t.Error("the screens were emptied before the new rows came")
	}
	kept.Revision = 6 // of the restored history
	work(t, db, func(tx *store.DeskTx) error {
		if err := tx.PutImage(image(t, kept, 40, own)); err != nil {
			return err
		}
		n, err := tx.EndReload(territoireID())
		if n != 1 {
			t.Errorf("%d records left at the end of the reload", n)
		}
		return err
	})
	read(t, db, func(v *store.View) {
		if got, _ := agenda.Get[*agenda.Rdv](v, agenda.NounRdv, kept.Key()); got == nil || got.Revision != 6 {
			t.Errorf("the restored history did not win: %+v", got)
		}
	})
	if here(t, db, gone) || !here(t, db, mine) {
		t.Error("what the server no longer has stayed, or what was born here went")
	}
}

func window(t *testing.T, db *store.DB) {
	own := agenda.AgendaScope(agentID("Claire"))
	old, young := rdv("old", span(-40, 9, 10), nil), rdv("young", span(1, 9, 10), nil)
	work(t, db, func(tx *store.DeskTx) error {
		err := errors.Join(tx.PutImage(image(t, old, 1, own)), tx.PutImage(image(t, young, 2, own)))
		n, err2 := tx.LeaveBefore(territoireID(), at(-30, 0, 0))
		if n != 1 {
			t.Errorf("%d rdvs left the window", n)
		}
		return errors.Join(err, err2)
	})
	if here(t, db, old) || !here(t, db, young) {
		t.Error("the window kept the old or lost the young")
	}
	c := store.Cursor{Territoire: territoireID(), Epoch: "e", Number: 7, ScopesHash: "h", Scopes: []agenda.Scope{own}, Loading: []byte(`[]`)}
	work(t, db, func(tx *store.DeskTx) error { return tx.SetCursor(c) })
	c.Number, c.Loading = 9, nil
	work(t, db, func(tx *store.DeskTx) error { return tx.SetCursor(c) })
	read(t, db, func(v *store.View) {
		got, err := v.Cursors()
		if err != nil || len(got) != 1 || got[0].Number != 9 || got[0].Loading != nil || !slices.Equal(got[0].Scopes, c.Scopes) {
			t.Errorf("cursors: %+v, %v", got, err)
		}
	})
	work(t, db, func(tx *store.DeskTx) error { return tx.DropCursor(c.Territoire) })
	read(t, db, func(v *store.View) {
		if got, _ := v.Cursors(); len(got) != 0 {
			t.Errorf("a dropped cursor: %+v", got)
		}
	})
}

// command is some command with a number.
func command(n int64, about string) agenda.Command {
	c := agenda.NewCommand(id[string]("command", about), at(0, 9, 0), &agenda.RemoveRecord{Noun: agenda.NounRdv, ID: about})
	c.Device, c.N = id[string]("device"), n
	return c
}

func queue(t *testing.T, db *store.DB) {
	agent := agentID("Claire")
	work(t, db, func(tx *store.DeskTx) error { return tx.Enrol(id[string]("device"), 41) })
	undo := []agenda.UndoEdit{{Noun: agenda.NounRdv, ID: string(rdvID("one")), Group: "note", Was: json.RawMessage(`"a"`), Made: json.RawMessage(`"b"`)}}
	work(t, db, func(tx *store.DeskTx) error {
		if tx.Device() != id[string]("device") {
			t.Errorf("device %q", tx.Device())
		}
		for _, name := range []string{"one", "two"} {
			n, err := tx.NextN()
			if err != nil {
				return err
			}
			if err := tx.Queue(guichet.Pending{Command: command(n, string(rdvID(name))), Author: agent, Undo: undo}); err != nil {
				return err
			}
			if err := tx.Keep(n, agenda.Ref{Noun: agenda.NounRdv, ID: string(rdvID(name))}); err != nil {
				return err
			}
		}
		return nil
	})
	work(t, db, func(tx *store.DeskTx) error {
		return errors.Join(tx.SetPendingState(43, agenda.CodeNotFound), tx.SettlePending(42, []byte(`{"verdict":"applied"}`)))
	})
	read(t, db, func(v *store.View) {
		qs, err := v.PendingCommands()
		if err != nil || len(qs) != 2 || qs[0].Command.N != 42 || qs[1].Command.N != 43 {
			t.Fatalf("queue: %+v, %v", qs, err)
		}
		if qs[0].Author != agent || string(qs[0].Outcome) != `{"verdict":"applied"}` || qs[1].State != agenda.CodeNotFound || qs[1].Outcome != nil || len(qs[1].Undo) != 1 {
			t.Errorf("queue: %+v", qs)
		}
		if a, ok := qs[1].Command.Args.(*agenda.RemoveRecord); !ok || a.ID != string(rdvID("two")) {
			t.Errorf("the command came back as %+v", qs[1].Command)
		}
		waiting, err := v.CountPending()
		if err != nil || waiting != 1 {
			t.Errorf("%d not answered: %v", waiting, err)
		}
		touched, err := v.Touched()
		if err != nil || len(touched) != 2 || touched[agenda.Ref{Noun: agenda.NounRdv, ID: string(rdvID("two"))}][0] != 43 {
			t.Errorf("touched: %v, %v", touched, err)
		}
	})
	work(t, db, func(tx *store.DeskTx) error {
		return errors.Join(tx.DropPending(42, at(0, 10, 0)), tx.DropPending(43, time.Time{}))
	})
	read(t, db, func(v *store.View) {
		qs, err := v.PendingCommands()
		acked, err2 := v.Acknowledged(at(0, 9, 30))
		one, found, err3 := v.AcknowledgedCommand(command(42, string(rdvID("one"))).ID)
		if err := errors.Join(err, err2, err3); err != nil || len(qs) != 0 || len(acked) != 1 || acked[0].Command.N != 42 || !found || len(one.Undo) != 1 {
			t.Errorf("after the answers: %d pending, %d acknowledged, %v: %v", len(qs), len(acked), found, err)
		}
		if last, err := v.LastN(); err != nil || last != 43 {
			t.Errorf("last n %d, %v", last, err)
		}
	})
	work(t, db, func(tx *store.DeskTx) error { return tx.ForgetAcknowledged(at(1, 0, 0)) })
	read(t, db, func(v *store.View) {
		if acked, _ := v.Acknowledged(at(0, 0, 0)); len(acked) != 0 {
			t.Errorf("%d acknowledged are not forgotten", len(acked))
		}
	})
}

func review(t *testing.T, db *store.DB) {
	item := store.ReviewItem{Command: id[string]("refused"), N: 4, Code: agenda.CodeTooLate, Message: "Trop tard.", At: at(0, 9, 0), Content: []byte(`{"x":1}`)}
	work(t, db, func(tx *store.DeskTx) error { return errors.Join(tx.AddReview(item), tx.AddReview(item)) })
	read(t, db, func(v *store.View) {
		all, err := v.Review()
		if err != nil || len(all) != 1 || all[0].Code != item.Code || all[0].Message != item.Message || string(all[0].Content) != string(item.Content) || !all[0].At.Equal(item.At) {
			t.Errorf("review: %+v, %v", all, err)
		}
	})
	work(t, db, func(tx *store.DeskTx) error { return tx.DropReview(item.Command) })
	read(t, db, func(v *store.View) {
		if all, _ := v.Review(); len(all) != 0 {
			t.Errorf("a closed one stays: %+v", all)
		}
	})
}

// kinds: a desktop is not written as a server, nor the other way round.
func kinds(t *testing.T, e Engine) {
	server, desktop := e.Open(t, store.Server), e.Open(t, store.Desktop)
	err := desktop.WriteServer(context.Background(), func(*store.ServerTx) error { return nil })
	if trouble := store.ErrorOf(err); trouble == nil || trouble.Code != store.CodeOtherKind {
		t.Errorf("a desktop written as a server: %v", err)
	}
	err = server.WriteDesk(context.Background(), func(*store.DeskTx) error { return nil })
	if trouble := store.ErrorOf(err); trouble == nil || trouble.Code != store.CodeOtherKind {
		t.Errorf("a server written as a desktop: %v", err)
	}
}
