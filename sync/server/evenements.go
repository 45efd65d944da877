package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"permanence/app/agenda"
	"permanence/app/icalendar"
	"permanence/sync/access"
)

// event is one calendar object as it is served. It never changes: another
// takes its place.
type event struct {
	id       string // of the record
	name     string
	etag     string
	modified time.Time
	spans    []agenda.Span
	data     []byte
}

// build writes the object of a record.
func (r *reader) build(rec agenda.Record) (*event, error) {
	e := &event{id: rec.Key(), name: r.name(rec.Key()), spans: spansOf(rec)}
	var vevents []icalendar.Event
	switch rec := rec.(type) {
	case *agenda.Rdv:
		e.modified, vevents = rec.ChangedAt, []icalendar.Event{r.rdvEvent(rec)}
	case *agenda.Importe:
		e.modified, vevents = rec.ChangedAt, importeEvents(rec)
	}
	data, err := r.encoder.Append(nil, icalendar.Calendar{ProdID: prodID}, vevents...)
	if err != nil {
		return nil, fmt.Errorf("publish %s %s: %w", rec.Noun(), rec.Key(), err)
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
	motif := r.motif(rdv.Motif)
	e.Summary = motif.Name
	if rdv.Title != "" {
		e.Summary += " : " + rdv.Title
	}
	e.Location = icalendar.Location(motif.Place, r.lieu(rdv.Lieu), r.organisation(rdv.Organisation).Name)
	if names := r.names(rdv); names != "" {
		e.Summary += " – " + names
	}
	return e
}

// names lists who takes part, for who may read it.
func (r *reader) names(rdv *agenda.Rdv) string {
	if r.who.Content != access.ContentComplet {
		return ""
	}
	var names []string
	for _, id := range rdv.Usagers() {
		if u, ans := agenda.Get[*agenda.Usager](r.v, agenda.NounUsager, string(id)); ans == agenda.Yes {
			names = append(names, u.Name())
		}
	}
	return strings.Join(names, ", ")
}

// memory is what one reader has met of the few settings that all events share.
type memory struct {
	motifs        map[agenda.MotifID]*agenda.Motif
	organisations map[agenda.OrganisationID]*agenda.Organisation
	lieux         map[agenda.LieuID]*agenda.Lieu
}

// motif gives a motif, empty when it is no more.
func (r *reader) motif(id agenda.MotifID) *agenda.Motif {
	m := recall(r, &r.met.motifs, agenda.NounMotif, id)
	if m == nil {
		return &agenda.Motif{}
	}
	return m
}

// organisation gives an organisation, empty when it is no more.
func (r *reader) organisation(id agenda.OrganisationID) *agenda.Organisation {
	o := recall(r, &r.met.organisations, agenda.NounOrganisation, id)
	if o == nil {
		return &agenda.Organisation{}
	}
	return o
}

// lieu gives a lieu, nil for none.
func (r *reader) lieu(id agenda.LieuID) *agenda.Lieu {
	if id == "" {
		return nil
	}
	return recall(r, &r.met.lieux, agenda.NounLieu, id)
}

// recall reads a record once; nil when it is not there.
func recall[K ~string, T any, P interface {
	*T
	agenda.Record
}](r *reader, met *map[K]P, noun agenda.Noun, id K) P {
	if rec, seen := (*met)[id]; seen {
		return rec
	}
	if *met == nil {
		*met = map[K]P{}
	}
	rec, _ := agenda.Get[P](r.v, noun, string(id))
	(*met)[id] = rec
	return rec
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
