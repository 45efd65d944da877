package caldav

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestHostileBodies(t *testing.T) {
	deep := strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40)
	entities := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><propfind xmlns="DAV:"><prop>&b;</prop></propfind>`
	var many strings.Builder
	for i := range askedMax + 1 {
		fmt.Fprintf(&many, "<p%d/>", i)
	}
	tests := []struct {
		name, body string
		code       int
	}{
		{"malformed", `<propfind xmlns="DAV:"><prop><displayname></prop></propfind>`, 400},
		{"cut", `<propfind xmlns="DAV:"><prop>`, 400},
		{"not XML", "bonjour", 400},
		{"white space", " \n ", 400},
		{"another root", `<calendar xmlns="DAV:"/>`, 400},
		{"no namespace", `<propfind><allprop/></propfind>`, 400},
		{"two roots", `<propfind xmlns="DAV:"><allprop/></propfind><propfind xmlns="DAV:"/>`, 400},
		{"text after the root", `<propfind xmlns="DAV:"><allprop/></propfind>reste`, 400},
		{"an empty propfind", `<propfind xmlns="DAV:"/>`, 400},
		{"a DTD", `<!DOCTYPE propfind SYSTEM "file:///etc/passwd"><propfind xmlns="DAV:"><allprop/></propfind>`, 400},
		{"entities of entities", entities, 400},
		{"an unknown entity", `<propfind xmlns="DAV:"><prop>&eacute;</prop></propfind>`, 400},
		{"utf-7", `<?xml version="1.0" encoding="utf-7"?><propfind xmlns="DAV:"><prop>+ADw-script+AD4-</prop></propfind>`, 400},
		{"Latin-1", `<?xml version="1.0" encoding="iso-8859-1"?><propfind xmlns="DAV:"><allprop/></propfind>`, 400},
		{"bytes that are no UTF-8", "<propfind xmlns=\"DAV:\"><prop>\xff\xfe</prop></propfind>", 400},
		{"a NUL", "<propfind xmlns=\"DAV:\"><prop>\x00</prop></propfind>", 400},
		{"an undeclared prefix", `<propfind xmlns="DAV:"><prop><y:a/></prop></propfind>`, 400},
		{"a prefix bound to nothing", `<D:propfind xmlns:D="DAV:"><D:prop><bar:foo xmlns:bar=""/></D:prop></D:propfind>`, 400},
		{"a name of three parts", `<propfind xmlns="DAV:" xmlns:a="u"><prop><a:b:c/></prop></propfind>`, 400},
		{"too deep", `<propfind xmlns="DAV:"><prop>` + deep + `</prop></propfind>`, 400},
		{"too many elements", `<propfind xmlns="DAV:"><prop><a>` + strings.Repeat("<b/>", nodesMax) + `</a></prop></propfind>`, 400},
		{"too many names", `<propfind xmlns="DAV:"><prop>` + many.String() + `</prop></propfind>`, 400},
		{"a million comments", `<propfind xmlns="DAV:"><prop>` + strings.Repeat("a<!---->", 1<<16) + `</prop></propfind>`, 207},
		{"too large", `<propfind xmlns="DAV:"><prop>` + strings.Repeat(" ", bodyMax) + `</prop></propfind>`, 413},
	}
	b := newBench(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := b.ask("PROPFIND", aliceRdvs, tt.body, "Depth: 0").want(t, tt.code)
			if tt.code == 400 && g.body != "Requête XML refusée.\n" {
				t.Errorf("says %q", g.body)
			}
		})
	}
	b.ask("PROPFIND", aliceRdvs, `<propfind xmlns="DAV:"><allprop/></propfind>`, "Depth: -1").want(t, 400, "Requête XML refusée.")
	b.ask("PROPFIND", aliceRdvs, `<propfind xmlns="DAV:"><allprop/></propfind>`, "Depth: 2").want(t, 400)
}

func TestHostileReports(t *testing.T) {
	const open = `<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><getetag/></prop>`
	query := func(inside string) string {
		return open + `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">` + inside + `</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`
	}
	data := func(inside string) string {
		return strings.Replace(query(""), "<getetag/>", "<C:calendar-data"+inside, 1)
	}
	tests := []struct {
		name, body string
		code       int
		says       string
	}{
		{"nothing", "", 400, "Requête XML refusée."},
		{"a report nobody knows", `<x xmlns="urn:x"/>`, 403, "<D:supported-report/>"},
		{"a report of another kind", `<version-tree xmlns="DAV:"/>`, 403, "<D:supported-report/>"},
		{"range upside down", query(`<C:time-range start="20300101T000000Z" end="20200101T000000Z"/>`), 400, "Date non valable."},
		{"an empty range", query(`<C:time-range start="20300101T000000Z" end="20300101T000000Z"/>`), 400, "Date non valable."},
		{"a range without bounds", query(`<C:time-range/>`), 400, "Date non valable."},
		{"a range in local time", query(`<C:time-range start="20300101T000000" end="20310101T000000Z"/>`), 400, "Date non valable."},
		{"a day that does not exist", query(`<C:time-range start="20300230T000000Z"/>`), 400, "Date non valable."},
		{"fractions of a second", query(`<C:time-range start="20300101T000000.5Z"/>`), 400, "Date non valable."},
		{"no filter", open + `</C:calendar-query>`, 403, "<C:valid-filter/>"},
		{"an empty filter", open + `<C:filter/></C:calendar-query>`, 403, "<C:valid-filter/>"},
		{"a filter on events alone", open + `<C:filter><C:comp-filter name="VEVENT"/></C:filter></C:calendar-query>`, 403, "<C:valid-filter/>"},
		{"a nameless filter", query(`<C:prop-filter/>`), 403, "<C:valid-filter/>"},
		{"a filter of another world", query(`<regex/>`), 403, "<C:valid-filter/>"},
		{"an odd negation", query(`<C:prop-filter name="SUMMARY"><C:text-match negate-condition="peut-être">x</C:text-match></C:prop-filter>`), 403, "<C:valid-filter/>"},
		{"an odd collation", query(`<C:prop-filter name="SUMMARY"><C:text-match collation="i;martien">x</C:text-match></C:prop-filter>`), 403, "<C:supported-collation/>"},
		{"alarms in time", query(`<C:comp-filter name="VALARM"><C:time-range start="20300101T000000Z"/></C:comp-filter>`), 403, "<C:supported-filter/>"},
		{"jCal, please", data(` content-type="application/calendar+json"/>`), 403, "<C:supported-calendar-data/>"},
		{"expand without end", data(`><C:expand start="20300101T000000Z"/></C:calendar-data>`), 400, "Date non valable."},
		{"a nameless component", data(`><C:comp/></C:calendar-data>`), 400, "Requête XML refusée."},
		{"no address", request("C:calendar-multiget", "<getetag/>", ""), 400, "Requête XML refusée."},
		{"free time without a range", `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"/>`, 400, "Requête XML refusée."},
		{"a forged token", request("sync-collection", "<getetag/>", "<sync-token>urn:rdv:99999999999999999999</sync-token><sync-level>1</sync-level>"), 403, "<D:valid-sync-token/>"},
		{"infinite levels", request("sync-collection", "<getetag/>", "<sync-token/><sync-level>infinite</sync-level>"), 403, "Depth: infinity n’est pas accepté."},
		{"a limit of nothing", request("sync-collection", "<getetag/>", "<limit><nresults>0</nresults></limit>"), 400, ""},
		{"a limit below nothing", request("sync-collection", "<getetag/>", "<limit><nresults>-1</nresults></limit>"), 400, ""},
		{"a limit beyond integers", request("sync-collection", "<getetag/>", "<limit><nresults>99999999999999999999</nresults></limit>"), 400, ""},
	}
	b := newBench(t, nil)
	b.shelf.set(alice, event("u1", "2026-11-23T08:00", 30))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b.ask("REPORT", aliceRdvs, tt.body).want(t, tt.code, tt.says)
		})
	}
	for _, path := range []string{"/dav/", aliceHome, "/dav/principals/" + string(alice) + "/"} {
		b.ask("REPORT", path, query("")).want(t, 403, "<D:supported-report/>")
	}
	b.ask("REPORT", aliceRdvs, query(""), "Depth: beaucoup").want(t, 400)
}

