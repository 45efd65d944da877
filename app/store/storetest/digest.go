package storetest

import (
	"maps"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
)

// digests: a server and a desktop that hold the same rows agree, whatever is
// pending; one row more, less or altered shows.
func digests(t *testing.T, e Engine) {
	server, desktop := e.Open(t, store.Server), e.Open(t, store.Desktop)
	agents := []agenda.AgentID{agentID("Claire")}
	old := rdv("old", span(-90, 9, 10), agents)
	records := []agenda.Record{territoire(), organisation(), usager("Nadia", "Haddad"), rdv("november", span(1, 9, 10), agents), rdv("december", span(10, 9, 10), agents)}
	serve(t, server, func(tx *store.ServerTx) error {
		for _, r := range append(records, old) {
			if err := fed(tx, r, "all:x"); err != nil {
				return err
			}
		}
		return nil
	})
	work(t, desktop, func(tx *store.DeskTx) error {
		for i, r := range records {
			if err := tx.PutImage(image(t, r, int64(i+1), "all:x")); err != nil {
				return err
			}
		}
		return nil
	})
	of := func(db *store.DB) map[store.DigestKey]uint64 {
		var d map[store.DigestKey]uint64
		read(t, db, func(v *store.View) {
			var err error
			if d, err = v.Digests(territoireID(), []agenda.Scope{"all:x", "conf:none"}, 202610); err != nil {
				t.Fatal(err)
			}
		})
		return d
	}
	want := of(server)
	if len(want) != 5 || !maps.Equal(of(desktop), want) {
		t.Fatalf("server %v, desktop %v", want, of(desktop))
	}
	moved := rdv("november", span(40, 9, 10), agents)
	moved.Revision = 2
	work(t, desktop, func(tx *store.DeskTx) error { return lay(tx, edit{1, agenda.RefOf(records[2]), nil}) })
	work(t, desktop, func(tx *store.DeskTx) error {
		if err := tx.Keep(2, agenda.RefOf(moved)); err != nil {
			return err
		}
		return tx.Put(moved)
	})
	if !maps.Equal(of(desktop), want) {
		t.Error("pending commands changed a digest")
	}
	nadia := records[2].(*agenda.Usager)
	nadia.Revision = 9
	work(t, desktop, func(tx *store.DeskTx) error { return tx.PutImage(image(t, nadia, 9, "all:x")) })
	if maps.Equal(of(desktop), want) {
		t.Error("an altered row does not show")
	}
	key := store.DigestKey{Scope: "all:x", Noun: agenda.NounRdv, Month: 202612}
	work(t, desktop, func(tx *store.DeskTx) error { return tx.Gone(agenda.RefOf(records[4])) })
	if d := of(desktop); d[key] == want[key] || want[key] == 0 {
		t.Errorf("a missing row does not show: %v", d)
	}
}
