package creneau

import (
	"testing"
	"time"

	"permanence/app/civil"
)

// check compares what a scenario offers, on the wall of zone, and why some days
// offer nothing.
func check(t *testing.T, s Scenario, zone, want, without string) {
	t.Helper()
	got := search(t, s)
	if starts := starts(t, zone, got.Creneaux); starts != want {
		t.Errorf("starts = %s\nwant     %s", starts, want)
	}
	if reasons(got.Without) != without {
		t.Errorf("without = %s\nwant      %s", reasons(got.Without), without)
	}
}

func TestE3ARecurringAbsenceKeepsItsHourAcrossTheChange(t *testing.T) {
	s := question(t, 60, "2026-07-06", "2026-07-06", plageOf(t, paris, "2026-07-06", "11:00-15:00", ""))
	s.Absences = []Absence{{
		Agent: "a1", Zone: paris, FirstDay: day(t, "2026-01-05"), LastDay: day(t, "2026-01-05"),
		From: hour(t, "12:00"), To: hour(t, "14:00"), RRule: rule(t, "FREQ=WEEKLY;BYDAY=MO"),
	}}
	check(t, s, paris, "11:00 14:00", "")
}

func TestE6TheHourThatDoesNotExist(t *testing.T) {
	s := question(t, 30, "2026-03-29", "2026-03-29", plageOf(t, paris, "2026-03-29", "01:30-03:30", ""))
	s.Now = instant(t, paris, "2026-03-01 08:00")
	check(t, s, paris, "01:30 03:00", "")
	got := search(t, s).Creneaux
	if free := got[len(got)-1].End.Sub(got[0].Start); free != time.Hour {
		t.Errorf("free for %v, want one hour", free)
	}
}

func TestE6APlageInsideTheHourThatDoesNotExistGivesNothing(t *testing.T) {
	s := question(t, 30, "2026-03-29", "2026-03-29", plageOf(t, paris, "2026-03-29", "02:30-03:30", ""))
	s.Now = instant(t, paris, "2026-03-01 08:00")
	check(t, s, paris, "", "p1 2026-03-29 too_short")
	s.Plages = []Plage{plageOf(t, paris, "2026-03-29", "02:45-03:15", "")} // inverted: 03:45-03:15
	check(t, s, paris, "", "p1 2026-03-29 too_short")
}

func TestE7TheHourThatOccursTwice(t *testing.T) {
	s := question(t, 30, "2026-10-25", "2026-10-25", plageOf(t, paris, "2026-10-25", "01:30-03:30", ""))
	check(t, s, paris, "01:30 02:00 02:30 02:00 02:30 03:00", "")
	seen := map[time.Time]bool{}
	for _, c := range search(t, s).Creneaux {
		if seen[c.Start] {
			t.Errorf("%v is offered twice", c.Start)
		}
		seen[c.Start] = true
	}
}

func TestE8ToE13SlotsInTheZoneOfTheLieu(t *testing.T) {
	tests := []struct{ name, zone, day, want string }{
		{"E8 La Réunion in July", "Indian/Reunion", "2026-07-06", "2026-07-06T05:00:00Z"},
		{"E9 La Réunion in January", "Indian/Reunion", "2026-01-05", "2026-01-05T05:00:00Z"},
		{"E10 Martinique in January", "America/Martinique", "2026-01-05", "2026-01-05T13:00:00Z"},
		{"E10 Martinique in July", "America/Martinique", "2026-07-06", "2026-07-06T13:00:00Z"},
		{"E11 Guyane", "America/Cayenne", "2026-07-06", "2026-07-06T12:00:00Z"},
		{"E11 Mayotte", "Indian/Mayotte", "2026-07-06", "2026-07-06T06:00:00Z"},
		{"E12 Saint-Pierre-et-Miquelon", "America/Miquelon", "2026-03-16", "2026-03-16T11:00:00Z"},
		{"E13 Tahiti", "Pacific/Tahiti", "2026-07-06", "2026-07-06T19:00:00Z"},
		{"the Marquesas", "Pacific/Marquesas", "2026-07-06", "2026-07-06T18:30:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := question(t, 60, tt.day, tt.day, plageOf(t, tt.zone, tt.day, "09:00-10:00", ""))
			s.Zone, s.Now = tt.zone, instant(t, paris, "2026-01-01 08:00")
			got := search(t, s).Creneaux
			if len(got) != 1 || got[0].Start.Format(time.RFC3339) != tt.want {
				t.Errorf("creneaux = %v, want one at %s", got, tt.want)
			}
		})
	}
}

