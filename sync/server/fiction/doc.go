// Package fiction invents agendas: the CCAS of Val-Fleuri for the
// demonstration, and as many agents, usagers and rdvs as a measure asks for.
//
// Everything goes through the counter, as people would have done it, each act
// at its own past instant. It never touches a database that already holds a
// territoire, and nothing of it is mailed. The same seed and the same civil day
// give the same agendas; only what the clock of today decides (who has come,
// who waits) follows the hour.
package fiction

import (
	"errors"

	"permanence/app/agenda"
)

// Account is a way in, shown once the agendas are made.
type Account struct {
	Email    string         `json:"email"`
	Password string         `json:"password"`
	Role     agenda.Level   `json:"role"`
	Agent    agenda.AgentID `json:"agent_id"`
}

// ErrNotEmpty says that the database already holds a territoire: it is left as
// it is.
var ErrNotEmpty = errors.New("cette base contient déjà un territoire : rien n’y a été changé")

// zone is the clock of Val-Fleuri.
const zone = "Europe/Paris"
