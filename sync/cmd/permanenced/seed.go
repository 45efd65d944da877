package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"permanence/sync/server/fiction"
)

// Seed fills a database for measures.
func (verbs) Seed() verb {
	return verb{
		help:    "Ajoute un territoire imaginaire de la taille voulue, le même pour la même graine.",
		command: &seed{},
	}
}

type seed struct {
	Base    base   `embed:""`
	Agents  int    `default:"10" placeholder:"N" help:"Agents, par 25 dans chaque organisation (${default})."`
	Usagers int    `default:"1000" placeholder:"N" help:"Usagers (${default})."`
	Rdvs    int    `default:"5000" placeholder:"N" help:"Rendez-vous (${default})."`
	Seed    uint64 `default:"1" placeholder:"GRAINE" help:"Graine (${default})."`
}

// sown is what the verb prints: what it made, and how to reach it.
type sown struct {
	fiction.Seeded
	DB     string `json:"db"`
	TookMS int64  `json:"took_ms"`
}

// Run adds the territoire; its progress goes to the error output.
func (v *seed) Run(ctx context.Context, c *console) error {
	db, err := v.Base.create()
	if err != nil {
		return err
	}
	path := db.Path() // an address without its password
	began := time.Now()
	tell := func(done int) { fmt.Fprintf(c.Err, "%d opérations\n", done) }
	made, err := fiction.Seed(ctx, db, fiction.Size{Agents: v.Agents, Usagers: v.Usagers, Rdvs: v.Rdvs}, v.Seed, began, tell)
	if errors.Is(err, fiction.ErrSize) {
		err = usageError{err}
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return c.print(sown{made, path, time.Since(began).Milliseconds()})
}
