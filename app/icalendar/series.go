package icalendar

import (
	"slices"
	"time"
)

// series is what one UID has in a file: its event, and the occurrences that
// were changed one by one or from a date on.
type series struct {
	master  *vevent // nil when the file holds single occurrences only
	changed map[key]*vevent
	onward  []*vevent // THISANDFUTURE, earliest first
}

// key tells the occurrences of one series apart: the original start in
// seconds, of the instant or, for whole days, of the civil day.
type key int64

func (m moment) key() key {
	if m.date {
		return key(m.wall.Unix())
	}
	return key(m.instant().Unix())
}

// original is an occurrence as the rules give it.
type original struct {
	moment
	length *time.Duration // of its own; nil for the series'
}

// expand lists what of the series meets [from, to), in no order.
func (s *series) expand(from, to time.Time, work *budget) ([]Occurrence, error) {
	var found []Occurrence
	rule := s.ruleText()
	add := func(o Occurrence, original string) {
		o.Rule, o.RecurrenceID = rule, original
		if InRange(o.Start, o.End, from, to) {
			found = append(found, o)
		}
	}
	for _, v := range s.changed {
		add(v.occur(v.start, nil), v.part())
	}
	if s.master == nil {
		return found, nil
	}
	originals, err := s.originals(from, to, work)
	if err != nil {
		return nil, err
	}
	for k, o := range originals {
		if s.changed[k] != nil {
			continue
		}
		v, start := s.master, o.moment
		if later := s.onwardAt(k); later != nil {
			v = later
			start.wall = start.wall.Add(later.shift(s.master.start))
		}
		original := ""
		if s.repeats() {
			original = k.text(s.master.start.date)
		}
		add(v.occur(start, o.length), original)
	}
	return found, nil
}

// repeats reports a series: its occurrences need a name each.
func (s *series) repeats() bool {
	return len(s.master.rules)+len(s.master.extra)+len(s.changed) > 0
}

// originals gives the starts of the master around [from, to), without the
// excluded ones.
func (s *series) originals(from, to time.Time, work *budget) (map[key]original, error) {
	m := s.master
	reach := s.reach()
	from, to = from.Add(-reach), to.Add(reach)
	found := make(map[key]original)
	for _, p := range m.extra {
		found[p.start.key()] = original{p.start, p.length}
	}
	rules := m.rules
	if len(rules) == 0 {
		found[m.start.key()] = original{moment: m.start}
	}
	for _, r := range rules {
		err := s.each(r, from, to, work, func(at moment) bool {
			found[at.key()] = original{moment: at}
			return len(found) <= MaxOccurrences
		})
		if err != nil {
			return nil, err
		}
	}
	if len(found) > MaxOccurrences {
		return nil, refuse(CodeTooMany, m.ruleLine, thousands(MaxOccurrences)+" au maximum pour une répétition")
	}
	for _, at := range m.dropped {
		delete(found, at.key())
	}
	for _, r := range m.exrules {
		err := s.each(r, from, to, work, func(at moment) bool {
			delete(found, at.key())
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// each calls visit with the occurrences of r that may meet [from, to).
func (s *series) each(r Rule, from, to time.Time, work *budget, visit func(moment) bool) error {
	m := s.master.start
	clock := m.clock(m.zone.loc)
	low, high := wallOf(from.In(clock)).AddDate(0, 0, -1), wallOf(to.In(clock)).AddDate(0, 0, 1)
	return r.each(m, low, high, work, func(wall time.Time) bool {
		if wall.Before(low) {
			return true
		}
		at := m
		at.wall = wall
		return visit(at)
	})
}

// reach is how far an occurrence may lie from its original: its length, and
// the shift of what was moved from a date on.
func (s *series) reach() time.Duration {
	longest := s.master.length.atMost()
	for _, p := range s.master.extra {
		if p.length != nil {
			longest = max(longest, *p.length)
		}
	}
	for _, v := range s.onward {
		longest = max(longest, v.length.atMost()+v.shift(s.master.start).Abs())
	}
	return longest
}

func (s span) atMost() time.Duration { return time.Duration(s.days+1)*24*time.Hour + s.rest }

// onwardAt is the change from a date on that rules the occurrence k, or nil.
func (s *series) onwardAt(k key) *vevent {
	for _, v := range slices.Backward(s.onward) {
		if v.occurrence.key() <= k {
			return v
		}
	}
	return nil
}

// shift is how far v moved its occurrence, on the wall of master.
func (v *vevent) shift(master moment) time.Duration {
	clock := master.clock(master.zone.loc)
	return wallOf(v.start.instant().In(clock)).Sub(wallOf(v.occurrence.instant().In(clock)))
}

func (s *series) ruleText() string {
	if s.master == nil || len(s.master.rules) == 0 {
		return ""
	}
	return s.master.rules[0].String()
}

// occur makes the occurrence of v that starts at start; length is nil for v's own.
func (v *vevent) occur(start moment, length *time.Duration) Occurrence {
	begin := start.instant()
	end := begin
	switch {
	case length != nil:
		end = begin.Add(*length)
	case v.length.days > 0:
		end = toInstant(start.wall.AddDate(0, 0, v.length.days), start.clock(start.zone.loc)).Add(v.length.rest)
	default:
		end = begin.Add(v.length.rest)
	}
	return Occurrence{
		UID: v.uid, Part: v.part(), Start: begin, End: end,
		AllDay: start.date, Zone: start.zone.name,
		Summary: v.summary, Location: v.location,
		Status: v.status, Transparent: v.transparent, Sequence: v.sequence,
	}
}

// part names v among the texts of its UID.
func (v *vevent) part() string {
	if v.occurrence == nil {
		return ""
	}
	return v.occurrence.key().text(v.occurrence.date)
}

// text is the original start as a RECURRENCE-ID that no zone can blur.
func (k key) text(date bool) string {
	if date {
		return time.Unix(int64(k), 0).UTC().Format(dayLayout)
	}
	return time.Unix(int64(k), 0).UTC().Format(utcLayout)
}
