package agenda

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"permanence/app/civil"
)

// Span is a half-open interval [Start, End) between two UTC instants.
type Span struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Overlaps reports whether s and o share an instant; what touches does not,
// and a span of zero length overlaps nothing.
func (s Span) Overlaps(o Span) bool {
	return s.Start.Before(o.End) && o.Start.Before(s.End) && s.Start.Before(s.End) && o.Start.Before(o.End)
}

// oneOf reports whether s is one of the words.
func oneOf(s string, words ...string) bool { return slices.Contains(words, s) }

// plainText reports whether s is valid UTF-8 of min to max characters without
// control characters: what may enter a header, a summary or a name.
func plainText(s string, min, max int) bool {
	if !utf8.ValidString(s) || strings.IndexFunc(s, unicode.IsControl) >= 0 {
		return false
	}
	n := utf8.RuneCountInString(s)
	return n >= min && n <= max
}

// longText reports whether s is a free text of at most 10,000 characters;
// line ends and tabs are its only control characters.
func longText(s string) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > 10000 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) < 0
}

// validZone reports whether name is an IANA zone; "" is not.
func validZone(name string) bool {
	_, err := civil.LoadZone(name)
	return err == nil
}

// plausible reports whether an agenda may hold the day: from 2018 on, and
// before 2100.
func plausible(d civil.Date) bool {
	return d.Year() >= 2018 && d.Year() < 2100
}

// joinName puts a first and a last name side by side.
func joinName(first, last string) string { return strings.TrimSpace(first + " " + last) }

// wallOf gives the civil day and time that the wall of a zone shows at an instant.
func wallOf(at time.Time, zone string) (civil.Date, civil.Time, error) {
	z, err := civil.LoadZone(zone)
	if err != nil {
		return 0, 0, Invalid("zone")
	}
	day, hour := z.Civil(at)
	return day, hour, nil
}
