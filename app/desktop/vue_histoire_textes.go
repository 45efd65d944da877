package desktop

import (
	"slices"
	"strings"

	"permanence/app/agenda"
)

// The words of a history.

// changeText says what a change made of a record.
func (l *lecture) changeText(p passage) string {
	switch {
	case p.Kind == "born":
		return bornText(p.after)
	case p.Kind == "removed":
		return "Supprimé"
	case p.Kind == "erased":
		return "Effacé"
	}
	var said []string
	switch after := p.after.(type) {
	case *agenda.Rdv:
		if before, ok := p.before.(*agenda.Rdv); ok {
			said = l.rdvChanges(before, after)
		}
	case *agenda.Usager:
		if before, ok := p.before.(*agenda.Usager); ok {
			said = champChanges(fiche{usager: before}, fiche{usager: after}, personChamps())
		}
	case *agenda.Profil:
		if before, ok := p.before.(*agenda.Profil); ok {
			said = champChanges(fiche{usager: &agenda.Usager{}, profil: before}, fiche{usager: &agenda.Usager{}, profil: after}, profilChamps())
		}
	}
	for _, group := range p.Hidden {
		said = append(said, groupLabel(group)+" : changé")
	}
	if len(said) == 0 {
		return "Modifié"
	}
	return capital(strings.Join(said, " ; "))
}

func bornText(r agenda.Record) string {
	if _, ok := r.(*agenda.Rdv); ok {
		return "Pris"
	}
	return "Fiche créée"
}

// rdvChanges lists what differs between two states of an rdv.
func (l *lecture) rdvChanges(was, now *agenda.Rdv) []string {
	var said []string
	zone, today := l.zone(now.Zone), l.today()
	length := now.End.Sub(now.Start)
	switch {
	case !was.Start.Equal(now.Start) && was.Day == now.Day:
		said = append(said, "déplacé de "+hourSaid(was.From)+" à "+hourSaid(now.From))
	case !was.Start.Equal(now.Start):
		said = append(said, "déplacé du "+momentText(was.Start, zone, today)+" au "+momentText(now.Start, zone, today))
	}
	if was.End.Sub(was.Start) != length {
		said = append(said, "durée : "+minutesText(int(was.End.Sub(was.Start).Minutes()))+" → "+minutesText(int(length.Minutes())))
	}
	if was.Lieu != now.Lieu {
		said = append(said, "lieu : "+l.lieuLabel(was.Lieu)+" → "+l.lieuLabel(now.Lieu))
	}
	said = append(said, l.peopleChanges(was, now)...)
	if was.Status != now.Status {
		said = append(said, stateLabel(string(was.Status))+" → "+stateLabel(string(now.Status)))
	}
	if (was.ArrivedAt == nil) != (now.ArrivedAt == nil) {
		said = append(said, map[bool]string{true: "arrivée notée", false: "arrivée retirée"}[now.ArrivedAt != nil])
	}
	if was.Title != now.Title {
		said = append(said, "titre : « "+now.Title+" »")
	}
	if was.Context != now.Context {
		said = append(said, "contexte changé")
	}
	if was.Capacity != now.Capacity {
		said = append(said, "places : "+capacityText(was.Capacity)+" → "+capacityText(now.Capacity))
	}
	return said
}

func capacityText(n int) string {
	if n == 0 {
		return "sans limite"
	}
	return plural(n, "place", "places")
}

// peopleChanges lists who came into an rdv, and who left it.
func (l *lecture) peopleChanges(was, now *agenda.Rdv) []string {
	var said []string
	gone, come := difference(was.Agents, now.Agents), difference(now.Agents, was.Agents)
	switch {
	case len(gone) == 1 && len(come) == 1:
		said = append(said, "confié par "+l.whoever(gone[0])+" à "+l.whoever(come[0]))
	case len(gone)+len(come) > 0:
		said = append(said, "agents : "+joined(l.agentNames(now.Agents)))
	}
	for _, u := range difference(now.Usagers(), was.Usagers()) {
		said = append(said, "ajout "+of(l.usagerName(u)))
	}
	for _, u := range difference(was.Usagers(), now.Usagers()) {
		said = append(said, "retrait "+of(l.usagerName(u)))
	}
	for _, u := range now.Usagers() {
		if was.Has(u) && was.StatusOf(u) != now.StatusOf(u) && was.Status == now.Status {
			said = append(said, l.usagerName(u)+" : "+stateLabel(string(now.StatusOf(u))))
		}
	}
	return said
}

func (l *lecture) agentNames(ids []agenda.AgentID) []string {
	var names []string
	for _, id := range ids {
		names = append(names, l.whoever(id))
	}
	return names
}

// profilChamps are the fields that an organisation keeps beside the file.
func profilChamps() []champ {
	return slices.DeleteFunc(champs(), func(c champ) bool { return c.toggle == "" })
}

// champChanges lists the fields that differ between two states of a file; of a
// sensitive one, only that it changed.
func champChanges(was, now fiche, fields []champ) []string {
	var said []string
	for _, c := range fields {
		a, b := was.shown(c), now.shown(c)
		switch {
		case a == b:
		case c.sensitive:
			said = append(said, c.label+" : changé")
		case a == "":
			said = append(said, c.label+" : « "+b+" »")
		case b == "":
			said = append(said, c.label+" : « "+a+" » retiré")
		default:
			said = append(said, c.label+" : « "+a+" » → « "+b+" »")
		}
	}
	return said
}

// groupLabel gives the French name of a group of fields.
func groupLabel(group string) string {
	labels := map[string]string{agenda.GroupSlot: "Horaire", agenda.GroupStatus: "Statut", agenda.GroupPeople: "Personnes", agenda.GroupNote: "Textes"}
	if label, ok := labels[group]; ok {
		return label
	}
	for _, c := range champs() {
		if c.code == group {
			return c.label
		}
	}
	return capital(agenda.FieldLabel(group))
}

// restoreText names the former value of a group, from the record that held it.
func (l *lecture) restoreText(before agenda.Record, group string) string {
	switch r := before.(type) {
	case *agenda.Rdv:
		return l.restoreRdvText(r, group)
	case *agenda.Usager:
		return restoreChampText(fiche{usager: r}, group)
	}
	return "Remettre la valeur d’avant : " + groupLabel(group)
}

func (l *lecture) restoreRdvText(r *agenda.Rdv, group string) string {
	switch group {
	case agenda.GroupSlot:
		text := "Remettre " + whenText(r.Start, l.zone(r.Zone), l.today())
		if place := l.lieuLabel(r.Lieu); place != "" {
			text += ", " + place
		}
		return text
	case agenda.GroupStatus:
		return "Remettre « " + stateLabel(string(r.Status)) + " »"
	case agenda.GroupPeople:
		return "Remettre les personnes d’avant"
	}
	return "Remettre les textes d’avant"
}

// restoreChampText names the former value of one field of a file; a field that
// is not of the file is named without its value.
func restoreChampText(f fiche, group string) string {
	at := slices.IndexFunc(personChamps(), func(c champ) bool { return c.code == group })
	if at < 0 {
		return "Remettre la valeur d’avant : " + groupLabel(group)
	}
	c := personChamps()[at]
	if shown := f.shown(c); shown != "" {
		return c.label + " : remettre « " + shown + " »"
	}
	return c.label + " : vider de nouveau"
}
