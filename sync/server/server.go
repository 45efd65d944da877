package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/hub"
	"permanence/sync/mailer"
	"permanence/sync/mailer/capture"
	"permanence/sync/portal"
)

// Server is a server ready to answer: its database is open, its address taken.
type Server struct {
	cfg       Config
	db        *store.DB
	listener  net.Listener
	counter   *guichet.Counter
	bus       *hub.LocalBus
	hub       *hub.Hub
	guard     *access.Guard
	devices   access.DeviceWay
	enrolment access.Enrolment
	capture   *capture.Box // nil: mail really leaves
	runner    *mailer.Runner
	portal    *portal.Portal
	url       string
}

// Run opens a server and serves until ctx ends, then returns nil.
func Run(ctx context.Context, cfg Config) error {
	s, err := Open(cfg)
	if err != nil {
		return err
	}
	return errors.Join(s.Serve(ctx), s.Close())
}

// Open readies a server. It refuses an address that is taken, a database that
// it cannot open or write, and settings that would let mail or agendas travel in clear
// off this machine. Who opens closes.
func Open(cfg Config) (*Server, error) {
	db, err := store.Open(cfg.DB, cfg.Key, store.Options{Kind: store.Server, Check: true})
	if err != nil {
		return nil, err
	}
	if err := db.Lock("server"); err != nil {
		return nil, errors.Join(err, db.Close()) // another server has this file
	}
	if err := db.WriteServer(context.Background(), func(*store.ServerTx) error { return nil }); err != nil {
		return nil, errors.Join(err, db.Close()) // a server that cannot write serves nobody
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen on %s: %w", cfg.Listen, err), db.Close())
	}
	s, err := build(cfg, db, listener)
	if err != nil {
		return nil, errors.Join(err, listener.Close(), db.Close())
	}
	return s, nil
}

// Close closes the database and gives the address back.
func (s *Server) Close() error {
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return errors.Join(err, s.db.Close())
	}
	return s.db.Close()
}

// URL is the address people are given.
func (s *Server) URL() string { return s.url }

// DB is the server's database, for who fills it in the same process.
func (s *Server) DB() *store.DB { return s.db }

// build gives each room what it asks for.
func build(cfg Config, db *store.DB, listener net.Listener) (*Server, error) {
	s := &Server{cfg: cfg, db: db, listener: listener, bus: hub.NewLocalBus(), url: publicURL(cfg, listener.Addr())}
	s.counter = guichet.NewCounter(db.Ledger(), cfg.Now)
	s.hub = hub.New(db, s.counter, s.bus, hub.Config{Now: cfg.Now, Welcome: s.welcome, Heard: Heard, Differs: s.differs,
		Deadline: func(d time.Duration) time.Time { return time.Now().Add(d) }})
	hasher, err := access.NewHasher(2)
	if err != nil {
		return nil, err
	}
	d := door{db}
	s.enrolment = access.Enrolment{Login: access.NewLogin(d, hasher, cfg.Now), Devices: d, Agents: d, Random: rand.Reader, NewID: newID, Now: cfg.Now}
	failures := access.NewFailures(cfg.Now)
	nonces, err := find(context.Background(), db, func(v *store.View) ([]byte, error) { return v.Key("nonce"), nil })
	if err != nil {
		return nil, err
	}
	s.devices = access.DeviceWay{Devices: d, Agents: d, Failures: failures, Proofs: access.NewProofs(nonces, cfg.Now), Now: cfg.Now}
	ways := map[access.Policy]access.Way{
		access.PolicyDevice:      s.devices,
		access.PolicyLink:        access.LinkWay{Links: d, Failures: failures, Now: cfg.Now},
		access.PolicyFeed:        access.FeedWay{Feeds: d, Agents: d, Failures: failures},
		access.PolicyAppPassword: access.NewAppPasswordWay(d, d, failures, cfg.Now),
	}
	s.guard = access.NewGuard(access.GuardConfig{Hosts: hosts(s.url), Proxies: access.Proxies(cfg.Proxies), Ways: ways, Now: cfg.Now, Log: cfg.Log})
	if err := s.buildMailer(); err != nil {
		return nil, err
	}
	return s, s.buildPortal()
}

