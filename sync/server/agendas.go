package server

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/icalendar"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/caldav"
)

// agendas publishes what an agent is assigned to, as calendars: it is where
// calendar applications and feeds read, at the content level of their secret.
type agendas struct {
	db      *store.DB
	now     func() time.Time
	shelves *shelves
	zones   *zones
	encoder *icalendar.Encoder
}

// newAgendas serves the calendars of a database; at most cached events are kept
// in memory.
func newAgendas(db *store.DB, now func() time.Time, cached int) agendas {
	return agendas{db, now, newShelves(cached), newZones(), icalendar.NewEncoder()}
}

// calendar is one collection of an agent: the records of one noun in the scope
// of their own agenda.
type calendar struct {
	slug, name, color string
	noun              agenda.Noun
}

func calendars() []calendar {
	return []calendar{
		{"rendez-vous", "Rendez-vous", "#0f6b75", agenda.NounRdv},
		{"importe", "Importé", "#6b7280", agenda.NounImporte},
	}
}

// reader is one question being answered, on one snapshot.
type reader struct {
	v       *store.View
	who     access.Session
	cal     calendar
	zone    civil.Zone
	today   civil.Date
	encoder *icalendar.Encoder
	met     memory
}

// window is what a calendar shows on a civil day: one month back, twelve ahead.
func (r *reader) window(day civil.Date) agenda.Span {
	return agenda.Span{Start: r.zone.Instant(day.AddMonths(-1), 0), End: r.zone.Instant(day.AddMonths(12), 0)}
}

// read answers one question about a calendar of the session's agent.
func (a agendas) read(ctx context.Context, who access.Session, slug string, f func(r *reader) error) error {
	i := slices.IndexFunc(calendars(), func(c calendar) bool { return c.slug == slug })
	if i < 0 || who.Agent == "" {
		return caldav.ErrNotFound
	}
	return a.db.Read(ctx, func(v *store.View) error {
		zone, err := a.zoneOf(v, who)
		if err != nil {
			return err
		}
		r := &reader{v: v, who: who, cal: calendars()[i], zone: zone, today: zone.Date(a.now()), encoder: a.encoder}
		return cmp.Or(f(r), v.Err())
	})
}

// browse is read with the events of the calendar, as they stand now.
func (a agendas) browse(ctx context.Context, who access.Session, slug string, f func(r *reader, s *shelf) error) error {
	s := a.shelves.of(shelfKey{who.Agent, slug, who.Content})
	s.mu.Lock() // before the snapshot: who waits here holds no connection
	defer s.mu.Unlock()
	err := a.read(ctx, who, slug, func(r *reader) error {
		if err := s.follow(r); err != nil {
			return err
		}
		return f(r, s)
	})
	a.shelves.trim(s)
	return err
}

// zoneOf is the zone of the agent's first organisation.
func (a agendas) zoneOf(v *store.View, who access.Session) (civil.Zone, error) {
	for _, role := range who.Roles {
		o, ans := agenda.Get[*agenda.Organisation](v, agenda.NounOrganisation, string(role.Organisation))
		if ans == agenda.Yes {
			return a.zones.load(o.Zone)
		}
	}
	return a.zones.load("Europe/Paris")
}

// zones remembers the zones loaded: finding one reads a table.
type zones struct {
	mu  sync.Mutex
	all map[string]civil.Zone
}

func newZones() *zones { return &zones{all: map[string]civil.Zone{}} }

func (z *zones) load(name string) (civil.Zone, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if zone, ok := z.all[name]; ok {
		return zone, nil
	}
	zone, err := civil.LoadZone(name)
	if err == nil {
		z.all[name] = zone
	}
	return zone, err
}

func (a agendas) Identity(ctx context.Context, who access.Session) (caldav.Identity, error) {
	return find(ctx, a.db, func(v *store.View) (caldav.Identity, error) {
		agent, ans := agenda.Get[*agenda.Agent](v, agenda.NounAgent, string(who.Agent))
		if ans != agenda.Yes {
			return caldav.Identity{}, caldav.ErrNotFound
		}
		return caldav.Identity{Name: agent.Name(), Mail: agent.Email}, nil
	})
}

