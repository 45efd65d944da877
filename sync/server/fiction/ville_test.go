package fiction

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"permanence/app/agenda"
)

// life is what the acts make of one rdv.
type life struct {
	booked, cancelled time.Time
	span              agenda.Span
	agent             agenda.AgentID
}

// stands reports whether the rdv takes the agent's time at an instant.
func (l life) stands(at time.Time) bool {
	return !l.booked.After(at) && (l.cancelled.IsZero() || l.cancelled.After(at))
}

// lives reads the acts in their order.
func lives(t *rapid.T, acts []act) map[agenda.RdvID]life {
	found := map[agenda.RdvID]life{}
	for _, a := range acts {
		switch args := a.args.(type) {
		case *agenda.BookRdv:
			found[args.Rdv] = life{booked: a.at, span: agenda.Span{Start: args.Start, End: args.End}, agent: args.Agents[0]}
		case *agenda.CancelRdv:
			l := found[args.Rdv]
			if !a.at.After(l.booked) || a.at.After(l.span.Start) {
				t.Fatalf("rdv of %s, booked on %s, is cancelled on %s", l.span.Start, l.booked, a.at)
			}
			l.cancelled = a.at
			found[args.Rdv] = l
		case *agenda.MarkRdv:
			if l := found[args.Rdv]; a.at.Before(l.span.Start) {
				t.Fatalf("rdv of %s has a presence on %s", l.span.Start, a.at)
			}
		}
	}
	return found
}

// Whatever the day and the hour, nothing is told before it happened, the week
// shown is full, and two usagers meet once: where they are meant to.
func TestAnyDayAndHour(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(1_750_000_000, 2_500_000_000).Draw(t, "now"), 0).UTC()
		town, err := newTown(rapid.Uint64().Draw(t, "seed"), now)
		if err != nil {
			t.Fatal(err)
		}
		if err := town.imagine(); err != nil {
			t.Fatal(err)
		}
		slices.SortStableFunc(town.acts, func(a, b act) int { return a.at.Compare(b.at) })
		if last := town.acts[len(town.acts)-1].at; !last.Before(now) {
			t.Fatalf("something happens on %s", last)
		}
		all := slices.SortedFunc(maps.Values(lives(t, town.acts)), func(a, b life) int { return a.span.Start.Compare(b.span.Start) })
		claire, clashes := 0, 0
		for i, l := range all {
			if l.agent == town.agents["claire"].ID && town.clock.Date(l.span.Start).Monday() == town.week(0) {
				claire++
			}
			for _, o := range all[i+1:] {
				if !o.span.Start.Before(l.span.End) {
					break
				}
				both := l.booked
				if o.booked.After(both) {
					both = o.booked
				}
				if l.agent == o.agent && l.span.Overlaps(o.span) && l.stands(both) && o.stands(both) {
					clashes++
				}
			}
		}
		if clashes != 1 {
			t.Fatalf("%d rdvs meet", clashes)
		}
		open := 0
		for d := town.week(0); d < town.week(0)+5; d++ {
			if town.works(d) {
				open++
			}
		}
		if claire < 5*open {
			t.Fatalf("Claire has %d rdvs in a week of %d days", claire, open)
		}
	})
}
