package creneau

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"permanence/app/civil"
)

// changes are days around which the clocks of France change, or never do.
func changes() []struct{ zone, monday string } {
	return []struct{ zone, monday string }{
		{"Europe/Paris", "2026-03-23"}, {"Europe/Paris", "2026-10-19"}, {"Europe/Paris", "2027-03-22"},
		{"America/Miquelon", "2026-03-02"}, {"America/Miquelon", "2026-10-26"},
		{"Indian/Reunion", "2026-03-23"}, {"America/Martinique", "2026-10-19"}, {"Pacific/Marquesas", "2026-03-23"},
	}
}

// drawn is a scenario around a clock change, its minutes on a grid of five.
type drawn struct {
	Scenario
	zone   civil.Zone
	monday civil.Date
}

func drawScenario(t *rapid.T) drawn {
	where := rapid.SampledFrom(changes()).Draw(t, "where")
	zone, err := civil.LoadZone(where.zone)
	if err != nil {
		t.Fatal(err)
	}
	monday, err := civil.ParseDate(where.monday)
	if err != nil {
		t.Fatal(err)
	}
	d := drawn{zone: zone, monday: monday}
	d.Scenario = Scenario{
		Now: zone.Instant(monday-1, 0).Add(time.Duration(rapid.IntRange(0, 4*24*60).Draw(t, "now")) * time.Minute), Zone: where.zone,
		Holidays: civil.Metropole, For: rapid.SampledFrom([]Audience{ForAgent, ForUsager}).Draw(t, "for"),
		From: monday, To: monday + civil.Date(rapid.IntRange(0, 13).Draw(t, "days")),
		Motif: Motif{
			ID: "m1", DurationMin: 5 * rapid.IntRange(1, 24).Draw(t, "duration"),
			MinDelayS: int64(rapid.IntRange(0, 2*86400).Draw(t, "min delay")), MaxDelayS: int64(rapid.IntRange(0, 20*86400).Draw(t, "max delay")),
		},
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "plages") {
		from := civil.Time(5 * rapid.IntRange(0, 200).Draw(t, "from"))
		d.Plages = append(d.Plages, Plage{
			ID: string(rune('p' + i)), Agent: rapid.SampledFrom([]string{"a1", "a2"}).Draw(t, "agent"), Motifs: []string{"m1"}, Zone: where.zone,
			FirstDay: monday - 7, From: from, To: min(from+civil.Time(5*rapid.IntRange(1, 120).Draw(t, "length")), civil.EndOfDay),
			RRule:    civil.Rule{Freq: civil.Weekly, Interval: 1, Days: civil.Weekdays(rapid.IntRange(1, 127).Draw(t, "weekdays"))},
			BreakMin: 5 * rapid.IntRange(0, 4).Draw(t, "break"),
		})
	}
	for range rapid.IntRange(0, 8).Draw(t, "rdvs") {
		s := d.drawSpan(t)
		status := rapid.SampledFrom([]string{"unknown", "seen", "noshow", "excused", "revoked"}).Draw(t, "status")
		d.Rdvs = append(d.Rdvs, Rdv{Agents: []string{rapid.SampledFrom([]string{"a1", "a2"}).Draw(t, "of")}, Start: s.Start, End: s.End, Status: status})
	}
	for range rapid.IntRange(0, 4).Draw(t, "busy") {
		s := d.drawSpan(t)
		d.Busy = append(d.Busy, Busy{Agent: "a1", Start: s.Start, End: s.End})
	}
	if rapid.Bool().Draw(t, "absent") {
		d.Absences = append(d.Absences, Absence{
			Agent: "a2", Zone: where.zone, FirstDay: monday, LastDay: monday, From: 12 * 60, To: 14 * 60,
			RRule: civil.Rule{Freq: civil.Weekly, Interval: 1, Days: 0b0111110},
		})
	}
	return d
}

func (d drawn) drawSpan(t *rapid.T) Span {
	start := d.zone.Instant(d.monday, 0).Add(time.Duration(5*rapid.IntRange(0, 14*288).Draw(t, "start")) * time.Minute)
	return Span{start, start.Add(time.Duration(5*rapid.IntRange(0, 60).Draw(t, "minutes")) * time.Minute)}
}

// occupies lists what takes an agent's time, from the plain forms: absences are
// those that drawScenario draws.
func (d drawn) occupies(agent string) []Span {
	var spans []Span
	for _, r := range d.Rdvs {
		if slices.Contains(r.Agents, agent) && r.Status != "excused" && r.Status != "revoked" {
			spans = append(spans, Span{r.Start, r.End})
		}
	}
	for _, b := range d.Busy {
		if b.Agent == agent {
			spans = append(spans, Span{b.Start, b.End})
		}
	}
	for _, a := range d.Absences {
		for day := d.monday; a.Agent == agent && day < d.monday+21; day++ {
			if w := day.Weekday(); w != time.Saturday && w != time.Sunday {
				spans = append(spans, Span{d.zone.Instant(day, a.From), d.zone.Instant(day, a.To)})
			}
		}
	}
	return spans
}

