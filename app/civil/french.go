package civil

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The typography of French: a no-break space between a day and its month, narrow
// ones inside an hour.
const (
	frenchSpace = "\u00a0"
	frenchThin  = "\u202f"
)

// FrenchWeekday gives « jeudi ».
func FrenchWeekday(w time.Weekday) string {
	return [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}[w]
}

// FrenchMonth gives « novembre ».
func FrenchMonth(m time.Month) string {
	return [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
		"octobre", "novembre", "décembre"}[m-1]
}

// FrenchMonthShort gives « nov. ».
func FrenchMonthShort(m time.Month) string {
	return [...]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}[m-1]
}

// FrenchDayNumber gives « 1er », « 12 ».
func FrenchDayNumber(n int) string {
	if n == 1 {
		return "1er"
	}
	return strconv.Itoa(n)
}

// FrenchDay gives « jeudi 19 novembre » as the wall calendar of t's zone shows it.
func FrenchDay(t time.Time) string {
	return FrenchWeekday(t.Weekday()) + " " + FrenchDayNumber(t.Day()) + frenchSpace + FrenchMonth(t.Month())
}

// FrenchFullDay gives « jeudi 19 novembre 2026 ».
func FrenchFullDay(t time.Time) string { return FrenchDay(t) + " " + strconv.Itoa(t.Year()) }

// FrenchHour gives « 14 h 30 » on the wall clock of t's zone, minutes always
// written.
func FrenchHour(t time.Time) string { return frenchClock(t.Hour(), t.Minute()) }

// French gives « 9 h 05 », minutes always written.
func (t Time) French() string { return frenchClock(t.HourMinute()) }

func frenchClock(h, m int) string { return fmt.Sprintf("%d%sh%s%02d", h, frenchThin, frenchThin, m) }

// FrenchDuration gives « 45 minutes », « 1 heure », « 1 h 30 ».
func FrenchDuration(d time.Duration) string {
	h, m := int(d.Hours()), int(d.Minutes())%60
	switch {
	case h == 0 && m == 1:
		return "1" + frenchSpace + "minute"
	case h == 0:
		return strconv.Itoa(m) + frenchSpace + "minutes"
	case h == 1 && m == 0:
		return "1" + frenchSpace + "heure"
	case m == 0:
		return strconv.Itoa(h) + frenchSpace + "heures"
	}
	return frenchClock(h, m)
}

// FrenchZone names the clock of a zone: « heure de La Réunion ».
func FrenchZone(zone string) string {
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
