package desktop

import (
	"strconv"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// What a conflit says, and how one may settle it (the situations of the
// exchange, told as people meet them).

// conflitTitle says in a few words what happened.
func (l *lecture) conflitTitle(c *agenda.Conflit) string {
	r := l.firstSide(c)
	when, who := "", "Un rendez-vous"
	if r != nil {
		zone := l.zone(r.Zone)
		when = hourSaid(timeOf(r.Start, zone)) + ", " + longDay(zone.Date(r.Start))
		who = l.titleOf(r)
	}
	switch c.Code {
	case agenda.ConflitOverlap:
		return "Deux usagers à " + when
	case agenda.ConflitDuplicateRdv:
		return "Même rendez-vous pris deux fois : " + who
	case agenda.ConflitMoved:
		return "Déplacé deux fois : " + who
	case agenda.ConflitCancelledMoved:
		return "Annulé et déplacé : " + who
	case agenda.ConflitPresence:
		return "Présence malgré l’annulation : " + who
	case agenda.ConflitOverbooked:
		return "Plus d’inscrits que de places : " + who
	case agenda.ConflitAbsent:
		return "Rendez-vous pendant une absence : " + who
	case agenda.ConflitAbsenceOver:
		return capital(plural(len(l.sides(c)), "rendez-vous à replacer", "rendez-vous à replacer"))
	case agenda.ConflitOutside:
		return "Hors des heures d’ouverture : " + who
	case agenda.ConflitDuplicateUsager:
		return "Même personne saisie deux fois : " + l.firstPerson(c)
	}
	return "À regarder : " + who
}

func (l *lecture) firstSide(c *agenda.Conflit) *agenda.Rdv {
	for _, r := range l.sides(c) {
		if l.reads(r) {
			return r
		}
	}
	return nil
}

func (l *lecture) firstPerson(c *agenda.Conflit) string {
	for _, side := range c.Sides {
		if side.Noun == agenda.NounUsager {
			return l.usagerName(agenda.UsagerID(side.ID))
		}
	}
	return "une personne"
}

// conflitText is the sentence that a secretary can read aloud: what happened,
// and what was not sent.
func (l *lecture) conflitText(c *agenda.Conflit) string {
	switch c.Code {
	case agenda.ConflitOverlap:
		return "Les deux rendez-vous sont gardés ; aucun usager n’a été prévenu d’un changement."
	case agenda.ConflitDuplicateRdv:
		return "Il a été pris sur deux postes : les deux sont gardés pour l’instant."
	case agenda.ConflitMoved, agenda.ConflitCancelledMoved:
		return l.movedText(c)
	case agenda.ConflitPresence:
		return "L’usager a été noté présent, et le rendez-vous annulé sur un autre poste : la présence est gardée."
	case agenda.ConflitOverbooked:
		return l.overbookedText(c)
	case agenda.ConflitAbsent:
		return l.absentName(c) + " a noté une absence à cette heure. Le rendez-vous est gardé ; personne n’a été prévenu."
	case agenda.ConflitAbsenceOver:
		return l.absentName(c) + " a noté une absence sur ces heures. Les rendez-vous sont gardés ; personne n’a été prévenu."
	case agenda.ConflitOutside:
		return "Les heures d’ouverture ont changé depuis. Le rendez-vous est gardé comme promis."
	case agenda.ConflitDuplicateUsager:
		return "Les deux fiches sont gardées."
	}
	return "Deux postes ont changé la même chose ; rien n’est perdu."
}

// movedText says where it stands and what was wanted instead.
func (l *lecture) movedText(c *agenda.Conflit) string {
	r := l.firstSide(c)
	start, _, ok := wantedTimes(c.Wanted)
	if r == nil || !ok {
		return "Deux postes l’ont changé ; le premier changement est gardé."
	}
	zone, today := l.zone(r.Zone), l.today()
	wanted := whenText(start, zone, today)
	who := "un autre poste avait choisi "
	if l.authored(c.Command) {
		who = "vous aviez choisi "
	}
	if c.Code == agenda.ConflitCancelledMoved {
		by := "par le service"
		if r.Status == agenda.StatusExcused {
			by = "par l’usager"
		}
		at := ""
		if r.CancelledAt != nil {
			at = " " + whenText(*r.CancelledAt, zone, today)
		}
		if !r.Cancelled() {
			return sentence("Annulé puis rétabli ; " + who + wanted)
		}
		return sentence("Annulé " + by + at + " ; " + who + wanted)
	}
	return sentence("Déplacé " + whenText(r.Start, zone, today) + " ; " + who + wanted)
}

// authored reports whether a command was this profile's.
func (l *lecture) authored(command string) bool {
	if command == "" {
		return false
	}
	if _, ok, err := l.PendingCommand(command); err == nil && ok {
		return true
	}
	_, ok, err := l.AcknowledgedCommand(command)
	return err == nil && ok
}

func (l *lecture) overbookedText(c *agenda.Conflit) string {
	r := l.firstSide(c)
	if r == nil {
		return "Une inscription dépasse le nombre de places ; elle est gardée."
	}
	taken := 0
	for _, u := range r.Usagers() {
		if !r.StatusOf(u).Cancelled() {
			taken++
		}
	}
	return strconv.Itoa(taken) + "ᵉ inscrit pour " + plural(r.Capacity, "place", "places") + " ; l’inscription est gardée."
}

func (l *lecture) absentName(c *agenda.Conflit) string {
	for _, side := range c.Sides {
		if side.Noun != agenda.NounAbsence {
			continue
		}
		if a := get[*agenda.Absence](l, agenda.NounAbsence, side.ID); a != nil {
			return l.agentOf(a.Agent)
		}
	}
	return "L’agent"
}

// sideOf tells one rdv of a conflit as it was entered. One that the agent may
// not read keeps its hours only.
func (l *lecture) sideOf(r *agenda.Rdv, today civil.Date) Cote {
	zone := l.zone(r.Zone)
	c := Cote{Label: "Autre rendez-vous", Title: "Occupé", Detail: spanText(r.Start, r.End, zone, today)}
	if !l.reads(r) {
		return c
	}
	taken := " le " + shortDate(zone.Date(r.CreatedAt), today)
	switch {
	case r.CreatedBy.Kind == agenda.AuthorUsager:
		c.Label = "Pris en ligne par l’usager" + taken
	case r.CreatedBy.Agent == l.agent:
		c.Label = "Pris par vous" + taken
	case r.CreatedBy.Agent != "":
		c.Label = "Pris par " + l.shortAgent(r.CreatedBy.Agent) + taken
	}
	c.Title = l.titleOf(r)
	if m := l.motif(r.Motif); m != nil {
		c.Motif, c.Color = m.Name, colorOf(m.Color)
	}
	if r.Status != agenda.StatusUnknown {
		c.Note = stateLabel(string(r.Status))
	}
	return c
}

// personSide tells one file of a conflit about persons.
func (l *lecture) personSide(id agenda.UsagerID, today civil.Date) Cote {
	c := Cote{Label: "Fiche", Title: l.usagerName(id)}
	u := l.usager(id)
	if u == nil {
		return c
	}
	c.Label = "Fiche créée le " + shortDate(l.homeZone().Date(u.CreatedAt), today)
	c.Detail = l.personDetail(u)
	return c
}

// conflitChoices are the ways to settle a conflit, the likeliest first.
func (l *lecture) conflitChoices(c *agenda.Conflit) []CasChoix {
	one := func(code, label, detail string) CasChoix {
		return CasChoix{Code: code, Label: label, Detail: typeset(detail), Creneaux: []Creneau{}}
	}
	r := l.yielding(c)
	who := ""
	if r != nil {
		who = l.titleOf(r)
	}
	switch c.Code {
	case agenda.ConflitOverlap, agenda.ConflitAbsent, agenda.ConflitAbsenceOver, agenda.ConflitOutside:
		if r == nil {
			return []CasChoix{one(ChoiceKeep, "Garder", "")}
		}
		keep := one(ChoiceKeep, "Garder", "Rien n’est envoyé.")
		if c.Code == agenda.ConflitOverlap {
			keep = one(ChoiceKeep, "Garder les deux", "L’un des deux attendra ; rien n’est envoyé.")
		}
		move := one(ChoiceMove, "Déplacer "+who, "")
		move.Creneaux = l.proposals(r)
		return []CasChoix{move, keep, one(ChoiceDrop, "Annuler "+who+" et prévenir", "")}
	case agenda.ConflitDuplicateRdv:
		return []CasChoix{one(ChoiceDrop, "Garder un seul", "Le second est annulé."), one(ChoiceKeep, "Garder les deux", "")}
	case agenda.ConflitMoved:
		return []CasChoix{one(ChoiceKeep, "Garder", "Rien n’est envoyé."), one(ChoiceApply, "Prendre l’autre horaire", "L’usager sera prévenu.")}
	case agenda.ConflitCancelledMoved:
		return []CasChoix{one(ChoiceKeep, "Laisser annulé", ""), one(ChoiceApply, "Rétablir au nouveau créneau", "L’usager sera prévenu.")}
	case agenda.ConflitPresence:
		return []CasChoix{one(ChoiceKeep, "Garder la présence", ""), one(ChoiceApply, "Annuler quand même", "")}
	case agenda.ConflitDuplicateUsager:
		return []CasChoix{one(ChoiceApply, "Fusionner", "La première fiche est gardée."), one(ChoiceKeep, "Ce sont deux personnes", "")}
	}
	return []CasChoix{one(ChoiceKeep, "Garder", "")}
}

// refusedChoices are what one may do with a refused command.
func (l *lecture) refusedChoices(c Cas) []CasChoix {
	drop := CasChoix{Code: ChoiceDrop, Label: "Abandonner", Detail: "La saisie est oubliée.", Creneaux: []Creneau{}}
	if c.Command.Args == nil || c.Code == agenda.CodeErased {
		drop.Label, drop.Detail = "J’ai compris", ""
		return []CasChoix{drop}
	}
	again := CasChoix{Code: ChoiceApply, Label: "Envoyer de nouveau", Detail: "La même saisie, sur l’agenda d’aujourd’hui.", Creneaux: []Creneau{}}
	return []CasChoix{again, drop}
}
