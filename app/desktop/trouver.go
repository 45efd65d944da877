package desktop

import (
	"context"
	"strings"
	"unicode/utf8"

	"permanence/app/agenda"
)

const (
	mostFinds  = 12
	mostPeople = 6
)

// find answers the box at the top: a day, people, and the next rdv of the first
// of them.
func (p *Poste) find(ctx context.Context, text string) ([]Trouvaille, error) {
	all := []Trouvaille{}
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) < 2 {
		return all, nil
	}
	err := p.read(ctx, func(l *lecture) error {
		today := l.today()
		if day, ok := findDay(text, today); ok {
			all = append(all, Trouvaille{Kind: "day", Day: day.String(), Label: capital(dayName(day)) + " " + fullDay(day), Detail: "Aller à ce jour"})
		}
		people, err := l.findUsagers(text, mostPeople)
		if err != nil {
			return err
		}
		for _, u := range people {
			all = append(all, Trouvaille{Kind: string(agenda.NounUsager), ID: u.Key(), Label: u.Name(), Detail: l.personDetail(u)})
		}
		for _, u := range people {
			all = append(all, l.coming(u, mostFinds-len(all))...)
		}
		return nil
	})
	return all, err
}

// coming gives the next rdvs of a person, as many as there is room for.
func (l *lecture) coming(u *agenda.Usager, room int) []Trouvaille {
	var all []Trouvaille
	within := agenda.Span{Start: l.now, End: l.now.AddDate(2, 0, 0)}
	for _, r := range l.Rdvs(agenda.RdvQuery{Usager: u.ID, Within: within}) {
		if len(all) >= room || r.Status != agenda.StatusUnknown || !l.reads(r) {
			continue
		}
		detail := u.Name()
		if m := l.motif(r.Motif); m != nil {
			detail += dot + m.Name
		}
		all = append(all, Trouvaille{Kind: KindRdv, ID: r.Key(), Day: l.homeZone().Date(r.Start).String(),
			Label: momentText(r.Start, l.zone(r.Zone), l.today()), Detail: detail})
	}
	return all
}
