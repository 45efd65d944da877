package caldav

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"permanence/app/agenda"
)

// reportsOf lists the REPORTs that a kind of resource answers.
func reportsOf(k kind) []string {
	switch k {
	case kindCalendar:
		return []string{"C:calendar-query", "C:calendar-multiget", "C:free-busy-query", "D:sync-collection"}
	case kindItem:
		return []string{"C:calendar-query", "C:calendar-multiget"}
	}
	return nil
}

// report goes to what answers the root element of the body.
func (c *call) report() error {
	doc, err := c.document()
	if err != nil {
		return err
	}
	if doc == nil {
		return badXML()
	}
	r, err := c.open()
	if err != nil {
		return err
	}
	tag, _ := tagOf(doc.name)
	switch {
	case !slices.Contains(r.reports, tag):
		return forbid("<D:supported-report/>", "Ce rapport n’existe pas à cette adresse.")
	case tag == "C:calendar-query":
		return c.query(r, doc)
	case tag == "C:calendar-multiget":
		return c.multiget(r, doc)
	case tag == "D:sync-collection":
		return c.syncCollection(r, doc)
	}
	return c.freeBusy(r, doc)
}

// query answers calendar-query: the events that a filter keeps.
func (c *call) query(r *resource, doc *node) error {
	depth, err := c.depth("1")
	if err != nil {
		return err
	}
	s, err := c.parseSelection(doc)
	if err != nil {
		return err
	}
	f, err := parseFilter(doc.kid(nsCalDAV, "filter"))
	if err != nil {
		return err
	}
	m := newMultistatus()
	if r.kind == kindItem {
		err = c.keep(m, s, f, r)
	} else if depth != "0" { // a calendar itself is no event
		err = c.keepAll(m, s, f, r)
	}
	if err != nil {
		return err
	}
	return c.multistatus(m, s)
}

// eventsBeside makes the events of the calendar that r is, or is in.
func (c *call) eventsBeside(r *resource) *events {
	calendar := c.resourceAt(place{kind: kindCalendar, agent: r.agent, slug: r.slug})
	calendar.calendar = r.calendar
	return c.events(calendar)
}

func (c *call) keepAll(m *multistatus, s *selection, f *filter, calendar *resource) error {
	e := c.events(calendar)
	data := s.data != nil || !f.bySpan
	for item, err := range c.agendas.Items(c.r.Context(), c.who, calendar.slug, f.within, data) {
		if err != nil {
			return err
		}
		if err := c.keep(m, s, f, e.event(&item)); err != nil {
			return err
		}
	}
	return nil
}

// keep responds for an event if the filter keeps it.
func (c *call) keep(m *multistatus, s *selection, f *filter, event *resource) error {
	if !f.keeps(event.item, event.zones) {
		return nil
	}
	return c.show(m, s, event)
}

// show responds for an event, with its calendar-data when asked for.
func (c *call) show(m *multistatus, s *selection, event *resource) error {
	if s.data != nil {
		body, err := s.data.render(event.item, event.zones)
		if err != nil {
			return err
		}
		event.body = body
	}
	s.respond(&m.xmlWriter, event)
	return m.fits()
}

// multiget answers for the addresses given, in their order, each under the
// very spelling that was asked for.
func (c *call) multiget(r *resource, doc *node) error {
	s, err := c.parseSelection(doc)
	if err != nil {
		return err
	}
	var addresses, names []string
	for _, k := range doc.kids {
		if k.is(nsDAV, "href") {
			addresses = append(addresses, k.text())
			names = append(names, c.nameIn(r, k.text()))
		}
	}
	if len(addresses) == 0 {
		return badXML()
	}
	found, err := c.agendas.Named(c.r.Context(), c.who, r.slug, known(names))
	if err != nil {
		return err
	}
	m := newMultistatus()
	e := c.eventsBeside(r)
	for i, name := range names {
		item, ok := found[name]
		if !ok {
			m.gone(addresses[i])
			continue
		}
		event := e.event(&item)
		event.address = addresses[i]
		if err := c.show(m, s, event); err != nil {
			return err
		}
	}
	return c.multistatus(m, s)
}

