package icalendar

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Freq is how often a rule repeats.
type Freq string

const (
	Yearly  Freq = "YEARLY"
	Monthly Freq = "MONTHLY"
	Weekly  Freq = "WEEKLY"
	Daily   Freq = "DAILY"

	// Below a day, only a short series without any BY part is expanded.
	Hourly   Freq = "HOURLY"
	Minutely Freq = "MINUTELY"
	Secondly Freq = "SECONDLY"
)

// UntilForm tells how the end of a rule is written.
type UntilForm int

const (
	NoUntil    UntilForm = iota
	UntilUTC             // an instant; the form RFC 5545 asks for beside a TZID
	UntilLocal           // a wall-clock time, in the zone of the start
	UntilDay             // a civil day, inclusive
)

// Weekday is a day of the week, with its rank in the month or year: 2 is the
// second, -1 the last, 0 every one.
type Weekday struct {
	Rank int
	Day  time.Weekday
}

// Rule is one RRULE. The zero Rule repeats nothing. Lists may be nil.
type Rule struct {
	Freq       Freq
	Interval   int // 0 and 1 mean every one
	Count      int // occurrences, the start included; 0: no count
	Until      time.Time
	UntilForm  UntilForm
	ByDay      []Weekday
	ByMonthDay []int
	ByMonth    []int
	BySetPos   []int
	ByYearDay  []int
	ByWeekNo   []int

	// What only foreign rules have: at most one hour, minute and second, and
	// the days from Monday to the first day of their week.
	byHour, byMinute, bySecond []int
	weekShift                  int
}

// MaxOccurrences bounds one series in its window, and a COUNT.
const MaxOccurrences = 10_000

const maxInterval = 10_000

var errTooOften = errors.New("au plus une fois par jour et " + thousands(MaxOccurrences) + " occurrences")

var weekdayCodes = [7]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"} // by time.Weekday; read only

// ParseRule reads the value of an RRULE. The error is a French clause without
// capital or stop. It refuses what is not understood, rather than repeat
// something else: unknown parts, other calendars, COUNT over MaxOccurrences.
func ParseRule(s string) (Rule, error) {
	r := Rule{Interval: 1}
	seen := make(map[string]bool)
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(s)), ";") {
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok || value == "" || seen[name] {
			return Rule{}, fmt.Errorf("%s n’est pas une règle de répétition", quote(s))
		}
		seen[name] = true
		if err := r.set(name, value); err != nil {
			return Rule{}, err
		}
	}
	return r, r.coherent()
}

func (r *Rule) set(name, value string) (err error) {
	switch name {
	case "FREQ":
		return r.setFreq(value)
	case "INTERVAL":
		r.Interval, err = number(name, value, 1, maxInterval)
	case "COUNT":
		if r.Count, err = number(name, value, 1, MaxOccurrences); err != nil {
			err = errTooOften
		}
	case "UNTIL":
		return r.setUntil(value)
	case "WKST":
		day, err := parseWeekday(value)
		r.weekShift = (int(day.Day) + 6) % 7
		return err
	case "BYDAY":
		for item := range strings.SplitSeq(value, ",") {
			day, err := parseWeekday(item)
			if err != nil {
				return err
			}
			if !slices.Contains(r.ByDay, day) {
				r.ByDay = append(r.ByDay, day)
			}
		}
	case "BYMONTHDAY":
		r.ByMonthDay, err = numbers(name, value, -31, 31)
	case "BYMONTH":
		r.ByMonth, err = numbers(name, value, 1, 12)
	case "BYSETPOS":
		r.BySetPos, err = numbers(name, value, -366, 366)
	case "BYYEARDAY":
		r.ByYearDay, err = numbers(name, value, -366, 366)
	case "BYWEEKNO":
		r.ByWeekNo, err = numbers(name, value, -53, 53)
	case "BYHOUR":
		r.byHour, err = numbers(name, value, 0, 23)
	case "BYMINUTE":
		r.byMinute, err = numbers(name, value, 0, 59)
	case "BYSECOND":
		r.bySecond, err = numbers(name, value, 0, 60)
	default:
		if (name == "RSCALE" && value == "GREGORIAN") || (name == "SKIP" && value == "OMIT") {
			return nil
		}
		return fmt.Errorf("%s n’est pas reconnu", quote(name+"="+value))
	}
	return err
}

func (r *Rule) setFreq(value string) error {
	switch f := Freq(value); f {
	case Yearly, Monthly, Weekly, Daily, Hourly, Minutely, Secondly:
		r.Freq = f
		return nil
	}
	return fmt.Errorf("%s n’est pas une fréquence", quote(value))
}

func (r *Rule) setUntil(value string) error {
	at, ok := parseStamp(value)
	if !ok {
		return fmt.Errorf("la fin %s n’est pas une date", quote(value))
	}
	r.Until, r.UntilForm = at.wall, UntilLocal
	if at.date {
		r.UntilForm = UntilDay
	}
	if at.utc {
		r.UntilForm = UntilUTC
	}
	return nil
}

