package desktop

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// States of an rdv as it is drawn, beside the stored statuses.
const (
	stateComing  = "coming"
	stateWaiting = "waiting"
	stateTodo    = "todo"
)

// stateOf gives how an Rdv is drawn now. The day of the waiting room is that of
// the wall where it takes place.
func (l *lecture) stateOf(r *agenda.Rdv) string {
	if r.Status != agenda.StatusUnknown {
		return string(r.Status)
	}
	if r.ArrivedAt != nil && l.zone(r.Zone).Date(l.now) == r.Day {
		return stateWaiting
	}
	if !r.End.After(l.now) {
		return stateTodo
	}
	return stateComing
}

// stateLabel never agrees in gender.
func stateLabel(state string) string {
	switch state {
	case stateWaiting:
		return "En salle"
	case stateTodo:
		return "À renseigner"
	case string(agenda.StatusSeen):
		return "Vu"
	case string(agenda.StatusNoShow):
		return "Absent"
	case string(agenda.StatusExcused):
		return "Excusé"
	case string(agenda.StatusRevoked):
		return "Annulé"
	}
	return "À venir"
}

// stateSpoken says a state inside a sentence.
func stateSpoken(state string) string {
	switch state {
	case stateWaiting:
		return "en salle d’attente"
	case stateTodo:
		return "statut à renseigner"
	case string(agenda.StatusSeen):
		return "vu"
	case string(agenda.StatusNoShow):
		return "absent"
	case string(agenda.StatusExcused):
		return "excusé"
	case string(agenda.StatusRevoked):
		return "annulé par le service"
	}
	return "à venir"
}

// grille draws entrees in columns: days of one zone.
type grille struct {
	*lecture
	zone civil.Zone
}

// item draws an entree in the column of a day and an agent. It answers false
// when nothing of it falls there.
func (g grille) item(e Entree, day civil.Date, agent agenda.AgentID) (Item, bool) {
	from, to, ok := g.hours(e, day)
	if !ok {
		return Item{}, false
	}
	it := Item{
		Kind: e.Kind, ID: e.ID, Agent: string(agent), Agents: texts(e.Agents), Day: day.String(),
		Key:  e.Kind + "/" + e.ID + "/" + strconv.FormatInt(e.Span.Start.Unix(), 36),
		From: from.String(), To: to.String(), Start: instantText(e.Span.Start), End: instantText(e.Span.End),
		DurationMin: int(e.Span.End.Sub(e.Span.Start).Minutes()), Zone: e.Zone.Name(), LocalLabel: g.local(e),
		Title: e.Title, Pending: e.Pending, Conflicts: e.Conflicts, Private: e.Private, Usagers: []Renvoi{}, Can: []string{},
	}
	switch {
	case e.Rdv != nil:
		g.drawRdv(&it, e)
	case e.Kind == KindBusy:
		it.Title = cmp.Or(e.Title, "Occupé")
		it.Spoken = longDay(day)
	case e.Plage != nil:
		it.Lieu, it.Revision, it.Can = string(e.Plage.Lieu), int(e.Plage.Revision), []string{"open"}
		it.LieuLabel = g.lieuLabel(e.Plage.Lieu)
		it.Spoken = longDay(day)
	case e.Absence != nil:
		it.Title = "Absence"
		if e.Title != "" {
			it.Title += dot + e.Title
		}
		it.Revision, it.Can = int(e.Absence.Revision), []string{"open"}
		it.Spoken = longDay(day)
	}
	return it, true
}

// hours gives the part of an entree that falls on a day of the grid. Where the
// clock goes back in between, the end is as far from the start as it lasts.
func (g grille) hours(e Entree, day civil.Date) (from, to civil.Time, ok bool) {
	if e.Kind == KindFerie {
		return 0, civil.EndOfDay, e.Day == day
	}
	start, end := g.zone.Instant(day, 0), g.zone.Instant(day+1, 0)
	if !e.Span.Start.Before(end) || !e.Span.End.After(start) {
		return 0, 0, false
	}
	from, to = 0, civil.EndOfDay
	if !e.Span.Start.Before(start) {
		from = timeOf(e.Span.Start, g.zone)
	}
	if e.Span.End.Before(end) {
		to = timeOf(e.Span.End, g.zone)
	}
	if to <= from {
		to = min(from+civil.Time(e.Span.End.Sub(e.Span.Start).Minutes()), civil.EndOfDay)
	}
	return from, to, from < to
}

// local says the hour on the record's own wall when it is another than the
// grid's: « 9 h 00 à Saint-Denis ».
func (g grille) local(e Entree) string {
	if e.Kind == KindFerie || e.Zone.Name() == g.zone.Name() {
		return ""
	}
	day, at := e.Zone.Civil(e.Span.Start)
	gridDay, gridAt := g.zone.Civil(e.Span.Start)
	if day == gridDay && at == gridAt {
		return ""
	}
	text := hourText(at) + " " + cityOf(e.Zone.Name())
	if day != gridDay {
		text = shortDayName(day) + " " + dayNumber(day) + ", " + text
	}
	return text
}

