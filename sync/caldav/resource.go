package caldav

import "permanence/app/agenda"

// resource is something of the tree, as far as its kind needs loading.
type resource struct {
	place
	reader   agenda.AgentID
	identity *Identity   // for a principal
	calendar *Collection // for a calendar and its events
	item     *Item       // for an event
	zones    *zones      // for an event: how to read its local times
	address  string      // what to call it in the answer
	reports  []string    // the REPORTs it answers, as elements
	body     []byte      // what calendar-data says; nil: not asked for
}

func (c *call) resourceAt(at place) *resource {
	return &resource{place: at, reader: c.who.Agent, address: at.href(), reports: reportsOf(at.kind)}
}

// open loads what stands at the request's address, or ErrNotFound.
func (c *call) open() (*resource, error) {
	if c.at.kind == kindPrincipal {
		return c.principal()
	}
	r := c.resourceAt(c.at)
	if c.at.slug == "" {
		return r, nil
	}
	calendar, err := c.calendar()
	if err != nil {
		return nil, err
	}
	r.calendar = calendar
	if c.at.kind == kindCalendar {
		return r, nil
	}
	found, err := c.agendas.Named(c.r.Context(), c.who, c.at.slug, []string{c.at.name})
	if err != nil {
		return nil, err
	}
	item, ok := found[c.at.name]
	if !ok {
		return nil, ErrNotFound
	}
	r.item, r.zones = &item, newZones(calendar.Zone)
	return r, nil
}

// principal loads who is asking, the only principal they may see.
func (c *call) principal() (*resource, error) {
	identity, err := c.agendas.Identity(c.r.Context(), c.who)
	if err != nil {
		return nil, err
	}
	r := c.resourceAt(place{kind: kindPrincipal, agent: c.who.Agent})
	r.identity = &identity
	return r, nil
}

// calendar loads the calendar of the request's address, or ErrNotFound.
func (c *call) calendar() (*Collection, error) {
	calendar, err := c.agendas.Collection(c.r.Context(), c.who, c.at.slug)
	if err != nil {
		return nil, err
	}
	calendar.Writable = calendar.Writable && c.writer != nil
	return &calendar, nil
}

// events gives the resources of a calendar's events, one at a time: a listing
// may hold thousands, and one value serves them all.
type events struct {
	of   *resource
	base string
	r    resource
}

func (c *call) events(calendar *resource) *events {
	at := place{kind: kindItem, agent: calendar.agent, slug: calendar.slug}
	e := &events{of: calendar, base: calendarHref(at.agent, at.slug)}
	e.r = resource{place: at, reader: c.who.Agent, calendar: calendar.calendar, zones: newZones(calendar.calendar.Zone), reports: reportsOf(kindItem)}
	return e
}

// event is valid until the next call.
func (e *events) event(item *Item) *resource {
	e.r.name = item.Name
	e.r.item = item
	e.r.address = e.base + escapeName(item.Name)
	e.r.body = nil
	return &e.r
}