// An answer that would not be bounded is refused, not cut.
func TestTooMuch(t *testing.T) {
	b := newBench(t, nil)
	b.shelf.set(alice, event("gros", "2026-11-23T08:00", 30, "DESCRIPTION:"+strings.Repeat("<", 1<<20)))
	hrefs := strings.Repeat("<href>"+aliceRdvs+"gros.ics</href>", answerMax>>22+1)
	b.ask("REPORT", aliceRdvs, request("C:calendar-multiget", "<C:calendar-data/>", hrefs)).want(t, 507, "<D:number-of-matches-within-limits/>", "réduisez la période")
}

func FuzzXML(f *testing.F) {
	for _, s := range []string{request("propfind", "<displayname/>", ""), "<a", "<!DOCTYPE a>", `<a xmlns="DAV:"><b>&lt;</b></a>`, "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := parseXML(body)
		if (n == nil) == (err == nil) {
			t.Fatalf("node %v, error %v", n, err)
		}
	})
}

// The reader of iCalendar takes anything, and gives its own output back.
func FuzzCalendar(f *testing.F) {
	item := event("u1", "2026-11-23T08:00", 30, "X;A=B", `Y;A="b`, "BEGIN:VALARM", " ", "SUMMARY;X=^n^':été\\n")
	f.Add(item.Data)
	f.Add([]byte("BEGIN:A\nBEGIN:B\nEND:A\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := parseCalendar(data)
		if c == nil {
			return
		}
		for _, l := range c.lines {
			l.param("TZID")
			newZones("Europe/Paris").instant(l)
		}
		once := c.write(nil)
		if again := parseCalendar(once); again == nil || string(again.write(nil)) != string(once) {
			t.Fatalf("%q then %q", once, again.write(nil))
		}
	})
}

