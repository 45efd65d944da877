package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/app/store/coffre"
	"permanence/sync/replica"
	"permanence/sync/server"
	"permanence/sync/server/fiction"
)

// The server that a profile carries itself: a demonstration, or a desk alone.

// startServer runs the profile's own server on loopback, and founds it the
// first time. When another process of this profile runs it already, the line
// stays down: what is done here waits, as without a network.
func (l *line) startServer(ctx context.Context) error {
	db := coffre.ServerDatabase(l.at.Dir)
	if err := os.MkdirAll(filepath.Dir(db), 0o700); err != nil {
		return fmt.Errorf("make the folder of a server: %w", err)
	}
	s, err := server.Open(server.Config{Listen: "127.0.0.1:0", DB: db, Key: l.at.Key, MailDelay: time.Second, Now: l.now, Log: l.log})
	if e := store.ErrorOf(err); e != nil && e.Code == store.CodeInUse {
		return nil
	}
	if err != nil {
		return err
	}
	if l.first, err = l.founded(ctx, s); err != nil {
		return errors.Join(err, s.Close())
	}
	l.own = s
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop, l.done = stop, make(chan error, 1)
	go func() { l.done <- s.Serve(running) }()
	return nil
}

// demoSeed gives every demonstration the same town.
const demoSeed = 1

// founded gives whose profile the server serves, filling it when it was just made.
func (l *line) founded(ctx context.Context, s *server.Server) (agenda.AgentID, error) {
	if !s.DB().Born() {
		return l.owner(ctx, s)
	}
	if f := l.at.Founds; f != nil {
		return s.Found(ctx, server.Founding(*f))
	}
	accounts, err := fiction.Fill(ctx, s.DB(), demoSeed, l.now())
	if err != nil {
		return "", err
	}
	return accounts[0].Agent, nil
}

// owner reads whose profile it is: the agent it was enrolled for, else the
// first that ever had an account.
func (l *line) owner(ctx context.Context, s *server.Server) (agenda.AgentID, error) {
	known, err := l.known(ctx)
	if err != nil || known.Agent != "" {
		return known.Agent, err
	}
	err = s.DB().Read(ctx, func(v *store.View) error {
		accounts, err := v.Accounts()
		if err == nil && len(accounts) > 0 {
			known.Agent = accounts[0].Agent
		}
		return err
	})
	return known.Agent, err
}

// address is where one's own server answers, "" when another process has it.
func (l *line) address() string {
	if l.own == nil {
		return ""
	}
	return l.own.URL()
}

// Close stops a server that was started for the profile.
func (l *line) Close() error {
	l.client.CloseIdleConnections()
	if l.own == nil {
		return nil
	}
	l.stop()
	return errors.Join(<-l.done, l.own.Close())
}

// enrolAtHome gives the profile a place at its own server.
func (l *line) enrolAtHome(ctx context.Context, device string) (replica.Enrolled, string, error) {
	if l.own == nil {
		return replica.Enrolled{}, "", replica.ErrUnreachable
	}
	credential, d, last, err := l.own.Place(ctx, l.first, "Ce poste", device)
	if err != nil {
		return replica.Enrolled{}, "", err
	}
	e := replica.Enrolled{Credential: credential, Device: d.ID, LastN: last}
	e.Agent.ID = l.first
	return e, l.own.URL(), l.name(ctx, &e)
}

// name reads who the agent of one's own server is.
func (l *line) name(ctx context.Context, e *replica.Enrolled) error {
	return l.own.DB().Read(ctx, func(v *store.View) error {
		if a, ans := agenda.Get[*agenda.Agent](v, agenda.NounAgent, string(e.Agent.ID)); ans == agenda.Yes {
			e.Agent.FirstName, e.Agent.LastName = a.FirstName, a.LastName
		}
		return v.Err()
	})
}
