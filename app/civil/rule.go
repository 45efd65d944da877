package civil

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrRule says that a repetition is not one of those that exist here.
var ErrRule = errors.New("répétition non valable")

// Freq is how a rule counts.
type Freq uint8

// The frequencies of the field.
const (
	Once    Freq = iota // that one day
	Weekly              // every so many weeks, on chosen days
	Monthly             // every so many months, on the k-th given weekday
)

// MaxInterval bounds INTERVAL.
const MaxInterval = 1000

// Weekdays is a set of days of the week.
type Weekdays uint8

// DaysOfWeek returns the set of the given days.
func DaysOfWeek(days ...time.Weekday) Weekdays {
	var set Weekdays
	for _, d := range days {
		set |= 1 << d
	}
	return set
}

// Has reports whether the set holds d.
func (w Weekdays) Has(d time.Weekday) bool { return w&(1<<d) != 0 }

// Rule says how something comes back: the subset of RFC 5545 that the field
// uses. The zero Rule is Once. A Rule means something only with the first day
// of its Recurrence, which gives its phase.
type Rule struct {
	Freq     Freq
	Interval int          // weeks or months, 1…MaxInterval; 0 for Once
	Days     Weekdays     // Weekly only; empty means the weekday of the first day
	Ordinal  int          // Monthly only: 1…5, or −1…−5 from the month's end
	Weekday  time.Weekday // Monthly only
	Until    Date         // last day that may be one, inclusive; zero for no end
}

// IsZero reports whether r is Once.
func (r Rule) IsZero() bool { return r == Rule{} }

// ParseRule reads "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20261209" or
// "FREQ=MONTHLY;BYDAY=2WE", in any order of parts. It refuses (ErrRule, naming
// the part) COUNT, any other part or frequency, a part given twice, an UNTIL
// that is not a day, and a trailing semicolon.
func ParseRule(s string) (Rule, error) {
	const longest = 200
	if len(s) > longest {
		return Rule{}, ruleError("trop longue", s)
	}
	parts, err := splitRule(s)
	if err != nil {
		return Rule{}, err
	}
	rule := Rule{Interval: 1}
	if err := rule.readFreq(parts["FREQ"]); err != nil {
		return Rule{}, err
	}
	if err := rule.readInterval(parts); err != nil {
		return Rule{}, err
	}
	if err := rule.readUntil(parts); err != nil {
		return Rule{}, err
	}
	if err := rule.readDays(parts); err != nil {
		return Rule{}, err
	}
	return rule, nil
}

func ruleError(why, what string) error {
	return fmt.Errorf("%w (%s) : %s", ErrRule, why, quote(what))
}

func splitRule(s string) (map[string]string, error) {
	parts := make(map[string]string, 4)
	for part := range strings.SplitSeq(s, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "FREQ", "INTERVAL", "BYDAY", "UNTIL":
		default:
			return nil, ruleError("partie inconnue", part)
		}
		if _, twice := parts[name]; twice {
			return nil, ruleError("partie en double", part)
		}
		parts[name] = value
	}
	return parts, nil
}

func (r *Rule) readFreq(value string) error {
	switch value {
	case "WEEKLY":
		r.Freq = Weekly
	case "MONTHLY":
		r.Freq = Monthly
	case "":
		return ruleError("FREQ manque", "")
	default:
		return ruleError("fréquence inconnue", value)
	}
	return nil
}

func (r *Rule) readInterval(parts map[string]string) error {
	value, given := parts["INTERVAL"]
	if !given {
		return nil
	}
	n, ok := digits(value)
	if !ok || n < 1 || n > MaxInterval {
		return ruleError("INTERVAL de 1 à "+strconv.Itoa(MaxInterval), value)
	}
	r.Interval = n
	return nil
}

