package feed

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/access"
)

// office is the agenda behind one feed: its number, its day, and how often it
// was asked to write.
type office struct {
	number  int
	written int
	events  int
	broken  error
}

func (o *office) State(_ context.Context, who access.Session) (State, error) {
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	validator := fmt.Sprintf("t1/e1/%d 2026-11-21 %s", o.number, who.Content)
	return State{Validator: validator, Modified: day.Add(time.Duration(o.number) * time.Minute), Name: "Agenda d’Alice"}, o.broken
}

func (o *office) Document(ctx context.Context, who access.Session) (Document, error) {
	o.written++
	s, err := o.State(ctx, who)
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//essai//FR\r\n")
	for i := range o.events {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:u%d\r\nDTSTAMP:20261121T080000Z\r\nDTSTART:20261123T080000Z\r\nSUMMARY:Été %d\r\nEND:VEVENT\r\n", i, o.number)
	}
	b.WriteString("END:VCALENDAR\r\n")
	return Document{s, []byte(b.String())}, err
}

// addresses knows the feeds of the guard.
type addresses map[access.Hash]access.Feed

func (a addresses) FeedByHash(_ context.Context, h access.Hash) (access.Feed, error) {
	f, ok := a[h]
	if !ok {
		return f, access.ErrUnknown
	}
	return f, nil
}

// AgentRoles: alice works here, parti has left.
func (addresses) AgentRoles(_ context.Context, id agenda.AgentID) ([]agenda.Role, error) {
	if id == "parti" {
		return nil, nil
	}
	return []agenda.Role{{Level: agenda.LevelBasic}}, nil
}

