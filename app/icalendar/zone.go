package icalendar

import (
	"strings"
	"time"
)

// KnownZone gives the IANA name that a TZID stands for: an IANA name, one
// behind a producer's prefix ("/example.org/2026/Europe/Paris"), a Windows name
// or the places that Outlook shows. ok is false when it stands for none; an
// offset ("GMT+1") stands for none, because it says nothing of the summer.
func KnownZone(tzid string) (name string, ok bool) {
	tzid = strings.Trim(tzid, " \"")
	if isIANA(tzid) {
		return tzid, true
	}
	if name, ok = windowsZones[tzid]; ok {
		return name, true
	}
	if _, places, shown := strings.Cut(tzid, ") "); shown && strings.HasPrefix(tzid, "(") {
		name, ok = windowsPlaces[strings.TrimSpace(places)]
		return name, ok
	}
	parts := strings.Split(tzid, "/")
	for _, depth := range []int{3, 2} {
		if len(parts) > depth {
			if name = strings.Join(parts[len(parts)-depth:], "/"); isIANA(name) {
				return name, true
			}
		}
	}
	return "", false
}

// isIANA reports a name of the zone database that means the same everywhere:
// never the machine's own zone, never the leap-second or posix variants.
func isIANA(name string) bool {
	switch name {
	case "UTC", "GMT", "CET", "MET", "EET", "WET", "EST", "MST", "HST", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT":
		return true
	}
	area, _, divided := strings.Cut(name, "/")
	if !divided || area == "" || area == "posix" || area == "right" || len(name) > 64 {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// zone is a clock: how to turn wall times into instants. name is its IANA name;
// the clock of a VTIMEZONE that no other program knows borrows the agenda's.
type zone struct {
	name string
	loc  *time.Location
}

var utcZone = zone{"UTC", time.UTC}

// zoneBook resolves the TZIDs of one calendar, each once.
type zoneBook struct {
	defs    map[string]*Component // VTIMEZONE by TZID
	found   map[string]zone
	options Options // a VTIMEZONE is compared with known zones in its window
	work    *budget
}

func newZoneBook(cal *Component, o Options, work *budget) *zoneBook {
	b := &zoneBook{
		defs:    make(map[string]*Component),
		found:   make(map[string]zone),
		options: o, work: work,
	}
	for _, c := range cal.Kids {
		if id, ok := c.First("TZID"); c.Name == "VTIMEZONE" && ok {
			b.defs[id.Value] = c
		}
	}
	return b
}

// resolveSteps is what loading a few zones costs.
const resolveSteps = 5000

// find resolves tzid: by its name, else by what its VTIMEZONE calls itself,
// else by its rules. The zone database wins over a VTIMEZONE that borrows an
// IANA name. What nothing explains is refused, never guessed.
func (b *zoneBook) find(tzid string, line int) (zone, error) {
	if z, ok := b.found[tzid]; ok {
		return z, nil
	}
	if err := b.work.spend(resolveSteps); err != nil {
		return zone{}, err
	}
	z, ok := b.resolve(tzid)
	if !ok {
		return zone{}, refuse(CodeUnknownZone, line, quote(tzid)+". L’heure n’a pas été devinée")
	}
	b.found[tzid] = z
	return z, nil
}

func (b *zoneBook) resolve(tzid string) (zone, bool) {
	if name, ok := KnownZone(tzid); ok {
		return loadZone(name)
	}
	def, ok := b.defs[tzid]
	if !ok {
		return zone{}, false
	}
	for _, alias := range []string{"X-LIC-LOCATION", "TZID-ALIAS-OF"} {
		p, _ := def.First(alias)
		if name, ok := KnownZone(p.Value); ok {
			return loadZone(name)
		}
	}
	own, ok := ownClock(def, b.options.To, b.work)
	if !ok {
		return zone{}, false
	}
	for _, name := range likelyZones {
		if z, ok := loadZone(name); ok && sameClock(own, z.loc, b.options.From, b.options.To) {
			return z, true
		}
	}
	return zone{b.options.Zone, own}, true
}

func loadZone(name string) (zone, bool) {
	loc, err := time.LoadLocation(name)
	return zone{name, loc}, err == nil
}

// likelyZones are tried, in this order, on a VTIMEZONE without a known name:
// the French clocks first, one of each kind. Read only.
var likelyZones = []string{
	"Europe/Paris", "America/Martinique", "America/Cayenne", "Indian/Reunion", "Indian/Mayotte",
	"America/Miquelon", "Pacific/Noumea", "Pacific/Tahiti", "Pacific/Marquesas", "Pacific/Gambier",
	"Pacific/Wallis", "UTC", "Europe/London", "Europe/Athens", "Europe/Moscow", "Africa/Lagos",
	"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Asia/Kolkata",
	"Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney",
}

// sameClock reports that a and b never differ in [from, to).
func sameClock(a, b *time.Location, from, to time.Time) bool {
	for t := from; ; {
		_, offsetA := t.In(a).Zone()
		_, offsetB := t.In(b).Zone()
		if offsetA != offsetB {
			return false
		}
		next, changesA := nextChange(t.In(a), to)
		nextB, changesB := nextChange(t.In(b), to)
		if changesA != changesB || (changesA && !next.Equal(nextB)) {
			return false
		}
		if !changesA {
			return true
		}
		t = next
	}
}
