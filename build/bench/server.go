package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/server"
	"permanence/sync/server/fiction"

	"github.com/google/uuid"
)

// site is a real server over loopback, filled for a measure.
type site struct {
	url      string
	db       *store.DB
	counter  *guichet.Counter
	accounts []fiction.Account
	stop     func() error
}

// startSite fills a database and serves it until stop.
func startSite(ctx context.Context, path string, size fiction.Size) (*site, error) {
	db, err := store.Open(path, nil, store.Options{Kind: store.Server})
	if err != nil {
		return nil, err
	}
	made, err := fiction.Seed(ctx, db, size, 1, time.Now(), nil)
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	s, err := server.Open(server.Config{
		Listen: "127.0.0.1:0", DB: path, MailDelay: time.Hour, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	stop := func() error {
		cancel()
		return errors.Join(<-done, s.Close())
	}
	return &site{s.URL(), s.DB(), guichet.NewCounter(s.DB().Ledger(), time.Now), made.Accounts, stop}, nil
}

// do runs a command on the server, as its command line would.
func (s *site) do(ctx context.Context, args agenda.Args) error {
	_, err := s.counter.Do(ctx, agenda.NewCommand(newID(), time.Now().UTC(), args), agenda.Author{Kind: agenda.AuthorSystem})
	return err
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// meter counts the bytes of a client's connections, both ways.
type meter struct{ bytes atomic.Int64 }

// client gives an HTTP client whose bytes are counted.
func (m *meter) client() *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, addr)
		return counted{c, m}, err
	}}}
}

type counted struct {
	net.Conn
	m *meter
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.m.bytes.Add(int64(n))
	return n, err
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.m.bytes.Add(int64(n))
	return n, err
}

// in names a file of the bench's folder.
func in(dir, name string) string { return filepath.Join(dir, name) }
