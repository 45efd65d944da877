package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
)

// told is what a calendar says of one event.
type told struct {
	Start    string `json:"start"`
	Summary  string `json:"summary"`
	Status   string `json:"status"`
	Location string `json:"location"`
	Sequence int    `json:"sequence"`
}

const place = "Maison des services, 4 place du Marché, Montrelay"

// expected is an event of Tuesday at level motif: "09:00", "CONFIRMED", 0.
func expected(t testing.TB, hour, status string, sequence int) told {
	return told{at(t, hour).Format(time.RFC3339), "Demande d’aide", status, place, sequence}
}

// semaine is alice's Tuesday, and what happens to it by name.
type semaine struct {
	m                 *monde
	first, second     *agenda.BookRdv
	cancelled, fourth *agenda.BookRdv
	control           string
}

func newSemaine(t *testing.T, m *monde) *semaine {
	s := &semaine{m: m}
	by := agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}
	mine := []agenda.AgentID{m.alice}
	s.first, s.second = m.booking("09:00", mine, m.nadia), m.booking("11:00", mine, m.karim)
	s.cancelled, s.fourth = m.booking("14:00", mine, m.karim), m.booking("16:00", mine, m.nadia)
	for _, b := range []*agenda.BookRdv{s.first, s.second, s.cancelled} {
		m.as(by, b)
	}
	m.as(by, &agenda.CancelRdv{Rdv: s.cancelled.Rdv, By: "service"})
	acts := map[string]func() agenda.Args{
		"/move":   func() agenda.Args { return m.moveTo(s.first.Rdv, "09:30") },
		"/book":   func() agenda.Args { return s.fourth },
		"/cancel": func() agenda.Args { return &agenda.CancelRdv{Rdv: s.fourth.Rdv, By: "usager"} },
		"/reassign": func() agenda.Args {
			return &agenda.ReviseRdv{Rdv: s.second.Rdv, AddAgents: []agenda.AgentID{m.bruno}, RemoveAgents: mine}
		},
		"/rename":    func() agenda.Args { return renamed(m.ccas.motif, "Demande d’aide", "Logement") },
		"/elsewhere": func() agenda.Args { return m.booking("10:00", []agenda.AgentID{m.bruno}, m.karim) },
	}
	s.control = serveOnLoopback(t, func(w http.ResponseWriter, r *http.Request) {
		act := acts[r.URL.Path]
		if act == nil {
			http.NotFound(w, r)
			return
		}
		m.as(by, act())
	}) + "/"
	return s
}

func renamed(m agenda.MotifID, was, now string) agenda.Args {
	text := func(s string) json.RawMessage {
		b, err := json.Marshal(s)
		if err != nil {
			panic(err) // a text always encodes
		}
		return b
	}
	return &agenda.ReviseRecord{Noun: agenda.NounMotif, ID: string(m), Fields: map[string]agenda.Edit{"name": {Was: text(was), Now: text(now)}}}
}

// foreign runs a client of Debian; without it the test fails, as a client that
// was not tried proves nothing.
func foreign(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.WaitDelay = time.Second
	cmd.Stdin = strings.NewReader(strings.Repeat("y\n", 20))
	cmd.Env = append(append(cmd.Environ(), "no_proxy=127.0.0.1", "PYTHONWARNINGS=ignore", "LC_ALL=C.UTF-8"), env...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v (packages python3-caldav and vdirsyncer are needed)\n%s%s", name, err, &out, &complaints)
	}
	return out.String()
}

