package icalendar

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseStamp(t *testing.T) {
	tests := []struct{ text, want string }{
		{"20261124T090000Z", "2026-11-24T09:00:00Z utc"},
		{"20261124t090000z", "2026-11-24T09:00:00Z utc"},
		{"20261124T090000", "2026-11-24T09:00:00Z"},
		{" 20261124T090000 ", "2026-11-24T09:00:00Z"},
		{"20261124", "2026-11-24T00:00:00Z date"},
		{"20261124Z", "2026-11-24T00:00:00Z date"},
		{"20280229", "2028-02-29T00:00:00Z date"},
		{"20261231T235960Z", "2026-12-31T23:59:59Z utc"},
		{"20270229", ""},
		{"20261124T250000", ""},
		{"20261124T090060Z", "2026-11-24T09:00:59Z utc"},
		{"20261124T0900", ""},
		{"20261124T", ""},
		{"2026-11-24", ""},
		{"00000101", ""},
		{"20261301", ""},
		{"20260100", ""},
		{"+2026112", ""},
		{"None", ""},
		{"", ""},
	}
	for _, tt := range tests {
		at, ok := parseStamp(tt.text)
		got := ""
		if ok {
			got = at.wall.Format(time.RFC3339)
			if at.utc {
				got += " utc"
			}
			if at.date {
				got += " date"
			}
		}
		if got != tt.want {
			t.Errorf("parseStamp(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestParseSpan(t *testing.T) {
	const h = time.Hour
	tests := []struct {
		text string
		want span
		ok   bool
	}{
		{"PT1H15M5S", span{0, h + 15*time.Minute + 5*time.Second}, true},
		{"P1D", span{1, 0}, true},
		{"P2W", span{14, 0}, true},
		{"P1W2DT3H", span{9, 3 * h}, true},
		{"P1DT", span{1, 0}, true},
		{"pt30m", span{0, 30 * time.Minute}, true},
		{"+PT0S", span{}, true},
		{"-P0DT0H30M0S", span{0, -30 * time.Minute}, true},
		{"-P1D", span{-1, 0}, true},
		{"P", span{}, false},
		{"", span{}, false},
		{"P1H", span{}, false},
		{"PT1D", span{}, false},
		{"PTH", span{}, false},
		{"PT1M2H", span{}, false},
		{"P999999999999W", span{}, false},
		{"P999999W", span{}, false},
		{"PT999999999S", span{}, false},
		{"P-1D", span{}, false},
		{"1H", span{}, false},
	}
	for _, tt := range tests {
		if got, ok := parseSpan(tt.text); got != tt.want || ok != tt.ok {
			t.Errorf("parseSpan(%q) = %v, %v, want %v, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
}

func TestToInstantAcrossTheClockChanges(t *testing.T) {
	tests := []struct{ zone, wall, want string }{
		{"Europe/Paris", "2026-11-24T09:00:00", "2026-11-24T08:00:00Z"},
		{"Europe/Paris", "2026-07-06T09:00:00", "2026-07-06T07:00:00Z"},
		{"Europe/Paris", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"}, // does not exist: 03:30
		{"Europe/Paris", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"}, // twice: the first
		{"Europe/Paris", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"},
		{"Europe/London", "2026-03-29T01:30:00", "2026-03-29T01:30:00Z"},
		{"Europe/London", "2026-10-25T01:30:00", "2026-10-25T00:30:00Z"},
		{"America/Miquelon", "2026-03-08T02:30:00", "2026-03-08T05:30:00Z"},
		{"Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z"}, // the whole day is left out
		{"Indian/Reunion", "2026-07-06T09:00:00", "2026-07-06T05:00:00Z"},
		{"Pacific/Marquesas", "2026-07-06T09:00:00", "2026-07-06T18:30:00Z"},
		{"UTC", "2026-07-06T09:00:00", "2026-07-06T09:00:00Z"},
	}
	for _, tt := range tests {
		loc := mustZone(t, tt.zone)
		wall, err := time.Parse("2006-01-02T15:04:05", tt.wall)
		if err != nil {
			t.Fatal(err)
		}
		if got := toInstant(wall, loc).Format(time.RFC3339); got != tt.want {
			t.Errorf("%s in %s = %s, want %s", tt.wall, tt.zone, got, tt.want)
		}
	}
}

func mustZone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// Any instant shown on a wall comes back, or comes back as the first of two.
func TestToInstantUndoesWallOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(likelyZones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "at"), 0)
		back := toInstant(wallOf(at.In(loc)), loc)
		if back.After(at) || !wallOf(back.In(loc)).Equal(wallOf(at.In(loc))) {
			t.Fatalf("%v came back as %v", at, back)
		}
	})
}

// The zone tables may be long or short; past their end the standard library
// stops at the ends of years, which are no changes.
func TestNextChangeGoesOnFarBeyondTheTables(t *testing.T) {
	loc := mustZone(t, "Europe/Paris")
	n := 0
	to := time.Date(2100, 1, 1, 0, 0, 0, 0, loc)
	for at := time.Date(2000, 1, 1, 0, 0, 0, 0, loc); ; n++ {
		next, ok := nextChange(at, to)
		if !ok {
			break
		}
		if next.Weekday() != time.Sunday || next.UTC().Hour() != 1 {
			t.Fatalf("a change at %v", next)
		}
		at = next
	}
	if n != 200 {
		t.Errorf("%d changes in a century, want 200", n)
	}
}
