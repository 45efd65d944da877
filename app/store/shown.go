package store

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"permanence/app/agenda"
)

// shownRow is the row of a record on screen, without its body.
type shownRow struct {
	seq      int64
	columns  []any     // as the database gives those of the table's values
	children [][][]any // the rows that point at it, of each child table
}

// shown reads the rows of many records; those that have none are left out.
func (tx *DeskTx) shown(refs []agenda.Ref) (map[agenda.Ref]*shownRow, error) {
	all := map[agenda.Ref]*shownRow{}
	err := tx.byNoun(refs, func(n agenda.Noun, in string, ids []any) error {
		t := tableOf(n)
		bySeq := map[int64]*shownRow{}
		err := tx.each("SELECT seq, "+strings.Join(slices.Concat(t.columns[:1], t.columns[2:len(t.columns)-1]), ", ")+" FROM "+t.name+" WHERE id"+in, ids, func(rows *sql.Rows) error {
			values, err := scanValues(rows, len(t.columns)-1)
			if err != nil {
				return err
			}
			row := &shownRow{seq: values[0].(int64), columns: values[2:], children: make([][][]any, len(t.children))}
			bySeq[row.seq] = row
			all[agenda.Ref{Noun: n, ID: values[1].(string)}] = row
			return nil
		})
		if err != nil {
			return err
		}
		return tx.pointing(t, bySeq)
	})
	if err != nil {
		return nil, fmt.Errorf("read what is shown: %w", err)
	}
	return all, nil
}

// pointing reads the rows that point at some rows of a table, together at most.
func (tx *DeskTx) pointing(t *table, bySeq map[int64]*shownRow) error {
	if len(bySeq) == 0 {
		return nil
	}
	seqs := make([]any, 0, together)
	for seq := range bySeq {
		seqs = append(seqs, seq)
	}
	for len(seqs) < together { // one statement for every count
		seqs = append(seqs, nil)
	}
	for k, c := range t.children {
		query := "SELECT " + c.parent + ", " + c.columns + " FROM " + c.name + " WHERE " + c.parent + " IN (" + marks(together) + ")"
		err := tx.each(query, seqs, func(rows *sql.Rows) error {
			values, err := scanValues(rows, 1+strings.Count(c.columns, ",")+1)
			if err != nil {
				return err
			}
			row := bySeq[values[0].(int64)]
			row.children[k] = append(row.children[k], values[1:])
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func scanValues(rows *sql.Rows, n int) ([]any, error) {
	values, into := make([]any, n), make([]any, n)
	for i := range values {
		into[i] = &values[i]
	}
	return values, rows.Scan(into...)
}

// replace writes a record over its row. Columns that something searches by, and
// the rows that point at it, are written only where they change: each stands in
// an index, and most changes of a record leave them as they are.
func (t *table) replace(s *session, row *shownRow, r agenda.Record, body []byte) error {
	if same(row.columns, t.values(r)) {
		if err := s.later("write "+t.name, t.rewrite, r.Stamped().Revision, string(body), row.seq); err != nil {
			return err
		}
	} else if _, _, err := t.write(s, t.args(r, body), false); err != nil {
		return fmt.Errorf("write %s %s: %w", t.noun, r.Key(), err)
	}
	for k, c := range t.children {
		if slices.EqualFunc(row.children[k], c.rows(r), same) {
			continue
		}
		if err := c.replace(s, row.seq, r, false); err != nil {
			return fmt.Errorf("write %s %s: %w", t.noun, r.Key(), err)
		}
	}
	return nil
}

// deleteRow removes a row and what points at it.
func (t *table) deleteRow(s *session, row *shownRow) error {
	for k, c := range t.children {
		if len(row.children[k]) == 0 {
			continue
		}
		if err := c.drop(s, row.seq); err != nil {
			return err
		}
	}
	return s.later("remove a row of "+t.name, t.remove, row.seq)
}

// same reports whether values that the database gave are those to write.
func same(read, write []any) bool {
	return slices.EqualFunc(read, write, func(was, is any) bool {
		plain, err := driver.DefaultParameterConverter.ConvertValue(is)
		return err == nil && was == plain
	})
}
