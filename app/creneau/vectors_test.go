package creneau

import (
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/civil"
)

// The notation of the field: "09:30-10:15" is a span of the day searched,
// "2026-05-04 09:30-10:15" of another one, on the wall of zone.

const paris = "Europe/Paris"

func day(t testing.TB, s string) civil.Date {
	t.Helper()
	d, err := civil.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func hour(t testing.TB, s string) civil.Time {
	t.Helper()
	h, err := civil.ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func zoneOf(t testing.TB, name string) civil.Zone {
	t.Helper()
	z, err := civil.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// instant reads "2026-05-04 09:30" on the wall of a zone.
func instant(t testing.TB, zone, wall string) time.Time {
	t.Helper()
	return zoneOf(t, zone).Instant(day(t, wall[:10]), hour(t, wall[11:]))
}

// rule reads a repetition, "" for none.
func rule(t testing.TB, s string) civil.Rule {
	t.Helper()
	if s == "" {
		return civil.Rule{}
	}
	r, err := civil.ParseRule(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// spanOn reads a span, on the given day unless it names its own.
func spanOn(t testing.TB, zone, date, s string) Span {
	t.Helper()
	if len(s) > 11 {
		date, s = s[:10], s[11:]
	}
	return Span{instant(t, zone, date+" "+s[:5]), instant(t, zone, date+" "+s[6:])}
}

// plageOf is agent a1's plage p1 for motif m1.
func plageOf(t testing.TB, zone, firstDay, hours, repeat string) Plage {
	t.Helper()
	return Plage{
		ID: "p1", Agent: "a1", Lieu: "l1", Motifs: []string{"m1"}, Zone: zone,
		FirstDay: day(t, firstDay), From: hour(t, hours[:5]), To: hour(t, hours[6:]), RRule: rule(t, repeat),
	}
}

// absenceOn is agent a1's absence of one occurrence, on one day.
func absenceOn(t testing.TB, date, hours string) Absence {
	t.Helper()
	return Absence{
		Agent: "a1", Zone: paris, FirstDay: day(t, date), LastDay: day(t, date), From: hour(t, hours[:5]), To: hour(t, hours[6:]),
	}
}

// question asks on behalf of an agent, on 30 April 2026 at eight in Paris, for
// slots of so many minutes.
func question(t testing.TB, minutes int, from, to string, plages ...Plage) Scenario {
	t.Helper()
	return Scenario{
		Now: instant(t, paris, "2026-04-30 08:00"), Zone: paris, Holidays: civil.Metropole, For: ForAgent,
		From: day(t, from), To: day(t, to),
		Motif:  Motif{ID: "m1", DurationMin: minutes, MinDelayS: 1800, MaxDelayS: 7776000},
		Plages: plages,
	}
}

func search(t testing.TB, s Scenario) Result {
	t.Helper()
	got, err := Search(s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// starts writes the slots as hours on the wall of zone, with the day before the
// first of each day when there are several days.
func starts(t testing.TB, zone string, creneaux []Creneau) string {
	t.Helper()
	z := zoneOf(t, zone)
	several := slices.ContainsFunc(creneaux, func(c Creneau) bool { return z.Date(c.Start) != z.Date(creneaux[0].Start) })
	var words []string
	var last civil.Date
	for _, c := range creneaux {
		d, h := z.Civil(c.Start)
		if several && d != last {
			words = append(words, d.String())
		}
		last = d
		words = append(words, h.String())
	}
	return strings.Join(words, " ")
}

func reasons(without []Without) string {
	words := make([]string, len(without))
	for i, w := range without {
		words[i] = w.Plage + " " + w.Day.String() + " " + string(w.Reason)
	}
	return strings.Join(words, ", ")
}

func TestVectorsOfOneMorning(t *testing.T) {
	const monday = "2026-05-04"
	tests := []struct {
		name     string
		hours    string // of the plage, 09:00-12:00 unless said
		minutes  int
		rdvs     string // status:span, unknown unless said
		absences string
		now      string
		audience Audience
		want     string
		why      Reason
	}{
		{name: "V1 free", minutes: 30, want: "09:00 09:30 10:00 10:30 11:00 11:30"},
		{name: "V2 free, 45 minutes", minutes: 45, want: "09:00 09:45 10:30 11:15"},
		{name: "V3 E26 the grid restarts at the end of a rdv", minutes: 30, rdvs: "09:30-10:15", want: "09:00 10:15 10:45 11:15"},
		{name: "V4 a rdv straddles the start", minutes: 30, rdvs: "08:30-09:20", want: "09:20 09:50 10:20 10:50 11:20"},
		{name: "V5 an absence straddles the end", minutes: 30, absences: "11:40-13:00", want: "09:00 09:30 10:00 10:30 11:00"},
		{name: "V6 a rdv contains an absence", minutes: 60, rdvs: "09:00-10:00", absences: "09:15-09:45", want: "10:00 11:00"},
		{name: "V7 two rdvs overlap", minutes: 30, rdvs: "09:30-10:30 10:00-11:10", want: "09:00 11:10"},
		{name: "V8 an absence swallows the plage", minutes: 30, absences: "08:00-13:00", why: ByAbsence},
		{name: "V9 started three minutes ago", minutes: 60, now: "10:03", want: "11:00"},
		{name: "V10 started six minutes ago", minutes: 60, now: "10:06", want: "11:00"},
		{name: "V11 E34 the delay filters, it does not shift the grid", minutes: 30, now: "10:03", audience: ForUsager, want: "11:00 11:30"},
		{name: "V12 E33 anchored in the afternoon", hours: "14:00-18:00", minutes: 60, now: "15:03", audience: ForUsager, want: "16:00 17:00"},
		{name: "E33 five minutes later, still offered", hours: "14:00-18:00", minutes: 60, now: "15:08", audience: ForUsager, want: "16:00 17:00"},
		{name: "V13 E32 exactly one", hours: "09:00-09:45", minutes: 45, want: "09:00"},
		{name: "V14 E32 a minute short", hours: "09:00-09:44", minutes: 45, why: TooShort},
		{name: "V15 E27 a rdv touches the start", minutes: 60, rdvs: "08:00-09:00", want: "09:00 10:00 11:00"},
		{name: "V16 E27 a rdv touches the end", minutes: 60, rdvs: "12:00-13:00", want: "09:00 10:00 11:00"},
		{name: "V17 E28 excused frees", minutes: 60, rdvs: "excused:10:00-11:00", want: "09:00 10:00 11:00"},
		{name: "E28 revoked frees", minutes: 60, rdvs: "revoked:10:00-11:00", want: "09:00 10:00 11:00"},
		{name: "V18 E28 noshow still blocks", minutes: 60, rdvs: "noshow:10:00-11:00", want: "09:00 11:00"},
		{name: "E28 seen still blocks", minutes: 60, rdvs: "seen:10:00-11:00", want: "09:00 11:00"},
		{name: "a start at the present instant", minutes: 60, now: "10:00", want: "10:00 11:00"},
		{name: "a start exactly after the delay", minutes: 60, now: "09:30", audience: ForUsager, want: "10:00 11:00"},
		{name: "a rdv of no length blocks nothing", minutes: 60, rdvs: "10:30-10:30", want: "09:00 10:00 11:00"},
		{name: "an absence of no length blocks nothing", minutes: 60, absences: "10:30-10:30", want: "09:00 10:00 11:00"},
		{name: "the grid that restarted reaches further", hours: "09:00-10:20", minutes: 30, rdvs: "09:00-09:20", now: "09:31", want: "09:50"},
		{name: "E48 three persons need three times the time", minutes: 90, rdvs: "10:30-10:45", want: "09:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hours := tt.hours
			if hours == "" {
				hours = "09:00-12:00"
			}
			s := question(t, tt.minutes, monday, monday, plageOf(t, paris, monday, hours, ""))
			if tt.now != "" {
				s.Now = instant(t, paris, monday+" "+tt.now)
			}
			if tt.audience != "" {
				s.For = tt.audience
			}
			for text := range strings.FieldsSeq(tt.rdvs) {
				status := "unknown"
				if before, after, found := strings.Cut(text, ":"); found && len(before) > 2 {
					status, text = before, after
				}
				span := spanOn(t, paris, monday, text)
				s.Rdvs = append(s.Rdvs, Rdv{Agents: []string{"a0", "a1"}, Start: span.Start, End: span.End, Status: status})
			}
			for text := range strings.FieldsSeq(tt.absences) {
				s.Absences = append(s.Absences, absenceOn(t, monday, text))
			}
			got := search(t, s)
			if starts := starts(t, paris, got.Creneaux); starts != tt.want {
				t.Errorf("starts = %s\nwant     %s", starts, tt.want)
			}
			wantWithout := ""
			if tt.why != "" {
				wantWithout = "p1 " + monday + " " + string(tt.why)
			}
			if reasons(got.Without) != wantWithout {
				t.Errorf("without = %s, want %s", reasons(got.Without), wantWithout)
			}
		})
	}
}

func TestVectorsOfRepetitions(t *testing.T) {
	tests := []struct {
		name, firstDay, repeat, from, to string
		minutes                          int
		zone                             string
		want                             string
		without                          string
	}{
		{
			name: "V19 E18 a public holiday", firstDay: "2026-04-24", repeat: "FREQ=WEEKLY;BYDAY=FR", from: "2026-05-01", to: "2026-05-08",
			minutes: 30, without: "p1 2026-05-01 ferie, p1 2026-05-08 ferie",
		},
		{
			name: "V20 E1 across the spring change", firstDay: "2026-03-23", repeat: "FREQ=WEEKLY;BYDAY=MO", from: "2026-03-23", to: "2026-04-05",
			minutes: 180, zone: "UTC", want: "2026-03-23 08:00 2026-03-30 07:00",
		},
		{
			name: "V21 E2 across the autumn change", firstDay: "2026-10-19", repeat: "FREQ=WEEKLY;BYDAY=MO", from: "2026-10-19", to: "2026-11-01",
			minutes: 180, zone: "UTC", want: "2026-10-19 07:00 2026-10-26 08:00",
		},
		{
			name: "V22 E39 every two weeks", firstDay: "2020-11-18", repeat: "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", from: "2020-11-25", to: "2020-12-16",
			minutes: 180, want: "2020-12-02 09:00 2020-12-16 09:00",
		},
		{
			name: "V23 E40 second Wednesday", firstDay: "2026-04-08", repeat: "FREQ=MONTHLY;BYDAY=2WE", from: "2026-05-01", to: "2026-06-30",
			minutes: 180, want: "2026-05-13 09:00 2026-06-10 09:00",
		},
		{
			name: "E40 fifth Thursday", firstDay: "2026-04-30", repeat: "FREQ=MONTHLY;BYDAY=5TH", from: "2026-05-01", to: "2026-07-31",
			minutes: 180, want: "09:00",
		},
		{
			name: "V24 E38 until is included", firstDay: "2026-11-25", repeat: "FREQ=WEEKLY;BYDAY=WE;UNTIL=20261209", from: "2026-12-02", to: "2026-12-31",
			minutes: 180, want: "2026-12-02 09:00 2026-12-09 09:00",
		},
		{
			name: "V25 E38 it ends on the first day searched", firstDay: "2026-11-25", repeat: "FREQ=WEEKLY;BYDAY=WE;UNTIL=20261209", from: "2026-12-09", to: "2026-12-31",
			minutes: 180, want: "09:00",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := question(t, tt.minutes, tt.from, tt.to, plageOf(t, paris, tt.firstDay, "09:00-12:00", tt.repeat))
			s.Now = instant(t, paris, "2020-01-01 08:00")
			zone := tt.zone
			if zone == "" {
				zone = paris
			}
			got := search(t, s)
			if starts := starts(t, zone, got.Creneaux); starts != tt.want {
				t.Errorf("starts = %s\nwant     %s", starts, tt.want)
			}
			if reasons(got.Without) != tt.without {
				t.Errorf("without = %s, want %s", reasons(got.Without), tt.without)
			}
		})
	}
}
