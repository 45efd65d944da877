package access

import (
	"context"
	"slices"

	"permanence/app/agenda"
)

// Content is how much of an agenda an app password or a feed shows.
type Content string

const (
	ContentOccupe  Content = "occupe"  // times only
	ContentMotif   Content = "motif"   // times and motifs; what a new one gets
	ContentComplet Content = "complet" // and usagers
)

// Valid reports whether c is one of the three levels.
func (c Content) Valid() bool {
	return c == ContentOccupe || c == ContentMotif || c == ContentComplet
}

// Session is who asks, as far as the request proved it. What it does not name
// is empty: an usager's session has no agent, a public one has nobody.
type Session struct {
	Policy  Policy         // how they came in
	Agent   agenda.AgentID // agents
	Roles   []agenda.Role  // theirs now, without those that give no login
	Device  string         // desktops
	Key     string         // id of the app password, feed or link that was shown
	Content Content        // app passwords and feeds
	Usager  agenda.UsagerID
	Rdv     agenda.RdvID // links: the only rdv they open
	Nonce   string       // desktops: to be given for their next proof, "" when theirs still serves
}

// Author is the session as the counter knows it.
func (s Session) Author() agenda.Author {
	if s.Usager != "" {
		return agenda.Author{Kind: agenda.AuthorUsager, Usager: s.Usager, Rdv: s.Rdv}
	}
	return agenda.Author{Kind: agenda.AuthorAgent, Agent: s.Agent, Device: s.Device}
}

// adminSomewhere reports whether the agent is admin of any organisation.
func (s Session) adminSomewhere() bool {
	return slices.ContainsFunc(s.Roles, func(r agenda.Role) bool { return r.Level == agenda.LevelAdmin })
}

type sessionKey struct{}

// With gives ctx the session. Handlers get it from the guard; tests may call it.
func With(ctx context.Context, s Session) context.Context {
	return context.WithValue(ctx, sessionKey{}, s)
}

// From gives the session that the guard put into a request's context; a zero
// one, which opens nothing, when there is none.
func From(ctx context.Context) Session {
	s, _ := ctx.Value(sessionKey{}).(Session)
	return s
}

// Agents tells which roles an agent has now.
type Agents interface {
	// AgentRoles gives the roles of an agent in all organisations; none when
	// the agent is unknown, archived or erased.
	AgentRoles(ctx context.Context, agent agenda.AgentID) ([]agenda.Role, error)
}

// welcome completes the session of an agent with their roles. It refuses one
// who has none left, or only an intervenant's, as if the secret were wrong.
func welcome(ctx context.Context, agents Agents, s Session) (Session, error) {
	s, err := withRoles(ctx, agents, s)
	if err != nil {
		return Session{}, err
	}
	if len(s.Roles) == 0 {
		return Session{}, refuseCredentials()
	}
	return s, nil
}

// withRoles completes a session with the roles of its agent, none when nothing
// is left to them.
func withRoles(ctx context.Context, agents Agents, s Session) (Session, error) {
	roles, err := agents.AgentRoles(ctx, s.Agent)
	if err != nil {
		return Session{}, err
	}
	s.Roles = slices.DeleteFunc(slices.Clone(roles), func(r agenda.Role) bool {
		return r.Level == agenda.LevelIntervenant
	})
	return s, nil
}
