package desktop

import (
	"context"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

func (p *Poste) vueRevoir(ctx context.Context) (VueRevoir, error) {
	vue := VueRevoir{Items: []CasRevoir{}}
	err := p.read(ctx, func(l *lecture) error {
		cases, err := l.cases()
		if err != nil {
			return err
		}
		for _, c := range cases {
			one := l.drawCase(c)
			one.Title, one.Message = typeset(one.Title), typeset(one.Message)
			vue.Items = append(vue.Items, one)
		}
		return nil
	})
	return vue, err
}

func (l *lecture) drawCase(c Cas) CasRevoir {
	out := CasRevoir{ID: c.ID, Kind: c.Kind, Code: string(c.Code), Message: c.Message, When: momentText(c.At, l.homeZone(), l.today()),
		Sides: []Cote{}, Choices: []CasChoix{}}
	if c.Conflit != nil {
		l.drawConflit(&out, c.Conflit)
		return out
	}
	out.Title = l.commandTitle(c.Command.Args)
	if side, ok := l.commandSide(c); ok {
		out.Sides = append(out.Sides, side)
	}
	if c.Kind == caseRefused {
		out.Choices = l.refusedChoices(c)
	}
	if r := get[*agenda.Rdv](l, agenda.NounRdv, subjectOfArgs(c.Command.Args)); r != nil && l.reads(r) {
		out.Rdv, out.Day = r.Key(), l.homeZone().Date(r.Start).String()
	}
	return out
}

func (l *lecture) drawConflit(out *CasRevoir, c *agenda.Conflit) {
	today := l.today()
	out.Title = l.conflitTitle(c)
	for _, r := range l.sides(c) {
		out.Sides = append(out.Sides, l.sideOf(r, today))
	}
	for _, side := range c.Sides {
		if side.Noun == agenda.NounUsager {
			out.Sides = append(out.Sides, l.personSide(agenda.UsagerID(side.ID), today))
		}
	}
	if c.Code == agenda.ConflitAbsenceOver && len(out.Sides) > 12 {
		out.Sides = out.Sides[:12]
	}
	out.Choices = l.conflitChoices(c)
	if r := l.firstSide(c); r != nil {
		out.Rdv, out.Day = r.Key(), l.homeZone().Date(r.Start).String()
	}
}

// commandTitle says in a few words what was asked.
func (l *lecture) commandTitle(args agenda.Args) string {
	who := ""
	if r := get[*agenda.Rdv](l, agenda.NounRdv, subjectOfArgs(args)); r != nil && l.reads(r) {
		who = " : " + l.titleOf(r)
	}
	switch a := args.(type) {
	case *agenda.BookRdv:
		var names []string
		for _, p := range a.Participations {
			names = append(names, l.usagerName(p.Usager))
		}
		return "Rendez-vous pris : " + joined(names)
	case *agenda.MoveRdv:
		return "Rendez-vous déplacé" + who
	case *agenda.ReviseRdv:
		return "Rendez-vous modifié" + who
	case *agenda.CancelRdv:
		return "Rendez-vous annulé" + who
	case *agenda.MarkRdv, *agenda.ArriveRdv:
		return "Statut noté" + who
	case *agenda.AddUsager:
		return "Fiche créée : " + a.Usager.Name()
	case *agenda.ReviseUsager:
		return "Fiche modifiée : " + l.usagerName(a.Usager)
	case *agenda.ReviseProfil:
		return "Fiche modifiée : " + l.usagerName(a.Usager)
	case *agenda.MergeUsagers:
		return "Fiches fusionnées : " + l.usagerName(a.Keep)
	case *agenda.OpenPlage:
		return "Plage d’ouverture ajoutée"
	case *agenda.DeclareAbsence:
		return "Absence ajoutée"
	case *agenda.ReviseRecord, *agenda.RemoveRecord:
		return "Agenda modifié"
	case *agenda.Undo:
		return "Geste annulé"
	case *agenda.CloseConflit:
		return "Cas réglé"
	case nil:
		return "Saisie dont le contenu a été effacé"
	}
	return "Saisie"
}

// commandSide tells what was entered, ok false when there is nothing to show.
func (l *lecture) commandSide(c Cas) (Cote, bool) {
	today, zone := l.today(), l.homeZone()
	side := Cote{Label: "Votre saisie du " + shortDate(zone.Date(c.Command.At), today), Title: l.commandTitle(c.Command.Args)}
	switch a := c.Command.Args.(type) {
	case *agenda.BookRdv:
		side.Detail = spanText(a.Start, a.End, l.zone(a.Zone), today)
		if m := l.motif(a.Motif); m != nil {
			side.Motif, side.Color = m.Name, colorOf(m.Color)
		}
	case *agenda.MoveRdv:
		side.Detail = spanText(a.To.Start, a.To.End, l.zone(a.To.Zone), today)
		side.Note = "Auparavant " + spanText(a.From.Start, a.From.End, l.zone(a.From.Zone), today)
	case *agenda.DeclareAbsence:
		side.Detail = periodText(a.Absence.FirstDay, a.Absence.LastDay)
		side.Note = a.Absence.Title
	case *agenda.OpenPlage:
		side.Detail = fullDay(a.Plage.FirstDay) + ", " + hourText(a.Plage.From) + dash + hourText(a.Plage.To)
	case nil:
		return Cote{}, false
	}
	return side, true
}

// proposals gives three free slots of the same motif and agents as r, from now.
func (l *lecture) proposals(r *agenda.Rdv) []Creneau {
	const most = 3
	from := max(l.today(), l.homeZone().Date(r.Start))
	for ; from <= l.today()+civil.Date(28); from += 14 {
		q := Question{Motif: r.Motif, Agents: r.Agents, From: from, To: from + 13, Duration: r.End.Sub(r.Start)}
		if r.Lieu != "" {
			q.Lieux = []agenda.LieuID{r.Lieu}
		}
		found, err := l.search(q)
		if err == nil && len(found.Creneaux) > 0 {
			return l.drawCreneaux(found.Creneaux[:min(most, len(found.Creneaux))], l.motif(r.Motif))
		}
	}
	return []Creneau{}
}

// whenText gives « à 10 h », « à 10 h demain », « à 10 h le lun. 16 nov. ».
func whenText(at time.Time, zone civil.Zone, today civil.Date) string {
	day, hour := zone.Civil(at)
	text := "à " + hourSaid(hour)
	if day != today {
		text += " " + nearDay(day, today)
	}
	return text
}
