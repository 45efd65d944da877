package caldav

import (
	"strings"
	"testing"

	"permanence/app/agenda"
)

// The table of RFC 4791 §9.9, in hours of one day.
func TestTimeRange(t *testing.T) {
	tests := []struct {
		name, event, within string
		want                bool
	}{
		{"inside", "09:00/10:00", "08:00/12:00", true},
		{"around", "08:00/12:00", "09:00/10:00", true},
		{"same bounds", "09:00/10:00", "09:00/10:00", true},
		{"starts where the range starts", "09:00/10:00", "09:00/09:01", true},
		{"ends where the range starts", "08:00/09:00", "09:00/10:00", false},
		{"starts where the range ends", "10:00/11:00", "09:00/10:00", false},
		{"runs into the range", "08:00/09:01", "09:00/10:00", true},
		{"runs out of the range", "09:59/11:00", "09:00/10:00", true},
		{"no time, at the start", "09:00/09:00", "09:00/10:00", true},
		{"no time, inside", "09:30/09:30", "09:00/10:00", true},
		{"no time, at the end", "10:00/10:00", "09:00/10:00", false},
		{"no time, before", "08:59/08:59", "09:00/10:00", false},
		{"open end", "23:00/23:30", "09:00/", true},
		{"open end, over before", "08:00/09:00", "09:00/", false},
		{"open end, no time at the start", "09:00/09:00", "09:00/", true},
		{"open start", "01:00/02:00", "/10:00", true},
		{"open start, begins at the end", "10:00/11:00", "/10:00", false},
		{"second of two occurrences", "07:00/08:00 09:00/10:00", "09:30/09:45", true},
		{"between two occurrences", "07:00/08:00 09:00/10:00", "08:00/09:00", false},
		{"no occurrence", "", "08:00/09:00", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			within := hours(tt.within)[0]
			f := &compFilter{within: &within}
			if got := f.during(hours(tt.event)); got != tt.want {
				t.Errorf("%s during %s: %v", tt.event, tt.within, got)
			}
		})
	}
}

// hours reads "09:00/10:00 …" on 23 November 2026; a missing bound is open.
func hours(s string) []agenda.Span {
	var all []agenda.Span
	for _, one := range strings.Fields(s) {
		from, to, _ := strings.Cut(one, "/")
		var span agenda.Span
		if from != "" {
			span.Start = utc("2026-11-23T" + from)
		}
		if to != "" {
			span.End = utc("2026-11-23T" + to)
		}
		all = append(all, span)
	}
	return all
}

// fill puts a week of various events on Alice's shelf.
func fill(b *bench) {
	for _, i := range []Item{
		event("matin", "2026-11-23T08:00", 30, "SUMMARY:Demande de logement", "STATUS:CONFIRMED", "CATEGORIES:Action sociale",
			`LOCATION:Maison des Services\, bureau 4`, "ATTENDEE;CN=\"Dupont; Camille\";PARTSTAT=ACCEPTED:mailto:camille@example.org"),
		event("midi", "2026-11-23T12:00", 0, "SUMMARY:Rappel", "TRANSP:TRANSPARENT"),
		event("soir", "2026-11-23T16:00", 60, "SUMMARY:Été à préparer", "STATUS:CANCELLED", "DESCRIPTION:Une longue description qui dépasse la", "  largeur d’une ligne et se replie"),
		event("mardi", "2026-11-24T08:00", 45, "SUMMARY:demande de LOGEMENT", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "END:VALARM"),
		object("serie", []string{"DTSTART;TZID=Europe/Paris:20261123T140000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3", "SUMMARY:Réunion"},
			spans("2026-11-23T13:00/2026-11-23T14:00 2026-11-30T13:00/2026-11-30T14:00 2026-12-07T13:00/2026-12-07T14:00")...),
		object("conge", []string{"DTSTART;VALUE=DATE:20261225", "DTEND;VALUE=DATE:20261226", "SUMMARY:Noël"}, spans("2026-12-24T23:00/2026-12-25T23:00")...),
	} {
		b.shelf.set(alice, i)
	}
}

