package caldav

import (
	"strings"
	"testing"
)

// dataOf asks for one event's calendar-data, with what is inside the element.
func dataOf(t *testing.T, b *bench, name, inside string) string {
	t.Helper()
	body := request("C:calendar-multiget", `<C:calendar-data content-type="text/calendar" version="2.0">`+inside+"</C:calendar-data>", "<href>"+aliceRdvs+name+".ics</href>")
	m := b.ask("REPORT", aliceRdvs, body).multi(t)
	return m.Responses[0].Stats[0].Prop.Data
}

func TestBytesAreServedAsTheyAre(t *testing.T) {
	b := newBench(t, nil)
	item := event("u1", "2026-11-23T08:00", 30, `SUMMARY:Été & <hiver> "2026" ]]>`, "DESCRIPTION:long", " replié")
	b.shelf.set(alice, item)
	if got := dataOf(t, b, "u1", ""); got != string(item.Data) {
		t.Errorf("got  %q\nwant %q", got, item.Data)
	}
	b.shelf.set(alice, object("u2", []string{"SUMMARY:cloche \a et fin \ufffe"}, item.Spans...))
	if got := dataOf(t, b, "u2", ""); !strings.Contains(got, "cloche \ufffd et fin \ufffd") {
		t.Errorf("what XML cannot hold: %q", got)
	}
}

func TestPartsOfAnEvent(t *testing.T) {
	tests := []struct{ name, event, spec, want string }{
		{"two properties", "mardi", `<C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT"><C:prop name="UID"/><C:prop name="summary"/></C:comp></C:comp>`,
			"BEGIN:VCALENDAR VERSION:2.0 BEGIN:VEVENT UID:mardi SUMMARY:demande de LOGEMENT END:VEVENT END:VCALENDAR"},
		{"a name without its value", "mardi", `<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="SUMMARY" novalue="yes"/></C:comp></C:comp>`,
			"BEGIN:VCALENDAR BEGIN:VEVENT SUMMARY: END:VEVENT END:VCALENDAR"},
		{"all properties, no alarm", "mardi", `<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:allprop/></C:comp></C:comp>`,
			"BEGIN:VCALENDAR BEGIN:VEVENT UID:mardi DTSTAMP:20261101T080000Z DTSTART:20261124T080000Z DTEND:20261124T084500Z SUMMARY:demande de LOGEMENT END:VEVENT END:VCALENDAR"},
		{"all components, no property", "mardi", `<C:comp name="VCALENDAR"><C:allcomp/></C:comp>`,
			"BEGIN:VCALENDAR BEGIN:VEVENT UID:mardi DTSTAMP:20261101T080000Z DTSTART:20261124T080000Z DTEND:20261124T084500Z SUMMARY:demande de LOGEMENT BEGIN:VALARM ACTION:DISPLAY TRIGGER:-PT15M END:VALARM END:VEVENT END:VCALENDAR"},
		{"a fold stays where it was", "soir", `<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="DESCRIPTION"/></C:comp></C:comp>`,
			"BEGIN:VCALENDAR BEGIN:VEVENT DESCRIPTION:Une longue description qui dépasse la   largeur d’une ligne et se replie END:VEVENT END:VCALENDAR"},
		{"tasks", "mardi", `<C:comp name="VCALENDAR"><C:comp name="VTODO"><C:allprop/></C:comp></C:comp>`, "BEGIN:VCALENDAR END:VCALENDAR"},
		{"a single event, expanded", "matin", `<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="DTSTART"/><C:prop name="DTEND"/><C:prop name="RECURRENCE-ID"/></C:comp></C:comp><C:expand start="20261101T000000Z" end="20270101T000000Z"/>`,
			"BEGIN:VCALENDAR BEGIN:VEVENT DTSTART:20261123T080000Z DTEND:20261123T083000Z END:VEVENT END:VCALENDAR"},
		{"a series, expanded to two", "serie", `<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="DTSTART"/><C:prop name="DTEND"/><C:prop name="RRULE"/><C:prop name="RECURRENCE-ID"/></C:comp></C:comp><C:expand start="20261130T000000Z" end="20270101T000000Z"/>`,
			"BEGIN:VCALENDAR BEGIN:VEVENT DTSTART:20261130T130000Z DTEND:20261130T140000Z RECURRENCE-ID:20261130T130000Z END:VEVENT " +
				"BEGIN:VEVENT DTSTART:20261207T130000Z DTEND:20261207T140000Z RECURRENCE-ID:20261207T130000Z END:VEVENT END:VCALENDAR"},
		{"a day, expanded", "conge", `<C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="DTSTART"/><C:prop name="DTEND"/></C:comp></C:comp><C:expand start="20261201T000000Z" end="20270101T000000Z"/>`,
			"BEGIN:VCALENDAR BEGIN:VEVENT DTSTART;VALUE=DATE:20261225 DTEND;VALUE=DATE:20261226 END:VEVENT END:VCALENDAR"},
	}
	b := newBench(t, nil)
	fill(b)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.ReplaceAll(strings.TrimSpace(dataOf(t, b, tt.event, tt.spec)), "\r\n", " ")
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// A series with a zone, a moved occurrence and a cancelled one.
func series(b *bench) {
	data := strings.Join([]string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VTIMEZONE", "TZID:Europe/Paris", "END:VTIMEZONE",
		"BEGIN:VEVENT", "UID:reunion", "DTSTART;TZID=Europe/Paris:20261123T140000", "DTEND;TZID=Europe/Paris:20261123T150000",
		"RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Paris:20261207T140000", "SUMMARY:Réunion", "END:VEVENT",
		"BEGIN:VEVENT", "UID:reunion", "RECURRENCE-ID;TZID=Europe/Paris:20261130T140000", "DTSTART;TZID=Europe/Paris:20261201T090000",
		"DTEND;TZID=Europe/Paris:20261201T093000", "SUMMARY:Réunion déplacée", "END:VEVENT", "END:VCALENDAR", "",
	}, "\r\n")
	b.shelf.set(alice, Item{Name: "reunion.ics", Data: []byte(data),
		Spans: spans("2026-11-23T13:00/2026-11-23T14:00 2026-12-01T08:00/2026-12-01T08:30 2026-12-14T13:00/2026-12-14T14:00")})
}