func (r *Rule) readUntil(parts map[string]string) error {
	value, given := parts["UNTIL"]
	if !given {
		return nil
	}
	if len(value) != 8 {
		return ruleError("UNTIL attend un jour, 20261209", value)
	}
	until, err := dateOfDigits(value, value[:4], value[4:6], value[6:])
	if err != nil {
		return ruleError("UNTIL attend un jour qui existe", value)
	}
	r.Until = until
	return nil
}

func (r *Rule) readDays(parts map[string]string) error {
	value, given := parts["BYDAY"]
	if r.Freq == Monthly {
		return r.readOrdinalDay(value)
	}
	if !given {
		return nil
	}
	for code := range strings.SplitSeq(value, ",") {
		day, ok := parseWeekday(code)
		if !ok {
			return ruleError("BYDAY attend des jours, MO,WE", value)
		}
		r.Days |= DaysOfWeek(day)
	}
	return nil
}

// readOrdinalDay reads "2WE" or "-1FR".
func (r *Rule) readOrdinalDay(value string) error {
	number, code := value, ""
	if len(value) > 2 {
		number, code = value[:len(value)-2], value[len(value)-2:]
	}
	day, okDay := parseWeekday(code)
	n, okNumber := digits(strings.TrimLeft(number, "+-"))
	sign, okSign := signOf(number)
	if !okDay || !okNumber || !okSign || n < 1 || n > 5 {
		return ruleError("BYDAY mensuel attend un seul jour et son rang, 2WE ou -1FR", value)
	}
	r.Ordinal, r.Weekday = sign*n, day
	return nil
}

func signOf(number string) (int, bool) {
	switch strings.TrimRight(number, "0123456789") {
	case "", "+":
		return 1, true
	case "-":
		return -1, true
	}
	return 0, false
}

// weekdayCodes follow time.Weekday, two letters a day.
const weekdayCodes = "SUMOTUWETHFRSA"

func parseWeekday(code string) (time.Weekday, bool) {
	at := strings.Index(weekdayCodes, code)
	if len(code) != 2 || at < 0 || at%2 != 0 {
		return 0, false
	}
	return time.Weekday(at / 2), true
}

func weekdayCode(d time.Weekday) string { return weekdayCodes[2*d : 2*d+2] }

// String returns the rule as ParseRule reads it, in one canonical order; "" for
// Once.
func (r Rule) String() string {
	if r.Freq == Once {
		return ""
	}
	var b strings.Builder
	b.WriteString("FREQ=WEEKLY")
	if r.Freq == Monthly {
		b.Reset()
		b.WriteString("FREQ=MONTHLY")
	}
	b.WriteString(";INTERVAL=" + strconv.Itoa(r.Interval))
	if days := r.byDay(); days != "" {
		b.WriteString(";BYDAY=" + days)
	}
	if !r.Until.IsZero() {
		b.WriteString(";UNTIL=" + strings.ReplaceAll(r.Until.String(), "-", ""))
	}
	return b.String()
}

func (r Rule) byDay() string {
	if r.Freq == Monthly {
		return strconv.Itoa(r.Ordinal) + weekdayCode(r.Weekday)
	}
	var codes []string
	for i := range 7 {
		if day := time.Weekday((i + 1) % 7); r.Days.Has(day) { // Monday first
			codes = append(codes, weekdayCode(day))
		}
	}
	return strings.Join(codes, ",")
}

// MarshalText writes what String returns.
func (r Rule) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what ParseRule reads.
func (r *Rule) UnmarshalText(text []byte) error {
	parsed, err := ParseRule(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// MarshalJSON writes the rule as a string, and null for Once.
func (r Rule) MarshalJSON() ([]byte, error) {
	if r.Freq == Once {
		return []byte("null"), nil
	}
	return json.Marshal(r.String())
}

// UnmarshalJSON reads what MarshalJSON writes; "" is refused.
func (r *Rule) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*r = Rule{}
		return nil
	}
	text, err := unquote(data)
	if err != nil {
		return ruleError("texte attendu", string(data))
	}
	return r.UnmarshalText([]byte(text))
}