func TestPythonCaldavFollows(t *testing.T) {
	m := newMonde(t)
	s := newSemaine(t, m)
	password, _ := m.secret(access.KindAppPassword, m.alice, access.ContentMotif)
	out := foreign(t, []string{"PYTHON_CALDAV_DEBUGMODE=DEVELOPMENT"}, "/usr/bin/python3", "testdata/agenda.py",
		m.url, "fournier@montrelay.example.org", password, s.control, "elsewhere", "move", "book", "cancel", "reassign", "rename")
	type step struct {
		Step          string
		Changed, Gone []string
		Held          map[string]told
	}
	first, second, cancelled, fourth := string(s.first.Rdv), string(s.second.Rdv), string(s.cancelled.Rdv), string(s.fourth.Rdv)
	held := map[string]told{first: expected(t, "09:00", "CONFIRMED", 0), second: expected(t, "11:00", "CONFIRMED", 0), cancelled: expected(t, "14:00", "CANCELLED", 1)}
	want := func(name string, changed, gone []string) step { return step{name, changed, gone, maps.Clone(held)} }
	steps := []step{want("first", sortedText(first, second, cancelled), []string{}), want("elsewhere", []string{}, []string{})}
	held[first] = expected(t, "09:30", "CONFIRMED", 1)
	steps = append(steps, want("move", []string{first}, []string{}))
	held[fourth] = expected(t, "16:00", "CONFIRMED", 0)
	steps = append(steps, want("book", []string{fourth}, []string{}))
	held[fourth] = expected(t, "16:00", "CANCELLED", 1)
	steps = append(steps, want("cancel", []string{fourth}, []string{}))
	delete(held, second)
	steps = append(steps, want("reassign", []string{}, []string{second + ".ics"}))
	for id, e := range held {
		e.Summary = "Logement"
		held[id] = e
	}
	steps = append(steps, want("rename", sortedText(first, cancelled, fourth), []string{}))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != len(steps) {
		t.Fatalf("%d steps:\n%s", len(lines), out)
	}
	for i, line := range lines {
		var got step
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != fmt.Sprint(steps[i]) {
			t.Errorf("got  %v\nwant %v", got, steps[i])
		}
	}
}

func sortedText(s ...string) []string { return slices.Sorted(slices.Values(s)) }

const vdirsyncer = `[general]
status_path = "%[1]s/status/"
[pair agenda]
a = "ici"
b = "serveur"
collections = ["rendez-vous"]
conflict_resolution = "b wins"
[storage ici]
type = "filesystem"
path = "%[1]s/agenda/"
fileext = ".ics"
[storage serveur]
type = "caldav"
url = "%[2]s"
username = "fournier@montrelay.example.org"
password = "%[3]s"
`