// buildPortal makes the usagers' pages.
func (s *Server) buildPortal() error {
	key, err := find(context.Background(), s.db, func(v *store.View) ([]byte, error) { return v.Key("forms"), nil })
	if err != nil {
		return err
	}
	s.portal, err = portal.New(pages{s.db, s.counter, s.cfg.Now}, s.legal(), key, s.cfg.Now)
	return err
}

// captured is how many mails the demonstration keeps.
const captured = 1000

// buildMailer makes the runner; without a relay, mail is captured.
func (s *Server) buildMailer() error {
	p, err := mailer.NewPost(s.cfg.MailFrom, s.url)
	if err != nil {
		return err
	}
	var sender mailer.Sender
	if s.cfg.SMTP != nil {
		sender = *s.cfg.SMTP
	} else {
		s.capture = capture.New(captured, s.cfg.Now)
		sender = s.capture
	}
	settings := mailer.Defaults()
	settings.Delay = s.cfg.MailDelay
	queue := post{s.db, s.counter, s.cfg.Now, newID}
	pages := links{s.db, func() string { return s.url }, s.cfg.Now, newID}
	s.runner = mailer.NewRunner(queue, sender, pages, p, settings, s.cfg.Now, newID, s.cfg.Log)
	return nil
}

// Serve answers until ctx ends, then stops cleanly and returns nil; the mailer
// and the bell run beside.
func (s *Server) Serve(ctx context.Context) error {
	handler, err := s.guard.Handler(s.routes())
	if err != nil {
		return err
	}
	web := access.NewServer(handler, s.cfg.Log)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	web.BaseContext = func(net.Listener) context.Context { return ctx }
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.runner.Run(ctx) })
	g.Go(func() error { return s.ring(ctx) })
	g.Go(func() error { return s.upkeep(ctx) })
	g.Go(func() error { return s.settleWaiting(ctx) })
	g.Go(func() error {
		if err := s.listen(web); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error { return stop(ctx, web) })
	if s.cfg.Ready != nil {
		s.cfg.Ready(Started{URL: s.url, Addr: s.listener.Addr().String()})
	}
	return g.Wait()
}

func (s *Server) listen(web *http.Server) error {
	if s.cfg.TLSCert == "" {
		return web.Serve(s.listener)
	}
	return web.ServeTLS(s.listener, s.cfg.TLSCert, s.cfg.TLSKey)
}

// patience is how long requests in hand may take once the server stops.
const patience = 5 * time.Second

func stop(ctx context.Context, web *http.Server) error {
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if err := web.Shutdown(last); err != nil {
		return web.Close() // streams that do not end by themselves
	}
	return nil
}

// How often the server looks for what other processes wrote: the command line
// beside it on a file; what a lost notification did not tell on PostgreSQL.
const (
	look     = 500 * time.Millisecond
	lookSafe = 15 * time.Second
)

func (s *Server) look() time.Duration {
	if s.db.Hears() {
		return lookSafe
	}
	return look
}

// ring wakes the desktops that listen and the mailer after each commit, of
// this process at once and of others when they are heard, or looked for.
func (s *Server) ring(ctx context.Context) error {
	wake, done := s.db.Watch()
	defer done()
	tick := time.NewTicker(s.look())
	defer tick.Stop()
	var last []store.Head
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-tick.C:
		}
		heads, err := s.heads(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			s.cfg.Log.ErrorContext(ctx, "heads not read", "error", err)
			continue
		}
		if moved := movedHeads(last, heads); len(moved) > 0 {
			s.bus.Notify(moved...)
			s.runner.Wake()
		}
		last = heads
	}
}

func (s *Server) heads(ctx context.Context) ([]store.Head, error) {
	var heads []store.Head
	err := s.db.Read(ctx, func(v *store.View) error {
		var err error
		heads, err = v.Heads()
		return err
	})
	return heads, err
}

// movedHeads lists the territoires whose head is another than before.
func movedHeads(before, after []store.Head) []agenda.TerritoireID {
	known := map[agenda.TerritoireID]store.Head{}
	for _, h := range before {
		known[h.Territoire] = h
	}
	var moved []agenda.TerritoireID
	for _, h := range after {
		if known[h.Territoire] != h {
			moved = append(moved, h.Territoire)
		}
	}
	return moved
}

// newID mints a UUIDv7 in lower case.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
