package store

import (
	"database/sql"
	"fmt"
	"slices"

	"permanence/app/agenda"
)

// together is how many records are read by one statement.
const together = 64

// Standing is a record as it is now: its row, and where it can be read.
type Standing struct {
	Body   []byte // nil for a record that is not here
	Number int64  // its latest in the territoire, 0 for none
	Scopes []agenda.Scope
}

// Standings gives the present state of many records of a territoire: cheaper
// than Body, ScopesOf and NumberOf of each. places comes from ScopeNames.
func (v *View) Standings(names ScopeNames, refs []agenda.Ref) (map[agenda.Ref]Standing, error) {
	all := make(map[agenda.Ref]Standing, len(refs))
	err := v.byNoun(refs, func(n agenda.Noun, in string, ids []any) error { return v.standing(names, n, in, ids, all) })
	if err != nil {
		return nil, fmt.Errorf("read records: %w", err)
	}
	return all, nil
}

// byNoun calls f with the ids of some records of one noun at a time, and with
// the text that asks for them; a noun that is not known here is left out.
func (v *View) byNoun(refs []agenda.Ref, f func(n agenda.Noun, in string, ids []any) error) error {
	ids := map[agenda.Noun][]any{}
	for _, r := range refs {
		ids[r.Noun] = append(ids[r.Noun], r.ID)
	}
	in := " IN (" + marks(together) + ")"
	for n, all := range ids {
		if tableOf(n) == nil {
			continue
		}
		for some := range slices.Chunk(all, together) {
			for len(some) < together { // one statement for every count
				some = append(some[:len(some):len(some)], nil)
			}
			if err := f(n, in, some); err != nil {
				return err
			}
		}
	}
	return nil
}

// standing reads some records of a noun.
func (v *View) standing(names ScopeNames, n agenda.Noun, in string, ids []any, all map[agenda.Ref]Standing) error {
	err := v.each("SELECT id, body FROM "+tableOf(n).name+" WHERE id"+in, ids, func(rows *sql.Rows) error {
		var id string
		var s Standing
		err := rows.Scan(&id, &s.Body)
		all[agenda.Ref{Noun: n, ID: id}] = s
		return err
	})
	if err != nil {
		return err
	}
	return v.each("SELECT id, place, number, present FROM feed WHERE noun = ? AND id"+in, append([]any{n}, ids...), func(rows *sql.Rows) error {
		var id string
		var place, number int64
		var present bool
		if err := rows.Scan(&id, &place, &number, &present); err != nil {
			return err
		}
		scope, here := names[place]
		if !here {
			return nil
		}
		ref := agenda.Ref{Noun: n, ID: id}
		s := all[ref]
		s.Number = max(s.Number, number)
		if present {
			s.Scopes = append(s.Scopes, scope)
		}
		all[ref] = s
		return nil
	})
}

// each calls f with every row of a query.
func (v *View) each(query string, args []any, f func(*sql.Rows) error) error {
	rows, err := v.s.query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// ScopeNames gives the scope of each short number of a territoire.
type ScopeNames map[int64]agenda.Scope

// ScopeNames reads the short numbers that a territoire has now.
func (v *View) ScopeNames(t agenda.TerritoireID) (ScopeNames, error) {
	names := ScopeNames{}
	err := v.each("SELECT place, scope FROM places WHERE territoire = ?", []any{t}, func(rows *sql.Rows) error {
		var place int64
		var scope agenda.Scope
		err := rows.Scan(&place, &scope)
		names[place] = scope
		return err
	})
	return names, err
}
