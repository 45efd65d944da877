package mailer

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// French puts a no-break space before a colon and between a day and its month,
// and a narrow one inside guillemets and hours.
const (
	nbsp = "\u00a0"
	fine = "\u202f"
)

var weekdays = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}

var months = [...]string{"janvier", "février", "mars", "avril", "mai", "juin",
	"juillet", "août", "septembre", "octobre", "novembre", "décembre"}

// jour gives « jeudi 19 novembre » as the wall calendar of t's zone shows it.
func jour(t time.Time) string {
	n := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		n = "1er"
	}
	return weekdays[t.Weekday()] + " " + n + nbsp + months[t.Month()-1]
}

// jourAn gives « jeudi 19 novembre 2026 ».
func jourAn(t time.Time) string { return fmt.Sprintf("%s %d", jour(t), t.Year()) }

// heure gives « 14 h 30 », minutes always written.
func heure(t time.Time) string { return fmt.Sprintf("%d%sh%s%02d", t.Hour(), fine, fine, t.Minute()) }

// duree gives « 45 minutes », « 1 heure », « 1 h 30 ».
func duree(d time.Duration) string {
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case h == 0 && m == 1:
		return "1" + nbsp + "minute"
	case h == 0:
		return fmt.Sprintf("%d%sminutes", m, nbsp)
	case h == 1 && m == 0:
		return "1" + nbsp + "heure"
	case m == 0:
		return fmt.Sprintf("%d%sheures", h, nbsp)
	}
	return fmt.Sprintf("%d%sh%s%02d", h, fine, fine, m)
}

// enumere gives « Yanis, Lina et Sami ».
func enumere(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " et " + names[last]
}

// fuseau names the clock of a zone: « heure de La Réunion ».
func fuseau(zone string) string {
	places := map[string]string{
		"Europe/Paris": "de Paris", "Indian/Reunion": "de La Réunion", "Indian/Mayotte": "de Mayotte",
		"America/Guadeloupe": "de la Guadeloupe", "America/Martinique": "de la Martinique",
		"America/Cayenne": "de la Guyane", "America/Marigot": "de Saint-Martin",
		"America/St_Barthelemy": "de Saint-Barthélemy", "America/Miquelon": "de Saint-Pierre-et-Miquelon",
		"Pacific/Tahiti": "de Tahiti", "Pacific/Marquesas": "des Marquises", "Pacific/Gambier": "des Gambier",
		"Pacific/Noumea": "de Nouméa", "Pacific/Wallis": "de Wallis-et-Futuna",
	}
	if p, ok := places[zone]; ok {
		return "heure " + p
	}
	return "fuseau " + strings.ReplaceAll(zone[strings.LastIndexByte(zone, '/')+1:], "_", " ")
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
