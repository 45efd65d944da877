package creneau

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"permanence/app/civil"
)

// Query is a scenario made ready: checked, its zones loaded, what occupies each
// agent sorted. It never changes and may be asked by several goroutines.
type Query struct {
	zone     civil.Zone
	holidays civil.Holidays
	from, to civil.Date
	now      time.Time
	duration time.Duration
	earliest time.Time // first start that may be offered
	latest   time.Time // last one; zero for no limit
	plages   []plage   // by agent, then id
	occupied map[string]*occupation
}

// plage is a Plage made ready.
type plage struct {
	id, agent string
	lieu      Ref
	zone      civil.Zone
	days      civil.Recurrence
	from, to  civil.Time
	rest      time.Duration
	refused   Reason // why it takes no part at all, "" when it does
	rank      int    // its place among the plages
}

// Search answers a scenario in one step. It refuses (*Invalid) what Prepare and
// Run refuse.
func Search(s Scenario) (Result, error) {
	q, err := Prepare(s)
	if err != nil {
		return Result{}, err
	}
	return q.Run()
}

// Prepare checks a scenario and makes it ready. It refuses (*Invalid, naming
// the key) unknown zones and holidays, hours and spans that end before they
// start, numbers out of bounds, and more than a hundred years of search.
func Prepare(s Scenario) (*Query, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	loaded := zones{}
	zone, err := loaded.load(s.Zone, "zone")
	if err != nil {
		return nil, err
	}
	holidays, err := civil.NewHolidays(s.Holidays, s.HolidaysExcept...)
	if err != nil {
		return nil, invalid(BadHolidays, holidaysKey(err), "%v", err)
	}
	q := &Query{
		zone: zone, holidays: holidays, from: s.From, to: s.To, now: s.Now,
		duration: time.Duration(s.Motif.DurationMin) * time.Minute,
		earliest: s.Now,
	}
	if s.For == ForUsager {
		q.earliest = s.Now.Add(time.Duration(s.Motif.MinDelayS) * time.Second)
		q.latest = s.Now.Add(time.Duration(s.Motif.MaxDelayS) * time.Second)
	}
	if q.plages, err = preparePlages(s, loaded); err != nil {
		return nil, err
	}
	if q.occupied, err = prepareOccupied(s, loaded); err != nil {
		return nil, err
	}
	return q, nil
}

// holidaysKey names the key that civil refused.
func holidaysKey(err error) string {
	if errors.Is(err, civil.ErrHolidays) {
		return "holidays"
	}
	return "holidays_except"
}

func preparePlages(s Scenario, loaded zones) ([]plage, error) {
	ready := make([]plage, len(s.Plages))
	for i, p := range s.Plages {
		zone, err := loaded.load(p.Zone, at("plages", i)+".zone")
		if err != nil {
			return nil, err
		}
		ready[i] = plage{
			id: p.ID, agent: p.Agent, lieu: p.Lieu, zone: zone, days: p.recurrence(), from: p.From, to: p.To,
			rest: time.Duration(p.BreakMin) * time.Minute, refused: refused(s, p),
		}
	}
	slices.SortStableFunc(ready, func(a, b plage) int {
		return cmp.Or(cmp.Compare(a.agent, b.agent), cmp.Compare(a.id, b.id))
	})
	for i := range ready {
		ready[i].rank = i
	}
	return ready, nil
}

// refused says why p takes no part in s, "" when it does.
func refused(s Scenario, p Plage) Reason {
	switch {
	case len(s.Agents) > 0 && !slices.Contains(s.Agents, p.Agent):
		return OtherAgent
	case s.Lieu != "" && s.Lieu != p.Lieu:
		return OtherLieu
	case !slices.Contains(p.Motifs, s.Motif.ID):
		return OtherMotif
	}
	return ""
}

// Run answers the whole question. It refuses (*Invalid, TooLarge) one whose
// answer would not fit in memory.
func (q *Query) Run() (Result, error) {
	r := q.newRun(q.from, q.to)
	r.explain = true
	for i := range q.plages {
		if err := r.plage(&q.plages[i]); err != nil {
			return Result{}, err
		}
	}
	slices.SortStableFunc(r.without, func(a, b Without) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Plage, b.Plage))
	})
	return Result{Creneaux: r.creneaux(), Without: r.without}, nil
}