func TestE13TheDaySearchedIsThatOfTheSearcher(t *testing.T) {
	evening := plageOf(t, "Pacific/Tahiti", "2026-07-06", "20:00-21:00", "")
	s := question(t, 60, "2026-07-06", "2026-07-06", evening)
	s.Zone = "Pacific/Tahiti"
	check(t, s, "Pacific/Tahiti", "20:00", "")
	s.Zone = paris // 8 in the morning of the 7th there
	check(t, s, paris, "", "")
	s.From, s.To = day(t, "2026-07-07"), day(t, "2026-07-07")
	check(t, s, paris, "08:00", "")
}

func TestE14BusyInParisBlocksLaReunion(t *testing.T) {
	s := question(t, 60, "2026-07-06", "2026-07-06", plageOf(t, "Indian/Reunion", "2026-07-06", "10:00-14:00", ""))
	s.Zone = "Indian/Reunion"
	rdv := spanOn(t, paris, "2026-07-06", "09:00-10:00")
	s.Rdvs = []Rdv{{Agents: []string{"a1"}, Start: rdv.Start, End: rdv.End, Status: "unknown"}}
	check(t, s, "Indian/Reunion", "10:00 12:00 13:00", "")
}

func TestE16AFastClockNeverMovesTheGrid(t *testing.T) {
	s := question(t, 30, "2026-05-04", "2026-05-04", plageOf(t, paris, "2026-05-04", "09:00-12:00", ""))
	s.Now = instant(t, paris, "2026-05-04 10:03").Add(7 * time.Minute)
	check(t, s, paris, "10:30 11:00 11:30", "")
}

func TestE18ToE24PublicHolidays(t *testing.T) {
	tests := []struct {
		name     string
		holidays civil.HolidaySet
		except   []string
		day      string
		want     string
	}{
		{"E18 1 May", civil.Metropole, nil, "2026-05-01", ""},
		{"E18 8 May", civil.Metropole, nil, "2026-05-08", ""},
		{"E18 the Friday between would be worked", civil.Metropole, nil, "2026-05-15", "09:00"},
		{"E19 Easter Monday 2026", civil.Metropole, nil, "2026-04-06", ""},
		{"E19 Ascension 2026", civil.Metropole, nil, "2026-05-14", ""},
		{"E19 Easter Monday 2027", civil.Metropole, nil, "2027-03-29", ""},
		{"E19 Easter Monday 2028", civil.Metropole, nil, "2028-04-17", ""},
		{"E19 1 January 2027", civil.Metropole, nil, "2027-01-01", ""},
		{"E20 Whit Monday", civil.Metropole, nil, "2026-05-25", ""},
		{"E20 Whit Monday worked that year", civil.Metropole, []string{"2026-05-25"}, "2026-05-25", "09:00"},
		{"E20 the next year it is not", civil.Metropole, []string{"2026-05-25"}, "2027-05-17", ""},
		{"E20 Whit Monday worked every year", civil.Metropole, []string{"lundi-pentecote"}, "2027-05-17", "09:00"},
		{"E21 opened on holidays", civil.NoHolidays, nil, "2026-07-14", "09:00"},
		{"E21 no set at all", "", nil, "2026-07-14", "09:00"},
		{"E23 26 December in Alsace-Moselle", civil.AlsaceMoselle, nil, "2026-12-26", ""},
		{"E23 Good Friday in Alsace-Moselle", civil.AlsaceMoselle, nil, "2026-04-03", ""},
		{"E23 26 December elsewhere", civil.Metropole, nil, "2026-12-26", "09:00"},
		{"E23 Good Friday elsewhere", civil.Metropole, nil, "2026-04-03", "09:00"},
		{"E24 20 December in La Réunion", civil.LaReunion, nil, "2026-12-20", ""},
		{"E24 22 May in Martinique", civil.Martinique, nil, "2026-05-22", ""},
		{"E24 27 May in Guadeloupe", civil.Guadeloupe, nil, "2026-05-27", ""},
		{"E24 10 June in Guyane", civil.Guyane, nil, "2026-06-10", ""},
		{"E24 27 April in Mayotte", civil.Mayotte, nil, "2026-04-27", ""},
		{"E24 in that territory only", civil.Guadeloupe, nil, "2026-05-22", "09:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := question(t, 60, tt.day, tt.day, plageOf(t, paris, tt.day, "09:00-10:00", ""))
			s.Now = instant(t, paris, "2026-01-01 08:00")
			s.Holidays, s.HolidaysExcept = tt.holidays, tt.except
			without := ""
			if tt.want == "" {
				without = "p1 " + tt.day + " ferie"
			}
			check(t, s, paris, tt.want, without)
		})
	}
}

