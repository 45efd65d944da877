package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"permanence/app/agenda"
)

// PutImages does what PutImage does with each image, in order. What they
// replace is read together, and what is new, nearly all of a first copy, is
// written together.
func (tx *DeskTx) PutImages(images []Image) error {
	refs := make([]agenda.Ref, len(images))
	for i, x := range images {
		refs[i] = x.Ref
	}
	known, err := tx.holdingsOf(refs)
	if err != nil {
		return err
	}
	shown, err := tx.shown(refs)
	if err != nil {
		return err
	}
	l := &litter{tx: tx}
	met := map[agenda.Ref]bool{}
	for _, i := range images {
		if met[i.Ref] { // what was read of it no longer holds
			if err := l.write(); err != nil {
				return err
			}
			if err := tx.PutImage(i); err != nil {
				return err
			}
			continue
		}
		met[i.Ref] = true
		if err := l.put(i, known[i.Ref], shown[i.Ref]); err != nil {
			return err
		}
	}
	return l.write()
}

// holdingsOf reads through what each of many records is held.
func (tx *DeskTx) holdingsOf(refs []agenda.Ref) (map[agenda.Ref][]holding, error) {
	known := map[agenda.Ref][]holding{}
	err := tx.byNoun(refs, func(n agenda.Noun, in string, ids []any) error {
		return tx.each("SELECT id, place, number, revision, month FROM held WHERE noun = ? AND id"+in, append([]any{n}, ids...), func(rows *sql.Rows) error {
			var id string
			var h holding
			err := rows.Scan(&id, &h.place, &h.number, &h.revision, &h.month)
			ref := agenda.Ref{Noun: n, ID: id}
			known[ref] = append(known[ref], h)
			return err
		})
	})
	return known, err
}

// litter gathers the rows of records that are new here.
type litter struct {
	tx    *DeskTx
	born  map[agenda.Noun][]newborn
	nouns []agenda.Noun // in the order in which they came
	held  []held
}

type newborn struct {
	record agenda.Record
	body   []byte
}

// put notes an image that is new, and writes any other: in base where a pending
// command touched it, by PutImage's way where another territoire holds it too.
func (l *litter) put(i Image, known []holding, row *shownRow) error {
	tx := l.tx
	if tx.wasErased(i.Ref) {
		return tx.Err()
	}
	r, err := tx.decoded(i)
	if err != nil {
		return err
	}
	here := tx.in(i.Territoire, known)
	if len(here) < len(known) || tx.isBased(i.Ref) {
		return tx.putDecoded(i, r, known)
	}
	if slices.ContainsFunc(here, func(h holding) bool { return h.number > i.Number }) {
		return tx.Err()
	}
	held, err := tx.rehold(i, r, here)
	if err != nil {
		return err
	}
	l.held = append(l.held, held...)
	if row != nil {
		return tableOf(i.Ref.Noun).replace(tx.s, row, r, i.Body)
	}
	if l.born == nil {
		l.born = map[agenda.Noun][]newborn{}
	}
	if l.born[i.Ref.Noun] == nil {
		l.nouns = append(l.nouns, i.Ref.Noun)
	}
	l.born[i.Ref.Noun] = append(l.born[i.Ref.Noun], newborn{r, i.Body})
	return nil
}

// write writes what was gathered, in the order of ids: neighbours of an index
// are then written one after the other.
func (l *litter) write() error {
	for _, n := range l.nouns {
		slices.SortFunc(l.born[n], func(a, b newborn) int { return cmp.Compare(a.record.Key(), b.record.Key()) })
		if err := tableOf(n).insertAll(l.tx.s, l.born[n]); err != nil {
			return err
		}
	}
	held := l.held
	l.born, l.nouns, l.held = nil, nil, nil
	return l.tx.writeHeld(held)
}

// insertAll writes rows of which none is there.
func (t *table) insertAll(s *session, all []newborn) error {
	var last int64
	if err := s.one("SELECT coalesce(max(seq), 0) FROM " + t.name).Scan(&last); err != nil {
		return fmt.Errorf("write %ss: %w", t.noun, err)
	}
	rows := make([][]any, len(all))
	children := make([][][]any, len(t.children))
	for i, b := range all {
		seq := last + int64(i) + 1
		rows[i] = append(append([]any{seq, b.record.Key(), b.record.Stamped().Revision}, t.values(b.record)...), string(b.body))
		for k, c := range t.children {
			for _, row := range c.rows(b.record) {
				children[k] = append(children[k], append([]any{seq}, row...))
			}
		}
	}
	if err := s.insertAll("INSERT INTO "+t.name+" (seq, "+strings.Join(t.columns, ", ")+") VALUES ", "", rows); err != nil {
		return fmt.Errorf("write %ss: %w", t.noun, err)
	}
	for k, c := range t.children {
		if err := s.insertAll("INSERT INTO "+c.name+" ("+c.parent+", "+c.columns+") VALUES ", " ON CONFLICT DO NOTHING", children[k]); err != nil {
			return fmt.Errorf("write %ss: %w", t.noun, err)
		}
	}
	return nil
}
