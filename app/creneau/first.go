package creneau

import "permanence/app/civil"

const (
	firstWindow   = 7  // days that the first step of a walk looks at; each step looks twice as far
	longestWindow = 56 // up to this many
	agentsHorizon = 6  // months ahead in which agents look for the next slot
)

// First returns the next slot from the scenario's first day on, false when
// there is none: for agents within six months, whatever the scenario's last
// day; for usagers up to the motif's longest delay. It refuses as Run does.
func (q *Query) First() (Creneau, bool, error) {
	found, err := q.walk(func(Creneau) string { return "" }, 1)
	if err != nil || len(found) == 0 {
		return Creneau{}, false, err
	}
	return found[0], true, nil
}

// FirstPerLieu returns the next slot of each lieu, the soonest first; a lieu
// without any is left out. It looks as far as First.
func (q *Query) FirstPerLieu() ([]Creneau, error) {
	lieux := make(map[Ref]bool)
	for _, p := range q.plages {
		if p.refused == "" {
			lieux[p.lieu] = true
		}
	}
	return q.walk(func(c Creneau) string { return string(c.Lieu) }, len(lieux))
}

// walk looks window by window for the first slot of each group, and stops when
// it has as many groups as there are.
func (q *Query) walk(group func(Creneau) string, groups int) ([]Creneau, error) {
	found := make(map[string]bool, groups)
	var firsts []Creneau
	from, to := q.horizon()
	for days := civil.Date(firstWindow); from <= to && len(found) < groups; days = min(2*days, longestWindow) {
		window, err := q.window(from, min(from+days-1, to), func(p *plage) bool {
			return p.refused == "" && !found[group(Creneau{Lieu: p.lieu})]
		})
		if err != nil {
			return nil, err
		}
		for _, c := range window {
			if key := group(c); !found[key] {
				found[key] = true
				firsts = append(firsts, c)
			}
		}
		from += days
	}
	return firsts, nil
}

// horizon returns the first and last day worth looking at.
func (q *Query) horizon() (from, to civil.Date) {
	from = max(q.from, q.zone.Date(q.earliest))
	if q.latest.IsZero() {
		return from, from.AddMonths(agentsHorizon)
	}
	return from, q.zone.Date(q.latest)
}

// window returns the first slot of each wanted plage from a day to another, the
// soonest first.
func (q *Query) window(from, to civil.Date, wanted func(*plage) bool) ([]Creneau, error) {
	r := q.newRun(from, to)
	r.single = true
	for i := range q.plages {
		if p := &q.plages[i]; wanted(p) {
			if err := r.plage(p); err != nil {
				return nil, err
			}
		}
	}
	return r.creneaux(), nil
}
