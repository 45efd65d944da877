package store_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// later is a command of a later release.
type later struct{}

func (later) CommandName() string          { return "PromenerRdv" }
func (later) CommandVersion() int          { return 1 }
func (later) MarshalJSON() ([]byte, error) { return json.RawMessage(`{"pas":3}`), nil }

// TestUnknownPending: a program set back to an older release still reads its
// queue, and sends what it does not understand with every byte of it; under its
// new number a command still owns the rows that it touched.
func TestUnknownPending(t *testing.T) {
	db, err := store.OpenMemory("", store.Options{Kind: store.Desktop})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const id, device = "01930000-0000-7000-8000-000000000001", "01930000-0000-7000-8000-000000000002"
	err = db.WriteDesk(context.Background(), func(tx *store.DeskTx) error {
		cmd := agenda.NewCommand(id, time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), later{})
		cmd.N = 1
		if err := tx.Queue(guichet.Pending{Command: cmd}); err != nil {
			return err
		}
		if err := tx.Keep(1, agenda.Ref{Noun: agenda.NounRdv, ID: id}); err != nil {
			return err
		}
		return tx.Requeue(device, 41)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Read(context.Background(), func(v *store.View) error {
		queue, err := v.PendingCommands()
		if err != nil || len(queue) != 1 {
			t.Fatalf("the queue holds %d commands: %v", len(queue), err)
		}
		q := queue[0]
		if q.Command.ID != id || q.Command.N != 42 || q.Command.Device != device || q.Command.Args != nil {
			t.Errorf("it reads as %+v", q.Command)
		}
		if !strings.Contains(string(q.Raw), `"args":{"pas":3}`) {
			t.Errorf("it would be sent as %s", q.Raw)
		}
		touched, err := v.Touched()
		if ns := touched[agenda.Ref{Noun: agenda.NounRdv, ID: id}]; !slices.Equal(ns, []int64{42}) {
			t.Errorf("what it touched is noted under %v", ns)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
