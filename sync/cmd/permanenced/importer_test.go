package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// calendar writes a file around some events; a line of the form
// "UID DTSTART DTEND SUMMARY" or raw properties.
func calendar(t *testing.T, name string, events ...string) string {
	t.Helper()
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//exemple//FR", "X-WR-CALNAME:Agenda de Claire"}
	for _, e := range events {
		lines = append(lines, "BEGIN:VEVENT", "DTSTAMP:20260101T000000Z")
		lines = append(lines, strings.Split(e, "\n")...)
		lines = append(lines, "END:VEVENT")
	}
	return written(t, name, strings.Join(append(lines, "END:VCALENDAR", ""), "\r\n"))
}

func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// soon is a day of next month, as iCalendar writes it.
func soon() string { return time.Now().AddDate(0, 1, 0).Format("20060102") }

func withAgent(t *testing.T) desk {
	t.Helper()
	d, _, o, s := founded(t)
	d.id(goodPassword, "agent add --email claire@example.org --first-name Claire --last-name Fournier --role admin --password-stdin --service "+s+" --organisation "+o)
	return d
}

func TestImport(t *testing.T) {
	d := withAgent(t)
	day := soon()
	file := calendar(t, "agenda.ics",
		"UID:une@exemple\nDTSTART:"+day+"T080000Z\nDTEND:"+day+"T090000Z\nSUMMARY:Réunion",
		"UID:serie@exemple\nDTSTART;TZID=Europe/Paris:"+day+"T140000\nDURATION:PT30M\nRRULE:FREQ=WEEKLY;COUNT=4\nSUMMARY:Point",
		"UID:serie@exemple\nRECURRENCE-ID;TZID=Europe/Paris:"+day+"T140000\nDTSTART;TZID=Europe/Paris:"+day+"T150000\nDURATION:PT30M\nSUMMARY:Point déplacé",
		"UID:jour@exemple\nDTSTART;VALUE=DATE:"+day+"\nSUMMARY:Congé",
		"UID:local@exemple\nDTSTART:"+day+"T100000\nDTEND:"+day+"T110000\nTRANSP:TRANSPARENT",
		"UID:annule@exemple\nDTSTART:"+day+"T120000Z\nDTEND:"+day+"T130000Z\nSTATUS:CANCELLED",
	)
	line := "import ics --agent claire@example.org " + file
	got := d.do("", line)
	if got.code != exitDone {
		t.Fatalf("= %+v", got)
	}
	read := decode[imported](t, got.out)
	if read.Source != "agenda.ics" || read.Name != "Agenda de Claire" || read.Events != 6 || read.Occurrences != 8 || read.Kept != 5 || read.Ignored != 0 {
		t.Errorf("read %+v", read)
	}
	counts := func() (importes, busy int) {
		c := decode[diagnosis](t, d.do("", "doctor").out).Counts
		return c["importe"], c["occupation"]
	}
	if i, o := counts(); i != 5 || o != 6 {
		t.Errorf("%d records, %d busy times", i, o)
	}
	d.do("", line)
	if i, o := counts(); i != 5 || o != 6 {
		t.Errorf("imported again: %d records, %d busy times", i, o)
	}
	if err := os.WriteFile(file, []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := d.do("", line); got.code != exitDone || decode[imported](t, got.out).Kept != 0 {
		t.Errorf("emptied elsewhere = %+v", got)
	}
	if i, o := counts(); i != 0 || o != 0 {
		t.Errorf("emptied elsewhere: %d records, %d busy times", i, o)
	}
}

func TestImportRefusesTheWholeFile(t *testing.T) {
	d := withAgent(t)
	day := soon()
	good := "UID:une@exemple\nDTSTART:" + day + "T080000Z\nDTEND:" + day + "T090000Z"
	tests := []struct{ name, file, says string }{
		{"a date that does not exist", calendar(t, "x.ics", good, "UID:deux@exemple\nDTSTART:20270230T080000Z"), "bad_date : Date non valable (ligne 14)"},
		{"a zone that nothing explains", calendar(t, "x.ics", good, "UID:deux@exemple\nDTSTART;TZID=Lune:"+day+"T080000"), "unknown_zone : Fuseau horaire inconnu (ligne 14)"},
		{"a repetition every second", calendar(t, "x.ics", good, "UID:deux@exemple\nDTSTART:"+day+"T080000Z\nRRULE:FREQ=SECONDLY"), "bad_rule : "},
		{"a picture", written(t, "x.ics", "\x89PNG\r\n\x1a\n\x00\x00"), "(ligne 3)"},
		{"an empty file", written(t, "x.ics", ""), "unreadable : "},
		{"too large a file", written(t, "x.ics", strings.Repeat("x", 6<<20)), "too_large : "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := d.do("", "import ics --agent claire@example.org "+tt.file)
			if got.code != exitRefused || got.out != "" || !strings.Contains(got.err, tt.says) || !strings.Contains(got.err, "Rien n’a été importé.") {
				t.Errorf("= %+v, want %q", got, tt.says)
			}
		})
	}
	if got := d.do("", "import ics --agent nobody@example.org "+calendar(t, "x.ics", good)); got.code != exitRefused || !strings.Contains(got.err, "not_found") {
		t.Errorf("for nobody = %+v", got)
	}
	if got := d.do("", "import ics --agent claire@example.org /nowhere/x.ics"); got.code != exitFailure || !strings.Contains(got.err, "fichier introuvable") {
		t.Errorf("no file = %+v", got)
	}
	if c := decode[diagnosis](t, d.do("", "doctor").out).Counts; c["importe"] != 0 || c["occupation"] != 0 {
		t.Errorf("something was half applied: %v", c)
	}
}
