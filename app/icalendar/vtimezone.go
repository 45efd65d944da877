package icalendar

import (
	"strconv"
	"time"
)

// block is one VTIMEZONE to write: a zone over whole civil years, so that
// events of one year share the same bytes.
type block struct {
	zone     string
	from, to int // years, inclusive
}

// endlessYears is how far a VTIMEZONE reaches after a series that has no end,
// where the zone follows no yearly rule.
const endlessYears = 10

// zonesUsed lists the zones of events in the order they appear, each with the
// years its events cover.
func zonesUsed(events []Event, clocks []*time.Location) []block {
	var used []block
	at := make(map[string]int)
	for i := range events {
		v := &events[i]
		if v.AllDay || clocks[i] == time.UTC {
			continue
		}
		from, to := v.years(clocks[i])
		k, seen := at[v.Zone]
		if !seen {
			at[v.Zone] = len(used)
			used = append(used, block{v.Zone, from, to})
			continue
		}
		used[k].from, used[k].to = min(used[k].from, from), max(used[k].to, to)
	}
	return used
}

// years is the civil years that v touches.
func (v *Event) years(clock *time.Location) (from, to int) {
	from = v.Start.In(clock).Year()
	to = from
	if v.End.After(v.Start) {
		to = v.End.In(clock).Year()
	}
	if !v.RecurrenceID.IsZero() {
		original := v.RecurrenceID.In(clock).Year()
		from, to = min(from, original), max(to, original)
	}
	switch {
	case v.Rule.Freq == "":
	case v.Rule.UntilForm != NoUntil:
		to = max(to, v.Rule.Until.Year()+1)
	default:
		to += endlessYears
	}
	return from, to
}

// timezone is the VTIMEZONE of b, computed once.
func (e *Encoder) timezone(b block) []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if text, ok := e.blocks[b]; ok {
		return text
	}
	w := &lineWriter{}
	w.timezone(b, e.zones[b.zone])
	e.blocks[b] = w.dst
	return w.dst
}

// change is one clock change, as a VTIMEZONE tells it.
type change struct {
	wall     time.Time // when, on the clock that ends
	from, to int       // offsets, seconds east of UTC
	name     string
}

// daylight is the clock that is ahead: what every client understands, also
// where the law calls winter the exception (Dublin).
func (c change) daylight() bool { return c.to > c.from }

func (w *lineWriter) timezone(b block, clock *time.Location) {
	w.raw("BEGIN:VTIMEZONE")
	w.text("TZID:", b.zone)
	if summer, winter, ok := yearly(clock, b.from-1, b.to); ok {
		w.observance(summer, summer.rule())
		w.observance(winter, winter.rule())
	} else {
		w.explicit(clock, b)
	}
	w.raw("END:VTIMEZONE")
}

// explicit writes the clock at the start of the years and each change after.
func (w *lineWriter) explicit(clock *time.Location, b block) {
	first := time.Date(b.from, 1, 1, 0, 0, 0, 0, clock)
	name, offset := first.Zone()
	w.observance(change{wallOf(first), offset, offset, name}, "")
	for _, c := range changes(clock, b.from, b.to) {
		w.observance(c, "")
	}
}

func (w *lineWriter) observance(c change, rule string) {
	kind := "STANDARD"
	if c.daylight() {
		kind = "DAYLIGHT"
	}
	w.raw("BEGIN:" + kind)
	w.begin("DTSTART:")
	w.line = appendWall(w.line, c.wall)
	w.end()
	w.offset("TZOFFSETFROM:", c.from)
	w.offset("TZOFFSETTO:", c.to)
	w.text("TZNAME:", c.name)
	if rule != "" {
		w.raw("RRULE:" + rule)
	}
	w.raw("END:" + kind)
}

// offset writes +0100; seconds only where a zone has them.
func (w *lineWriter) offset(head string, seconds int) {
	w.begin(head)
	sign := byte('+')
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	w.line = appendDigits(append(w.line, sign), seconds/3600*100+seconds/60%60, 4)
	if seconds%60 > 0 {
		w.line = appendDigits(w.line, seconds%60, 2)
	}
	w.end()
}

// changes lists the clock changes of the civil years from…to.
func changes(clock *time.Location, from, to int) []change {
	var all []change
	limit := time.Date(to+1, 1, 1, 0, 0, 0, 0, clock)
	for t := time.Date(from, 1, 1, 0, 0, 0, 0, clock); ; {
		next, ok := nextChange(t, limit)
		if !ok {
			return all
		}
		_, before := t.Zone()
		name, after := next.Zone()
		all = append(all, change{
			wall: next.UTC().Add(time.Duration(before) * time.Second),
			from: before, to: after, name: name,
		})
		t = next
	}
}

// ahead is how many more years must follow the same rule before it is written
// as one: a VTIMEZONE is kept by clients long after it was sent.
const ahead = 4

// yearly finds the one rule that gives both changes of every year from…to, and
// returns the changes of the first year. ok is false for a zone without yearly
// changes, or whose changes follow no such rule.
func yearly(clock *time.Location, from, to int) (summer, winter change, ok bool) {
	all := changes(clock, from, to+ahead)
	if len(all) != 2*(to+ahead-from+1) {
		return change{}, change{}, false
	}
	for i, c := range all {
		first := all[i%2]
		if c.wall.Year() != from+i/2 || c.from != first.from || c.to != first.to || c.name != first.name {
			return change{}, change{}, false
		}
		if c.wall.Sub(dayOf(c.wall).wall()) != first.wall.Sub(dayOf(first.wall).wall()) || c.rule() != first.rule() {
			return change{}, change{}, false
		}
	}
	summer, winter = all[0], all[1]
	if winter.daylight() {
		summer, winter = winter, summer
	}
	return summer, winter, summer.daylight() && !winter.daylight()
}

// rule is the yearly rule that c would follow: the last such weekday of the
// month, else its rank from the first.
func (c change) rule() string {
	rank := (c.wall.Day()-1)/7 + 1
	if c.wall.Day() > monthLength(c.wall)-7 {
		rank = -1
	}
	return "FREQ=YEARLY;BYMONTH=" + strconv.Itoa(int(c.wall.Month())) +
		";BYDAY=" + strconv.Itoa(rank) + weekdayCodes[c.wall.Weekday()]
}
