package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// base says which database a verb works on; a server may run on it meanwhile.
type base struct {
	DB   string `name:"db" env:"PERMANENCE_DB" placeholder:"BASE" help:"Base du serveur, fichier ou postgres://… (ou PERMANENCE_DB)."`
	Data string `placeholder:"DOSSIER" help:"Dossier d’une démonstration, à la place de --db."`
}

// dataFile is the database of a demonstration, in its folder.
const dataFile = "permanence.db"

// path is the file of the database, or its address.
func (b base) path() (string, error) {
	switch {
	case b.Data != "":
		return filepath.Join(b.Data, dataFile), nil
	case b.DB == "":
		return "", usage("option obligatoire absente : --db=BASE (fichier ou postgres://…) ou --data=DOSSIER")
	}
	return b.DB, checkBase(b.DB)
}

// checkBase refuses what looks like an address and is none: a file of that name
// is nobody's wish.
func checkBase(db string) error {
	scheme, _, found := strings.Cut(db, ":")
	if found && !store.Remote(db) && slices.Contains([]string{"postgres", "postgresql", "pg", "mysql", "sqlite"}, strings.ToLower(scheme)) {
		return usage("adresse de base attendue, comme postgres://compte@machine:5432/base, ou le chemin d’un fichier")
	}
	return nil
}

// open opens a database that exists. Who opens closes.
func (b base) open(o store.Options) (*store.DB, error) {
	path, err := b.path()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); !store.Remote(path) && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("base introuvable : %s", path)
	}
	o.Kind = store.Server
	return store.Open(path, nil, o)
}

// create opens a database, and makes it when there is none.
func (b base) create() (*store.DB, error) {
	path, err := b.path()
	if err != nil {
		return nil, err
	}
	return store.Open(path, nil, store.Options{Kind: store.Server})
}

// errand is one transaction of the command line: its author is the system.
type errand struct {
	*store.ServerTx
	counter *guichet.Counter
	now     time.Time
}

// do runs one command through the counter.
func (e errand) do(args agenda.Args) error {
	_, err := e.counter.DoIn(e.ServerTx, agenda.NewCommand(newID(), e.now, args), agenda.Author{Kind: agenda.AuthorSystem})
	return err
}

// add makes a setting be born.
func (e errand) add(r agenda.Record) error {
	c, err := agenda.AddOf(r)
	if err != nil {
		return err
	}
	return e.do(c)
}

// within runs f in one transaction and closes the database.
func within(ctx context.Context, db *store.DB, f func(e errand) error) error {
	err := db.WriteServer(ctx, func(tx *store.ServerTx) error {
		return f(errand{tx, guichet.NewCounter(db.Ledger(), time.Now), time.Now().UTC()})
	})
	return errors.Join(err, db.Close())
}

// print writes the result of a verb: one line of JSON.
func (c *console) print(v any) error {
	encoder := json.NewEncoder(c.Out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("écriture du résultat : %w", err)
	}
	return nil
}

// born is what a verb that adds something prints.
type born struct {
	ID string `json:"id"`
}

// newID mints a UUIDv7 in lower case.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
