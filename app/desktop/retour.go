package desktop

import (
	"encoding/json"
	"strconv"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// The return of a computer that was away: when it was, and what became of its
// work.

const (
	settingBack = "back"
	// awayFrom is how long without an exchange makes an absence worth telling.
	awayFrom = 24 * time.Hour
	// backFor is how long a return is told.
	backFor = 3 * 24 * time.Hour
	// settledFor is how long a decided case is shown.
	settledFor = 7 * 24 * time.Hour
)

// absent is a time without the server.
type absent struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// noteReturn remembers, in the transaction of the last exchange, that the one
// before was long ago.
func noteReturn(tx *store.DeskTx, before, last time.Time) error {
	if before.IsZero() || last.Sub(before) < awayFrom {
		return nil
	}
	body, err := json.Marshal(absent{before.UTC(), last.UTC()})
	if err != nil {
		return err
	}
	return tx.SetSetting(settingBack, body)
}

// back tells the last return, nil when there is none, or it is old news.
func (l *lecture) back(cases []Cas) (*Retour, error) {
	body, err := l.Setting(settingBack)
	if err != nil || body == nil {
		return nil, err
	}
	var away absent
	if err := json.Unmarshal(body, &away); err != nil {
		return nil, err
	}
	if l.now.Sub(away.To) > backFor || l.now.Before(away.From) {
		return nil, nil
	}
	r := &Retour{Title: "De retour après " + awayText(away.To.Sub(away.From)), Detail: l.awayDetail(away)}
	done, err := l.Acknowledged(away.To.Add(-time.Hour))
	if err != nil {
		return nil, err
	}
	own := map[string]bool{}
	for _, q := range done {
		if !q.Command.At.After(away.To) {
			own[q.Command.ID] = true
		}
	}
	for _, c := range cases {
		switch {
		case c.Kind == caseRefused && !c.Command.At.After(away.To):
			r.Refused += 1 + len(c.Depends)
		case c.Conflit != nil && own[c.Conflit.Command]:
			r.Decide++
			delete(own, c.Conflit.Command)
		}
	}
	r.Passed = len(own)
	r.Sent = r.Passed + r.Decide + r.Refused
	return r, nil
}

// awayText gives « 2 jours », « une semaine », « trois semaines », « 2 mois ».
func awayText(d time.Duration) string {
	const day = 24 * time.Hour
	days := int((d + day/2) / day)
	weeks := [...]string{"", "une semaine", "deux semaines", "trois semaines", "quatre semaines"}
	switch {
	case days < 2:
		return "un jour"
	case days < 7:
		return strconv.Itoa(days) + " jours"
	case days/7 < len(weeks):
		return weeks[days/7]
	}
	return strconv.Itoa(days/30) + " mois"
}

// awayDetail gives « Ce poste était hors ligne du lun. 19 oct. au lun. 9 nov.,
// 8 h 47. ».
func (l *lecture) awayDetail(away absent) string {
	zone, today := l.homeZone(), l.today()
	return sentence("Ce poste était hors ligne du " + shortDay(zone.Date(away.From), today) + " au " + momentText(away.To, zone, today))
}

// closedCases lists what was decided in the last days, last first.
func (l *lecture) closedCases() ([]CasRegle, error) {
	closed, err := l.ClosedConflits(l.now.Add(-settledFor))
	if err != nil {
		return nil, err
	}
	all := []CasRegle{}
	for _, c := range closed {
		if !l.concerns(c) {
			continue
		}
		all = append(all, CasRegle{ID: c.Key(), Title: typeset(l.conflitTitle(c)), Said: typeset(l.closingText(c)), When: momentText(*c.ClosedAt, l.homeZone(), l.today())})
	}
	return all, nil
}

// closingText says how a case was closed, and by whom.
func (l *lecture) closingText(c *agenda.Conflit) string {
	text := map[string]string{
		ChoiceKeep: "Gardé", choiceTell: "Gardé, et dit", ChoiceApply: "Autre version prise", ChoiceDrop: "Annulé",
		ChoiceMove: "Déplacé", choiceAssign: "Confié à un collègue", ChoiceLift: "Absence levée", choiceJoin: "Autre séance",
		"settled": "Réglé dans l’agenda", "merged": "Fiches fusionnées", "accepted": "Accepté", "rejected": "Rejeté",
	}[c.Choice]
	if text == "" {
		text = "Réglé"
	}
	switch c.ClosedBy {
	case "":
		return text
	case l.agent:
		return text + " par vous"
	}
	return text + " par " + l.agentOf(c.ClosedBy)
}
