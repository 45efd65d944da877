package civil

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func day(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func hour(t testing.TB, s string) Time {
	t.Helper()
	h, err := ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestParseDate(t *testing.T) {
	tests := []struct{ name, typed, want string }{
		{"an ordinary day", "2026-05-04", "2026-05-04"},
		{"29 February of a leap year", "2028-02-29", "2028-02-29"},
		{"the first day that can be written", "0001-01-01", "0001-01-01"},
		{"the last day that can be written", "9999-12-31", "9999-12-31"},
		{"29 February of a common year", "2026-02-29", ""},
		{"century that is not a leap year", "2100-02-29", ""},
		{"31 April", "2026-04-31", ""},
		{"month 13", "2026-13-01", ""},
		{"month 0", "2026-00-10", ""},
		{"day 0", "2026-05-00", ""},
		{"year 0", "0000-01-01", ""},
		{"empty", "", ""},
		{"one digit of month", "2026-5-04", ""},
		{"French order", "04/05/2026", ""},
		{"an instant", "2026-05-04T00:00:00Z", ""},
		{"spaces", " 2026-05-04", ""},
		{"sign", "+026-05-04", ""},
		{"digits of another script", "2026-05-0٤", ""},
		{"no day", "null", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseDate(tt.typed)
			if got.String() != tt.want {
				t.Errorf("ParseDate(%q) = %v, want %q", tt.typed, got, tt.want)
			}
			if (err != nil) != (tt.want == "") || (err != nil && !errors.Is(err, ErrDate)) {
				t.Errorf("ParseDate(%q) error = %v", tt.typed, err)
			}
		})
	}
}

func TestErrorsShowWhatWasTypedOnOneShortLine(t *testing.T) {
	_, err := ParseDate("2026\n05\x0004 and much more than anyone would want to read in a message")
	const want = "date qui n’existe pas : « 2026�05�04 and much more than anyone wou… »"
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
}

func TestDateJSON(t *testing.T) {
	type sheet struct {
		Born Date `json:"born"`
		Open Time `json:"open"`
	}
	tests := []struct{ name, in, out string }{
		{"a day and an hour", `{"born":"1990-01-02","open":"09:00"}`, `{"born":"1990-01-02","open":"09:00"}`},
		{"no day", `{"born":null,"open":"24:00"}`, `{"born":null,"open":"24:00"}`},
		{"a day that does not exist", `{"born":"2026-02-30"}`, ""},
		{"an empty day", `{"born":""}`, ""},
		{"a number for a day", `{"born":20260504}`, ""},
		{"an hour that does not exist", `{"open":"24:01"}`, ""},
		{"minutes that do not exist", `{"open":"09:60"}`, ""},
		{"an hour with one digit", `{"open":"9:00"}`, ""},
		{"an hour with seconds", `{"open":"09:00:00"}`, ""},
		{"null for an hour", `{"open":null}`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s sheet
			err := json.Unmarshal([]byte(tt.in), &s)
			if (err != nil) != (tt.out == "") {
				t.Fatalf("Unmarshal(%s) error = %v", tt.in, err)
			}
			if err != nil {
				return
			}
			if out, _ := json.Marshal(s); string(out) != tt.out {
				t.Errorf("Marshal = %s, want %s", out, tt.out)
			}
		})
	}
}

func TestAddMonths(t *testing.T) {
	tests := []struct {
		name, from string
		months     int
		want       string
	}{
		{"plain", "2026-11-21", -24, "2024-11-21"},
		{"31 January and a month", "2026-01-31", 1, "2026-02-28"},
		{"31 January and a month, leap year", "2028-01-31", 1, "2028-02-29"},
		{"29 February and a year", "2028-02-29", 12, "2029-02-28"},
		{"29 February and four years", "2028-02-29", 48, "2032-02-29"},
		{"31 March back a month", "2026-03-31", -1, "2026-02-28"},
		{"across the year", "2026-11-30", 3, "2027-02-28"},
		{"back across the year", "2026-01-15", -1, "2025-12-15"},
		{"stops at the end of the calendar", "9999-12-15", 1, "9999-12-31"},
		{"stops at its beginning", "0001-01-15", -1, "0001-01-01"},
		{"an absurd number", "2026-01-15", 1 << 62, "9999-12-31"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := day(t, tt.from).AddMonths(tt.months); got.String() != tt.want {
				t.Errorf("%s + %d months = %v, want %s", tt.from, tt.months, got, tt.want)
			}
		})
	}
}

func TestAddYearsOf29February(t *testing.T) {
	if got := day(t, "2028-02-29").AddYears(-2); got != day(t, "2026-02-28") {
		t.Errorf("AddYears = %v", got)
	}
}

func TestISOWeek(t *testing.T) {
	tests := []struct {
		date       string
		year, week int
		monday     string
	}{
		{"2026-05-04", 2026, 19, "2026-05-04"},
		{"2026-12-31", 2026, 53, "2026-12-28"},
		{"2027-01-03", 2026, 53, "2026-12-28"},
		{"2027-01-04", 2027, 1, "2027-01-04"},
		{"2024-12-30", 2025, 1, "2024-12-30"},
	}
	for _, tt := range tests {
		t.Run(tt.date, func(t *testing.T) {
			d := day(t, tt.date)
			if y, w := d.ISOWeek(); y != tt.year || w != tt.week {
				t.Errorf("ISOWeek = %d-W%02d", y, w)
			}
			if d.Monday().String() != tt.monday {
				t.Errorf("Monday = %v, want %s", d.Monday(), tt.monday)
			}
			if got, err := ISOWeekMonday(tt.year, tt.week); err != nil || got.String() != tt.monday {
				t.Errorf("ISOWeekMonday = %v, %v", got, err)
			}
		})
	}
	for _, none := range [][2]int{{2025, 53}, {2026, 54}, {2026, 0}, {0, 1}} {
		if got, err := ISOWeekMonday(none[0], none[1]); !errors.Is(err, ErrDate) {
			t.Errorf("ISOWeekMonday(%v) = %v, %v; want a refusal", none, got, err)
		}
	}
}

func anyDate() *rapid.Generator[Date] {
	return rapid.Custom(func(t *rapid.T) Date { return Date(rapid.Int32Range(int32(MinDate), int32(MaxDate)).Draw(t, "date")) })
}

func TestDateAgreesWithTheStandardCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate().Draw(t, "day")
		y, m, n := d.YMD()
		std := time.Date(y, m, n, 12, 0, 0, 0, time.UTC)
		if d.Weekday() != std.Weekday() || d.String() != std.Format(time.DateOnly) {
			t.Fatalf("%v is a %v, the calendar says %v", d, d.Weekday(), std)
		}
		back, err := ParseDate(d.String())
		if err != nil || back != d {
			t.Fatalf("ParseDate(%v) = %v, %v", d, back, err)
		}
		if monday := d.Monday(); monday.Weekday() != time.Monday || d-monday < 0 || d-monday > 6 {
			t.Fatalf("Monday of %v is %v", d, monday)
		}
	})
}

func TestAddMonthsKeepsTheDayOrTakesTheLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Date(rapid.Int32Range(800000, 3000000).Draw(t, "day"))
		n := rapid.IntRange(-1200, 1200).Draw(t, "months")
		moved := d.AddMonths(n)
		_, _, was := d.YMD()
		_, _, is := moved.YMD()
		if monthNumber(moved)-monthNumber(d) != n {
			t.Fatalf("%v + %d months = %v", d, n, moved)
		}
		if is != was && (is > was || moved != moved.LastOfMonth()) {
			t.Fatalf("%v + %d months = %v", d, n, moved)
		}
	})
}
