package creneau

import (
	"slices"
	"sort"
	"time"
)

// Span is a half-open interval [Start, End) between two UTC instants.
type Span struct{ Start, End time.Time }

// empty reports whether s holds no time: it then occupies nobody.
func (s Span) empty() bool { return !s.Start.Before(s.End) }

// within returns the part of s that lies in other, possibly empty.
func (s Span) within(other Span) Span {
	if s.Start.Before(other.Start) {
		s.Start = other.Start
	}
	if other.End.Before(s.End) {
		s.End = other.End
	}
	return s
}

func byStart(a, b Span) int { return a.Start.Compare(b.Start) }

// Free cuts what busy leaves of open into spans of length d, earliest first.
// The grid starts at open.Start and restarts at the end of each busy span; the
// last piece is kept only whole. busy may overlap and come in any order; an
// empty busy span occupies nothing. Free returns nil when d <= 0.
func Free(open Span, busy []Span, d time.Duration) []Span {
	if d <= 0 {
		return nil
	}
	var free []Span
	for piece := range pieces(open, slices.SortedFunc(slices.Values(busy), byStart)) {
		for slot := range slots(piece, d) {
			free = append(free, slot)
		}
	}
	return free
}

// pieces yields what busy, sorted by start, leaves of open.
func pieces(open Span, busy []Span) func(yield func(Span) bool) {
	return func(yield func(Span) bool) {
		rest := open
		for _, b := range busy {
			if !b.Start.Before(open.End) {
				break
			}
			if b.empty() || !b.End.After(rest.Start) {
				continue
			}
			if b.Start.After(rest.Start) && !yield(Span{rest.Start, b.Start}) {
				return
			}
			rest.Start = b.End
		}
		if !rest.empty() {
			yield(rest)
		}
	}
}

// slots yields the whole spans of length d that follow each other in piece.
func slots(piece Span, d time.Duration) func(yield func(Span) bool) {
	return func(yield func(Span) bool) {
		start, end := piece.Start, piece.Start.Add(d)
		for !end.After(piece.End) {
			if !yield(Span{start, end}) {
				return
			}
			start, end = end, end.Add(d)
		}
	}
}

// merge sorts spans, drops the empty ones and joins those that touch, so that
// the ends rise with the starts. It keeps the slice's memory.
func merge(spans []Span) []Span {
	spans = slices.DeleteFunc(spans, Span.empty)
	slices.SortFunc(spans, byStart)
	merged := spans[:0]
	for _, s := range spans {
		if n := len(merged); n > 0 && !s.Start.After(merged[n-1].End) {
			if s.End.After(merged[n-1].End) {
				merged[n-1].End = s.End
			}
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// overlapping returns those of merged spans that share time with open.
func overlapping(merged []Span, open Span) []Span {
	first := sort.Search(len(merged), func(i int) bool { return merged[i].End.After(open.Start) })
	last := first
	for last < len(merged) && merged[last].Start.Before(open.End) {
		last++
	}
	return merged[first:last]
}

// covered sums the time of open that spans, sorted by start, take.
func covered(open Span, spans []Span) time.Duration {
	var sum time.Duration
	until := open.Start
	for _, s := range spans {
		part := s.within(Span{until, open.End})
		if part.empty() {
			continue
		}
		sum += part.End.Sub(part.Start)
		until = part.End
	}
	return sum
}
