package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/access"
)

// raw sends bytes as they are and reads the answer; the connection has to end
// or to answer within two seconds.
func (m *monde) raw(t *testing.T, bytes string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(m.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, bytes); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// Each raw request gets one of the answers given here, within two seconds, and
// changes nothing.
func TestRawRequests(t *testing.T) {
	m := newMonde(t)
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, book)
	password, _ := m.secret(access.KindAppPassword, m.alice, access.ContentMotif)
	_, me, _ := strings.Cut(basic("fournier@montrelay.example.org", password), ": ")
	fill := strings.NewReplacer("{{HOST}}", strings.TrimPrefix(m.url, "http://"), "{{AGENT_A}}", string(m.alice), "{{AGENT_B}}", string(m.dalil),
		"{{RDV_A}}", string(book.Rdv), "{{BASIC_A}}", me, "{{DEVICE_A}}", m.newAppareil(m.alice).credential)
	for name, want := range map[string][]int{
		"te-obfuscated": {400}, "two-hosts": {400}, "foreign-host": {421}, "smuggled-length": {400}, "length-and-chunked": {400},
		"path-traversal": {307, 404}, "path-traversal-backslash": {404}, "path-nul": {400, 401, 404},
		"caldav-put-traversal": {403, 404}, "caldav-move-cross": {403, 405}, "body-100mb-declared": {413}, "xml-100mb-declared": {413},
		"method-trace": {405}, "method-junk": {405, 501}, "http09": {400}, "open-redirect": {301, 307, 404}, "not-http": {400},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := os.ReadFile(filepath.Join("testdata", "hostile", name+".raw"))
			if err != nil {
				t.Fatal(err)
			}
			resp, text := m.raw(t, fill.Replace(string(body)))
			if !slices.Contains(want, resp.StatusCode) {
				t.Errorf("status %d, want %v: %.200s", resp.StatusCode, want, text)
			}
			if strings.Contains(text, "canari") || strings.Contains(text, "goroutine") {
				t.Errorf("answers too much: %.200s", text)
			}
			if to := resp.Header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")) {
				t.Errorf("sends elsewhere: %q", to)
			}
		})
	}
	if m.rdv(book.Rdv).Revision != 1 {
		t.Error("the rdv changed")
	}
}

// Hostile XML is refused in time, whatever report it pretends to be.
func TestHostileXML(t *testing.T) {
	m := newMonde(t)
	password, _ := m.secret(access.KindAppPassword, m.alice, access.ContentMotif)
	me := basic("fournier@montrelay.example.org", password)
	const dav = ` xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"`
	laughs := `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>`
	tests := []struct {
		name, method, body string
		want               []int
	}{
		{"malformed", "PROPFIND", `<propfind xmlns="DAV:"><prop><displayname></prop></propfind>`, []int{400}},
		{"another encoding", "PROPFIND", `<?xml version="1.0" encoding="utf-7"?><propfind xmlns="DAV:"><prop>+ADw-script+AD4-</prop></propfind>`, []int{400}},
		{"entities", "PROPFIND", laughs + `<propfind xmlns="DAV:"><prop>&c;</prop></propfind>`, []int{400}},
		{"an outside entity", "PROPFIND", `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop>&f;</prop></propfind>`, []int{400}},
		{"nested", "PROPFIND", strings.Repeat("<a>", 100_000), []int{400}},
		{"upside down", "REPORT", `<C:calendar-query` + dav + `><prop><getetag/></prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="20300101T000000Z" end="20200101T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`, []int{400, 403}},
		{"no such day", "REPORT", `<C:calendar-query` + dav + `><prop><getetag/></prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="20300231T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`, []int{400, 403}},
		{"a forged token", "REPORT", `<sync-collection` + dav + `><sync-token>urn:rdv:99999999999999999999</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`, []int{403}},
		{"a token from the future", "REPORT", `<sync-collection` + dav + `><sync-token>urn:permanence:1:2026-11-23:motif:abc:` + string(m.ccas.territoire) + `/x/999999</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`, []int{403}},
		{"all levels", "REPORT", `<sync-collection` + dav + `><sync-token/><sync-level>infinite</sync-level><prop><getetag/></prop></sync-collection>`, []int{403}},
		{"a report nobody knows", "REPORT", `<expand-property` + dav + `/>`, []int{403}},
		{"empty", "REPORT", ``, []int{400}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			a := m.do(tt.method, home(m.alice), tt.body, me, "Depth: 1", "Content-Type: application/xml")
			if !slices.Contains(tt.want, a.status) {
				t.Errorf("status %d, want %v: %.300s", a.status, tt.want, a.body)
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
	if a := m.do("PROPFIND", home(m.alice), "", me, "Depth: -1"); a.status != http.StatusBadRequest {
		t.Errorf("depth -1: %d", a.status)
	}
}

// Guessing is slowed down, and the right key still opens from elsewhere.
func TestGuessingIsSlowedDown(t *testing.T) {
	for _, path := range []string{"/ics/%s.ics", "/rdv/%s"} {
		m := newMonde(t)
		secret, _ := m.secret(access.KindFeed, m.alice, access.ContentMotif)
		statuses := map[int]int{}
		for range 60 {
			statuses[m.do("GET", fmt.Sprintf(path, flip(secret)), "").status]++
		}
		if statuses[http.StatusTooManyRequests] < 30 || statuses[http.StatusNotFound] < 10 || len(statuses) != 2 {
			t.Errorf("%s: %v", path, statuses)
		}
		if a := m.do("GET", "/ics/"+secret, ""); a.status != http.StatusOK {
			t.Errorf("the right one: %d", a.status)
		}
	}
}
