package caldav

import (
	"encoding/xml"
	"net/http"
)

// asked is a property that a client named; prop is nil when nobody knows it.
type asked struct {
	name xml.Name
	prop *property
}

// selection is which properties a client wants of each resource.
type selection struct {
	asked   []asked // answered 404 where the resource lacks them
	all     bool    // besides, every allprop property that the resource has
	names   bool    // only the names of what it has (propname)
	minimal bool    // nothing about what it lacks
	data    *dataSpec
	missing []xml.Name // scratch of respond
}

// askedMax bounds the property names of one request; Apple asks for sixty.
const askedMax = 256

// parseSelection reads the children of a propfind or of a report. Without any,
// the client wants everything there is (RFC 4918 §9.1).
func (c *call) parseSelection(n *node) (*selection, error) {
	s := &selection{minimal: c.minimal()}
	switch {
	case n == nil:
		s.all = true
		return s, nil
	case n.kid(nsDAV, "prop") != nil:
		return s, s.ask(n.kid(nsDAV, "prop"))
	case n.kid(nsDAV, "propname") != nil:
		s.names = true
		return s, nil
	case n.kid(nsDAV, "allprop") != nil:
		s.all = true
	case n.is(nsDAV, "propfind"):
		return nil, badXML()
	}
	if include := n.kid(nsDAV, "include"); include != nil {
		return s, s.ask(include)
	}
	return s, nil
}

// ask notes the children of a prop element, each name once.
func (s *selection) ask(prop *node) error {
	seen := map[xml.Name]bool{}
	for _, k := range prop.kids {
		if seen[k.name] {
			continue
		}
		seen[k.name] = true
		if len(seen) > askedMax {
			return &problem{http.StatusBadRequest, "", textBadXML}
		}
		s.asked = append(s.asked, asked{k.name, propertyOf(k.name)})
		if !k.is(nsCalDAV, "calendar-data") {
			continue
		}
		spec, err := parseDataSpec(k)
		if err != nil {
			return err
		}
		s.data = spec
	}
	return nil
}

// respond writes the response element of one resource.
func (s *selection) respond(x *xmlWriter, r *resource) {
	x.open("D:response")
	x.href(r.address)
	s.found(x, r)
	if len(s.missing) > 0 && !s.minimal {
		x.raw("<D:propstat><D:prop>")
		for _, n := range s.missing {
			x.name(n)
		}
		x.raw("</D:prop>")
		x.status("404 Not Found")
		x.shut("D:propstat")
	}
	x.shut("D:response")
}

// found writes the propstat of what r has and notes what it lacks.
func (s *selection) found(x *xmlWriter, r *resource) {
	s.missing = s.missing[:0]
	start := len(x.b)
	x.raw("<D:propstat><D:prop>")
	empty := len(x.b)
	s.implied(x, r)
	for _, a := range s.asked {
		if a.prop == nil || !s.put(x, r, a.prop) {
			s.missing = append(s.missing, a.name)
		}
	}
	if len(x.b) == empty && len(s.missing) > 0 && !s.minimal {
		x.b = x.b[:start] // a propstat about nothing
		return
	}
	x.raw("</D:prop>")
	x.status("200 OK")
	x.shut("D:propstat")
}

// implied writes what allprop and propname mean.
func (s *selection) implied(x *xmlWriter, r *resource) {
	if !s.all && !s.names {
		return
	}
	for _, p := range properties {
		if s.names || p.all && !s.asks(p) {
			s.put(x, r, &p)
		}
	}
}

func (s *selection) asks(p property) bool {
	for _, a := range s.asked {
		if a.prop != nil && a.prop.tag == p.tag {
			return true
		}
	}
	return false
}

// put writes one property, or nothing when r has none.
func (s *selection) put(x *xmlWriter, r *resource, p *property) bool {
	if p.on&r.kind == 0 {
		return false
	}
	start := len(x.b)
	x.open(p.tag)
	if !p.put(x, r) {
		x.b = x.b[:start]
		return false
	}
	if s.names {
		x.b = x.b[:start]
		x.void(p.tag)
		return true
	}
	x.shut(p.tag)
	return true
}
