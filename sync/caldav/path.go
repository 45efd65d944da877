package caldav

import (
	"net/url"
	"strings"

	"permanence/app/agenda"
)

// Root is where the tree hangs.
const Root = "/dav/"

const (
	principalsPath = Root + "principals/"
	agendasPath    = Root + "agendas/"
)

// kind says what stands at an address; kinds add up to a set.
type kind uint8

const (
	kindRoot kind = 1 << iota
	kindPrincipals
	kindPrincipal
	kindHomes
	kindHome
	kindCalendar
	kindItem

	anyKind       = kindItem<<1 - 1
	anyCollection = anyKind &^ kindItem
)

// place is a well-formed address of the tree. Whether something stands there,
// and for whom, is another question.
type place struct {
	kind  kind
	agent agenda.AgentID
	slug  string
	name  string
}

// locate reads an escaped path. An address with an empty, dotted or
// slash-bearing segment is no address at all.
func locate(escaped string) (place, bool) {
	rest, ok := strings.CutPrefix(escaped+"/", Root)
	if !ok {
		return place{}, false
	}
	segments, ok := split(rest)
	if !ok {
		return place{}, false
	}
	switch {
	case len(segments) == 0:
		return place{kind: kindRoot}, true
	case segments[0] == "principals":
		return locatePrincipal(segments)
	case segments[0] == "agendas":
		return locateAgenda(segments, strings.HasSuffix(escaped, "/"))
	}
	return place{}, false
}

func locatePrincipal(segments []string) (place, bool) {
	switch len(segments) {
	case 1:
		return place{kind: kindPrincipals}, true
	case 2:
		return place{kind: kindPrincipal, agent: agenda.AgentID(segments[1])}, true
	}
	return place{}, false
}

func locateAgenda(segments []string, slash bool) (place, bool) {
	switch len(segments) {
	case 1:
		return place{kind: kindHomes}, true
	case 2:
		return place{kind: kindHome, agent: agenda.AgentID(segments[1])}, true
	case 3:
		return place{kind: kindCalendar, agent: agenda.AgentID(segments[1]), slug: segments[2]}, true
	case 4:
		at := place{kindItem, agenda.AgentID(segments[1]), segments[2], segments[3]}
		return at, !slash
	}
	return place{}, false
}

// split cuts a path into unescaped segments; trailing slashes count for nothing.
func split(path string) ([]string, bool) {
	path = strings.TrimRight(path, "/")
	if path == "" {
		return nil, true
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		plain, err := url.PathUnescape(s)
		if err != nil || plain == "" || plain == "." || plain == ".." || strings.ContainsAny(plain, "/\x00") {
			return nil, false
		}
		segments[i] = plain
	}
	return segments, true
}

// href gives the canonical address of a place.
func (p place) href() string {
	switch p.kind {
	case kindPrincipals:
		return principalsPath
	case kindPrincipal:
		return principalHref(p.agent)
	case kindHomes:
		return agendasPath
	case kindHome:
		return homeHref(p.agent)
	case kindCalendar:
		return calendarHref(p.agent, p.slug)
	case kindItem:
		return calendarHref(p.agent, p.slug) + url.PathEscape(p.name)
	}
	return Root
}

func principalHref(a agenda.AgentID) string { return principalsPath + url.PathEscape(string(a)) + "/" }

func homeHref(a agenda.AgentID) string { return agendasPath + url.PathEscape(string(a)) + "/" }

func calendarHref(a agenda.AgentID, slug string) string {
	return homeHref(a) + url.PathEscape(slug) + "/"
}

// belongsTo reports whether the place is nobody's in particular or a's own.
func (p place) belongsTo(a agenda.AgentID) bool { return p.agent == "" || p.agent == a }

func escapeName(name string) string { return url.PathEscape(name) }
