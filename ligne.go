package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"permanence/app/agenda"
	"permanence/app/desktop"
	"permanence/app/store"
	"permanence/sync/replica"
	"permanence/sync/server"
)

// lines readies the exchange between a profile and its server: one far away, or
// one that this very process starts for a demonstration or a desk alone.
type lines struct {
	now func() time.Time
	log *slog.Logger
}

// Open readies the line of a profile.
func (l lines) Open(ctx context.Context, at desktop.Place) (desktop.Sync, error) {
	ln := &line{lines: l, at: at, client: &http.Client{Transport: transport()}}
	if at.Mode == desktop.ModeJoined {
		return ln, ln.connect(ctx, at.Server)
	}
	if err := ln.startServer(ctx); err != nil {
		return nil, err
	}
	return ln, ln.connect(ctx, ln.address())
}

// transport gives up on a server that does not answer; a stream may stay open.
func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = 30 * time.Second
	t.TLSHandshakeTimeout = 10 * time.Second
	return t
}

// line is the desktop's Sync over a replica.
type line struct {
	lines
	at     desktop.Place
	client *http.Client

	own   *server.Server // nil: joined, or another process of this profile has it
	first agenda.AgentID // of one's own server: whose profile it is
	stop  context.CancelFunc
	done  chan error

	mu      sync.Mutex
	replica *replica.Replica // nil until enrolled
	net     *replica.HTTP    // its transport
	busy    bool
}

// current gives the replica, nil until enrolled.
func (l *line) current() *replica.Replica {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.replica
}

// connect makes the replica of a profile that is enrolled; otherwise nothing.
func (l *line) connect(ctx context.Context, base string) error {
	known, err := l.known(ctx)
	if err != nil || known.Credential == "" || base == "" {
		return err
	}
	key, err := replica.Key(ctx, l.at.DB)
	if err != nil {
		return err
	}
	net, err := replica.NewHTTP(base, known.Credential, key, l.client, func(credential string) error {
		return replica.KeepCredential(context.WithoutCancel(ctx), l.at.DB, credential)
	})
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.net = net
	l.replica = replica.New(l.at.DB, l.at.Counter, net, replica.Config{
		Clock: clock{l.now}, Jitter: rand.Float64, OnApply: l.applied,
		OnMend: l.mended, OnHealth: l.at.Heard.Health, OnContact: l.at.Heard.Contact,
	})
	return nil
}

// known reads what the profile has of its server.
func (l *line) known(ctx context.Context) (known replica.Known, err error) {
	err = l.at.DB.Read(ctx, func(v *store.View) (err error) {
		known, err = replica.Line(v)
		return err
	})
	return known, err
}

// clock is the program's clock, and the machine's waiting.
type clock struct{ now func() time.Time }