func TestE24TheHolidayIsTheDayWhereThePlageIs(t *testing.T) {
	// 22:00 on 30 April in Tahiti is 10:00 on 1 May in Paris, where nobody works.
	s := question(t, 60, "2026-04-30", "2026-05-01", plageOf(t, "Pacific/Tahiti", "2026-04-30", "22:00-23:00", ""))
	check(t, s, paris, "10:00", "")
	// 22:00 on 1 May in Tahiti is 10:00 on 2 May in Paris.
	s = question(t, 60, "2026-05-01", "2026-05-02", plageOf(t, "Pacific/Tahiti", "2026-05-01", "22:00-23:00", ""))
	check(t, s, paris, "", "p1 2026-05-01 ferie")
}

func TestE25AHolidayComesBeforeAnAbsence(t *testing.T) {
	s := question(t, 60, "2026-05-01", "2026-05-01", plageOf(t, paris, "2026-05-01", "09:00-12:00", ""))
	s.Absences = []Absence{absenceOn(t, "2026-05-01", "08:00-18:00")}
	check(t, s, paris, "", "p1 2026-05-01 ferie")
	s.Holidays = civil.NoHolidays
	check(t, s, paris, "", "p1 2026-05-01 absence")
}

func TestE29BusyElsewhereBlocksAndTellsNothing(t *testing.T) {
	s := question(t, 60, "2026-05-05", "2026-05-05", plageOf(t, paris, "2026-05-05", "09:00-11:00", ""))
	busy := spanOn(t, paris, "2026-05-05", "09:00-10:00")
	s.Busy = []Busy{{Agent: "a1", Start: busy.Start, End: busy.End}}
	check(t, s, paris, "10:00", "")
	all := spanOn(t, paris, "2026-05-05", "08:00-18:00")
	s.Busy = append(s.Busy, Busy{Agent: "a1", Start: all.Start, End: all.End})
	check(t, s, paris, "", "p1 2026-05-05 busy")
}

func TestE30AnAbsenceOfSeveralDays(t *testing.T) {
	s := question(t, 60, "2026-05-04", "2026-05-06",
		plageOf(t, paris, "2026-05-04", "09:00-16:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE"))
	s.Absences = []Absence{{
		Agent: "a1", Zone: paris, FirstDay: day(t, "2026-05-04"), From: hour(t, "14:00"), LastDay: day(t, "2026-05-06"), To: hour(t, "10:00"),
	}}
	check(t, s, paris,
		"2026-05-04 09:00 10:00 11:00 12:00 13:00 2026-05-06 10:00 11:00 12:00 13:00 14:00 15:00",
		"p1 2026-05-05 absence")
}

func TestE30AnAbsenceUntilMidnight(t *testing.T) {
	s := question(t, 60, "2026-05-04", "2026-05-05", plageOf(t, paris, "2026-05-04", "00:00-24:00", "FREQ=WEEKLY;BYDAY=MO,TU"))
	s.Absences = []Absence{{
		Agent: "a1", Zone: paris, FirstDay: day(t, "2026-05-04"), From: 60, LastDay: day(t, "2026-05-04"), To: civil.EndOfDay,
	}, {
		Agent: "a1", Zone: paris, FirstDay: day(t, "2026-05-05"), From: 60, LastDay: day(t, "2026-05-05"), To: civil.EndOfDay,
	}}
	check(t, s, paris, "2026-05-04 00:00 2026-05-05 00:00", "")
}

