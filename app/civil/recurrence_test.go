package civil

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func recurrence(t testing.TB, firstDay, rule string) Recurrence {
	t.Helper()
	r := Recurrence{FirstDay: day(t, firstDay)}
	if rule == "" {
		return r
	}
	var err error
	if r.Rule, err = ParseRule(rule); err != nil {
		t.Fatal(err)
	}
	return r
}

func join(days []Date) string {
	texts := make([]string, len(days))
	for i, d := range days {
		texts[i] = d.String()
	}
	return strings.Join(texts, " ")
}

func TestDays(t *testing.T) {
	tests := []struct{ name, firstDay, rule, from, to, want string }{
		{"once, inside", "2026-05-04", "", "2026-05-01", "2026-05-31", "2026-05-04"},
		{"once, after", "2026-05-04", "", "2026-05-05", "2026-05-31", ""},
		{"nothing before the first day", "2026-05-13", "FREQ=WEEKLY;BYDAY=MO,WE", "2026-05-01", "2026-05-20", "2026-05-13 2026-05-18 2026-05-20"},
		{"the first day only if the rule says so", "2026-05-05", "FREQ=WEEKLY;BYDAY=MO", "2026-05-01", "2026-05-12", "2026-05-11"},
		{"no BYDAY: the first day's weekday", "2026-05-05", "FREQ=WEEKLY", "2026-05-01", "2026-05-19", "2026-05-05 2026-05-12 2026-05-19"},
		{"E38 until is included", "2026-11-25", "FREQ=WEEKLY;BYDAY=WE;UNTIL=20261209", "2026-12-01", "2026-12-31", "2026-12-02 2026-12-09"},
		{"E38 it ends on the first day searched", "2026-11-25", "FREQ=WEEKLY;BYDAY=WE;UNTIL=20261209", "2026-12-09", "2026-12-15", "2026-12-09"},
		{"E39 every two weeks keeps its parity", "2020-11-18", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "2020-11-25", "2020-12-16", "2020-12-02 2020-12-16"},
		{"E39 years later", "2020-11-18", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "2026-11-16", "2026-12-10", "2026-11-25 2026-12-09"},
		{"parity counts from Monday's week", "2026-05-10", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", "2026-05-01", "2026-05-25", "2026-05-10 2026-05-18 2026-05-24"},
		{"E40 second Wednesday", "2026-04-08", "FREQ=MONTHLY;BYDAY=2WE", "2026-05-01", "2026-06-30", "2026-05-13 2026-06-10"},
		{"E40 fifth Thursday is skipped where there is none", "2026-01-29", "FREQ=MONTHLY;BYDAY=5TH", "2026-01-01", "2026-08-01", "2026-01-29 2026-04-30 2026-07-30"},
		{"last Friday", "2026-01-01", "FREQ=MONTHLY;BYDAY=-1FR", "2026-02-01", "2026-04-30", "2026-02-27 2026-03-27 2026-04-24"},
		{"fifth Monday from the end", "2026-01-01", "FREQ=MONTHLY;BYDAY=-5MO", "2026-01-01", "2026-06-30", "2026-03-02 2026-06-01"},
		{"every two months counts from the first month", "2026-01-20", "FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO", "2026-01-01", "2026-07-31", "2026-03-02 2026-05-04 2026-07-06"},
		{"months across the year", "2026-11-09", "FREQ=MONTHLY;INTERVAL=3;BYDAY=2MO", "2026-12-01", "2027-06-30", "2027-02-08 2027-05-10"},
		{"an inverted range", "2026-05-04", "FREQ=WEEKLY", "2026-05-31", "2026-05-01", ""},
		{"the end of the calendar", "9999-12-27", "FREQ=WEEKLY", "9999-12-01", "9999-12-31", "9999-12-27"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := recurrence(t, tt.firstDay, tt.rule)
			got := join(slices.Collect(r.Days(day(t, tt.from), day(t, tt.to))))
			if got != tt.want {
				t.Errorf("Days = %s\nwant   %s", got, tt.want)
			}
		})
	}
}

