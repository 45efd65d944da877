package store

import "permanence/app/agenda"

var absences = tableFor(agenda.NounAbsence, "absences", []string{"agent"},
	func(a *agenda.Absence) []any { return []any{a.Agent} })

// Absences gives the absences of an agent, by id.
func (v *View) Absences(a agenda.AgentID) []*agenda.Absence {
	return factsOf[*agenda.Absence](v, absences, "WHERE agent = ? ORDER BY id", a)
}
