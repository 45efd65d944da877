package desktop

import (
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

const mostMessages = 5

// messages tells what was sent about an Rdv, last first, and what will be once
// the server has heard of it. usager limits it to one person, "" for all.
func (l *lecture) messages(r *agenda.Rdv, usager agenda.UsagerID, pending bool) ([]LigneDatee, error) {
	recus, err := l.Recus(r.ID)
	if err != nil {
		return nil, err
	}
	lines := []LigneDatee{}
	if pending && l.told(r, usager) {
		lines = append(lines, l.toCome(r, len(recus) > 0))
	}
	for _, m := range slices.Backward(recus) {
		if usager == "" || m.Usager == usager {
			lines = append(lines, l.messageLine(m))
		}
	}
	return lines, nil
}

// toCome tells the message that waits for the exchange.
func (l *lecture) toCome(r *agenda.Rdv, before bool) LigneDatee {
	line := LigneDatee{Label: "Confirmation, courriel", When: "partira à la prochaine synchronisation", State: "pending", Pending: true}
	switch {
	case r.Cancelled():
		line.Label = "Annulation, courriel"
	case before:
		line.Label = "Mise à jour, courriel"
	}
	if !r.Start.After(l.now) {
		line.When, line.State, line.Pending = "ne partira pas"+noBreak+": l’heure est passée", "failed", false
	}
	return line
}

// told reports whether somebody is written to about an Rdv: its organisation
// writes, the motif notifies, and one of its usagers has an address.
func (l *lecture) told(r *agenda.Rdv, usager agenda.UsagerID) bool {
	o, m := l.organisation(r.Organisation), l.motif(r.Motif)
	if o == nil || o.Mail == "" || m == nil || m.Visibility != agenda.VisibleNotified {
		return false
	}
	return slices.ContainsFunc(r.Participations, func(p agenda.Participation) bool {
		u := l.usager(p.Usager)
		if u == nil || p.Silent || u.NoMail || usager != "" && p.Usager != usager {
			return false
		}
		email, _, _, _ := agenda.Contacts(l, u)
		return email != ""
	})
}

func (l *lecture) messageLine(m *agenda.Recu) LigneDatee {
	line := LigneDatee{Label: messageName(m.Kind) + ", courriel", When: momentText(m.At, l.homeZone(), l.today())}
	switch m.State {
	case agenda.RecuSent:
		line.State = "ok"
	case agenda.RecuWaiting:
		line.State, line.Pending = "pending", true
	case agenda.RecuFailed:
		line.State = "failed"
		line.Label += ", non remis"
	case agenda.RecuDropped:
		line.Label += ", non envoyé" + reasonText(m.Reason)
	}
	return line
}

func messageName(kind string) string {
	return map[string]string{"request": "Confirmation", "update": "Mise à jour", "cancel": "Annulation"}[kind]
}

func reasonText(reason string) string {
	switch reason {
	case "began":
		return noBreak + ": le rendez-vous avait commencé"
	case "no_address":
		return noBreak + ": pas d’adresse"
	}
	return ""
}

// lastMessages gives the last messages to one person, over all their rdvs.
func (l *lecture) lastMessages(rdvs []*agenda.Rdv, u agenda.UsagerID, touched map[agenda.Ref][]int64) ([]LigneDatee, error) {
	lines := []LigneDatee{}
	for _, r := range slices.Backward(rdvs) {
		more, err := l.messages(r, u, len(touched[agenda.RefOf(r)]) > 0)
		if err != nil {
			return nil, err
		}
		for _, line := range more {
			line.Label += ", rdv du " + shortDate(l.zone(r.Zone).Date(r.Start), l.today())
			lines = append(lines, line)
		}
		if len(lines) >= mostMessages {
			return lines[:mostMessages], nil
		}
	}
	return lines, nil
}

// history tells what this desk knows of an Rdv: its own commands of the last
// days, what the record itself remembers, last first.
func (l *lecture) history(r *agenda.Rdv) ([]LigneDatee, error) {
	commands, err := l.commands()
	if err != nil {
		return nil, err
	}
	type event struct {
		at   time.Time
		line LigneDatee
	}
	var events []event
	add := func(at time.Time, label string, pending bool) {
		events = append(events, event{at, LigneDatee{Label: label, When: l.shortMoment(at), Pending: pending}})
	}
	own := map[string]bool{}
	for _, q := range commands {
		label := historyText(q.Command.Args)
		concerns := slices.ContainsFunc(q.Undo, func(e agenda.UndoEdit) bool { return e.Noun == agenda.NounRdv && e.ID == r.Key() })
		if label == "" || !concerns {
			continue
		}
		own[label] = true
		add(q.Command.At, label+" par vous", q.Outcome == nil && l.isPending(q.Command.ID))
	}
	if !own["Pris"] {
		add(r.CreatedAt, "Pris "+l.creator(r), false)
	}
	if r.CancelledAt != nil && !own["Annulé"] {
		by := "par le service"
		if r.Status == agenda.StatusExcused {
			by = "par l’usager"
		}
		add(*r.CancelledAt, "Annulé "+by, false)
	}
	if r.ArrivedAt != nil && !own["Arrivée notée"] {
		add(*r.ArrivedAt, "Arrivée notée", false)
	}
	slices.SortStableFunc(events, func(a, b event) int { return b.at.Compare(a.at) })
	lines := []LigneDatee{}
	for _, e := range events {
		lines = append(lines, e.line)
	}
	return lines, nil
}

func (l *lecture) isPending(command string) bool {
	_, ok, err := l.PendingCommand(command)
	return err == nil && ok
}

// historyText names a command on an Rdv, "" for another.
func historyText(args agenda.Args) string {
	switch a := args.(type) {
	case *agenda.BookRdv:
		return "Pris"
	case *agenda.MoveRdv:
		return "Déplacé"
	case *agenda.ReviseRdv:
		return "Modifié"
	case *agenda.CancelRdv:
		return "Annulé"
	case *agenda.MarkRdv:
		if a.Status == agenda.StatusUnknown {
			return "Remis à venir"
		}
		return "Noté «" + noBreak + stateLabel(string(a.Status)) + noBreak + "»"
	case *agenda.ArriveRdv:
		if a.Arrived {
			return "Arrivée notée"
		}
		return "Arrivée retirée"
	case *agenda.Undo:
		return "Geste annulé"
	}
	return ""
}

// creator says who took an Rdv.
func (l *lecture) creator(r *agenda.Rdv) string {
	switch {
	case r.CreatedBy.Kind == agenda.AuthorUsager:
		return "en ligne par l’usager"
	case r.CreatedBy.Agent == l.agent:
		return "par vous"
	case r.CreatedBy.Agent != "":
		return "par " + l.shortAgent(r.CreatedBy.Agent)
	}
	return "par le service"
}

// shortMoment gives « 11 h 12 » today, else « 5 nov. ».
func (l *lecture) shortMoment(at time.Time) string {
	zone := l.homeZone()
	day, hour := zone.Civil(at)
	if today := l.today(); day != today {
		return shortDate(day, today)
	}
	return hourText(hour)
}

// ageWithBirth gives « 39 ans (4 mars 1987) ».
func ageWithBirth(birth, today civil.Date) string {
	if birth.IsZero() {
		return ""
	}
	return ageText(birth, today) + " (" + fullDay(birth) + ")"
}
