package desktop

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"permanence/app/civil"
)

// The typography of French: a narrow no-break space before what it belongs to,
// a no-break space before a colon.
const (
	narrow  = "\u202f"
	noBreak = "\u00a0"
	dash    = " – "
	dot     = " · "
)

// dayName gives « jeudi ».
func dayName(d civil.Date) string { return civil.FrenchWeekday(d.Weekday()) }

// shortDayName gives « jeu. ».
func shortDayName(d civil.Date) string { return dayName(d)[:3] + "." }

// dayNumber gives « 1er », « 12 ».
func dayNumber(d civil.Date) string {
	_, _, n := d.YMD()
	return civil.FrenchDayNumber(n)
}

// monthName gives « novembre ».
func monthName(d civil.Date) string {
	_, m, _ := d.YMD()
	return civil.FrenchMonth(m)
}

// longDay gives « jeudi 12 novembre ».
func longDay(d civil.Date) string { return dayName(d) + " " + dayNumber(d) + " " + monthName(d) }

// fullDay gives « 4 mars 1987 ».
func fullDay(d civil.Date) string {
	return dayNumber(d) + " " + monthName(d) + " " + strconv.Itoa(d.Year())
}

// shortDate gives « 12 nov. », with the year when it is not that of today.
func shortDate(d, today civil.Date) string {
	_, m, _ := d.YMD()
	text := dayNumber(d) + " " + civil.FrenchMonthShort(m)
	if d.Year() != today.Year() {
		text += " " + strconv.Itoa(d.Year())
	}
	return text
}

// shortDay gives « jeu. 12 nov. ».
func shortDay(d, today civil.Date) string { return shortDayName(d) + " " + shortDate(d, today) }

// nearDay gives « aujourd’hui », « hier », « demain », else « le jeu. 12 nov. ».
func nearDay(d, today civil.Date) string {
	switch d {
	case today:
		return "aujourd’hui"
	case today - 1:
		return "hier"
	case today + 1:
		return "demain"
	}
	return "le " + shortDay(d, today)
}

// hourText gives « 9 h 05 », as a column of them wants it.
func hourText(t civil.Time) string { return t.French() }

// hourSaid gives « 9 h », « 9 h 05 », as a sentence wants it.
func hourSaid(t civil.Time) string {
	h, m := t.HourMinute()
	if m == 0 {
		return fmt.Sprintf("%d%sh", h, narrow)
	}
	return hourText(t)
}

// momentText gives « jeu. 12 nov., 11 h 30 » on the wall of a zone.
func momentText(at time.Time, zone civil.Zone, today civil.Date) string {
	d, t := zone.Civil(at)
	return shortDay(d, today) + ", " + hourText(t)
}

// spanText gives « jeu. 12 nov., 11 h 30 – 12 h 15 », with the second day when
// it is another.
func spanText(start, end time.Time, zone civil.Zone, today civil.Date) string {
	from, to := momentText(start, zone, today), hourText(timeOf(end, zone))
	if last := zone.Date(end); last != zone.Date(start) {
		to = momentText(end, zone, today)
	}
	return from + dash + to
}

func timeOf(at time.Time, zone civil.Zone) civil.Time {
	_, t := zone.Civil(at)
	return t
}

// periodText gives « 9 – 13 novembre 2026 », « 30 novembre – 4 décembre 2026 ».
func periodText(from, to civil.Date) string {
	if from == to {
		return fullDay(from)
	}
	y1, m1, _ := from.YMD()
	y2, m2, _ := to.YMD()
	switch {
	case y1 != y2:
		return fullDay(from) + dash + fullDay(to)
	case m1 != m2:
		return dayNumber(from) + " " + monthName(from) + dash + fullDay(to)
	}
	return dayNumber(from) + dash + fullDay(to)
}

// minutesText gives « 45 min », « 1 h », « 1 h 30 ».
func minutesText(min int) string {
	h, m := min/60, min%60
	switch {
	case h == 0:
		return strconv.Itoa(m) + narrow + "min"
	case m == 0:
		return strconv.Itoa(h) + narrow + "h"
	}
	return fmt.Sprintf("%d%sh%s%02d", h, narrow, narrow, m)
}

// plural gives « 1 rendez-vous », « 3 créneaux »: a number with its noun.
func plural(n int, one, many string) string {
	if n < 2 {
		return strconv.Itoa(n) + " " + one
	}
	return strconv.Itoa(n) + " " + many
}

// list gives « A », « A et B », « A, B et C ».
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " et " + words[last]
}

// ageText gives « 39 ans », « 8 mois » before the second birthday; "" without
// a birth date.
func ageText(birth, today civil.Date) string {
	if birth.IsZero() || birth > today {
		return ""
	}
	months := monthsBetween(birth, today)
	if months < 24 {
		return strconv.Itoa(months) + " mois"
	}
	return strconv.Itoa(months/12) + " ans"
}

func monthsBetween(from, to civil.Date) int {
	y1, m1, d1 := from.YMD()
	y2, m2, d2 := to.YMD()
	n := 12*(y2-y1) + int(m2) - int(m1)
	if d2 < d1 {
		n--
	}
	return n
}

// capital gives the text with a capital first letter.
func capital(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// sentence ends a text with a full stop, unless an abbreviation brought one.
func sentence(s string) string { return strings.TrimSuffix(s, ".") + "." }

// cityOf gives where a clock hangs: « à Saint-Denis ».
func cityOf(zone string) string {
	switch zone {
	case "Europe/Paris":
		return "à Paris"
	case "Indian/Reunion":
		return "à Saint-Denis"
	case "Indian/Mayotte":
		return "à Mamoudzou"
	case "America/Martinique":
		return "à Fort-de-France"
	case "America/Guadeloupe":
		return "à Pointe-à-Pitre"
	case "America/Cayenne":
		return "à Cayenne"
	case "America/Miquelon":
		return "à Saint-Pierre"
	case "America/St_Barthelemy":
		return "à Gustavia"
	case "America/Marigot":
		return "à Marigot"
	case "Pacific/Tahiti":
		return "à Papeete"
	case "Pacific/Marquesas":
		return "à Taiohae"
	case "Pacific/Gambier":
		return "à Rikitea"
	case "Pacific/Noumea":
		return "à Nouméa"
	case "Pacific/Wallis":
		return "à Mata-Utu"
	}
	city := zone[strings.LastIndex(zone, "/")+1:]
	return "à " + strings.ReplaceAll(city, "_", " ")
}
