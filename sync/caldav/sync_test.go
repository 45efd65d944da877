package caldav

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// follow asks for what changed since token, in at most limit steps when > 0.
func follow(t testing.TB, b *bench, token string, limit int, headers ...string) multi {
	t.Helper()
	rest := "<sync-token>" + token + "</sync-token><sync-level>1</sync-level>"
	if limit > 0 {
		rest += fmt.Sprintf("<limit><nresults>%d</nresults></limit>", limit)
	}
	return b.ask("REPORT", aliceRdvs, request("sync-collection", "<getetag/>", rest), headers...).multi(t)
}

func TestSyncCollection(t *testing.T) {
	b := newBench(t, nil)
	b.shelf.set(alice, event("u1", "2026-11-23T08:00", 30))
	b.shelf.set(alice, event("u2", "2026-11-23T09:00", 30))
	first := follow(t, b, "", 0)
	if first.sortedNames() != "u1 u2" || first.Responses[0].Stats[0].Prop.ETag == "" {
		t.Fatalf("initial: %+v", first)
	}
	if got := follow(t, b, first.Token, 0); got.names() != "" || got.Token != first.Token {
		t.Errorf("nothing changed, and yet %q %q", got.names(), got.Token)
	}

	b.shelf.set(alice, event("u1", "2026-11-23T08:15", 30))
	b.shelf.remove(alice, "u2.ics")
	b.shelf.set(alice, event("u3 é", "2026-11-23T10:00", 30))
	second := follow(t, b, first.Token, 0)
	if got := second.names(); got != "u1 u3%20%C3%A9 !u2" {
		t.Errorf("delta: %q", got)
	}
	if got := follow(t, b, "", 0).sortedNames(); got != "u1 u3%20%C3%A9" {
		t.Errorf("a new reader sees %q", got)
	}
	b.shelf.set(bruno, event("u4", "2026-11-23T10:00", 30))
	if got := follow(t, b, second.Token, 0); got.names() != "" || got.Token != second.Token {
		t.Errorf("a change elsewhere disturbs: %q", got.names())
	}
}

func TestSyncDepths(t *testing.T) {
	b := newBench(t, nil)
	b.shelf.set(alice, event("u1", "2026-11-23T08:00", 30))
	for _, h := range []string{"Depth: 0", "Depth: 1", "X: y"} {
		if got := follow(t, b, "", 0, h).names(); got != "u1" {
			t.Errorf("%s: %q", h, got)
		}
	}
	body := request("sync-collection", "<getetag/>", "<sync-token/><sync-level>1</sync-level>")
	b.ask("REPORT", aliceRdvs, body, "Depth: infinity").want(t, http.StatusForbidden, "<D:sync-traversal-supported/>")
	if got := b.ask("REPORT", aliceRdvs, request("sync-collection", "<getetag/>", "")).multi(t).names(); got != "u1" {
		t.Errorf("an old client without token nor level: %q", got)
	}
}

func TestSyncCarriesData(t *testing.T) {
	b := newBench(t, nil)
	item := event("u1", "2026-11-23T08:00", 30)
	b.shelf.set(alice, item)
	m := b.ask("REPORT", aliceRdvs, request("sync-collection", "<getetag/><C:calendar-data/>", "<sync-level>1</sync-level>")).multi(t)
	if got := m.Responses[0].Stats[0].Prop.Data; got != string(item.Data) {
		t.Errorf("data %q", got)
	}
}

func TestTokensThatLeadNowhere(t *testing.T) {
	tests := []struct {
		name   string
		change func(*shelf)
		token  string
	}{
		{"another level", func(s *shelf) { s.level = "complet" }, ""},
		{"a server restored", func(s *shelf) { s.epoch = "e2" }, ""},
		{"forgotten tombstones", func(s *shelf) { s.agendas[alice].number = 9; s.agendas[alice].horizon = 5 }, ""},
		{"the day went back", func(s *shelf) { s.day = mustDate("2026-11-20") }, ""},
		{"a number to come", nil, "urn:permanence:1:2026-11-21:motif:c0ffee:t1/e1/99"},
		{"other rights", nil, "urn:permanence:1:2026-11-21:motif:decaf:t1/e1/1"},
		{"another territoire", nil, "urn:permanence:1:2026-11-21:motif:c0ffee:t2/e1/1"},
		{"one territoire more", nil, "urn:permanence:1:2026-11-21:motif:c0ffee:t1/e1/1,t2/e1/1"},
		{"no territoire", nil, "urn:permanence:1:2026-11-21:motif:c0ffee:"},
		{"a negative number", nil, "urn:permanence:1:2026-11-21:motif:c0ffee:t1/e1/-1"},
		{"a day that does not exist", nil, "urn:permanence:1:2026-02-30:motif:c0ffee:t1/e1/1"},
		{"another version", nil, "urn:permanence:2:2026-11-21:motif:c0ffee:t1/e1/1"},
		{"a long one", nil, "urn:permanence:1:2026-11-21:motif:" + strings.Repeat("x", tokenMax) + ":t1/e1/1"},
		{"of another server", nil, "http://example.org/ns/sync/12"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, nil)
			b.shelf.set(alice, event("u1", "2026-11-23T08:00", 30))
			token := follow(t, b, "", 0).Token
			if tt.change != nil {
				tt.change(b.shelf)
			}
			if tt.token != "" {
				token = tt.token
			}
			b.ask("REPORT", aliceRdvs, request("sync-collection", "<getetag/>", "<sync-token>"+token+"</sync-token><sync-level>1</sync-level>")).
				want(t, http.StatusForbidden, "<D:valid-sync-token/>", "relisez tout l’agenda")
			follow(t, b, "", 0)
		})
	}
}

