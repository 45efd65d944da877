package civil

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) Zone {
	t.Helper()
	z, err := LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// at reads "2026-03-30 09:00" on the wall of a zone.
func at(t testing.TB, zoneName, wall string) time.Time {
	t.Helper()
	return zone(t, zoneName).Instant(day(t, wall[:10]), hour(t, wall[11:]))
}

const instantForm = "2006-01-02T15:04Z"

func TestInstant(t *testing.T) {
	tests := []struct{ name, zone, wall, want string }{
		{"E1 winter Monday", "Europe/Paris", "2026-03-23 09:00", "2026-03-23T08:00Z"},
		{"E1 summer Monday", "Europe/Paris", "2026-03-30 09:00", "2026-03-30T07:00Z"},
		{"E2 summer Monday", "Europe/Paris", "2026-10-19 09:00", "2026-10-19T07:00Z"},
		{"E2 winter Monday", "Europe/Paris", "2026-10-26 09:00", "2026-10-26T08:00Z"},
		{"E6 the hour that does not exist moves forward", "Europe/Paris", "2026-03-29 02:30", "2026-03-29T01:30Z"},
		{"E6 its first minute", "Europe/Paris", "2026-03-29 02:00", "2026-03-29T01:00Z"},
		{"E6 the hour after the change", "Europe/Paris", "2026-03-29 03:00", "2026-03-29T01:00Z"},
		{"E7 the hour that occurs twice means the first", "Europe/Paris", "2026-10-25 02:30", "2026-10-25T00:30Z"},
		{"E7 the minute before it", "Europe/Paris", "2026-10-25 01:59", "2026-10-24T23:59Z"},
		{"E7 the hour after the change", "Europe/Paris", "2026-10-25 03:00", "2026-10-25T02:00Z"},
		{"E8 La Réunion in July", "Indian/Reunion", "2026-07-06 09:00", "2026-07-06T05:00Z"},
		{"E9 La Réunion in January", "Indian/Reunion", "2026-01-05 09:00", "2026-01-05T05:00Z"},
		{"E10 Martinique in January", "America/Martinique", "2026-01-05 09:00", "2026-01-05T13:00Z"},
		{"E10 Martinique in July", "America/Martinique", "2026-07-06 09:00", "2026-07-06T13:00Z"},
		{"E11 Guyane", "America/Cayenne", "2026-07-06 09:00", "2026-07-06T12:00Z"},
		{"E11 Mayotte", "Indian/Mayotte", "2026-07-06 09:00", "2026-07-06T06:00Z"},
		{"E12 Saint-Pierre-et-Miquelon between the two changes", "America/Miquelon", "2026-03-16 09:00", "2026-03-16T11:00Z"},
		{"Saint-Pierre-et-Miquelon in winter", "America/Miquelon", "2026-02-16 09:00", "2026-02-16T12:00Z"},
		{"E13 Tahiti in the evening is tomorrow in UTC", "Pacific/Tahiti", "2026-07-06 20:00", "2026-07-07T06:00Z"},
		{"the Marquesas are half an hour off", "Pacific/Marquesas", "2026-07-06 09:00", "2026-07-06T18:30Z"},
		{"24:00 is the next midnight", "Europe/Paris", "2026-05-04 24:00", "2026-05-04T22:00Z"},
		{"24:00 before the clock changes", "Europe/Paris", "2026-03-28 24:00", "2026-03-28T23:00Z"},
		{"a day that the date line took away", "Pacific/Apia", "2011-12-30 09:00", "2011-12-30T19:00Z"},
		{"midnight skipped", "America/Havana", "2026-03-08 00:30", "2026-03-08T05:30Z"},
		{"far in the future", "Europe/Paris", "2126-07-01 09:00", "2126-07-01T07:00Z"},
		{"31 December of a leap year far ahead", "Europe/Paris", "2060-12-31 09:00", "2060-12-31T08:00Z"},
		{"before zones were agreed on", "Europe/Paris", "1850-01-01 00:10", "1850-01-01T00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := at(t, tt.zone, tt.wall)
			if got.Format(instantForm) != tt.want {
				t.Errorf("%s in %s = %s, want %s", tt.wall, tt.zone, got.Format(instantForm), tt.want)
			}
			if got.Location() != time.UTC {
				t.Errorf("the instant is shown in %v", got.Location())
			}
		})
	}
}

