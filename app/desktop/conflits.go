package desktop

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// What a conflit says: the situations of the exchange, told as people meet
// them, in words that can be read aloud.

// conflitTitle says in a few words what happened.
func (l *lecture) conflitTitle(c *agenda.Conflit) string {
	r := l.firstSide(c)
	when, who := "", "un rendez-vous"
	if r != nil {
		zone := l.zone(r.Zone)
		when = " à " + hourSaid(timeOf(r.Start, zone)) + ", " + longDay(zone.Date(r.Start))
		who = l.titleOf(r)
	}
	switch c.Code {
	case agenda.ConflitOverlap:
		return "Deux usagers" + when
	case agenda.ConflitDuplicateRdv:
		return "Même rendez-vous pris deux fois : " + who
	case agenda.ConflitMoved:
		return "Déplacé deux fois : " + who
	case agenda.ConflitCancelledMoved:
		return "Annulé et déplacé : " + who
	case agenda.ConflitPresence:
		return "Usager présent malgré l’annulation : " + who
	case agenda.ConflitOverbooked:
		return l.seatsTitle(r, who)
	case agenda.ConflitAbsent:
		return "Rendez-vous pendant l’absence " + of(l.absentName(c)) + " : " + who
	case agenda.ConflitAbsenceOver:
		return plural(len(l.sides(c)), "rendez-vous à replacer", "rendez-vous à replacer") + l.absenceSaid(c)
	case agenda.ConflitOutside:
		return "Hors des heures d’ouverture : " + who
	case agenda.ConflitDuplicateUsager:
		return "Même personne saisie deux fois : " + l.firstPerson(c)
	case agenda.ConflitStatus:
		return stateLabel(c.Wanted["status"]) + " → " + stateLabel(c.Wanted["stood"]) + " : " + who
	case agenda.ConflitQuarantined:
		return "Saisie " + of(l.whoever(agenda.AgentID(c.Wanted["agent"]))) + " en attente de votre accord"
	case agenda.ConflitAgentLeft:
		return "Rendez-vous à confier : " + who
	case agenda.ConflitBegan:
		return "Commencé avant l’envoi : " + who
	}
	return "À regarder : " + who
}

// absenceSaid gives « : absence d’Aïssatou Diallo le 12 nov. ».
func (l *lecture) absenceSaid(c *agenda.Conflit) string {
	away := l.absenceOf(c)
	if away == nil {
		return ""
	}
	text := " : absence " + of(l.agentOf(away.Agent))
	if away.RRule != "" {
		return text
	}
	if away.FirstDay == away.LastDay {
		return text + " le " + shortDate(away.FirstDay, l.today())
	}
	return text + " du " + shortDate(away.FirstDay, l.today()) + " au " + shortDate(away.LastDay, l.today())
}

// of gives « de Sylvie », « d’Aïssatou ».
func of(name string) string {
	if folded := agenda.Fold(name); folded != "" && strings.Contains("aeiouyh", folded[:1]) {
		return "d’" + name
	}
	return "de " + name
}

// seatsTitle gives « 13ᵉ inscrit pour 12 places : Café des parents ».
func (l *lecture) seatsTitle(r *agenda.Rdv, who string) string {
	if r == nil || r.Capacity == 0 {
		return "Plus d’inscrits que de places : " + who
	}
	return strconv.Itoa(r.Taken()) + "ᵉ inscrit pour " + plural(r.Capacity, "place", "places") + " : " + who + " du " + shortDate(l.zone(r.Zone).Date(r.Start), l.today())
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
	for _, id := range usagersOf(c) {
		return l.usagerName(id)
	}
	return "une personne"
}

// conflitText is the sentence that a secretary can read aloud: what happened,
// who did it when, and what was not sent.
func (l *lecture) conflitText(c *agenda.Conflit) string {
	switch c.Code {
	case agenda.ConflitOverlap:
		return l.withWhom(c) + "Les deux rendez-vous sont gardés ; aucun usager n’a été prévenu d’un changement."
	case agenda.ConflitDuplicateRdv:
		return l.withWhom(c) + "Il a été pris sur deux postes : les deux sont gardés pour l’instant."
	case agenda.ConflitMoved:
		return l.movedText(c)
	case agenda.ConflitCancelledMoved:
		return l.cancelledText(c)
	case agenda.ConflitPresence:
		return l.presenceText(c)
	case agenda.ConflitOverbooked:
		return l.overbookedText(c)
	case agenda.ConflitAbsent:
		return "Il a été pris sans connaître cette absence. Le rendez-vous est gardé ; personne n’a été prévenu d’un changement."
	case agenda.ConflitAbsenceOver:
		return "Ils étaient pris avant cette absence. Les rendez-vous sont gardés ; personne n’a été prévenu d’un changement."
	case agenda.ConflitOutside:
		return "Les heures d’ouverture ou le motif ont changé depuis. Le rendez-vous est gardé comme promis ; personne n’a été prévenu d’un changement."
	case agenda.ConflitDuplicateUsager:
		return l.doubleText(c)
	case agenda.ConflitStatus:
		return l.statusText(c)
	case agenda.ConflitQuarantined:
		return l.waitingText(c)
	case agenda.ConflitAgentLeft:
		return capital(l.whoever(agentNamed(c))) + " ne reçoit plus dans l’organisation. Le rendez-vous est gardé ; personne n’a été prévenu d’un changement."
	case agenda.ConflitBegan:
		return "Le rendez-vous avait commencé avant l’envoi : il est gardé, et aucun message n’est parti."
	}
	return "Deux postes ont changé la même chose ; rien n’est perdu."
}

