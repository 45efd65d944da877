package creneau

import (
	"fmt"
	"unicode"
)

// Code is the stable name of what is wrong with a scenario.
type Code string

// What can be wrong.
const (
	BadJSON      Code = "bad_json" // not JSON, or cut short
	UnknownKey   Code = "unknown_key"
	DuplicateKey Code = "duplicate_key"
	MissingKey   Code = "missing_key"
	BadType      Code = "bad_type" // a text where a list is expected
	BadDate      Code = "bad_date"
	BadTime      Code = "bad_time"
	BadInstant   Code = "bad_instant"
	BadZone      Code = "bad_zone"
	BadRule      Code = "bad_rrule"
	BadHolidays  Code = "bad_holidays"
	BadValue     Code = "bad_value" // right type, but out of bounds
	BadRange     Code = "bad_range" // it ends before it starts, or spans too long
	TooLarge     Code = "too_large" // more than can reasonably be answered
)

// Invalid refuses a scenario and says where.
type Invalid struct {
	Code    Code
	Key     string // "plages[0].zone"; "" when the whole is meant
	Message string // French, with the key in it
	Offset  int    // byte of the JSON text where it was seen, 0 when not known
}

func (e *Invalid) Error() string { return e.Message }

// invalid builds the refusal of the value at key.
func invalid(code Code, key, format string, args ...any) *Invalid {
	message := fmt.Sprintf(format, args...)
	if key != "" {
		message = quote(key) + " : " + message
	}
	return &Invalid{Code: code, Key: key, Message: message}
}

// quote shows part of a scenario inside a message: at most 60 characters,
// nothing that could break a line.
func quote(s string) string {
	const most = 60
	shown := make([]rune, 0, most+1)
	for _, r := range s {
		if len(shown) == most {
			shown = append(shown, '…')
			break
		}
		if !unicode.IsPrint(r) {
			r = '\uFFFD'
		}
		shown = append(shown, r)
	}
	return "« " + string(shown) + " »"
}