func TestE4TwoDaysBeforeByElapsedTimeAndByWallClock(t *testing.T) {
	paris := zone(t, "Europe/Paris")
	tests := []struct{ name, rdv, elapsed, wall string }{
		{"across the spring change", "2026-03-30 09:00", "2026-03-28 08:00", "2026-03-28 09:00"},
		{"across the autumn change", "2026-10-26 09:00", "2026-10-24 10:00", "2026-10-24 09:00"},
		{"in June", "2026-06-10 09:00", "2026-06-08 09:00", "2026-06-08 09:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := at(t, "Europe/Paris", tt.rdv)
			if got := start.Add(-48 * time.Hour); !got.Equal(at(t, "Europe/Paris", tt.elapsed)) {
				t.Errorf("48 h before = %v", got)
			}
			if got := paris.AddDays(start, -2); !got.Equal(at(t, "Europe/Paris", tt.wall)) {
				t.Errorf("two days before at the same hour = %v", got)
			}
		})
	}
}

func TestAddDaysKeepsSeconds(t *testing.T) {
	start := time.Date(2026, 3, 28, 8, 0, 12, 34, time.UTC)
	want := time.Date(2026, 3, 29, 7, 0, 12, 34, time.UTC)
	if got := zone(t, "Europe/Paris").AddDays(start, 1); !got.Equal(want) {
		t.Errorf("AddDays = %v, want %v", got, want)
	}
}

