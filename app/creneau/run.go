package creneau

import (
	"cmp"
	"slices"
	"time"

	"permanence/app/civil"
)

// The bounds of an answer: well beyond any territoire, well within memory.
const (
	maxAnswers   = 2_000_000
	maxSteps     = 20_000_000
	stepsPerSpan = 10 // what is kept costs more than what is looked at
)

// run is one walk through a Query from a day to another.
type run struct {
	q        *Query
	from, to civil.Date
	explain  bool // say why a day gives nothing
	single   bool // one slot a plage is enough
	offers   []offer
	without  []Without

	holidays []civil.Date
	clocks   map[civil.Zone]*civil.Clock
	away     map[string][]Span // what recurring absences take in this walk, by agent
	search   *civil.Clock      // of the zone of from and to
	taken    taken
	steps    int
}

// offer is a slot, small enough to be sorted by the hundred thousand.
type offer struct {
	start time.Time
	rank  int // of its plage
}

// taken holds what cuts the occurrence at hand.
type taken struct {
	all                []Span // sorted by start
	absence, rdv, busy []Span // the same, by kind
}

func (q *Query) newRun(from, to civil.Date) *run {
	r := &run{
		q: q, from: from, to: to,
		without: []Without{},
		clocks:  make(map[civil.Zone]*civil.Clock),
		away:    make(map[string][]Span),
	}
	r.search = r.clock(q.zone)
	for _, h := range q.holidays.Between(from-margin, to+margin) {
		r.holidays = append(r.holidays, h.Day)
	}
	return r
}

// margin is by how many days the calendars of two zones may differ, the day
// that a clock change may skip included.
const margin = 2

func (r *run) clock(zone civil.Zone) *civil.Clock {
	c, known := r.clocks[zone]
	if !known {
		c = zone.Clock()
		r.clocks[zone] = c
	}
	return c
}

// plage walks through the days of one plage.
func (r *run) plage(p *plage) error {
	if p.refused != "" {
		return r.refusedPlage(p)
	}
	clock := r.clock(p.zone)
	for day := range p.days.Days(r.from-margin, r.to+margin) {
		from, to := p.days.Hours(day, p.from, p.to)
		found, reason := r.day(p, day, Span{clock.Instant(day, from), clock.Instant(day, to)})
		if found && r.single {
			return nil
		}
		if reason != "" && r.from <= day && day <= r.to {
			r.why(p, day, reason)
		}
		if err := r.step(1); err != nil {
			return err
		}
	}
	return nil
}

// refusedPlage explains each day of a plage that takes no part.
func (r *run) refusedPlage(p *plage) error {
	if !r.explain {
		return nil
	}
	for day := range p.days.Days(r.from, r.to) {
		r.why(p, day, p.refused)
		if err := r.step(1); err != nil {
			return err
		}
	}
	return nil
}

// step counts work, and refuses what goes on for too long.
func (r *run) step(n int) error {
	r.steps += n
	if r.steps > maxSteps || len(r.offers)+len(r.without) > maxAnswers {
		return invalid(TooLarge, "", "le scénario est trop vaste : réduisez la période ou le nombre de plages")
	}
	return nil
}

func (r *run) why(p *plage, day civil.Date, reason Reason) {
	if r.explain {
		r.without = append(r.without, Without{p.id, day, reason})
	}
}

// creneaux returns what was offered, by start, agent, plage.
func (r *run) creneaux() []Creneau {
	slices.SortFunc(r.offers, func(a, b offer) int {
		if c := a.start.Compare(b.start); c != 0 {
			return c
		}
		return cmp.Compare(a.rank, b.rank)
	})
	all := make([]Creneau, len(r.offers))
	for i, o := range r.offers {
		p := &r.q.plages[o.rank]
		all[i] = Creneau{o.start, o.start.Add(r.q.duration), p.agent, p.lieu, p.id}
	}
	return all
}

