package icalendar

import (
	"errors"
	"time"
)

// maxSubDaily bounds a series that repeats several times a day.
const maxSubDaily = 1000

// over reports that at, on the wall of loc, is past the rule's UNTIL.
func (r Rule) over(at time.Time, loc *time.Location) bool {
	switch r.UntilForm {
	case UntilUTC:
		return toInstant(at, loc).After(r.Until)
	case UntilLocal:
		return at.After(r.Until)
	case UntilDay:
		return dayOf(at) > dayOf(r.Until)
	}
	return false
}

// bounded refuses a rule that repeats too often, or that never gives a date
// after its start.
func (r Rule) bounded(start moment, work *budget) error {
	if !r.daily() {
		return r.boundedSubDaily(start)
	}
	alive := r.Count == 1 || r.UntilForm != NoUntil
	if alive {
		return nil
	}
	const gregorianCycle = 400 // years, after which every calendar comes back
	err := r.walk(start.wall, start.wall, start.wall.AddDate(gregorianCycle, 0, 0), work, func(time.Time) bool {
		alive = true
		return false
	})
	if err == nil && !alive {
		return errors.New("elle ne donne jamais aucune date")
	}
	return err
}

func (r Rule) boundedSubDaily(start moment) error {
	by := len(r.ByDay) + len(r.ByMonthDay) + len(r.ByMonth) + len(r.BySetPos) + len(r.byHour) + len(r.byMinute) + len(r.bySecond)
	if by > 0 || start.date || r.subDailyCount(start) > maxSubDaily {
		return errTooOften
	}
	return nil
}

// subDailyCount is how many occurrences the rule gives; more than maxSubDaily
// when it has no end.
func (r Rule) subDailyCount(start moment) int {
	if r.Count > 0 {
		return r.Count
	}
	if r.UntilForm == NoUntil {
		return maxSubDaily + 1
	}
	n := 1
	for at := start.wall; n <= maxSubDaily; n++ {
		if at = at.Add(r.step()); r.over(at, start.clock(start.zone.loc)) {
			break
		}
	}
	return n
}

// step is the exact time between two occurrences below the day.
func (r Rule) step() time.Duration {
	every := time.Duration(max(r.Interval, 1))
	switch r.Freq {
	case Hourly:
		return every * time.Hour
	case Minutely:
		return every * time.Minute
	default:
		return every * time.Second
	}
}

// each calls visit with the start and then every occurrence of the rule on the
// wall of loc, in order, until the rule ends, visit says false or to is passed.
func (r Rule) each(start moment, from, to time.Time, work *budget, visit func(time.Time) bool) error {
	if !visit(start.wall) {
		return nil
	}
	clock := start.clock(start.zone.loc)
	if !r.daily() {
		at := start.wall
		for range r.subDailyCount(start) - 1 {
			if at = at.Add(r.step()); at.After(to) || !visit(at) {
				return nil
			}
		}
		return work.spend(maxSubDaily)
	}
	n := 1
	return r.walk(start.wall, from, to, work, func(at time.Time) bool {
		n++
		if (r.Count > 0 && n > r.Count) || r.over(at, clock) {
			return false
		}
		return visit(at)
	})
}
