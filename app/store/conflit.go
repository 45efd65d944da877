package store

import (
	"time"

	"permanence/app/agenda"
)

var conflits = tableFor(agenda.NounConflit, "conflits", []string{"territoire", "opened_at", "closed_at"},
	func(c *agenda.Conflit) []any {
		var closed instant
		if c.ClosedAt != nil {
			closed.Time = *c.ClosedAt
		}
		return []any{c.Territoire, instant{c.OpenedAt}, closed}
	}).pointedAt(
	child{"conflit_sides", "conflit", "noun, id", func(r agenda.Record) [][]any {
		var rows [][]any
		for _, side := range r.(*agenda.Conflit).Sides {
			rows = append(rows, []any{side.Noun, side.ID})
		}
		for _, busy := range r.(*agenda.Conflit).Busy {
			rows = append(rows, []any{agenda.NounOccupation, busy})
		}
		return rows
	}})

// Conflits gives the open conflits that name the record, by id.
func (v *View) Conflits(r agenda.Ref) []*agenda.Conflit { return v.about(r, "IS NULL") }

// Settled gives the closed conflits that name the record, by id.
func (v *View) Settled(r agenda.Ref) []*agenda.Conflit { return v.about(r, "IS NOT NULL") }

func (v *View) about(r agenda.Ref, closed string) []*agenda.Conflit {
	cs, err := decodeAll[*agenda.Conflit](v, agenda.NounConflit, `SELECT c.body FROM conflit_sides s CROSS JOIN conflits c ON c.seq = s.conflit
		WHERE s.noun = ? AND s.id = ? AND c.closed_at `+closed+` ORDER BY c.id`, r.Noun, r.ID)
	v.fail(err)
	return cs
}

// OpenConflits gives every open conflit that is here, oldest first.
func (v *View) OpenConflits() ([]*agenda.Conflit, error) {
	return listOf[*agenda.Conflit](v, conflits, "WHERE closed_at IS NULL ORDER BY opened_at, id")
}

// ClosedConflits gives the conflits closed since an instant that are here, last
// closed first.
func (v *View) ClosedConflits(since time.Time) ([]*agenda.Conflit, error) {
	return listOf[*agenda.Conflit](v, conflits, "WHERE closed_at >= ? ORDER BY closed_at DESC, id", instant{since})
}
