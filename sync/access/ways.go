package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"permanence/app/agenda"
)

// Way proves who sends a request, under one policy. It answers a *Refusal when
// nobody is proved; ip is the client's.
type Way interface {
	Enter(r *http.Request, ip netip.Addr) (Session, error)
}

// NewFailures makes the gate that slows down wrong secrets: 20 at once then
// one each 3 s for an address of the network, 500 then 20 a second for all.
// Right ones are never counted.
func NewFailures(now func() time.Time) *Gate {
	return NewGate(now,
		Rule{Burst: 20, Every: 3 * time.Second, Keys: 20_000},
		Rule{Burst: 500, Every: 50 * time.Millisecond, Keys: 1},
	)
}

// failed counts a wrong secret and gives the answer: wait, or otherwise.
func failed(failures *Gate, ip netip.Addr, otherwise *Refusal) error {
	if err := failures.Take(NetworkKey(ip), ""); err != nil {
		return err
	}
	return otherwise
}

// Link opens the page of one rdv to one usager.
type Link struct {
	ID      string
	Usager  agenda.UsagerID
	Rdv     agenda.RdvID
	Expires time.Time // UTC
	Revoked bool
}

// Links is where links are kept.
type Links interface {
	// LinkByHash finds a link, or ErrUnknown.
	LinkByHash(ctx context.Context, h Hash) (Link, error)
}

// LinkWay lets usagers in by the {link} of the route's pattern. Unknown,
// expired and revoked links get one answer.
type LinkWay struct {
	Links    Links
	Failures *Gate
	Now      func() time.Time
}

func (l LinkWay) Enter(r *http.Request, ip netip.Addr) (Session, error) {
	secret, ok := ParseSecret(KindLink, r.PathValue("link"))
	if !ok {
		return Session{}, failed(l.Failures, ip, refuseLink())
	}
	link, err := l.Links.LinkByHash(r.Context(), secret.Hash())
	if err != nil && !errors.Is(err, ErrUnknown) {
		return Session{}, fmt.Errorf("look for a link: %w", err)
	}
	if err != nil || link.Revoked || !l.Now().Before(link.Expires) {
		return Session{}, failed(l.Failures, ip, refuseLink())
	}
	return Session{Policy: PolicyLink, Key: link.ID, Usager: link.Usager, Rdv: link.Rdv}, nil
}

// Feed publishes an agent's agenda at a secret address.
type Feed struct {
	ID      string
	Agent   agenda.AgentID
	Content Content
	Revoked bool
}

// Feeds is where feeds are kept.
type Feeds interface {
	// FeedByHash finds a feed, or ErrUnknown.
	FeedByHash(ctx context.Context, h Hash) (Feed, error)
}

// FeedWay lets calendar programs in by the {secret} of the route's pattern,
// with or without ".ics". Unknown, revoked and an agent gone are all not found.
type FeedWay struct {
	Feeds    Feeds
	Agents   Agents
	Failures *Gate
}

func (f FeedWay) Enter(r *http.Request, ip netip.Addr) (Session, error) {
	secret, ok := ParseSecret(KindFeed, strings.TrimSuffix(r.PathValue("secret"), ".ics"))
	if !ok {
		return Session{}, failed(f.Failures, ip, refuseNotFound())
	}
	feed, err := f.Feeds.FeedByHash(r.Context(), secret.Hash())
	if err != nil && !errors.Is(err, ErrUnknown) {
		return Session{}, fmt.Errorf("look for a feed: %w", err)
	}
	if err != nil || feed.Revoked {
		return Session{}, failed(f.Failures, ip, refuseNotFound())
	}
	s, err := welcome(r.Context(), f.Agents, Session{Policy: PolicyFeed, Agent: feed.Agent, Key: feed.ID, Content: feed.Content})
	if _, refused := errors.AsType[*Refusal](err); refused {
		return Session{}, failed(f.Failures, ip, refuseNotFound())
	}
	return s, err
}