// Whatever is asked, the answer is one of those that a client expects.
func TestNoRequestIsAFailure(t *testing.T) {
	b := newBench(t, &notebook{})
	b.shelf.set(alice, event("u1", "2026-11-23T08:00", 30, "SUMMARY:Suivi"))
	bricks := []string{
		"<", ">", "/>", "</", "propfind", "prop", "C:filter", "C:comp-filter", ` name="VEVENT"`, ` name="VCALENDAR"`, "getetag", "sync-collection",
		"sync-token", "urn:permanence:1:", "2026-11-21:motif:c0ffee:t1/e1/0", "C:calendar-data", "C:time-range", ` start="20261101T000000Z"`,
		"href", aliceRdvs, "u1.ics", "%", "&lt;", "<![CDATA[", "]]>", "\x00", "é", ` xmlns="DAV:"`, ` xmlns:C="urn:ietf:params:xml:ns:caldav"`, "C:expand",
	}
	whole := []string{
		request("propfind", "<displayname/>", ""), request("sync-collection", "<getetag/>", "<sync-level>1</sync-level>"),
		request("C:calendar-multiget", "<C:calendar-data/>", "<href>"+aliceRdvs+"u1.ics</href>"), "",
		request("C:calendar-query", "<C:calendar-data><C:expand start=\"20261101T000000Z\" end=\"20270101T000000Z\"/></C:calendar-data>",
			`<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"/></C:comp-filter></C:comp-filter></C:filter>`),
	}
	rapid.Check(t, func(rt *rapid.T) {
		body := rapid.SampledFrom(whole).Draw(rt, "whole")
		if cut := rapid.IntRange(0, len(body)).Draw(rt, "cut"); rapid.Bool().Draw(rt, "broken") {
			body = body[:cut] + strings.Join(rapid.SliceOfN(rapid.SampledFrom(bricks), 0, 6).Draw(rt, "bricks"), "") + body[cut:]
		}
		method := rapid.SampledFrom([]string{"GET", "PROPFIND", "PROPPATCH", "REPORT", "PUT", "DELETE", "MKCOL", "MOVE", "OPTIONS"}).Draw(rt, "method")
		path := rapid.SampledFrom([]string{"/dav/", aliceHome, aliceRdvs, aliceRdvs + "u1.ics", brunoRdvs, aliceRdvs + "%00", "/dav/%zz"[:5]}).Draw(rt, "path")
		depth := rapid.SampledFrom([]string{"0", "1", "infinity", "x", ""}).Draw(rt, "depth")
		if g := b.ask(method, path, body, "Depth: "+depth); g.code >= 500 && g.code != 507 {
			rt.Fatalf("%s %s depth %s: %d\n%s\n%s", method, path, depth, g.code, body, b.logs)
		} else if g.code == 207 {
			g.multi(t)
		}
	})
}
