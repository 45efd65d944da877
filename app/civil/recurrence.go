package civil

import (
	"iter"
	"slices"
	"time"
)

// Override gives other hours to one day of a Recurrence.
type Override struct {
	Day  Date `json:"day"`
	From Time `json:"from"`
	To   Time `json:"to"`
}

// Recurrence is a first day and how it comes back. The first day is one of its
// days only if the rule says so.
type Recurrence struct {
	FirstDay  Date
	Rule      Rule
	ExDates   []Date     // days taken out, in any order
	Overrides []Override // other hours on days that the rule gives; elsewhere without effect
}

// Days yields the days of r from…to, both included, in order, without the days
// taken out. It goes straight to from: years of past weeks cost nothing.
func (r Recurrence) Days(from, to Date) iter.Seq[Date] {
	out := dateSet(r.ExDates)
	return func(yield func(Date) bool) {
		for d := range r.ruled(max(from, r.FirstDay, MinDate), min(to, r.end())) {
			if !out(d) && !yield(d) {
				return
			}
		}
	}
}

// Has reports whether d is one of r's days.
func (r Recurrence) Has(d Date) bool {
	for range r.Days(d, d) {
		return true
	}
	return false
}

// Hours returns what replaces from…to on day d: themselves without an override.
// Of two overrides of a day the last holds.
func (r Recurrence) Hours(d Date, from, to Time) (Time, Time) {
	for _, o := range slices.Backward(r.Overrides) {
		if o.Day == d {
			return o.From, o.To
		}
	}
	return from, to
}

// end is the last day that can be one.
func (r Recurrence) end() Date {
	if r.Rule.Freq == Once {
		return r.FirstDay
	}
	if r.Rule.Until.IsZero() {
		return MaxDate
	}
	return min(r.Rule.Until, MaxDate)
}

// ruled yields the days that the rule alone gives within from…to, where from is
// not before the first day.
func (r Recurrence) ruled(from, to Date) iter.Seq[Date] {
	switch r.Rule.Freq {
	case Weekly:
		return r.weekly(from, to)
	case Monthly:
		return r.monthly(from, to)
	}
	return func(yield func(Date) bool) {
		if from == r.FirstDay && from <= to {
			yield(from)
		}
	}
}

func (r Recurrence) weekly(from, to Date) iter.Seq[Date] {
	days := r.Rule.Days
	if days == 0 {
		days = DaysOfWeek(r.FirstDay.Weekday())
	}
	step := Date(7 * max(1, r.Rule.Interval))
	return func(yield func(Date) bool) {
		for monday := align(r.FirstDay.Monday(), from.Monday(), step); monday <= to; monday += step {
			for d := max(monday, from); d <= min(monday+6, to); d++ {
				if days.Has(d.Weekday()) && !yield(d) {
					return
				}
			}
		}
	}
}

func (r Recurrence) monthly(from, to Date) iter.Seq[Date] {
	step := max(1, r.Rule.Interval)
	return func(yield func(Date) bool) {
		for month := align(monthNumber(r.FirstDay), monthNumber(from), step); month <= monthNumber(to); month += step {
			d, exists := nthWeekday(month/12, time.Month(month%12+1), r.Rule.Ordinal, r.Rule.Weekday)
			if exists && from <= d && d <= to && !yield(d) {
				return
			}
		}
	}
}

// align returns the first of origin, origin+step, … that is not before from.
func align[N Date | int](origin, from, step N) N {
	if behind := (from - origin) % step; behind > 0 {
		return from + step - behind
	}
	return from
}

// monthNumber counts months since year 0.
func monthNumber(d Date) int {
	y, m, _ := d.YMD()
	return 12*y + int(m) - 1
}

// dateSet answers whether a day is among days.
func dateSet(days []Date) func(Date) bool {
	const few = 16
	if len(days) <= few {
		return func(d Date) bool { return slices.Contains(days, d) }
	}
	sorted := slices.Sorted(slices.Values(days))
	return func(d Date) bool {
		_, found := slices.BinarySearch(sorted, d)
		return found
	}
}
