package icalendar

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shown writes occurrences one a line: start, end, id of the occurrence, marks.
func shown(list []Occurrence) string {
	var lines []string
	for _, o := range list {
		text := o.Start.Format("060102T1504Z") + "-" + o.End.Format("060102T1504Z")
		if o.AllDay {
			text += " day"
		}
		if o.Summary != "" {
			text += " " + o.Summary
		}
		if o.RecurrenceID != "" {
			text += " #" + o.RecurrenceID
		}
		if !o.Busy() {
			text += " free"
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

func imported(t *testing.T, text string) Imported {
	t.Helper()
	in, err := Import([]byte(text), options())
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestImportOneEvent(t *testing.T) {
	tests := []struct{ name, lines, want string }{
		{"with an end", "DTSTART:20261124T080000Z|DTEND:20261124T090000Z", "261124T0800Z-261124T0900Z"},
		{"with a duration", "DTSTART:20261124T080000Z|DURATION:PT1H30M", "261124T0800Z-261124T0930Z"},
		{"without end: keeps nobody busy", "DTSTART:20261124T080000Z", "261124T0800Z-261124T0800Z free"},
		{"the end wins over the duration", "DTSTART:20261124T080000Z|DTEND:20261124T090000Z|DURATION:PT0S", "261124T0800Z-261124T0900Z"},
		{"start and end in two zones", "DTSTART;TZID=Europe/Paris:20261124T090000|DTEND;TZID=Europe/London:20261124T090000", "261124T0800Z-261124T0900Z"},
		{"across the spring change", "DTSTART;TZID=Europe/Paris:20270328T010000|DTEND;TZID=Europe/Paris:20270328T040000", "270328T0000Z-270328T0200Z"},
		{"starting in the hour spring leaves out", "DTSTART;TZID=Europe/Paris:20270328T023000|DTEND;TZID=Europe/Paris:20270328T030000", "270328T0130Z-270328T0200Z"},
		{"a nominal day across the autumn change", "DTSTART;TZID=Europe/Paris:20271030T120000|DURATION:P1D", "271030T1000Z-271031T1100Z"},
		{"a day", "DTSTART;VALUE=DATE:20261124", "261123T2300Z-261124T2300Z day"},
		{"a day, end exclusive", "DTSTART;VALUE=DATE:20261124|DTEND;VALUE=DATE:20261126", "261123T2300Z-261125T2300Z day"},
		{"a day that ends where it begins", "DTSTART;VALUE=DATE:20261124|DTEND;VALUE=DATE:20261124", "261123T2300Z-261124T2300Z day"},
		{"a day across the spring change", "DTSTART;VALUE=DATE:20270328", "270327T2300Z-270328T2200Z day"},
		{"days by a duration", "DTSTART;VALUE=DATE:20261124|DURATION:P1W", "261123T2300Z-261130T2300Z day"},
		{"days by hours", "DTSTART;VALUE=DATE:20261124|DURATION:PT48H", "261123T2300Z-261125T2300Z day"},
		{"a day without VALUE", "DTSTART:20261124|DTEND:20261125", "261123T2300Z-261124T2300Z day"},
		{"a day written in UTC", "DTSTART:20261124Z|DTEND:20261125Z", "261123T2300Z-261124T2300Z day"},
		{"a day with an hour", "DTSTART;VALUE=DATE:20261124T000000|DTEND;VALUE=DATE:20261125T000000", "261123T2300Z-261124T2300Z day"},
		{"cancelled", "DTSTART:20261124T080000Z|DTEND:20261124T090000Z|STATUS:CANCELLED", "261124T0800Z-261124T0900Z free"},
		{"transparent", "DTSTART:20261124T080000Z|DTEND:20261124T090000Z|TRANSP:TRANSPARENT", "261124T0800Z-261124T0900Z free"},
		{"free for Outlook", "DTSTART:20261124T080000Z|DTEND:20261124T090000Z|X-MICROSOFT-CDO-BUSYSTATUS:FREE", "261124T0800Z-261124T0900Z free"},
		{"tentative", "DTSTART:20261124T080000Z|DTEND:20261124T090000Z|STATUS:TENTATIVE", "261124T0800Z-261124T0900Z"},
		{"declined by the owner", "DTSTART:20261124T080000Z|DTEND:20261124T090000Z|ATTENDEE;PARTSTAT=DECLINED:mailto:Agent@example.org", "261124T0800Z-261124T0900Z free"},
		{"declined by another", "DTSTART:20261124T080000Z|DTEND:20261124T090000Z|ATTENDEE;PARTSTAT=DECLINED:mailto:b@example.org", "261124T0800Z-261124T0900Z"},
		{"ends as the window opens", "DTSTART:20251231T230000Z|DTEND:20260101T000000Z", ""},
		{"starts as the window closes", "DTSTART:20290101T000000Z|DTEND:20290101T010000Z", ""},
		{"crosses the window's edge", "DTSTART:20251231T230000Z|DTEND:20260101T000001Z", "251231T2300Z-260101T0000Z"},
		{"no length, at the edge", "DTSTART:20260101T000000Z", "260101T0000Z-260101T0000Z free"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options()
			o.Owner = "agent@example.org"
			in, err := Import([]byte(event(tt.lines)), o)
			if err != nil {
				t.Fatal(err)
			}
			if got := shown(in.Occurrences); got != tt.want || in.Events != 1 {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestImportRefusesWhole(t *testing.T) {
	good := "BEGIN:VEVENT|UID:good|DTSTART:20261124T080000Z|END:VEVENT|"
	const at = "DTSTART:20270104T090000Z|"
	tests := []struct {
		name, text string
		code       Code
		line       int
	}{
		{"no start", event("SUMMARY:x"), CodeUnreadable, 4},
		{"a day that does not exist", event("DTSTART:20270229"), CodeBadDate, 7},
		{"an end that is none", event(at + "DTEND:None"), CodeBadDate, 8},
		{"an end before the start", event(at + "DTEND:20270104T085959Z"), CodeBadDate, 8},
		{"a day that ends before it begins", event("DTSTART:20270104|DTEND:20270103"), CodeBadDate, 8},
		{"a day that ends at an hour", event("DTSTART:20270104|DTEND:20270104T100000Z"), CodeBadDate, 8},
		{"eleven years", event(at + "DTEND:20380104T090000Z"), CodeBadDate, 8},
		{"a negative duration", event(at + "DURATION:-PT1H"), CodeBadDate, 8},
		{"a negative sequence", event(at + "SEQUENCE:-1"), CodeUnreadable, 8},
		{"a long identifier", calendar("BEGIN:VEVENT|UID:" + strings.Repeat("u", 1025) + "|DTSTART:20270104T090000Z|END:VEVENT"), CodeFieldTooLong, 5},
		{"a long title", event(at + "SUMMARY:" + strings.Repeat("é", 4097)), CodeFieldTooLong, 8},
		{"a bad EXDATE in a list", event(at + "RRULE:FREQ=DAILY|EXDATE:20270105T090000Z,x"), CodeBadDate, 9},
		{"a bad RDATE period", event(at + "RDATE;VALUE=PERIOD:20270105T090000Z/20270105T080000Z"), CodeBadDate, 8},
		{"a bad RDATE duration", event(at + "RDATE;VALUE=PERIOD:20270105T090000Z/-PT1H"), CodeBadDate, 8},
		{"every hour, for ever", event(at + "RRULE:FREQ=HOURLY"), CodeBadRule, 8},
		{"every second", event(at + "RRULE:FREQ=SECONDLY;COUNT=1001"), CodeBadRule, 8},
		{"every minute until", event(at + "RRULE:FREQ=MINUTELY;UNTIL=20280101T000000Z"), CodeBadRule, 8},
		{"every hour of a day", event("DTSTART:20270104|RRULE:FREQ=HOURLY;COUNT=3"), CodeBadRule, 8},
		{"never", event(at + "RRULE:FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2"), CodeBadRule, 8},
		{"an answer to an invitation", calendar("METHOD:REPLY|" + good), CodeUnreadable, 4},
		{"two events of one name", calendar(good + "BEGIN:VEVENT|UID:good|DTSTART:20261125T080000Z|END:VEVENT"), CodeUnreadable, 8},
		{"an unknown zone", event("DTSTART;TZID=Lune:20270104T090000"), CodeUnknownZone, 7},
		{"the moved time of an absent series", event("RECURRENCE-ID:20270105T090000Z|" + at + "SUMMARY:x"), CodeUnreadable, 4},
		{"a change of another nature", calendar(good + "BEGIN:VEVENT|UID:good|RECURRENCE-ID;VALUE=DATE:20261124|DTSTART:20261125T080000Z|END:VEVENT"), CodeUnreadable, 8},
		{"too many occurrences", event("DTSTART;VALUE=DATE:19700101|RRULE:FREQ=DAILY|RDATE:" + strings.TrimSuffix(strings.Repeat("20270101,", 10), ",")), "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in, err := Import([]byte(tt.text), options())
			if tt.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			r := refusal(t, err)
			if r.Code != tt.code || r.Line != tt.line {
				t.Errorf("refused with %s at line %d, want %s at %d: %s", r.Code, r.Line, tt.code, tt.line, r)
			}
			if !strings.HasSuffix(r.Message, ". Rien n’a été importé.") || !strings.Contains(r.Message, fmt.Sprintf("(ligne %d)", tt.line)) {
				t.Errorf("message = %q", r.Message)
			}
			if in.Events != 0 || in.Occurrences != nil {
				t.Errorf("half imported: %+v", in)
			}
		})
	}
}

func TestImportSeries(t *testing.T) {
	const series = "DTSTART;TZID=Europe/Paris:20261019T090000|DTEND;TZID=Europe/Paris:20261019T100000|RRULE:FREQ=WEEKLY;COUNT=3|SUMMARY:a"
	change := func(lines string) string {
		return "|END:VEVENT|BEGIN:VEVENT|UID:a@example.org|DTSTAMP:20260101T000000Z|" + lines
	}
	tests := []struct{ name, lines, want string }{
		{"nine o'clock stays nine o'clock", series,
			"261019T0700Z-261019T0800Z a #20261019T070000Z\n261026T0800Z-261026T0900Z a #20261026T080000Z\n261102T0800Z-261102T0900Z a #20261102T080000Z"},
		{"a list of EXDATE", series + "|EXDATE;TZID=Europe/Paris:20261019T090000,20261026T090000",
			"261102T0800Z-261102T0900Z a #20261102T080000Z"},
		{"EXDATE in UTC", series + "|EXDATE:20261026T080000Z,20261102T080000Z", "261019T0700Z-261019T0800Z a #20261019T070000Z"},
		{"EXDATE without zone", series + "|EXDATE:20261026T090000,20261102T090000", "261019T0700Z-261019T0800Z a #20261019T070000Z"},
		{"EXDATE as days", series + "|EXDATE;VALUE=DATE:20261026,20261102", "261019T0700Z-261019T0800Z a #20261019T070000Z"},
		{"an empty EXDATE", series + "|EXDATE:|EXDATE;TZID=Europe/Paris:20261019T090000|EXDATE:20261026T080000Z", "261102T0800Z-261102T0900Z a #20261102T080000Z"},
		{"EXRULE", series + "|EXRULE:FREQ=WEEKLY;INTERVAL=2", "261026T0800Z-261026T0900Z a #20261026T080000Z"},
		{"RDATE", "DTSTART:20261124T080000Z|DTEND:20261124T090000Z|RDATE:20261201T080000Z",
			"261124T0800Z-261124T0900Z #20261124T080000Z\n261201T0800Z-261201T0900Z #20261201T080000Z"},
		{"RDATE twice the same", "DTSTART:20261124T080000Z|DURATION:PT1H|RDATE:20261124T080000Z,20261124T080000Z", "261124T0800Z-261124T0900Z #20261124T080000Z"},
		{"RDATE periods", "DTSTART:20261124T080000Z|DURATION:PT1H|RDATE;VALUE=PERIOD:20261201T080000Z/20261201T113000Z,20261202T080000Z/PT3H",
			"261124T0800Z-261124T0900Z #20261124T080000Z\n261201T0800Z-261201T1130Z #20261201T080000Z\n261202T0800Z-261202T1100Z #20261202T080000Z"},
		{"RDATE as days in a series of hours", "DTSTART:20261124T080000Z|DURATION:PT1H|RDATE;VALUE=DATE:20261201", "261124T0800Z-261124T0900Z #20261124T080000Z\n261201T0800Z-261201T0900Z #20261201T080000Z"},
		{"whole days", "DTSTART;VALUE=DATE:20270327|RRULE:FREQ=DAILY;UNTIL=20270329|EXDATE:20270327T000000",
			"270327T2300Z-270328T2200Z day #20270328\n270328T2200Z-270329T2200Z day #20270329"},
		{"whole days with a clock", "DTSTART;VALUE=DATE:20270101|RRULE:FREQ=YEARLY;COUNT=2;BYHOUR=9;BYSECOND=1",
			"261231T2300Z-270101T2300Z day #20270101\n271231T2300Z-280101T2300Z day #20280101"},
		{"two rules", "DTSTART:20261124T080000Z|DURATION:PT1H|RRULE:FREQ=WEEKLY;COUNT=2|RRULE:FREQ=WEEKLY;UNTIL=20261201",
			"261124T0800Z-261124T0900Z #20261124T080000Z\n261201T0800Z-261201T0900Z #20261201T080000Z"},
		{"a moved occurrence", series + change("RECURRENCE-ID;TZID=Europe/Paris:20261026T090000|DTSTART;TZID=Europe/Paris:20261027T140000|DURATION:PT2H|SUMMARY:b"),
			"261019T0700Z-261019T0800Z a #20261019T070000Z\n261027T1300Z-261027T1500Z b #20261026T080000Z\n261102T0800Z-261102T0900Z a #20261102T080000Z"},
		{"a moved occurrence, named in UTC", series + change("RECURRENCE-ID:20261026T080000Z|DTSTART:20261027T130000Z|DURATION:PT2H|SUMMARY:b"),
			"261019T0700Z-261019T0800Z a #20261019T070000Z\n261027T1300Z-261027T1500Z b #20261026T080000Z\n261102T0800Z-261102T0900Z a #20261102T080000Z"},
		{"a cancelled occurrence", series + change("RECURRENCE-ID;TZID=Europe/Paris:20261026T090000|DTSTART;TZID=Europe/Paris:20261026T090000|DURATION:PT1H|STATUS:CANCELLED|SUMMARY:b"),
			"261019T0700Z-261019T0800Z a #20261019T070000Z\n261026T0800Z-261026T0900Z b #20261026T080000Z free\n261102T0800Z-261102T0900Z a #20261102T080000Z"},
		{"moved from a date on", series + change("RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Paris:20261026T090000|DTSTART;TZID=Europe/Paris:20261027T110000|DURATION:PT30M|SUMMARY:b"),
			"261019T0700Z-261019T0800Z a #20261019T070000Z\n261027T1000Z-261027T1030Z b #20261026T080000Z\n261103T1000Z-261103T1030Z b #20261102T080000Z"},
		{"moved from a date on, and once more", series + change("RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Paris:20261019T090000|DTSTART;TZID=Europe/Paris:20261019T110000|DURATION:PT30M|SUMMARY:b") +
			change("RECURRENCE-ID;TZID=Europe/Paris:20261026T090000|DTSTART;TZID=Europe/Paris:20261026T150000|DURATION:PT30M|SUMMARY:c"),
			"261019T0900Z-261019T0930Z b #20261019T070000Z\n261026T1400Z-261026T1430Z c #20261026T080000Z\n261102T1000Z-261102T1030Z b #20261102T080000Z"},
		{"an occurrence alone", "RECURRENCE-ID:20261026T080000Z|DTSTART:20261026T080000Z|DURATION:PT1H", "261026T0800Z-261026T0900Z #20261026T080000Z"},
		{"endless, from long ago", "DTSTART;TZID=Europe/Paris:16010105T090000|DURATION:PT1H|RRULE:FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=5",
			"260105T0800Z-260105T0900Z #20260105T080000Z\n270105T0800Z-270105T0900Z #20270105T080000Z\n280105T0800Z-280105T0900Z #20280105T080000Z"},
		{"a long one that begins before the window", "DTSTART:20251201T000000Z|DURATION:P40D|RRULE:FREQ=YEARLY;COUNT=2",
			"251201T0000Z-260110T0000Z #20251201T000000Z\n261201T0000Z-270110T0000Z #20261201T000000Z"},
		{"a few times a day", "DTSTART:20261124T080000Z|DURATION:PT5M|RRULE:FREQ=HOURLY;INTERVAL=3;COUNT=3",
			"261124T0800Z-261124T0805Z #20261124T080000Z\n261124T1100Z-261124T1105Z #20261124T110000Z\n261124T1400Z-261124T1405Z #20261124T140000Z"},
		{"a few times a day, until", "DTSTART:20261124T080000Z|DURATION:PT5M|RRULE:FREQ=MINUTELY;INTERVAL=90;UNTIL=20261124T110000Z",
			"261124T0800Z-261124T0805Z #20261124T080000Z\n261124T0930Z-261124T0935Z #20261124T093000Z\n261124T1100Z-261124T1105Z #20261124T110000Z"},
		{"at another hour than the start", "DTSTART:20261124T080000Z|DURATION:PT5M|RRULE:FREQ=DAILY;COUNT=2;BYHOUR=9;BYMINUTE=15",
			"261124T0800Z-261124T0805Z #20261124T080000Z\n261124T0915Z-261124T0920Z #20261124T091500Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := shown(imported(t, event(tt.lines)).Occurrences); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestImportSettlesDuplicates(t *testing.T) {
	version := func(sequence int, stamp, summary string) string {
		return fmt.Sprintf("BEGIN:VEVENT|UID:a|SEQUENCE:%d|DTSTAMP:%s|DTSTART:20261124T080000Z|DURATION:PT1H|SUMMARY:%s|END:VEVENT|", sequence, stamp, summary)
	}
	tests := []struct{ name, text, want string }{
		{"the higher sequence", version(2, "20260101T000000Z", "two") + version(1, "20260301T000000Z", "one"), "two"},
		{"then the later stamp", version(1, "20260101T000000Z", "old") + version(1, "20260301T000000Z", "new"), "new"},
		{"the same twice", version(1, "20260101T000000Z", "same") + version(1, "20260101T000000Z", "same"), "same"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := imported(t, calendar(tt.text+"COMMENT:x"))
			if len(in.Occurrences) != 1 || in.Events != 1 || in.Occurrences[0].Summary != tt.want {
				t.Errorf("got %s", shown(in.Occurrences))
			}
		})
	}
}

func TestImportCountsWhatItLeaves(t *testing.T) {
	in := imported(t, calendar("NAME:Ma semaine|BEGIN:VTODO|END:VTODO|BEGIN:VJOURNAL|END:VJOURNAL|BEGIN:VFREEBUSY|END:VFREEBUSY|BEGIN:X-OWN|END:X-OWN|BEGIN:VTIMEZONE|END:VTIMEZONE"))
	if want := (Ignored{1, 1, 1, 1}); in.Ignored != want || in.Events != 0 || in.Name != "Ma semaine" {
		t.Errorf("got %+v", in)
	}
}

func TestImportNamesWhatHasNoName(t *testing.T) {
	text := calendar("BEGIN:VEVENT|DTSTART:20261124T080000|SUMMARY:a|END:VEVENT|BEGIN:VEVENT|DTSTART:20261124T080000|SUMMARY:b|END:VEVENT")
	first, second := imported(t, text), imported(t, text)
	if len(first.Occurrences) != 2 || first.Occurrences[0].UID == first.Occurrences[1].UID || len(first.Notes) != 2 {
		t.Fatalf("got %+v", first)
	}
	for i := range first.Occurrences {
		if first.Occurrences[i] != second.Occurrences[i] {
			t.Errorf("imported again, %v became %v", first.Occurrences[i], second.Occurrences[i])
		}
	}
}

func TestImportNeedsAZoneAndAWindow(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"no zone":      func(o *Options) { o.Zone = "" },
		"the machine":  func(o *Options) { o.Zone = "Local" },
		"no such zone": func(o *Options) { o.Zone = "Europe/Lune" },
		"no window":    func(o *Options) { o.To = o.From },
	} {
		o := options()
		change(&o)
		if _, err := Import([]byte(event("DTSTART:20261124T080000Z")), o); err == nil {
			t.Errorf("%s: imported", name)
		}
	}
}

// Every kept file of testdata/refused is refused with a sentence that names the
// line, every one of testdata/accepted goes in.
func TestImportHostileFiles(t *testing.T) {
	for _, verdict := range []string{"refused", "accepted"} {
		files, err := filepath.Glob(filepath.Join("testdata", verdict, "*.ics"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files: %v", err)
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				in, err := Import(data, options())
				if verdict == "accepted" {
					if err != nil || len(in.Occurrences) != 1 {
						t.Fatalf("got %v, %v", in, err)
					}
					return
				}
				if r := refusal(t, err); r.Line == 0 || !strings.Contains(r.Message, "Rien n’a été importé.") {
					t.Errorf("message = %q", r.Message)
				}
			})
		}
	}
}

func TestImportAcceptsAsItShould(t *testing.T) {
	tests := []struct{ file, summary, start string }{
		{"fold-tab.ics", "abcdef", "2027-01-04T09:00:00Z"},
		{"fold-empty-lines.ics", "abcdef", "2027-01-04T09:00:00Z"},
		{"utf8-bom.ics", "RDV", "2027-01-04T09:00:00Z"},
		{"vtimezone-lies.ics", "RDV", "2027-01-04T08:00:00Z"},
		{"escaped-newline-inject.ics", "a\nATTENDEE:mailto:evil@example.org", "2027-01-04T09:00:00Z"},
	}
	for _, tt := range tests {
		data, err := os.ReadFile(filepath.Join("testdata", "accepted", tt.file))
		if err != nil {
			t.Fatal(err)
		}
		in := imported(t, string(data))
		if o := in.Occurrences[0]; o.Summary != tt.summary || o.Start.Format(time.RFC3339) != tt.start {
			t.Errorf("%s: %q at %v", tt.file, o.Summary, o.Start)
		}
	}
}

// A file that asks for much work is answered after a bounded number of steps:
// a second or so. The bound here is wide, to hold on a busy machine.
func TestImportIsBounded(t *testing.T) {
	many := func(n int, lines string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "BEGIN:VEVENT|UID:%d|%s|END:VEVENT|", i, lines)
		}
		return calendar(b.String() + "COMMENT:x")
	}
	tests := []struct {
		name, text string
		code       Code
	}{
		{"many endless series", many(20_000, "DTSTART:20200101T090000Z|RRULE:FREQ=DAILY"), CodeTooMany},
		{"series that almost never come", many(20_000, "DTSTART:19600229T090000Z|RRULE:FREQ=DAILY;INTERVAL=7;BYMONTH=2;BYMONTHDAY=29"), CodeTooMany},
		{"series that exclude themselves", many(20_000, "DTSTART:20200101T090000Z|RRULE:FREQ=DAILY|EXRULE:FREQ=DAILY"), CodeTooMany},
		{"long counts before the window", many(20_000, "DTSTART:19600101T090000Z|RRULE:FREQ=DAILY;COUNT=10000"), CodeTooMany},
		{"long lists", many(70, "DTSTART:20260101T090000Z|RRULE:FREQ=YEARLY;BYYEARDAY="+strings.Repeat("-366,", 13_000)+"1"), ""},
		{"many zones", many(15_000, "DTSTART;TZID=/x/Europe/Paris:20260101T090000"), ""},
		{"a folded EXDATE of 100,000", event("DTSTART:20270104T090000Z|RRULE:FREQ=DAILY;COUNT=300|EXDATE:" + strings.Repeat("20270104T090000Z,", 100_000)), CodeFieldTooLong},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			_, err := Import([]byte(tt.text), options())
			if took := time.Since(began); took > time.Minute {
				t.Errorf("took %v", took)
			}
			if tt.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if r := refusal(t, err); r.Code != tt.code {
				t.Errorf("refused with %s, want %s: %s", r.Code, tt.code, r)
			}
		})
	}
}

func TestOneSeriesIsBounded(t *testing.T) {
	o := options()
	o.To = o.From.AddDate(40, 0, 0)
	_, err := Import([]byte(event("DTSTART:20200101T090000Z|RRULE:FREQ=DAILY")), o)
	if r := refusal(t, err); r.Code != CodeTooMany || r.Line != 8 {
		t.Errorf("refused with %s at line %d: %s", r.Code, r.Line, r)
	}
}

func TestInRange(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 11, 24, hour, 0, 0, 0, time.UTC) }
	var open time.Time
	tests := []struct {
		name                 string
		start, end, from, to time.Time
		want                 bool
	}{
		{"inside", at(9), at(10), at(8), at(11), true},
		{"around", at(7), at(12), at(8), at(11), true},
		{"touches the start", at(7), at(8), at(8), at(11), false},
		{"touches the end", at(11), at(12), at(8), at(11), false},
		{"crosses the start", at(7), at(9), at(8), at(11), true},
		{"no length, inside", at(9), at(9), at(8), at(11), true},
		{"no length, at the start", at(8), at(8), at(8), at(11), true},
		{"no length, at the end", at(11), at(11), at(8), at(11), false},
		{"open to the past", at(1), at(2), open, at(11), true},
		{"open to the future", at(20), at(21), at(8), open, true},
		{"open to the future, before", at(6), at(7), at(8), open, false},
	}
	for _, tt := range tests {
		if got := InRange(tt.start, tt.end, tt.from, tt.to); got != tt.want {
			t.Errorf("%s: InRange = %v", tt.name, got)
		}
	}
}