// withWhom gives « Avec Claire Fournier, Maison des services. ».
func (l *lecture) withWhom(c *agenda.Conflit) string {
	r := l.firstSide(c)
	if r == nil {
		return ""
	}
	var names []string
	for _, a := range r.Agents {
		names = append(names, l.agentOf(a))
	}
	text := "Avec " + list(names)
	if place := l.lieuLabel(r.Lieu); place != "" {
		text += ", " + place
	}
	return text + ". "
}

// dayAndHour gives « aujourd’hui à 9 h 02 », « le lun. 26 oct. à 9 h ».
func (l *lecture) dayAndHour(at time.Time) string {
	zone := l.homeZone()
	day, hour := zone.Civil(at)
	return nearDay(day, l.today()) + " à " + hourSaid(hour)
}

// movedText says where it stands, who put it there, and what was wanted instead.
func (l *lecture) movedText(c *agenda.Conflit) string {
	r := l.firstSide(c)
	start, _, ok := wantedTimes(c.Wanted)
	if r == nil || !ok {
		return "Deux postes l’ont changé ; le premier changement est gardé."
	}
	zone, today := l.zone(r.Zone), l.today()
	text := "Déplacé " + whenText(r.Start, zone, today) + l.actSaid(c.Wanted["stood_by"], c.Wanted["stood_at"]) + " ; " +
		l.wanted(c) + plainWhen(start, zone, today)
	return sentence(text) + " " + l.toldText(r)
}

// cancelledText says who cancelled, and where the other had moved it.
func (l *lecture) cancelledText(c *agenda.Conflit) string {
	r := l.firstSide(c)
	start, _, ok := wantedTimes(c.Wanted)
	if r == nil || !ok {
		return "Un poste l’a annulé, un autre l’a déplacé ; l’annulation est gardée."
	}
	moved := l.wanted(c) + plainWhen(start, l.zone(r.Zone), l.today())
	if !r.Cancelled() {
		return sentence("Annulé puis rétabli ; " + moved)
	}
	text := "Annulé par " + l.canceller(r, c)
	if r.CancelledAt != nil {
		text += ", " + l.dayAndHour(*r.CancelledAt)
	}
	return sentence(text + " ; " + moved)
}

// canceller is who cancelled an Rdv, as far as it is known here.
func (l *lecture) canceller(r *agenda.Rdv, c *agenda.Conflit) string {
	if r.Status == agenda.StatusExcused {
		return "l’usager"
	}
	if who := c.Wanted["stood_by"]; who != "" && who != "usager" {
		return l.named(who)
	}
	return "le service"
}

// presenceText says which of the two words is kept.
func (l *lecture) presenceText(c *agenda.Conflit) string {
	text := "L’usager a été noté présent, et le rendez-vous annulé sur un autre poste : la présence est gardée."
	if r := l.firstSide(c); r != nil && r.Status != agenda.StatusSeen {
		text += " Le statut a été changé depuis."
	}
	return text
}

// statusText says which word was replaced by which: the last one received
// stands, whenever it was noted.
func (l *lecture) statusText(c *agenda.Conflit) string {
	first := "« " + stateLabel(c.Wanted["status"]) + " » noté" + l.actSaid(c.Wanted["by"], c.Wanted["at"])
	last := "« " + stateLabel(c.Wanted["stood"]) + " » noté" + l.actSaid(c.Wanted["stood_by"], c.Wanted["stood_at"])
	return first + " ; " + last + ". Le dernier reçu est gardé."
}

// waitingText says what somebody entered who had lost the right to.
func (l *lecture) waitingText(c *agenda.Conflit) string {
	text := capital(l.whoever(agenda.AgentID(c.Wanted["agent"]))) + " n’avait plus ce droit à l’envoi"
	if at, err := time.Parse(time.RFC3339, c.Wanted["at"]); err == nil {
		text += " ; saisi " + l.dayAndHour(at)
	}
	return sentence(text) + " Rien n’est fait sans votre accord."
}

