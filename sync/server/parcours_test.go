package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/mailer"
	"permanence/sync/mailer/smtptest"
)

// withRelay is a world whose mails leave by a real SMTP session, delay after
// the last change.
func withRelay(t *testing.T, delay time.Duration) (*monde, *smtptest.Sink) {
	t.Helper()
	sink, err := smtptest.Start(smtptest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sink.Close() })
	m := newMonde(t, func(c *Config) {
		c.SMTP = &mailer.Relay{Addr: sink.Addr, Timeout: 5 * time.Second}
		c.MailDelay = delay
	})
	return m, sink
}

// courrier is a mail as its reader sees it.
type courrier struct {
	to, subject, method string
	calendar            *ical.Event
	text                string
}

// calendarOf gives what the calendar part says, in the words of told.
func readMail(t testing.TB, raw []byte) courrier {
	t.Helper()
	msg, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	c := courrier{to: msg.Header.Get("To"), subject: subject}
	c.read(t, msg.Header.Get("Content-Type"), msg.Header.Get("Content-Transfer-Encoding"), msg.Body)
	return c
}

func (c *courrier) read(t testing.TB, kind, encoding string, body io.Reader) {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(media, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			c.read(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	switch media {
	case "text/plain":
		c.text = string(content)
	case "text/calendar":
		c.method = params["method"]
		cal, err := ical.NewDecoder(bytes.NewReader(content)).Decode()
		if err != nil {
			t.Fatalf("%v\n%s", err, content)
		}
		c.calendar = &cal.Events()[0]
	}
}

func mails(t testing.TB, sink *smtptest.Sink, n int) []courrier {
	t.Helper()
	var all []courrier
	for _, m := range sink.Wait(n, 5*time.Second) {
		all = append(all, readMail(t, m.Raw))
	}
	if len(all) != n {
		t.Fatalf("%d mails, want %d: %+v", len(all), n, all)
	}
	return all
}

// quiet makes sure that no other mail comes.
func quiet(t testing.TB, sink *smtptest.Sink, n int) {
	t.Helper()
	if got := len(sink.Wait(n+1, 300*time.Millisecond)); got != n {
		t.Errorf("%d mails, want %d", got, n)
	}
}

// The mail and the calendar tell the same about an rdv at each of its steps,
// and each step is told once.
func TestMailAndCalendarAgree(t *testing.T) {
	m, sink := withRelay(t, time.Minute)
	by := agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}
	password, _ := m.secret(access.KindAppPassword, m.alice, access.ContentMotif)
	book := m.booking("14:30", []agenda.AgentID{m.alice}, m.nadia)
	agree := func(n int, method string, sequence string) {
		t.Helper()
		got := mails(t, sink, n)[n-1]
		served := m.do("GET", home(m.alice)+string(book.Rdv)+".ics", "", basic("fournier@montrelay.example.org", password))
		cal, err := ical.NewDecoder(strings.NewReader(served.body)).Decode()
		if err != nil {
			t.Fatalf("status %d: %v", served.status, err)
		}
		for _, name := range []string{"UID", "SEQUENCE", "DTSTART", "DTEND", "LOCATION", "STATUS"} {
			mailed, kept := got.calendar.Props.Get(name), cal.Events()[0].Props.Get(name)
			if mailed == nil || kept == nil || mailed.Value != kept.Value || mailed.Params.Get("TZID") != kept.Params.Get("TZID") {
				t.Errorf("%s: mailed %+v, served %+v", name, mailed, kept)
			}
		}
		if s := got.calendar.Props.Get("SEQUENCE").Value; got.method != method || s != sequence || !strings.Contains(got.to, "nadia@example.org") {
			t.Errorf("%s sequence %s to %s, want %s %s", got.method, s, got.to, method, sequence)
		}
	}
	m.as(by, book)
	quiet(t, sink, 0)
	m.as(by, m.moveTo(book.Rdv, "15:30")) // within the delay: one mail for both
	m.clock.advance(61 * time.Second)
	agree(1, "REQUEST", "1")
	quiet(t, sink, 1)
	m.as(by, m.moveTo(book.Rdv, "16:30"))
	m.clock.advance(61 * time.Second)
	agree(2, "REQUEST", "2")
	m.as(by, &agenda.CancelRdv{Rdv: book.Rdv, By: "service"})
	m.clock.advance(61 * time.Second)
	agree(3, "CANCEL", "3")
	quiet(t, sink, 3)
	m.read(func(v *store.View) error {
		recus, err := v.Recus(book.Rdv)
		for _, r := range recus {
			if r.State != agenda.RecuSent || r.Attempt != 1 {
				t.Errorf("receipt %+v", r)
			}
		}
		if len(recus) != 3 {
			t.Errorf("%d receipts", len(recus))
		}
		return err
	})
}

// Booked and cancelled within the delay: nobody hears of it.
func TestUndoneInTimeIsNotMailed(t *testing.T) {
	m, sink := withRelay(t, time.Minute)
	a := m.newPoste(m.alice)
	a.sync()
	book := m.booking("14:30", []agenda.AgentID{m.alice}, m.nadia)
	done := a.do(book)
	a.sync()
	var undo []agenda.UndoEdit
	a.read(func(v *store.View) error {
		kept, _, err := v.AcknowledgedCommand(done.Command.ID)
		undo = kept.Undo
		return err
	})
	a.do(&agenda.Undo{Of: done.Command.ID, Edits: undo})
	a.sync()
	m.clock.advance(2 * time.Minute)
	quiet(t, sink, 0)
	if r := m.rdv(book.Rdv); r.Status != agenda.StatusRevoked {
		t.Errorf("status %s", r.Status)
	}
}

// A relay that fails is tried again; the mail comes once.
func TestRelayDown(t *testing.T) {
	m, sink := withRelay(t, 0)
	sink.Fail(smtptest.Later450)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, m.booking("14:30", []agenda.AgentID{m.alice}, m.nadia))
	eventually(t, "a first try", func() bool { return sink.Attempts() > 0 })
	m.stop()
	sink.Fail(smtptest.None)
	m.clock.advance(time.Hour)
	m.start()
	if got := mails(t, sink, 1); got[0].method != "REQUEST" {
		t.Errorf("%+v", got)
	}
	quiet(t, sink, 1)
}

