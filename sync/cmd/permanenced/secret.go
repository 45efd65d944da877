package main

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
)

// AppPassword opens an agent's agendas to a calendar program.
func (verbs) AppPassword() verb {
	return verb{help: "Mots de passe d’application, pour les logiciels d’agenda.", command: &struct {
		Add addAppPassword `cmd:"" help:"Ajoute un mot de passe d’application, montré une seule fois."`
	}{}}
}

// Feed opens an agent's agenda at a secret address.
func (verbs) Feed() verb {
	return verb{help: "Flux iCalendar à une adresse secrète.", command: &struct {
		Add addFeed `cmd:"" help:"Ajoute un flux, dont l’adresse est montrée une seule fois."`
	}{}}
}

// door is what both ask.
type door struct {
	Base  base   `embed:""`
	Agent string `required:"" placeholder:"ADRESSE" help:"Adresse de connexion de l’agent."`
	Label string `required:"" placeholder:"NOM" help:"Ce à quoi l’agent le reconnaîtra."`
	Level string `default:"motif" placeholder:"NIVEAU" help:"Ce qui est montré : occupe, motif ou complet."`
}

// labelMost is the longest label, in characters.
const labelMost = 80

type addAppPassword struct {
	Door door `embed:""`
}

func (v *addAppPassword) Run(ctx context.Context, c *console) error {
	id, secret, err := v.Door.open(ctx, access.KindAppPassword)
	if err != nil {
		return err
	}
	return c.print(struct {
		ID       string `json:"id"`
		Password string `json:"password"`
	}{id, secret.Reveal()})
}

type addFeed struct {
	Door door   `embed:""`
	URL  string `env:"PERMANENCE_URL" placeholder:"ADRESSE" help:"Adresse publique du serveur (ou PERMANENCE_URL)."`
}

func (v *addFeed) Run(ctx context.Context, c *console) error {
	url := strings.TrimRight(v.URL, "/")
	if url == "" {
		url = "http://127.0.0.1:8420" // where a server answers unless told otherwise
	}
	id, secret, err := v.Door.open(ctx, access.KindFeed)
	if err != nil {
		return err
	}
	return c.print(struct {
		ID  string `json:"id"`
		URL string `json:"url"`
	}{id, url + "/ics/" + secret.Reveal() + ".ics"})
}

// open draws a secret and keeps its hash.
func (d door) open(ctx context.Context, kind access.Kind) (id string, secret access.Secret, err error) {
	if !access.Content(d.Level).Valid() {
		return "", secret, usage("--level : occupe, motif ou complet")
	}
	if n := len([]rune(d.Label)); n == 0 || n > labelMost {
		return "", secret, usage("--label : de 1 à %d caractères", labelMost)
	}
	if secret, err = access.NewSecret(rand.Reader, kind); err != nil {
		return "", secret, err
	}
	db, err := d.Base.open(store.Options{})
	if err != nil {
		return "", secret, err
	}
	id = newID()
	err = within(ctx, db, func(e errand) error {
		a, err := agentOf(&e.View, d.Agent)
		if err != nil {
			return err
		}
		return e.AddSecret(store.Secret{Hash: secret.Hash().String(), ID: id, Kind: string(kind), Agent: a, Label: d.Label, Level: d.Level, CreatedAt: e.now})
	})
	return id, secret, err
}

// agentOf gives the agent who logs in with an address. It refuses
// (CodeNotFound) one that nobody has.
func agentOf(v *store.View, email string) (agenda.AgentID, error) {
	a, err := v.AccountByEmail(access.LoginEmail(email))
	if errors.Is(err, store.ErrUnknown) {
		return "", agenda.Refuse(agenda.CodeNotFound, "")
	}
	return a.Agent, err
}
