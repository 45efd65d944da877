package main

import (
	"cmp"
	"context"

	"permanence/app/agenda"
	"permanence/app/store"
)

// Territoire adds what everything else belongs to.
func (verbs) Territoire() verb {
	return verb{help: "Territoires.", command: &struct {
		Add   addTerritoire   `cmd:"" help:"Ajoute un territoire, et crée la base s’il n’y en a pas."`
		Lease leaseTerritoire `cmd:"" help:"Règle combien de jours un poste se lit sans contact avec le serveur."`
	}{}}
}

// Organisation adds a place where people are received.
func (verbs) Organisation() verb {
	return verb{help: "Organisations.", command: &struct {
		Add addOrganisation `cmd:"" help:"Ajoute une organisation à un territoire."`
	}{}}
}

// Service adds a trade.
func (verbs) Service() verb {
	return verb{help: "Services.", command: &struct {
		Add addService `cmd:"" help:"Ajoute un service à un territoire."`
	}{}}
}

// Lieu adds where usagers come.
func (verbs) Lieu() verb {
	return verb{help: "Lieux.", command: &struct {
		Add addLieu `cmd:"" help:"Ajoute un lieu à une organisation."`
	}{}}
}

// Motif adds why they come.
func (verbs) Motif() verb {
	return verb{help: "Motifs de rendez-vous.", command: &struct {
		Add addMotif `cmd:"" help:"Ajoute un motif à une organisation."`
	}{}}
}

type addTerritoire struct {
	Base        base   `embed:""`
	Name        string `required:"" placeholder:"NOM" help:"Nom du territoire."`
	Departement string `required:"" placeholder:"NUMÉRO" help:"Département : 62, 2A, 974…"`
	Holidays    string `placeholder:"NOM" help:"Jours fériés ; ceux du département sans cette option."`
	Zone        string `placeholder:"FUSEAU" help:"Fuseau horaire ; celui du département sans cette option."`
}

func (v *addTerritoire) Run(ctx context.Context, c *console) error {
	zone, holidays := habits(v.Departement)
	t := &agenda.Territoire{ID: agenda.TerritoireID(newID()), Name: v.Name, Departement: v.Departement,
		Zone: cmp.Or(v.Zone, zone), Holidays: cmp.Or(v.Holidays, holidays)}
	db, err := v.Base.create()
	if err != nil {
		return err
	}
	return put(ctx, c, db, t)
}

type addOrganisation struct {
	Base       base   `embed:""`
	Territoire string `required:"" placeholder:"ID" help:"Territoire."`
	Name       string `required:"" placeholder:"NOM" help:"Nom de l’organisation."`
	Zone       string `placeholder:"FUSEAU" help:"Fuseau horaire ; celui du territoire sans cette option."`
	Mail       string `placeholder:"ADRESSE" help:"Boîte de l’organisation : sans elle aucun courriel ne part."`
}

func (v *addOrganisation) Run(ctx context.Context, c *console) error {
	o := &agenda.Organisation{ID: agenda.OrganisationID(newID()), Territoire: agenda.TerritoireID(v.Territoire), Name: v.Name, Mail: v.Mail}
	return v.Base.add(ctx, c, o, func(e errand) error {
		t, err := there[*agenda.Territoire](e, agenda.NounTerritoire, v.Territoire)
		if err == nil {
			o.Zone = cmp.Or(v.Zone, t.Zone)
		}
		return err
	})
}

type addService struct {
	Base       base   `embed:""`
	Territoire string `required:"" placeholder:"ID" help:"Territoire."`
	Name       string `required:"" placeholder:"NOM" help:"Nom du service."`
}

func (v *addService) Run(ctx context.Context, c *console) error {
	s := &agenda.Service{ID: agenda.ServiceID(newID()), Territoire: agenda.TerritoireID(v.Territoire), Name: v.Name}
	return v.Base.add(ctx, c, s, func(e errand) error {
		_, err := there[*agenda.Territoire](e, agenda.NounTerritoire, v.Territoire)
		return err
	})
}

type addLieu struct {
	Base         base   `embed:""`
	Organisation string `required:"" placeholder:"ID" help:"Organisation."`
	Name         string `required:"" placeholder:"NOM" help:"Nom du lieu."`
	Address      string `required:"" placeholder:"ADRESSE" help:"Adresse postale."`
	Zone         string `placeholder:"FUSEAU" help:"Fuseau horaire ; celui de l’organisation sans cette option."`
}

