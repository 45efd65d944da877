package icalendar

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// writtenZone writes the VTIMEZONE of one event and builds a clock of it, as a
// reader that knows no zone database would.
func writtenZone(t interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}, name string, start, end time.Time, rule Rule) (*time.Location, []byte) {
	t.Helper()
	data, err := NewEncoder().Append(nil, Calendar{ProdID: prodID}, Event{UID: "u", Stamp: start, Start: start, End: end, Zone: name, Rule: rule})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := Parse(data, ObjectLimits())
	if err != nil {
		t.Fatal(err)
	}
	def := doc.Calendars[0].Kids[0]
	if def.Name != "VTIMEZONE" {
		t.Fatalf("no VTIMEZONE in\n%s", data)
	}
	loc, ok := ownClock(def, end, &budget{importBudget})
	if !ok {
		t.Fatalf("unreadable VTIMEZONE in\n%s", data)
	}
	return loc, data
}

// Every zone, in every year since 1972, reads back as the same clock over the civil years
// of the event; whatever rule or list was chosen to write it.
func TestVTimezoneReadsBackAsTheZone(t *testing.T) {
	names := append([]string{
		"Africa/Casablanca", "Europe/Dublin", "America/Godthab", "Asia/Jerusalem", "Australia/Lord_Howe",
		"Pacific/Apia", "America/Asuncion", "Asia/Gaza", "America/Sao_Paulo", "Antarctica/Troll", "Asia/Kathmandu",
	}, likelyZones...)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names).Draw(t, "zone")
		if name == "UTC" {
			return
		}
		want, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Unix(rapid.Int64Range(63_072_000, 2_200_000_000).Draw(t, "start"), 0)
		end := start.Add(time.Duration(rapid.IntRange(1, 800*24).Draw(t, "hours")) * time.Hour)
		got, data := writtenZone(t, name, start, end, Rule{})
		from := time.Date(start.In(want).Year(), 1, 1, 0, 0, 0, 0, want)
		to := time.Date(end.In(want).Year(), 12, 31, 23, 0, 0, 0, want)
		if !sameClock(got, want, from, to) {
			t.Fatalf("%s from %v to %v: not the same clock\n%s", name, from, to, data)
		}
	})
}

func TestVTimezoneOfASeriesReachesItsEnd(t *testing.T) {
	start := instant("2026-03-23T08:00:00Z")
	tests := []struct {
		name, zone, until string
		rule              Rule
	}{
		{"endless, by rule", "Europe/Paris", "2060-01-01T00:00:00Z", Rule{Freq: Weekly}},
		{"endless, by list", "Africa/Casablanca", "2036-01-01T00:00:00Z", Rule{Freq: Weekly}},
		{"until", "Africa/Casablanca", "2041-06-01T00:00:00Z", Rule{Freq: Weekly, UntilForm: UntilUTC, Until: instant("2041-06-01T00:00:00Z")}},
		{"no summer time", "America/Martinique", "2060-01-01T00:00:00Z", Rule{Freq: Weekly}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, data := writtenZone(t, tt.zone, start, start.Add(time.Hour), tt.rule)
			if !sameClock(got, mustZone(t, tt.zone), start, instant(tt.until)) {
				t.Errorf("not the same clock\n%s", data)
			}
		})
	}
}

func TestVTimezoneSaysWhatOutlookNeeds(t *testing.T) {
	start := instant("2026-11-24T08:00:00Z")
	for _, name := range likelyZones {
		if name == "UTC" {
			continue
		}
		_, data := writtenZone(t, name, start, start.Add(time.Hour), Rule{})
		parts := bytes.Count(data, []byte("BEGIN:STANDARD")) + bytes.Count(data, []byte("BEGIN:DAYLIGHT"))
		for _, must := range []string{"TZOFFSETTO:", "TZOFFSETFROM:", "TZNAME:"} {
			if got := strings.Count(string(data), must); got != parts || parts == 0 || parts > 2 {
				t.Errorf("%s: %d %s in %d parts\n%s", name, got, must, parts, data)
			}
		}
		if !bytes.Contains(data, []byte("BEGIN:STANDARD")) {
			t.Errorf("%s: no STANDARD\n%s", name, data)
		}
	}
}

// One zone is written once, over the years of all its events, and the same
// events give the same bytes, whatever the Encoder wrote before.
func TestBytesAreStable(t *testing.T) {
	late := rdv()
	late.UID, late.Start, late.End = "late", instant("2028-02-01T08:00:00Z"), instant("2028-02-01T09:00:00Z")
	day := rdv()
	day.UID, day.AllDay = "day", true
	utc := rdv()
	utc.UID, utc.Zone = "utc", ""
	c := Calendar{ProdID: prodID}
	used := NewEncoder()
	for range 3 {
		fresh, err := NewEncoder().Append(nil, c, rdv(), late, day, utc)
		if err != nil {
			t.Fatal(err)
		}
		again, err := used.Append(nil, c, rdv(), late, day, utc)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(fresh, again) || bytes.Count(fresh, []byte("BEGIN:VTIMEZONE")) != 1 {
			t.Errorf("got\n%s\nthen\n%s", fresh, again)
		}
		if _, err := used.Append(nil, c, late); err != nil {
			t.Fatal(err)
		}
	}
	alone, err := used.Append(nil, c, day, utc)
	if err != nil || bytes.Contains(alone, []byte("VTIMEZONE")) {
		t.Errorf("a zone for nobody: %v\n%s", err, alone)
	}
}

func TestOneEncoderServesEverybody(t *testing.T) {
	shared := NewEncoder()
	want, err := NewEncoder().Append(nil, Calendar{ProdID: prodID}, rdv())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				if got, err := shared.Append(nil, Calendar{ProdID: prodID}, rdv()); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%v\n%s", err, got)
				}
			}
		})
	}
	wg.Wait()
}
