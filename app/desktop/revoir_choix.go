package desktop

import (
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/creneau"
)

// The ways to settle a case, the likeliest first.

const (
	mostSlots      = 3
	mostColleagues = 4
	mostSessions   = 3
)

func choix(code, label, detail string) CasChoix {
	return CasChoix{Code: code, Label: typeset(label), Detail: typeset(detail), Creneaux: []Creneau{}, Agents: []Renvoi{}, Seances: []Renvoi{}}
}

// conflitChoices are the ways to settle a conflit.
func (l *lecture) conflitChoices(c *agenda.Conflit) []CasChoix {
	switch c.Code {
	case agenda.ConflitDuplicateUsager:
		return l.doubleChoices(c)
	case agenda.ConflitAbsenceOver:
		return l.absenceChoices(c)
	case agenda.ConflitQuarantined:
		return []CasChoix{choix(ChoiceApply, "Accepter", "La saisie est faite, au nom de son auteur."), choix(ChoiceDrop, "Rejeter", "La saisie n’est pas faite ; son auteur la retrouve dans À revoir.")}
	case agenda.ConflitBegan:
		return []CasChoix{choix(choiceTell, "J’ai compris", "")}
	}
	r := l.yielding(c)
	if r == nil {
		return []CasChoix{choix(ChoiceKeep, "Garder", "Le cas est fermé.")}
	}
	switch c.Code {
	case agenda.ConflitOverlap:
		keep := choix(ChoiceKeep, "Garder les deux", "L’un des deux attendra ; rien n’est envoyé.")
		return []CasChoix{l.moveChoice(r), keep, l.dropChoice(r)}
	case agenda.ConflitAbsent:
		return slices.Concat(l.assignChoices(c, r), []CasChoix{l.moveChoice(r)}, l.liftChoices(c),
			[]CasChoix{choix(ChoiceKeep, "Garder", "Rien n’est envoyé."), l.dropChoice(r)})
	case agenda.ConflitAgentLeft:
		return slices.Concat(l.assignChoices(c, r), []CasChoix{choix(ChoiceKeep, "Garder ainsi", "Personne ne reçoit pour l’instant."), l.dropChoice(r)})
	case agenda.ConflitStatus:
		return l.statusChoices(c)
	case agenda.ConflitOutside:
		return []CasChoix{choix(ChoiceKeep, "Garder", "Comme promis à l’usager ; rien n’est envoyé."), l.moveChoice(r), l.dropChoice(r)}
	case agenda.ConflitDuplicateRdv:
		return []CasChoix{choix(ChoiceDrop, "Garder un seul", "Le second est annulé ; l’usager garde le premier."), choix(ChoiceKeep, "Garder les deux", "Rien n’est envoyé.")}
	case agenda.ConflitMoved:
		return l.movedChoices(c, r)
	case agenda.ConflitCancelledMoved:
		return l.cancelledChoices(c, r)
	case agenda.ConflitPresence:
		return []CasChoix{choix(ChoiceKeep, "Garder la présence", ""), choix(ChoiceApply, "Annuler quand même", "")}
	case agenda.ConflitOverbooked:
		return l.seatsChoices(r)
	}
	return []CasChoix{choix(ChoiceKeep, "Garder", "Le cas est fermé.")}
}

// moveChoice offers the next free slots.
func (l *lecture) moveChoice(r *agenda.Rdv) CasChoix {
	move := choix(ChoiceMove, "Déplacer "+l.titleOf(r), l.tellText(r))
	move.Creneaux = l.proposals(r)
	if len(move.Creneaux) == 0 {
		move.Detail = typeset("Aucun créneau libre dans les quatre semaines : cherchez-en un dans l’agenda.")
	}
	return move
}

func (l *lecture) dropChoice(r *agenda.Rdv) CasChoix {
	return choix(ChoiceDrop, "Annuler "+l.titleOf(r)+l.andTell(r), l.warnText(r, r.Start))
}

// andTell gives « et prévenir », "" when nobody can or need be told.
func (l *lecture) andTell(r *agenda.Rdv) string {
	if !r.Start.After(l.now) || !l.told(r, "") && l.phoneOf(r) == "" {
		return ""
	}
	return " et prévenir"
}

// warnText says how the usagers of an Rdv hear of a change that leaves it at an
// instant: not at all once it has gone by.
func (l *lecture) warnText(r *agenda.Rdv, at time.Time) string {
	if !at.After(l.now) {
		return "L’heure est passée : aucun message ne partira."
	}
	return l.tellText(r)
}

// tellText says how the usagers of an Rdv hear of a change to what is to come.
func (l *lecture) tellText(r *agenda.Rdv) string {
	if l.told(r, "") {
		return "L’usager sera prévenu par courriel."
	}
	if phone := l.phoneOf(r); phone != "" {
		return "Sans courriel : prévenez par téléphone, " + phone + "."
	}
	return "Sans courriel ni téléphone : l’usager n’en saura rien."
}

