package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"permanence/app/agenda"
	"permanence/app/icalendar"
	"permanence/app/store"
	"permanence/sync/access"
)

// event is one calendar object as it is served.
type event struct {
	number   int64 // of the record, when these bytes were made
	name     string
	etag     string
	modified time.Time
	spans    []agenda.Span
	data     []byte // nil: nothing is published of the record
}

// events remembers the objects served last: the bytes of an event depend on
// its record, whose number rises whenever what it shows changes.
type events struct {
	mu  sync.Mutex
	max int
	all map[eventKey]event
}

type eventKey struct {
	ref   agenda.Ref
	agent agenda.AgentID
	level access.Content
}

func newEvents(max int) *events { return &events{max: max, all: map[eventKey]event{}} }

func (c *events) get(r *reader, l store.Line) (event, error) {
	key := eventKey{l.Ref, r.who.Agent, r.who.Content}
	c.mu.Lock()
	e, ok := c.all[key]
	c.mu.Unlock()
	if ok && e.number == l.Number {
		return e, nil
	}
	e, err := r.build(l)
	if err != nil {
		return event{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.all) >= c.max {
		clear(c.all)
	}
	c.all[key] = e
	return e, nil
}

// build writes the object of a record; an empty one for what is not there.
func (r *reader) build(l store.Line) (event, error) {
	e := event{number: l.Number, name: r.name(l.Ref.ID)}
	var vevents []icalendar.Event
	switch rec, _ := r.v.Record(l.Ref.Noun, l.Ref.ID); rec := rec.(type) {
	case *agenda.Rdv:
		e.spans, e.modified = []agenda.Span{rec.Span()}, rec.ChangedAt
		vevents = []icalendar.Event{r.rdvEvent(rec)}
	case *agenda.Importe:
		e.spans, e.modified = rec.Spans, rec.ChangedAt
		vevents = importeEvents(rec)
	}
	if len(vevents) == 0 || r.v.Err() != nil {
		return e, r.v.Err()
	}
	data, err := encode(vevents)
	if err != nil {
		return e, fmt.Errorf("publish %s %s: %w", l.Ref.Noun, l.Ref.ID, err)
	}
	sum := sha256.Sum256(data)
	e.data, e.etag = data, hex.EncodeToString(sum[:12])
	return e, nil
}

// rdvEvent is an Rdv at the level of who reads: times, and the motif, and the
// usagers. Somebody's own address is never in it.
func (r *reader) rdvEvent(rdv *agenda.Rdv) icalendar.Event {
	e := icalendar.Event{
		UID: strings.TrimSuffix(r.name(rdv.Key()), ".ics"), Sequence: rdv.Sequence, Stamp: rdv.ChangedAt, Modified: rdv.ChangedAt,
		Start: rdv.Start, End: rdv.End, Zone: rdv.Zone, Summary: "Occupé", Status: icalendar.Confirmed,
	}
	if rdv.Cancelled() {
		e.Status, e.Transparent = icalendar.Cancelled, true
	}
	if r.who.Content == access.ContentOccupe {
		return e
	}
	mail := viewOf(r.v, rdv, nil)
	e.Summary = mail.Motif.Name
	if rdv.Title != "" {
		e.Summary += " : " + rdv.Title
	}
	e.Location = icalendar.Location(mail.Motif.Place, mail.Lieu, mail.Organisation.Name)
	if r.who.Content != access.ContentComplet {
		return e
	}
	var names []string
	for _, id := range rdv.Usagers() {
		if u, ok := mail.Usagers[id]; ok {
			names = append(names, u.Name())
		}
	}
	if len(names) > 0 {
		e.Summary += " – " + strings.Join(names, ", ")
	}
	return e
}

// importeEvents gives back an imported event, one VEVENT for each time it
// takes place in the imported window.
func importeEvents(i *agenda.Importe) []icalendar.Event {
	var all []icalendar.Event
	for _, s := range i.Spans {
		e := icalendar.Event{
			UID: i.Key(), Stamp: i.ChangedAt, Modified: i.ChangedAt, Start: s.Start, End: s.End, Zone: i.Zone, AllDay: i.AllDay,
			Summary: i.Summary, Location: i.Location, Transparent: i.Transparent, Status: icalendar.Confirmed,
		}
		if len(i.Spans) > 1 {
			e.RecurrenceID = s.Start
		}
		all = append(all, e)
	}
	return all
}