func TestE31AnAbsenceBlocksEveryPlageOfTheAgent(t *testing.T) {
	here, there, other := plageOf(t, paris, "2026-05-04", "09:00-10:00", ""), plageOf(t, paris, "2026-05-04", "09:00-10:00", ""), plageOf(t, paris, "2026-05-04", "09:00-10:00", "")
	there.ID, there.Lieu = "p2", "l2"
	other.ID, other.Agent = "p3", "a2"
	s := question(t, 60, "2026-05-04", "2026-05-04", here, there, other)
	s.Absences = []Absence{absenceOn(t, "2026-05-04", "08:00-18:00")}
	check(t, s, paris, "09:00", "p1 2026-05-04 absence, p2 2026-05-04 absence")
}

func TestE35TheLongestDelayIsToTheMinute(t *testing.T) {
	s := question(t, 60, "2026-07-29", "2026-07-29", plageOf(t, paris, "2026-07-29", "09:00-12:00", ""))
	s.For, s.Now = ForUsager, instant(t, paris, "2026-04-30 10:00")
	check(t, s, paris, "09:00 10:00", "") // 90 days later at 10:00: the start may equal it
	s.Plages = []Plage{plageOf(t, paris, "2026-07-29", "09:00-10:00", ""), plageOf(t, paris, "2026-07-29", "11:00-12:00", "")}
	check(t, s, paris, "09:00", "p1 2026-07-29 delay")
}

func TestE36NextAvailabilityAfterALongDelay(t *testing.T) {
	s := question(t, 60, "2026-04-30", "2026-04-30", plageOf(t, paris, "2026-04-27", "09:00-10:00", "FREQ=WEEKLY;BYDAY=MO"))
	s.For, s.Motif.MinDelayS = ForUsager, 14*24*3600
	first(t, s, "2026-05-18 09:00")
}

func TestE37DelaysDoNotBindAgents(t *testing.T) {
	s := question(t, 60, "2026-05-01", "2026-05-05", plageOf(t, paris, "2026-05-04", "09:00-10:00", ""))
	s.Motif.MinDelayS = 14 * 24 * 3600
	check(t, s, paris, "09:00", "")
	s.For = ForUsager
	check(t, s, paris, "", "p1 2026-05-04 delay")
}

func TestE41TwoAgentsGiveTwoRows(t *testing.T) {
	one, two := plageOf(t, paris, "2026-05-04", "10:00-11:00", ""), plageOf(t, paris, "2026-05-04", "10:00-11:00", "")
	one.ID, one.Agent, two.ID, two.Agent = "p2", "a1", "p1", "a2"
	got := search(t, question(t, 60, "2026-05-04", "2026-05-04", two, one)).Creneaux
	if len(got) != 2 || got[0].Agent != "a1" || got[1].Agent != "a2" {
		t.Errorf("creneaux = %v, want a1 then a2", got)
	}
}

func TestTwoPlagesMayGiveTheSameStart(t *testing.T) {
	one, two := plageOf(t, paris, "2026-05-04", "10:00-11:00", ""), plageOf(t, paris, "2026-05-04", "09:00-11:00", "")
	two.ID = "p0"
	got := search(t, question(t, 60, "2026-05-04", "2026-05-04", one, two)).Creneaux
	if len(got) != 3 || got[1].Plage != "p0" || got[2].Plage != "p1" || !got[1].Start.Equal(got[2].Start) {
		t.Errorf("creneaux = %v, want nothing merged", got)
	}
}

func TestE45AnExpiredPlageIsPast(t *testing.T) {
	expired := plageOf(t, paris, "2026-04-27", "09:00-12:00", "")
	check(t, question(t, 60, "2026-04-27", "2026-05-10", expired), paris, "", "p1 2026-04-27 past")
	check(t, question(t, 60, "2026-05-04", "2026-05-10", expired), paris, "", "")
	none(t, question(t, 60, "2026-04-27", "2026-05-10", expired))
}

func TestE47AMotifDeletedFromAPlage(t *testing.T) {
	p := plageOf(t, paris, "2026-05-04", "09:00-10:00", "")
	p.Motifs = []string{"m2"}
	s := question(t, 60, "2026-05-04", "2026-05-04", p)
	check(t, s, paris, "", "p1 2026-05-04 other_motif")
	s.Motif.ID = "m2"
	check(t, s, paris, "09:00", "")
}