func TestCalendarQuery(t *testing.T) {
	prop := func(name, inside string) string {
		return `<C:prop-filter name="` + name + `">` + inside + `</C:prop-filter>`
	}
	text := func(attrs, s string) string { return "<C:text-match " + attrs + ">" + s + "</C:text-match>" }
	between := func(start, end string) string {
		return `<C:time-range start="` + start + `" end="` + end + `"/>`
	}
	const alarm = `<C:comp-filter name="VALARM"><C:is-not-defined/></C:comp-filter>`
	tests := []struct{ name, filter, want string }{
		{"every event", "", "conge mardi matin midi serie soir"},
		{"one day", between("20261123T000000Z", "20261124T000000Z"), "matin midi serie soir"},
		{"from the second the first ends", between("20261123T083000Z", "20261123T120000Z"), ""},
		{"no time at its start", between("20261123T120000Z", "20261123T120001Z"), "midi"},
		{"second occurrence of a series", between("20261130T000000Z", "20261201T000000Z"), "serie"},
		{"after the series", between("20261208T000000Z", "20261220T000000Z"), ""},
		{"all day, in the calendar's zone", between("20261224T230000Z", "20261224T233000Z"), "conge"},
		{"before all day", between("20261224T220000Z", "20261224T230000Z"), ""},
		{"open end", `<C:time-range start="20261207T133000Z"/>`, "conge serie"},
		{"open start", `<C:time-range end="20261123T083000Z"/>`, "matin"},
		{"text, ASCII letters of any case", prop("SUMMARY", text("", "Logement")), "mardi matin"},
		{"text, octets", prop("SUMMARY", text(`collation="i;octet"`, "logement")), "matin"},
		{"text, ASCII leaves accents alone", prop("SUMMARY", text("", "été")), ""},
		{"text, all letters of any case", prop("SUMMARY", text(`collation="i;unicode-casemap"`, "été")), "soir"},
		{"text, the other way round", prop("SUMMARY", text(`negate-condition="yes"`, "logement")), "conge midi serie soir"},
		{"text, escapes undone", prop("LOCATION", text("", "services, bureau")), "matin"},
		{"text, folds undone", prop("DESCRIPTION", text("", "dépasse la largeur")), "soir"},
		{"text, markup in it", prop("SUMMARY", text("", "&lt;logement&gt;")), ""},
		{"text and time", prop("SUMMARY", text("", "logement")) + between("20261124T000000Z", "20261125T000000Z"), "mardi"},
		{"a property there", prop("status", ""), "matin soir"},
		{"a property not there", prop("STATUS", "<C:is-not-defined/>"), "conge mardi midi serie"},
		{"two properties", prop("STATUS", "") + prop("CATEGORIES", ""), "matin"},
		{"a property in time", prop("DTSTART", between("20261123T130000Z", "20261123T130001Z")), "serie"},
		{"a property in no time", prop("SUMMARY", between("20261123T130000Z", "20261123T130001Z")), ""},
		{"a parameter", prop("ATTENDEE", `<C:param-filter name="PARTSTAT">`+text("", "accepted")+`</C:param-filter>`), "matin"},
		{"a parameter, other value", prop("ATTENDEE", `<C:param-filter name="PARTSTAT">`+text("", "declined")+`</C:param-filter>`), ""},
		{"a parameter, not that value", prop("ATTENDEE", `<C:param-filter name="PARTSTAT">`+text(`negate-condition="yes"`, "declined")+`</C:param-filter>`), "matin"},
		{"a parameter, quoted", prop("ATTENDEE", `<C:param-filter name="CN">`+text("", "dupont; camille")+`</C:param-filter>`), "matin"},
		{"a parameter there", prop("DTSTART", `<C:param-filter name="TZID"/>`), "serie"},
		{"a parameter not there", prop("DTSTART", `<C:param-filter name="VALUE"><C:is-not-defined/></C:param-filter>`), "mardi matin midi serie soir"},
		{"an alarm", `<C:comp-filter name="VALARM"/>`, "mardi"},
		{"no alarm", alarm, "conge matin midi serie soir"},
		{"an alarm of a kind", `<C:comp-filter name="VALARM">` + prop("ACTION", text("", "display")) + `</C:comp-filter>`, "mardi"},
	}
	b := newBench(t, nil)
	fill(b)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := request("C:calendar-query", "<getetag/>", `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">`+tt.filter+`</C:comp-filter></C:comp-filter></C:filter>`)
			if got := b.ask("REPORT", aliceRdvs, body, "Depth: 1").multi(t).sortedNames(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestQueriesOverComponents(t *testing.T) {
	calendar := func(inside string) string {
		return request("C:calendar-query", "<getetag/>", `<C:filter><C:comp-filter name="VCALENDAR">`+inside+`</C:comp-filter></C:filter>`)
	}
	tests := []struct{ name, path, depth, body, want string }{
		{"the calendar itself", aliceRdvs, "1", calendar(""), "conge mardi matin midi serie soir"},
		{"tasks, of which there are none", aliceRdvs, "1", calendar(`<C:comp-filter name="VTODO"/>`), ""},
		{"tasks in time, as vdirsyncer asks", aliceRdvs, "1", calendar(`<C:comp-filter name="VTODO"><C:time-range start="20261101T000000Z" end="20270101T000000Z"/></C:comp-filter>`), ""},
		{"no tasks", aliceRdvs, "1", calendar(`<C:comp-filter name="VTODO"><C:is-not-defined/></C:comp-filter>`), "conge mardi matin midi serie soir"},
		{"no events", aliceRdvs, "1", calendar(`<C:comp-filter name="VEVENT"><C:is-not-defined/></C:comp-filter>`), ""},
		{"no calendar", aliceRdvs, "1", calendar(`<C:is-not-defined/>`), ""},
		{"a property of the calendar", aliceRdvs, "1", calendar(`<C:prop-filter name="PRODID"><C:text-match>ESSAI</C:text-match></C:prop-filter>`), "conge mardi matin midi serie soir"},
		{"two kinds at once", aliceRdvs, "1", calendar(`<C:comp-filter name="VEVENT"/><C:comp-filter name="VTODO"/>`), ""},
		{"depth 0: a calendar is no event", aliceRdvs, "0", calendar(""), ""},
		{"no depth", aliceRdvs, "", calendar(""), "conge mardi matin midi serie soir"},
		{"infinite depth", aliceRdvs, "infinity", calendar(""), "conge mardi matin midi serie soir"},
		{"one event", aliceRdvs + "matin.ics", "0", calendar(`<C:comp-filter name="VEVENT"/>`), "matin"},
		{"one event that does not match", aliceRdvs + "matin.ics", "0", calendar(`<C:comp-filter name="VTODO"/>`), ""},
	}
	b := newBench(t, nil)
	fill(b)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := b.ask("REPORT", tt.path, tt.body, "Depth: "+tt.depth).multi(t).sortedNames(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
