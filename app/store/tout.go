package store

import "permanence/app/agenda"

// All gives every record of a noun that is here, by id: for an export, a
// comparison of two databases, a test.
func (v *View) All(n agenda.Noun) ([]agenda.Record, error) {
	t := tableOf(n)
	if t == nil {
		return nil, nil
	}
	return listOf[agenda.Record](v, t, "ORDER BY id")
}
