package store

import "permanence/app/agenda"

var importes = tableFor(agenda.NounImporte, "importes", []string{"agent", "source"},
	func(i *agenda.Importe) []any { return []any{i.Agent, i.Source} }).ownedBy("agent")

// Importes gives what an agent imported, from every source, by (source, id).
func (v *View) Importes(a agenda.AgentID) ([]*agenda.Importe, error) {
	return listOf[*agenda.Importe](v, importes, "WHERE agent = ? ORDER BY source, id", a)
}
