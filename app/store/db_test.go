package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"permanence/app/store"
)

func TestReadersDoNotWait(t *testing.T) {
	db := closing(t)(store.Open(filepath.Join(t.TempDir(), "p.db"), nil, store.Options{Kind: store.Server}))
	add(t, db, "Fournier")
	err := db.WriteServer(ctx, func(tx *store.ServerTx) error {
		if err := tx.Put(agent("Diallo")); err != nil {
			return err
		}
		if got := agents(t, db); got != "Fournier" {
			t.Errorf("a reader sees %q before the commit", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Read(ctx, func(v *store.View) error {
		before, _ := v.Agents()
		add(t, db, "Petit")
		after, err := v.Agents()
		if len(before) != 2 || len(after) != 2 {
			t.Errorf("one view saw %d then %d agents", len(before), len(after))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWatch(t *testing.T) {
	db := closing(t)(store.OpenMemory("", store.Options{Kind: store.Desktop}))
	wake, stop := db.Watch()
	add(t, db, "Fournier")
	add(t, db, "Diallo")
	<-wake
	select {
	case <-wake:
		t.Error("two commits waited for nobody and woke twice")
	default:
	}
	if err := db.WriteDesk(ctx, func(*store.DeskTx) error { return context.Canceled }); !errors.Is(err, context.Canceled) {
		t.Errorf("the error came back as %v", err)
	}
	stop()
	add(t, db, "Petit")
	select {
	case <-wake:
		t.Error("woken after stop, or by what was rolled back")
	default:
	}
}

func TestWaitingForTheWriterListens(t *testing.T) {
	db := closing(t)(store.OpenMemory("", store.Options{Kind: store.Desktop}))
	err := db.WriteDesk(ctx, func(*store.DeskTx) error {
		tired, cancel := context.WithCancel(ctx)
		cancel()
		if err := db.WriteDesk(tired, func(*store.DeskTx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("who waits is told %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPanicRollsBack(t *testing.T) {
	db := closing(t)(store.Open(filepath.Join(t.TempDir(), "p.db"), nil, store.Options{Kind: store.Desktop}))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.WriteDesk(ctx, func(tx *store.DeskTx) error {
			if err := tx.Put(agent("Fournier")); err != nil {
				return err
			}
			panic("a bug")
		})
	}()
	add(t, db, "Diallo")
	if got := agents(t, db); got != "Diallo" {
		t.Errorf("after a panic: %q", got)
	}
}

func TestMemoryIsSharedByName(t *testing.T) {
	one := closing(t)(store.OpenMemory("shared", store.Options{Kind: store.Desktop}))
	two := closing(t)(store.OpenMemory("shared", store.Options{Kind: store.Desktop}))
	other := closing(t)(store.OpenMemory("", store.Options{Kind: store.Desktop}))
	add(t, one, "Fournier")
	if agents(t, two) != "Fournier" || agents(t, other) != "" {
		t.Errorf("two sees %q, another %q", agents(t, two), agents(t, other))
	}
}

// steady gives the same bytes to everyone.
type steady struct{ *strings.Reader }

func TestSameRandomSameSecret(t *testing.T) {
	var derived []string
	for range 2 {
		r := steady{strings.NewReader(strings.Repeat("permanence", 100))}
		db := closing(t)(store.OpenMemory("", store.Options{Kind: store.Server, Random: r}))
		err := db.Read(ctx, func(v *store.View) error {
			derived = append(derived, v.Derive("a", "b"))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if derived[0] == "" || derived[0] != derived[1] {
		t.Errorf("derived %q", derived)
	}
}
