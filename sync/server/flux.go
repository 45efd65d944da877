package server

import (
	"context"
	"time"

	"permanence/app/agenda"
	"permanence/app/icalendar"
	"permanence/sync/access"
	"permanence/sync/feed"
)

// feedRefresh is how often calendar programs are asked to come back.
const feedRefresh = 15 * time.Minute

// feeds writes the same agendas as one file at a secret address.
type feeds struct{ agendas }

func (f feeds) State(ctx context.Context, who access.Session) (feed.State, error) {
	var s feed.State
	err := f.read(ctx, who, calendars()[0].slug, func(r *reader) error {
		var err error
		s, err = r.feedState()
		return err
	})
	return s, err
}

// feedState is read from the index: the token, and the instant of its last line.
func (r *reader) feedState() (feed.State, error) {
	token, err := r.token()
	if err != nil {
		return feed.State{}, err
	}
	s := feed.State{Validator: token.String(), Modified: r.zone.Instant(r.today, 0), Name: r.cal.slug}
	for _, m := range token.Marks {
		if m.Number == 0 {
			continue
		}
		lines, err := r.v.JournalSince(m.Territoire, m.Number-1, 1, r.cal.noun)
		if err != nil {
			return s, err
		}
		if len(lines) > 0 && lines[0].At.After(s.Modified) {
			s.Modified = lines[0].At
		}
	}
	return s, nil
}

func (f feeds) Document(ctx context.Context, who access.Session) (feed.Document, error) {
	var d feed.Document
	err := f.read(ctx, who, calendars()[0].slug, func(r *reader) error {
		var err error
		if d.State, err = r.feedState(); err != nil {
			return err
		}
		d.Data, err = r.whole()
		return err
	})
	return d, err
}

// whole writes every Rdv of the window in one calendar.
func (r *reader) whole() ([]byte, error) {
	records, err := r.records(r.window(r.today))
	if err != nil {
		return nil, err
	}
	var all []icalendar.Event
	for _, rec := range records {
		if rdv, ok := rec.(*agenda.Rdv); ok {
			all = append(all, r.rdvEvent(rdv))
		}
	}
	head := icalendar.Calendar{ProdID: prodID, Method: "PUBLISH", Name: "Permanence – " + r.cal.name, Zone: r.zone.Name(), Refresh: feedRefresh}
	return r.encoder.Append(nil, head, all...)
}
