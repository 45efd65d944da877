package server

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/caldav"
)

// crowd gives alice n rdvs spread over the window that calendars show, written
// straight into the ledger.
func (m *monde) crowd(n int) []agenda.RdvID {
	m.t.Helper()
	ids := make([]agenda.RdvID, n)
	first := m.clock.Now().Truncate(24*time.Hour).AddDate(0, 0, -28)
	m.write(func(tx *store.ServerTx) error {
		for i := range ids {
			start := first.AddDate(0, 0, i%390).Add(7*time.Hour + time.Duration(i/390)*20*time.Minute)
			r := &agenda.Rdv{ID: agenda.RdvID(newID()), Organisation: m.ccas.id, Motif: m.ccas.motif, Lieu: m.ccas.lieu, Start: start, End: start.Add(20 * time.Minute),
				Zone: "Europe/Paris", Agents: []agenda.AgentID{m.alice}, Participations: []agenda.Participation{{Usager: m.nadia}}, Status: agenda.StatusUnknown,
				CreatedAt: first, ChangedAt: first, Stamp: agenda.Stamp{Revision: 1}}
			ids[i] = r.ID
			if err := m.feed(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
	return ids
}

// feed writes a record and its lines, as a commit of its own would.
func (m *monde) feed(tx *store.ServerTx, r agenda.Record) error {
	if err := tx.Put(r); err != nil {
		return err
	}
	n, err := tx.Draw(m.ccas.territoire)
	if err != nil {
		return err
	}
	for _, p := range agenda.Readers(tx, r) {
		if err := tx.Feed(guichet.FeedLine{Territoire: p.Territoire, Number: n, Scope: p.Scope, Ref: agenda.RefOf(r), In: true}); err != nil {
			return err
		}
	}
	return tx.Journal(guichet.JournalLine{Territoire: m.ccas.territoire, Number: n, Ref: agenda.RefOf(r), Revision: 1, Kind: guichet.KindBorn, Author: agenda.AuthorSystem, At: m.clock.Now()})
}

// reader is a calendar application of alice's, on one connection.
type lecteur struct {
	m      *monde
	client *http.Client
	key    string
}

func (m *monde) newLecteur() *lecteur {
	password, _ := m.secret(access.KindAppPassword, m.alice, access.ContentMotif)
	l := &lecteur{m, &http.Client{Transport: &http.Transport{}}, password}
	m.t.Cleanup(l.client.CloseIdleConnections)
	return l
}

// ask sends a request about alice's calendar and gives the answer's body.
func (l *lecteur) ask(method, body string) string {
	l.m.t.Helper()
	r, err := http.NewRequestWithContext(l.m.t.Context(), method, l.m.url+home(l.m.alice), strings.NewReader(body))
	if err != nil {
		l.m.t.Fatal(err)
	}
	r.SetBasicAuth("fournier@montrelay.example.org", l.key)
	r.Header.Set("Depth", "0")
	if strings.Contains(body, "calendar-query") {
		r.Header.Set("Depth", "1")
	}
	resp, err := l.client.Do(r)
	if err != nil {
		l.m.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusMultiStatus {
		l.m.t.Fatalf("status %d, %v: %.200s", resp.StatusCode, err, text)
	}
	return string(text)
}

const (
	davNames = ` xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"`
	ctag     = `<propfind` + davNames + `><prop><S:getctag/><sync-token/></prop></propfind>`
	withData = `<prop><getetag/><C:calendar-data/></prop>`
)

func since(token, prop string) string {
	return `<sync-collection` + davNames + `><sync-token>` + token + `</sync-token><sync-level>1</sync-level>` + prop + `</sync-collection>`
}

func tokenOf(answer string) string {
	_, rest, _ := strings.Cut(answer, "sync-token>")
	token, _, _ := strings.Cut(rest, "<")
	return token
}

// What calendar applications ask of an agenda of 10,000 events, over loopback
// and a real file.
func BenchmarkCalendars(b *testing.B) {
	m := newMonde(b)
	ids := m.crowd(10_000)
	l := m.newLecteur()
	from := m.clock.Now().Truncate(24 * time.Hour)
	week := `<C:calendar-query` + davNames + `>` + withData + `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="` +
		from.Format("20060102T150405Z") + `" end="` + from.AddDate(0, 0, 7).Format("20060102T150405Z") + `"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`
	var hrefs strings.Builder
	for i := range 50 {
		fmt.Fprintf(&hrefs, "<href>%s%s.ics</href>", home(m.alice), ids[i*97])
	}
	multiget := `<C:calendar-multiget` + davNames + `>` + withData + hrefs.String() + `</C:calendar-multiget>`
	b.Run("first time", func(b *testing.B) { // every event is written
		who := access.Session{Agent: m.alice, Content: access.ContentMotif, Roles: []agenda.Role{{Organisation: m.ccas.id}}}
		for b.Loop() {
			d, err := newAgendas(m.srv.db, m.clock.Now, cachedEvents).Changes(b.Context(), who, "rendez-vous", caldav.Token{}, 0, false)
			if err != nil || len(d.Changed) != len(ids) {
				b.Fatal(len(d.Changed), err)
			}
		}
	})
	for _, bench := range []struct{ name, method, body string }{
		{"ctag", "PROPFIND", ctag}, {"week", "REPORT", week}, {"multiget 50", "REPORT", multiget},
		{"initial, etags", "REPORT", since("", "<prop><getetag/></prop>")}, {"initial, data", "REPORT", since("", withData)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				l.ask(bench.method, bench.body)
			}
		})
	}
	b.Run("delta", func(b *testing.B) {
		token := tokenOf(l.ask("PROPFIND", ctag))
		hours := []string{"09:00", "10:00"}
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			m.as(agenda.Author{Kind: agenda.AuthorSystem}, m.moveTo(ids[0], hours[i%2]))
			b.StartTimer()
			answer := l.ask("REPORT", since(token, "<prop><getetag/></prop>"))
			if n := strings.Count(answer, "<D:response>"); n != 1 {
				b.Fatalf("%d changes", n)
			}
			token = tokenOf(answer)
		}
	})
}
