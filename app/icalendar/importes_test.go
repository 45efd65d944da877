package icalendar

import (
	"fmt"
	"strings"
	"testing"
)

func TestImportesGatherWhatOneTextSays(t *testing.T) {
	change := "|END:VEVENT|BEGIN:VEVENT|UID:a@example.org|DTSTAMP:20260101T000000Z|"
	in := imported(t, event("DTSTART:20261019T070000Z|DURATION:PT1H|RRULE:FREQ=WEEKLY;COUNT=6|SUMMARY:a|LOCATION:ici"+
		change+"RECURRENCE-ID:20261026T070000Z|DTSTART:20261026T150000Z|DURATION:PT1H|SUMMARY:b|TRANSP:TRANSPARENT"+
		change+"RECURRENCE-ID:20261102T070000Z|DTSTART:20261102T070000Z|STATUS:CANCELLED|SUMMARY:c"+
		change+"RECURRENCE-ID;RANGE=THISANDFUTURE:20261116T070000Z|DTSTART:20261116T090000Z|DURATION:PT2H|SUMMARY:d"))
	var got []string
	for _, i := range Importes(in.Occurrences) {
		line := fmt.Sprintf("%s #%s %s %v %s", i.Summary, i.RecurrenceID, i.Zone, i.Transparent, i.Series)
		for _, s := range i.Spans {
			line += s.Start.Format(" 0102T15") + s.End.Format("-15")
		}
		got = append(got, line)
	}
	want := strings.Join([]string{
		"a # UTC false FREQ=WEEKLY;COUNT=6 1019T07-08 1109T07-08",
		"b #20261026T070000Z UTC true FREQ=WEEKLY;COUNT=6 1026T15-16",
		"d #20261116T070000Z UTC false FREQ=WEEKLY;COUNT=6 1116T09-11 1123T09-11",
	}, "\n")
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

// What an import gives, the agenda takes: no record of a hostile text is
// refused afterwards for what it holds.
func TestImportesAreFitForTheAgenda(t *testing.T) {
	in := imported(t, event("DTSTART:20261019T070000Z|SUMMARY:a\u0092b\x07c\u0085d|LOCATION:"+strings.Repeat("é", 4000)))
	i := Importes(in.Occurrences)[0]
	if i.Summary != "a b c d" || len(i.Spans) != 1 || i.UID == "" || i.Zone == "" {
		t.Errorf("got %+v", i)
	}
}