// The second flow: an usager opens the link of the mail, looks, cancels; an
// agent's desktop shows the slot free within a second, and the mail says so.
func TestUsagerCancelsByLink(t *testing.T) {
	m, sink := withRelay(t, 0)
	a := m.newPoste(m.alice)
	a.follow()
	eventually(t, "a is complete", a.complete)
	book := m.booking("14:30", []agenda.AgentID{m.alice}, m.nadia)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, book)
	first := mails(t, sink, 1)[0]
	link := regexp.MustCompile(regexp.QuoteMeta(m.url) + `(/rdv/[0-9a-z]+)`).FindStringSubmatch(first.text)
	if link == nil {
		t.Fatalf("no link in\n%s", first.text)
	}
	for range 3 {
		page := m.do("GET", link[1], "")
		if page.status != http.StatusOK || !strings.Contains(page.body, "14") || strings.Contains(page.body, "Haddad") {
			t.Fatalf("page %d\n%s", page.status, page.body)
		}
	}
	ask := m.do("GET", link[1]+"/annuler", "")
	if m.rdv(book.Rdv).Cancelled() {
		t.Fatal("a GET cancelled")
	}
	token := regexp.MustCompile(`name="jeton" value="([^"]+)"`).FindStringSubmatch(ask.body)
	if token == nil {
		t.Fatalf("no form in\n%s", ask.body)
	}
	post := func(jeton string, headers ...string) answer {
		return m.do("POST", link[1]+"/annuler", url.Values{"jeton": {jeton}}.Encode(), append(headers, "Content-Type: application/x-www-form-urlencoded")...)
	}
	for name, a := range map[string]answer{
		"without a token":      post(""),
		"with another's token": post(strings.Map(swap, token[1])),
		"from another site":    post(token[1], "Origin: https://autre.example.net", "Sec-Fetch-Site: cross-site"),
	} {
		if a.status != http.StatusForbidden || m.rdv(book.Rdv).Cancelled() {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := post(token[1]); a.status != http.StatusSeeOther || a.header.Get("Location") != link[1] {
		t.Fatalf("cancel: %d %s", a.status, a.body)
	}
	eventually(t, "the slot is free on the desktop", func() bool {
		r := a.rdv(book.Rdv)
		return r != nil && r.Status == agenda.StatusExcused
	})
	second := mails(t, sink, 2)[1]
	if second.method != "CANCEL" || second.calendar.Props.Get("SEQUENCE").Value != "1" || second.calendar.Props.Get("UID").Value != string(book.Rdv) {
		t.Errorf("%s %+v", second.method, second.calendar.Props)
	}
	if a := post(token[1]); a.status != http.StatusSeeOther || m.rdv(book.Rdv).Sequence != 1 {
		t.Errorf("a second click: %d", a.status)
	}
	quiet(t, sink, 2)
}

// swap exchanges two letters.
func swap(r rune) rune {
	switch r {
	case 'A':
		return 'B'
	case 'B':
		return 'A'
	}
	return r
}

// Less than the notice before the start, the page says where to call and the
// form does nothing.
func TestTooLateToCancelByLink(t *testing.T) {
	m := newMonde(t)
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, book)
	address, err := links{m.srv.db, func() string { return "" }, m.clock.Now, newID}.Link(context.Background(), book.Rdv, m.nadia)
	if err != nil {
		t.Fatal(err)
	}
	ask := m.do("GET", address, "")
	token := regexp.MustCompile(`name="jeton" value="([^"]+)"`).FindStringSubmatch(m.do("GET", address+"/annuler", "").body)
	if token == nil {
		t.Fatalf("no form in\n%s", ask.body)
	}
	m.clock.advance(at(t, "09:00").Add(-4*time.Hour + time.Second).Sub(m.clock.Now()))
	a := m.do("POST", address+"/annuler", url.Values{"jeton": {token[1]}}.Encode(), "Content-Type: application/x-www-form-urlencoded")
	if a.status != http.StatusConflict && a.status != http.StatusForbidden || m.rdv(book.Rdv).Cancelled() {
		t.Errorf("status %d", a.status)
	}
	if late := m.do("GET", address, ""); late.status != http.StatusOK || !strings.Contains(late.body, "tel:&#43;33321000000") || strings.Contains(late.body, `name="jeton"`) {
		t.Errorf("page %d: %.3000s", late.status, late.body[strings.Index(late.body, "<body"):])
	}
}

