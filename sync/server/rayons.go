package server

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/caldav"
)

// shelves keeps the calendars asked for last, ready to be served.
type shelves struct {
	max int // events, of all together

	mu    sync.Mutex
	clock uint64 // counts the questions: who was asked last
	all   map[shelfKey]*shelf
}

type shelfKey struct {
	agent agenda.AgentID
	slug  string
	level access.Content
}

func newShelves(max int) *shelves { return &shelves{max: max, all: map[shelfKey]*shelf{}} }

// of gives the shelf of a calendar, empty at first.
func (s *shelves) of(key shelfKey) *shelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	if s.all[key] == nil {
		s.all[key] = &shelf{}
	}
	s.all[key].used = s.clock
	return s.all[key]
}

// trim forgets the calendars asked for longest ago, but keep, until the rest
// fits.
func (s *shelves) trim(keep *shelf) {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := int64(0)
	for _, one := range s.all {
		total += one.count.Load()
	}
	for total > int64(s.max) && len(s.all) > 1 {
		var oldest shelfKey
		var found *shelf
		for key, one := range s.all {
			if one != keep && (found == nil || one.used < found.used) {
				oldest, found = key, one
			}
		}
		total -= found.count.Load()
		delete(s.all, oldest)
	}
}

// shelf is one calendar at one level: every event of the window, as it is
// served. It follows the ledger with marks of its own, and is filled anew when
// the agent's territoires or their history are others.
type shelf struct {
	used  uint64       // guarded by shelves.mu
	count atomic.Int64 // of events

	mu     sync.Mutex
	day    civil.Date
	marks  []caldav.Mark
	byID   map[string]*event // by record
	byName map[string]*event
	order  []*event // by first start, then name; nil: to be sorted
}

// follow brings the shelf to the snapshot of a reader. One that is behind finds
// it ahead: what it is told will be told again from its own token.
func (s *shelf) follow(r *reader) error {
	now, err := r.token()
	if err != nil {
		return err
	}
	if !s.continues(r, now.Marks) {
		return s.fill(r, now.Marks)
	}
	for i, m := range now.Marks {
		if err := s.read(r, &s.marks[i], m.Number); err != nil {
			return err
		}
	}
	if s.day != r.today {
		return s.turn(r)
	}
	return nil
}

// continues reports whether the marks lead from where the shelf stands: the
// same histories, and no removal forgotten in between.
func (s *shelf) continues(r *reader, marks []caldav.Mark) bool {
	if s.byID == nil || r.today < s.day {
		return false
	}
	return slices.EqualFunc(s.marks, marks, func(a, b caldav.Mark) bool {
		head, err := r.v.Head(a.Territoire)
		return err == nil && a.Territoire == b.Territoire && a.Epoch == b.Epoch && (a.Number >= head.Horizon || a.Number >= b.Number)
	})
}

// fill reads the window whole.
func (s *shelf) fill(r *reader, marks []caldav.Mark) error {
	s.day, s.marks = r.today, slices.Clone(marks)
	s.byID, s.byName, s.order = map[string]*event{}, map[string]*event{}, nil
	records, err := r.records(r.window(r.today))
	if err != nil {
		s.byID = nil
		return err
	}
	for _, rec := range records {
		if err := s.put(r, rec); err != nil {
			s.byID = nil
			return err
		}
	}
	return nil
}

// read brings what changed in one territoire up to a number.
func (s *shelf) read(r *reader, mark *caldav.Mark, to int64) error {
	if mark.Number >= to {
		return nil
	}
	page, err := r.v.CollectionAfter(mark.Territoire, r.scope(), r.cal.noun, mark.Number, 1<<30)
	if err != nil {
		return err
	}
	for _, l := range page.Lines {
		if err := s.line(r, l); err != nil {
			s.byID = nil // half read: filled anew next time
			return err
		}
	}
	mark.Number = to
	return nil
}

// line lays one changed record on the shelf, or takes it away.
func (s *shelf) line(r *reader, l store.Line) error {
	rec, ans := r.v.Record(l.Ref.Noun, l.Ref.ID)
	if l.In && ans == agenda.Yes && overlaps(spansOf(rec), r.window(s.day)) {
		return s.put(r, rec)
	}
	s.drop(l.Ref.ID)
	return nil
}

// turn moves the window to the reader's day.
func (s *shelf) turn(r *reader) error {
	window := r.window(r.today)
	for id, e := range s.byID {
		if !overlaps(e.spans, window) {
			s.drop(id)
		}
	}
	entering, err := r.records(agenda.Span{Start: r.window(s.day).End, End: window.End})
	for _, rec := range entering {
		if err := s.put(r, rec); err != nil {
			s.byID = nil
			return err
		}
	}
	s.day = r.today
	return err
}

func (s *shelf) put(r *reader, rec agenda.Record) error {
	e, err := r.build(rec)
	if err != nil {
		return err
	}
	s.drop(e.id)
	s.byID[e.id], s.byName[e.name], s.order = e, e, nil
	s.count.Store(int64(len(s.byID)))
	return nil
}

func (s *shelf) drop(id string) {
	e := s.byID[id]
	if e == nil {
		return
	}
	delete(s.byID, id)
	delete(s.byName, e.name)
	s.order = nil
	s.count.Store(int64(len(s.byID)))
}

// inOrder gives every event by its first start, then its name.
func (s *shelf) inOrder() []*event {
	if s.order != nil || len(s.byID) == 0 {
		return s.order
	}
	s.order = make([]*event, 0, len(s.byID))
	for _, e := range s.byID {
		s.order = append(s.order, e)
	}
	slices.SortFunc(s.order, func(a, b *event) int {
		return cmp.Or(a.spans[0].Start.Compare(b.spans[0].Start), cmp.Compare(a.name, b.name))
	})
	return s.order
}

// records gives the records of the calendar that take place within a window.
func (r *reader) records(within agenda.Span) ([]agenda.Record, error) {
	ids, err := r.v.TerritoiresOf(r.who.Agent)
	if err != nil {
		return nil, err
	}
	var found []agenda.Record
	if r.cal.noun == agenda.NounImporte {
		all, err := r.v.Importes(r.who.Agent)
		for _, i := range all {
			if len(ids) > 0 && overlaps(i.Spans, within) {
				found = append(found, i)
			}
		}
		return found, err
	}
	for _, rdv := range r.v.Rdvs(agenda.RdvQuery{Agent: r.who.Agent, Within: within}) {
		if slices.Contains(ids, r.organisation(rdv.Organisation).Territoire) {
			found = append(found, rdv)
		}
	}
	return found, r.v.Err()
}

// spansOf gives when a record takes place.
func spansOf(rec agenda.Record) []agenda.Span {
	switch rec := rec.(type) {
	case *agenda.Rdv:
		return []agenda.Span{rec.Span()}
	case *agenda.Importe:
		return rec.Spans
	}
	return nil
}

func overlaps(spans []agenda.Span, window agenda.Span) bool {
	return slices.ContainsFunc(spans, func(s agenda.Span) bool { return s.Overlaps(window) })
}
