package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"
	"strings"
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
	db    *store.DB
	now   func() time.Time
	cache *events
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
	v     *store.View
	who   access.Session
	cal   calendar
	zone  civil.Zone
	today civil.Date
	cache *events
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
		zone, err := zoneOf(v, who)
		if err != nil {
			return err
		}
		return f(&reader{v: v, who: who, cal: calendars()[i], zone: zone, today: zone.Date(a.now()), cache: a.cache})
	})
}

// zoneOf is the zone of the agent's first organisation.
func zoneOf(v *store.View, who access.Session) (civil.Zone, error) {
	for _, role := range who.Roles {
		o, ans := agenda.Get[*agenda.Organisation](v, agenda.NounOrganisation, string(role.Organisation))
		if ans == agenda.Yes {
			return civil.LoadZone(o.Zone)
		}
	}
	return civil.LoadZone("Europe/Paris")
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

// lines gives every record of the calendar with its number.
func (r *reader) lines() ([]store.Line, error) {
	ids, err := r.v.TerritoiresOf(r.who.Agent)
	if err != nil {
		return nil, err
	}
	var all []store.Line
	for _, t := range ids {
		page, err := r.v.CollectionAfter(t, r.scope(), r.cal.noun, 0, 1<<30)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Lines...)
	}
	return all, nil
}

// item gives what a line shows now; false when it is out of the calendar.
func (r *reader) item(l store.Line, window agenda.Span) (event, bool, error) {
	if !l.In {
		return event{}, false, nil
	}
	e, err := r.cache.get(r, l)
	if err != nil || e.data == nil {
		return event{}, false, err
	}
	shown := slices.ContainsFunc(e.spans, func(s agenda.Span) bool { return s.Overlaps(window) })
	return e, shown, nil
}

func (e event) item(data bool) caldav.Item {
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
	err := a.read(ctx, who, slug, func(r *reader) error {
		lines, err := r.lines()
		if err != nil {
			return err
		}
		window := r.window(r.today)
		for _, l := range lines {
			e, shown, err := r.item(l, window)
			if err != nil {
				return err
			}
			if shown && e.meets(within) {
				items = append(items, e.item(data))
			}
		}
		return r.v.Err()
	})
	return items, err
}

// meets reports whether an occurrence meets or touches within; a zero bound is
// open.
func (e event) meets(within agenda.Span) bool {
	return slices.ContainsFunc(e.spans, func(s agenda.Span) bool {
		return (within.End.IsZero() || !s.Start.After(within.End)) && (within.Start.IsZero() || !s.End.Before(within.Start))
	})
}

func (a agendas) Named(ctx context.Context, who access.Session, slug string, names []string) (map[string]caldav.Item, error) {
	found := map[string]caldav.Item{}
	err := a.read(ctx, who, slug, func(r *reader) error {
		if who.Content == access.ContentOccupe && r.cal.noun == agenda.NounRdv {
			return r.namedByBusy(names, found)
		}
		window := r.window(r.today)
		for _, name := range names {
			id, ok := strings.CutSuffix(name, ".ics")
			if !ok || !agenda.ValidID(id) {
				continue
			}
			if err := r.addNamed(id, window, found); err != nil {
				return err
			}
		}
		return r.v.Err()
	})
	return found, err
}

func (r *reader) addNamed(id string, window agenda.Span, found map[string]caldav.Item) error {
	ids, err := r.v.TerritoiresOf(r.who.Agent)
	if err != nil {
		return err
	}
	ref := agenda.Ref{Noun: r.cal.noun, ID: id}
	for _, t := range ids {
		scopes, err := r.v.ScopesOf(t, ref)
		if err != nil {
			return err
		}
		number, err := r.v.NumberOf(t, ref)
		if err != nil {
			return err
		}
		e, shown, err := r.item(store.Line{Ref: ref, Number: number, In: slices.Contains(scopes, r.scope())}, window)
		if err != nil {
			return err
		}
		if shown {
			found[e.name] = e.item(true)
		}
	}
	return nil
}

// namedByBusy looks for events by the ids of their busy time: the only ones a
// reader at this level knows.
func (r *reader) namedByBusy(names []string, found map[string]caldav.Item) error {
	lines, err := r.lines()
	if err != nil {
		return err
	}
	window := r.window(r.today)
	for _, l := range lines {
		e, shown, err := r.item(l, window)
		if err != nil {
			return err
		}
		if shown && slices.Contains(names, e.name) {
			found[e.name] = e.item(true)
		}
	}
	return nil
}

func (a agendas) Changes(ctx context.Context, who access.Session, slug string, since caldav.Token, limit int, data bool) (caldav.Delta, error) {
	var d caldav.Delta
	err := a.read(ctx, who, slug, func(r *reader) error {
		now, err := r.token()
		if err != nil {
			return err
		}
		d.Next = now
		d.Next.Marks = slices.Clone(now.Marks)
		left := limit
		if limit <= 0 {
			left = 1 << 30
		}
		for i := range d.Next.Marks {
			if err := r.delta(&d, i, since, &left, data); err != nil {
				return err
			}
		}
		if !since.IsZero() && since.Day != r.today {
			return r.turned(&d, since.Day, data)
		}
		return r.v.Err()
	})
	return d, err
}

// delta adds what changed in one territoire; when nothing is left of the limit,
// its mark stays where the reader was.
func (r *reader) delta(d *caldav.Delta, i int, since caldav.Token, left *int, data bool) error {
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
		if err := r.tell(d, l, since.IsZero(), data); err != nil {
			return err
		}
	}
	*left -= len(page.Lines)
	if page.More {
		d.More, mark.Number = true, page.Through
	}
	return nil
}

// tell adds one line: changed when it is shown now, removed otherwise; a reader
// who has nothing is not told of removals.
func (r *reader) tell(d *caldav.Delta, l store.Line, fresh, data bool) error {
	e, shown, err := r.item(l, r.window(r.today))
	if err != nil {
		return err
	}
	switch {
	case shown:
		d.Changed = append(d.Changed, e.item(data))
	case !fresh:
		d.Removed = append(d.Removed, r.name(l.Ref.ID))
	}
	return nil
}

// turned adds what entered and left the window since the day of the token.
func (r *reader) turned(d *caldav.Delta, day civil.Date, data bool) error {
	lines, err := r.lines()
	if err != nil {
		return err
	}
	told := map[string]bool{}
	for _, i := range d.Changed {
		told[i.Name] = true
	}
	for _, name := range d.Removed {
		told[name] = true
	}
	was, is := r.window(day), r.window(r.today)
	for _, l := range lines {
		e, before, err := r.item(l, was)
		if err != nil {
			return err
		}
		_, now, err := r.item(l, is)
		if err != nil || before == now || told[r.name(l.Ref.ID)] {
			continue
		}
		if now {
			d.Changed = append(d.Changed, e.item(data))
		} else {
			d.Removed = append(d.Removed, r.name(l.Ref.ID))
		}
	}
	return nil
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

// encode writes one calendar object.
func encode(all []icalendar.Event) ([]byte, error) {
	return icalendar.NewEncoder().Append(nil, icalendar.Calendar{ProdID: prodID}, all...)
}
