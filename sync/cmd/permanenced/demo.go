package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
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
	Data   string `xor:"base" required:"" placeholder:"DOSSIER" help:"Dossier de la démonstration, créé s’il manque."`
	DB     string `name:"db" xor:"base" required:"" placeholder:"postgres://…" help:"Base à la place d’un dossier : plusieurs processus peuvent la servir."`
	URL    string `placeholder:"ADRESSE" help:"Adresse derrière laquelle plusieurs processus répondent."`
	SMTP   string `name:"smtp" placeholder:"smtp://…" help:"Relais de cette machine qui reçoit les courriels, à la place de /demo/courriel."`
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
	Mail     string            `json:"mail"` // "" when a relay receives them
}

// Run fills the base when it is new, then serves until SIGTERM.
func (v *demo) Run(ctx context.Context, c *console) error {
	cfg, err := v.config(newLog(c.Err))
	if err != nil {
		return err
	}
	var printed error
	var accounts []fiction.Account
	cfg.Ready = func(s server.Started) {
		line := demoLine{URL: s.URL, DAV: davOf(s.URL), Accounts: accounts}
		if cfg.SMTP == nil {
			line.Mail = s.URL + "/demo/courriel"
		}
		printed = c.print(line)
	}
	s, err := server.Open(cfg)
	if err != nil {
		return err
	}
	if accounts, err = fill(ctx, s.DB(), cfg.Now()); err == nil {
		err = s.Serve(ctx)
	}
	return errors.Join(err, printed, s.Close())
}

// config makes the folder of the base, and refuses a relay of another machine:
// nothing leaves a demonstration.
func (v *demo) config(log *slog.Logger) (server.Config, error) {
	now, err := clockFrom(v.Now)
	if err != nil {
		return server.Config{}, err
	}
	said := settings{}
	for key, text := range map[string]string{"db": v.DB, "url": v.URL, "smtp": v.SMTP} {
		said[key] = setting{text: text, name: "--" + key, flag: true}
	}
	cfg := server.Config{Listen: v.Listen, DB: v.DB, URL: strings.TrimRight(v.URL, "/"), MailDelay: demoMailDelay, Now: now, Log: log}
	if v.Data != "" {
		cfg.DB = filepath.Join(v.Data, dataFile)
		if err := os.MkdirAll(v.Data, 0o700); err != nil {
			return cfg, fmt.Errorf("dossier de la démonstration : %w", err)
		}
	} else if err := said.checkDB(&cfg); err != nil {
		return cfg, err
	}
	if err := said.checkURL(&cfg); err != nil || v.SMTP == "" {
		return cfg, err
	}
	if cfg.SMTP, err = server.Relay(v.SMTP, ""); err != nil {
		return cfg, said.refuse("smtp", err.Error())
	}
	if host, _, err := net.SplitHostPort(cfg.SMTP.Addr); err != nil || !thisMachine(host) {
		return cfg, said.refuse("smtp", "une démonstration n’envoie rien hors de cette machine")
	}
	return cfg, nil
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
