package civil

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"
)

// ErrZone says that a name is not a zone of the IANA database.
var ErrZone = errors.New("fuseau horaire inconnu")

// Zone is an IANA time zone, loaded. The zero Zone is UTC.
type Zone struct{ loc *time.Location }

// homeZones are those of the French territories, each read when it is first
// asked for: reading one takes longer than many a rule that asks for it.
var homeZones = readOnce("Europe/Paris", "Indian/Reunion", "Indian/Mayotte", "America/Guadeloupe", "America/Martinique",
	"America/Cayenne", "America/Marigot", "America/St_Barthelemy", "America/Miquelon", "Pacific/Tahiti", "Pacific/Marquesas",
	"Pacific/Gambier", "Pacific/Noumea", "Pacific/Wallis")

func readOnce(names ...string) map[string]func() (*time.Location, error) {
	all := map[string]func() (*time.Location, error){}
	for _, name := range names {
		all[name] = sync.OnceValues(func() (*time.Location, error) { return time.LoadLocation(name) })
	}
	return all
}

// LoadZone finds a zone by its IANA name, "Indian/Reunion". It refuses
// (ErrZone) what is not one, the machine's own zone and names that only some
// machines know. Outside the French territories it reads a table at each call:
// keep the result.
func LoadZone(name string) (Zone, error) {
	if !plausibleZone(name) {
		return Zone{}, fmt.Errorf("%w : %s", ErrZone, quote(name))
	}
	loc, err := location(name)
	if err != nil {
		return Zone{}, fmt.Errorf("%w : %s", ErrZone, quote(name))
	}
	return Zone{loc}, nil
}

func location(name string) (*time.Location, error) {
	if read, ok := homeZones[name]; ok {
		return read()
	}
	return time.LoadLocation(name)
}

// plausibleZone keeps out the empty name and "Local", which would mean the
// machine's zone, and the entries of a zoneinfo folder that are not zones.
func plausibleZone(name string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/"
	if name == "" || len(name) > 64 || strings.Trim(name, letters) != "" {
		return false
	}
	switch name {
	case "Local", "localtime", "posixrules", "Factory", "Etc/Unknown":
		return false
	}
	return !strings.HasPrefix(name, "right/") && !strings.HasPrefix(name, "posix/")
}

// Name returns the IANA name.
func (z Zone) Name() string { return z.Location().String() }

// Location returns the zone as the standard library knows it.
func (z Zone) Location() *time.Location {
	if z.loc == nil {
		return time.UTC
	}
	return z.loc
}

// Civil returns the day and hour that the wall shows at an instant, seconds
// dropped.
func (z Zone) Civil(at time.Time) (Date, Time) {
	return split(at.Unix() + z.stretch(at.Unix()).offset)
}

// Date returns the day that the wall calendar shows at an instant.
func (z Zone) Date(at time.Time) Date {
	d, _ := z.Civil(at)
	return d
}

// Instant returns the UTC instant at which the wall shows d and t. An hour that
// the clock skips moves forward by what is skipped; one that it shows twice
// means the first. "24:00" is midnight of the next day.
func (z Zone) Instant(d Date, t Time) time.Time {
	return time.Unix(z.instant(wall(d, t)), 0).UTC()
}

// AddDays returns the same hour of the wall clock n civil days later: across a
// clock change that is not n times 24 hours. Seconds are kept.
func (z Zone) AddDays(at time.Time, n int) time.Time {
	d, t := z.Civil(at)
	rest := at.Sub(time.Unix(wall(d, t)-z.stretch(at.Unix()).offset, 0))
	return z.Instant(d+Date(n), t).Add(rest)
}

// wall counts the seconds that a clock without zone would show.
func wall(d Date, t Time) int64 { return d.unix() + 60*int64(t) }

// split reads such a count back.
func split(wall int64) (Date, Time) {
	days := floorDiv(wall, secondsPerDay)
	return Date(days + daysToUnix), Time((wall - days*secondsPerDay) / 60)
}

// stretch is the time between two clock changes: seconds since 1970, end
// excluded, and the offset east of UTC that holds in between.
type stretch struct{ from, until, offset int64 }

func (s stretch) holds(unix int64) bool { return s.from <= unix && unix < s.until }

// stretch finds the one that holds at an instant.
func (z Zone) stretch(unix int64) stretch {
	at := time.Unix(unix, 0).In(z.Location())
	_, offset := at.Zone()
	s := stretch{from: math.MinInt64, until: math.MaxInt64, offset: int64(offset)}
	start, end := at.ZoneBounds()
	if !start.IsZero() {
		s.from = start.Unix()
	}
	if !end.IsZero() {
		s.until = end.Unix()
	}
	if s.until <= unix { // far ahead, the library ends leap years a day early
		s.until = (floorDiv(unix, secondsPerDay) + 1) * secondsPerDay
	}
	return s
}

// instant walks the stretches in order of time, from before any that could
// show this wall clock. The first that shows it is the answer; one that begins
// after it says that the hour was skipped.
func (z Zone) instant(wall int64) int64 {
	s := z.stretch(wall - 2*secondsPerDay)
	for {
		unix := wall - s.offset
		if unix < s.until {
			return unix
		}
		next := z.stretch(s.until)
		if wall-next.offset < next.from {
			return unix // skipped: the old offset carries it past the change
		}
		s = next
	}
}

// Clock converts many hours of one zone quickly: it remembers the last stretch
// between two clock changes. It is not for concurrent use.
type Clock struct {
	zone Zone
	last stretch
}

// Clock returns a new Clock of the zone.
func (z Zone) Clock() *Clock { return &Clock{zone: z} }

// Instant is Zone.Instant.
func (c *Clock) Instant(d Date, t Time) time.Time {
	const margin = 2 * secondsPerDay // no clock change is longer, the date line's included
	w := wall(d, t)
	unix := w - c.last.offset
	if !c.last.holds(unix-margin) || !c.last.holds(unix+margin) {
		unix = c.zone.instant(w)
		c.last = c.zone.stretch(unix)
	}
	return time.Unix(unix, 0).UTC()
}

// Date is Zone.Date.
func (c *Clock) Date(at time.Time) Date {
	unix := at.Unix()
	if !c.last.holds(unix) {
		c.last = c.zone.stretch(unix)
	}
	d, _ := split(unix + c.last.offset)
	return d
}
