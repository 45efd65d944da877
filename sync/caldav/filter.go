package caldav

import (
	"net/http"
	"slices"
	"strings"

	"permanence/app/agenda"
)

const (
	collationASCII   = "i;ascii-casemap"
	collationOctet   = "i;octet"
	collationUnicode = "i;unicode-casemap"
)

// filter is a calendar-query's filter (RFC 4791 §9.7), ready to be applied.
type filter struct {
	root   *compFilter
	within agenda.Span // hull of the events it can keep; open where zero
	bySpan bool        // the spans of an item decide alone, its bytes are not read
}

type compFilter struct {
	name   string
	absent bool
	within *agenda.Span
	props  []propFilter
	comps  []*compFilter
}

type propFilter struct {
	name   string
	absent bool
	within *agenda.Span
	text   *textMatch
	params []paramFilter
}

type paramFilter struct {
	name   string
	absent bool
	text   *textMatch
}

type textMatch struct {
	text   string // folded as the collation says
	fold   func(string) string
	negate bool
}

func badFilter() error {
	return forbid("<C:valid-filter/>", "Filtre non valable.")
}

func parseFilter(n *node) (*filter, error) {
	if n == nil || len(n.kids) != 1 || !n.kids[0].is(nsCalDAV, "comp-filter") {
		return nil, badFilter()
	}
	root, err := parseCompFilter(n.kids[0], "")
	if err != nil {
		return nil, err
	}
	if root.name != "VCALENDAR" || root.within != nil {
		return nil, badFilter()
	}
	f := &filter{root: root}
	if root.absent || len(root.props) > 0 || len(root.comps) != 1 {
		return f, nil
	}
	event := root.comps[0]
	if event.name != "VEVENT" || event.absent {
		return f, nil
	}
	f.bySpan = len(event.props) == 0 && len(event.comps) == 0
	if event.within != nil {
		f.within = *event.within
	}
	return f, nil
}

