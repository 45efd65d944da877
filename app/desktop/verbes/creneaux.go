package verbes

import (
	"permanence/app/agenda"
	"permanence/app/desktop"
)

type creneauxVerb struct {
	Motif    string   `required:"" placeholder:"ID" help:"Motif."`
	Lieu     string   `placeholder:"ID" help:"Lieu ; tous sinon."`
	Agent    []string `placeholder:"ID" help:"Agents ; tous sinon."`
	From     day      `required:"" placeholder:"JOUR" help:"Premier jour cherché."`
	To       day      `placeholder:"JOUR" help:"Dernier jour ; deux semaines sinon."`
	Duration minutes  `name:"duration-min" placeholder:"N" help:"Durée en minutes ; celle du motif sinon."`
}

// fortnight is how far a search goes when nobody says.
const fortnight = 13

func (v *creneauxVerb) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	q := desktop.Question{Motif: agenda.MotifID(v.Motif), Agents: typed[agenda.AgentID](v.Agent), From: v.From.Date, To: v.To.Date,
		Duration: v.Duration.duration()}
	if v.Lieu != "" {
		q.Lieux = []agenda.LieuID{agenda.LieuID(v.Lieu)}
	}
	if q.To.IsZero() {
		q.To = q.From + fortnight
	}
	found, err := p.Creneaux(s.ctx, q)
	if err != nil {
		return err
	}
	text := counted(len(found.Creneaux), "créneau", "créneaux")
	for _, c := range found.Creneaux {
		text += "\n  " + c.Start.UTC().Format("2006-01-02T15:04Z") + "  " + c.Agent
	}
	return s.print(found, text)
}
