package verbes

import (
	"testing"
	"time"

	"permanence/app/creneau"
	"permanence/app/desktop"
)

// TestASlotIsSaidAsItIsBooked: the hour is the one of the place where the agent
// receives, and the ids are those that « rdv book » asks for.
func TestASlotIsSaidAsItIsBooked(t *testing.T) {
	ref := desktop.Referentiel{
		Organisations: []desktop.Organisation{{ID: "ccas", Zone: "Europe/Paris"}},
		Agents:        []desktop.AgentBref{{ID: "claire", Name: "Claire Fournier"}},
		Lieux:         []desktop.Lieu{{ID: "denis", Name: "Antenne", Zone: "Indian/Reunion"}, {ID: "val", Name: "Mairie", Zone: "Europe/Paris"}},
	}
	for _, c := range []struct{ name, start, lieu, agent, want string }{
		{"Paris, the eve of summer time", "2027-03-27T08:00:00Z", "val", "claire", "2027-03-27T09:00  claire Claire Fournier, val Mairie"},
		{"Paris, summer time", "2027-03-28T08:00:00Z", "val", "claire", "2027-03-28T10:00  claire Claire Fournier, val Mairie"},
		{"La Réunion", "2026-11-23T05:00:00Z", "denis", "claire", "2026-11-23T09:00  claire Claire Fournier, denis Antenne"},
		{"without a lieu", "2026-11-23T05:00:00Z", "", "claire", "2026-11-23T06:00  claire Claire Fournier"},
		{"an agent who is not here", "2026-11-23T05:00:00Z", "val", "olivia", "2026-11-23T06:00  olivia, val Mairie"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.start)
			if err != nil {
				t.Fatal(err)
			}
			if got := slotLine(creneau.Creneau{Start: at, Agent: c.agent, Lieu: creneau.Ref(c.lieu)}, ref); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
