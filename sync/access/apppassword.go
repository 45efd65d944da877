package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"permanence/app/agenda"
)

// AppPassword lets a calendar program in, at one level of content.
type AppPassword struct {
	ID      string
	Agent   agenda.AgentID
	Email   string // of the agent's account: the user name that goes with it
	Content Content
	Revoked bool
}

// AppPasswords is where app passwords are kept.
type AppPasswords interface {
	// AppPasswordByHash finds an app password, or ErrUnknown.
	AppPasswordByHash(ctx context.Context, h Hash) (AppPassword, error)
}

// AppPasswordWay lets calendar programs in by Basic: the agent's address and
// an app password, never the password of the account. Programs ask many times
// in a row: an answer is remembered for a moment.
type AppPasswordWay struct {
	passwords AppPasswords
	agents    Agents
	failures  *Gate
	memory    *memory
}

// NewAppPasswordWay makes the way; now is the clock of what it remembers.
func NewAppPasswordWay(passwords AppPasswords, agents Agents, failures *Gate, now func() time.Time) *AppPasswordWay {
	return &AppPasswordWay{passwords, agents, failures, newMemory(now)}
}

func (a *AppPasswordWay) Enter(r *http.Request, ip netip.Addr) (Session, error) {
	user, text, basic := r.BasicAuth()
	secret, ok := ParseSecret(KindAppPassword, text)
	if !basic {
		return Session{}, refuseCredentials() // programs ask once without, to learn how
	}
	if !ok {
		return Session{}, failed(a.failures, ip, refuseCredentials())
	}
	known, err := a.find(r.Context(), secret.Hash())
	if err != nil {
		return Session{}, err
	}
	if known.session.Agent == "" || LoginEmail(user) != known.email {
		return Session{}, failed(a.failures, ip, refuseCredentials())
	}
	return known.session, nil
}

// find gives who holds the app password of this hash; nobody when it is
// unknown, revoked, or of an agent who may no longer come in.
func (a *AppPasswordWay) find(ctx context.Context, h Hash) (holder, error) {
	if known, ok := a.memory.get(h); ok {
		return known, nil
	}
	p, err := a.passwords.AppPasswordByHash(ctx, h)
	if errors.Is(err, ErrUnknown) || p.Revoked {
		return holder{}, nil
	}
	if err != nil {
		return holder{}, fmt.Errorf("look for an app password: %w", err)
	}
	s, err := welcome(ctx, a.agents, Session{Policy: PolicyAppPassword, Agent: p.Agent, Key: p.ID, Content: p.Content})
	if _, refused := errors.AsType[*Refusal](err); refused {
		return holder{}, nil
	}
	if err != nil {
		return holder{}, err
	}
	known := holder{s, LoginEmail(p.Email)}
	a.memory.put(h, known)
	return known, nil
}

// Forget drops what is remembered of an app password, when it is revoked.
func (a *AppPasswordWay) Forget(id string) { a.memory.forget(id) }
