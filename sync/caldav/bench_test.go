package caldav

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/access"
)

// year fills Alice's shelf with n events spread over the working hours of
// 2026, one in ten a series of twenty weeks.
func year(s *shelf, n int) {
	monday := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	for i := range n {
		start := monday.AddDate(0, 0, i*7%360).Add(time.Duration(7+i/51%9)*time.Hour + time.Duration(i%4*15)*time.Minute)
		lines := []string{
			"SEQUENCE:0", "DTSTART:" + start.Format(instantForm), "DTEND:" + start.Add(30*time.Minute).Format(instantForm),
			fmt.Sprintf("SUMMARY:Rendez-vous n° %d", i), fmt.Sprintf(`LOCATION:Maison départementale\, bureau %d`, i%40),
			fmt.Sprintf(`DESCRIPTION:Suivi social\, dossier %06d. Motif : accompagnement.`, i),
		}
		times := 1
		if i%10 == 0 {
			times = 20
			lines = append(lines, "RRULE:FREQ=WEEKLY;COUNT=20")
		}
		var occurrences []agenda.Span
		for k := range times {
			at := start.AddDate(0, 0, 7*k)
			occurrences = append(occurrences, agenda.Span{Start: at, End: at.Add(30 * time.Minute)})
		}
		s.set(alice, object(fmt.Sprintf("load-%06d", i), lines, occurrences...))
	}
}

func weekQuery(week int, props string) string {
	from := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 7*week)
	return request("C:calendar-query", props, fmt.Sprintf(
		`<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="%s" end="%s"/></C:comp-filter></C:comp-filter></C:filter>`,
		from.Format(instantForm), from.AddDate(0, 0, 7).Format(instantForm)))
}

// A week query finds every event of the week, occurrences of series included.
func TestAWeekAmongTenThousand(t *testing.T) {
	b := newBench(t, nil)
	year(b.shelf, 10_000)
	if got := len(b.ask("REPORT", aliceRdvs, weekQuery(7, "<getetag/>")).multi(t).Responses); got != 334 {
		t.Errorf("week 7: %d events; counted by hand, 334", got)
	}
	for _, week := range []int{0, 20, 39} {
		from := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 7*week)
		want := 0
		for _, e := range b.shelf.agendas[alice].byName {
			for _, s := range e.item.Spans {
				if s.Start.Before(from.AddDate(0, 0, 7)) && s.End.After(from) {
					want++
					break
				}
			}
		}
		if got := len(b.ask("REPORT", aliceRdvs, weekQuery(week, "<getetag/>")).multi(t).Responses); got != want {
			t.Errorf("week %d: %d events, want %d", week, got, want)
		}
	}
}

// The costs of a server that holds 10,000 events, without network nor database.
func BenchmarkTenThousand(b *testing.B) {
	s := newShelf()
	year(s, 10_000)
	h := New(s, nil, time.Now, slog.New(slog.DiscardHandler))
	s.mu.Lock()
	s.agendas[alice].inOrder()
	token := s.token(s.agendas[alice])
	s.mu.Unlock()
	earlier := token
	earlier.Marks = []Mark{{"t1", "e1", token.Marks[0].Number - 1}}

	var hrefs strings.Builder
	for k := range 50 {
		fmt.Fprintf(&hrefs, "<href>%sload-%06d.ics</href>", aliceRdvs, k*13)
	}
	sync := func(t string) string {
		return request("sync-collection", "<getetag/>", "<sync-token>"+t+"</sync-token><sync-level>1</sync-level>")
	}
	for _, bb := range []struct{ name, method, depth, body string }{
		{"ctag", "PROPFIND", "0", request("propfind", "<CS:getctag/><sync-token/><displayname/>", "")},
		{"sync_nothing", "REPORT", "0", sync(token.String())},
		{"sync_one_change", "REPORT", "0", sync(earlier.String())},
		{"sync_initial", "REPORT", "0", sync("")},
		{"multiget_50", "REPORT", "1", request("C:calendar-multiget", "<getetag/><C:calendar-data/>", hrefs.String())},
		{"week_etags", "REPORT", "1", weekQuery(20, "<getetag/>")},
		{"week_data", "REPORT", "1", weekQuery(20, "<getetag/><C:calendar-data/>")},
		{"list_etags", "PROPFIND", "1", request("propfind", "<getetag/><getcontenttype/><resourcetype/>", "")},
		{"text_search", "REPORT", "1", request("C:calendar-query", "<getetag/>", `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match>4999</C:text-match></C:prop-filter></C:comp-filter></C:comp-filter></C:filter>`)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				req := httptest.NewRequest(bb.method, aliceRdvs, strings.NewReader(bb.body))
				req = req.WithContext(access.With(req.Context(), access.Session{Agent: alice}))
				req.Header.Set("Depth", bb.depth)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, req)
				if w.Code != http.StatusMultiStatus {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