// day offers the slots of one occurrence, or says why there is none. Both are
// empty when its slots fall outside the days searched.
func (r *run) day(p *plage, day civil.Date, open Span) (found bool, reason Reason) {
	if _, ferie := slices.BinarySearch(r.holidays, day); ferie {
		return false, Ferie
	}
	if open.End.Sub(open.Start) < r.q.duration {
		return false, TooShort
	}
	if !r.q.mayOffer(open) {
		return false, r.q.outside(open)
	}
	r.occupy(p, open)
	found, elsewhere := r.cut(p, open)
	if found || elsewhere || !r.explain {
		return found, ""
	}
	if reason := r.q.outside(open); reason != "" {
		return false, reason
	}
	return false, r.taken.most(open)
}

// cut offers the slots of what is left of open. elsewhere says that there are
// some, on days that are not searched.
func (r *run) cut(p *plage, open Span) (found, elsewhere bool) {
	for piece := range pieces(open, r.taken.all) {
		for slot := range slots(piece, r.q.duration) {
			if !r.q.offers(slot.Start) {
				continue
			}
			if d := r.search.Date(slot.Start); d < r.from || d > r.to {
				elsewhere = true
				continue
			}
			found = true
			r.offers = append(r.offers, offer{slot.Start, p.rank})
			if r.single {
				return found, elsewhere
			}
		}
	}
	return found, elsewhere
}

// offers reports whether a slot may start then.
func (q *Query) offers(start time.Time) bool {
	return !start.Before(q.earliest) && (q.latest.IsZero() || !start.After(q.latest))
}

// mayOffer reports whether some start within open, wherever the grid may
// restart, lies between the first and the last that may be offered.
func (q *Query) mayOffer(open Span) bool {
	return !open.End.Add(-q.duration).Before(q.earliest) && (q.latest.IsZero() || !open.Start.After(q.latest))
}

// outside says why open, which is long enough for a slot, would offer none even
// if nothing took time; "" when it would.
func (q *Query) outside(open Span) Reason {
	d := q.duration
	last := open.Start.Add(open.End.Sub(open.Start)/d*d - d)
	if last.Before(q.now) {
		return Past
	}
	first := open.Start
	if wait := q.earliest.Sub(first); wait > 0 {
		first = first.Add((wait + d - 1) / d * d)
	}
	if first.After(last) || !q.offers(first) {
		return Delay
	}
	return ""
}

// occupy gathers what takes the agent's time during open.
func (r *run) occupy(p *plage, open Span) {
	t := &r.taken
	t.all, t.absence, t.rdv, t.busy = t.all[:0], t.absence[:0], t.rdv[:0], t.busy[:0]
	o := r.q.occupied[p.agent]
	if o == nil {
		return
	}
	t.absence = append(t.absence, overlapping(o.away, open)...)
	t.absence = append(t.absence, overlapping(r.recurring(p.agent, o), open)...)
	t.busy = append(t.busy, overlapping(o.busy, open)...)
	for _, rdv := range overlapping(o.rdvs, open) {
		t.rdv = append(t.rdv, Span{rdv.Start, rdv.End.Add(p.rest)})
	}
	t.all = append(append(append(t.all, t.absence...), t.rdv...), t.busy...)
	slices.SortFunc(t.all, byStart)
	r.steps += len(t.all)
}

// recurring returns what the recurring absences of an agent take in this walk,
// merged.
func (r *run) recurring(agent string, o *occupation) []Span {
	if len(o.series) == 0 {
		return nil
	}
	spans, known := r.away[agent]
	if known {
		return spans
	}
	for _, s := range o.series {
		clock := r.clock(s.zone)
		for day := range s.days.Days(r.from-2*margin, r.to+2*margin) {
			spans = append(spans, Span{clock.Instant(day, s.from), clock.Instant(day, s.to)})
			if r.steps += stepsPerSpan; r.steps > maxSteps {
				return nil // the next step refuses the whole
			}
		}
	}
	spans = merge(spans)
	r.away[agent] = spans
	return spans
}

// most names what takes most of open.
func (t *taken) most(open Span) Reason {
	slices.SortFunc(t.absence, byStart)
	reason, longest := Reason(""), time.Duration(0)
	for _, kind := range []struct {
		reason Reason
		spans  []Span
	}{{ByAbsence, t.absence}, {ByRdv, t.rdv}, {ByBusy, t.busy}} {
		if took := covered(open, kind.spans); took > longest {
			reason, longest = kind.reason, took
		}
	}
	return reason
}
