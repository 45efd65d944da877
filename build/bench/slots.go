package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"permanence/app/civil"
	"permanence/app/creneau"
)

// The scenarios begin on a Monday in Paris.
const paris = "Europe/Paris"

// measureSlots looks for the first free slot, from the plain scenario to the
// answer, as the window does for each search.
func measureSlots(_ context.Context, _ string, s sizes) ([]result, error) {
	monday, err := civil.ParseDate("2026-05-04")
	if err != nil {
		return nil, err
	}
	var results []result
	for _, full := range []bool{false, true} {
		scenario := manyLieux(monday, s.lieux, s.plages, full)
		when := "le premier jour"
		if full {
			when = "tout est pris pendant douze semaines"
		}
		laps, err := timed(max(10, s.runs/8), func(int) error { return first(scenario) })
		if err != nil {
			return nil, err
		}
		results = append(results, result{
			what: fmt.Sprintf("Premier créneau, %d lieux × %d plages × 3 mois (%s)", s.lieux, s.plages, when),
			laps: laps, budget: 50 * time.Millisecond,
		})
	}
	scenario := manyAgents(monday, s.agents)
	laps, err := timed(max(5, s.runs/20), func(int) error { return first(scenario) })
	return append(results, result{
		what: fmt.Sprintf("Premier créneau, %d agents × 6 mois (presque tout est pris)", s.agents),
		laps: laps, budget: time.Second,
		note: fmt.Sprintf("%d plages, %d absences, %s rdv", len(scenario.Plages), len(scenario.Absences), thousands(len(scenario.Rdvs))),
	}), err
}

// first answers « quel est le prochain créneau ? », the scenario being made
// ready each time.
func first(s creneau.Scenario) error {
	q, err := creneau.Prepare(s)
	if err != nil {
		return err
	}
	_, found, err := q.First()
	if err == nil && !found {
		return errors.New("no slot was found")
	}
	return err
}

func question(monday civil.Date, months int) creneau.Scenario {
	return creneau.Scenario{
		Zone: paris, Holidays: "metropole", For: creneau.ForAgent, From: monday, To: monday.AddMonths(months),
		Now: time.Date(2026, 5, 4, 4, 0, 0, 0, time.UTC), Motif: creneau.Motif{ID: "m", DurationMin: 30},
	}
}

// manyLieux is an organisation where every lieu has so many recurring plages;
// full takes every agent away for twelve weeks.
func manyLieux(monday civil.Date, lieux, plages int, full bool) creneau.Scenario {
	s := question(monday, 3)
	for l := range lieux {
		for p := range plages {
			s.Plages = append(s.Plages, creneau.Plage{
				ID: fmt.Sprintf("p%02d-%02d", l, p), Agent: fmt.Sprintf("a%02d-%d", l, p%7), Lieu: creneau.Ref(fmt.Sprintf("l%02d", l)), Motifs: []string{"m"},
				Zone: paris, FirstDay: monday - 7*104, From: 9 * 60, To: 12 * 60,
				RRule: civil.Rule{Freq: civil.Weekly, Interval: 1 + p%2, Days: civil.DaysOfWeek(time.Weekday(1 + p%5))},
			})
		}
		for a := 0; full && a < 7; a++ {
			s.Absences = append(s.Absences, away(fmt.Sprintf("a%02d-%d", l, a), monday, monday+7*12))
		}
	}
	return s
}

// manyAgents receive twice a day, have rdvs every day and are away until the
// last month.
func manyAgents(monday civil.Date, agents int) creneau.Scenario {
	s := question(monday, 6)
	weekdays := civil.Rule{Freq: civil.Weekly, Interval: 1, Days: civil.DaysOfWeek(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday)}
	begins := time.Date(2026, 5, 4, 7, 0, 0, 0, time.UTC)
	for a := range agents {
		agent := fmt.Sprintf("a%03d", a)
		for i, from := range []civil.Time{9 * 60, 14 * 60} {
			s.Plages = append(s.Plages, creneau.Plage{
				ID: fmt.Sprintf("p%03d-%d", a, i), Agent: agent, Lieu: creneau.Ref(fmt.Sprintf("l%02d", a%64)), Motifs: []string{"m"},
				Zone: paris, FirstDay: monday, From: from, To: from + 180, RRule: weekdays,
			})
		}
		s.Absences = append(s.Absences, away(agent, monday, monday.AddMonths(5)))
		for d := range 180 {
			start := begins.AddDate(0, 0, d).Add(time.Duration(a%3) * time.Hour)
			s.Rdvs = append(s.Rdvs, creneau.Rdv{Agents: []string{agent}, Start: start, End: start.Add(45 * time.Minute), Status: "unknown"})
		}
	}
	return s
}

func away(agent string, from, to civil.Date) creneau.Absence {
	return creneau.Absence{Agent: agent, Zone: paris, FirstDay: from, From: 0, LastDay: to, To: civil.EndOfDay}
}
