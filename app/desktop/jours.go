package desktop

import (
	"strconv"
	"strings"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// findDay reads a day as it is typed in a search box: « 24/11 », « 24/11/2026 »,
// « 24 novembre », « mardi », « mardi prochain », « demain », « j+15 »,
// « dans 3 semaines ». ok is false when the text is no day.
func findDay(text string, today civil.Date) (day civil.Date, ok bool) {
	words := strings.Fields(strings.ToLower(strings.TrimSpace(text)))
	if len(words) == 0 {
		return 0, false
	}
	if len(words) == 1 {
		if day, ok := relativeDay(words[0], today); ok {
			return day, true
		}
		return numericDay(words[0], today)
	}
	if words[0] == "dans" && len(words) == 3 {
		return daysAhead(words[1], agenda.Fold(words[2]), today)
	}
	if w, ok := dayNamed(words[0]); ok {
		return nextWeekday(w, words[1:], today)
	}
	return writtenDay(words, today)
}

// relativeDay reads « demain », « mardi », « j+15 ».
func relativeDay(word string, today civil.Date) (civil.Date, bool) {
	switch agenda.Fold(word) {
	case "hier":
		return today - 1, true
	case "aujourd hui", "aujourdhui":
		return today, true
	case "demain":
		return today + 1, true
	case "apres demain":
		return today + 2, true
	}
	if w, ok := dayNamed(word); ok {
		return nextWeekday(w, nil, today)
	}
	rest, ok := strings.CutPrefix(word, "j")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(rest)
	if err != nil || n < -3660 || n > 3660 || !strings.ContainsAny(rest, "+-") {
		return 0, false
	}
	return today + civil.Date(n), true
}

// dayNamed gives the number of a day of the week, Sunday 0.
func dayNamed(word string) (int, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if agenda.Fold(word) == civil.FrenchWeekday(d) {
			return int(d), true
		}
	}
	return 0, false
}

// nextWeekday is the next such day after today; « prochain » says that of the
// coming week, « dernier » the one before today.
func nextWeekday(w int, rest []string, today civil.Date) (civil.Date, bool) {
	ahead := civil.Date((w-int(today.Weekday())+6)%7 + 1)
	switch {
	case len(rest) == 0:
		return today + ahead, true
	case len(rest) > 1:
		return writtenDay(rest, today)
	}
	switch agenda.Fold(rest[0]) {
	case "prochain":
		return today.Monday() + 7 + civil.Date((w+6)%7), true
	case "dernier":
		return today - civil.Date((int(today.Weekday())-w+6)%7+1), true
	}
	return 0, false
}

// daysAhead reads « 3 jours », « 2 semaines », « 1 mois ».
func daysAhead(number, unit string, today civil.Date) (civil.Date, bool) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n > 3660 {
		return 0, false
	}
	switch strings.TrimSuffix(unit, "s") {
	case "jour":
		return today + civil.Date(n), true
	case "semaine":
		return today + civil.Date(7*n), true
	case "moi": // mois
		return today.AddMonths(n), true
	}
	return 0, false
}

// numericDay reads « 24/11 » and « 24/11/2026 »; without a year, the coming one.
func numericDay(word string, today civil.Date) (civil.Date, bool) {
	parts := strings.FieldsFunc(word, func(r rune) bool { return r == '/' || r == '.' })
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	year := ""
	if len(parts) == 3 {
		year = parts[2]
	}
	return dayOf(parts[0], parts[1], year, today)
}

// writtenDay reads « 24 novembre », « 1er janvier 2027 ».
func writtenDay(words []string, today civil.Date) (civil.Date, bool) {
	if len(words) < 2 || len(words) > 3 {
		return 0, false
	}
	for m := time.January; m <= time.December; m++ {
		if !strings.HasPrefix(agenda.Fold(civil.FrenchMonth(m)), agenda.Fold(words[1])) || len(words[1]) < 3 {
			continue
		}
		year := ""
		if len(words) == 3 {
			year = words[2]
		}
		return dayOf(strings.TrimSuffix(words[0], "er"), strconv.Itoa(int(m)), year, today)
	}
	return 0, false
}

// dayOf reads a day of a month, of the year that makes it nearest to come when
// none is given.
func dayOf(day, month, year string, today civil.Date) (civil.Date, bool) {
	d, errDay := strconv.Atoi(day)
	m, errMonth := strconv.Atoi(month)
	if errDay != nil || errMonth != nil || d < 1 || d > 31 || m < 1 || m > 12 {
		return 0, false
	}
	at := func(y int) (civil.Date, bool) {
		found, err := civil.ParseDate(strconv.Itoa(y) + "-" + twoDigits(m) + "-" + twoDigits(d))
		return found, err == nil
	}
	if year != "" {
		y, err := strconv.Atoi(year)
		if err != nil || len(year) != 2 && len(year) != 4 {
			return 0, false
		}
		if len(year) == 2 {
			y += 2000
		}
		return at(y)
	}
	const behind = 60 // a day just past is more likely meant than next year's
	for y := today.Year(); y < today.Year()+5; y++ {
		if found, ok := at(y); ok && found >= today-behind {
			return found, true
		}
	}
	return 0, false
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