// A link opens one rdv to one person; any other says the same to everybody.
func TestLinksOpenOneDoor(t *testing.T) {
	m := newMonde(t)
	book := m.booking("14:30", []agenda.AgentID{m.alice}, m.nadia)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, book)
	pages := links{m.srv.db, func() string { return "" }, m.clock.Now, newID}
	link := func(u agenda.UsagerID) string {
		a, err := pages.Link(context.Background(), book.Rdv, u)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	mine, stranger := link(m.nadia), link(m.karim)
	if link(m.nadia) != mine {
		t.Error("asking again gave another address")
	}
	if a := m.do("GET", mine, ""); a.status != http.StatusOK {
		t.Fatalf("mine: %d", a.status)
	}
	feed, _ := m.secret(access.KindFeed, m.alice, access.ContentMotif)
	guessed := m.do("GET", flip(mine), "")
	for name, path := range map[string]string{"who takes no part": stranger, "a feed's secret": "/rdv/" + feed, "cut short": mine[:len(mine)-1], "empty": "/rdv/x"} {
		if a := m.do("GET", path, ""); a.status != http.StatusNotFound || a.body != guessed.body {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, &agenda.ReviseRdv{Rdv: book.Rdv, Add: []agenda.Participation{{Usager: m.karim}}, Remove: []agenda.UsagerID{m.nadia}})
	if a := m.do("GET", mine, ""); a.status != http.StatusNotFound {
		t.Errorf("after leaving the rdv: %d", a.status)
	}
	m.clock.advance(15 * 24 * time.Hour)
	if a := m.do("GET", stranger, ""); a.status != http.StatusNotFound {
		t.Errorf("long after: %d", a.status)
	}
}
