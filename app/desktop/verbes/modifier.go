package verbes

import (
	"permanence/app/agenda"
	"permanence/app/desktop"
)

type rdvEdit struct {
	ID      string   `arg:"" help:"Rendez-vous."`
	Title   *string  `placeholder:"TEXTE" help:"Titre."`
	Context *string  `placeholder:"TEXTE" help:"Contexte, entre agents."`
	Agent   []string `placeholder:"ID" help:"Agents qui reçoivent, à la place des présents."`
	Usager  []string `placeholder:"ID" help:"Usagers, à la place des présents."`
	Seats   *int     `placeholder:"N" help:"Places d’un rendez-vous collectif ; 0 sans limite."`
	accept
}

func (v *rdvEdit) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	change := desktop.Retouche{Rdv: agenda.RdvID(v.ID), Title: v.Title, Context: v.Context, Seats: v.Seats}
	if len(v.Agent) > 0 {
		agents := typed[agenda.AgentID](v.Agent)
		change.Agents = &agents
	}
	if len(v.Usager) > 0 {
		usagers := typed[agenda.UsagerID](v.Usager)
		change.Usagers = &usagers
	}
	acte, err := p.Revise(s.ctx, change, v.accord())
	return s.done("Rendez-vous modifié", acte, err)
}

type absenceLift struct {
	ID  string `arg:"" help:"Absence."`
	Day day    `placeholder:"JOUR" help:"Un seul jour d’une absence qui se répète."`
}

func (v *absenceLift) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.LiftAbsence(s.ctx, agenda.AbsenceID(v.ID), v.Day.Date)
	return s.done("Absence levée", acte, err)
}

type plageClose struct {
	ID  string `arg:"" help:"Plage d’ouverture."`
	Day day    `placeholder:"JOUR" help:"Un seul jour d’une plage qui se répète."`
}

func (v *plageClose) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.ClosePlage(s.ctx, agenda.PlageID(v.ID), v.Day.Date)
	return s.done("Plage fermée", acte, err)
}

type plageDay struct {
	ID   string `arg:"" help:"Plage d’ouverture."`
	Day  day    `required:"" placeholder:"JOUR" help:"Le jour dont les heures changent."`
	From hour   `required:"" placeholder:"HEURE" help:"Début ce jour-là, 09:00."`
	To   hour   `required:"" placeholder:"HEURE" help:"Fin ce jour-là, 12:00."`
	accept
}

func (v *plageDay) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.RevisePlageDay(s.ctx, agenda.PlageID(v.ID), v.Day.Date, v.From.Time, v.To.Time, v.accord())
	return s.done("Heures changées", acte, err)
}