// wanted gives « vous aviez choisi », « Sylvie Martin avait choisi, le 26 oct. ».
func (l *lecture) wanted(c *agenda.Conflit) string {
	switch by := c.Wanted["by"]; {
	case l.authored(c.Command) || by == string(l.agent):
		return "vous aviez choisi "
	case by == "usager":
		return "l’usager avait choisi "
	case by != "":
		return l.agentOf(agenda.AgentID(by)) + " avait choisi "
	}
	return "un autre poste avait choisi "
}

// actSaid gives « par Sylvie Martin, le lun. 26 oct. à 9 h 02 », "" when nothing
// is known.
func (l *lecture) actSaid(by, at string) string {
	text := ""
	if by != "" {
		text = " par " + l.named(by)
	}
	if instant, err := time.Parse(time.RFC3339, at); err == nil {
		text += ", " + l.dayAndHour(instant)
	}
	return text
}

// named says an agent, oneself included, or the usager.
func (l *lecture) named(by string) string {
	switch by {
	case string(l.agent):
		return "vous"
	case "usager":
		return "l’usager"
	}
	return l.agentOf(agenda.AgentID(by))
}

// whoever names an agent who may have left: their record goes with their role.
func (l *lecture) whoever(id agenda.AgentID) string {
	if a := get[*agenda.Agent](l, agenda.NounAgent, string(id)); a != nil {
		return a.Name()
	}
	return "un ancien agent"
}

// toldText says what its usagers were last told by mail: a confirmation is no word of a
// change.
func (l *lecture) toldText(r *agenda.Rdv) string {
	recus, err := l.Recus(r.ID)
	if err != nil {
		return "" // the case is worth more than this sentence
	}
	for _, m := range slices.Backward(recus) {
		if m.State == agenda.RecuSent && m.Kind != "cancel" {
			return messageName(m.Kind) + " envoyée par courriel " + l.dayAndHour(m.At) + "."
		}
	}
	return "L’usager n’a pas été prévenu par courriel."
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
	who := ""
	if last := lastIn(r); last != "" {
		who = " " + of(l.usagerName(last))
	}
	return "La dernière place venait d’être prise. L’inscription" + who + " est gardée ; personne n’a été prévenu d’un changement."
}

// doubleText says who made each of two files.
func (l *lecture) doubleText(c *agenda.Conflit) string {
	keep, drop := l.bothFiles(c)
	if keep == nil || drop == nil {
		return "Les deux fiches sont gardées."
	}
	return sentence("Créées le "+l.shortDayOf(keep.CreatedAt)+" et le "+l.shortDayOf(drop.CreatedAt)) + " Les deux fiches sont gardées."
}

func (l *lecture) shortDayOf(at time.Time) string {
	return shortDay(l.homeZone().Date(at), l.today())
}

// absentName is the agent whose absence a conflit names.
func (l *lecture) absentName(c *agenda.Conflit) string {
	if a := l.absenceOf(c); a != nil {
		return l.agentOf(a.Agent)
	}
	return "un agent"
}

// sideOf tells one rdv of a conflit as it was entered, and what its usager was
// told. One that the agent may not read keeps its hours only.
func (l *lecture) sideOf(r *agenda.Rdv, today civil.Date) Cote {
	zone := l.zone(r.Zone)
	c := Cote{Label: "Autre rendez-vous", Title: "Occupé", Detail: spanText(r.Start, r.End, zone, today)}
	if !l.reads(r) {
		return c
	}
	taken := " le " + shortDay(l.homeZone().Date(r.CreatedAt), today)
	switch {
	case r.CreatedBy.Kind == agenda.AuthorUsager:
		c.Label = "Pris en ligne par l’usager" + taken
	case r.CreatedBy.Agent == l.agent:
		c.Label = "Pris par vous" + taken
	case r.CreatedBy.Agent != "":
		c.Label = "Pris par " + l.agentOf(r.CreatedBy.Agent) + taken
	}
	c.Title = l.titleOf(r)
	if m := l.motif(r.Motif); m != nil {
		c.Motif, c.Color = m.Name, colorOf(m.Color)
	}
	c.Note = l.toldText(r)
	if r.Status != agenda.StatusUnknown {
		c.Note = stateLabel(string(r.Status)) + ". " + c.Note
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
	c.Label = "Fiche créée le " + shortDay(l.homeZone().Date(u.CreatedAt), today)
	c.Detail = l.personDetail(u)
	return c
}
