package verbes

import (
	"permanence/app/agenda"
)

type absenceVerbs struct {
	Add  absenceAdd  `cmd:"" help:"Déclare une absence."`
	Lift absenceLift `cmd:"" help:"Supprime une absence, ou un de ses jours."`
}

type absenceAdd struct {
	From  wall   `required:"" placeholder:"DÉBUT" help:"Début, 2026-11-24T14:00."`
	To    wall   `required:"" placeholder:"FIN" help:"Fin, 2026-11-24T18:00 ; 24:00 pour minuit."`
	Title string `required:"" placeholder:"TITRE" help:"Titre."`
	RRule repeat `name:"rrule" placeholder:"RÈGLE" help:"Répétition ; l’absence dure alors un seul jour."`
	Agent string `placeholder:"ID" help:"Agent ; celui du profil sinon."`
	accept
}

func (v *absenceAdd) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.DeclareAbsence(s.ctx, agenda.Absence{
		Agent: agenda.AgentID(v.Agent), Title: v.Title, FirstDay: v.From.day, From: v.From.hour, LastDay: v.To.day, To: v.To.hour, RRule: string(v.RRule),
	}, v.accord())
	return s.done("Absence déclarée", acte, err)
}

type plageVerbs struct {
	Add   plageAdd   `cmd:"" help:"Ouvre une plage d’ouverture."`
	Close plageClose `cmd:"" help:"Supprime une plage, ou un de ses jours."`
	Day   plageDay   `cmd:"" help:"Change les heures d’un jour d’une plage."`
}

type plageAdd struct {
	Motif    []string `required:"" placeholder:"ID" help:"Motifs reçus."`
	Lieu     string   `placeholder:"ID" help:"Lieu."`
	FirstDay day      `required:"" placeholder:"JOUR" help:"Premier jour, 2026-11-24."`
	From     hour     `required:"" placeholder:"HEURE" help:"Début, 09:00."`
	To       hour     `required:"" placeholder:"HEURE" help:"Fin, 12:00."`
	RRule    repeat   `name:"rrule" placeholder:"RÈGLE" help:"Répétition, comme FREQ=WEEKLY;INTERVAL=1;BYDAY=MO."`
	Break    int      `name:"break-min" placeholder:"N" help:"Minutes de pause après chaque rendez-vous."`
	Title    string   `placeholder:"TITRE" help:"Titre."`
	Agent    string   `placeholder:"ID" help:"Agent ; celui du profil sinon."`
	accept
}

func (v *plageAdd) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.OpenPlage(s.ctx, agenda.PlageOuverture{
		Agent: agenda.AgentID(v.Agent), Title: v.Title, Lieu: agenda.LieuID(v.Lieu), Motifs: typed[agenda.MotifID](v.Motif),
		FirstDay: v.FirstDay.Date, From: v.From.Time, To: v.To.Time, RRule: string(v.RRule), BreakMin: v.Break,
	}, v.accord())
	return s.done("Plage ouverte", acte, err)
}
