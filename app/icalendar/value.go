package icalendar

import (
	"strconv"
	"strings"
	"time"
)

// stamp is a DATE or DATE-TIME as written: a wall clock without its zone. The
// wall time is kept in a time.Time of UTC that never means an instant by itself.
type stamp struct {
	wall time.Time
	date bool // DATE: midnight, and the whole day is meant
	utc  bool // the text ended in Z
}

// parseStamp reads 20261124, 20261124Z (a date, sloppily), 20261124T090000 and
// 20261124T090000Z. It refuses days and times that do not exist; a leap second
// becomes the second before.
func parseStamp(s string) (stamp, bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	text, utc := strings.CutSuffix(s, "Z")
	day, clock, timed := strings.Cut(text, "T")
	if len(day) != 8 || (timed && len(clock) != 6) {
		return stamp{}, false
	}
	d, err := strconv.ParseUint(day, 10, 32)
	if err != nil {
		return stamp{}, false
	}
	var c uint64
	if timed {
		if c, err = strconv.ParseUint(clock, 10, 32); err != nil {
			return stamp{}, false
		}
	}
	year, month, dom := int(d/10000), time.Month(d/100%100), int(d%100)
	hour, minute, second := int(c/10000), int(c/100%100), int(c%100)
	if year < 1 || hour > 23 || minute > 59 || second > 60 {
		return stamp{}, false
	}
	wall := time.Date(year, month, dom, hour, minute, min(second, 59), 0, time.UTC)
	if wall.Month() != month || wall.Day() != dom {
		return stamp{}, false
	}
	return stamp{wall: wall, date: !timed, utc: utc && timed}, true
}

// clock is the zone of s: its own when it ended in Z, else loc.
func (s stamp) clock(loc *time.Location) *time.Location {
	if s.utc {
		return time.UTC
	}
	return loc
}

// span is a length as iCalendar has it: nominal days, then exact time.
type span struct {
	days int
	rest time.Duration
}

// maxSpanDays bounds one event: ten years.
const maxSpanDays = 3660

// parseSpan reads a DURATION, with its sign and the sloppy forms that exist:
// weeks beside days, a trailing T, lower case. It refuses what is longer than
// ten years, either way.
func parseSpan(s string) (span, bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	sign := 1
	if rest, minus := strings.CutPrefix(s, "-"); minus {
		s, sign = rest, -1
	}
	s, p := strings.CutPrefix(strings.TrimPrefix(s, "+"), "P")
	if !p || s == "" {
		return span{}, false
	}
	date, clock, _ := strings.Cut(s, "T")
	days, ok := addUnits(date, "WD", []int{7, 1})
	if !ok {
		return span{}, false
	}
	seconds, ok := addUnits(clock, "HMS", []int{3600, 60, 1})
	if !ok || days > maxSpanDays || seconds > maxSpanDays*86400 {
		return span{}, false
	}
	return span{sign * days, time.Duration(sign*seconds) * time.Second}, true
}

// addUnits sums "2W3D" by the worth of each letter, in the order of letters.
func addUnits(s, letters string, worth []int) (int, bool) {
	total := 0
	for s != "" {
		end := strings.IndexAny(s, letters)
		if end <= 0 || end > 9 {
			return 0, false
		}
		n, err := strconv.ParseUint(s[:end], 10, 32)
		if err != nil {
			return 0, false
		}
		at := strings.IndexByte(letters, s[end])
		total += int(n) * worth[at]
		letters, worth = letters[at+1:], worth[at+1:]
		s = s[end+1:]
	}
	return total, true
}

// toInstant is the instant at which the clock of loc shows wall. A time that
// does not exist moves forward by the gap; one that occurs twice is the first.
func toInstant(wall time.Time, loc *time.Location) time.Time {
	y, m, d := wall.Date()
	guess := time.Date(y, m, d, wall.Hour(), wall.Minute(), wall.Second(), 0, loc)
	start, _ := guess.ZoneBounds()
	shown := wallOf(guess)
	if shown.Before(wall) { // in a gap, guessed before it
		return withOffset(wall, guess)
	}
	if start.IsZero() {
		return guess.UTC()
	}
	before := withOffset(wall, start.Add(-time.Second))
	if shown.After(wall) || before.Before(start) { // in a gap, guessed after it; or the second pass
		return before
	}
	return guess.UTC()
}

// withOffset reads wall with the offset that the zone of at has at that instant.
func withOffset(wall, at time.Time) time.Time {
	_, offset := at.Zone()
	return wall.Add(-time.Duration(offset) * time.Second)
}

// wallOf is what a clock in t's zone shows, in the form of stamp.wall.
func wallOf(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// nextChange is the first instant after t, and before to, at which t's zone
// changes its offset; ok is false when there is none. ZoneBounds alone will not
// do: past the zone's table it also stops at the ends of years, and on the last
// day of a leap year it does not move at all.
func nextChange(t, to time.Time) (next time.Time, ok bool) {
	_, offset := t.Zone()
	for {
		_, end := t.ZoneBounds()
		if end.IsZero() {
			return time.Time{}, false
		}
		if !end.After(t) {
			end = t.AddDate(0, 0, 1)
		}
		if !end.Before(to) {
			return time.Time{}, false
		}
		if _, after := end.Zone(); after != offset {
			return end, true
		}
		t = end
	}
}