func TestE50OneOccurrenceTakenOut(t *testing.T) {
	r := recurrence(t, "2026-05-04", "FREQ=WEEKLY;BYDAY=MO")
	r.ExDates = []Date{day(t, "2026-05-18"), day(t, "2026-05-12")}
	if got, want := join(slices.Collect(r.Days(r.FirstDay, r.FirstDay+28))), "2026-05-04 2026-05-11 2026-05-25 2026-06-01"; got != want {
		t.Errorf("Days = %s, want %s", got, want)
	}
	if r.Has(day(t, "2026-05-18")) || !r.Has(day(t, "2026-05-25")) || r.Has(day(t, "2026-05-26")) {
		t.Error("Has does not agree with Days")
	}
}

func TestHours(t *testing.T) {
	r := recurrence(t, "2026-05-04", "FREQ=WEEKLY")
	r.Overrides = []Override{
		{Day: day(t, "2026-05-18"), From: hour(t, "08:00"), To: hour(t, "08:30")},
		{Day: day(t, "2026-05-18"), From: hour(t, "10:00"), To: hour(t, "11:00")},
	}
	if from, to := r.Hours(day(t, "2026-05-18"), 540, 720); from.String() != "10:00" || to.String() != "11:00" {
		t.Errorf("Hours = %v-%v, want the last override", from, to)
	}
	if from, to := r.Hours(day(t, "2026-05-11"), 540, 720); from != 540 || to != 720 {
		t.Errorf("Hours = %v-%v, want the plage's own", from, to)
	}
}

// isDay says the rule again, day by day and without arithmetic on weeks.
func isDay(r Recurrence, d Date) bool {
	switch {
	case d < r.FirstDay, slices.Contains(r.ExDates, d), !r.Rule.Until.IsZero() && d > r.Rule.Until:
		return false
	case r.Rule.Freq == Once:
		return d == r.FirstDay
	case r.Rule.Freq == Weekly:
		weeks := int(d.Monday()-r.FirstDay.Monday()) / 7
		named := r.Rule.Days.Has(d.Weekday()) || (r.Rule.Days == 0 && d.Weekday() == r.FirstDay.Weekday())
		return named && weeks%r.Rule.Interval == 0
	}
	fy, fm, _ := r.FirstDay.YMD()
	y, m, n := d.YMD()
	rank := (n + 6) / 7
	if r.Rule.Ordinal < 0 {
		_, _, last := d.LastOfMonth().YMD()
		rank = -((last - n + 7) / 7)
	}
	months := 12*(y-fy) + int(m-fm)
	return d.Weekday() == r.Rule.Weekday && rank == r.Rule.Ordinal && months%r.Rule.Interval == 0
}

func TestDaysAreThoseThatTheRuleSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Recurrence{FirstDay: dateOf(2018, 1, 1) + Date(rapid.IntRange(0, 3000).Draw(t, "first day"))}
		if rapid.Bool().Draw(t, "recurring") {
			r.Rule = anyRule().Draw(t, "rule")
		}
		for range rapid.IntRange(0, 40).Draw(t, "taken out") {
			r.ExDates = append(r.ExDates, r.FirstDay+Date(rapid.IntRange(0, 700).Draw(t, "exdate")))
		}
		from := r.FirstDay + Date(rapid.IntRange(-40, 3000).Draw(t, "from"))
		to := from + Date(rapid.IntRange(-1, 200).Draw(t, "length"))
		var want []Date
		for d := from; d <= to; d++ {
			if isDay(r, d) {
				want = append(want, d)
			}
		}
		if got := slices.Collect(r.Days(from, to)); !slices.Equal(got, want) {
			t.Fatalf("%v from %v: Days(%v, %v) = %s\nwant %s", r.Rule, r.FirstDay, from, to, join(got), join(want))
		}
	})
}

func TestDaysStopWhenAsked(t *testing.T) {
	for d := range recurrence(t, "2026-05-04", "FREQ=WEEKLY").Days(MinDate, MaxDate) {
		if d.Weekday() != time.Monday || d.String() != "2026-05-04" {
			t.Errorf("first day = %v", d)
		}
		break
	}
}

func BenchmarkDaysOfAWeekTenYearsOn(b *testing.B) {
	r := recurrence(b, "2016-05-02", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH")
	from := day(b, "2026-05-04")
	for b.Loop() {
		for range r.Days(from, from+6) {
		}
	}
}
