package icalendar

import (
	"slices"
	"time"
)

// Wall clocks below are in the form of stamp.wall: UTC by type only.

// day is a civil day, counted from 1 January 1970.
type day int

const daySeconds = 86400

func dayOf(wall time.Time) day {
	s := wall.Unix()
	d := s / daySeconds
	if s%daySeconds < 0 {
		d--
	}
	return day(d)
}

func dayAt(y int, m time.Month, d int) day { return dayOf(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)) }

func (d day) wall() time.Time { return time.Unix(int64(d)*daySeconds, 0).UTC() }

// keptSteps is what an occurrence costs beside looking at its day.
const keptSteps = 5

// lastYear ends every endless rule.
const lastYear = 9999

// walk calls visit with the wall clock of each occurrence of a daily-or-slower
// rule after start, in order, until visit says false or to is passed. Periods
// wholly before from may be left out, unless the rule counts. start itself is
// never visited.
func (r Rule) walk(start, from, to time.Time, work *budget, visit func(time.Time) bool) error {
	r = r.completed(start)
	clock := r.clock(start)
	weight := r.weight()
	var days []day
	for k := r.skipped(start, from); ; k++ {
		first, ok := r.period(start, k)
		if !ok || first.wall().After(to) {
			return nil
		}
		var steps int
		days, steps = r.days(first, days[:0])
		if err := work.spend(steps*weight + keptSteps*len(days)); err != nil {
			return err
		}
		for _, d := range r.positions(days) {
			at := d.wall().Add(clock)
			if at.After(to) || (at.After(start) && !visit(at)) {
				return nil
			}
		}
	}
}

// weight is how much more a day costs when the rule's lists are long.
func (r Rule) weight() int {
	return 1 + (len(r.ByDay)+len(r.ByMonthDay)+len(r.ByMonth)+len(r.BySetPos)+len(r.ByYearDay)+len(r.ByWeekNo))/16
}

// completed adds what RFC 5545 takes from the start.
func (r Rule) completed(start time.Time) Rule {
	r.Interval = max(r.Interval, 1)
	if len(r.ByDay) > 0 || len(r.ByMonthDay) > 0 || len(r.ByYearDay) > 0 {
		return r
	}
	switch {
	case r.Freq == Weekly, len(r.ByWeekNo) > 0:
		r.ByDay = []Weekday{{Day: start.Weekday()}}
	case r.Freq == Monthly:
		r.ByMonthDay = []int{start.Day()}
	case r.Freq == Yearly:
		r.ByMonthDay = []int{start.Day()}
		if len(r.ByMonth) == 0 {
			r.ByMonth = []int{int(start.Month())}
		}
	}
	return r
}

// clock is the time of day of every occurrence.
func (r Rule) clock(start time.Time) time.Duration {
	pick := func(list []int, otherwise int) time.Duration {
		if len(list) > 0 {
			otherwise = list[0]
		}
		return time.Duration(otherwise)
	}
	return pick(r.byHour, start.Hour())*time.Hour +
		pick(r.byMinute, start.Minute())*time.Minute +
		min(pick(r.bySecond, start.Second()), 59)*time.Second
}

// skipped is how many periods end before from.
func (r Rule) skipped(start, from time.Time) int {
	if r.Count > 0 || !from.After(start) {
		return 0
	}
	passed := 0
	switch r.Freq {
	case Yearly:
		passed = from.Year() - start.Year()
	case Monthly:
		passed = (from.Year()-start.Year())*12 + int(from.Month()) - int(start.Month())
	case Weekly:
		passed = int(dayOf(from)-r.weekOf(dayOf(start))) / 7
	case Daily:
		passed = int(dayOf(from) - dayOf(start))
	}
	return passed / r.Interval
}

