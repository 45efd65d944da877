package caldav

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"permanence/app/agenda"
)

// dataSpec is what a client wants of an event's bytes (RFC 4791 §9.6); the
// zero dataSpec is all of them, untouched.
type dataSpec struct {
	comp   *compSpec
	expand *agenda.Span // occurrences instead of a series
	limit  *agenda.Span // exceptions of the series outside it left out
}

type compSpec struct {
	name     string
	allProps bool
	props    map[string]bool // true: with its value
	allComps bool
	comps    []*compSpec
}

func parseDataSpec(n *node) (*dataSpec, error) {
	kind, version := n.attr("content-type"), n.attr("version")
	if kind != "" && !strings.EqualFold(kind, "text/calendar") || version != "" && version != "2.0" {
		return nil, forbid("<C:supported-calendar-data/>", "Seul le format text/calendar 2.0 est servi.")
	}
	s := &dataSpec{}
	for _, k := range n.kids {
		if err := s.add(k); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *dataSpec) add(k *node) error {
	var err error
	switch {
	case k.is(nsCalDAV, "comp"):
		s.comp, err = parseCompSpec(k)
	case k.is(nsCalDAV, "expand"):
		err = readBounds(&s.expand, k)
	case k.is(nsCalDAV, "limit-recurrence-set"):
		err = readBounds(&s.limit, k)
	case k.is(nsCalDAV, "limit-freebusy-set"): // there is no VFREEBUSY to limit
	default:
		err = badXML()
	}
	return err
}

func readBounds(into **agenda.Span, n *node) error {
	within, err := parseRange(n, true)
	*into = &within
	return err
}

func parseCompSpec(n *node) (*compSpec, error) {
	s := &compSpec{name: strings.ToUpper(n.attr("name")), props: map[string]bool{}}
	if s.name == "" {
		return nil, badXML()
	}
	for _, k := range n.kids {
		switch {
		case k.is(nsCalDAV, "allprop"):
			s.allProps = true
		case k.is(nsCalDAV, "allcomp"):
			s.allComps = true
		case k.is(nsCalDAV, "prop"):
			s.props[strings.ToUpper(k.attr("name"))] = k.attr("novalue") != "yes"
		case k.is(nsCalDAV, "comp"):
			inner, err := parseCompSpec(k)
			if err != nil {
				return nil, err
			}
			s.comps = append(s.comps, inner)
		default:
			return nil, badXML()
		}
	}
	return s, nil
}

// render gives what calendar-data holds for an item.
func (s *dataSpec) render(item *Item, z *zones) ([]byte, error) {
	if s.comp == nil && s.expand == nil && s.limit == nil {
		return item.Data, nil
	}
	cal := parseCalendar(item.Data)
	if cal == nil {
		return item.Data, nil
	}
	if s.limit != nil {
		z.limit(cal, *s.limit)
	}
	if s.expand != nil {
		if err := z.expand(cal, item.Spans, *s.expand); err != nil {
			return nil, err
		}
	}
	if s.comp != nil {
		cal = s.comp.prune(cal)
	}
	return cal.write(nil), nil
}

// prune keeps of c what the client named.
func (s *compSpec) prune(c *component) *component {
	kept := &component{name: c.name}
	for _, l := range c.lines {
		value, named := s.props[l.name]
		switch {
		case s.allProps || value:
			kept.lines = append(kept.lines, l)
		case named:
			kept.lines = append(kept.lines, parseLine(l.name+l.params+":"))
		}
	}
	for _, k := range c.kids {
		i := slices.IndexFunc(s.comps, func(inner *compSpec) bool { return inner.name == k.name })
		switch {
		case i >= 0:
			kept.kids = append(kept.kids, s.comps[i].prune(k))
		case s.allComps:
			kept.kids = append(kept.kids, k)
		}
	}
	return kept
}

// limit leaves out the exceptions of a series that fall outside within, both
// by their own time and by the time they replace.
func (z *zones) limit(cal *component, within agenda.Span) {
	cal.kids = slices.DeleteFunc(cal.kids, func(k *component) bool {
		replaced, ok := k.find("RECURRENCE-ID")
		if !ok {
			return false
		}
		start, _ := k.find("DTSTART")
		return !z.startsIn(replaced, within) && !z.startsIn(start, within)
	})
}

func (z *zones) startsIn(l line, within agenda.Span) bool {
	t, ok := z.instant(l)
	return ok && meets(agenda.Span{Start: t, End: t}, within)
}

// occurrencesMax bounds the occurrences that one event is expanded into.
const occurrencesMax = 2000

// expand turns a series into its occurrences that meet within, in UTC, without
// rule and without zones. spans are all the occurrences; an exception is the
// component that starts when one of them does.
func (z *zones) expand(cal *component, spans []agenda.Span, within agenda.Span) error {
	var master *component
	exceptions := map[time.Time]*component{}
	for _, k := range cal.kids {
		if k.name != "VEVENT" {
			continue
		}
		if _, ok := k.find("RECURRENCE-ID"); !ok {
			master = k
			continue
		}
		start, _ := k.find("DTSTART")
		if t, ok := z.instant(start); ok {
			exceptions[t] = k
		}
	}
	var kids []*component
	for _, s := range spans {
		if !meets(s, within) {
			continue
		}
		if len(kids) == occurrencesMax {
			return &problem{http.StatusForbidden, "<C:max-instances/>", "Trop d’occurrences : réduisez la période demandée."}
		}
		if k, ok := exceptions[s.Start.UTC()]; ok {
			kids = append(kids, z.occurrence(k, s))
		} else if master != nil {
			kids = append(kids, z.occurrence(master, s))
		}
	}
	cal.kids = kids
	return nil
}

// occurrence writes one occurrence of an event as an event of its own.
func (z *zones) occurrence(event *component, s agenda.Span) *component {
	one := &component{name: event.name, kids: event.kids}
	start, _ := event.find("DTSTART")
	series := false
	for _, l := range event.lines {
		switch l.name {
		case "RRULE", "RDATE", "EXDATE", "EXRULE":
			series = true
		case "DTSTART":
			one.lines = append(one.lines, z.at("DTSTART", s.Start, start))
		case "DTEND", "DURATION":
			one.lines = append(one.lines, z.at("DTEND", s.End, start))
		case "RECURRENCE-ID":
			one.lines = append(one.lines, z.utc(l))
		default:
			one.lines = append(one.lines, l)
		}
	}
	if series {
		one.lines = append(one.lines, z.at("RECURRENCE-ID", s.Start, start))
	}
	return one
}

// at writes an instant under name, as a day when like is one.
func (z *zones) at(name string, t time.Time, like line) line {
	if like.isDate() {
		return parseLine(name + ";VALUE=DATE:" + t.In(z.named(z.home)).Format("20060102"))
	}
	return parseLine(name + ":" + t.UTC().Format(instantForm))
}

// utc writes l again with its instant in UTC.
func (z *zones) utc(l line) line {
	t, ok := z.instant(l)
	if !ok || l.isDate() {
		return l
	}
	return parseLine(l.name + ":" + t.Format(instantForm))
}
