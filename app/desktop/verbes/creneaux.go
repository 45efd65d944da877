package verbes

import (
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/creneau"
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
	ref, err := p.Referentiel(s.ctx)
	if err != nil {
		return err
	}
	text := counted(len(found.Creneaux), "créneau", "créneaux")
	for _, c := range found.Creneaux {
		text += "\n  " + slotLine(c, ref)
	}
	return s.print(found, text)
}

// slotLine says when, with whom and where: what « rdv book » takes, with names.
// The hour is on the walls of the lieu; of the agent's first organisation where
// there is none.
func slotLine(c creneau.Creneau, ref desktop.Referentiel) string {
	var lieu desktop.Lieu
	if i := slices.IndexFunc(ref.Lieux, func(l desktop.Lieu) bool { return l.ID == string(c.Lieu) }); i >= 0 {
		lieu = ref.Lieux[i]
	} else if len(ref.Organisations) > 0 {
		lieu.Zone = ref.Organisations[0].Zone
	}
	start := c.Start.UTC().Format(time.RFC3339)
	if wall, err := civil.LoadZone(lieu.Zone); err == nil {
		start = c.Start.In(wall.Location()).Format("2006-01-02T15:04")
	}
	text := start + "  " + c.Agent
	if i := slices.IndexFunc(ref.Agents, func(a desktop.AgentBref) bool { return a.ID == c.Agent }); i >= 0 {
		text += " " + ref.Agents[i].Name
	}
	if lieu.ID != "" {
		text += ", " + lieu.ID + " " + lieu.Name
	}
	return text
}
