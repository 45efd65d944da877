package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"permanence/app/store"
	"permanence/sync/server"
	"permanence/sync/server/fiction"
)

// Demo serves a fictional CCAS.
func (verbs) Demo() verb {
	return verb{
		help:    "Sert un CCAS imaginaire : rien n’en sort, ses courriels se lisent à /demo/courriel.",
		command: &demo{},
	}
}

type demo struct {
	Listen string `default:"127.0.0.1:8420" placeholder:"ADRESSE" help:"Adresse d’écoute ; le port 0 en choisit un."`
	Data   string `required:"" placeholder:"DOSSIER" help:"Dossier de la démonstration, créé s’il manque."`
	Now    string `placeholder:"RFC3339" help:"Instant où commence l’horloge du programme."`
}

// demoSeed makes the same Val-Fleuri for everybody on the same day.
const demoSeed = 1

// demoMailDelay lets an undo cost no mail, and nobody wait for one.
const demoMailDelay = time.Second

// demoLine is what a demonstration prints once it answers.
type demoLine struct {
	URL      string            `json:"url"`
	DAV      string            `json:"dav"`
	Accounts []fiction.Account `json:"accounts"`
	Mail     string            `json:"mail"`
}

// Run fills the folder when it is new, then serves until SIGTERM.
func (v *demo) Run(ctx context.Context, c *console) error {
	now, err := clockFrom(v.Now)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(v.Data, 0o700); err != nil {
		return fmt.Errorf("dossier de la démonstration : %w", err)
	}
	cfg := server.Config{
		Listen: v.Listen, DB: filepath.Join(v.Data, dataFile), MailDelay: demoMailDelay, Now: now,
		Log: newLog(c.Err),
	}
	var printed error
	var accounts []fiction.Account
	cfg.Ready = func(s server.Started) {
		printed = c.print(demoLine{s.URL, davOf(s.URL), accounts, s.URL + "/demo/courriel"})
	}
	s, err := server.Open(cfg)
	if err != nil {
		return err
	}
	if accounts, err = fill(ctx, s.DB(), now()); err == nil {
		err = s.Serve(ctx)
	}
	return errors.Join(err, printed, s.Close())
}

// fill gives the accounts of a demonstration, made now if it is new.
func fill(ctx context.Context, db *store.DB, now time.Time) ([]fiction.Account, error) {
	accounts, err := fiction.Fill(ctx, db, demoSeed, now)
	if errors.Is(err, fiction.ErrNotEmpty) {
		return fiction.Accounts(ctx, db, demoSeed)
	}
	return accounts, err
}

// clockFrom is the machine's clock, or one that runs on from an instant.
func clockFrom(text string) (func() time.Time, error) {
	if text == "" {
		return time.Now, nil
	}
	from, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, usage("--now : instant attendu, comme 2026-11-12T10:20:00Z")
	}
	started := time.Now()
	return func() time.Time { return from.Add(time.Since(started)) }, nil
}

// davOf is the address that calendar programs are given.
func davOf(url string) string { return url + "/dav/" }
