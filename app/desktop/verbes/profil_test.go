package verbes

import (
	"testing"
	"time"

	"permanence/app/civil"
	"permanence/app/desktop"
)

// TestTheLastExchangeIsToldOnTheAgentsWalls: the same instant is another day
// in the Marquesas, and before and after the hour changes in Miquelon.
func TestTheLastExchangeIsToldOnTheAgentsWalls(t *testing.T) {
	for _, c := range []struct{ name, at, zone, want string }{
		{"Paris in winter", "2026-11-22T02:05:36Z", "Europe/Paris", "dimanche 22\u00a0novembre 2026 à 3\u202fh\u202f05"},
		{"Marquesas, the day before", "2026-11-22T02:05:36Z", "Pacific/Marquesas", "samedi 21\u00a0novembre 2026 à 16\u202fh\u202f35"},
		{"Miquelon in summer time", "2026-10-31T12:00:00Z", "America/Miquelon", "samedi 31\u00a0octobre 2026 à 10\u202fh\u202f00"},
		{"Miquelon in winter time", "2026-11-01T12:00:00Z", "America/Miquelon", "dimanche 1er\u00a0novembre 2026 à 9\u202fh\u202f00"},
		{"La Réunion", "2026-03-29T22:00:00Z", "Indian/Reunion", "lundi 30\u00a0mars 2026 à 2\u202fh\u202f00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			zone, err := civil.LoadZone(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			if got := lastSaid(desktop.Etat{Last: at, Zone: zone}); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	if got := lastSaid(desktop.Etat{}); got != "jamais" {
		t.Errorf("before the first: %q", got)
	}
}
