package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"permanence/app/agenda"
	"permanence/app/store"
)

// Doctor looks at a database.
func (verbs) Doctor() verb {
	return verb{
		help:    "Examine une base : intégrité, journal, réglages qui manquent.",
		command: &doctor{},
	}
}

type doctor struct {
	Base    base   `embed:""`
	Compare string `placeholder:"POSTE" help:"Compare un poste à cette base : le dossier d’un profil de cet ordinateur, ou l’inventaire d’un autre poste (permanence inventory --json)."`
}

// diagnosis is what the verb prints. Troubles are what must be repaired;
// Missing are settings without which something does not happen.
type diagnosis struct {
	OK          bool                `json:"ok"`
	Territoires []pulse             `json:"territoires"`
	Counts      map[agenda.Noun]int `json:"counts"`
	Accounts    int                 `json:"accounts"`
	Troubles    []string            `json:"troubles"`
	Missing     []string            `json:"missing"`
}

// pulse is where one territoire stands.
type pulse struct {
	ID     agenda.TerritoireID `json:"id"`
	Name   string              `json:"name"`
	Number int64               `json:"number"` // the last one drawn
	Dense  bool                `json:"dense"`  // no number is missing in the journal
}

// Run prints the diagnosis; it is a failure when something must be repaired.
func (v *doctor) Run(ctx context.Context, c *console) error {
	if v.Compare != "" {
		return v.compare(ctx, c)
	}
	db, err := v.Base.open(store.Options{Check: true})
	if err != nil {
		return err
	}
	d := diagnosis{Territoires: []pulse{}, Counts: map[agenda.Noun]int{}, Troubles: []string{}, Missing: []string{}}
	err = db.Read(ctx, d.examine)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	d.OK = len(d.Troubles) == 0
	if err := c.print(d); err != nil || d.OK {
		return err
	}
	return errors.New(strings.Join(d.Troubles, "\n"))
}

func (d *diagnosis) examine(v *store.View) error {
	heads, err := v.Heads()
	if err != nil {
		return err
	}
	for _, h := range heads {
		if err := d.feel(v, h); err != nil {
			return err
		}
	}
	for _, n := range agenda.Nouns() {
		all, err := v.Bodies(n)
		if err != nil {
			return err
		}
		d.Counts[n] = len(all)
	}
	accounts, err := v.Accounts()
	if err != nil {
		return err
	}
	d.Accounts = len(accounts)
	if len(heads) == 0 {
		d.Missing = append(d.Missing, "aucun territoire : permanenced territoire add")
	}
	return d.settings(v)
}

// journalPage is how many lines of the journal are read at once.
const journalPage = 10_000

// feel checks that the journal of a territoire holds every number from its
// first one on: what is older may have been forgotten.
func (d *diagnosis) feel(v *store.View, h store.Head) error {
	p := pulse{ID: h.Territoire, Number: h.Number, Dense: true}
	if t, ans := agenda.Get[*agenda.Territoire](v, agenda.NounTerritoire, string(h.Territoire)); ans == agenda.Yes {
		p.Name = t.Name
	}
	last := int64(0)
	for {
		lines, err := v.JournalSince(h.Territoire, last, journalPage)
		if err != nil {
			return err
		}
		if len(lines) == 0 {
			break
		}
		for _, l := range lines {
			if last > 0 && l.Number > last+1 {
				p.Dense = false
			}
			last = l.Number
		}
	}
	if last > h.Number || last > 0 && last < h.Number {
		p.Dense = false
	}
	if !p.Dense {
		d.Troubles = append(d.Troubles, fmt.Sprintf("territoire %s : il manque des numéros dans le journal", h.Territoire))
	}
	d.Territoires = append(d.Territoires, p)
	return nil
}

// settings lists what an administrator still has to say.
func (d *diagnosis) settings(v *store.View) error {
	organisations, err := v.Organisations()
	if err != nil {
		return err
	}
	for _, o := range organisations {
		for _, m := range []struct {
			empty bool
			what  string
		}{
			{o.Mail == "", "pas de boîte : aucun courriel ne part"},
			{o.Controller == "", "pas de responsable de traitement sur la page de confidentialité"},
			{o.DPOContact == "", "pas d’adresse du délégué à la protection des données"},
			{!administered(v, o.ID), "aucun administrateur"},
		} {
			if m.empty && !o.Archived {
				d.Missing = append(d.Missing, fmt.Sprintf("organisation %s : %s", o.ID, m.what))
			}
		}
	}
	slices.Sort(d.Missing)
	return v.Err()
}

func administered(v *store.View, o agenda.OrganisationID) bool {
	for _, r := range v.Roles(agenda.RoleQuery{Organisation: o}) {
		if r.Level == agenda.LevelAdmin {
			return true
		}
	}
	return false
}