// coherent refuses the combinations that have no meaning, and those that would
// repeat several times a day.
func (r *Rule) coherent() error {
	if r.Freq == "" {
		return errors.New("la fréquence (FREQ) manque")
	}
	ranked := slices.ContainsFunc(r.ByDay, func(d Weekday) bool { return d.Rank != 0 })
	if ranked && (r.Freq != Yearly && r.Freq != Monthly || len(r.ByWeekNo) > 0) {
		return errors.New("un rang de jour (" + quote("2MO") + ") n’a de sens que dans un mois ou une année")
	}
	if (len(r.ByWeekNo) > 0 || len(r.ByYearDay) > 0) && r.Freq != Yearly {
		return errors.New("BYWEEKNO et BYYEARDAY n’ont de sens que dans une année")
	}
	if len(r.byHour) > 1 || len(r.byMinute) > 1 || len(r.bySecond) > 1 {
		return errTooOften
	}
	return nil
}

// daily reports a rule that gives one occurrence a day at most.
func (r *Rule) daily() bool {
	return r.Freq == Yearly || r.Freq == Monthly || r.Freq == Weekly || r.Freq == Daily
}

func parseWeekday(s string) (Weekday, error) {
	if len(s) >= 2 {
		if i := slices.Index(weekdayCodes[:], s[len(s)-2:]); i >= 0 {
			rank := s[:len(s)-2]
			if rank == "" {
				return Weekday{Day: time.Weekday(i)}, nil
			}
			n, err := number("BYDAY", rank, -53, 53)
			return Weekday{n, time.Weekday(i)}, err
		}
	}
	return Weekday{}, fmt.Errorf("%s n’est pas un jour", quote(s))
}

// number reads an integer of [low, high]; zero is refused where low is negative.
func number(name, s string, low, high int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high || (n == 0 && low < 0) {
		return 0, fmt.Errorf("%s n’est pas une valeur de %s", quote(s), name)
	}
	return n, nil
}

func numbers(name, list string, low, high int) ([]int, error) {
	var all []int
	for item := range strings.SplitSeq(list, ",") {
		n, err := number(name, item, low, high)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all, nil
}

// String writes the rule as an RRULE value: always the same order, the UNTIL
// of an instant in UTC, no empty part, no trailing semicolon; "" for the zero Rule.
func (r Rule) String() string { return string(r.append(nil)) }

func (r Rule) append(dst []byte) []byte {
	if r.Freq == "" {
		return dst
	}
	dst = append(append(dst, "FREQ="...), r.Freq...)
	if r.Interval > 1 {
		dst = strconv.AppendInt(append(dst, ";INTERVAL="...), int64(r.Interval), 10)
	}
	if r.Count > 0 {
		dst = strconv.AppendInt(append(dst, ";COUNT="...), int64(r.Count), 10)
	}
	switch r.UntilForm {
	case UntilUTC:
		dst = r.Until.UTC().AppendFormat(append(dst, ";UNTIL="...), utcLayout)
	case UntilLocal:
		dst = r.Until.AppendFormat(append(dst, ";UNTIL="...), wallLayout)
	case UntilDay:
		dst = r.Until.AppendFormat(append(dst, ";UNTIL="...), dayLayout)
	}
	dst = appendList(dst, ";BYMONTH=", r.ByMonth)
	dst = appendList(dst, ";BYWEEKNO=", r.ByWeekNo)
	dst = appendList(dst, ";BYYEARDAY=", r.ByYearDay)
	dst = appendList(dst, ";BYMONTHDAY=", r.ByMonthDay)
	for i, day := range r.ByDay {
		dst = append(dst, separator(";BYDAY=", i)...)
		if day.Rank != 0 {
			dst = strconv.AppendInt(dst, int64(day.Rank), 10)
		}
		dst = append(dst, weekdayCodes[day.Day]...)
	}
	dst = appendList(dst, ";BYHOUR=", r.byHour)
	dst = appendList(dst, ";BYMINUTE=", r.byMinute)
	dst = appendList(dst, ";BYSECOND=", r.bySecond)
	dst = appendList(dst, ";BYSETPOS=", r.BySetPos)
	if r.weekShift > 0 {
		dst = append(append(dst, ";WKST="...), weekdayCodes[(r.weekShift+1)%7]...)
	}
	return dst
}

const (
	dayLayout  = "20060102"
	wallLayout = "20060102T150405"
	utcLayout  = "20060102T150405Z"
)

func appendList(dst []byte, head string, list []int) []byte {
	for i, n := range list {
		dst = strconv.AppendInt(append(dst, separator(head, i)...), int64(n), 10)
	}
	return dst
}

func separator(head string, i int) string {
	if i == 0 {
		return head
	}
	return ","
}
