package creneau

import (
	"fmt"
	"testing"
	"time"

	"permanence/app/civil"
)

// territoire is a scenario of many agents: each receives on weekdays in the
// morning and the afternoon of one lieu, has one recurring absence and some
// rdvs every day. full leaves no slot before the last month.
func territoire(t testing.TB, agents, months int, full bool) Scenario {
	const monday = "2026-05-04"
	s := question(t, 30, monday, day(t, monday).AddMonths(months).String())
	workdays := rule(t, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
	midnight := instant(t, paris, monday+" 00:00")
	for a := range agents {
		agent := fmt.Sprintf("a%03d", a)
		for i, hours := range []string{"09:00-12:00", "14:00-17:00"} {
			p := plageOf(t, paris, monday, hours, "")
			p.ID, p.Agent, p.Lieu, p.RRule = fmt.Sprintf("p%03d-%d", a, i), agent, Ref(fmt.Sprintf("l%02d", a%64)), workdays
			s.Plages = append(s.Plages, p)
		}
		s.Absences = append(s.Absences, Absence{
			Agent: agent, Zone: paris, FirstDay: day(t, monday), LastDay: day(t, monday), From: 14 * 60, To: 18 * 60, RRule: rule(t, "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"),
		})
		if full {
			s.Absences = append(s.Absences, Absence{
				Agent: agent, Zone: paris, FirstDay: day(t, monday), LastDay: day(t, monday).AddMonths(months - 1), From: 0, To: 1440,
			})
		}
		for d := range 30 * months {
			start := midnight.Add(time.Duration(24*d+9+a%3)*time.Hour - 20*time.Minute)
			s.Rdvs = append(s.Rdvs, Rdv{Agents: []string{agent}, Start: start, End: start.Add(45 * time.Minute), Status: "unknown"})
		}
	}
	return s
}

// lieux is the search of an organisation of 64 lieux, each with 28 recurring
// plages.
func lieux(t testing.TB, full bool) Scenario {
	const monday = "2026-05-04"
	s := question(t, 30, monday, "2026-08-04")
	until := day(t, "2026-07-27")
	for l := range 64 {
		for i := range 28 {
			p := plageOf(t, paris, "2024-01-01", "09:00-12:00", "")
			p.ID, p.Lieu = fmt.Sprintf("p%02d-%02d", l, i), Ref(fmt.Sprintf("l%02d", l))
			p.Agent = fmt.Sprintf("a%02d-%d", l, i%7)
			p.RRule = civil.Rule{Freq: civil.Weekly, Interval: 1 + i%2, Days: civil.DaysOfWeek(time.Weekday(1 + i%5))}
			s.Plages = append(s.Plages, p)
		}
		for i := range 7 {
			if full {
				s.Absences = append(s.Absences, Absence{
					Agent: fmt.Sprintf("a%02d-%d", l, i), Zone: paris, FirstDay: day(t, monday), LastDay: until, From: 0, To: 1440,
				})
			}
		}
	}
	return s
}

func TestE52FirstAvailabilityAmong64Lieux(t *testing.T) {
	for _, full := range []bool{false, true} {
		s := lieux(t, full)
		start := time.Now()
		q := prepare(t, s)
		first, found, err := q.First()
		if err != nil || !found {
			t.Fatalf("First = %v, %t, %v", first, found, err)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("full %t: %v, want less than a second", full, took)
		}
		want := instant(t, paris, "2026-05-04 09:00")
		if full {
			want = instant(t, paris, "2026-07-28 09:00")
		}
		if !first.Start.Equal(want) {
			t.Errorf("full %t: First = %v, want %v", full, first.Start, want)
		}
		each, err := q.FirstPerLieu()
		if err != nil || len(each) != 64 {
			t.Errorf("full %t: %d lieux, %v", full, len(each), err)
		}
	}
}

// BenchmarkFirst64Lieux: budget 50 ms.
func BenchmarkFirst64Lieux(b *testing.B) { benchmarkFirst(b, lieux(b, false)) }

// BenchmarkFirst64LieuxFullForThreeMonths: budget 50 ms.
func BenchmarkFirst64LieuxFullForThreeMonths(b *testing.B) { benchmarkFirst(b, lieux(b, true)) }

func benchmarkFirst(b *testing.B, s Scenario) {
	b.ReportAllocs()
	for b.Loop() {
		q := prepare(b, s)
		if _, found, err := q.First(); err != nil || !found {
			b.Fatal(found, err)
		}
	}
}

// BenchmarkFirstPerLieu64 gives the next slot of each of 64 lieux.
func BenchmarkFirstPerLieu64(b *testing.B) {
	q := prepare(b, lieux(b, true))
	b.ReportAllocs()
	for b.Loop() {
		if each, err := q.FirstPerLieu(); err != nil || len(each) != 64 {
			b.Fatal(len(each), err)
		}
	}
}

// BenchmarkSearch300AgentsSixMonths: budget 1 s.
func BenchmarkSearch300AgentsSixMonths(b *testing.B) {
	s := territoire(b, 300, 6, false)
	b.ReportAllocs()
	for b.Loop() {
		result, err := Search(s)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(result.Creneaux)), "creneaux")
	}
}

// BenchmarkFirst300AgentsFullForFiveMonths: budget 1 s.
func BenchmarkFirst300AgentsFullForFiveMonths(b *testing.B) {
	benchmarkFirst(b, territoire(b, 300, 6, true))
}

// BenchmarkWeekOfOneAgent is what the window asks most.
func BenchmarkWeekOfOneAgent(b *testing.B) {
	s := territoire(b, 1, 6, false)
	s.To = s.From + 6
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Search(s); err != nil {
			b.Fatal(err)
		}
	}
}
