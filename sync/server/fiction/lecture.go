package fiction

import (
	"fmt"
	"strconv"
	"strings"

	"permanence/app/civil"
)

// rows takes a table apart: one slice a line, its columns trimmed.
func rows(table string) [][]string {
	var all [][]string
	for line := range strings.SplitSeq(strings.TrimSpace(table), "\n") {
		all = append(all, list(line, "|"))
	}
	return all
}

// list splits a text at sep; the empty text has no part.
func list(text, sep string) []string {
	if text == "" {
		return nil
	}
	parts := strings.Split(text, sep)
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
	}
	return parts
}

// hours reads "09:00-12:15".
func hours(text string) (from, to civil.Time, err error) {
	begins, ends, _ := strings.Cut(text, "-")
	if from, err = civil.ParseTime(begins); err != nil {
		return 0, 0, err
	}
	to, err = civil.ParseTime(ends)
	return from, to, err
}

// weekday reads "lu", "ma"… as days after Monday.
func weekday(text string) (civil.Date, error) {
	for i, d := range []string{"lu", "ma", "me", "je", "ve", "sa", "di"} {
		if d == text {
			return civil.Date(i), nil
		}
	}
	return 0, fmt.Errorf("jour inconnu : %q", text)
}

// weekdays reads "lu, me".
func weekdays(text string) ([]civil.Date, error) {
	var days []civil.Date
	for _, d := range list(text, ",") {
		day, err := weekday(d)
		if err != nil {
			return nil, err
		}
		days = append(days, day)
	}
	return days, nil
}

// ruleOf writes the weekly rule of days after Monday.
func ruleOf(days []civil.Date) string {
	codes := []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
	var named []string
	for _, d := range days {
		named = append(named, codes[d])
	}
	return "FREQ=WEEKLY;INTERVAL=1;BYDAY=" + strings.Join(named, ",")
}

// number reads a count; the empty text is 0.
func number(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	return strconv.Atoi(text)
}
