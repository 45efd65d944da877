package store

import (
	"fmt"
	"strings"

	"permanence/app/agenda"
)

// table is where the records of one noun live: a row each, with the columns
// that something searches by, and the canonical body.
type table struct {
	noun     agenda.Noun
	name     string
	columns  []string // in the order of their values: id, revision, those of values, body
	owner    string   // column of the organisation or territoire it belongs to, "" for none
	values   func(agenda.Record) []any
	children []child
	insert   string // of a row that is not there
	upsert   string
	blind    string // upsert that answers nothing
	seq      string // of the row with an id, inside another statement
	rewrite  string // of a row whose other columns stay
	remove   string
	body     string // of the row with an id; NULL when it was erased
	keep     string // copies a row, or its absence, to base, unless there is an image
}

// child is a table of rows that point at a record by its seq.
type child struct {
	name   string
	parent string // column that holds the seq
	// rows gives the columns of each row but the parent's.
	columns string
	rows    func(agenda.Record) [][]any
}

// tableFor describes a table; values gives one value for each of columns.
func tableFor[T agenda.Record](n agenda.Noun, name string, columns []string, values func(T) []any) *table {
	all := append(append([]string{"id", "revision"}, columns...), "body")
	var set []string
	for _, c := range all[1:] {
		set = append(set, c+" = excluded."+c)
	}
	insert := fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", name, strings.Join(all, ", "), marks(len(all)))
	upsert := insert + " ON CONFLICT (id) DO UPDATE SET " + strings.Join(set, ", ")
	return &table{
		noun: n, name: name, columns: all,
		values:  func(r agenda.Record) []any { return values(r.(T)) },
		insert:  insert + " ON CONFLICT (id) DO NOTHING RETURNING seq",
		upsert:  upsert + " RETURNING seq",
		blind:   upsert,
		seq:     "(SELECT seq FROM " + name + " WHERE id = ?)",
		rewrite: "UPDATE " + name + " SET revision = ?, body = ? WHERE seq = ?",
		remove:  "DELETE FROM " + name + " WHERE seq = ?",
		body:    "SELECT body FROM " + name + " WHERE id = ? UNION ALL SELECT NULL FROM erased WHERE noun = '" + string(n) + "' AND id = ?",
		keep:    "INSERT INTO base (noun, id, body) VALUES (?, ?, (SELECT body FROM " + name + " WHERE id = ?)) ON CONFLICT (noun, id) DO NOTHING",
	}
}

// ownedBy names the column of the organisation or territoire it belongs to.
func (t *table) ownedBy(column string) *table {
	t.owner = column
	return t
}

// pointedAt names the tables whose rows point at it.
func (t *table) pointedAt(children ...child) *table {
	t.children = children
	return t
}

// marks gives n placeholders: "?, ?, ?".
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// tableOf gives the table of a noun, nil when there is no such noun.
func tableOf(n agenda.Noun) *table {
	switch n {
	case agenda.NounTerritoire:
		return territoires
	case agenda.NounOrganisation:
		return organisations
	case agenda.NounService:
		return services
	case agenda.NounAgent:
		return agents
	case agenda.NounRole:
		return roles
	case agenda.NounMotif:
		return motifs
	case agenda.NounLieu:
		return lieux
	case agenda.NounPlage:
		return plages
	case agenda.NounAbsence:
		return absences
	case agenda.NounUsager:
		return usagers
	case agenda.NounProfil:
		return profils
	case agenda.NounRdv:
		return rdvs
	case agenda.NounConflit:
		return conflits
	case agenda.NounOccupation:
		return occupations
	case agenda.NounImporte:
		return importes
	case agenda.NounRecu:
		return recus
	}
	return nil
}

// put writes a record's row and the rows that point at it. fresh says that the
// row is very probably not there yet, which spares looking for what points at it.
func (t *table) put(s *session, r agenda.Record, body []byte, fresh bool) error {
	if !s.eng.prepares() {
		return t.putLater(s, r, body)
	}
	seq, inserted, err := t.write(s, t.args(r, body), fresh)
	if err != nil {
		return fmt.Errorf("write %s %s: %w", t.noun, r.Key(), err)
	}
	for _, c := range t.children {
		if err := c.replace(s, seq, r, inserted); err != nil {
			return fmt.Errorf("write %s %s: %w", t.noun, r.Key(), err)
		}
	}
	return nil
}

// args are the values of a row's columns.
func (t *table) args(r agenda.Record, body []byte) []any {
	return append(append([]any{r.Key(), r.Stamped().Revision}, t.values(r)...), string(body))
}

// write gives the seq of the row, and whether it is known to be new.
func (t *table) write(s *session, args []any, fresh bool) (seq int64, inserted bool, err error) {
	if fresh {
		inserted, err = found(s.one(t.insert, args...).Scan(&seq))
		if err != nil || inserted {
			return seq, inserted, err
		}
	}
	return seq, false, s.one(t.upsert, args...).Scan(&seq)
}

// replace writes the rows of one child table anew.
func (c child) replace(s *session, seq int64, r agenda.Record, inserted bool) error {
	if !inserted {
		if err := c.drop(s, seq); err != nil {
			return err
		}
	}
	for _, row := range c.rows(r) {
		query := "INSERT INTO " + c.name + " (" + c.parent + ", " + c.columns + ") VALUES (" + marks(len(row)+1) + ") ON CONFLICT DO NOTHING"
		if err := s.later("write "+c.name, query, append([]any{seq}, row...)...); err != nil {
			return err
		}
	}
	return nil
}

func (c child) drop(s *session, seq int64) error {
	return s.later("write "+c.name, "DELETE FROM "+c.name+" WHERE "+c.parent+" = ?", seq)
}

// delete removes a record's row and what points at it; none is no error.
func (t *table) delete(s *session, id string) error {
	if !s.eng.prepares() {
		return t.deleteLater(s, id)
	}
	var seq int64
	found, err := found(s.one("SELECT seq FROM "+t.name+" WHERE id = ?", id).Scan(&seq))
	if err != nil || !found {
		return err
	}
	for _, c := range t.children {
		if err := c.drop(s, seq); err != nil {
			return fmt.Errorf("remove %s %s: %w", t.noun, id, err)
		}
	}
	return s.later("remove "+string(t.noun)+" "+id, t.remove, seq)
}