func TestExpandWithAnException(t *testing.T) {
	b := newBench(t, nil)
	series(b)
	got := dataOf(t, b, "reunion", `<C:expand start="20261101T000000Z" end="20270101T000000Z"/>`)
	want := []string{
		"DTSTART:20261123T130000Z\r\nDTEND:20261123T140000Z\r\nSUMMARY:Réunion\r\nRECURRENCE-ID:20261123T130000Z\r\n",
		"RECURRENCE-ID:20261130T130000Z\r\nDTSTART:20261201T080000Z\r\nDTEND:20261201T083000Z\r\nSUMMARY:Réunion déplacée\r\n",
		"DTSTART:20261214T130000Z\r\nDTEND:20261214T140000Z\r\nSUMMARY:Réunion\r\nRECURRENCE-ID:20261214T130000Z\r\n",
	}
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("lacks %q in\n%s", w, got)
		}
	}
	for _, not := range []string{"RRULE", "EXDATE", "TZID", "VTIMEZONE", "20261207"} {
		if strings.Contains(got, not) {
			t.Errorf("holds %s:\n%s", not, got)
		}
	}
	if n := strings.Count(got, "BEGIN:VEVENT"); n != 3 {
		t.Errorf("%d occurrences", n)
	}
}

func TestLimitRecurrenceSet(t *testing.T) {
	b := newBench(t, nil)
	series(b)
	tests := []struct {
		name, bounds string
		events       int
	}{
		{"by its new time", `start="20261201T000000Z" end="20261202T000000Z"`, 2},
		{"by the time it replaces", `start="20261130T000000Z" end="20261201T000000Z"`, 2},
		{"neither", `start="20261214T000000Z" end="20261215T000000Z"`, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := dataOf(t, b, "reunion", "<C:limit-recurrence-set "+tt.bounds+"/>")
			if n := strings.Count(got, "BEGIN:VEVENT"); n != tt.events || !strings.Contains(got, "RRULE") {
				t.Errorf("%d events in\n%s", n, got)
			}
		})
	}
}

func TestExpansionIsBounded(t *testing.T) {
	b := newBench(t, nil)
	item := event("u1", "2026-11-23T08:00", 1, "RRULE:FREQ=DAILY")
	for range occurrencesMax {
		item.Spans = append(item.Spans, item.Spans[0])
	}
	b.shelf.set(alice, item)
	body := request("C:calendar-multiget", `<C:calendar-data><C:expand start="20260101T000000Z" end="20280101T000000Z"/></C:calendar-data>`, "<href>"+aliceRdvs+"u1.ics</href>")
	b.ask("REPORT", aliceRdvs, body).want(t, 403, "<C:max-instances/>", "réduisez la période")
}

func TestFreeBusy(t *testing.T) {
	b := newBench(t, nil)
	fill(b)
	b.shelf.set(alice, event("suite", "2026-11-23T08:30", 30))
	b.shelf.set(alice, event("peut-etre", "2026-11-23T10:00", 30, "STATUS:TENTATIVE"))
	ask := func(start, end string) got {
		return b.ask("REPORT", aliceRdvs, `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="`+start+`" end="`+end+`"/></C:free-busy-query>`, "Depth: 1")
	}
	g := ask("20261123T081500Z", "20261124T000000Z").want(t, 200,
		"DTSTART:20261123T081500Z\r\nDTEND:20261124T000000Z\r\n",
		"DTSTAMP:20261121T090000Z\r\n",
		"\r\nFREEBUSY:20261123T081500Z/20261123T090000Z\r\n",
		"\r\nFREEBUSY:20261123T130000Z/20261123T140000Z\r\n",
		"\r\nFREEBUSY;FBTYPE=BUSY-TENTATIVE:20261123T100000Z/20261123T103000Z\r\n")
	g.without(t, "T120000Z", "T160000Z", "SUMMARY", "logement")
	if got := g.header.Get("Content-Type"); got != "text/calendar; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	ask("20261201T000000Z", "20261202T000000Z").want(t, 200, "VFREEBUSY").without(t, "FREEBUSY:2026")
}