func (c clock) Now() time.Time                       { return c.now() }
func (clock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Enrol gives the profile a device and a session.
func (l *line) Enrol(ctx context.Context, who desktop.Identifiants) (desktop.Enrole, error) {
	e, base, err := l.enrol(ctx, who)
	if err != nil {
		return desktop.Enrole{}, refused(err)
	}
	if who.Agent != "" && who.Agent != e.Agent.ID {
		return desktop.Enrole{}, desktop.Refuser(desktop.CodeOtherAgent)
	}
	if err := replica.Keep(ctx, l.at.DB, base, e); err != nil {
		return desktop.Enrole{}, refused(err)
	}
	if err := l.connect(ctx, base); err != nil {
		return desktop.Enrole{}, err
	}
	out := desktop.Enrole{Agent: e.Agent.ID, FirstName: e.Agent.FirstName, LastName: e.Agent.LastName}
	if l.at.Mode == desktop.ModeJoined {
		out.Server = base
	}
	return out, nil
}

// enrol asks the server far away, or makes a place at one's own.
func (l *line) enrol(ctx context.Context, who desktop.Identifiants) (replica.Enrolled, string, error) {
	device, err := l.device(ctx)
	if err != nil {
		return replica.Enrolled{}, "", err
	}
	if l.at.Mode != desktop.ModeJoined {
		return l.enrolAtHome(ctx, device)
	}
	base, err := replica.CheckServer(who.Server)
	if err != nil {
		return replica.Enrolled{}, "", err
	}
	key, err := replica.Key(ctx, l.at.DB)
	if err != nil {
		return replica.Enrolled{}, "", err
	}
	e, err := replica.Login(ctx, l.client, key, base, who.Email, who.Password, who.Device, device)
	return e, base, err
}

func (l *line) device(ctx context.Context) (string, error) {
	var id string
	err := l.at.DB.Read(ctx, func(v *store.View) error {
		var err error
		id, err = replica.Former(v)
		return err
	})
	return id, err
}

// refused says a refusal of the line in the desktop's words.
func refused(err error) error {
	denied, is := errors.AsType[*replica.Denied](err)
	switch {
	case errors.Is(err, replica.ErrUnreachable):
		return desktop.Refuser(desktop.CodeUnreachable)
	case !is:
		return err
	}
	code := map[string]string{"credentials": desktop.CodeBadCredentials, "throttled": desktop.CodeThrottled, "other_agent": desktop.CodeOtherAgent}[denied.Code]
	if code == "" {
		code = denied.Code
	}
	e := desktop.Refuser(code)
	e.Message = denied.Message
	return e
}

// Exchange sends what waits and receives what is new, once.
func (l *line) Exchange(ctx context.Context) (desktop.Bilan, error) {
	r := l.current()
	if r == nil {
		return desktop.Bilan{}, desktop.Refuser(desktop.CodeLogin)
	}
	l.setBusy(true)
	t, err := r.Sync(ctx)
	l.setBusy(false)
	b := desktop.Bilan{Pushed: t.Pushed, Pulled: t.Pulled, Refused: t.Refused}
	return b, l.failed(ctx, err)
}

// failed says in the desktop's words why the server was not reached or did not
// let this desktop in.
func (l *line) failed(ctx context.Context, err error) error {
	turned, _ := errors.AsType[*replica.Turned](err)
	answered, _ := errors.AsType[*replica.Answered](err)
	switch {
	case err == nil:
		return nil
	case turned != nil && slices.Contains([]string{desktop.CodeRevoked, desktop.CodeCopied, desktop.CodeWiped}, string(turned.Code)):
		return desktop.Refuser(string(turned.Code))
	case errors.Is(err, replica.ErrRefused), errors.Is(err, replica.ErrForked):
		return desktop.Refuser(desktop.CodeLogin)
	case answered != nil && answered.Status == http.StatusNotFound && answered.Code != "":
		return desktop.Refuser(answered.Code)
	}
	l.log.InfoContext(ctx, "exchange failed", "error", err)
	return desktop.Refuser(desktop.CodeUnreachable)
}

// Appareils lists the desktops of an agent.
func (l *line) Appareils(ctx context.Context, agent agenda.AgentID) ([]desktop.Appareil, error) {
	net := l.transport()
	if net == nil {
		return nil, desktop.Refuser(desktop.CodeLogin)
	}
	found, err := net.Devices(ctx, agent)
	if err != nil {
		return nil, l.failed(ctx, err)
	}
	var all []desktop.Appareil
	for _, d := range found {
		all = append(all, desktop.Appareil{ID: d.ID, Name: d.Name, Here: d.Here, EnrolledAt: d.EnrolledAt, SeenAt: d.SeenAt,
			RevokedAt: d.RevokedAt, WipeAt: d.WipeAt, ToldAt: d.ToldAt, Copied: d.Copied})
	}
	return all, nil
}

// Appareil renames a desktop, revokes it or has it erase its copy.
func (l *line) Appareil(ctx context.Context, id, geste, name string) error {
	net := l.transport()
	if net == nil {
		return desktop.Refuser(desktop.CodeLogin)
	}
	return l.failed(ctx, net.ChangeDevice(ctx, id, geste, name))
}

// History tells what became of a record.
func (l *line) History(ctx context.Context, r agenda.Ref) ([]agenda.Passage, error) {
	net := l.transport()
	if net == nil {
		return nil, desktop.Refuser(desktop.CodeLogin)
	}
	passages, err := net.History(ctx, r)
	if err != nil {
		return nil, l.failed(ctx, err)
	}
	return passages, nil
}

// transport gives what speaks to the server, nil until enrolled.
func (l *line) transport() *replica.HTTP {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.net
}

func (l *line) setBusy(busy bool) {
	l.mu.Lock()
	l.busy = busy
	l.mu.Unlock()
	l.at.Heard.Health()
}

// Follow keeps the profile in step until ctx ends or a person is needed.
func (l *line) Follow(ctx context.Context) error {
	r := l.current()
	if r == nil {
		return nil
	}
	defer l.at.Heard.Health()
	following, stop := context.WithCancel(ctx)
	defer stop()
	go r.WakeWithNetwork(following, addresses)
	err := r.Follow(following)
	if ctx.Err() != nil || err == nil {
		return err
	}
	return l.failed(ctx, err)
}

// addresses are those of the computer: others when the network is back.
func addresses() string {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	return fmt.Sprint(all)
}

// Wake asks for an exchange soon.
func (l *line) Wake() {
	if r := l.current(); r != nil {
		r.Wake()
	}
}

// Status tells how the line is doing.
func (l *line) Status() desktop.Ligne {
	r := l.current()
	if r == nil {
		return desktop.Ligne{Login: true}
	}
	h := r.Health()
	complete, here, all := l.complete()
	l.mu.Lock()
	defer l.mu.Unlock()
	return desktop.Ligne{Online: h.Online, Busy: l.busy, Login: h.Err == "refused" || h.Err == "forked", Since: h.Since,
		LastSync: h.LastSync, Skew: h.Skew, Complete: complete, Done: here, Total: all, Behind: h.Err == "upgrade_server"}
}

// complete reports, from the disk, whether every first copy is whole, and
// otherwise how many of its rows are here, of how many.
func (l *line) complete() (whole bool, here, all int) {
	err := l.at.DB.Read(context.Background(), func(v *store.View) error {
		var err error
		if _, whole, err = replica.Standing(v); err != nil || whole {
			return err
		}
		here, all, err = replica.Progress(v)
		return err
	})
	return err == nil && whole, here, all
}

// applied tells what a page changed and, during the first copy, that it grows.
func (l *line) applied(t replica.Tally) {
	l.at.Heard.Applied(t.Changed)
	if whole, _, _ := l.complete(); !whole {
		l.at.Heard.Health()
	}
}

// mended logs the records that were not what had been sent.
func (l *line) mended(m replica.Mended) {
	l.log.Warn("this profile differed from its server", "territoire", m.Territoire, "stuck", m.Stuck,
		"missing", m.Missing, "altered", m.Altered, "extra", m.Extra)
}
