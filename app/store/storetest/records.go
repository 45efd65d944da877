package storetest

import (
	"slices"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
)

// records: what is put comes back byte for byte, of every noun, on both kinds.
func records(t *testing.T, e Engine) {
	for _, kind := range []store.Kind{store.Server, store.Desktop} {
		t.Run(string(kind), func(t *testing.T) {
			db := e.Open(t, kind)
			all := oneOfEach()
			put(t, db, all...)
			sameAs(t, db, all)
			for _, r := range all {
				r.Stamped().Revision++
			}
			put(t, db, all...)
			sameAs(t, db, all)
			everyNoun(t, all)
			removeAll(t, db, all)
		})
	}
}

func sameAs(t *testing.T, db *store.DB, all []agenda.Record) {
	t.Helper()
	read(t, db, func(v *store.View) {
		for _, want := range all {
			got, ans := v.Record(want.Noun(), want.Key())
			if ans != agenda.Yes {
				t.Fatalf("%s: answer %d", want.Noun(), ans)
			}
			body, _ := v.Body(want.Noun(), want.Key())
			if encode(t, got) != encode(t, want) || string(body) != encode(t, want) {
				t.Errorf("%s came back as\n%s\nnot\n%s", want.Noun(), body, encode(t, want))
			}
		}
	})
}

func everyNoun(t *testing.T, all []agenda.Record) {
	t.Helper()
	for _, n := range agenda.Nouns() {
		if !slices.ContainsFunc(all, func(r agenda.Record) bool { return r.Noun() == n }) {
			t.Errorf("no record of noun %s is tried", n)
		}
	}
}

// removeAll: nothing stays of a removed record, and removing twice is no error.
func removeAll(t *testing.T, db *store.DB, all []agenda.Record) {
	t.Helper()
	remove := func(remove func(agenda.Ref) error) error {
		for _, r := range slices.Concat(all, all) {
			if err := remove(agenda.RefOf(r)); err != nil {
				return err
			}
		}
		return nil
	}
	want := agenda.No
	if db.Kind() == store.Server {
		serve(t, db, func(tx *store.ServerTx) error { return remove(tx.Remove) })
	} else {
		work(t, db, func(tx *store.DeskTx) error { return remove(tx.Remove) })
		want = agenda.Unknown // it may lie outside
	}
	read(t, db, func(v *store.View) {
		for _, r := range all {
			if _, ans := v.Record(r.Noun(), r.Key()); ans != want {
				t.Errorf("%s removed: answer %d, want %d", r.Noun(), ans, want)
			}
		}
		if rs := v.Rdvs(agenda.RdvQuery{}); len(rs) != 0 {
			t.Errorf("%d rdvs left", len(rs))
		}
		if us, _ := v.SearchUsagers("haddad", nil, 10); len(us) != 0 {
			t.Errorf("%d usagers still found by name", len(us))
		}
	})
}
