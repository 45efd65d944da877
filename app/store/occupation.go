package store

import "permanence/app/agenda"

var occupations = tableFor(agenda.NounOccupation, "occupations", []string{"agent", "starts_at", "ends_at"},
	func(o *agenda.Occupation) []any { return []any{o.Agent, instant{o.Start}, instant{o.End}} })

// Occupations gives the busy times of an agent that overlap s, by (start, id).
// One may last for weeks (an imported event), so the index is on its end.
func (v *View) Occupations(a agenda.AgentID, s agenda.Span) []*agenda.Occupation {
	if !s.Start.Before(s.End) {
		return nil
	}
	return factsOf[*agenda.Occupation](v, occupations,
		"WHERE agent = ? AND ends_at > ? AND starts_at < ? AND starts_at < ends_at ORDER BY starts_at, id",
		a, instant{s.Start}, instant{s.End})
}
