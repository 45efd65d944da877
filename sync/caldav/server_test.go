package caldav

import (
	"bytes"
	"context"
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
)

// gate is an Authenticator of two agents; ten wrong passwords close it.
type gate struct{ wrong int }

func (g *gate) Authenticate(_ context.Context, c Credentials) (Principal, error) {
	switch {
	case g.wrong >= 10:
		return Principal{}, &Throttled{After: 90 * time.Second}
	case c.Login == "alice@example.org" && c.Password == "cle-alice":
		return Principal{Agent: alice, Name: "Alice Bernard", Mail: c.Login, Level: "motif", Key: "k1"}, nil
	case c.Login == "bruno@example.org" && c.Password == "cle-bruno":
		return Principal{Agent: bruno, Name: "Bruno Petit", Mail: c.Login, Level: "motif", Key: "k2"}, nil
	}
	g.wrong++
	return Principal{}, ErrRefused
}

// bench is a server on loopback over a shelf, and its log.
type bench struct {
	t     testing.TB
	url   string
	shelf *shelf
	logs  *bytes.Buffer
}

func newBench(t testing.TB, w Writer) *bench {
	b := &bench{t: t, shelf: newShelf(), logs: &bytes.Buffer{}}
	now := func() time.Time { return utc("2026-11-21T09:00") }
	h := New(&gate{}, b.shelf, w, now, slog.New(slog.NewTextHandler(b.logs, nil)))
	mux := http.NewServeMux()
	mux.Handle(Root, h)
	mux.Handle("/.well-known/caldav", WellKnown())
	srv := httptest.NewServer(mux)
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
	return b.askAs("alice@example.org", "cle-alice", method, path, body, headers...)
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
