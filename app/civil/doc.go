// Package civil holds what is read on a wall: days, hours, zones, repetitions
// and public holidays.
//
// What recurs is civil time plus an IANA zone; what happens is an instant.
// This package is the one place where the first becomes the second. It never
// reads the machine's clock, zone or locale, and knows nothing of agents,
// plages or rendez-vous.
package civil

import (
	_ "time/tzdata" // the zones travel with the program: Windows has none
	"unicode"
)

// quote shows what was typed inside an error: at most 40 characters, nothing
// that could break a line.
func quote(s string) string {
	const most = 40
	shown := make([]rune, 0, most+1)
	for _, r := range s {
		if len(shown) == most {
			shown = append(shown, '…')
			break
		}
		if !unicode.IsPrint(r) {
			r = '\uFFFD'
		}
		shown = append(shown, r)
	}
	return "« " + string(shown) + " »"
}
