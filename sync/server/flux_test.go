package server

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
)

// The feed is written once: who has it is told so, until something of its own
// agenda changes.
func TestFeed(t *testing.T) {
	m := newMonde(t)
	by := agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	m.as(by, book)
	secret, _ := m.secret(access.KindFeed, m.alice, access.ContentMotif)
	path := "/ics/" + secret + ".ics"
	first := m.do("GET", path, "")
	if first.status != http.StatusOK || first.header.Get("ETag") == "" || !strings.HasPrefix(first.body, "BEGIN:VCALENDAR\r\n") {
		t.Fatalf("status %d, %v\n%s", first.status, first.header, first.body)
	}
	if kind := first.header.Get("Content-Type"); kind != "text/calendar; charset=utf-8" {
		t.Errorf("type %q", kind)
	}
	if first.header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(first.header.Get("X-Robots-Tag"), "noindex") {
		t.Errorf("headers %v", first.header)
	}
	again := func() answer { return m.do("GET", path, "", "If-None-Match: "+first.header.Get("ETag")) }
	if a := again(); a.status != http.StatusNotModified || a.body != "" {
		t.Errorf("unchanged: %d", a.status)
	}
	m.as(by, m.booking("10:00", []agenda.AgentID{m.bruno}, m.karim))
	if a := again(); a.status != http.StatusNotModified {
		t.Errorf("a colleague's change: %d", a.status)
	}
	if a := m.do("GET", path, "", "Accept-Encoding: gzip"); inflated(t, a) != first.body {
		t.Errorf("compressed, it is another file")
	}
	m.as(by, &agenda.CancelRdv{Rdv: book.Rdv, By: "service"})
	a := again()
	if a.status != http.StatusOK || !strings.Contains(a.body, "STATUS:CANCELLED") || a.header.Get("ETag") == first.header.Get("ETag") {
		t.Errorf("cancelled: %d\n%s", a.status, a.body)
	}
	if a := m.do("HEAD", path, ""); a.status != http.StatusOK || a.body != "" {
		t.Errorf("HEAD: %d %q", a.status, a.body)
	}
}

func inflated(t testing.TB, a answer) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatalf("status %d, %q: %v", a.status, a.header.Get("Content-Encoding"), err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// The day that turns is news: the window moves with it.
func TestFeedOfTheNextDay(t *testing.T) {
	m := newMonde(t)
	secret, _ := m.secret(access.KindFeed, m.alice, access.ContentMotif)
	first := m.do("GET", "/ics/"+secret, "")
	m.clock.advance(24 * time.Hour)
	if a := m.do("GET", "/ics/"+secret, "", "If-None-Match: "+first.header.Get("ETag"), "If-Modified-Since: "+first.header.Get("Last-Modified")); a.status != http.StatusOK {
		t.Errorf("status %d", a.status)
	}
}

// An address that was changed, closed, forgotten or guessed opens nothing, and
// nobody can tell which.
func TestFeedClosed(t *testing.T) {
	m := newMonde(t)
	open, id := m.secret(access.KindFeed, m.alice, access.ContentMotif)
	left, _ := m.secret(access.KindFeed, m.bruno, access.ContentMotif)
	appPassword, _ := m.secret(access.KindAppPassword, m.alice, access.ContentMotif)
	m.write(func(tx *store.ServerTx) error { return tx.RevokeSecret(id, m.clock.Now()) })
	m.system(&agenda.RevokeRole{Agent: m.bruno, Organisation: m.ccas.id})
	guessed := m.do("GET", "/ics/"+flip(open)+".ics", "")
	for name, path := range map[string]string{
		"revoked": "/ics/" + open + ".ics", "of an agent who left": "/ics/" + left + ".ics", "of another kind": "/ics/" + appPassword + ".ics",
		"none": "/ics/.ics", "too short": "/ics/a.ics", "traversal": "/ics/..%2f..%2fetc%2fpasswd",
	} {
		t.Run(name, func(t *testing.T) {
			a := m.do("GET", path, "")
			if a.status != http.StatusNotFound || a.body != guessed.body || guessed.status != http.StatusNotFound {
				t.Errorf("%d %q, guessed %d %q", a.status, a.body, guessed.status, guessed.body)
			}
			if strings.Contains(a.body, "Fournier") || strings.Contains(a.body, "Lemaire") {
				t.Error("names the agent")
			}
		})
	}
	if strings.Contains(m.log.String(), open) {
		t.Error("the log holds the secret")
	}
}

// Rotation: the new address shows what the old one did.
func TestFeedRotated(t *testing.T) {
	m := newMonde(t)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia))
	old, id := m.secret(access.KindFeed, m.alice, access.ContentMotif)
	before := m.do("GET", "/ics/"+old, "")
	m.write(func(tx *store.ServerTx) error { return tx.RevokeSecret(id, m.clock.Now()) })
	next, _ := m.secret(access.KindFeed, m.alice, access.ContentMotif)
	after := m.do("GET", "/ics/"+next, "")
	if after.status != http.StatusOK || after.body != before.body {
		t.Errorf("status %d\n%s\n%s", after.status, before.body, after.body)
	}
	if a := m.do("GET", "/ics/"+old, ""); a.status != http.StatusNotFound {
		t.Errorf("the old one: %d", a.status)
	}
}