func (a agendas) Collections(ctx context.Context, who access.Session) ([]caldav.Collection, error) {
	var all []caldav.Collection
	for _, c := range calendars() {
		one, err := a.Collection(ctx, who, c.slug)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func (a agendas) Collection(ctx context.Context, who access.Session, slug string) (caldav.Collection, error) {
	var out caldav.Collection
	err := a.read(ctx, who, slug, func(r *reader) error {
		token, err := r.token()
		order := slices.IndexFunc(calendars(), func(c calendar) bool { return c.slug == slug })
		out = caldav.Collection{Slug: slug, Name: r.cal.name, Color: r.cal.color, Order: order, Zone: r.zone.Name(), Owner: who.Agent, Token: token}
		return err
	})
	return out, err
}

// scope is what every calendar of an agent follows.
func (r *reader) scope() agenda.Scope { return agenda.AgendaScope(r.who.Agent) }

// token says where the calendar stands: the highest number of its own scope
// and noun in each territoire where the agent works.
func (r *reader) token() (caldav.Token, error) {
	t := caldav.Token{Day: r.today, Level: string(r.who.Content), Scopes: rightsHash(r.who)}
	heads, err := r.v.CollectionHeads(r.scope(), r.cal.noun)
	if err != nil {
		return t, err
	}
	ids, err := r.v.TerritoiresOf(r.who.Agent)
	if err != nil {
		return t, err
	}
	for _, id := range ids {
		head, err := r.v.Head(id)
		if err != nil {
			return t, err
		}
		t.Marks = append(t.Marks, caldav.Mark{Territoire: id, Epoch: head.Epoch, Number: heads[id]})
	}
	return t, nil
}

// rightsHash changes when the agent's roles do.
func rightsHash(who access.Session) string {
	var b strings.Builder
	for _, r := range who.Roles {
		b.WriteString(string(r.Organisation) + " " + string(r.Level) + "\n")
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:6])
}

func (e *event) item(data bool) caldav.Item {
	i := caldav.Item{Name: e.name, ETag: e.etag, Size: len(e.data), Modified: e.modified, Spans: e.spans}
	if data {
		i.Data = e.data
	}
	return i
}

func (a agendas) Items(ctx context.Context, who access.Session, slug string, within agenda.Span, data bool) iter.Seq2[caldav.Item, error] {
	return func(yield func(caldav.Item, error) bool) {
		items, err := a.items(ctx, who, slug, within, data)
		if err != nil {
			yield(caldav.Item{}, err)
			return
		}
		for _, i := range items {
			if !yield(i, nil) {
				return
			}
		}
	}
}

func (a agendas) items(ctx context.Context, who access.Session, slug string, within agenda.Span, data bool) ([]caldav.Item, error) {
	var items []caldav.Item
	err := a.browse(ctx, who, slug, func(_ *reader, s *shelf) error {
		for _, e := range s.inOrder() {
			if e.meets(within) {
				items = append(items, e.item(data))
			}
		}
		return nil
	})
	return items, err
}

// meets reports whether an occurrence meets or touches within; a zero bound is
// open.
func (e *event) meets(within agenda.Span) bool {
	return slices.ContainsFunc(e.spans, func(s agenda.Span) bool {
		return (within.End.IsZero() || !s.Start.After(within.End)) && (within.Start.IsZero() || !s.End.Before(within.Start))
	})
}

func (a agendas) Named(ctx context.Context, who access.Session, slug string, names []string) (map[string]caldav.Item, error) {
	found := map[string]caldav.Item{}
	err := a.browse(ctx, who, slug, func(_ *reader, s *shelf) error {
		for _, name := range names {
			if e := s.byName[name]; e != nil {
				found[name] = e.item(true)
			}
		}
		return nil
	})
	return found, err
}

func (a agendas) Changes(ctx context.Context, who access.Session, slug string, since caldav.Token, limit int, data bool) (caldav.Delta, error) {
	var d caldav.Delta
	err := a.browse(ctx, who, slug, func(r *reader, s *shelf) error {
		now, err := r.token()
		if err != nil {
			return err
		}
		d.Next = now
		if since.IsZero() && limit <= 0 {
			for _, e := range s.inOrder() {
				d.Changed = append(d.Changed, e.item(data))
			}
			return nil
		}
		return r.changes(&d, s, since, limit, data)
	})
	return d, err
}

// changes brings a reader from a token to the snapshot, limit entries at most
// when limit > 0.
func (r *reader) changes(d *caldav.Delta, s *shelf, since caldav.Token, limit int, data bool) error {
	d.Next.Marks = slices.Clone(d.Next.Marks)
	left := limit
	if limit <= 0 {
		left = 1 << 30
	}
	for i := range d.Next.Marks {
		if err := r.delta(d, s, i, since, &left, data); err != nil {
			return err
		}
	}
	if since.IsZero() || since.Day == r.today {
		return nil
	}
	return r.turned(d, s, since.Day, data)
}

// delta adds what changed in one territoire; when nothing is left of the limit,
// its mark stays where the reader was.
func (r *reader) delta(d *caldav.Delta, s *shelf, i int, since caldav.Token, left *int, data bool) error {
	mark := &d.Next.Marks[i]
	from := int64(0)
	for _, m := range since.Marks {
		if m.Territoire == mark.Territoire {
			from = m.Number
		}
	}
	head, err := r.v.Head(mark.Territoire)
	if err != nil {
		return err
	}
	if from > 0 && from < head.Horizon {
		return caldav.ErrInvalidToken
	}
	if *left <= 0 {
		d.More = d.More || from < mark.Number
		mark.Number = from
		return nil
	}
	page, err := r.v.CollectionAfter(mark.Territoire, r.scope(), r.cal.noun, from, *left)
	if err != nil {
		return err
	}
	for _, l := range page.Lines {
		r.tell(d, s, l.Ref.ID, since.IsZero(), data)
	}
	*left -= len(page.Lines)
	if page.More {
		d.More, mark.Number = true, page.Through
	}
	return nil
}

// tell adds one record: changed when it is shown now, removed otherwise; a
// reader who has nothing is not told of removals.
func (r *reader) tell(d *caldav.Delta, s *shelf, id string, fresh, data bool) {
	e := s.byID[id]
	switch {
	case e != nil:
		d.Changed = append(d.Changed, e.item(data))
	case !fresh:
		d.Removed = append(d.Removed, r.name(id))
	}
}

// turned adds what entered and left the window since the day of the token.
func (r *reader) turned(d *caldav.Delta, s *shelf, day civil.Date, data bool) error {
	told := map[string]bool{}
	for _, i := range d.Changed {
		told[i.Name] = true
	}
	for _, name := range d.Removed {
		told[name] = true
	}
	was, is := r.window(day), r.window(r.today)
	for _, e := range s.inOrder() {
		if !overlaps(e.spans, was) && !told[e.name] {
			d.Changed = append(d.Changed, e.item(data))
		}
	}
	records, err := r.records(was)
	for _, rec := range records {
		if name := r.name(rec.Key()); !overlaps(spansOf(rec), is) && !told[name] {
			d.Removed = append(d.Removed, name)
		}
	}
	return err
}

// name is the resource of a record: at level occupé that of its busy time, so
// that the Rdv's own id stays unknown.
func (r *reader) name(id string) string {
	if r.who.Content == access.ContentOccupe && r.cal.noun == agenda.NounRdv {
		id = r.v.Derive("occupation", id, string(r.who.Agent))
	}
	return id + ".ics"
}

// prodID names the program in what it publishes.
const prodID = "-//Permanence//Permanence//FR"
