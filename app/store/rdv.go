package store

import (
	"strings"
	"time"

	"permanence/app/agenda"
)

// longest is how long an Rdv may last: what overlaps an instant began less
// than that before, which lets an index on the start answer.
const longest = 24 * time.Hour

var rdvs = tableFor(agenda.NounRdv, "rdvs",
	[]string{"organisation", "motif", "lieu", "starts_at", "ends_at", "status"},
	func(r *agenda.Rdv) []any {
		return []any{r.Organisation, r.Motif, maybe(r.Lieu), instant{r.Start}, instant{r.End}, r.Status}
	}).pointedAt(
	child{"rdv_agents", "rdv", "agent, starts_at, ends_at", func(r agenda.Record) [][]any {
		rdv := r.(*agenda.Rdv)
		return peopleOf(rdv, rdv.Agents)
	}},
	child{"rdv_usagers", "rdv", "usager, starts_at, ends_at", func(r agenda.Record) [][]any {
		rdv := r.(*agenda.Rdv)
		return peopleOf(rdv, rdv.Usagers())
	}})

func peopleOf[ID ~string](r *agenda.Rdv, ids []ID) [][]any {
	rows := make([][]any, len(ids))
	for i, id := range ids {
		rows[i] = []any{id, instant{r.Start}, instant{r.End}}
	}
	return rows
}

// Rdvs gives the Rdvs, cancelled ones included, that meet q, by (start, id).
func (v *View) Rdvs(q agenda.RdvQuery) []*agenda.Rdv {
	bounded := q.Within != agenda.Span{}
	if bounded && !q.Within.Start.Before(q.Within.End) {
		return nil
	}
	c := conditions{}
	from, times := "rdvs r", "r"
	switch {
	case q.Agent != "":
		from, times = "rdv_agents p CROSS JOIN rdvs r ON r.seq = p.rdv", "p"
		c.add("p.agent = ?", q.Agent)
	case q.Usager != "":
		from, times = "rdv_usagers p CROSS JOIN rdvs r ON r.seq = p.rdv", "p"
		c.add("p.usager = ?", q.Usager)
	}
	if bounded {
		c.add(times+".starts_at > ?", instant{q.Within.Start.Add(-longest)})
		c.add(times+".starts_at < ?", instant{q.Within.End})
		c.add(times+".ends_at > ?", instant{q.Within.Start})
	}
	if q.Agent != "" && q.Usager != "" {
		c.add("EXISTS (SELECT 1 FROM rdv_usagers u WHERE u.rdv = r.seq AND u.usager = ?)", q.Usager)
	}
	if q.Motif != "" {
		c.add("r.motif = ?", q.Motif)
	}
	if q.Lieu != "" {
		c.add("r.lieu = ?", q.Lieu)
	}
	rs, err := decodeAll[*agenda.Rdv](v, agenda.NounRdv, "SELECT r.body FROM "+from+c.where()+" ORDER BY r.starts_at, r.id", c.args...)
	v.fail(err)
	return rs
}

// conditions are the parts of a WHERE, all of which must hold.
type conditions struct {
	parts []string
	args  []any
}

func (c *conditions) add(part string, args ...any) {
	c.parts = append(c.parts, part)
	c.args = append(c.args, args...)
}

func (c *conditions) where() string {
	if len(c.parts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.parts, " AND ")
}
