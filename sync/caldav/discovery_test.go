package caldav

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestWellKnown(t *testing.T) {
	b := newBench(t, nil)
	for _, method := range []string{"GET", "PROPFIND", "OPTIONS", "HEAD"} {
		g := b.askAs("", "", method, "/.well-known/caldav", "")
		if g.code != http.StatusTemporaryRedirect || g.header.Get("Location") != Root {
			t.Errorf("%s: %d to %q", method, g.code, g.header.Get("Location"))
		}
	}
}

func TestOptionsWithoutCredentials(t *testing.T) {
	tests := []struct{ path, allow string }{
		{"/dav/", "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH"},
		{aliceHome, "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH"},
		{aliceRdvs, "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT"},
		{aliceRdvs + "u1.ics", "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT"},
		{brunoRdvs + "nobody-knows.ics", "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT"},
	}
	b := newBench(t, nil)
	for _, tt := range tests {
		g := b.askAs("", "", "OPTIONS", tt.path, "").want(t, http.StatusOK)
		if g.header.Get("DAV") != "1, 3, calendar-access" || g.header.Get("Allow") != tt.allow {
			t.Errorf("%s: DAV %q, Allow %q", tt.path, g.header.Get("DAV"), g.header.Get("Allow"))
		}
	}
	withWriter := newBench(t, &notebook{})
	if g := withWriter.askAs("", "", "OPTIONS", aliceRdvs+"u1.ics", ""); !strings.HasSuffix(g.header.Get("Allow"), "PUT, DELETE") {
		t.Errorf("with a writer: Allow %q", g.header.Get("Allow"))
	}
}

func TestCredentials(t *testing.T) {
	b := newBench(t, nil)
	g := b.askAs("", "", "PROPFIND", "/dav/", "", "Depth: 0").want(t, http.StatusUnauthorized, "Adresse ou mot de passe incorrect.")
	if got := g.header.Get("WWW-Authenticate"); got != `Basic realm="Permanence", charset="UTF-8"` {
		t.Errorf("WWW-Authenticate %q", got)
	}
	b.askAs(".*", b.alice, "PROPFIND", "/dav/.*/", "", "Depth: 1").want(t, http.StatusUnauthorized)
	b.askAs("alice@example.org", b.bruno, "PROPFIND", aliceHome, "", "Depth: 1").want(t, http.StatusUnauthorized)
	for range 30 {
		if g = b.askAs("alice@example.org", "faux", "GET", aliceRdvs, ""); g.code != http.StatusUnauthorized {
			break
		}
	}
	g.want(t, http.StatusTooManyRequests, "Trop de tentatives.")
	if g.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	b.ask("GET", aliceRdvs, "").want(t, http.StatusOK) // who knows the password is not locked out
}

// A handler that no guard stands before opens nothing.
func TestNobodyIsNotFound(t *testing.T) {
	w := httptest.NewRecorder()
	New(newShelf(), nil, time.Now, slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest("GET", aliceRdvs, nil))
	if w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
}

// What is another's is answered as what does not exist, word for word.
func TestForeignAndUnknownAreTheSame(t *testing.T) {
	b := newBench(t, nil)
	b.shelf.set(alice, event("u1", "2026-11-23T08:00", 30))
	b.shelf.set(bruno, event("u2", "2026-11-23T08:00", 30, "SUMMARY:secret de Bruno"))
	foreign := []string{
		brunoRdvs + "u2.ics", brunoRdvs, "/dav/agendas/" + string(bruno) + "/", "/dav/principals/" + string(bruno) + "/",
		"/dav/agendas/personne/", "/dav/principals/personne/", "/dav/ailleurs/", aliceRdvs + "u1.ics/", aliceRdvs + "u1.ics/u1.ics",
		aliceRdvs + "..%2f..%2f" + string(bruno) + "%2frendez-vous%2fu2.ics", aliceRdvs + "%2e%2e%2fetc%2fpasswd",
	}
	absent := []string{aliceRdvs + "u2.ics", aliceHome + "nulle-part/", aliceRdvs + "..%5c..%5cserveur.toml"}
	for _, method := range []string{"GET", "HEAD", "PROPFIND", "PROPPATCH", "REPORT", "PUT", "DELETE", "MKCALENDAR", "MOVE"} {
		paths := foreign
		if writes := strings.Contains("PUT DELETE MKCALENDAR", method); !writes {
			paths = append(absent, foreign...)
		}
		body := map[string]string{
			"PROPPATCH": `<propertyupdate xmlns="DAV:"><set><prop><displayname>x</displayname></prop></set></propertyupdate>`,
			"REPORT":    request("sync-collection", "<getetag/>", "<sync-level>1</sync-level>"),
		}[method]
		want := b.ask(method, "/dav/agendas/personne/rendez-vous/x.ics", body, "Depth: 0").want(t, http.StatusNotFound)
		for _, path := range paths {
			if g := b.ask(method, path, body, "Depth: 0"); g.code != want.code || g.body != want.body {
				t.Errorf("%s %s: %d %q, want %d %q", method, path, g.code, g.body, want.code, want.body)
			}
		}
	}
}

func TestMethods(t *testing.T) {
	b := newBench(t, nil)
	for _, method := range []string{"JEFF", "LOCK", "UNLOCK", "POST", "PATCH", "ACL", "SEARCH"} {
		g := b.ask(method, aliceRdvs, "").want(t, http.StatusMethodNotAllowed, "Méthode non permise.")
		if !strings.Contains(g.header.Get("Allow"), "PROPFIND") {
			t.Errorf("%s: Allow %q", method, g.header.Get("Allow"))
		}
		b.askAs("", "", method, aliceRdvs, "").want(t, http.StatusUnauthorized)
	}
	b.ask("TRACE", aliceRdvs, "", "X-Secret: écho").want(t, http.StatusMethodNotAllowed).without(t, "écho")
}

func TestAFailureBehindIsTemporary(t *testing.T) {
	b := newBench(t, nil)
	b.shelf.broken = errDatabase
	for _, tt := range []struct{ method, body string }{
		{"GET", ""}, {"PROPFIND", ""}, {"REPORT", request("sync-collection", "<getetag/>", "<sync-level>1</sync-level>")}, {"PUT", "x"},
	} {
		g := b.ask(tt.method, aliceRdvs+"u1.ics", tt.body, "Depth: 0").want(t, http.StatusServiceUnavailable, "momentanément indisponible")
		if g.header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", tt.method)
		}
	}
	b.shelf.broken = nil
	b.shelf.torn = errDatabase
	for _, body := range []string{"", weekQuery(0, "<getetag/>")} {
		b.ask(map[bool]string{true: "PROPFIND", false: "REPORT"}[body == ""], aliceRdvs, body, "Depth: 1").want(t, http.StatusServiceUnavailable)
	}
	if logs := b.logs.String(); !strings.Contains(logs, "disque plein") || strings.Contains(logs, "example.org") || strings.Contains(logs, "Alice") {
		t.Errorf("the log must tell the failure and no person:\n%s", logs)
	}
}
