package store

import "permanence/app/agenda"

var agents = tableFor(agenda.NounAgent, "agents", []string{"email"},
	func(a *agenda.Agent) []any { return []any{maybe(a.Email)} })

// Agents gives every agent that is here, by id.
func (v *View) Agents() ([]*agenda.Agent, error) {
	return listOf[*agenda.Agent](v, agents, "ORDER BY id")
}

// AgentsByEmail gives the agents who have this login address, by id; more than
// one only on a desktop, or when two were made at the same time.
func (v *View) AgentsByEmail(email string) ([]*agenda.Agent, error) {
	return listOf[*agenda.Agent](v, agents, "WHERE email = ? ORDER BY id", email)
}
