package caldav

import (
	"net/http"

	"permanence/app/agenda"
)

// answerMax bounds one answer in memory.
const answerMax = 64 << 20 // bytes

// multistatus is a 207 being built.
type multistatus struct{ xmlWriter }

func newMultistatus() *multistatus {
	m := &multistatus{}
	m.raw(xmlHeader + "<D:multistatus" + xmlNamespaces + ">\n")
	return m
}

// fits refuses an answer that has grown beyond its bound.
func (m *multistatus) fits() error {
	if len(m.b) > answerMax {
		return tooMuch()
	}
	return nil
}

// gone writes the response for an address where nothing stands.
func (m *multistatus) gone(address string) {
	m.open("D:response")
	m.href(address)
	m.status("404 Not Found")
	m.shut("D:response")
}

func (c *call) multistatus(m *multistatus, s *selection) error {
	m.raw("</D:multistatus>\n")
	if s.minimal {
		c.w.Header().Set("Preference-Applied", "return=minimal")
	}
	reply(c.w, http.StatusMultiStatus, xmlType, m.b)
	return nil
}

// propfind answers at depth 0 and 1; the whole tree at once is refused.
func (c *call) propfind() error {
	depth, err := c.depth("infinity")
	if err != nil {
		return err
	}
	doc, err := c.document()
	if err != nil {
		return err
	}
	if doc != nil && !doc.is(nsDAV, "propfind") {
		return badXML()
	}
	s, err := c.parseSelection(doc)
	if err != nil {
		return err
	}
	if depth == "infinity" {
		return forbid("<D:propfind-finite-depth/>", "Demande trop profonde : Depth: infinity n’est pas accepté.")
	}
	r, err := c.open()
	if err != nil {
		return err
	}
	m := newMultistatus()
	s.respond(&m.xmlWriter, r)
	if depth == "1" {
		if err := c.children(m, s, r); err != nil {
			return err
		}
	}
	return c.multistatus(m, s)
}

// children answers for what a collection holds, of which the reader sees only
// their own.
func (c *call) children(m *multistatus, s *selection, r *resource) error {
	mine := c.who.Agent
	switch r.kind {
	case kindRoot:
		s.respond(&m.xmlWriter, c.resourceAt(place{kind: kindPrincipals}))
		s.respond(&m.xmlWriter, c.resourceAt(place{kind: kindHomes}))
	case kindPrincipals:
		me, err := c.principal()
		if err != nil {
			return err
		}
		s.respond(&m.xmlWriter, me)
	case kindHomes:
		s.respond(&m.xmlWriter, c.resourceAt(place{kind: kindHome, agent: mine}))
	case kindHome:
		return c.calendars(m, s)
	case kindCalendar:
		return c.list(m, s, r)
	}
	return nil
}

func (c *call) calendars(m *multistatus, s *selection) error {
	all, err := c.agendas.Collections(c.r.Context(), c.who)
	if err != nil {
		return err
	}
	for i := range all {
		r := c.resourceAt(place{kind: kindCalendar, agent: c.who.Agent, slug: all[i].Slug})
		all[i].Writable = all[i].Writable && c.writer != nil
		r.calendar = &all[i]
		s.respond(&m.xmlWriter, r)
	}
	return nil
}

// list answers for every event of a calendar.
func (c *call) list(m *multistatus, s *selection, calendar *resource) error {
	e := c.events(calendar)
	for item, err := range c.agendas.Items(c.r.Context(), c.who, calendar.slug, agenda.Span{}, false) {
		if err != nil {
			return err
		}
		s.respond(&m.xmlWriter, e.event(&item))
		if err := m.fits(); err != nil {
			return err
		}
	}
	return nil
}

// proppatch keeps nothing: name, colour and order of an agenda are those of
// Permanence. Each property is refused by itself inside a 207, which clients
// take as "this one stays as it is" where a bare 403 would stop them.
func (c *call) proppatch() error {
	doc, err := c.document()
	if err != nil {
		return err
	}
	if doc == nil || !doc.is(nsDAV, "propertyupdate") {
		return badXML()
	}
	s := &selection{}
	for _, action := range doc.kids {
		prop := action.kid(nsDAV, "prop")
		if !action.is(nsDAV, "set") && !action.is(nsDAV, "remove") || prop == nil {
			return badXML()
		}
		if err := s.ask(prop); err != nil {
			return err
		}
	}
	if len(s.asked) == 0 {
		return badXML()
	}
	r, err := c.open()
	if err != nil {
		return err
	}
	return c.refuseProperties(r, s)
}

func (c *call) refuseProperties(r *resource, s *selection) error {
	m := newMultistatus()
	m.open("D:response")
	m.href(r.address)
	m.raw("<D:propstat><D:prop>")
	for _, a := range s.asked {
		m.name(a.name)
	}
	m.raw("</D:prop>")
	m.status("403 Forbidden")
	m.raw("<D:error><D:cannot-modify-protected-property/></D:error>")
	m.leaf("D:responsedescription", "Le nom, la couleur et l’ordre d’un agenda se règlent dans Permanence.")
	m.raw("</D:propstat></D:response>")
	return c.multistatus(m, s)
}