// phoneOf is the number to ring about an Rdv, "" when none is known.
func (l *lecture) phoneOf(r *agenda.Rdv) string {
	for _, id := range r.Usagers() {
		u := l.usager(id)
		if u == nil {
			continue
		}
		if _, phone, _, _ := agenda.Contacts(l, u); phone != "" {
			return agenda.FormatTelephone(phone)
		}
	}
	return ""
}

// proposals gives the next free slots of the same motif and agents as r, from
// its own day on.
func (l *lecture) proposals(r *agenda.Rdv) []Creneau {
	const fortnight = 14
	first := max(l.today(), l.homeZone().Date(r.Start))
	for from := first; from < first+2*fortnight; from += fortnight {
		q := Question{Motif: r.Motif, Agents: r.Agents, From: from, To: from + fortnight - 1, Duration: r.End.Sub(r.Start)}
		if r.Lieu != "" {
			q.Lieux = []agenda.LieuID{r.Lieu}
		}
		if l.checkQuestion(q) != nil {
			return []Creneau{}
		}
		found, err := l.search(q)
		if err == nil && len(found.Creneaux) > 0 {
			// Two plages may offer the same slot: it is proposed once.
			once := slices.CompactFunc(found.Creneaux, func(a, b creneau.Creneau) bool { return a.Start.Equal(b.Start) && a.Agent == b.Agent })
			return l.drawCreneaux(once[:min(mostSlots, len(once))], l.motif(r.Motif))
		}
	}
	return []Creneau{}
}

// assignChoices offers the colleagues who may receive in the place of who is
// away; none when there is nobody, or when the hour is past.
func (l *lecture) assignChoices(c *agenda.Conflit, r *agenda.Rdv) []CasChoix {
	if !r.Start.After(l.now) {
		return nil
	}
	assign := choix(choiceAssign, "Confier "+l.titleOf(r)+" à un collègue", "Même jour, même heure.")
	assign.Agents = l.standIns(r, l.replaced(c, r))
	if len(assign.Agents) == 0 {
		return nil
	}
	return []CasChoix{assign}
}

// standIns gives the colleagues who may receive an Rdv instead of an agent and
// are free then, at most a few.
func (l *lecture) standIns(r *agenda.Rdv, from agenda.AgentID) []Renvoi {
	all := []Renvoi{}
	for _, id := range l.agentChoices(l.motif(r.Motif)) {
		if len(all) == mostColleagues {
			break
		}
		a := agenda.AgentID(id)
		if slices.Contains(r.Agents, a) || !l.worksIn(a, r.Organisation) {
			continue
		}
		if l.free(a, r, from) {
			all = append(all, Renvoi{Noun: string(agenda.NounAgent), ID: id, Label: l.agentOf(a)})
		}
	}
	return all
}

func (l *lecture) worksIn(a agenda.AgentID, o agenda.OrganisationID) bool {
	return len(l.Roles(agenda.RoleQuery{Agent: a, Organisation: o})) > 0
}

// free reports whether an agent could take the place of another in an Rdv
// without meeting anything.
func (l *lecture) free(a agenda.AgentID, r *agenda.Rdv, from agenda.AgentID) bool {
	found, err := l.trial(&agenda.MoveRdv{Rdv: r.ID, From: r.Slot(), To: r.Slot(), FromAgent: from, ToAgent: a})
	return err == nil && !slices.ContainsFunc(found, func(w agenda.Warning) bool {
		return slices.Contains([]agenda.Code{agenda.WarnOverlap, agenda.WarnBusy, agenda.WarnAbsent}, w.Code)
	})
}

// liftChoices offers to take the absence away, when it is here and may be.
func (l *lecture) liftChoices(c *agenda.Conflit) []CasChoix {
	away := l.absenceOf(c)
	if away == nil || !l.sees(away.Agent) {
		return nil
	}
	return []CasChoix{choix(ChoiceLift, "Lever l’absence "+of(l.agentOf(away.Agent)), "L’absence est supprimée ; les rendez-vous restent.")}
}

// absenceChoices are those for all the rdvs under an absence at once.
func (l *lecture) absenceChoices(c *agenda.Conflit) []CasChoix {
	return append(l.liftChoices(c), choix(ChoiceKeep, "Tout laisser ainsi", "Les rendez-vous restent pendant l’absence ; rien n’est envoyé."))
}

// movedChoices: what stands, or what was wanted.
func (l *lecture) movedChoices(c *agenda.Conflit, r *agenda.Rdv) []CasChoix {
	zone, today := l.zone(r.Zone), l.today()
	keep := choix(ChoiceKeep, "Garder "+plainWhen(r.Start, zone, today), "Rien n’est envoyé.")
	all := []CasChoix{keep}
	if start, _, ok := wantedTimes(c.Wanted); ok {
		all = append(all, choix(ChoiceApply, "Prendre "+plainWhen(start, zone, today), l.warnText(r, start)))
	}
	if phone := l.phoneOf(r); phone != "" {
		all = append(all, choix(choiceTell, "Garder, et appeler l’usager", "Au "+phone+" ; l’appel vous revient."))
	}
	return all
}

