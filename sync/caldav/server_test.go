package caldav

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/access"
)

// keys is where the app passwords of two agents are kept.
type keys map[access.Hash]access.AppPassword

func (k keys) AppPasswordByHash(_ context.Context, h access.Hash) (access.AppPassword, error) {
	p, ok := k[h]
	if !ok {
		return p, access.ErrUnknown
	}
	return p, nil
}

func (keys) AgentRoles(context.Context, agenda.AgentID) ([]agenda.Role, error) {
	return []agenda.Role{{Level: agenda.LevelBasic}}, nil
}

// give makes an app password of an agent and shows it once.
func (k keys) give(t testing.TB, a agenda.AgentID, email string) string {
	secret, err := access.NewSecret(rand.Reader, access.KindAppPassword)
	if err != nil {
		t.Fatal(err)
	}
	k[secret.Hash()] = access.AppPassword{ID: "k-" + string(a), Agent: a, Email: email, Content: access.ContentMotif}
	return secret.Reveal()
}

// bench is a guarded server on loopback over a shelf, and its log.
type bench struct {
	t            testing.TB
	url          string
	shelf        *shelf
	alice, bruno string // app passwords
	logs         *bytes.Buffer
}

func newBench(t testing.TB, w Writer) *bench {
	b := &bench{t: t, shelf: newShelf(), logs: &bytes.Buffer{}}
	now := func() time.Time { return utc("2026-11-21T09:00") }
	log := slog.New(slog.NewTextHandler(b.logs, nil))
	known := keys{}
	b.alice = known.give(t, alice, "alice@example.org")
	b.bruno = known.give(t, bruno, "bruno@example.org")
	guard := access.NewGuard(access.GuardConfig{Now: now, Log: log, Ways: map[access.Policy]access.Way{
		access.PolicyAppPassword: access.NewAppPasswordWay(known, known, access.NewFailures(now), now),
	}})
	h, err := guard.Handler(New(b.shelf, w, now, log).Routes())
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	b.url = srv.URL
	return b
}

const (
	aliceHome = "/dav/agendas/" + string(alice) + "/"
	aliceRdvs = aliceHome + "rendez-vous/"
	brunoRdvs = "/dav/agendas/" + string(bruno) + "/rendez-vous/"
)

// got is an answer, read whole.
type got struct {
	code   int
	header http.Header
	body   string
}

// ask sends a request as Alice; headers are "Name: value".
func (b *bench) ask(method, path, body string, headers ...string) got {
	b.t.Helper()
	return b.askAs("alice@example.org", b.alice, method, path, body, headers...)
}

func (b *bench) askAs(login, password, method, path, body string, headers ...string) got {
	b.t.Helper()
	req, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	if login != "" {
		req.SetBasicAuth(login, password)
	}
	noFollow := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := noFollow.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return got{res.StatusCode, res.Header, string(data)}
}

// want fails unless the answer has that status and says each text.
func (g got) want(t testing.TB, code int, texts ...string) got {
	t.Helper()
	if g.code != code {
		t.Fatalf("status %d, want %d\n%s", g.code, code, g.body)
	}
	for _, s := range texts {
		if !strings.Contains(g.body, s) {
			t.Errorf("answer lacks %q:\n%s", s, g.body)
		}
	}
	return g
}

func (g got) without(t testing.TB, texts ...string) got {
	t.Helper()
	for _, s := range texts {
		if strings.Contains(g.body, s) {
			t.Errorf("answer holds %q:\n%s", s, g.body)
		}
	}
	return g
}

// answered is a response element, read by another XML reader than ours.
type answered struct {
	Href   string `xml:"href"`
	Status string `xml:"status"`
	Stats  []struct {
		Status string `xml:"status"`
		Prop   struct {
			Inner string `xml:",innerxml"`
			ETag  string `xml:"getetag"`
			Data  string `xml:"calendar-data"`
			Token string `xml:"sync-token"`
			CTag  string `xml:"http://calendarserver.org/ns/ getctag"`
		} `xml:"prop"`
	} `xml:"propstat"`
}

type multi struct {
	Responses []answered `xml:"response"`
	Token     string     `xml:"DAV: sync-token"`
}

func (g got) multi(t testing.TB) multi {
	t.Helper()
	g.want(t, http.StatusMultiStatus)
	var m multi
	if err := xml.Unmarshal([]byte(g.body), &m); err != nil {
		t.Fatalf("unreadable multistatus: %v\n%s", err, g.body)
	}
	return m
}

// names lists the events answered for, "!" before those that are gone.
func (m multi) names() string {
	var all []string
	for _, r := range m.Responses {
		name := r.Href[strings.LastIndexByte(r.Href, '/')+1:]
		switch {
		case strings.Contains(r.Status, "404"):
			name = "!" + name
		case strings.Contains(r.Status, "507"):
			name = "…"
		}
		all = append(all, strings.TrimSuffix(name, ".ics"))
	}
	return strings.Join(all, " ")
}

func (m multi) sortedNames() string {
	names := strings.Fields(m.names())
	slices.Sort(names)
	return strings.Join(names, " ")
}

// prop writes a request body: root, inner properties, and what follows them.
func request(root, props, rest string) string {
	return fmt.Sprintf(`<?xml version="1.0"?><%[1]s xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/"><prop>%s</prop>%s</%[1]s>`, root, props, rest)
}