// parseCompFilter reads a comp-filter inside the component named in.
func parseCompFilter(n *node, in string) (*compFilter, error) {
	f := &compFilter{name: strings.ToUpper(n.attr("name"))}
	if f.name == "" {
		return nil, badFilter()
	}
	for _, k := range n.kids {
		if err := f.add(k, in); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *compFilter) add(k *node, in string) error {
	switch {
	case k.is(nsCalDAV, "is-not-defined"):
		f.absent = true
	case k.is(nsCalDAV, "time-range"):
		if in == "VEVENT" { // alarms: RFC 4791 lets a server say so
			return forbid("<C:supported-filter/>", "Filtre sur les alarmes : non pris en charge.")
		}
		return readRange(&f.within, k)
	case k.is(nsCalDAV, "comp-filter"):
		inner, err := parseCompFilter(k, f.name)
		f.comps = append(f.comps, inner)
		return err
	case k.is(nsCalDAV, "prop-filter"):
		inner, err := parsePropFilter(k)
		f.props = append(f.props, inner)
		return err
	default:
		return badFilter()
	}
	return nil
}

func readRange(into **agenda.Span, n *node) error {
	within, err := parseRange(n, false)
	*into = &within
	return err
}

func parsePropFilter(n *node) (propFilter, error) {
	f := propFilter{name: strings.ToUpper(n.attr("name"))}
	if f.name == "" {
		return f, badFilter()
	}
	for _, k := range n.kids {
		if err := f.add(k); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (f *propFilter) add(k *node) error {
	var err error
	switch {
	case k.is(nsCalDAV, "is-not-defined"):
		f.absent = true
	case k.is(nsCalDAV, "time-range"):
		err = readRange(&f.within, k)
	case k.is(nsCalDAV, "text-match"):
		f.text, err = parseTextMatch(k)
	case k.is(nsCalDAV, "param-filter"):
		var p paramFilter
		p, err = parseParamFilter(k)
		f.params = append(f.params, p)
	default:
		err = badFilter()
	}
	return err
}

func parseParamFilter(n *node) (paramFilter, error) {
	f := paramFilter{name: strings.ToUpper(n.attr("name"))}
	if f.name == "" || len(n.kids) > 1 {
		return f, badFilter()
	}
	if len(n.kids) == 0 {
		return f, nil
	}
	k := n.kids[0]
	if k.is(nsCalDAV, "is-not-defined") {
		f.absent = true
		return f, nil
	}
	if !k.is(nsCalDAV, "text-match") {
		return f, badFilter()
	}
	var err error
	f.text, err = parseTextMatch(k)
	return f, err
}

func parseTextMatch(n *node) (*textMatch, error) {
	m := &textMatch{}
	switch n.attr("collation") {
	case "", "default", collationASCII:
		m.fold = foldASCII
	case collationOctet:
		m.fold = func(s string) string { return s }
	case collationUnicode:
		m.fold = strings.ToLower
	default:
		return nil, &problem{http.StatusForbidden, "<C:supported-collation/>", "Comparaison de textes non prise en charge."}
	}
	switch n.attr("negate-condition") {
	case "", "no":
	case "yes":
		m.negate = true
	default:
		return nil, badFilter()
	}
	m.text = m.fold(string(n.chars))
	return m, nil
}

// foldASCII lowers A to Z and nothing else.
func foldASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// keeps reports whether an item matches.
func (f *filter) keeps(item *Item, z *zones) bool {
	if f.bySpan {
		return f.root.comps[0].during(item.Spans)
	}
	cal := parseCalendar(item.Data)
	if cal == nil || cal.name != f.root.name {
		return f.root.absent
	}
	m := &matcher{item.Spans, z}
	return !f.root.absent && m.inside(f.root, cal)
}

// during applies the time-range of an event's filter to its occurrences.
func (f *compFilter) during(spans []agenda.Span) bool {
	if f.within == nil {
		return true
	}
	return slices.ContainsFunc(spans, func(s agenda.Span) bool { return meets(s, *f.within) })
}

// meets is the table of RFC 4791 §9.9: bounds are half-open, and what lasts no
// time is met at its start. Zero bounds of within are open.
func meets(s, within agenda.Span) bool {
	if !within.End.IsZero() && !s.Start.Before(within.End) {
		return false
	}
	if within.Start.IsZero() {
		return true
	}
	if s.Start.Before(s.End) {
		return within.Start.Before(s.End)
	}
	return !s.Start.Before(within.Start)
}

// matcher applies filters to one parsed item.
type matcher struct {
	spans []agenda.Span
	zones *zones
}

// inside reports whether what f asks of the inside of c holds.
func (m *matcher) inside(f *compFilter, c *component) bool {
	for i := range f.props {
		if !m.prop(&f.props[i], c) {
			return false
		}
	}
	for _, inner := range f.comps {
		if !m.comp(inner, c) {
			return false
		}
	}
	return true
}

// comp reports whether some child of c, or none, is as f wants.
func (m *matcher) comp(f *compFilter, c *component) bool {
	for _, k := range c.kids {
		if k.name != f.name {
			continue
		}
		if f.absent {
			return false
		}
		if m.timed(f) && m.inside(f, k) {
			return true
		}
	}
	return f.absent
}

// timed applies a time-range on a component. Only events have a place in time
// here: the calendars hold nothing else.
func (m *matcher) timed(f *compFilter) bool {
	return f.within == nil || f.name == "VEVENT" && f.during(m.spans)
}

func (m *matcher) prop(f *propFilter, c *component) bool {
	for _, l := range c.lines {
		if l.name != f.name {
			continue
		}
		if f.absent {
			return false
		}
		if m.line(f, l) {
			return true
		}
	}
	return f.absent
}

func (m *matcher) line(f *propFilter, l line) bool {
	if f.within != nil {
		t, ok := m.zones.instant(l)
		if !ok || !meets(agenda.Span{Start: t, End: t}, *f.within) {
			return false
		}
	}
	if f.text != nil && !f.text.matches(l.text()) {
		return false
	}
	return !slices.ContainsFunc(f.params, func(p paramFilter) bool { return !p.matches(l) })
}

func (f paramFilter) matches(l line) bool {
	values := l.param(f.name)
	if f.absent || len(values) == 0 {
		return f.absent && len(values) == 0
	}
	return f.text == nil || slices.ContainsFunc(values, f.text.found) != f.text.negate
}

func (t *textMatch) matches(s string) bool { return t.found(s) != t.negate }

func (t *textMatch) found(s string) bool { return strings.Contains(t.fold(s), t.text) }

// overlapOf cuts s to within, whose zero bounds are open.
func overlapOf(s, within agenda.Span) agenda.Span {
	if s.Start.Before(within.Start) {
		s.Start = within.Start
	}
	if !within.End.IsZero() && within.End.Before(s.End) {
		s.End = within.End
	}
	return s
}
