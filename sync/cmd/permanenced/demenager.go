package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"permanence/app/store"
)

// Export writes a whole server.
func (verbs) Export() verb {
	return verb{
		help:    "Écrit un serveur entier, pour le reprendre dans une autre base (import server). Arrêtez-le d’abord.",
		command: &exportServer{},
	}
}

type exportServer struct {
	Base base   `embed:""`
	Out  string `placeholder:"FICHIER" help:"Fichier à écrire ; la sortie sans cette option. Il contient toutes les données et les secrets du serveur."`
}

// moved is what moving a server prints: how many rows each table has.
type moved struct {
	DB   string           `json:"db"`
	Rows map[string]int64 `json:"rows"`
}

// Run writes the export. The counts go to the output with --out, else to the
// error output: the output holds the data.
func (v *exportServer) Run(ctx context.Context, c *console) error {
	db, err := v.Base.open(store.Options{Check: true})
	if err != nil {
		return err
	}
	said := &console{Out: c.Err}
	write := func(to io.Writer) error {
		rows, err := db.Export(ctx, to)
		if err != nil {
			return err
		}
		return said.print(moved{db.Path(), rows})
	}
	if v.Out == "" {
		return errors.Join(write(c.Out), db.Close())
	}
	said.Out = c.Out
	return errors.Join(writeNew(v.Out, write), db.Close())
}

// writeNew makes a file for its owner alone, whole or not at all. One that is
// there already is left as it is.
func writeNew(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("ce fichier existe déjà : %s", path)
	}
	if err != nil {
		return fmt.Errorf("écriture du fichier : %w", err)
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

type importServer struct {
	Base base   `embed:""`
	File string `arg:"" placeholder:"FICHIER" help:"Fichier écrit par export ; - pour l’entrée."`
}

// Run imports the whole server or nothing of it, and prints the counts that
// were compared.
func (v *importServer) Run(ctx context.Context, c *console) error {
	from, done := c.In, func() error { return nil }
	if v.File != "-" {
		f, err := os.Open(v.File)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("fichier introuvable : %s", v.File)
		}
		if err != nil {
			return fmt.Errorf("lecture du fichier : %w", err)
		}
		from, done = f, f.Close
	}
	db, err := v.Base.create()
	if err != nil {
		return errors.Join(err, done())
	}
	rows, err := db.Import(ctx, from)
	if err := errors.Join(err, db.Close(), done()); err != nil {
		return err
	}
	return c.print(moved{db.Path(), rows})
}
