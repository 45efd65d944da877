package desktop

import (
	"context"
	"slices"
	"strings"

	"permanence/app/agenda"
)

// fait tells the page what an act did, in a sentence to show and speak.
func (p *Poste) fait(ctx context.Context, acte Acte) (Fait, error) {
	f := Fait{ID: acte.ID, Command: strings.Join(acte.Commands, "+"), Revision: int(acte.Revision()),
		Pending: len(acte.Commands) > 0, CanUndo: len(acte.Changes) > 0}
	err := p.read(ctx, func(l *lecture) error {
		f.Said, f.Day = typeset(l.said(acte)), l.dayOf(acte.After())
		return nil
	})
	if acte.Dropped != "" {
		f.Command, f.CanUndo, f.Said = acte.Dropped, true, "Saisie abandonnée."
	}
	return f, err
}

// said says an act: of an Rdv what changed, of the rest what became of it.
func (l *lecture) said(acte Acte) string {
	if len(acte.Changes) == 0 {
		return ""
	}
	before, after := acte.Before(), acte.After()
	switch now := after.(type) {
	case *agenda.Rdv:
		was, _ := before.(*agenda.Rdv)
		return l.saidRdv(was, now)
	case *agenda.Usager:
		if before == nil {
			return "Fiche créée : " + now.Name() + "."
		}
		return "Fiche enregistrée : " + now.Name() + "."
	case *agenda.Profil:
		return "Fiche enregistrée."
	case *agenda.PlageOuverture:
		return "Plage d’ouverture enregistrée."
	case *agenda.Absence:
		return "Absence enregistrée."
	case *agenda.Conflit:
		return "Cas réglé."
	}
	switch before.(type) {
	case *agenda.PlageOuverture:
		return "Plage d’ouverture supprimée."
	case *agenda.Absence:
		return "Absence supprimée."
	}
	return "Enregistré."
}

func (l *lecture) saidRdv(was, now *agenda.Rdv) string {
	who, zone := l.titleOf(now), l.zone(now.Zone)
	if was == nil {
		return "Pris : " + who + ", " + momentText(now.Start, zone, l.today()) + "."
	}
	moved := !was.Start.Equal(now.Start)
	switch {
	case was.Status != now.Status && now.Status == agenda.StatusUnknown:
		return "Remis à venir : " + who + "."
	case was.Status != now.Status:
		return stateLabel(string(now.Status)) + " : " + who + "."
	case (was.ArrivedAt == nil) != (now.ArrivedAt == nil):
		return map[bool]string{true: "En salle : ", false: "Pas encore arrivé : "}[now.ArrivedAt != nil] + who + "."
	case moved && was.Day == now.Day:
		return "Déplacé à " + hourText(now.From) + l.handed(was, now) + ", " + who + "."
	case moved:
		return "Déplacé au " + momentText(now.Start, zone, l.today()) + l.handed(was, now) + ", " + who + "."
	case !was.End.Equal(now.End):
		return "Durée : " + minutesText(int(now.End.Sub(now.Start).Minutes())) + ", " + who + "."
	case was.Lieu != now.Lieu:
		return "Déplacé, " + l.lieuLabel(now.Lieu) + ", " + who + "."
	}
	if handed := l.handed(was, now); handed != "" {
		return "Confié" + handed + ", " + who + "."
	}
	return "Modifié : " + who + "."
}

// handed gives « à K. Benali » when an agent took the place of another.
func (l *lecture) handed(was, now *agenda.Rdv) string {
	if slices.Equal(was.Agents, now.Agents) {
		return ""
	}
	for _, a := range difference(now.Agents, was.Agents) {
		return " à " + l.shortAgent(a)
	}
	return ""
}

// saidUndo says what undoing put back, and what it left.
func saidUndo(acte Acte) string {
	for _, w := range acte.Warnings {
		if w.Code == agenda.WarnChangedSince {
			return "Geste annulé en partie. " + w.Message
		}
	}
	return "Geste annulé."
}

// dayOf is where to look at a record, "" for nowhere in particular.
func (l *lecture) dayOf(r agenda.Record) string {
	switch r := r.(type) {
	case *agenda.Rdv:
		return l.homeZone().Date(r.Start).String()
	case *agenda.PlageOuverture:
		return r.FirstDay.String()
	case *agenda.Absence:
		return r.FirstDay.String()
	}
	return ""
}