func TestVdirsyncerFollows(t *testing.T) {
	m := newMonde(t)
	s := newSemaine(t, m)
	password, _ := m.secret(access.KindAppPassword, m.alice, access.ContentMotif)
	dir := t.TempDir()
	config := filepath.Join(dir, "config")
	if err := os.WriteFile(config, fmt.Appendf(nil, vdirsyncer, dir, m.url, password), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(verb string) {
		t.Helper()
		foreign(t, []string{"HOME=" + dir, "VDIRSYNCER_CONFIG=" + config}, "vdirsyncer", verb)
	}
	act := func(name string) {
		t.Helper()
		resp, err := http.Post(s.control+name, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	held := func(want map[string]told) {
		t.Helper()
		got := map[string]told{}
		files, err := filepath.Glob(filepath.Join(dir, "agenda", "rendez-vous", "*.ics"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			uid, e := readEvent(t, body)
			got[uid] = e
		}
		if !maps.Equal(got, want) {
			t.Errorf("held %v\nwant %v", got, want)
		}
	}
	run("discover")
	run("sync")
	want := map[string]told{string(s.first.Rdv): expected(t, "09:00", "CONFIRMED", 0), string(s.second.Rdv): expected(t, "11:00", "CONFIRMED", 0),
		string(s.cancelled.Rdv): expected(t, "14:00", "CANCELLED", 1)}
	held(want)
	act("move")
	act("reassign")
	act("book")
	run("sync")
	delete(want, string(s.second.Rdv))
	want[string(s.first.Rdv)], want[string(s.fourth.Rdv)] = expected(t, "09:30", "CONFIRMED", 1), expected(t, "16:00", "CONFIRMED", 0)
	held(want)
}

// readEvent reads the one event of a calendar object.
func readEvent(t testing.TB, body []byte) (uid string, e told) {
	t.Helper()
	cal, err := ical.NewDecoder(bytes.NewReader(body)).Decode()
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	events := cal.Events()
	if len(events) != 1 {
		t.Fatalf("%d events:\n%s", len(events), body)
	}
	v := events[0]
	text := func(name string) string {
		s, err := v.Props.Text(name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	start, err := v.DateTimeStart(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	e = told{Start: start.UTC().Format(time.RFC3339), Summary: text("SUMMARY"), Status: text("STATUS"), Location: text("LOCATION")}
	if p := v.Props.Get("SEQUENCE"); p != nil {
		if e.Sequence, err = p.Int(); err != nil {
			t.Fatal(err)
		}
	}
	return text("UID"), e
}

// basic is the header of an app password.
func basic(email, password string) string {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(email, password)
	return "Authorization: " + r.Header.Get("Authorization")
}

const wholeQuery = `<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><getetag/><C:calendar-data/></prop>` +
	`<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>`

// home is the address of an agent's calendar of rdvs.
func home(a agenda.AgentID) string { return "/dav/agendas/" + string(a) + "/rendez-vous/" }

// Each level shows what it says and nothing more; nobody's address is in any.
func TestContentLevels(t *testing.T) {
	m := newMonde(t)
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia, m.karim)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, book)
	tests := []struct {
		level         access.Content
		shows, shows0 string // SUMMARY and LOCATION
		ownID         bool   // the rdv's id is told
	}{
		{access.ContentOccupe, "SUMMARY:Occupé", "", false},
		{access.ContentMotif, "SUMMARY:Demande d’aide", "LOCATION:Maison des services", true},
		{access.ContentComplet, "SUMMARY:Demande d’aide – Nadia Haddad\\, Karim Benali", "LOCATION:Maison des services", true},
	}
	for _, tt := range tests {
		t.Run(string(tt.level), func(t *testing.T) {
			password, _ := m.secret(access.KindAppPassword, m.alice, tt.level)
			feed, _ := m.secret(access.KindFeed, m.alice, tt.level)
			query := m.do("REPORT", home(m.alice), wholeQuery, basic("fournier@montrelay.example.org", password), "Depth: 1")
			file := m.do("GET", "/ics/"+feed+".ics", "")
			if query.status != http.StatusMultiStatus || file.status != http.StatusOK {
				t.Fatalf("query %d, feed %d", query.status, file.status)
			}
			for _, body := range []string{query.body, file.body} {
				text := unfolded(body)
				if !strings.Contains(text, tt.shows+"\n") || !strings.Contains(text, tt.shows0) {
					t.Errorf("missing %q, %q in\n%s", tt.shows, tt.shows0, text)
				}
				if got := strings.Contains(text, string(book.Rdv)); got != tt.ownID {
					t.Errorf("the rdv's id told: %v", got)
				}
				for _, never := range []string{"example.org", "ATTENDEE", "mailto", "Haddad", "Marché"} {
					seen := strings.Contains(text, never)
					may := never == "Haddad" && tt.level == access.ContentComplet || never == "Marché" && tt.level != access.ContentOccupe
					if seen && !may {
						t.Errorf("%s shows %q", tt.level, never)
					}
				}
			}
		})
	}
}

// unfolded joins folded lines and reads the few entities of our XML.
func unfolded(body string) string {
	text := strings.NewReplacer("&#13;", "", "&#xD;", "", "\r", "", "&amp;", "&").Replace(body)
	return strings.ReplaceAll(text, "\n ", "")
}

// Another agent's tree is, word for word, one that does not exist.
func TestForeignCalendars(t *testing.T) {
	m := newMonde(t)
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, book)
	password, _ := m.secret(access.KindAppPassword, m.dalil, access.ContentComplet)
	me := basic("roussel@montrelay.example.org", password)
	object := string(book.Rdv) + ".ics"
	unknown := agenda.AgentID(newID())
	multiget := func(href string) string {
		return `<C:calendar-multiget xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><C:calendar-data/></prop><href>` + href + `</href></C:calendar-multiget>`
	}
	for name, ask := range map[string]func(a agenda.AgentID) answer{
		"GET":      func(a agenda.AgentID) answer { return m.do("GET", home(a)+object, "", me) },
		"PROPFIND": func(a agenda.AgentID) answer { return m.do("PROPFIND", home(a), "", me, "Depth: 1") },
		"principal": func(a agenda.AgentID) answer {
			return m.do("PROPFIND", "/dav/principals/"+string(a)+"/", "", me, "Depth: 0")
		},
		"home": func(a agenda.AgentID) answer {
			return m.do("PROPFIND", "/dav/agendas/"+string(a)+"/", "", me, "Depth: 1")
		},
		"query":    func(a agenda.AgentID) answer { return m.do("REPORT", home(a), wholeQuery, me, "Depth: 1") },
		"multiget": func(a agenda.AgentID) answer { return m.do("REPORT", home(m.dalil), multiget(home(a)+object), me) },
		"traversal": func(a agenda.AgentID) answer {
			return m.do("REPORT", home(m.dalil), multiget(home(m.dalil)+"../../"+string(a)+"/rendez-vous/"+object), me)
		},
		"PUT": func(a agenda.AgentID) answer {
			return m.do("PUT", home(a)+object, "BEGIN:VCALENDAR", me, "Content-Type: text/calendar")
		},
		"DELETE": func(a agenda.AgentID) answer { return m.do("DELETE", home(a)+object, "", me) },
		"COPY": func(a agenda.AgentID) answer {
			return m.do("COPY", home(a)+object, "", me, "Destination: "+home(m.dalil)+object)
		},
		"MOVE": func(a agenda.AgentID) answer {
			return m.do("MOVE", home(m.dalil)+object, "", me, "Destination: "+home(a)+object)
		},
		"MKCALENDAR": func(a agenda.AgentID) answer { return m.do("MKCALENDAR", "/dav/agendas/"+string(a)+"/x/", "", me) },
	} {
		t.Run(name, func(t *testing.T) {
			theirs, nobodys := ask(m.alice), ask(unknown)
			if theirs.status >= 500 || theirs.status == http.StatusOK || theirs.status != nobodys.status {
				t.Errorf("theirs %d, nobody's %d", theirs.status, nobodys.status)
			}
			if strings.ReplaceAll(theirs.body, string(m.alice), "X") != strings.ReplaceAll(nobodys.body, string(unknown), "X") {
				t.Errorf("theirs %s\nnobody's %s", theirs.body, nobodys.body)
			}
			if strings.Contains(theirs.body, "Demande") || strings.Contains(theirs.body, "VEVENT") {
				t.Errorf("shows the event: %s", theirs.body)
			}
		})
	}
	if m.rdv(book.Rdv).Revision != 1 {
		t.Error("the rdv changed")
	}
}

func TestAppPasswords(t *testing.T) {
	m := newMonde(t)
	m.password(m.alice)
	password, id := m.secret(access.KindAppPassword, m.alice, access.ContentMotif)
	enters := func(email, password string) int {
		return m.do("PROPFIND", "/dav/", "", basic(email, password), "Depth: 0").status
	}
	const email = "fournier@montrelay.example.org"
	if got := enters(email, password); got != http.StatusMultiStatus {
		t.Fatalf("the right one: %d", got)
	}
	for name, tt := range map[string][2]string{
		"the account's own password": {email, phrase},
		"somebody else's address":    {"lemaire@montrelay.example.org", password},
		"a changed letter":           {email, flip(password)},
		"a pattern for a name":       {".*", password},
		"nothing":                    {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := enters(tt[0], tt[1]); got != http.StatusUnauthorized {
				t.Errorf("status %d", got)
			}
		})
	}
	m.write(func(tx *store.ServerTx) error { return tx.RevokeSecret(id, m.clock.Now()) })
	m.clock.advance(time.Hour)
	if got := enters(email, password); got != http.StatusUnauthorized {
		t.Errorf("revoked: %d", got)
	}
}
