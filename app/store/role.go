package store

import "permanence/app/agenda"

var roles = tableFor(agenda.NounRole, "roles", []string{"agent", "organisation"},
	func(r *agenda.Role) []any { return []any{r.Agent, r.Organisation} })

// Roles gives the roles that meet q, by id; all of them for an empty q.
func (v *View) Roles(q agenda.RoleQuery) []*agenda.Role {
	switch {
	case q.Agent != "" && q.Organisation != "":
		return factsOf[*agenda.Role](v, roles, "WHERE agent = ? AND organisation = ? ORDER BY id", q.Agent, q.Organisation)
	case q.Agent != "":
		return factsOf[*agenda.Role](v, roles, "WHERE agent = ? ORDER BY id", q.Agent)
	case q.Organisation != "":
		return factsOf[*agenda.Role](v, roles, "WHERE organisation = ? ORDER BY id", q.Organisation)
	}
	return factsOf[*agenda.Role](v, roles, "ORDER BY id")
}

// TerritoiresOf gives the territoires where an agent has a role, by id.
func (v *View) TerritoiresOf(a agenda.AgentID) ([]agenda.TerritoireID, error) {
	return scanAll(v, scanOne[agenda.TerritoireID], `SELECT DISTINCT o.territoire FROM roles r
		JOIN organisations o ON o.id = r.organisation WHERE r.agent = ? ORDER BY o.territoire`, a)
}
