package store

import "permanence/app/agenda"

var territoires = tableFor(agenda.NounTerritoire, "territoires", nil,
	func(*agenda.Territoire) []any { return nil })

// Territoires gives every territoire that is here, by id.
func (v *View) Territoires() ([]*agenda.Territoire, error) {
	return listOf[*agenda.Territoire](v, territoires, "ORDER BY id")
}