func (g grille) drawRdv(it *Item, e Entree) {
	r := e.Rdv
	it.Status, it.State = string(r.Status), g.stateOf(r)
	it.StateLabel = stateLabel(it.State)
	it.Motif, it.Lieu, it.LieuLabel = string(r.Motif), string(r.Lieu), g.lieuLabel(r.Lieu)
	it.Revision, it.Seats = int(r.Revision), r.Capacity
	for _, u := range e.People {
		if !u.Status.Cancelled() || r.Cancelled() {
			it.Taken++
		}
		it.Usagers = append(it.Usagers, Renvoi{Noun: string(agenda.NounUsager), ID: string(u.ID), Label: u.Name})
	}
	if m := g.motif(r.Motif); m != nil {
		it.Detail, it.Color, it.Place, it.Collectif = m.Name, colorOf(m.Color), string(m.Place), m.Collectif
	}
	it.Note = g.noteOf(r, it)
	it.Spoken = g.spokenOf(r, it)
	it.Can = []string{"open"}
	if !r.Cancelled() {
		it.Can = []string{"open", "move", "resize", "assign"}
	}
}

// noteOf is the third line of a block: what matters most about it now.
func (g grille) noteOf(r *agenda.Rdv, it *Item) string {
	switch {
	case r.Cancelled():
		return ""
	case it.State == stateWaiting:
		return "En salle depuis " + hourText(timeOf(*r.ArrivedAt, g.zone))
	case slices.Contains(it.Conflicts, string(agenda.WarnOverlap)):
		return "Autre rendez-vous à la même heure"
	case slices.Contains(it.Conflicts, string(agenda.WarnAbsent)):
		return "Pendant une absence"
	case it.State == stateTodo && it.Collectif:
		return "Présences à renseigner"
	case it.State == stateTodo:
		return "Vu ou absent" + narrow + "?"
	case it.Collectif:
		return seatsText(it.Taken, it.Seats)
	case it.Place == string(agenda.PlaceHome):
		return g.homeAddress(r)
	}
	return ""
}

// seatsText gives « 6 inscrits, 4 places libres ».
func seatsText(taken, seats int) string {
	text := plural(taken, "inscrit", "inscrits")
	switch left := seats - taken; {
	case seats == 0:
		return text
	case left > 0:
		return text + ", " + plural(left, "place libre", "places libres")
	case left == 0:
		return "Complet"
	default:
		return fmt.Sprintf("%s pour %s", text, plural(seats, "place", "places"))
	}
}

// homeAddress is where a home Rdv takes place: its own address, else that of
// the first usager who has one.
func (l *lecture) homeAddress(r *agenda.Rdv) string {
	if r.Address != "" {
		return r.Address
	}
	for _, id := range r.Usagers() {
		if u := l.usager(id); u != nil {
			if _, _, address, _ := agenda.Contacts(l, u); address != "" {
				return address
			}
		}
	}
	return ""
}

// spokenOf completes for the ear what the eye sees.
func (g grille) spokenOf(r *agenda.Rdv, it *Item) string {
	day, err := civil.ParseDate(it.Day)
	if err != nil {
		return ""
	}
	end, _ := civil.ParseTime(it.To)
	text := longDay(day) + ", jusqu’à " + hourText(end) + ", " + stateSpoken(it.State)
	if place := placeSpoken(agenda.Place(it.Place)); place != "" {
		text += ", " + place
	}
	if it.LocalLabel != "" {
		text += ", " + it.LocalLabel
	}
	if len(r.Agents) > 1 {
		text += ", avec " + plural(len(r.Agents)-1, "autre agent", "autres agents")
	}
	if it.Pending {
		text += ", en attente d’envoi"
	}
	if len(it.Conflicts) > 0 {
		text += ", en conflit"
	}
	return text
}

func placeSpoken(p agenda.Place) string {
	switch p {
	case agenda.PlacePhone:
		return "au téléphone"
	case agenda.PlaceHome:
		return "à domicile"
	case agenda.PlaceVisio:
		return "en visio"
	}
	return ""
}

func (l *lecture) lieuLabel(id agenda.LieuID) string {
	if lieu := l.lieu(id); lieu != nil {
		return lieu.Name
	}
	return ""
}

// colorOf gives one of the ten colours of the window.
func colorOf(color string) string {
	return among(color, "ardoise", "ardoise", "azur", "lagon", "sauge", "olive", "miel", "brique", "rose", "prune", "lilas")
}

// instantText writes an instant for the page.
func instantText(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// texts gives ids as texts, never nil.
func texts[T ~string](ids []T) []string {
	all := make([]string, 0, len(ids))
	for _, id := range ids {
		all = append(all, string(id))
	}
	return all
}

// typed gives texts as ids.
func typed[T ~string](all []string) []T {
	var ids []T
	for _, s := range all {
		ids = append(ids, T(s))
	}
	return ids
}
