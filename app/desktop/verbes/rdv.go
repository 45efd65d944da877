package verbes

import (
	"permanence/app/agenda"
	"permanence/app/desktop"
)

type rdvVerbs struct {
	Book   rdvBook   `cmd:"" help:"Prend un rendez-vous."`
	Move   rdvMove   `cmd:"" help:"Déplace un rendez-vous, ou change sa durée."`
	Edit   rdvEdit   `cmd:"" help:"Change les personnes ou les textes d’un rendez-vous."`
	Cancel rdvCancel `cmd:"" help:"Annule un rendez-vous."`
	Mark   rdvMark   `cmd:"" help:"Dit ce qu’est devenu un rendez-vous."`
	Show   rdvShow   `cmd:"" help:"Montre un rendez-vous, son histoire et ses messages."`
}

// accept is which warnings the author goes on with.
type accept struct {
	Accept []string `placeholder:"CODE" help:"Avertissements acceptés ; « all » les accepte tous."`
}

func (a accept) accord() desktop.Accord {
	var to desktop.Accord
	for _, code := range a.Accept {
		to.All = to.All || code == "all"
		to.Codes = append(to.Codes, agenda.Code(code))
	}
	return to
}

// actResult is what a command did.
type actResult struct {
	ID       string    `json:"id"`
	Revision int64     `json:"revision"`
	Pending  bool      `json:"pending"` // waits to be sent
	Warnings []warning `json:"warnings"`
}

func actOf(a desktop.Acte) actResult {
	return actResult{a.ID, a.Revision(), len(a.Commands) > 0, warningsOf(a.Warnings)}
}

// done answers what a command did, unless it failed. said is « Rendez-vous
// pris ».
func (s *session) done(said string, a desktop.Acte, err error) error {
	if err != nil {
		return err
	}
	r := actOf(a)
	text := said + " : " + r.ID
	if !r.Pending {
		text = "Rien à changer : " + r.ID
	}
	for _, w := range r.Warnings {
		text += "\n  " + w.Code + " : " + w.Message
	}
	return s.print(r, text)
}

type rdvBook struct {
	Motif    string   `required:"" placeholder:"ID" help:"Motif."`
	Usager   []string `required:"" placeholder:"ID" help:"Usagers."`
	Start    moment   `required:"" placeholder:"DÉBUT" help:"2026-11-24T09:00 à l’heure du lieu, sinon de l’organisation, ou un instant avec son décalage."`
	Lieu     string   `placeholder:"ID" help:"Lieu."`
	Agent    []string `placeholder:"ID" help:"Agents ; celui du profil sinon."`
	Duration minutes  `name:"duration-min" placeholder:"N" help:"Durée en minutes ; celle du motif sinon."`
	Context  string   `placeholder:"TEXTE" help:"Contexte, entre agents."`
	Title    string   `placeholder:"TEXTE" help:"Titre d’un rendez-vous collectif."`
	Seats    int      `placeholder:"N" help:"Places d’un rendez-vous collectif ; sans limite sinon."`
	accept
}

func (v *rdvBook) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.Book(s.ctx, desktop.Prise{
		Motif: agenda.MotifID(v.Motif), Lieu: agenda.LieuID(v.Lieu), Agents: typed[agenda.AgentID](v.Agent),
		Usagers: typed[agenda.UsagerID](v.Usager), Start: v.Start.Moment, Duration: v.Duration.duration(), Context: v.Context, Title: v.Title, Seats: v.Seats,
	}, v.accord())
	return s.done("Rendez-vous pris", acte, err)
}

type rdvMove struct {
	ID       string  `arg:"" help:"Rendez-vous."`
	Start    moment  `required:"" placeholder:"DÉBUT" help:"Nouveau début, écrit comme pour « book »."`
	Lieu     string  `placeholder:"ID" help:"Nouveau lieu."`
	Duration minutes `name:"duration-min" placeholder:"N" help:"Nouvelle durée en minutes."`
	accept
}

func (v *rdvMove) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.Move(s.ctx, desktop.Deplacement{
		Rdv: agenda.RdvID(v.ID), Start: v.Start.Moment, Duration: v.Duration.duration(), Lieu: agenda.LieuID(v.Lieu),
	}, v.accord())
	return s.done("Rendez-vous déplacé", acte, err)
}

type rdvCancel struct {
	ID string `arg:"" help:"Rendez-vous."`
	By string `required:"" enum:"usager,service" placeholder:"QUI" help:"Qui annule : usager ou service."`
}

func (v *rdvCancel) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.Cancel(s.ctx, agenda.RdvID(v.ID), v.By)
	return s.done("Rendez-vous annulé", acte, err)
}

type rdvMark struct {
	ID     string `arg:"" help:"Rendez-vous."`
	Status string `required:"" enum:"seen,noshow,unknown" placeholder:"STATUT" help:"seen, noshow ou unknown."`
	accept
}

func (v *rdvMark) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	acte, err := p.Mark(s.ctx, agenda.RdvID(v.ID), agenda.Status(v.Status), v.accord())
	return s.done("Statut noté", acte, err)
}