type bench struct {
	t                     *testing.T
	office                *office
	served                http.Handler
	logs                  bytes.Buffer
	feed, revoked, orphan string // secrets
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, office: &office{number: 1, events: 3}}
	known := addresses{}
	give := func(f access.Feed) string {
		s, err := access.NewSecret(rand.Reader, access.KindFeed)
		if err != nil {
			t.Fatal(err)
		}
		known[s.Hash()] = f
		return s.Reveal()
	}
	b.feed = give(access.Feed{ID: "f1", Agent: "alice", Content: access.ContentMotif})
	b.revoked = give(access.Feed{ID: "f2", Agent: "alice", Content: access.ContentMotif, Revoked: true})
	b.orphan = give(access.Feed{ID: "f3", Agent: "parti", Content: access.ContentMotif})
	now := func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }
	log := slog.New(slog.NewTextHandler(&b.logs, nil))
	guard := access.NewGuard(access.GuardConfig{Now: now, Log: log, Ways: map[access.Policy]access.Way{
		access.PolicyFeed: access.FeedWay{Feeds: known, Agents: known, Failures: access.NewFailures(now)},
	}})
	var err error
	if b.served, err = guard.Handler(New(b.office, 1<<20, log).Routes()); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) ask(method, path string, headers ...string) *http.Response {
	b.t.Helper()
	r := httptest.NewRequest(method, "http://localhost"+path, nil)
	r.RemoteAddr = "127.0.0.1:4000"
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	b.served.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r io.Reader) string {
	t.Helper()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestFeed(t *testing.T) {
	b := newBench(t)
	res := b.ask("GET", "/ics/"+b.feed+".ics")
	body := text(t, res.Body)
	if res.StatusCode != 200 || strings.Count(body, "BEGIN:VEVENT") != 3 || !strings.HasSuffix(body, "END:VCALENDAR\r\n") {
		t.Fatalf("%d\n%s", res.StatusCode, body)
	}
	for name, want := range map[string]string{
		"Content-Type":        "text/calendar; charset=utf-8",
		"Content-Length":      fmt.Sprint(len(body)),
		"Cache-Control":       "private, no-cache",
		"Referrer-Policy":     "no-referrer",
		"X-Robots-Tag":        "noindex, nofollow",
		"Vary":                "Accept-Encoding",
		"Last-Modified":       "Sat, 21 Nov 2026 00:01:00 GMT",
		"Content-Disposition": "inline; filename*=utf-8''Agenda%20d%E2%80%99Alice.ics",
		"Content-Encoding":    "",
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if etag := res.Header.Get("ETag"); !strings.HasPrefix(etag, `W/"`) || strings.Contains(etag, "t1") {
		t.Errorf("ETag %q", etag)
	}
	head := b.ask("HEAD", "/ics/"+b.feed+".ics")
	if head.StatusCode != 200 || text(t, head.Body) != "" || head.Header.Get("Content-Length") != fmt.Sprint(len(body)) || head.Header.Get("ETag") != res.Header.Get("ETag") {
		t.Errorf("HEAD %d %v", head.StatusCode, head.Header)
	}
	if without := b.ask("GET", "/ics/"+b.feed); without.StatusCode != 200 {
		t.Errorf("without .ics: %d", without.StatusCode)
	}
}

func TestCompression(t *testing.T) {
	b := newBench(t)
	want := text(t, b.ask("GET", "/ics/"+b.feed+".ics").Body)
	tests := []struct {
		name, header string
		gzip         bool
	}{
		{"gzip", "gzip", true},
		{"among others", "deflate, GZIP;q=0.8, br", true},
		{"refused", "gzip;q=0", false},
		{"refused with spaces", "gzip; q=0.0, identity", false},
		{"another", "br", false},
		{"rubbish", ";;,=,", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := b.ask("GET", "/ics/"+b.feed+".ics", "Accept-Encoding: "+tt.header)
			body := io.Reader(res.Body)
			if got := res.Header.Get("Content-Encoding") == "gzip"; got != tt.gzip {
				t.Fatalf("compressed: %v", got)
			}
			if tt.gzip {
				z, err := gzip.NewReader(body)
				if err != nil {
					t.Fatal(err)
				}
				body = z
			}
			if got := text(t, body); got != want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestNothingChanged(t *testing.T) {
	b := newBench(t)
	etag := b.ask("GET", "/ics/"+b.feed+".ics").Header.Get("ETag")
	tests := []struct {
		name    string
		headers []string
		status  int
	}{
		{"the same", []string{"If-None-Match: " + etag}, 304},
		{"the same, made strong by a proxy", []string{"If-None-Match: " + strings.TrimPrefix(etag, "W/")}, 304},
		{"one of several", []string{`If-None-Match: "a", ` + etag}, 304},
		{"in a second header", []string{`If-None-Match: "a"`, "If-None-Match: " + etag}, 304},
		{"anything", []string{"If-None-Match: *"}, 304},
		{"another", []string{`If-None-Match: "a"`}, 200},
		{"unquoted rubbish", []string{`If-None-Match: a,,W/`}, 200},
		{"since the last change", []string{"If-Modified-Since: Sat, 21 Nov 2026 00:01:00 GMT"}, 304},
		{"since before", []string{"If-Modified-Since: Sat, 21 Nov 2026 00:00:59 GMT"}, 200},
		{"a date that is none", []string{"If-Modified-Since: hier"}, 200},
		{"the ETag outranks the date", []string{`If-None-Match: "a"`, "If-Modified-Since: Sun, 22 Nov 2026 00:00:00 GMT"}, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := b.ask("GET", "/ics/"+b.feed+".ics", tt.headers...)
			if res.StatusCode != tt.status || res.Header.Get("ETag") != etag {
				t.Errorf("%d %v", res.StatusCode, res.Header)
			}
			if body := text(t, res.Body); (body == "") != (tt.status == 304) {
				t.Errorf("body %q", body)
			}
		})
	}
	b.office.number++
	if res := b.ask("GET", "/ics/"+b.feed+".ics", "If-None-Match: "+etag); res.StatusCode != 200 || !strings.Contains(text(t, res.Body), "Été 2") {
		t.Errorf("after a change: %d", res.StatusCode)
	}
}

// A feed that nobody changed is written once, however often it is asked for.
func TestWrittenOnce(t *testing.T) {
	b := newBench(t)
	for range 5 {
		b.ask("GET", "/ics/"+b.feed+".ics")
		b.ask("GET", "/ics/"+b.feed+".ics", "Accept-Encoding: gzip")
	}
	if b.office.written != 1 {
		t.Errorf("written %d times", b.office.written)
	}
	b.office.number++
	b.ask("GET", "/ics/"+b.feed+".ics")
	if b.office.written != 2 {
		t.Errorf("after a change, written %d times in all", b.office.written)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	b := newBench(t)
	unknown := strings.Repeat("0", len(b.feed))
	want := text(t, b.ask("GET", "/ics/"+unknown+".ics").Body)
	if want != "Page introuvable.\n" {
		t.Errorf("unknown: %q", want)
	}
	for _, path := range []string{"/ics/" + b.revoked + ".ics", "/ics/" + b.orphan + ".ics", "/ics/.ics", "/ics/x.ics", "/ics/..%2f" + b.feed, "/ics/" + b.feed + ".ics.ics", "/ics/" + strings.Repeat("a", 5000)} {
		res := b.ask("GET", path)
		if got := text(t, res.Body); res.StatusCode != 404 || got != want || res.Header.Get("ETag") != "" {
			t.Errorf("%.60s: %d %q %v", path, res.StatusCode, got, res.Header)
		}
	}
	for _, path := range []string{"/ics/", "/ics", "/ics/" + b.feed + "/x"} {
		if res := b.ask("GET", path); res.StatusCode != 404 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "PROPFIND", "JEFF"} {
		if res := b.ask(method, "/ics/"+b.feed+".ics"); res.StatusCode != 405 {
			t.Errorf("%s: %d", method, res.StatusCode)
		}
	}
	if b.office.written != 0 {
		t.Error("something was written for nobody")
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	b := newBench(t)
	last := 0
	for i := range 30 {
		last = b.ask("GET", fmt.Sprintf("/ics/%032d.ics", i)).StatusCode
	}
	if last != 429 {
		t.Errorf("after thirty guesses: %d", last)
	}
	if res := b.ask("GET", "/ics/"+b.feed+".ics"); res.StatusCode != 200 {
		t.Errorf("who knows the address: %d", res.StatusCode)
	}
}

func TestLogsHoldNoSecret(t *testing.T) {
	b := newBench(t)
	b.ask("GET", "/ics/"+b.feed+".ics")
	b.ask("GET", "/ics/"+b.revoked+".ics")
	b.office.broken = errors.New("disque plein")
	res := b.ask("GET", "/ics/"+b.feed+".ics")
	if res.StatusCode != 503 || res.Header.Get("Retry-After") == "" || !strings.Contains(text(t, res.Body), "momentanément indisponible") {
		t.Errorf("a failure: %d %v", res.StatusCode, res.Header)
	}
	logs := b.logs.String()
	if strings.Contains(logs, b.feed) || strings.Contains(logs, b.revoked) || !strings.Contains(logs, "disque plein") || !strings.Contains(logs, "f1") {
		t.Errorf("logs:\n%s", logs)
	}
}

// A handler that no guard stands before opens nothing.
func TestNobodyIsNotFound(t *testing.T) {
	o := &office{}
	w := httptest.NewRecorder()
	New(o, 0, slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest("GET", "/ics/x.ics", nil))
	if w.Code != 404 || o.written != 0 {
		t.Errorf("status %d", w.Code)
	}
}

func TestShelfIsBounded(t *testing.T) {
	s := newShelf(100)
	of := func(n int) *copied { return &copied{state: State{Validator: "v"}, gzip: make([]byte, n)} }
	s.put("a", of(40))
	s.put("b", of(40))
	s.get("a", "v")
	s.put("c", of(40))
	if s.get("b", "v") != nil || s.get("a", "v") == nil || s.get("c", "v") == nil {
		t.Error("the one unused for longest should have gone")
	}
	if s.get("a", "other") != nil {
		t.Error("a copy of another state was given")
	}
	s.put("a", of(90))
	if s.used != 90 || s.order.Len() != 1 {
		t.Errorf("%d bytes in %d copies", s.used, s.order.Len())
	}
	s.put("d", of(101))
	if s.used != 0 || len(s.byKey) != 0 {
		t.Errorf("one too large stays: %d bytes", s.used)
	}
}

func BenchmarkFeed(b *testing.B) {
	o := &office{number: 1, events: 1000}
	h := New(o, 1<<20, slog.New(slog.DiscardHandler))
	ask := func(headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/ics/x.ics", nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(access.With(r.Context(), access.Session{Policy: access.PolicyFeed, Key: "f1"})))
		return w
	}
	etag := ask().Header().Get("ETag")
	for _, bb := range []struct {
		name    string
		headers []string
	}{{"unchanged", []string{"If-None-Match", etag}}, {"gzip", []string{"Accept-Encoding", "gzip"}}, {"plain", nil}} {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				ask(bb.headers...)
			}
		})
	}
}