// period is the first day of the k-th period; ok is false after lastYear.
func (r Rule) period(start time.Time, k int) (first day, ok bool) {
	step := k * r.Interval
	y, m, _ := start.Date()
	switch r.Freq {
	case Yearly:
		y, m = y+step, time.January
	case Monthly:
		months := int(m) - 1 + step
		y, m = y+months/12, time.Month(months%12+1)
	case Weekly:
		first = r.weekOf(dayOf(start)) + day(7*step)
		return first, first.wall().Year() <= lastYear
	default:
		first = dayOf(start) + day(step)
		return first, first.wall().Year() <= lastYear
	}
	if y > lastYear {
		return 0, false
	}
	return dayAt(y, m, 1), true
}

// weekOf is the first day of d's week, as the rule counts weeks.
func (r Rule) weekOf(d day) day {
	const monday = 4 // 5 January 1970
	since := (int(d)-monday-r.weekShift)%7 + 7
	return d - day(since%7)
}

// days appends the days of the period beginning at first that the rule keeps,
// in order, and tells how many it looked at.
func (r Rule) days(first day, kept []day) (days []day, steps int) {
	switch r.Freq {
	case Daily:
		return r.keep(first, 1, kept), 1
	case Weekly:
		return r.keep(first, 7, kept), 7
	case Monthly:
		length := monthLength(first.wall())
		return r.keep(first, length, kept), length
	}
	year := first.wall().Year()
	for m := time.January; m <= time.December; m++ {
		steps++
		if len(r.ByMonth) > 0 && !slices.Contains(r.ByMonth, int(m)) {
			continue
		}
		begin := dayAt(year, m, 1)
		length := monthLength(begin.wall())
		kept = r.keep(begin, length, kept)
		steps += length
	}
	return kept, steps
}

func (r Rule) keep(first day, n int, kept []day) []day {
	for d := first; d < first+day(n); d++ {
		if r.matches(d.wall()) {
			kept = append(kept, d)
		}
	}
	return kept
}

func (r Rule) matches(d time.Time) bool {
	if len(r.ByMonth) > 0 && !slices.Contains(r.ByMonth, int(d.Month())) {
		return false
	}
	if len(r.ByMonthDay) > 0 && !ranked(r.ByMonthDay, d.Day(), monthLength(d)) {
		return false
	}
	if len(r.ByYearDay) > 0 && !ranked(r.ByYearDay, d.YearDay(), yearLength(d.Year())) {
		return false
	}
	if len(r.ByWeekNo) > 0 && !r.matchesWeek(d) {
		return false
	}
	return len(r.ByDay) == 0 || r.matchesDay(d)
}

// ranked reports that list holds n, or n counted back from last.
func ranked(list []int, n, last int) bool {
	return slices.Contains(list, n) || slices.Contains(list, n-last-1)
}

func (r Rule) matchesDay(d time.Time) bool {
	n, last := d.Day(), monthLength(d)
	if r.Freq == Yearly && len(r.ByMonth) == 0 {
		n, last = d.YearDay(), yearLength(d.Year())
	}
	for _, by := range r.ByDay {
		if by.Day != d.Weekday() {
			continue
		}
		if by.Rank == 0 || by.Rank == (n-1)/7+1 || by.Rank == -((last-n)/7+1) {
			return true
		}
	}
	return false
}

// matchesWeek reports a day of one of the numbered weeks: a week belongs to
// the year that holds its fourth day.
func (r Rule) matchesWeek(d time.Time) bool {
	first := r.weekOf(dayOf(d))
	year := (first + 3).wall().Year()
	one := r.weekOf(dayAt(year, time.January, 4))
	next := r.weekOf(dayAt(year+1, time.January, 4))
	return ranked(r.ByWeekNo, int(first-one)/7+1, int(next-one)/7)
}

// positions keeps the days that BYSETPOS names, in order.
func (r Rule) positions(days []day) []day {
	if len(r.BySetPos) == 0 {
		return days
	}
	var kept []day
	for i, d := range days {
		if ranked(r.BySetPos, i+1, len(days)) {
			kept = append(kept, d)
		}
	}
	return kept
}

func monthLength(d time.Time) int {
	switch d.Month() {
	case time.February:
		return yearLength(d.Year()) - 337
	case time.April, time.June, time.September, time.November:
		return 30
	}
	return 31
}

func yearLength(year int) int {
	if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 366
	}
	return 365
}
