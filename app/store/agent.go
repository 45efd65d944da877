package store

import "permanence/app/agenda"

var agents = tableFor(agenda.NounAgent, "agents", []string{"email"},
	func(a *agenda.Agent) []any { return []any{maybe(a.Email)} })

// Agents gives every agent that is here, by id.
func (v *View) Agents() ([]*agenda.Agent, error) {
	return listOf[*agenda.Agent](v, agents, "ORDER BY id")
}

// Logins gives the agents who have this login address, by id; more than one
// only on a desktop, or when two were made at the same time.
func (v *View) Logins(email string) []*agenda.Agent {
	as, err := listOf[*agenda.Agent](v, agents, "WHERE email = ? ORDER BY id", email)
	v.fail(err)
	return as
}

// followLogin gives the account of an agent the address that their fiche has,
// unless another account has it.
func (tx *ServerTx) followLogin(a *agenda.Agent) error {
	if a.Email == "" {
		return nil
	}
	return tx.change("follow a login", `UPDATE accounts SET email = ? WHERE agent = ? AND email <> ?
		AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.email = ? AND o.agent <> ?)`, a.Email, a.ID, a.Email, a.Email, a.ID)
}