func TestSyncInSteps(t *testing.T) {
	b := newBench(t, nil)
	for i := range 5 {
		b.shelf.set(alice, event(fmt.Sprintf("u%d", i), "2026-11-23T08:00", 30))
	}
	m := follow(t, b, "", 2)
	if got := m.names(); got != "u0 u1 …" {
		t.Errorf("first step %q", got)
	}
	m = follow(t, b, m.Token, 2)
	if got := m.names(); got != "u2 u3 …" {
		t.Errorf("second step %q", got)
	}
	if m = follow(t, b, m.Token, 2); m.names() != "u4" {
		t.Errorf("last step %q", m.names())
	}
	if got := follow(t, b, m.Token, 2); got.names() != "" {
		t.Errorf("and then %q", got.names())
	}
}

// Whatever happens between two syncs, and however small the steps, a reader
// who follows tokens holds what the server holds.
func TestFollowingTokensEqualsReadingAll(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, nil)
		held, token := map[string]string{}, ""
		for range rapid.IntRange(1, 5).Draw(rt, "rounds") {
			for range rapid.IntRange(0, 6).Draw(rt, "changes") {
				name := fmt.Sprintf("u%d", rapid.IntRange(0, 4).Draw(rt, "event"))
				if rapid.IntRange(0, 3).Draw(rt, "kind") == 0 {
					b.shelf.remove(alice, name+".ics")
				} else {
					b.shelf.set(alice, event(name, "2026-11-23T08:00", rapid.IntRange(0, 90).Draw(rt, "minutes")))
				}
			}
			token = catchUp(t, b, held, token, rapid.IntRange(0, 3).Draw(rt, "limit"))
		}
		want := map[string]string{}
		catchUp(t, b, want, "", 0)
		if fmt.Sprint(held) != fmt.Sprint(want) {
			rt.Fatalf("held %v\nwant %v", held, want)
		}
	})
}

// catchUp applies deltas to held until none is cut, and gives the last token.
func catchUp(t testing.TB, b *bench, held map[string]string, token string, limit int) string {
	for {
		m := follow(t, b, token, limit)
		token = m.Token
		more := false
		for _, r := range m.Responses {
			switch {
			case strings.Contains(r.Status, "507"):
				more = true
			case strings.Contains(r.Status, "404"):
				delete(held, r.Href)
			default:
				held[r.Href] = r.Stats[0].Prop.ETag
			}
		}
		if !more {
			return token
		}
	}
}

func TestTokenRoundTrip(t *testing.T) {
	words := rapid.StringMatching(`[A-Za-z0-9._-]{1,12}`)
	rapid.Check(t, func(rt *rapid.T) {
		want := Token{Day: mustDate("2026-11-21"), Level: words.Draw(rt, "level"), Scopes: words.Draw(rt, "scopes")}
		for range rapid.IntRange(1, 4).Draw(rt, "territoires") {
			want.Marks = append(want.Marks, Mark{Epoch: words.Draw(rt, "epoch"), Number: rapid.Int64Min(0).Draw(rt, "number")})
			want.Marks[len(want.Marks)-1].Territoire = "t" + want.Marks[0].Territoire
		}
		got, err := ParseToken(want.String())
		if err != nil || !got.Equal(want) {
			rt.Fatalf("%v %v from %s", got, err, want)
		}
		if _, err := url.Parse(want.String()); err != nil {
			rt.Fatal(err)
		}
	})
}