func (l *lecture) cancelledChoices(c *agenda.Conflit, r *agenda.Rdv) []CasChoix {
	all := []CasChoix{choix(ChoiceKeep, "Laisser annulé", "Rien n’est envoyé.")}
	if start, _, ok := wantedTimes(c.Wanted); ok {
		all = append(all, choix(ChoiceApply, "Rétablir "+whenText(start, l.zone(r.Zone), l.today()), l.warnText(r, start)))
	}
	return all
}

// statusChoices: the later word, or the one it replaced.
func (l *lecture) statusChoices(c *agenda.Conflit) []CasChoix {
	stood, other := stateLabel(c.Wanted["stood"]), stateLabel(c.Wanted["status"])
	return []CasChoix{choix(ChoiceKeep, "Garder « "+stood+" »", ""), choix(ChoiceApply, "Remettre « "+other+" »", "")}
}

// seatsChoices: room for one more, another session, or no.
func (l *lecture) seatsChoices(r *agenda.Rdv) []CasChoix {
	all := []CasChoix{choix(ChoiceApply, "Passer à "+plural(r.Taken(), "place", "places"), "Personne n’est prévenu : chacun a sa place.")}
	last := lastIn(r)
	if last == "" {
		return append(all, choix(ChoiceKeep, "Garder", "Rien n’est envoyé."))
	}
	join := choix(choiceJoin, "Autre séance pour "+l.usagerName(last), l.tellText(r))
	if join.Seances = l.sessions(r); len(join.Seances) > 0 {
		all = append(all, join)
	}
	return append(all, choix(ChoiceDrop, "Refuser "+l.usagerName(last)+l.andTell(r), l.warnText(r, r.Start)), choix(ChoiceKeep, "Garder ainsi", "Rien n’est envoyé."))
}

// sessions gives the next sessions of the same motif with a seat left.
func (l *lecture) sessions(r *agenda.Rdv) []Renvoi {
	all := []Renvoi{}
	ahead := agenda.Span{Start: l.now, End: l.now.AddDate(0, 6, 0)}
	for _, o := range l.Rdvs(agenda.RdvQuery{Motif: r.Motif, Within: ahead}) {
		if len(all) == mostSessions {
			break
		}
		if o.ID == r.ID || o.Cancelled() || !l.reads(o) || o.Capacity > 0 && o.Taken() >= o.Capacity {
			continue
		}
		label := momentText(o.Start, l.zone(o.Zone), l.today())
		if o.Capacity > 0 {
			label += ", " + plural(o.Capacity-o.Taken(), "place libre", "places libres")
		}
		all = append(all, Renvoi{Noun: string(agenda.NounRdv), ID: o.Key(), Label: label})
	}
	return all
}

func (l *lecture) doubleChoices(c *agenda.Conflit) []CasChoix {
	keep := choix(ChoiceKeep, "Ce sont deux personnes", "Les deux fiches restent ; le cas est fermé.")
	if one, two := l.bothFiles(c); one == nil || two == nil {
		return []CasChoix{keep}
	}
	return []CasChoix{choix(ChoiceApply, "Fusionner les deux fiches", "Rendez-vous, proches et messages vont à la première ; vous choisissez les coordonnées."), keep}
}

// refusedChoices are what one may do with a refused command.
func (l *lecture) refusedChoices(c Cas) []CasChoix {
	drop := choix(ChoiceDrop, "Abandonner", "La saisie quitte cette liste.")
	if len(c.Depends) > 0 {
		drop = choix(ChoiceDrop, "Tout abandonner", "La saisie et ce qui en dépend quittent cette liste.")
	}
	if c.Command.Args == nil || c.Code == agenda.CodeErased {
		return []CasChoix{choix(ChoiceDrop, "J’ai compris", "")}
	}
	again := choix(ChoiceApply, "Envoyer de nouveau", "La même saisie, sur l’agenda d’aujourd’hui.")
	if len(c.Depends) > 0 {
		again = choix(ChoiceApply, "Tout envoyer de nouveau", "Avec ce qui en dépend, sur l’agenda d’aujourd’hui.")
	}
	fix := choix(choiceFix, "Corriger", "Ouvre ce qui est à corriger ; la saisie reste ici en attendant.")
	if !fixable(c.Command.Args) {
		return []CasChoix{again, drop}
	}
	return []CasChoix{fix, again, drop}
}

// fixable reports whether there is a screen on which to correct what was asked.
func fixable(args agenda.Args) bool {
	switch args.(type) {
	case *agenda.BookRdv, *agenda.MoveRdv, *agenda.ReviseRdv, *agenda.CancelRdv, *agenda.MarkRdv, *agenda.ArriveRdv,
		*agenda.ReviseUsager, *agenda.ReviseProfil, *agenda.MergeUsagers:
		return true
	}
	return false
}

// plainWhen gives « 10 h », « 10 h demain », « 10 h le lun. 16 nov. ».
func plainWhen(at time.Time, zone civil.Zone, today civil.Date) string {
	day, hour := zone.Civil(at)
	if day == today {
		return hourSaid(hour)
	}
	return hourSaid(hour) + " " + nearDay(day, today)
}
