package store

import "permanence/app/agenda"

var plages = tableFor(agenda.NounPlage, "plages", []string{"organisation", "agent"},
	func(p *agenda.PlageOuverture) []any { return []any{p.Organisation, p.Agent} }).ownedBy("organisation")

// Plages gives the plages of an agent in every organisation, by id.
func (v *View) Plages(a agenda.AgentID) []*agenda.PlageOuverture {
	return factsOf[*agenda.PlageOuverture](v, plages, "WHERE agent = ? ORDER BY id", a)
}