func TestE50OneOccurrenceTakenOut(t *testing.T) {
	p := plageOf(t, paris, "2026-05-04", "09:00-10:00", "FREQ=WEEKLY;BYDAY=MO")
	p.ExDates = []civil.Date{day(t, "2026-05-11")}
	s := question(t, 60, "2026-05-04", "2026-05-18", p)
	check(t, s, paris, "2026-05-04 09:00 2026-05-18 09:00", "")
}

func TestE50OneOccurrenceAtOtherHours(t *testing.T) {
	p := plageOf(t, paris, "2026-05-04", "09:00-10:00", "FREQ=WEEKLY;BYDAY=MO")
	p.ExDates = []civil.Date{day(t, "2026-05-25")}
	for _, other := range []string{"2026-05-18", "2026-05-19", "2026-05-25"} { // a Monday, no Monday, taken out
		p.Overrides = append(p.Overrides, civil.Override{Day: day(t, other), From: hour(t, "14:00"), To: hour(t, "16:00")})
	}
	s := question(t, 60, "2026-05-11", "2026-05-31", p)
	s.Holidays = civil.NoHolidays
	check(t, s, paris, "2026-05-11 09:00 2026-05-18 14:00 15:00", "")
}

func TestE51ABreakAfterEachRdv(t *testing.T) {
	const monday = "2026-05-04"
	tests := []struct{ name, rdvs, absences, want string }{
		{"ten minutes more", "09:30-10:00", "", "09:00 10:10 10:40 11:10"},
		{"none before a rdv", "10:00-10:30", "", "09:00 09:30 10:40 11:10"},
		{"none between slots", "", "", "09:00 09:30 10:00 10:30 11:00 11:30"},
		{"none after an absence", "", "10:00-10:30", "09:00 09:30 10:30 11:00 11:30"},
		{"a rdv that touches the start asks none", "08:00-09:00", "", "09:00 09:30 10:00 10:30 11:00 11:30"},
		{"a rdv over the start does", "08:00-09:01", "", "09:11 09:41 10:11 10:41 11:11"},
		{"a rdv of no length asks none", "10:00-10:00", "", "09:00 09:30 10:00 10:30 11:00 11:30"},
		{"two rdvs in a row", "09:30-10:00 10:00-10:30", "", "09:00 10:40 11:10"},
		{"a rdv inside the break of another", "09:30-10:00 10:05-10:20", "", "09:00 10:30 11:00 11:30"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rested, hurried := plageOf(t, paris, monday, "09:00-12:00", ""), plageOf(t, paris, monday, "14:00-15:00", "")
			rested.BreakMin, hurried.ID = 10, "p2"
			s := question(t, 30, monday, monday, rested, hurried)
			for text := range fields(tt.rdvs) {
				span := spanOn(t, paris, monday, text)
				s.Rdvs = append(s.Rdvs, Rdv{Agents: []string{"a1"}, Start: span.Start, End: span.End, Status: "seen"})
			}
			for text := range fields(tt.absences) {
				s.Absences = append(s.Absences, absenceOn(t, monday, text))
			}
			check(t, s, paris, tt.want+" 14:00 14:30", "")
		})
	}
}

func TestE51OtherPlagesDoNotSeeTheBreak(t *testing.T) {
	rested, hurried := plageOf(t, paris, "2026-05-04", "09:00-11:00", ""), plageOf(t, paris, "2026-05-04", "09:00-11:00", "")
	rested.BreakMin, hurried.ID = 30, "p2"
	s := question(t, 30, "2026-05-04", "2026-05-04", rested, hurried)
	rdv := spanOn(t, paris, "2026-05-04", "09:00-10:00")
	s.Rdvs = []Rdv{{Agents: []string{"a1"}, Start: rdv.Start, End: rdv.End, Status: "unknown"}}
	var got string
	for _, c := range search(t, s).Creneaux {
		_, h := zoneOf(t, paris).Civil(c.Start)
		got += c.Plage + " " + h.String() + ", "
	}
	if want := "p2 10:00, p1 10:30, p2 10:30, "; got != want {
		t.Errorf("creneaux = %s, want %s", got, want)
	}
}

