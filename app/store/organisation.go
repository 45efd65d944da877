package store

import "permanence/app/agenda"

var organisations = tableFor(agenda.NounOrganisation, "organisations", []string{"territoire"},
	func(o *agenda.Organisation) []any { return []any{o.Territoire} }).ownedBy("territoire")

// Organisations gives every organisation that is here, by id.
func (v *View) Organisations() ([]*agenda.Organisation, error) {
	return listOf[*agenda.Organisation](v, organisations, "ORDER BY id")
}