// nameIn gives the name that an address has in the calendar of r, or "" when
// it lies elsewhere: on another host, in another calendar, in another home.
func (c *call) nameIn(r *resource, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host != "" && u.Host != c.r.Host {
		return ""
	}
	at, ok := locate(u.EscapedPath())
	if !ok || at.kind != kindItem || at.agent != r.agent || at.slug != r.slug {
		return ""
	}
	if r.kind == kindItem && at.name != r.name {
		return ""
	}
	return at.name
}

// known gives the names to look for, each once.
func known(names []string) []string {
	sorted := slices.Compact(slices.Sorted(slices.Values(names)))
	return slices.DeleteFunc(sorted, func(n string) bool { return n == "" })
}

// syncCollection answers RFC 6578: what changed since a token. Thunderbird
// sends Depth: 1 where the RFC wants 0; both mean the same here.
func (c *call) syncCollection(r *resource, doc *node) error {
	depth, err := c.depth("0")
	if err != nil {
		return err
	}
	if level := doc.kid(nsDAV, "sync-level"); depth == "infinity" || level != nil && level.text() != "1" {
		return forbid("<D:sync-traversal-supported/>", "Demande trop profonde : Depth: infinity n’est pas accepté.")
	}
	s, err := c.parseSelection(doc)
	if err != nil {
		return err
	}
	limit, err := parseLimit(doc.kid(nsDAV, "limit"))
	if err != nil {
		return err
	}
	d, err := c.delta(r, doc.kid(nsDAV, "sync-token"), limit, s.data != nil)
	if err != nil {
		return err
	}
	return c.showDelta(r, s, d)
}

// delta brings a reader from the token they sent to now.
func (c *call) delta(r *resource, sent *node, limit int, data bool) (Delta, error) {
	var since Token
	if sent != nil && sent.text() != "" {
		var err error
		if since, err = ParseToken(sent.text()); err != nil {
			return Delta{}, err
		}
		if !since.leadsTo(r.calendar.Token) {
			return Delta{}, ErrInvalidToken
		}
	}
	if since.Equal(r.calendar.Token) {
		return Delta{Next: since}, nil
	}
	return c.agendas.Changes(c.r.Context(), c.who, r.slug, since, limit, data)
}

func (c *call) showDelta(r *resource, s *selection, d Delta) error {
	m := newMultistatus()
	e := c.events(r)
	for i := range d.Changed {
		if err := c.show(m, s, e.event(&d.Changed[i])); err != nil {
			return err
		}
	}
	for _, name := range d.Removed {
		m.gone(e.base + escapeName(name))
	}
	if d.More {
		m.open("D:response")
		m.href(r.address)
		m.status("507 Insufficient Storage")
		m.raw("<D:error><D:number-of-matches-within-limits/></D:error></D:response>")
	}
	m.leaf("D:sync-token", d.Next.String())
	return c.multistatus(m, s)
}

// parseLimit reads nresults; 0 when the client sets none.
func parseLimit(n *node) (int, error) {
	if n == nil {
		return 0, nil
	}
	results := n.kid(nsDAV, "nresults")
	if results == nil {
		return 0, badXML()
	}
	limit := 0
	for _, d := range results.text() {
		if d < '0' || d > '9' || limit > 1_000_000 {
			return 0, badXML()
		}
		limit = limit*10 + int(d-'0')
	}
	if limit == 0 {
		return 0, badXML()
	}
	return limit, nil
}

// parseRange reads start and end, UTC date-times of which one may be missing
// unless both are needed. A range that is empty or upside down is a mistake.
func parseRange(n *node, both bool) (agenda.Span, error) {
	from, to := n.attr("start"), n.attr("end")
	start, errStart := parseInstant(from)
	end, errEnd := parseInstant(to)
	missing := from == "" || to == ""
	switch {
	case errStart != nil, errEnd != nil, from == "" && to == "", both && missing:
		return agenda.Span{}, badDate()
	case !missing && !start.Before(end):
		return agenda.Span{}, badDate()
	}
	return agenda.Span{Start: start, End: end}, nil
}

func badDate() error {
	return &problem{http.StatusBadRequest, "<C:valid-filter/>", textBadDate}
}

// parseInstant reads 20270105T080000Z; "" is the zero time.
func parseInstant(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if len(s) != len(instantForm) || !strings.HasSuffix(s, "Z") {
		return time.Time{}, errBadXML
	}
	return time.Parse(instantForm, s)
}

const instantForm = "20060102T150405Z"