func TestCivil(t *testing.T) {
	tests := []struct{ name, zone, instant, want string }{
		{"E8 a Paris agent sees La Réunion's nine o'clock at seven", "Europe/Paris", "2026-07-06T05:00Z", "2026-07-06 07:00"},
		{"E9 and at six in January", "Europe/Paris", "2026-01-05T05:00Z", "2026-01-05 06:00"},
		{"E10 Martinique in January seen from Paris", "Europe/Paris", "2026-01-05T13:00Z", "2026-01-05 14:00"},
		{"E10 Martinique in July seen from Paris", "Europe/Paris", "2026-07-06T13:00Z", "2026-07-06 15:00"},
		{"E13 still 6 July in Tahiti", "Pacific/Tahiti", "2026-07-07T06:00Z", "2026-07-06 20:00"},
		{"E13 already 7 July in Paris", "Europe/Paris", "2026-07-07T06:00Z", "2026-07-07 08:00"},
		{"E15 eight in the evening in Martinique", "America/Martinique", "2026-11-22T00:00Z", "2026-11-21 20:00"},
		{"E15 already tomorrow in Paris", "Europe/Paris", "2026-11-22T00:00Z", "2026-11-22 01:00"},
		{"E7 second pass of the repeated hour", "Europe/Paris", "2026-10-25T01:30Z", "2026-10-25 02:30"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			instant, err := time.Parse(instantForm, tt.instant)
			if err != nil {
				t.Fatal(err)
			}
			d, h := zone(t, tt.zone).Civil(instant)
			if got := d.String() + " " + h.String(); got != tt.want {
				t.Errorf("Civil = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestE17TheMachineZoneChangesNothing(t *testing.T) {
	machine := time.Local
	t.Cleanup(func() { time.Local = machine })
	for _, name := range []string{"UTC", "America/New_York", "Pacific/Marquesas"} {
		time.Local = zone(t, name).Location()
		got := at(t, "Indian/Reunion", "2026-07-06 09:00")
		if got.Format(instantForm) != "2026-07-06T05:00Z" {
			t.Errorf("on a machine in %s: %v", name, got)
		}
		if d, h := zone(t, "Indian/Reunion").Civil(got.Local()); d.String() != "2026-07-06" || h.String() != "09:00" {
			t.Errorf("on a machine in %s: %v %v", name, d, h)
		}
	}
}

func TestLoadZoneRefuses(t *testing.T) {
	for _, name := range []string{
		"", "Local", "localtime", "posixrules", "Factory", "Europe/Pariss", "Paris", "CET+1", "GMT+2", "../../etc/passwd",
		"/etc/localtime", "Europe/Paris ", "Europe/Paris\x00", "right/Europe/Paris", "Europe", "zone.tab", "Romance Standard Time",
	} {
		if z, err := LoadZone(name); !errors.Is(err, ErrZone) {
			t.Errorf("LoadZone(%q) = %v, %v; want a refusal", name, z, err)
		}
	}
}

func TestZeroZoneIsUTC(t *testing.T) {
	if name := (Zone{}).Name(); name != "UTC" {
		t.Errorf("Name = %q", name)
	}
}

func frenchZones() []string {
	return []string{
		"Europe/Paris", "Indian/Reunion", "Indian/Mayotte", "America/Martinique", "America/Guadeloupe", "America/Cayenne",
		"America/Miquelon", "Pacific/Marquesas", "Pacific/Tahiti", "Pacific/Gambier", "Pacific/Noumea", "Pacific/Wallis",
		"America/Marigot", "America/St_Barthelemy", "America/Havana", "Pacific/Apia", "Australia/Lord_Howe", "America/Asuncion",
	}
}

func TestInstantShowsTheWallClockAskedFor(t *testing.T) {
	zones := map[string]Zone{}
	for _, name := range frenchZones() {
		zones[name] = zone(t, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		z := zones[rapid.SampledFrom(frenchZones()).Draw(t, "zone")]
		d := dateOf(rapid.IntRange(1990, 2060).Draw(t, "year"), 1, 1) + Date(rapid.IntRange(0, 365).Draw(t, "day"))
		h := Time(rapid.IntRange(0, 1439).Draw(t, "minute"))
		got := z.Instant(d, h)
		if gotDay, gotHour := z.Civil(got); gotDay != d || gotHour != h {
			assertSkipped(t, z, d, h, got)
		}
		if earlier := got.Add(-time.Minute); shows(z, earlier, d, h) {
			t.Fatalf("%v %v in %s: %v is not the first", d, h, z.Name(), got)
		}
		for _, before := range []time.Duration{30 * time.Minute, time.Hour} {
			if shows(z, got.Add(-before), d, h) {
				t.Fatalf("%v %v in %s: %v is not the first", d, h, z.Name(), got)
			}
		}
	})
}

func shows(z Zone, at time.Time, d Date, h Time) bool {
	gotDay, gotHour := z.Civil(at)
	return gotDay == d && gotHour == h
}

// assertSkipped checks that the wall clock never showed d and h, and that got
// shows it later by what was skipped.
func assertSkipped(t *rapid.T, z Zone, d Date, h Time, got time.Time) {
	gotDay, gotHour := z.Civil(got)
	skipped := wall(gotDay, gotHour) - wall(d, h)
	_, before := got.Add(-25 * time.Hour).In(z.Location()).Zone()
	_, after := got.In(z.Location()).Zone()
	if skipped != int64(after-before) || skipped <= 0 {
		t.Fatalf("%v %v in %s became %v %v; the clock moved by %d s", d, h, z.Name(), gotDay, gotHour, after-before)
	}
}

func TestClockAgreesWithItsZone(t *testing.T) {
	zones := map[string]Zone{}
	for _, name := range frenchZones() {
		zones[name] = zone(t, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		z := zones[rapid.SampledFrom(frenchZones()).Draw(t, "zone")]
		clock := z.Clock()
		d := dateOf(2000, 1, 1) + Date(rapid.IntRange(0, 20000).Draw(t, "first day"))
		for range rapid.IntRange(1, 60).Draw(t, "days") {
			d += Date(rapid.IntRange(-3, 9).Draw(t, "step"))
			h := Time(rapid.IntRange(0, 1440).Draw(t, "minute"))
			got, want := clock.Instant(d, h), z.Instant(d, h)
			if !got.Equal(want) {
				t.Fatalf("Clock: %v %v in %s = %v, want %v", d, h, z.Name(), got, want)
			}
			if clock.Date(got) != z.Date(want) {
				t.Fatalf("Clock.Date(%v) = %v, want %v", got, clock.Date(got), z.Date(want))
			}
		}
	})
}

func BenchmarkClockInstant(b *testing.B) {
	clock := zone(b, "Europe/Paris").Clock()
	d := day(b, "2026-05-04")
	for b.Loop() {
		clock.Instant(d, 540)
	}
}

func BenchmarkZoneInstant(b *testing.B) {
	paris := zone(b, "Europe/Paris")
	d := day(b, "2026-05-04")
	for b.Loop() {
		paris.Instant(d, 540)
	}
}
