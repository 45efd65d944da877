package icalendar

import (
	"strings"

	"permanence/app/agenda"
)

// Location is where an Rdv is, on one line, the same in every calendar and
// mail: the lieu and its address, or how it is held. Somebody's own address is
// never written into a calendar. lieu may be nil; otherwise is then the
// organisation's name.
func Location(place agenda.Place, lieu *agenda.Lieu, otherwise string) string {
	switch place {
	case agenda.PlacePhone:
		return "Par téléphone"
	case agenda.PlaceHome:
		return "À votre domicile"
	case agenda.PlaceVisio:
		return "Par visioconférence"
	}
	if lieu == nil {
		return oneLine(otherwise)
	}
	return strings.Join(append([]string{oneLine(lieu.Name)}, splitLines(lieu.Address)...), ", ")
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// splitLines gives the lines of an address that hold something.
func splitLines(s string) []string {
	var all []string
	for line := range strings.SplitSeq(s, "\n") {
		if l := oneLine(line); l != "" {
			all = append(all, l)
		}
	}
	return all
}
