package desktop

import (
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// Moment is a start as a person gives it: an instant, or an hour on a wall.
type Moment struct {
	At   time.Time // an instant; zero when Day and Hour say it
	Day  civil.Date
	Hour civil.Time
	Zone string // of Day and Hour; "" for the wall where it takes place
}

// IsZero reports whether nothing was given.
func (m Moment) IsZero() bool { return m.At.IsZero() && m.Day.IsZero() }

// ParseMoment reads "2026-11-24T09:00", on the wall of zone ("" for the wall
// where it takes place), or an instant with its offset or Z. "" is no moment.
// It refuses (invalid, field start) anything else.
func ParseMoment(text, zone string) (Moment, error) {
	const wall = len("2026-11-24T09:00")
	if text == "" {
		return Moment{}, nil
	}
	if len(text) == wall+len(":00") && text[wall:] == ":00" {
		text = text[:wall]
	}
	if len(text) != wall {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return Moment{}, badStart()
		}
		return Moment{At: at.UTC()}, nil
	}
	day, errDay := civil.ParseDate(text[:10])
	hour, errHour := civil.ParseTime(text[11:])
	if errDay != nil || errHour != nil || text[10] != 'T' || hour == civil.EndOfDay {
		return Moment{}, badStart()
	}
	if zone != "" {
		if _, err := civil.LoadZone(zone); err != nil {
			return Moment{}, invalidField("zone", "Ce fuseau horaire n’existe pas.")
		}
	}
	return Moment{Day: day, Hour: hour, Zone: zone}, nil
}

func badStart() *Erreur {
	return invalidField("start", "Ce jour ou cette heure n’existe pas.")
}

// in gives the instant, where a wall of its own is not given, on that of zone.
func (m Moment) in(l *lecture, zone string) time.Time {
	if !m.At.IsZero() {
		return m.At
	}
	if m.Zone != "" {
		zone = m.Zone
	}
	return l.zone(zone).Instant(m.Day, m.Hour)
}

// zoneFor is the wall of what takes place at a lieu, else at the organisation's.
func (l *lecture) zoneFor(lieu agenda.LieuID, org agenda.OrganisationID) string {
	if at := l.lieu(lieu); at != nil {
		return at.Zone
	}
	if o := l.organisation(org); o != nil {
		return o.Zone
	}
	return l.homeZone().Name()
}
