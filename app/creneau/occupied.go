package creneau

import (
	"slices"

	"permanence/app/civil"
)

// occupation is what takes one agent's time, in every organisation. The lists
// of spans are merged.
type occupation struct {
	away   []Span // absences of one occurrence
	rdvs   []Span
	busy   []Span
	series []series
}

// series is an absence that comes back: one day at most each time.
type series struct {
	zone     civil.Zone
	days     civil.Recurrence
	from, to civil.Time
}

// prepareOccupied sorts what the scenario says by agent, for those who take
// part.
func prepareOccupied(s Scenario, loaded zones) (map[string]*occupation, error) {
	all := make(map[string]*occupation)
	of := func(agent string) *occupation {
		o, known := all[agent]
		if !known {
			o = &occupation{}
			all[agent] = o
		}
		return o
	}
	for i, a := range s.Absences {
		zone, err := loaded.load(a.Zone, at("absences", i)+".zone")
		if err != nil {
			return nil, err
		}
		of(a.Agent).absent(a, zone)
	}
	for _, r := range s.Rdvs {
		if !r.blocks() {
			continue
		}
		for _, agent := range r.Agents {
			o := of(agent)
			o.rdvs = append(o.rdvs, Span{r.Start, r.End})
		}
	}
	for _, b := range s.Busy {
		o := of(b.Agent)
		o.busy = append(o.busy, Span{b.Start, b.End})
	}
	for _, o := range all {
		o.away, o.rdvs, o.busy = merge(o.away), merge(o.rdvs), merge(o.busy)
	}
	return all, nil
}

// absent adds an absence.
func (o *occupation) absent(a Absence, zone civil.Zone) {
	if !a.RRule.IsZero() {
		o.series = append(o.series, series{zone, a.recurrence(), a.From, a.To})
		return
	}
	if !slices.Contains(a.ExDates, a.FirstDay) {
		o.away = append(o.away, Span{zone.Instant(a.FirstDay, a.From), zone.Instant(a.LastDay, a.To)})
	}
}
