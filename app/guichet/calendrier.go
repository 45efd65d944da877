package guichet

import (
	"cmp"
	"slices"
	"time"

	"permanence/app/agenda"
)

// beside is how near to what was read already a stretch has to be to go on from
// it, and how much more is then read at once: commands made one after the other
// are often about the same day.
const beside = 12 * time.Hour

// dated is a record that takes place.
type dated interface {
	agenda.Record
	comparable
	Span() agenda.Span
}

// calendar is what one transaction has read of the calendars of some people, and
// wrote in them since.
type calendar[R dated] struct {
	whose func(R) []string // ids of the people in whose calendar it is
	of    map[string][]*stretch[R]
	met   map[string]R // by id, those of a stretch
}

// stretch is all that overlaps a span of one calendar, by start and id.
type stretch[R dated] struct {
	agenda.Span
	all []R
}

func newCalendar[R dated](whose func(R) []string) calendar[R] {
	return calendar[R]{whose, map[string][]*stretch[R]{}, map[string]R{}}
}

// within gives copies of what overlaps the span in a calendar; ask reads it.
func (c calendar[R]) within(id string, s agenda.Span, ask func(agenda.Span) []R) []R {
	if !s.Start.Before(s.End) {
		return nil
	}
	var found []R
	for _, r := range c.stretch(id, s, ask).all {
		if r.Span().Overlaps(s) {
			found = append(found, copied(r))
		}
	}
	return found
}

// stretch gives one that holds s: met before, one beside it that is carried on,
// or s alone.
func (c calendar[R]) stretch(id string, s agenda.Span, ask func(agenda.Span) []R) *stretch[R] {
	for _, known := range c.of[id] {
		if !s.Start.Before(known.Start) && !s.End.After(known.End) {
			return known
		}
	}
	for _, known := range c.of[id] {
		if s.Start.Before(known.End.Add(beside)) && s.End.After(known.Start.Add(-beside)) {
			c.carry(known, s, ask)
			return known
		}
	}
	known := &stretch[R]{Span: s}
	c.take(known, ask(s))
	c.of[id] = append(c.of[id], known)
	return known
}

// carry makes a stretch hold s too.
func (c calendar[R]) carry(known *stretch[R], s agenda.Span, ask func(agenda.Span) []R) {
	if s.Start.Before(known.Start) {
		more := agenda.Span{Start: s.Start.Add(-beside), End: known.Start}
		known.Start = more.Start
		c.take(known, ask(more))
	}
	if s.End.After(known.End) {
		more := agenda.Span{Start: known.End, End: s.End.Add(beside)}
		known.End = more.End
		c.take(known, ask(more))
	}
}

func (c calendar[R]) take(known *stretch[R], more []R) {
	for _, r := range more {
		known.add(r)
		c.met[r.Key()] = r
	}
}

// add puts r at its place, unless it is there.
func (s *stretch[R]) add(r R) {
	at, here := slices.BinarySearchFunc(s.all, r, byStart)
	if !here {
		s.all = slices.Insert(s.all, at, r)
	}
}

func byStart[R dated](a, b R) int {
	return cmp.Or(a.Span().Start.Compare(b.Span().Start), cmp.Compare(a.Key(), b.Key()))
}

// wrote notes how a record stands from now on.
func (c calendar[R]) wrote(r R) {
	c.removed(r.Key())
	for _, id := range c.whose(r) {
		for _, s := range c.of[id] {
			if r.Span().Overlaps(s.Span) {
				s.add(r)
				c.met[r.Key()] = r
			}
		}
	}
}

// removed forgets a record.
func (c calendar[R]) removed(key string) {
	before, ok := c.met[key]
	if !ok {
		return
	}
	delete(c.met, key)
	for _, id := range c.whose(before) {
		for _, s := range c.of[id] {
			if at, here := slices.BinarySearchFunc(s.all, before, byStart); here {
				s.all = slices.Delete(s.all, at, at+1)
			}
		}
	}
}
