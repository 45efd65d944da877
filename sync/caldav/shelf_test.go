package caldav

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/sync/access"
)

// shelf is an Agendas in memory: one calendar, "rendez-vous", for each agent,
// numbered as the ledger numbers it.
type shelf struct {
	mu      sync.Mutex
	day     civil.Date
	epoch   string
	level   string
	agendas map[agenda.AgentID]*calendar
	broken  error // what a failing database would answer
	torn    error // what a listing would meet on its way
}

type calendar struct {
	number  int64
	horizon int64 // changes up to here are forgotten
	byName  map[string]*entry
	sorted  []*entry // by first start
	stale   bool
}

type entry struct {
	item   Item
	number int64
	gone   bool
}

const (
	alice = agenda.AgentID("01890000-0000-7000-8000-00000000a11c")
	bruno = agenda.AgentID("01890000-0000-7000-8000-00000000b0b0")
)

func newShelf() *shelf {
	return &shelf{day: mustDate("2026-11-21"), epoch: "e1", level: "motif", agendas: map[agenda.AgentID]*calendar{
		alice: {byName: map[string]*entry{}},
		bruno: {byName: map[string]*entry{}},
	}}
}

func mustDate(s string) civil.Date {
	d, err := civil.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// set stores an event and draws the next number.
func (s *shelf) set(a agenda.AgentID, item Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := sha256.Sum256(item.Data)
	item.ETag, item.Size = hex.EncodeToString(sum[:16]), len(item.Data)
	c := s.agendas[a]
	c.number++
	c.byName[item.Name] = &entry{item: item, number: c.number}
	c.stale = true
}

func (s *shelf) remove(a agenda.AgentID, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.agendas[a]
	c.number++
	c.byName[name] = &entry{item: Item{Name: name}, number: c.number, gone: true}
	c.stale = true
}

// inOrder gives the living entries by start.
func (c *calendar) inOrder() []*entry {
	if !c.stale {
		return c.sorted
	}
	c.sorted = nil
	for _, e := range c.byName {
		if !e.gone {
			c.sorted = append(c.sorted, e)
		}
	}
	slices.SortFunc(c.sorted, func(a, b *entry) int {
		return cmp.Or(a.item.Spans[0].Start.Compare(b.item.Spans[0].Start), cmp.Compare(a.item.Name, b.item.Name))
	})
	c.stale = false
	return c.sorted
}

func (s *shelf) of(who access.Session, slug string) (*calendar, error) {
	c := s.agendas[who.Agent]
	switch {
	case s.broken != nil:
		return nil, s.broken
	case c == nil, slug != "rendez-vous":
		return nil, ErrNotFound
	}
	return c, nil
}

func (s *shelf) token(c *calendar) Token {
	return Token{s.day, s.level, "c0ffee", []Mark{{"t1", s.epoch, c.number}}}
}

func (s *shelf) Identity(_ context.Context, who access.Session) (Identity, error) {
	if who.Agent == alice {
		return Identity{"Alice Bernard", "alice@example.org"}, s.broken
	}
	return Identity{Name: "Bruno Petit"}, s.broken
}

func (s *shelf) Collections(ctx context.Context, who access.Session) ([]Collection, error) {
	c, err := s.Collection(ctx, who, "rendez-vous")
	return []Collection{c}, err
}

func (s *shelf) Collection(_ context.Context, who access.Session, slug string) (Collection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.of(who, slug)
	if err != nil {
		return Collection{}, err
	}
	return Collection{
		Slug: slug, Name: "Rendez-vous", Description: "Rendez-vous d’Alice & équipe", Color: "#1b7f79", Order: 1,
		Zone: "Europe/Paris", Timezone: []byte(parisZone), Owner: who.Agent, Writable: true, Token: s.token(c),
	}, nil
}

const parisZone = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//essai//FR\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\n" +
	"BEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n" +
	"BEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\n" +
	"END:VTIMEZONE\r\nEND:VCALENDAR\r\n"

func (s *shelf) Items(_ context.Context, who access.Session, slug string, within agenda.Span, data bool) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		c, err := s.of(who, slug)
		if err != nil {
			yield(Item{}, err)
			return
		}
		if s.torn != nil {
			yield(Item{}, s.torn)
			return
		}
		for _, e := range c.inOrder() {
			if !slices.ContainsFunc(e.item.Spans, func(o agenda.Span) bool { return touches(o, within) }) {
				continue
			}
			if !yield(withData(e.item, data), nil) {
				return
			}
		}
	}
}

// touches is the generous reading that Items is allowed.
func touches(s, within agenda.Span) bool {
	return (within.End.IsZero() || !s.Start.After(within.End)) && (within.Start.IsZero() || !s.End.Before(within.Start))
}

func withData(i Item, data bool) Item {
	if !data {
		i.Data = nil
	}
	return i
}

func (s *shelf) Named(_ context.Context, who access.Session, slug string, names []string) (map[string]Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.of(who, slug)
	if err != nil {
		return nil, err
	}
	found := map[string]Item{}
	for _, n := range names {
		if e := c.byName[n]; e != nil && !e.gone {
			found[n] = e.item
		}
	}
	return found, nil
}

func (s *shelf) Changes(_ context.Context, who access.Session, slug string, since Token, limit int, data bool) (Delta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.of(who, slug)
	if err != nil {
		return Delta{}, err
	}
	var from int64
	if !since.IsZero() {
		from = since.Marks[0].Number
		if from < c.horizon {
			return Delta{}, ErrInvalidToken
		}
	}
	var changed []*entry
	for _, e := range c.byName {
		if e.number > from && !(since.IsZero() && e.gone) {
			changed = append(changed, e)
		}
	}
	slices.SortFunc(changed, func(a, b *entry) int { return cmp.Compare(a.number, b.number) })
	d := Delta{Next: s.token(c)}
	if limit > 0 && len(changed) > limit {
		changed, d.More = changed[:limit], true
		d.Next.Marks = []Mark{{"t1", s.epoch, changed[limit-1].number}}
	}
	for _, e := range changed {
		if e.gone {
			d.Removed = append(d.Removed, e.item.Name)
			continue
		}
		d.Changed = append(d.Changed, withData(e.item, data))
	}
	return d, nil
}

// event makes an event of some minutes from start, a UTC instant, with more
// lines of its own.
func event(uid, start string, minutes int, more ...string) Item {
	from := utc(start)
	to := from.Add(time.Duration(minutes) * time.Minute)
	lines := []string{"DTSTART:" + from.Format(instantForm), "DTEND:" + to.Format(instantForm)}
	return object(uid, append(lines, more...), agenda.Span{Start: from, End: to})
}

// object makes an event of given lines and occurrences.
func object(uid string, lines []string, spans ...agenda.Span) Item {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//essai//FR\r\nBEGIN:VEVENT\r\n")
	fmt.Fprintf(&b, "UID:%s\r\nDTSTAMP:20261101T080000Z\r\n", uid)
	for _, l := range lines {
		b.WriteString(l + "\r\n")
	}
	b.WriteString("END:VEVENT\r\nEND:VCALENDAR\r\n")
	return Item{Name: uid + ".ics", Modified: utc("2026-11-01T08:00"), Spans: spans, Data: []byte(b.String())}
}

func utc(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

// spans reads "2026-11-23T08:00/2026-11-23T08:30 …".
func spans(s string) []agenda.Span {
	var all []agenda.Span
	for _, one := range strings.Fields(s) {
		from, to, _ := strings.Cut(one, "/")
		all = append(all, agenda.Span{Start: utc(from), End: utc(to)})
	}
	return all
}
