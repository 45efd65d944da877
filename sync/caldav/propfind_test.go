package caldav

import (
	"net/http"
	"strings"
	"testing"
)

func TestPropertiesByKind(t *testing.T) {
	b := newBench(t, nil)
	item := event("u1", "2026-11-23T08:00", 30)
	b.shelf.set(alice, item)
	me := "<D:href>/dav/principals/" + string(alice) + "/</D:href>"
	tests := []struct{ name, path, prop, want string }{
		{"who I am, at the root", "/dav/", "<current-user-principal/>", "<D:current-user-principal>" + me},
		{"who I am, on an event", aliceRdvs + "u1.ics", "<current-user-principal/>", "<D:current-user-principal>" + me},
		{"root is a collection", "/dav/", "<resourcetype/>", "<D:resourcetype><D:collection/></D:resourcetype>"},
		{"my home", "/dav/principals/" + string(alice) + "/", "<C:calendar-home-set/>", "<C:calendar-home-set><D:href>" + aliceHome + "</D:href>"},
		{"my home, without slash", "/dav/principals/" + string(alice), "<C:calendar-home-set/>", "<D:href>" + aliceHome + "</D:href>"},
		{"my name", "/dav/principals/" + string(alice) + "/", "<displayname/>", "<D:displayname>Alice Bernard</D:displayname>"},
		{"my addresses", "/dav/principals/" + string(alice) + "/", "<C:calendar-user-address-set/>", "<D:href>mailto:alice@example.org</D:href>" + me},
		{"my mail", "/dav/principals/" + string(alice) + "/", "<CS:email-address-set/>", "<S:email-address>alice@example.org</S:email-address>"},
		{"my type", "/dav/principals/" + string(alice) + "/", "<C:calendar-user-type/>", "INDIVIDUAL"},
		{"principal-URL", "/dav/principals/" + string(alice) + "/", "<principal-URL/>", "<D:principal-URL>" + me},
		{"I am a principal", "/dav/principals/" + string(alice) + "/", "<resourcetype/>", "<D:collection/><D:principal/>"},
		{"where principals are", aliceHome, "<principal-collection-set/>", "<D:href>/dav/principals/</D:href>"},
		{"no groups", "/dav/principals/" + string(alice) + "/", "<group-membership/>", "<D:group-membership></D:group-membership>"},
		{"a calendar", aliceRdvs, "<resourcetype/>", "<D:collection/><C:calendar/>"},
		{"its name", aliceRdvs, "<displayname/>", "<D:displayname>Rendez-vous</D:displayname>"},
		{"its CTag", aliceRdvs, "<CS:getctag/>", "<S:getctag>urn:permanence:1:2026-11-21:motif:c0ffee:t1/e1/1</S:getctag>"},
		{"its token", aliceRdvs, "<sync-token/>", "<D:sync-token>urn:permanence:1:2026-11-21:motif:c0ffee:t1/e1/1</D:sync-token>"},
		{"its reports", aliceRdvs, "<supported-report-set/>", "<D:supported-report><D:report><D:sync-collection/></D:report></D:supported-report>"},
		{"events only", aliceRdvs, "<C:supported-calendar-component-set/>", `<C:comp name="VEVENT"/>`},
		{"owner", aliceRdvs, "<owner/>", "<D:owner>" + me},
		{"colour", aliceRdvs, "<A:calendar-color/>", "<A:calendar-color>#1b7f79</A:calendar-color>"},
		{"order", aliceRdvs, "<A:calendar-order/>", "<A:calendar-order>1</A:calendar-order>"},
		{"description, escaped", aliceRdvs, "<C:calendar-description/>", "Rendez-vous d’Alice &amp; équipe"},
		{"zone", aliceRdvs, "<C:calendar-timezone-id/>", "Europe/Paris"},
		{"zone, in full", aliceRdvs, "<C:calendar-timezone/>", "BEGIN:VTIMEZONE&#13;\nTZID:Europe/Paris"},
		{"size of a resource", aliceRdvs, "<C:max-resource-size/>", "<C:max-resource-size>1048576<"},
		{"collations", aliceRdvs, "<C:supported-collation-set/>", "<C:supported-collation>i;octet</C:supported-collation>"},
		{"data types", aliceRdvs, "<C:supported-calendar-data/>", `content-type="text/calendar" version="2.0"`},
		{"ETag", aliceRdvs + "u1.ics", "<getetag/>", `<D:getetag>&#34;`},
		{"type", aliceRdvs + "u1.ics", "<getcontenttype/>", "text/calendar; charset=utf-8; component=vevent"},
		{"date", aliceRdvs + "u1.ics", "<getlastmodified/>", "Sun, 01 Nov 2026 08:00:00 GMT"},
		{"an event is no collection", aliceRdvs + "u1.ics", "<resourcetype/>", "<D:resourcetype></D:resourcetype>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b.ask("PROPFIND", tt.path, request("propfind", tt.prop, ""), "Depth: 0").want(t, 207, tt.want, "HTTP/1.1 200 OK").without(t, "404")
		})
	}
}

