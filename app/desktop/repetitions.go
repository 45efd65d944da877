package desktop

import (
	"strconv"
	"time"

	"permanence/app/civil"
)

// weekdayCodes gives the days of the week as forms name them, Monday first.
func weekdayCodes() []string { return []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"} }

func codeOf(d time.Weekday) string { return weekdayCodes()[(int(d)+6)%7] }

func weekdayOf(code string) (time.Weekday, bool) {
	for i, c := range weekdayCodes() {
		if c == code {
			return time.Weekday((i + 1) % 7), true
		}
	}
	return 0, false
}

// recurrence says a rule for a form. first is the first day, which gives the
// weekday that a weekly rule may leave out.
func recurrence(rule civil.Rule, first civil.Date) Recurrence {
	r := Recurrence{Kind: "none", Interval: max(1, rule.Interval), Days: []string{}, Until: rule.Until.String()}
	switch rule.Freq {
	case civil.Weekly:
		r.Kind = "weekly"
		for _, code := range weekdayCodes() {
			d, _ := weekdayOf(code)
			if rule.Days.Has(d) || rule.Days == 0 && d == first.Weekday() {
				r.Days = append(r.Days, code)
			}
		}
	case civil.Monthly:
		r.Kind, r.Ordinal, r.Days = "monthly", rule.Ordinal, []string{codeOf(rule.Weekday)}
	}
	r.Label = recurrenceText(r)
	return r
}

// rule reads what a form says. It gives the French reason when that cannot be.
// A monthly repetition without a day takes that of the first day.
func (r Recurrence) rule(first civil.Date) (civil.Rule, string) {
	if r.Kind == "none" || r.Kind == "" {
		return civil.Rule{}, ""
	}
	rule := civil.Rule{Interval: max(1, r.Interval)}
	if r.Interval > civil.MaxInterval {
		return rule, "L’intervalle est trop grand."
	}
	if r.Until != "" {
		until, err := civil.ParseDate(r.Until)
		if err != nil || until < first {
			return rule, "La fin de la répétition vient avant son début, ou n’existe pas."
		}
		rule.Until = until
	}
	var days []time.Weekday
	for _, code := range r.Days {
		d, ok := weekdayOf(code)
		if !ok {
			return rule, "Ce jour de la semaine n’existe pas."
		}
		days = append(days, d)
	}
	switch r.Kind {
	case "weekly":
		rule.Freq, rule.Days = civil.Weekly, civil.DaysOfWeek(days...)
		return rule, ""
	case "monthly":
		rule.Freq, rule.Ordinal, rule.Weekday = civil.Monthly, r.Ordinal, first.Weekday()
		if len(days) > 0 {
			rule.Weekday = days[0]
		}
		if rule.Ordinal < -5 || rule.Ordinal == 0 || rule.Ordinal > 5 || len(days) > 1 {
			return rule, "Choisissez un seul jour du mois, du premier au cinquième."
		}
		return rule, ""
	}
	return rule, "Cette répétition n’existe pas."
}

// recurrenceText gives « Toutes les deux semaines, le lundi et le jeudi ».
func recurrenceText(r Recurrence) string {
	var said []string
	for _, code := range r.Days {
		d, _ := weekdayOf(code)
		said = append(said, "le "+civil.FrenchWeekday(d))
	}
	text := "Une seule fois"
	switch r.Kind {
	case "weekly":
		text = every(r.Interval, "Toutes les ", "semaines") + ", " + list(said)
	case "monthly":
		text = every(r.Interval, "Tous les ", "mois") + ", " + ordinalText(r.Ordinal, said)
	default:
		return text
	}
	if until, err := civil.ParseDate(r.Until); err == nil {
		text += ", jusqu’au " + fullDay(until)
	}
	return text
}

func every(n int, all, unit string) string {
	switch n {
	case 0, 1:
		return all + unit
	case 2:
		return all + "deux " + unit
	case 3:
		return all + "trois " + unit
	}
	return all + strconv.Itoa(n) + " " + unit
}

// ordinalText gives « le 2ᵉ lundi », « le dernier vendredi ».
func ordinalText(n int, days []string) string {
	day := ""
	if len(days) > 0 {
		day = days[0][len("le "):]
	}
	switch n {
	case 1:
		return "le 1er " + day
	case -1:
		return "le dernier " + day
	case -2:
		return "l’avant-dernier " + day
	}
	if n < 0 {
		return "le " + strconv.Itoa(-n) + "ᵉ " + day + " avant la fin"
	}
	return "le " + strconv.Itoa(n) + "ᵉ " + day
}

// repetitions are the ways a first day may recur.
func repetitions(first civil.Date) []Recurrence {
	_, _, day := first.YMD()
	weekday := civil.DaysOfWeek(first.Weekday())
	rules := []civil.Rule{
		{},
		{Freq: civil.Weekly, Interval: 1, Days: weekday},
		{Freq: civil.Weekly, Interval: 2, Days: weekday},
		{Freq: civil.Monthly, Interval: 1, Ordinal: (day + 6) / 7, Weekday: first.Weekday()},
	}
	if first+7 > first.LastOfMonth() {
		rules = append(rules, civil.Rule{Freq: civil.Monthly, Interval: 1, Ordinal: -1, Weekday: first.Weekday()})
	}
	ways := []Recurrence{}
	for _, rule := range rules {
		ways = append(ways, recurrence(rule, first))
	}
	return ways
}
