package verbes

import (
	"strings"

	"permanence/app/agenda"
	"permanence/app/desktop"
)

type usagerVerbs struct {
	Add    usagerAdd    `cmd:"" help:"Ajoute un usager."`
	Edit   usagerEdit   `cmd:"" help:"Corrige la fiche d’un usager."`
	Search usagerSearch `cmd:"" help:"Cherche des usagers."`
	Show   usagerShow   `cmd:"" help:"Montre la fiche d’un usager."`
}

type usagerAdd struct {
	FirstName   string  `required:"" placeholder:"PRÉNOM" help:"Prénom."`
	LastName    string  `required:"" placeholder:"NOM" help:"Nom."`
	BirthName   string  `placeholder:"NOM" help:"Nom de naissance."`
	BirthDate   day     `placeholder:"JOUR" help:"Date de naissance, 1987-03-04."`
	Email       string  `placeholder:"COURRIEL" help:"Adresse électronique."`
	Phone       string  `placeholder:"NUMÉRO" help:"Téléphone."`
	Address     string  `placeholder:"ADRESSE" help:"Adresse."`
	Responsable string  `placeholder:"ID" help:"Usager responsable, pour un proche."`
	Set         []field `sep:"none" placeholder:"CHAMP=VALEUR" help:"Autre champ de la fiche ; peut être répété."`
}

type addResult struct {
	ID         string      `json:"id"`
	Duplicates []duplicate `json:"duplicates"`
}

type duplicate struct {
	ID  string `json:"id"`
	Why string `json:"why"` // code of the warning
}

// Run adds the person, and tells who may be the same: the command line adds
// first, whoever reads it merges.
func (v *usagerAdd) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.AddUsager(s.ctx, v.fields(), desktop.Accord{All: true})
	if err != nil {
		return err
	}
	r := addResult{acte.ID, []duplicate{}}
	text := "Usager ajouté : " + acte.ID
	for _, w := range acte.Warnings {
		text += "\n  " + string(w.Code) + " : " + w.Message
		for _, ref := range w.Records {
			if ref.Noun == agenda.NounUsager {
				r.Duplicates = append(r.Duplicates, duplicate{ref.ID, string(w.Code)})
			}
		}
	}
	return s.print(r, text)
}

// fields gives what was typed, by the codes of the fields.
func (v *usagerAdd) fields() map[string]string {
	set := setOf(v.Set)
	for code, text := range map[string]string{
		"first_name": v.FirstName, "last_name": v.LastName, "birth_name": v.BirthName, "birth_date": v.BirthDate.String(),
		"email": v.Email, "phone": v.Phone, "address": v.Address, "responsable": v.Responsable,
	} {
		if text != "" {
			set[code] = text
		}
	}
	return set
}

func setOf(fields []field) map[string]string {
	set := map[string]string{}
	for _, f := range fields {
		set[f.name] = f.value
	}
	return set
}

type usagerEdit struct {
	ID  string  `arg:"" help:"Usager."`
	Set []field `required:"" sep:"none" placeholder:"CHAMP=VALEUR" help:"Champ et nouvelle valeur ; peut être répété. Une valeur vide efface."`
	accept
}

func (v *usagerEdit) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.ReviseUsager(s.ctx, agenda.UsagerID(v.ID), setOf(v.Set), v.accord())
	return s.done("Fiche corrigée", acte, err)
}

type usagerSearch struct {
	Text  []string `arg:"" help:"Premières lettres d’un nom, téléphone, naissance ou numéro de dossier."`
	Limit int      `placeholder:"N" help:"Nombre de réponses au plus ; 50 sinon."`
}

// person is one answer of a search.
type person struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	BirthDate string `json:"birth_date"`
	Email     string `json:"email"`
	Phone     string `json:"phone"`
}

func (v *usagerSearch) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	found, err := p.SearchUsagers(s.ctx, strings.Join(v.Text, " "), v.Limit)
	if err != nil {
		return err
	}
	people := []person{}
	for _, u := range found {
		people = append(people, person{u.Key(), u.Name(), u.FirstName, u.LastName, u.BirthDate.String(), u.Email, u.Phone})
	}
	return printList(s, people, "personne", "personnes", func(p person) string {
		return strings.TrimRight(p.ID+"  "+p.Name+"  "+p.BirthDate, " ")
	})
}

type usagerShow struct {
	ID string `arg:"" help:"Usager."`
}

func (v *usagerShow) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	f, err := p.FicheUsager(s.ctx, v.ID, false)
	if err != nil {
		return err
	}
	text := f.Name
	for _, c := range f.Champs {
		if c.Shown != "" {
			text += "\n  " + c.Label + " : " + c.Shown
		}
	}
	for _, r := range f.Rdvs {
		text += "\n  " + r.When + "  " + r.Motif + "  " + r.StateLabel
	}
	return s.print(f, text)
}