func TestALieuAskedFor(t *testing.T) {
	office, phone := plageOf(t, paris, "2026-05-04", "09:00-10:00", ""), plageOf(t, paris, "2026-05-04", "10:00-11:00", "")
	phone.ID, phone.Lieu = "p2", ""
	s := question(t, 60, "2026-05-04", "2026-05-04", office, phone)
	check(t, s, paris, "09:00 10:00", "")
	s.Lieu = "l1"
	check(t, s, paris, "09:00", "p2 2026-05-04 other_lieu")
	s.Lieu = "l2"
	check(t, s, paris, "", "p1 2026-05-04 other_lieu, p2 2026-05-04 other_lieu")
}

// TestTheFirstReasonThatHolds takes the obstacles away one by one.
func TestTheFirstReasonThatHolds(t *testing.T) {
	p := plageOf(t, paris, "2026-05-01", "09:00-09:20", "")
	p.Motifs = []string{"m2"}
	s := question(t, 30, "2026-05-01", "2026-05-01", p)
	s.Agents, s.Lieu, s.For, s.Now = []string{"a2"}, "l2", ForUsager, instant(t, paris, "2026-05-01 12:00")
	all := spanOn(t, paris, "2026-05-01", "09:00-10:00")
	some := spanOn(t, paris, "2026-05-01", "09:00-09:20")
	s.Busy = []Busy{{Agent: "a1", Start: some.Start, End: some.End}}
	s.Rdvs = []Rdv{{Agents: []string{"a1"}, Start: all.Start, End: all.End, Status: "unknown"}}
	steps := []struct {
		want Reason
		next func()
	}{
		{OtherAgent, func() { s.Agents = nil }},
		{OtherLieu, func() { s.Lieu = "l1" }},
		{OtherMotif, func() { s.Plages[0].Motifs = []string{"m1", "m2"} }},
		{Ferie, func() { s.Holidays = civil.NoHolidays }},
		{TooShort, func() { s.Plages[0].To = hour(t, "10:00") }},
		{Past, func() { s.Now = instant(t, paris, "2026-05-01 08:59"); s.Motif.MinDelayS = 3600 }},
		{Delay, func() { s.Motif.MinDelayS = 0 }},
		{ByRdv, func() { s.Busy[0].End = all.End; s.Rdvs[0].End = some.End }},
		{ByBusy, func() { s.Absences = []Absence{absenceOn(t, "2026-05-01", "09:00-10:00")} }},
		{ByAbsence, func() {}},
	}
	for _, step := range steps {
		check(t, s, paris, "", "p1 2026-05-01 "+string(step.want))
		step.next()
	}
}

func TestMostTimeIsCountedOnce(t *testing.T) {
	s := question(t, 60, "2026-05-04", "2026-05-04", plageOf(t, paris, "2026-05-04", "09:00-12:00", ""))
	s.Absences = []Absence{absenceOn(t, "2026-05-04", "09:00-10:40")}
	for _, text := range []string{"10:30-12:00", "10:30-12:00", "11:00-12:00"} { // 90 minutes, whatever their number
		rdv := spanOn(t, paris, "2026-05-04", text)
		s.Rdvs = append(s.Rdvs, Rdv{Agents: []string{"a1"}, Start: rdv.Start, End: rdv.End, Status: "unknown"})
	}
	check(t, s, paris, "", "p1 2026-05-04 absence")
}

func TestARdvDuringThePastPartIsTheReason(t *testing.T) {
	s := question(t, 60, "2026-05-04", "2026-05-04", plageOf(t, paris, "2026-05-04", "09:00-12:00", ""))
	s.Now = instant(t, paris, "2026-05-04 10:30")
	rdv := spanOn(t, paris, "2026-05-04", "10:00-12:00")
	s.Rdvs = []Rdv{{Agents: []string{"a1"}, Start: rdv.Start, End: rdv.End, Status: "unknown"}}
	check(t, s, paris, "", "p1 2026-05-04 rdv")
	s.Now = instant(t, paris, "2026-05-04 11:30")
	check(t, s, paris, "", "p1 2026-05-04 past")
}

func TestResultListsAreNeverNil(t *testing.T) {
	got := search(t, question(t, 30, "2026-05-04", "2026-05-04"))
	if got.Creneaux == nil || got.Without == nil {
		t.Errorf("result = %#v", got)
	}
}