// Clients look at the privileges to know whether they may offer to write.
func TestReadOnlyIsSaid(t *testing.T) {
	b := newBench(t, nil)
	ask := request("propfind", "<current-user-privilege-set/><acl/>", "")
	b.ask("PROPFIND", aliceRdvs, ask, "Depth: 0").want(t, 207, "<D:read/>", "<C:read-free-busy/>", "<D:protected/>").without(t, "D:write", "D:bind", "D:all")
	b = newBench(t, &notebook{})
	b.ask("PROPFIND", aliceRdvs, ask, "Depth: 0").want(t, 207, "<D:write-content/>", "<D:bind/>").without(t, "write-properties")
}

func TestWhatAClientAsksFor(t *testing.T) {
	b := newBench(t, nil)
	b.shelf.set(alice, event("u1", "2026-11-23T08:00", 30))
	const unknown = `<x:jamais xmlns:x="urn:autre"/><nothing xmlns=""/><C:calendar-data/>`
	tests := []struct {
		name, path, body string
		says, not        string
	}{
		{"no body: all", aliceRdvs, "", "<D:displayname>", "getctag"},
		{"allprop", aliceRdvs + "u1.ics", `<propfind xmlns="DAV:"><allprop/></propfind>`, "<D:getetag>", "404"},
		{"allprop and more", aliceRdvs, `<propfind xmlns="DAV:"><allprop/><include><sync-token/><resourcetype/><x/></include></propfind>`, "<D:sync-token>urn", "<D:resourcetype/>"},
		{"names", aliceRdvs, `<propfind xmlns="DAV:"><propname/></propfind>`, "<D:sync-token/>", "urn:permanence:1"},
		{"unknown names", aliceRdvs + "u1.ics", request("propfind", "<getetag/>"+unknown, ""), `<X:jamais xmlns:X="urn:autre"/><nothing/><C:calendar-data/></D:prop><D:status>HTTP/1.1 404`, ""},
		{"only unknown names", aliceRdvs, request("propfind", unknown, ""), "404 Not Found", "200 OK"},
		{"what lies elsewhere", aliceRdvs, request("propfind", "<getetag/><C:calendar-home-set/>", ""), "<D:getetag/><C:calendar-home-set/></D:prop><D:status>HTTP/1.1 404", "200 OK"},
		{"a name twice", aliceRdvs, request("propfind", "<displayname/><displayname/>", ""), "</D:displayname></D:prop>", ""},
		{"a hostile namespace", aliceRdvs, request("propfind", `<x:a xmlns:x='"&lt;b>'/>`, ""), `xmlns:X="&#34;&lt;b&gt;"`, ""},
		{"another prefix, a BOM, a comment", aliceRdvs, "\ufeff" + `<?xml version="1.0" encoding="UTF-8"?><!-- é --><z:propfind xmlns:z="DAV:"><z:prop><z:displayname/></z:prop></z:propfind>`, "Rendez-vous", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := b.ask("PROPFIND", tt.path, tt.body, "Depth: 0").want(t, 207, tt.says)
			g.multi(t)
			if tt.not != "" {
				g.without(t, tt.not)
			}
		})
	}
}