func (v *addLieu) Run(ctx context.Context, c *console) error {
	l := &agenda.Lieu{ID: agenda.LieuID(newID()), Organisation: agenda.OrganisationID(v.Organisation), Name: v.Name, Address: v.Address}
	return v.Base.add(ctx, c, l, func(e errand) error {
		o, err := there[*agenda.Organisation](e, agenda.NounOrganisation, v.Organisation)
		if err == nil {
			l.Zone = cmp.Or(v.Zone, o.Zone)
		}
		return err
	})
}

type addMotif struct {
	Base         base   `embed:""`
	Organisation string `required:"" placeholder:"ID" help:"Organisation."`
	Service      string `required:"" placeholder:"ID" help:"Service."`
	Name         string `required:"" placeholder:"NOM" help:"Nom du motif."`
	DurationMin  int    `required:"" placeholder:"MINUTES" help:"Durée habituelle."`
	Place        string `required:"" placeholder:"GENRE" help:"public_office, phone, home ou visio."`
	Color        string `placeholder:"COULEUR" help:"Une des dix couleurs, ou #rrggbb ; la première libre sans cette option."`
	Collectif    bool   `help:"Reçoit plusieurs usagers à la fois."`
}

// Delays of a new motif, in seconds: half an hour, three months.
const (
	minDelayS = 30 * 60
	maxDelayS = 90 * 24 * 3600
)

func (v *addMotif) Run(ctx context.Context, c *console) error {
	m := &agenda.Motif{ID: agenda.MotifID(newID()), Organisation: agenda.OrganisationID(v.Organisation), Service: agenda.ServiceID(v.Service),
		Name: v.Name, DurationMin: v.DurationMin, Place: agenda.Place(v.Place), MinDelayS: minDelayS, MaxDelayS: maxDelayS,
		Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents, Collectif: v.Collectif}
	return v.Base.add(ctx, c, m, func(e errand) error {
		if _, err := there[*agenda.Organisation](e, agenda.NounOrganisation, v.Organisation); err != nil {
			return err
		}
		m.Color = cmp.Or(v.Color, freeColor(e.Records(agenda.NounMotif, v.Organisation)))
		return e.Err()
	})
}

// freeColor is the colour that fewest motifs bear, the first of those.
func freeColor(motifs []agenda.Record) string {
	borne := map[string]int{}
	for _, r := range motifs {
		borne[r.(*agenda.Motif).Color]++
	}
	colors := []string{"lagon", "azur", "prune", "miel", "ardoise", "rose", "sauge", "brique", "olive", "lilas"}
	free := colors[0]
	for _, c := range colors {
		if borne[c] < borne[free] {
			free = c
		}
	}
	return free
}

// add completes a setting from what exists, adds it and prints its id.
func (b base) add(ctx context.Context, c *console, r agenda.Record, complete func(e errand) error) error {
	db, err := b.open(store.Options{})
	if err != nil {
		return err
	}
	err = within(ctx, db, func(e errand) error {
		if err := complete(e); err != nil {
			return err
		}
		return e.add(r)
	})
	if err != nil {
		return err
	}
	return c.print(born{r.Key()})
}

// put adds a setting to an open database, closes it and prints its id.
func put(ctx context.Context, c *console, db *store.DB, r agenda.Record) error {
	if err := within(ctx, db, func(e errand) error { return e.add(r) }); err != nil {
		return err
	}
	return c.print(born{r.Key()})
}

// there reads a record that a flag names. It refuses (CodeNotFound) an id that
// nothing has.
func there[T agenda.Record](e errand, n agenda.Noun, id string) (T, error) {
	r, ans := agenda.Get[T](e, n, id)
	if ans != agenda.Yes {
		return r, agenda.Refuse(agenda.CodeNotFound, id)
	}
	return r, nil
}

// habits are the clock and the public holidays of a département.
func habits(departement string) (zone, holidays string) {
	switch departement {
	case "57", "67", "68":
		return "Europe/Paris", "alsace-moselle"
	case "971":
		return "America/Guadeloupe", "guadeloupe"
	case "972":
		return "America/Martinique", "martinique"
	case "973":
		return "America/Cayenne", "guyane"
	case "974":
		return "Indian/Reunion", "la-reunion"
	case "975":
		return "America/Miquelon", "metropole"
	case "976":
		return "Indian/Mayotte", "mayotte"
	case "977":
		return "America/St_Barthelemy", "saint-barthelemy"
	case "978":
		return "America/Marigot", "saint-martin"
	case "986":
		return "Pacific/Wallis", "metropole"
	case "987":
		return "Pacific/Tahiti", "metropole"
	case "988":
		return "Pacific/Noumea", "metropole"
	}
	return "Europe/Paris", "metropole"
}
