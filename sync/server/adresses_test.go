package server

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/access"
)

// ask is how one route is asked, and which keys open it.
type ask struct {
	method, path, body string
	opens              []string
	public             bool
}

// Every route has a policy, and every policy that is not public refuses who has
// no key, the key of another kind, and the key of somebody else.
func TestEveryRouteIsGuarded(t *testing.T) {
	m := newMonde(t)
	book := m.booking("14:30", []agenda.AgentID{m.alice}, m.nadia)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, book)
	link, err := links{m.srv.db, func() string { return "" }, m.clock.Now, newID}.Link(t.Context(), book.Rdv, m.nadia)
	if err != nil {
		t.Fatal(err)
	}
	feed, _ := m.secret(access.KindFeed, m.alice, access.ContentMotif)
	app, _ := m.secret(access.KindAppPassword, m.alice, access.ContentMotif)
	device, stranger := m.newAppareil(m.alice), m.newAppareil(m.dalil)
	keys := map[string]string{
		"nobody": "", "a device": "Authorization: Bearer " + device.credential,
		"an app password": basic("fournier@montrelay.example.org", app), "a feed as a bearer": "Authorization: Bearer " + feed,
		"a link as a bearer": "Authorization: Bearer " + strings.TrimPrefix(link, "/rdv/"), "an app password as a bearer": "Authorization: Bearer " + device.id + "." + app,
		"a device as basic": basic("fournier@montrelay.example.org", device.credential), "a cookie": "Cookie: session=" + device.credential,
	}
	asks := map[string]ask{
		"GET /healthz":                          {public: true},
		"GET /readyz":                           {public: true},
		"GET /confidentialite":                  {public: true},
		"GET /accessibilite":                    {public: true},
		"POST /sync/v1/login":                   {public: true},
		"POST /sync/v1/exchange":                {path: "/sync/v1/exchange", method: "POST", body: device.lines(0), opens: []string{"a device"}},
		"GET /sync/v1/devices":                  {path: "/sync/v1/devices", opens: []string{"a device"}},
		"POST /sync/v1/devices/{device}/rename": {path: "/sync/v1/devices/" + device.id + "/rename", method: "POST", body: `{"name":"Accueil"}`, opens: []string{"a device"}},
		"POST /sync/v1/devices/{device}/revoke": {path: "/sync/v1/devices/" + stranger.id + "/revoke", method: "POST"},
		"POST /sync/v1/devices/{device}/wipe":   {path: "/sync/v1/devices/" + stranger.id + "/wipe", method: "POST"},
		"GET /sync/v1/history/{noun}/{id}":      {path: "/sync/v1/history/usager/" + string(m.nadia), opens: []string{"a device"}},
		"GET /sync/v1/live":                     {path: "/sync/v1/live"},
		"/dav/":                                 {path: home(m.alice), method: "PROPFIND", opens: []string{"an app password"}},
		"/.well-known/caldav":                   {public: true},
		"PROPFIND /{$}":                         {public: true},
		"OPTIONS /dav/":                         {public: true},
		"GET /ics/{secret}":                     {path: "/ics/" + flip(feed)},
		"GET /rdv/{link}":                       {path: flip(link)},
		"GET /rdv/{link}/annuler":               {path: flip(link) + "/annuler"},
		"POST /rdv/{link}/annuler":              {path: flip(link) + "/annuler", method: "POST"},
		"GET /rdv/{link}/rendez-vous.ics":       {path: flip(link) + "/rendez-vous.ics"},
	}
	for _, rt := range m.srv.routes() {
		a, known := asks[rt.Pattern]
		switch {
		case !slices.Contains(access.Policies(), rt.Policy):
			t.Errorf("%s: policy %q", rt.Pattern, rt.Policy)
		case rt.Policy == access.PolicyLocal: // only where mail is captured
		case !known:
			t.Errorf("%s is asked by no test", rt.Pattern)
		case a.public != (rt.Policy == access.PolicyPublic):
			t.Errorf("%s: public %v, policy %s", rt.Pattern, a.public, rt.Policy)
		case !a.public:
			m.try(t, rt.Pattern, a, keys)
		}
	}
}

// try asks with every key; only those named may enter.
func (m *monde) try(t *testing.T, pattern string, a ask, keys map[string]string) {
	t.Helper()
	method := cmp.Or(a.method, "GET")
	for name, key := range keys {
		headers := []string{"Depth: 0"}
		if key != "" {
			headers = append(headers, key)
		}
		got := m.do(method, a.path, a.body, headers...).status
		opened := got < 300
		if opened != slices.Contains(a.opens, name) || got >= 500 {
			t.Errorf("%s with %s: %d", pattern, name, got)
		}
		m.clock.advance(4 * time.Second) // a guess each 3 s is let through
	}
}