func TestMinimalAnswers(t *testing.T) {
	b := newBench(t, nil)
	body := request("propfind", "<displayname/><getetag/>", "")
	for _, h := range []string{"Prefer: return=minimal", "Prefer: depth-noroot, return=minimal", "Brief: t"} {
		g := b.ask("PROPFIND", aliceRdvs, body, "Depth: 0", h).want(t, 207, "Rendez-vous").without(t, "404", "getetag")
		if g.header.Get("Preference-Applied") != "return=minimal" {
			t.Errorf("%s: not said to be applied", h)
		}
	}
	b.ask("PROPFIND", aliceRdvs, body, "Depth: 0", "Prefer: return=representation").want(t, 207, "404")
	b.ask("PROPFIND", aliceRdvs, request("propfind", "<getetag/>", ""), "Depth: 0", "Brief: t").want(t, 207, "<D:prop></D:prop><D:status>HTTP/1.1 200 OK")
}

func TestDepth(t *testing.T) {
	b := newBench(t, nil)
	b.shelf.set(alice, event("u1", "2026-11-23T08:00", 30))
	b.shelf.set(alice, event("u2 é@x", "2026-11-23T09:00", 30))
	me := string(alice)
	tests := []struct{ path, want string }{
		{"/dav/", "/dav/ /dav/principals/ /dav/agendas/"},
		{"/dav/principals/", "/dav/principals/ /dav/principals/" + me + "/"},
		{"/dav/principals/" + me, "/dav/principals/" + me + "/"},
		{"/dav/agendas", "/dav/agendas/ " + aliceHome},
		{aliceHome, aliceHome + " " + aliceRdvs},
		{aliceRdvs, aliceRdvs + " " + aliceRdvs + "u1.ics " + aliceRdvs + "u2%20%C3%A9@x.ics"},
		{aliceRdvs + "u1.ics", aliceRdvs + "u1.ics"},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			var hrefs []string
			for _, r := range b.ask("PROPFIND", tt.path, request("propfind", "<getetag/><resourcetype/>", ""), "Depth: 1").multi(t).Responses {
				hrefs = append(hrefs, r.Href)
			}
			if got := strings.Join(hrefs, " "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			for _, h := range hrefs {
				b.ask("PROPFIND", h, "", "Depth: 0").want(t, 207)
			}
			for _, h := range []string{"Depth: infinity", "X: y"} {
				b.ask("PROPFIND", tt.path, "", h).want(t, http.StatusForbidden, "<D:propfind-finite-depth/>", "Depth: infinity n’est pas accepté")
			}
		})
	}
}

func TestProppatchKeepsNothingAndStopsNobody(t *testing.T) {
	b := newBench(t, nil)
	tests := []struct{ name, body string }{
		{"Apple's order", `<A:propertyupdate xmlns:A="DAV:"><A:set><A:prop><D:calendar-order xmlns:D="http://apple.com/ns/ical/">1</D:calendar-order></A:prop></A:set></A:propertyupdate>`},
		{"a name that is markup", `<propertyupdate xmlns="DAV:"><set><prop><displayname>&lt;script&gt;alert(1)&lt;/script&gt;</displayname></prop></set></propertyupdate>`},
		{"removed and set", `<propertyupdate xmlns="DAV:"><remove><prop><displayname/></prop></remove><set><prop><x xmlns="urn:y">1</x></prop></set></propertyupdate>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := b.ask("PROPPATCH", aliceRdvs, tt.body).want(t, 207, "HTTP/1.1 403 Forbidden", "<D:cannot-modify-protected-property/>", "se règlent dans Permanence")
			g.without(t, "<script", "alert", "200 OK")
			if m := g.multi(t); len(m.Responses) != 1 || m.Responses[0].Href != aliceRdvs {
				t.Errorf("responses %+v", m.Responses)
			}
		})
	}
	b.ask("PROPFIND", aliceRdvs, request("propfind", "<displayname/>", ""), "Depth: 0").want(t, 207, ">Rendez-vous<")
	for _, bad := range []string{"", "<x/>", `<propertyupdate xmlns="DAV:"/>`, `<propertyupdate xmlns="DAV:"><set/></propertyupdate>`, `<propertyupdate xmlns="DAV:"><efface><prop><a/></prop></efface></propertyupdate>`, `<propertyupdate xmlns="DAV:"><set><prop/></set></propertyupdate>`} {
		b.ask("PROPPATCH", aliceRdvs, bad).want(t, 400, "Requête XML refusée.")
	}
}
