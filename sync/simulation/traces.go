package simulation

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"permanence/app/agenda"
	"permanence/app/store"
)

// canary is a word that stands for one person or one rdv and for nothing else,
// to be looked for in files.
func canary(id string) string {
	var b strings.Builder
	b.WriteString("zq")
	for _, c := range id[24:] {
		if c >= '0' && c <= '9' {
			c += 'k' - '0'
		}
		b.WriteRune(c)
	}
	return b.String()
}

// nothingLingers (invariants 6, 7): no file of a desk holds a word of what its
// agent may no longer read, and none anywhere a word of somebody erased.
func (w *world) nothingLingers() {
	erased, told := map[string]bool{}, map[string]bool{}
	for id := range w.model.erased {
		erased[id] = true
	}
	for _, cmd := range w.born {
		if a, ok := cmd.Args.(*agenda.BookRdv); ok {
			told[string(a.Rdv)] = true
		}
	}
	for _, rec := range w.visible(w.central.disk.db, agenda.NounUsager) {
		told[rec.Key()] = true
	}
	w.without(w.central.disk, erased)
	for _, d := range w.desks {
		w.without(d.disk, union(maps.Clone(erased), w.unreadable(d, told)))
	}
}

func union(a, b map[string]bool) map[string]bool {
	for id := range a {
		b[id] = true
	}
	return b
}

// unreadable lists those of some records that a desk has no business with any
// more: it does not show them, and no refused command of its own, nor any that
// waits for its agent's word, names them.
func (w *world) unreadable(d *desk, ids map[string]bool) map[string]bool {
	none := map[string]bool{}
	w.read(d.disk.db, func(v *store.View) error {
		kept, err := v.Review()
		if err != nil {
			return err
		}
		waiting, err := v.OpenConflits() // a command kept aside is for the admins to read
		if err != nil {
			return err
		}
		for id := range ids {
			if slices.ContainsFunc(kept, func(r store.ReviewItem) bool { return bytes.Contains(r.Content, []byte(id)) }) ||
				slices.ContainsFunc(waiting, func(c *agenda.Conflit) bool { return bytes.Contains(c.Content, []byte(id)) }) {
				continue
			}
			_, rdv := v.Record(agenda.NounRdv, id)
			_, usager := v.Record(agenda.NounUsager, id)
			if rdv != agenda.Yes && usager != agenda.Yes {
				none[id] = true
			}
		}
		return nil
	})
	return none
}

// without looks for words that must not be in any file of a database.
func (w *world) without(k *disk, ids map[string]bool) {
	files := map[string][]byte{"pages": k.image()}
	if w.dir != "" {
		files = map[string][]byte{"file": k.bytes(""), "log": k.bytes("-wal")}
	}
	for name, all := range files {
		for id := range ids {
			if bytes.Contains(all, []byte(canary(id))) {
				w.fail("the %s of %s still tells of %s", name, k.name, id)
			}
		}
	}
}
