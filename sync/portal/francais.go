package portal

import (
	"strings"
	"time"
	"unicode"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// French puts a no-break space before a colon, and a narrow one inside
// guillemets and numbers.
const (
	nbsp = "\u00a0"
	fine = "\u202f"
)

// enumere gives « Yanis, Lina et Sami ».
func enumere(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " et " + names[last]
}

// plain makes one line of a text typed by somebody: no control character, no
// mark that turns the reading direction of what follows.
// No-break spaces stay.
func plain(s string) string {
	words := strings.FieldsFunc(strings.Map(harmless, s), func(r rune) bool { return r == ' ' })
	return strings.Join(words, " ")
}

// harmless drops what could hide or turn text.
func harmless(r rune) rune {
	switch {
	case r == '\n' || r == '\r' || r == '\t':
		return ' '
	case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' || r == '\uFFFD':
		return -1
	}
	return r
}

// lines cuts a longer text into its lines, each plain, empty ones dropped.
func lines(s string) []string {
	var out []string
	for l := range strings.Lines(strings.ReplaceAll(s, "\r", "\n")) {
		if l = plain(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// local shows an instant on the wall clock of a zone; an Rdv's zone is known
// to exist, and UTC would be visible at once.
func local(t time.Time, zone string) time.Time {
	z, err := civil.LoadZone(zone)
	if err != nil {
		return t.UTC()
	}
	return t.In(z.Location())
}

// phone shows a number as people read it aloud.
func phone(number string) string {
	return strings.ReplaceAll(plain(agenda.FormatTelephone(number)), " ", fine)
}