func mustSearch(t *rapid.T, s Scenario) Result {
	result, err := Search(s)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func share(a, b Span) bool {
	return !a.empty() && !b.empty() && a.Start.Before(b.End) && b.Start.Before(a.End)
}

func TestSlotsNeverOverlapWhatTakesTheAgent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawScenario(t)
		for _, c := range mustSearch(t, d.Scenario).Creneaux {
			for _, busy := range d.occupies(c.Agent) {
				if share(Span{c.Start, c.End}, busy) {
					t.Fatalf("%v overlaps %v", c, busy)
				}
			}
		}
	})
}

func TestSlotsAreWhatTheyShouldBe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawScenario(t)
		last := map[string]time.Time{}
		result := mustSearch(t, d.Scenario)
		for _, c := range result.Creneaux {
			day, at := d.zone.Civil(c.Start)
			switch {
			case c.End.Sub(c.Start) != time.Duration(d.Motif.DurationMin)*time.Minute:
				t.Fatalf("%v has another length", c)
			case day < d.From || day > d.To:
				t.Fatalf("%v lies outside the days searched", c)
			case c.Start.Before(d.Now):
				t.Fatalf("%v is past", c)
			case d.For == ForUsager && c.Start.Before(d.Now.Add(time.Duration(d.Motif.MinDelayS)*time.Second)):
				t.Fatalf("%v is too soon", c)
			case d.For == ForUsager && c.Start.After(d.Now.Add(time.Duration(d.Motif.MaxDelayS)*time.Second)):
				t.Fatalf("%v is too late", c)
			case last[c.Plage].After(c.Start):
				t.Fatalf("%v overlaps the slot before", c)
			}
			last[c.Plage] = c.End
			i := slices.IndexFunc(d.Plages, func(p Plage) bool { return p.ID == c.Plage })
			p := d.Plages[i]
			if !p.recurrence().Has(day) || c.Start.Before(d.zone.Instant(day, p.From)) || c.End.After(d.zone.Instant(day, p.To)) {
				t.Fatalf("%v at %v lies outside its plage %v-%v", c, at, p.From, p.To)
			}
		}
		if !slices.IsSortedFunc(result.Creneaux, func(a, b Creneau) int {
			return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Plage, b.Plage))
		}) {
			t.Fatal("slots are not sorted")
		}
	})
}

// TestTheGridIsAnchored says the rule again from a slot's point of view: it
// starts where its plage or what took the agent ends, or where the slot before
// it ends; and a piece of time long enough is never left between them.
func TestTheGridIsAnchored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawScenario(t)
		d.For, d.Now = ForAgent, d.zone.Instant(d.monday-30, 0)
		result := mustSearch(t, d.Scenario)
		for _, p := range d.Plages {
			for day := range p.recurrence().Days(d.From, d.To) {
				open := Span{d.zone.Instant(day, p.From), d.zone.Instant(day, p.To)}
				var want []Span
				if h, _ := civil.NewHolidays(d.Holidays); !h.Is(day) {
					want = slotsByTheMinute(open, d.blocking(p, open), time.Duration(d.Motif.DurationMin)*time.Minute)
				}
				var got []Span
				for _, c := range result.Creneaux {
					if c.Plage == p.ID && d.zone.Date(c.Start) == day {
						got = append(got, Span{c.Start, c.End})
					}
				}
				if !slices.Equal(got, want) {
					t.Fatalf("%s on %v: %v\nwant %v", p.ID, day, got, want)
				}
			}
		}
	})
}

// blocking adds p's break to the rdvs that overlap open.
func (d drawn) blocking(p Plage, open Span) []Span {
	spans := d.occupies(p.Agent)
	for _, r := range d.Rdvs {
		s := Span{r.Start, r.End}
		if slices.Contains(r.Agents, p.Agent) && r.Status != "excused" && r.Status != "revoked" && share(s, open) {
			spans = append(spans, Span{r.Start, r.End.Add(time.Duration(p.BreakMin) * time.Minute)})
		}
	}
	return spans
}

// slotsByTheMinute walks through open five minutes at a time: everything drawn
// lies on that grid.
func slotsByTheMinute(open Span, busy []Span, d time.Duration) []Span {
	const tick = 5 * time.Minute
	var found []Span
	start := open.Start
	for at := open.Start; at.Before(open.End); at = at.Add(tick) {
		if slices.ContainsFunc(busy, func(b Span) bool { return share(b, Span{at, at.Add(tick)}) }) {
			start = at.Add(tick)
			continue
		}
		if at.Add(tick).Sub(start) == d {
			found = append(found, Span{start, at.Add(tick)})
			start = at.Add(tick)
		}
	}
	return found
}

func TestThePresentInstantOnlyFilters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawScenario(t)
		d.For = ForAgent
		early := d.Scenario
		early.Now = d.zone.Instant(d.monday-30, 0)
		want := slices.DeleteFunc(mustSearch(t, early).Creneaux, func(c Creneau) bool { return c.Start.Before(d.Now) })
		if got := mustSearch(t, d.Scenario).Creneaux; !slices.Equal(got, want) {
			t.Fatalf("at %v: %v\nwant %v", d.Now, got, want)
		}
	})
}

func TestTheOrderOfWhatOccupiesChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawScenario(t)
		want := mustSearch(t, d.Scenario)
		shuffled := d.Scenario
		shuffled.Rdvs = rapid.Permutation(d.Rdvs).Draw(t, "rdvs")
		shuffled.Busy = append(rapid.Permutation(d.Busy).Draw(t, "busy"), d.Busy...) // told twice: the union is the same
		got := mustSearch(t, shuffled)
		if !slices.Equal(got.Creneaux, want.Creneaux) || !slices.Equal(got.Without, want.Without) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
	})
}

func TestWhatTouchesDoesNotConflict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawScenario(t)
		d.Rdvs, d.Busy, d.Absences = nil, nil, nil
		want := mustSearch(t, d.Scenario)
		for i := range d.Plages {
			d.Plages[i].BreakMin = 15
			for day := range d.Plages[i].recurrence().Days(d.From-1, d.To+1) {
				start, end := d.zone.Instant(day, d.Plages[i].From), d.zone.Instant(day, d.Plages[i].To)
				if len(d.Plages) == 1 { // otherwise the hours of one touch and another's overlap
					d.Rdvs = append(d.Rdvs,
						Rdv{Agents: []string{"a1", "a2"}, Start: start.Add(-time.Minute), End: start, Status: "seen"},
						Rdv{Agents: []string{"a1", "a2"}, Start: end, End: end.Add(time.Minute), Status: "seen"})
				}
				middle := start.Add(end.Sub(start) / 2)
				d.Busy = append(d.Busy, Busy{Agent: "a1", Start: middle, End: middle}, Busy{Agent: "a2", Start: middle, End: middle})
			}
		}
		if got := mustSearch(t, d.Scenario); !slices.Equal(got.Creneaux, want.Creneaux) {
			t.Fatalf("got %v\nwant %v", got.Creneaux, want.Creneaux)
		}
	})
}

// TestEveryDayWithoutSlotHasOneReason: each day of each plage either gives a
// slot or has exactly one entry.
func TestEveryDayWithoutSlotHasOneReason(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawScenario(t)
		result := mustSearch(t, d.Scenario)
		for _, p := range d.Plages {
			for day := range p.recurrence().Days(d.From, d.To) {
				gave := slices.ContainsFunc(result.Creneaux, func(c Creneau) bool { return c.Plage == p.ID && d.zone.Date(c.Start) == day })
				entries := 0
				for _, w := range result.Without {
					if w.Plage == p.ID && w.Day == day {
						entries++
					}
				}
				if (gave && entries != 0) || (!gave && entries != 1) {
					t.Fatalf("%s on %v: slots %t, %d reasons: %v", p.ID, day, gave, entries, result.Without)
				}
			}
		}
	})
}

func TestFirstIsTheFirstOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawScenario(t)
		q, err := Prepare(d.Scenario)
		if err != nil {
			t.Fatal(err)
		}
		got, found, err := q.First()
		if err != nil {
			t.Fatal(err)
		}
		all := d.Scenario
		all.To = max(all.From, d.zone.Date(d.Now)).AddMonths(6)
		want := mustSearch(t, all).Creneaux
		if found != (len(want) > 0) || (found && got != want[0]) {
			t.Fatalf("First = %v, %t; all = %v", got, found, want)
		}
	})
}

func TestFree(t *testing.T) {
	tests := []struct{ name, open, busy, want string }{
		{"empty morning", "09:00-10:00", "", "09:00-09:30 09:30-10:00"},
		{"busy overlaps and is unsorted", "09:00-10:00", "09:20-09:40 08:50-09:25", ""},
		{"what is left is a slot", "09:00-10:00", "09:20-09:30 08:50-09:25", "09:30-10:00"},
		{"it starts where busy ends", "09:00-10:05", "08:00-09:05", "09:05-09:35 09:35-10:05"},
		{"busy swallows the plage", "09:00-10:00", "08:00-11:00", ""},
		{"busy touches on both sides", "09:00-10:00", "10:00-11:00 08:00-09:00", "09:00-09:30 09:30-10:00"},
		{"busy of no length", "09:00-10:00", "09:15-09:15", "09:00-09:30 09:30-10:00"},
		{"a busy inside another", "09:00-11:00", "09:30-10:30 09:40-09:50", "09:00-09:30 10:30-11:00"},
		{"open of no length", "09:00-09:00", "", ""},
	}
	spans := func(t *testing.T, s string) (all []Span) {
		for text := range fields(s) {
			all = append(all, spanOn(t, paris, "2026-05-04", text))
		}
		return all
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			busy := spans(t, tt.busy)
			before := slices.Clone(busy)
			got := Free(spans(t, tt.open)[0], busy, 30*time.Minute)
			if want := spans(t, tt.want); !slices.Equal(got, want) {
				t.Errorf("Free = %v, want %v", got, want)
			}
			if !slices.Equal(busy, before) {
				t.Error("Free has changed what it was given")
			}
		})
	}
	if got := Free(spans(t, "09:00-10:00")[0], nil, 0); got != nil {
		t.Errorf("Free of no length = %v", got)
	}
}
