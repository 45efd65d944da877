package store

import "permanence/app/agenda"

var recus = tableFor(agenda.NounRecu, "recus", []string{"rdv", "usager"},
	func(r *agenda.Recu) []any { return []any{r.Rdv, r.Usager} }).ownedBy("rdv")

// Recus gives the receipts of an Rdv, by id: ids are born in order of time.
func (v *View) Recus(r agenda.RdvID) ([]*agenda.Recu, error) {
	return listOf[*agenda.Recu](v, recus, "WHERE rdv = ? ORDER BY id", r)
}
