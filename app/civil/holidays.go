package civil

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrHolidays says that a set of public holidays, or an exception to one, is
// not known.
var ErrHolidays = errors.New("jours fériés inconnus")

// HolidaySet names the public holidays of a territory. "" is NoHolidays.
type HolidaySet string

// The sets. Each but NoHolidays has the eleven national days (code du travail,
// L. 3133-1) and its own.
const (
	NoHolidays      HolidaySet = "none"
	Metropole       HolidaySet = "metropole"
	AlsaceMoselle   HolidaySet = "alsace-moselle"
	Guadeloupe      HolidaySet = "guadeloupe"
	Martinique      HolidaySet = "martinique"
	Guyane          HolidaySet = "guyane"
	LaReunion       HolidaySet = "la-reunion"
	Mayotte         HolidaySet = "mayotte"
	SaintMartin     HolidaySet = "saint-martin"
	SaintBarthelemy HolidaySet = "saint-barthelemy"
)

// WhitMondayWorked is the exception by which a territory works on Whit Monday
// every year.
const WhitMondayWorked = "lundi-pentecote"

// HolidaySets returns every set, NoHolidays first.
func HolidaySets() []HolidaySet {
	return []HolidaySet{
		NoHolidays, Metropole, AlsaceMoselle, Guadeloupe, Martinique, Guyane,
		LaReunion, Mayotte, SaintMartin, SaintBarthelemy,
	}
}

// ParseHolidaySet refuses (ErrHolidays) a name that is not one of the sets.
func ParseHolidaySet(s string) (HolidaySet, error) {
	if !slices.Contains(HolidaySets(), HolidaySet(s)) {
		return "", fmt.Errorf("%w : %s", ErrHolidays, quote(s))
	}
	return HolidaySet(s), nil
}

// Holidays is a set and the days worked all the same. The zero Holidays has no
// holiday.
type Holidays struct {
	set              HolidaySet
	whitMondayWorked bool
	worked           []Date
}

// NewHolidays reads a set ("" for none) and its exceptions: days ("2026-05-25")
// or WhitMondayWorked. It refuses (ErrHolidays, ErrDate) anything else.
func NewHolidays(set HolidaySet, except ...string) (Holidays, error) {
	if set == "" {
		set = NoHolidays
	}
	if _, err := ParseHolidaySet(string(set)); err != nil {
		return Holidays{}, err
	}
	h := Holidays{set: set}
	for _, text := range except {
		if text == WhitMondayWorked {
			h.whitMondayWorked = true
			continue
		}
		day, err := ParseDate(text)
		if err != nil {
			return Holidays{}, fmt.Errorf("exception aux jours fériés : %w", err)
		}
		h.worked = append(h.worked, day)
	}
	return h, nil
}

// Holiday is a public holiday and its French name.
type Holiday struct {
	Day  Date
	Name string
}

// Name returns the French name of the holiday that d is, "" when it is worked.
// Two holidays on one day give both names.
func (h Holidays) Name(d Date) string {
	if h.set == "" || h.set == NoHolidays || slices.Contains(h.worked, d) {
		return ""
	}
	var names []string
	for _, holiday := range h.year(d.Year()) {
		if holiday.Day == d {
			names = append(names, holiday.Name)
		}
	}
	return strings.Join(names, " et ")
}

// Is reports whether d is a public holiday.
func (h Holidays) Is(d Date) bool { return h.Name(d) != "" }

// Between returns the holidays of from…to, both included, in order.
func (h Holidays) Between(from, to Date) []Holiday {
	var found []Holiday
	if h.set == "" || h.set == NoHolidays || to < from {
		return nil
	}
	for y := max(from, MinDate).Year(); y <= min(to, MaxDate).Year(); y++ {
		for _, holiday := range h.year(y) {
			if from <= holiday.Day && holiday.Day <= to && !slices.Contains(h.worked, holiday.Day) {
				found = append(found, holiday)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Holiday) int { return int(a.Day - b.Day) })
	return found
}

// year lists the holidays of a year, before the days worked are taken out.
func (h Holidays) year(y int) []Holiday {
	easter := easter(y)
	list := []Holiday{
		{dateOf(y, time.January, 1), "Jour de l’an"},
		{easter + 1, "Lundi de Pâques"},
		{dateOf(y, time.May, 1), "Fête du Travail"},
		{dateOf(y, time.May, 8), "Victoire de 1945"},
		{easter + 39, "Ascension"},
		{dateOf(y, time.July, 14), "Fête nationale"},
		{dateOf(y, time.August, 15), "Assomption"},
		{dateOf(y, time.November, 1), "Toussaint"},
		{dateOf(y, time.November, 11), "Armistice de 1918"},
		{dateOf(y, time.December, 25), "Noël"},
	}
	if !h.whitMondayWorked {
		list = append(list, Holiday{easter + 50, "Lundi de Pentecôte"})
	}
	return append(list, h.local(y, easter)...)
}

// local lists the days that only this set has.
func (h Holidays) local(y int, easter Date) []Holiday {
	abolition := func(m time.Month, day int) []Holiday {
		return []Holiday{{dateOf(y, m, day), "Abolition de l’esclavage"}}
	}
	switch h.set {
	case AlsaceMoselle:
		return []Holiday{{easter - 2, "Vendredi saint"}, {dateOf(y, time.December, 26), "Saint-Étienne"}}
	case Mayotte:
		return abolition(time.April, 27)
	case Martinique:
		return abolition(time.May, 22)
	case Guadeloupe:
		return abolition(time.May, 27)
	case SaintMartin:
		return abolition(time.May, 28)
	case Guyane:
		return abolition(time.June, 10)
	case SaintBarthelemy:
		return abolition(time.October, 9)
	case LaReunion:
		return abolition(time.December, 20)
	}
	return nil
}

// easter returns Easter Sunday of a Gregorian year: the Sunday after the
// ecclesiastical full moon, from the golden number and the century's drift.
func easter(y int) Date {
	golden, century := y%19, y/100
	moon := (19*golden + century - century/4 - (8*century+13)/25 + 15) % 30 // days from 21 March
	if moon == 29 || (moon == 28 && golden > 10) {
		moon--
	}
	fullMoon := dateOf(y, time.March, 21+moon)
	return fullMoon + 7 - Date(fullMoon.Weekday())
}
