package civil

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ErrTime says that a text is not an hour of the wall clock.
var ErrTime = errors.New("heure qui n’existe pas")

// Time is an hour of the wall clock, in minutes since midnight, 0…1440.
// EndOfDay, "24:00", means something only as an end.
type Time int16

// EndOfDay is "24:00": where a day ends, never where something starts.
const EndOfDay Time = 24 * 60

// NewTime returns the hour h:m. It refuses (ErrTime) anything outside
// 00:00…24:00.
func NewTime(h, m int) (Time, error) {
	if h < 0 || m < 0 || m > 59 || h > 24 || (h == 24 && m > 0) {
		return 0, fmt.Errorf("%w : %02d:%02d", ErrTime, h, m)
	}
	return Time(60*h + m), nil
}

// ParseTime reads "09:00", up to "24:00", and nothing else.
func ParseTime(s string) (Time, error) {
	if len(s) != 5 || s[2] != ':' {
		return 0, fmt.Errorf("%w : %s", ErrTime, quote(s))
	}
	h, okH := digits(s[:2])
	m, okM := digits(s[3:])
	if !okH || !okM {
		return 0, fmt.Errorf("%w : %s", ErrTime, quote(s))
	}
	return NewTime(h, m)
}

// HourMinute returns the hour (0…24) and the minute.
func (t Time) HourMinute() (int, int) { return int(t) / 60, int(t) % 60 }

// String returns "09:00".
func (t Time) String() string {
	h, m := t.HourMinute()
	return fmt.Sprintf("%02d:%02d", h, m)
}

// MarshalText writes what String returns.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what ParseTime reads.
func (t *Time) UnmarshalText(text []byte) error {
	parsed, err := ParseTime(string(text))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}

// MarshalJSON writes "09:00".
func (t Time) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// UnmarshalJSON reads "09:00"; null is refused.
func (t *Time) UnmarshalJSON(data []byte) error {
	text, err := unquote(data)
	if err != nil {
		return fmt.Errorf("%w : %s", ErrTime, quote(string(data)))
	}
	return t.UnmarshalText([]byte(text))
}

// unquote reads a JSON string.
func unquote(data []byte) (string, error) {
	if len(data) < 2 || data[0] != '"' {
		return "", errors.New("not a JSON string")
	}
	var s string
	err := json.Unmarshal(data, &s)
	return s, err
}
