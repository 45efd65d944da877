package agenda

import "slices"

// Agent is a person who receives usagers, or only an agenda (intervenant,
// without email). Its account (password, devices) is kept elsewhere.
type Agent struct {
	ID        AgentID `json:"id"`
	FirstName string  `json:"first_name"`
	LastName  string  `json:"last_name"`
	Email     string  `json:"email,omitempty"` // login; unique on the server, which alone can tell
	Archived  bool    `json:"archived,omitempty"`
	Stamp
}

func (*Agent) Noun() Noun    { return NounAgent }
func (a *Agent) Key() string { return string(a.ID) }

// Name is what colleagues read: "Claire Fournier".
func (a *Agent) Name() string { return joinName(a.FirstName, a.LastName) }

func (a *Agent) Check() error {
	switch {
	case !ValidID(a.Key()):
		return Invalid("id")
	case CheckNom(a.LastName) != nil:
		return Invalid("last_name")
	case a.FirstName != "" && CheckNom(a.FirstName) != nil:
		return Invalid("first_name")
	case a.Email != "" && CheckCourriel(a.Email) != nil:
		return Invalid("email")
	}
	return nil
}

// claimLogin arbitrates a login address: it opens one account. Taken already, it
// is refused (CodeEmailTaken); given on a desktop that could not know, the fiche
// stands without it, or with the one it had, and its author is told.
func (d *decider) claimLogin(before, r Record) error {
	a, ok := r.(*Agent)
	if !ok {
		return nil
	}
	had, _ := before.(*Agent)
	if a.Email == "" || had != nil && had.Email == a.Email {
		return nil
	}
	for _, o := range d.f.Logins(a.Email) {
		if o.ID == a.ID {
			continue
		}
		if d.mode == Propose || d.c.Device == "" {
			return Refuse(CodeEmailTaken, a.Key())
		}
		a.Email = ""
		if had != nil {
			a.Email = had.Email
		}
		d.verdict(Merged)
		d.out.Code = CodeEmailTaken
		return nil
	}
	return nil
}

// Level is what an agent may do in an organisation.
type Level string

const (
	LevelBasic       Level = "basic"       // own agenda and colleagues of the same services
	LevelSecretariat Level = "secretariat" // every agenda of the organisation
	LevelAdmin       Level = "admin"       // everything, and manages motifs, lieux, agents
	LevelIntervenant Level = "intervenant" // an agenda only: no login
)

// Valid reports whether l is one of the four levels.
func (l Level) Valid() bool {
	return l == LevelBasic || l == LevelSecretariat || l == LevelAdmin || l == LevelIntervenant
}

// Role is an agent's place in one organisation; its id is RoleOf(agent, organisation).
type Role struct {
	ID           RoleID         `json:"id"`
	Agent        AgentID        `json:"agent"`
	Organisation OrganisationID `json:"organisation"`
	Level        Level          `json:"level"`
	Services     []ServiceID    `json:"services,omitempty"` // sorted
	Stamp
}

func (*Role) Noun() Noun    { return NounRole }
func (r *Role) Key() string { return string(r.ID) }

// Wide reports whether the role reads every service of its organisation.
func (r *Role) Wide() bool { return r.Level == LevelSecretariat || r.Level == LevelAdmin }

// Takes reports whether the role lets take a rendez-vous of a motif of its
// organisation: those of its services, every one when it is wide.
func (r *Role) Takes(m *Motif) bool {
	return r.Level != LevelIntervenant && (r.Wide() || slices.Contains(r.Services, m.Service))
}

func (r *Role) Check() error {
	switch {
	case r.ID != RoleOf(r.Agent, r.Organisation):
		return Invalid("id")
	case !ValidID(string(r.Agent)):
		return Invalid("agent")
	case !ValidID(string(r.Organisation)):
		return Invalid("organisation")
	case !r.Level.Valid():
		return Invalid("level")
	}
	for _, s := range r.Services {
		if !ValidID(string(s)) {
			return Invalid("services")
		}
	}
	return nil
}
