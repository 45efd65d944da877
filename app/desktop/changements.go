package desktop

import (
	"context"
	"slices"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// changement says what the page should ask again after changes made here, or
// received.
func (p *Poste) changement(ctx context.Context, n Nouvelle) (Changement, error) {
	c := Changement{Nouns: []string{}, Agents: []string{}, Remote: len(n.Refs) > 0}
	for _, ref := range n.Refs {
		c.note(ref.Noun)
	}
	for _, ch := range n.Changes {
		c.note(ch.Ref().Noun)
	}
	if c.Remote || !slices.Equal(c.Nouns, []string{KindRdv}) {
		return c, nil
	}
	err := p.read(ctx, func(l *lecture) error {
		var days []civil.Date
		for _, ch := range n.Changes {
			for _, side := range []agenda.Record{ch.Before, ch.After} {
				if r, ok := side.(*agenda.Rdv); ok && r != nil {
					days = append(days, l.homeZone().Date(r.Start), l.homeZone().Date(r.End))
					c.agents(r.Agents)
				}
			}
		}
		if len(days) > 0 {
			c.From, c.To = slices.Min(days).String(), slices.Max(days).String()
		}
		return nil
	})
	return c, err
}

func (c *Changement) agents(ids []agenda.AgentID) {
	for _, id := range ids {
		if !slices.Contains(c.Agents, string(id)) {
			c.Agents = append(c.Agents, string(id))
		}
	}
}

// note adds what a noun shows up in.
func (c *Changement) note(n agenda.Noun) {
	for _, shown := range shownIn(n) {
		if !slices.Contains(c.Nouns, shown) {
			c.Nouns = append(c.Nouns, shown)
		}
	}
}

func shownIn(n agenda.Noun) []string {
	switch n {
	case agenda.NounRdv, agenda.NounOccupation, agenda.NounImporte, agenda.NounRecu:
		return []string{KindRdv}
	case agenda.NounUsager, agenda.NounProfil:
		return []string{string(agenda.NounUsager)}
	case agenda.NounPlage:
		return []string{KindPlage}
	case agenda.NounAbsence:
		return []string{KindAbsence}
	case agenda.NounConflit:
		return []string{"review", KindRdv}
	}
	return []string{"referentiel"}
}
