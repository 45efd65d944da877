package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/server"
)

// The one account of the bench, an invented one, which reads everything.
const (
	labEmail    = "mesure@lab.example.org"
	labPassword = "mesure de la synchronisation"
)

// serve answers on a port of this machine until ctx ends; what organisations
// are made of is there from the start.
func serve(ctx context.Context, port, dir string) error {
	if port == "" || dir == "" {
		return errors.New("PORT and DATA_DIR are needed")
	}
	path := filepath.Join(dir, "serveur.db")
	if remote := os.Getenv("PERMANENCE_DB"); remote != "" {
		path = remote
	}
	if err := settle(ctx, path); err != nil {
		return err
	}
	if err := os.WriteFile(note(port), []byte(path), 0o600); err != nil {
		return err
	}
	defer os.Remove(note(port))
	return server.Run(ctx, server.Config{
		Listen: "127.0.0.1:" + port, DB: path, MailDelay: time.Hour, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Ready: func(server.Started) { fmt.Println("READY") },
	})
}

// note is where a server writes the path of its database: seeding works beside
// it, as the command line of a server does.
func note(port string) string { return filepath.Join(os.TempDir(), "permanence-lab-"+port) }

// settle makes the territoire, unless it is there.
func settle(ctx context.Context, path string) error {
	db, err := store.Open(path, nil, store.Options{Kind: store.Server})
	if err != nil {
		return err
	}
	return errors.Join(settleIn(ctx, db), db.Close())
}

func settleIn(ctx context.Context, db *store.DB) error {
	heads := 0
	err := db.Read(ctx, func(v *store.View) error {
		all, err := v.Heads()
		heads = len(all)
		return err
	})
	if err != nil || heads > 0 {
		return err
	}
	hasher, err := access.NewHasher(1)
	if err != nil {
		return err
	}
	hash, err := hasher.Hash(ctx, labPassword)
	if err != nil {
		return err
	}
	s := scribe{db: db, counter: guichet.NewCounter(db.Ledger(), time.Now)}
	if err := s.settings(ctx); err != nil {
		return err
	}
	return db.WriteServer(ctx, func(tx *store.ServerTx) error {
		err := tx.AddAccount(store.Account{Agent: agentID(labAgent), Email: access.LoginEmail(labEmail), PasswordHash: hash, CreatedAt: time.Now()})
		return errors.Join(err, passed(tx))
	})
}

// passed tells the mailer that what was written is history.
func passed(tx *store.ServerTx) error {
	heads, err := tx.Heads()
	if err != nil {
		return err
	}
	for _, h := range heads {
		at, err := tx.Bookmark("mailer", h.Territoire)
		if err != nil {
			return err
		}
		if _, err := tx.MoveBookmark("mailer", h.Territoire, at, h.Number); err != nil {
			return err
		}
	}
	return nil
}

// seed adds the appointments of a file to the database of the server at the
// address, beside it.
func seed(ctx context.Context, address, file string) (figures, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	path, err := os.ReadFile(note(u.Port()))
	if err != nil {
		return nil, fmt.Errorf("no server of this program at %s: %w", address, err)
	}
	db, err := store.Open(string(path), nil, store.Options{Kind: store.Server})
	if err != nil {
		return nil, err
	}
	began := time.Now()
	s := scribe{db: db, counter: guichet.NewCounter(db.Ledger(), time.Now)}
	n, err := s.copy(ctx, file)
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	return figures{"ms": time.Since(began).Milliseconds(), "rows": n}, nil
}

// scribe writes commands of the bench, many in one transaction.
type scribe struct {
	db      *store.DB
	counter *guichet.Counter
}

// order is a command and who gives it.
type order struct {
	at   time.Time
	by   agenda.AgentID
	args agenda.Args
}

func (s scribe) write(ctx context.Context, orders []order) error {
	return s.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		ledger := guichet.Remember(tx)
		for _, o := range orders {
			by := agenda.Author{Kind: agenda.AuthorSystem}
			if o.by != "" {
				by = agenda.Author{Kind: agenda.AuthorAgent, Agent: o.by}
			}
			if _, err := s.counter.DoIn(ledger, agenda.NewCommand(newID(), o.at, o.args), by); err != nil {
				return fmt.Errorf("%s: %w", o.args.CommandName(), err)
			}
		}
		return passed(tx)
	})
}
