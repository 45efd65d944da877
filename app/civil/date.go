package civil

import (
	"errors"
	"fmt"
	"time"
)

// ErrDate says that a text is not a day of the calendar.
var ErrDate = errors.New("date qui n’existe pas")

// Date is a day on the wall calendar (proleptic Gregorian), without zone.
//
// It counts days: 1 is 1 January of year 1, so that d+7 is a week later and
// d1 < d2 means earlier. The zero Date is "no day" and prints as "".
type Date int32

// The first and last days that can be written with four digits of year.
const (
	MinDate Date = 1       // 0001-01-01
	MaxDate Date = 3652059 // 9999-12-31
)

const (
	secondsPerDay = 24 * 60 * 60
	daysToUnix    = 719163 // Date of 1970-01-01
)

// NewDate returns the day y-m-d. It refuses (ErrDate) a day that does not exist
// and years outside 1…9999.
func NewDate(y int, m time.Month, day int) (Date, error) {
	d := dateOf(y, m, day)
	if gotY, gotM, gotD := d.YMD(); y < 1 || y > 9999 || gotY != y || gotM != m || gotD != day {
		return 0, fmt.Errorf("%w : %04d-%02d-%02d", ErrDate, y, int(m), day)
	}
	return d, nil
}

// ParseDate reads "2026-05-04" and nothing else.
func ParseDate(s string) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, fmt.Errorf("%w : %s", ErrDate, quote(s))
	}
	return dateOfDigits(s, s[0:4], s[5:7], s[8:10])
}

// dateOfDigits reads three groups of digits taken from typed.
func dateOfDigits(typed, year, month, day string) (Date, error) {
	y, okY := digits(year)
	m, okM := digits(month)
	d, okD := digits(day)
	if !okY || !okM || !okD {
		return 0, fmt.Errorf("%w : %s", ErrDate, quote(typed))
	}
	return NewDate(y, time.Month(m), d)
}

// digits reads a number written with ASCII digits only.
func digits(s string) (int, bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// dateOf normalises like time.Date: month 13 is January of the next year.
func dateOf(y int, m time.Month, day int) Date {
	return Date(floorDiv(time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Unix(), secondsPerDay) + daysToUnix)
}

// YMD returns the year, month and day of the month.
func (d Date) YMD() (int, time.Month, int) {
	return time.Unix(d.unix(), 0).UTC().Date()
}

// Year returns the year, 1…9999.
func (d Date) Year() int {
	y, _, _ := d.YMD()
	return y
}

// unix returns the second at which d begins in UTC.
func (d Date) unix() int64 { return (int64(d) - daysToUnix) * secondsPerDay }

// IsZero reports whether d is "no day".
func (d Date) IsZero() bool { return d == 0 }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday(floorMod(int(d), 7)) }

// Monday returns the Monday of d's week: weeks begin on Monday.
func (d Date) Monday() Date { return d - Date(floorMod(int(d)-1, 7)) }

// FirstOfMonth returns the first day of d's month.
func (d Date) FirstOfMonth() Date {
	y, m, _ := d.YMD()
	return dateOf(y, m, 1)
}

// LastOfMonth returns the last day of d's month.
func (d Date) LastOfMonth() Date {
	y, m, _ := d.YMD()
	return dateOf(y, m+1, 0)
}

// AddMonths moves by n civil months and keeps the day of the month, or takes
// the month's last day when it is shorter: 31 January + 1 is 28 or 29 February.
// It stops at MinDate and MaxDate.
func (d Date) AddMonths(n int) Date {
	const most = 12 * 10000 // whatever lies beyond is outside the calendar anyway
	n = max(-most, min(n, most))
	y, m, day := d.YMD()
	first := dateOf(y, m+time.Month(n), 1)
	moved := min(first+Date(day-1), first.LastOfMonth())
	return max(MinDate, min(moved, MaxDate))
}

// AddYears moves by n years, 29 February becoming the 28th in a common year.
func (d Date) AddYears(n int) Date {
	return d.AddMonths(12 * max(-10000, min(n, 10000)))
}

// ISOWeek returns the ISO 8601 year and week (1…53). The year differs from
// Year around 1 January.
func (d Date) ISOWeek() (year, week int) {
	return time.Unix(d.unix(), 0).UTC().ISOWeek()
}

// ISOWeekMonday returns the Monday of an ISO week. It refuses (ErrDate) a week
// that the year does not have.
func ISOWeekMonday(year, week int) (Date, error) {
	if year < 1 || year > 9999 || week < 1 || week > 53 {
		return 0, fmt.Errorf("%w : %d-W%02d", ErrDate, year, week)
	}
	monday := dateOf(year, time.January, 4).Monday() + Date(7*(week-1)) // 4 January is always in week 1
	if y, _ := monday.ISOWeek(); y != year {
		return 0, fmt.Errorf("%w : %d-W%02d", ErrDate, year, week)
	}
	return monday, nil
}

// nthWeekday returns the n-th given weekday of a month (1…5, or −1…−5 from the
// end), false when the month lacks it.
func nthWeekday(y int, m time.Month, n int, w time.Weekday) (Date, bool) {
	first, last := dateOf(y, m, 1), dateOf(y, m+1, 0)
	d := first + Date(floorMod(int(w-first.Weekday()), 7)+7*(n-1))
	if n < 0 {
		d = last - Date(floorMod(int(last.Weekday()-w), 7)+7*(-n-1))
	}
	return d, first <= d && d <= last
}

// String returns "2026-05-04", or "" for no day.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return time.Unix(d.unix(), 0).UTC().Format(time.DateOnly)
}

// MarshalText writes what String returns.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDate reads.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// MarshalJSON writes "2026-05-04", and null for no day.
func (d Date) MarshalJSON() ([]byte, error) {
	if d == 0 {
		return []byte("null"), nil
	}
	return append(append([]byte{'"'}, d.String()...), '"'), nil
}

// UnmarshalJSON reads "2026-05-04", or null for no day; "" is refused.
func (d *Date) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*d = 0
		return nil
	}
	text, err := unquote(data)
	if err != nil {
		return fmt.Errorf("%w : %s", ErrDate, quote(string(data)))
	}
	return d.UnmarshalText([]byte(text))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int) int {
	if m := a % b; m < 0 {
		return m + b
	}
	return a % b
}
