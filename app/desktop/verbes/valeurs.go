package verbes

import (
	"strconv"
	"strings"
	"time"

	"permanence/app/civil"
	"permanence/app/desktop"
)

// badValue is what was typed where something else was expected: exit code 2.
type badValue struct{ typed, wanted string }

func (b *badValue) Error() string {
	return "« " + b.typed + " » ne convient pas : " + b.wanted
}

// The kinds of values that are read before a verb runs, so that what does not
// exist is never asked of a profile.

// day is a civil day.
type day struct{ civil.Date }

func (d *day) UnmarshalText(text []byte) error {
	parsed, err := civil.ParseDate(string(text))
	if err != nil {
		return &badValue{string(text), "attendu un jour qui existe, comme 2026-11-24."}
	}
	d.Date = parsed
	return nil
}

// hour is a time on the wall; 24:00 is an end.
type hour struct{ civil.Time }

func (h *hour) UnmarshalText(text []byte) error {
	parsed, err := civil.ParseTime(string(text))
	if err != nil {
		return &badValue{string(text), "attendu une heure, comme 09:30."}
	}
	h.Time = parsed
	return nil
}

// instant is RFC 3339, with its offset or Z.
type instant struct{ time.Time }

func (i *instant) UnmarshalText(text []byte) error {
	parsed, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return &badValue{string(text), "attendu un instant RFC 3339, comme 2026-11-24T08:00:00Z."}
	}
	i.Time = parsed
	return nil
}

// moment is a start: an instant, or an hour on the wall where it takes place.
type moment struct{ desktop.Moment }

func (m *moment) UnmarshalText(text []byte) error {
	parsed, err := desktop.ParseMoment(string(text), "")
	if err != nil || parsed.IsZero() {
		return &badValue{string(text), "attendu un jour et une heure qui existent, comme 2026-11-24T09:00."}
	}
	m.Moment = parsed
	return nil
}

// wall is a day and an hour, without zone: the bounds of an absence.
type wall struct {
	day  civil.Date
	hour civil.Time
}

func (w *wall) UnmarshalText(text []byte) error {
	before, after, ok := strings.Cut(string(text), "T")
	var d day
	var h hour
	if !ok || d.UnmarshalText([]byte(before)) != nil || h.UnmarshalText([]byte(after)) != nil {
		return &badValue{string(text), "attendu un jour et une heure sans décalage, comme 2026-11-24T14:00."}
	}
	w.day, w.hour = d.Date, h.Time
	return nil
}

// repeat is a rule of repetition, as contracts write it.
type repeat string

func (r *repeat) UnmarshalText(text []byte) error {
	if _, err := civil.ParseRule(string(text)); err != nil {
		return &badValue{string(text), "attendu une répétition, comme FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;UNTIL=20270630."}
	}
	*r = repeat(text)
	return nil
}

// minutes is a duration of a minute to a day.
type minutes int

func (m *minutes) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > 24*60 {
		return &badValue{string(text), "attendu un nombre de minutes, de 1 à 1440."}
	}
	*m = minutes(n)
	return nil
}

func (m minutes) duration() time.Duration { return time.Duration(m) * time.Minute }

// field is « nom=valeur ».
type field struct{ name, value string }

func (f *field) UnmarshalText(text []byte) error {
	name, value, ok := strings.Cut(string(text), "=")
	if !ok || name == "" {
		return &badValue{string(text), "attendu champ=valeur, comme phone=0639984120."}
	}
	f.name, f.value = name, value
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }

// typed gives texts as ids.
func typed[T ~string](all []string) []T {
	var ids []T
	for _, s := range all {
		ids = append(ids, T(s))
	}
	return ids
}

// texts gives ids as texts, never nil.
func texts[T ~string](ids []T) []string {
	all := []string{}
	for _, id := range ids {
		all = append(all, string(id))
	}
	return all
}