func TestMultiget(t *testing.T) {
	b := newBench(t, nil)
	b.shelf.set(alice, event("u1", "2026-11-23T08:00", 30))
	b.shelf.set(alice, event("é@x", "2026-11-23T09:00", 30))
	b.shelf.set(bruno, event("u2", "2026-11-23T09:00", 30, "SUMMARY:secret"))
	host := strings.TrimPrefix(b.url, "http://")
	tests := []struct{ name, href, want string }{
		{"there", aliceRdvs + "u1.ics", "200"},
		{"percent-encoded", aliceRdvs + "%C3%A9%40x.ics", "200"},
		{"encoded otherwise", aliceRdvs + "%c3%a9@x.ics", "200"},
		{"not encoded at all", aliceRdvs + "é@x.ics", "200"},
		{"whole address", "http://" + host + aliceRdvs + "u1.ics", "200"},
		{"not there", aliceRdvs + "u9.ics", "404"},
		{"another agent's", brunoRdvs + "u2.ics", "404"},
		{"by climbing", aliceRdvs + "../../" + string(bruno) + "/rendez-vous/u2.ics", "404"},
		{"by climbing, encoded", aliceRdvs + "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "404"},
		{"another host", "http://evil.example/x.ics", "404"},
		{"another host, our path", "http://evil.example" + aliceRdvs + "u1.ics", "404"},
		{"the calendar itself", aliceRdvs, "404"},
		{"rubbish", "%zz", "404"},
		{"nothing", "", "404"},
	}
	var hrefs strings.Builder
	for _, tt := range tests {
		hrefs.WriteString("<href>" + tt.href + "</href>")
	}
	g := b.ask("REPORT", aliceRdvs, request("C:calendar-multiget", "<getetag/><C:calendar-data/>", hrefs.String()), "Depth: 0")
	g.without(t, "secret")
	m := g.multi(t)
	if len(m.Responses) != len(tests) {
		t.Fatalf("%d responses, want %d", len(m.Responses), len(tests))
	}
	for i, tt := range tests {
		r := m.Responses[i]
		status := r.Status
		if len(r.Stats) > 0 {
			status = r.Stats[0].Status
		}
		if r.Href != tt.href || !strings.Contains(status, tt.want) {
			t.Errorf("%s: %q answered %q, want %s", tt.name, r.Href, status, tt.want)
		}
	}
	onEvent := request("C:calendar-multiget", "<getetag/>", "<href>"+aliceRdvs+"u1.ics</href><href>"+aliceRdvs+"%C3%A9@x.ics</href>")
	if got := b.ask("REPORT", aliceRdvs+"u1.ics", onEvent).multi(t).names(); got != "u1 !%C3%A9@x" {
		t.Errorf("asked of one event: %q", got)
	}
}

func TestGet(t *testing.T) {
	b := newBench(t, nil)
	item := event("u1", "2026-11-23T08:00", 30)
	b.shelf.set(alice, item)
	g := b.ask("GET", aliceRdvs+"u1.ics", "").want(t, 200)
	etag := g.header.Get("ETag")
	if g.body != string(item.Data) || len(etag) != 34 || g.header.Get("Last-Modified") != "Sun, 01 Nov 2026 08:00:00 GMT" ||
		!strings.HasPrefix(g.header.Get("Content-Type"), "text/calendar; charset=utf-8") || g.header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("%q %v", g.body, g.header)
	}
	if h := b.ask("HEAD", aliceRdvs+"u1.ics", "").want(t, 200); h.body != "" || h.header.Get("ETag") != etag || h.header.Get("Content-Length") == "" {
		t.Errorf("HEAD: %q %v", h.body, h.header)
	}
	tests := []struct {
		name, header string
		code         int
	}{
		{"the same", "If-None-Match: " + etag, 304},
		{"one of several", `If-None-Match: "x", W/` + etag, 304},
		{"anything", "If-None-Match: *", 304},
		{"another", `If-None-Match: "x"`, 200},
		{"still the same", "If-Match: " + etag, 200},
		{"no longer", `If-Match: "x"`, 412},
		{"a date alone proves nothing", "If-Modified-Since: Sat, 21 Nov 2026 08:00:00 GMT", 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if g := b.ask("GET", aliceRdvs+"u1.ics", "", tt.header).want(t, tt.code); tt.code == 304 && (g.body != "" || g.header.Get("ETag") != etag) {
				t.Errorf("304 with %q %v", g.body, g.header)
			}
		})
	}
	b.ask("GET", aliceRdvs+"u9.ics", "").want(t, 404, "Page introuvable.")
	b.ask("GET", aliceRdvs, "").want(t, 200, "application d’agenda")
	b.shelf.set(alice, event("u1", "2026-11-23T08:15", 30))
	b.ask("GET", aliceRdvs+"u1.ics", "", "If-None-Match: "+etag).want(t, 200, "T081500Z")
}
