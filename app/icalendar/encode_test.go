package icalendar

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-ical"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files")

const prodID = "-//Permanence//FR"

func instant(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// rdv is an ordinary rendez-vous, on 24 November 2026 at nine in Paris.
func rdv() Event {
	return Event{
		UID: "0192f0c0-0000-7000-8000-000000000001", Sequence: 1,
		Stamp: instant("2026-11-20T10:00:00Z"), Created: instant("2026-11-01T10:00:00Z"), Modified: instant("2026-11-20T10:00:00Z"),
		Start: instant("2026-11-24T08:00:00Z"), End: instant("2026-11-24T08:30:00Z"), Zone: "Europe/Paris",
		Summary:     "Demande de logement",
		Description: "À l’accueil, puis bureau 12 ; pièces à apporter :\navis d’imposition, justificatif de domicile.",
		Location:    "CCAS d’Exemple, 3 rue de l’Église, 62000 Arras",
		URL:         "https://example.org/rdv/abc?x=1", Status: Confirmed, Class: "PRIVATE",
		Categories: []string{"Logement", "Accueil, rendez-vous"}, Color: "teal",
		Organizer: Person{"CCAS d’Exemple : accueil", "ccas@example.org"},
		Attendees: []Attendee{{
			Person: Person{`Camille "Cam" Léger, née Martin`, "camille@example.org"},
			CUType: "INDIVIDUAL", Role: "REQ-PARTICIPANT", PartStat: "ACCEPTED", RSVP: ReplyNot,
		}},
		Alarms: []Alarm{{Before: 48 * time.Hour, Text: "Rappel"}, {Before: 90 * time.Minute}},
	}
}

func TestGoldenCalendars(t *testing.T) {
	cancelled := rdv()
	cancelled.Sequence, cancelled.Status, cancelled.Transparent = 2, Cancelled, true
	reunion := Event{
		UID: "0192f0c0-0000-7000-8000-000000000002", Stamp: instant("2026-07-01T00:00:00Z"),
		Start: instant("2026-07-06T05:00:00Z"), End: instant("2026-07-06T06:00:00Z"), Zone: "Indian/Reunion",
		Summary: "Permanence à Saint-Denis", Status: Confirmed,
	}
	paris := mustZone(t, "Europe/Paris")
	plage := Event{
		UID: "0192f0c0-0000-7000-8000-000000000003", Stamp: instant("2026-03-01T00:00:00Z"),
		Start: instant("2026-03-23T08:00:00Z"), End: instant("2026-03-23T11:00:00Z"), Zone: "Europe/Paris", Transparent: true,
		Rule: Rule{
			Freq: Weekly, ByDay: []Weekday{{Day: time.Monday}},
			Until: time.Date(2026, 12, 9, 23, 59, 59, 0, paris), UntilForm: UntilUTC,
		},
		Except:  []time.Time{instant("2026-05-25T07:00:00Z")},
		Summary: "Plage d’ouverture",
	}
	moved := plage
	moved.Rule, moved.Except = Rule{}, nil
	moved.RecurrenceID, moved.Start, moved.End = instant("2026-03-30T07:00:00Z"), instant("2026-03-30T08:00:00Z"), instant("2026-03-30T10:00:00Z")
	conge := Event{
		UID: "0192f0c0-0000-7000-8000-000000000004", Stamp: instant("2026-03-01T00:00:00Z"), AllDay: true, Zone: "Europe/Paris",
		Start: instant("2026-07-12T22:00:00Z"), End: instant("2026-08-02T22:00:00Z"), Summary: "Congés",
	}
	tests := []struct {
		name     string
		calendar Calendar
		events   []Event
		want     string // the occurrences read back
	}{
		{"request", Calendar{ProdID: prodID, Method: "REQUEST"}, []Event{rdv()},
			"261124T0800Z-261124T0830Z Demande de logement"},
		{"cancel", Calendar{ProdID: prodID, Method: "CANCEL"}, []Event{cancelled},
			"261124T0800Z-261124T0830Z Demande de logement free"},
		{"plage", Calendar{ProdID: prodID}, []Event{plage, moved}, ""},
		{"feed", Calendar{ProdID: prodID, Name: "Rendez-vous, accueil", Zone: "Europe/Paris", Color: "#0A7B83", Refresh: time.Hour},
			[]Event{reunion, rdv(), conge},
			"260706T0500Z-260706T0600Z Permanence à Saint-Denis\n260712T2200Z-260802T2200Z day Congés\n261124T0800Z-261124T0830Z Demande de logement"},
		{"empty", Calendar{ProdID: prodID, Name: "Personne"}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := NewEncoder().Append(nil, tt.calendar, tt.events...)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", "golden", tt.name+".ics")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("wrote\n%s\nwant\n%s", got, want)
			}
			in, err := Import(want, options())
			if err != nil || len(in.Notes) > 0 {
				t.Fatalf("read back: %v, %v", err, in.Notes)
			}
			if back := shown(in.Occurrences); tt.want != "" && back != tt.want {
				t.Errorf("read back\n%s\nwant\n%s", back, tt.want)
			}
		})
	}
}

// E109: a recurring plage ends in UTC, without a trailing semicolon, and means
// the same Mondays to every reader.
func TestPlageReadBack(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "golden", "plage.ics"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte("RRULE:FREQ=WEEKLY;UNTIL=20261209T225959Z;BYDAY=MO\r\n")) {
		t.Errorf("no such RRULE in\n%s", data)
	}
	list := imported(t, string(data)).Occurrences
	if len(list) != 37 { // Mondays of 23 March to 7 December, less one
		t.Fatalf("%d occurrences", len(list))
	}
	for i, want := range []string{"2026-03-23T08:00:00Z", "2026-03-30T08:00:00Z", "2026-04-06T07:00:00Z"} {
		if got := list[i].Start.Format(time.RFC3339); got != want {
			t.Errorf("occurrence %d at %s, want %s", i, got, want)
		}
	}
	cal, err := ical.NewDecoder(bytes.NewReader(data)).Decode()
	if err != nil {
		t.Fatal(err)
	}
	set, err := cal.Events()[0].RecurrenceSet(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	if all := set.All(); len(all) != 37 || !all[0].Equal(instant("2026-03-23T08:00:00Z")) || !all[36].Equal(instant("2026-12-07T08:00:00Z")) {
		t.Errorf("go-ical reads %d occurrences, %v…", len(all), all[0])
	}
}

// E110: what is awkward to write comes back equal from another library.
func TestAwkwardTextsComeBack(t *testing.T) {
	for name, text := range map[string]string{
		"comma, semicolon, backslash": `un, deux; trois \ quatre \n cinq`,
		"line breaks":                 "un\ndeux\n\ntrois",
		"accents":                     "Été à l’hôtel, Noël œuvre « ça »",
		"emoji":                       "rendez-vous 👩🏽‍🦽 à 9 h",
		"beyond 75 octets":            strings.Repeat("é", 200),
		"four-octet characters":       strings.Repeat("👍", 100),
		"75 exactly":                  strings.Repeat("x", 67),
		"76 exactly":                  strings.Repeat("x", 68),
		"one long word":               strings.Repeat("x", 5000),
		"leading blanks":              "  a  ",
		"looks like a property":       "END:VEVENT\nATTENDEE:mailto:x@example.org",
		"a tab":                       "a\tb",
	} {
		t.Run(name, func(t *testing.T) {
			e := rdv()
			e.Summary, e.Location = text, text
			data, err := NewEncoder().Append(nil, Calendar{ProdID: prodID}, e)
			if err != nil {
				t.Fatal(err)
			}
			checkLines(t, data)
			cal, err := ical.NewDecoder(bytes.NewReader(data)).Decode()
			if err != nil {
				t.Fatal(err)
			}
			for _, property := range []string{"SUMMARY", "LOCATION"} {
				got, err := cal.Events()[0].Props.Text(property)
				if err != nil || got != text {
					t.Errorf("%s = %q, %v, want %q", property, got, err, text)
				}
			}
		})
	}
}

// checkLines requires CRLF, 75 octets and whole characters of every line.
func checkLines(t interface {
	Helper()
	Errorf(string, ...any)
}, data []byte) {
	t.Helper()
	text, ended := strings.CutSuffix(string(data), "\r\n")
	if !ended {
		t.Errorf("does not end in CRLF")
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 || line == "" || strings.ContainsAny(line, "\r\n\x00") || !utf8.ValidString(line) {
			t.Errorf("bad line %q (%d octets)", line, len(line))
		}
	}
}

func TestEventValuesComeBack(t *testing.T) {
	e := rdv()
	data, err := NewEncoder().Append(nil, Calendar{ProdID: prodID, Method: "REQUEST"}, e)
	if err != nil {
		t.Fatal(err)
	}
	cal, err := ical.NewDecoder(bytes.NewReader(data)).Decode()
	if err != nil {
		t.Fatal(err)
	}
	event := cal.Events()[0]
	start, err := event.DateTimeStart(nil)
	if err != nil || !start.Equal(e.Start) {
		t.Errorf("start = %v, %v", start, err)
	}
	end, err := event.DateTimeEnd(nil)
	if err != nil || !end.Equal(e.End) {
		t.Errorf("end = %v, %v", end, err)
	}
	doc, err := Parse(data, ObjectLimits())
	if err != nil {
		t.Fatal(err)
	}
	v := doc.Calendars[0].Kids[1]
	attendee, _ := v.First("ATTENDEE")
	organizer, _ := v.First("ORGANIZER")
	for what, pair := range map[string][2]string{
		"attendee":       {attendee.Value, "mailto:camille@example.org"},
		"attendee name":  {attendee.Param("CN"), `Camille "Cam" Léger, née Martin`},
		"rsvp":           {attendee.Param("RSVP"), "FALSE"},
		"partstat":       {attendee.Param("PARTSTAT"), "ACCEPTED"},
		"role":           {attendee.Param("ROLE"), "REQ-PARTICIPANT"},
		"cutype":         {attendee.Param("CUTYPE"), "INDIVIDUAL"},
		"organizer":      {organizer.Value, "mailto:ccas@example.org"},
		"organizer name": {organizer.Param("CN"), "CCAS d’Exemple : accueil"},
		"sequence":       {value(v, "SEQUENCE"), "1"},
		"status":         {value(v, "STATUS"), "CONFIRMED"},
		"transp":         {value(v, "TRANSP"), "OPAQUE"},
		"class":          {value(v, "CLASS"), "PRIVATE"},
		"url":            {value(v, "URL"), e.URL},
		"categories":     {value(v, "CATEGORIES"), `Logement,Accueil\, rendez-vous`},
		"color":          {value(v, "COLOR"), "teal"},
		"stamp":          {value(v, "DTSTAMP"), "20261120T100000Z"},
		"created":        {value(v, "CREATED"), "20261101T100000Z"},
		"alarm":          {value(v.Kids[0], "TRIGGER"), "-P2D"},
		"second alarm":   {value(v.Kids[1], "TRIGGER"), "-PT90M"},
		"method":         {value(doc.Calendars[0], "METHOD"), "REQUEST"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s = %q, want %q", what, pair[0], pair[1])
		}
	}
}

func value(c *Component, name string) string {
	p, _ := c.First(name)
	return p.Value
}

// Whatever people typed, the shape of the text is ours: the same lines as for
// an innocent event, and no value beyond its own.
func TestNothingTypedAddsALine(t *testing.T) {
	nasty := rapid.OneOf(
		rapid.String(),
		rapid.StringMatching("[a-z\r\n\t\",;:^\\\\\v\f\x00\x7f\u0085\u2028\u2029\u00a0é👍]{0,120}"),
		rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, "octets")) }),
		rapid.SampledFrom([]string{"a\r\nATTENDEE:mailto:x@example.org", "x\"\r\n;RSVP=TRUE:y", "END:VEVENT\nBEGIN:VEVENT", "\r", "\n", ""}),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string) string { return "x" + nasty.Draw(t, label) }
		e := rdv()
		e.UID, e.Summary, e.Description, e.Location = text("uid"), text("summary"), text("description"), text("location")
		e.URL, e.Class, e.Color, e.Status = text("url"), text("class"), text("color"), Status(text("status"))
		e.Categories = []string{text("category"), text("category")}
		e.Organizer = Person{text("organizer"), text("mailbox")}
		e.Attendees = []Attendee{{Person{text("attendee"), text("address")}, text("partstat"), text("role"), text("cutype"), RSVP(text("rsvp"))}}
		e.Alarms = []Alarm{{time.Hour, text("alarm")}}
		c := Calendar{ProdID: text("prodid"), Method: "x", Name: text("name"), Zone: text("zone"), Color: text("color")}
		data, err := NewEncoder().Append(nil, c, e)
		if err != nil {
			t.Fatal(err)
		}
		checkLines(t, data)
		doc, err := Parse(data, ObjectLimits())
		if err != nil || len(doc.Notes) > 0 {
			t.Fatalf("%v, %v in\n%q", err, doc, data)
		}
		v := doc.Calendars[0].Kids[1]
		for _, name := range []string{"UID", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "CLASS", "STATUS", "CATEGORIES", "COLOR", "ORGANIZER", "ATTENDEE"} {
			if len(v.All(name)) != 1 {
				t.Fatalf("%d %s in\n%q", len(v.All(name)), name, data)
			}
		}
		if len(v.Props) != 18 || len(v.Kids) != 1 || len(doc.Calendars) != 1 || len(doc.Calendars[0].Kids) != 2 {
			t.Fatalf("%d properties, %d parts in\n%q", len(v.Props), len(v.Kids), data)
		}
		if p, _ := v.First("SUMMARY"); Text(p.Value) != plain(e.Summary) {
			t.Fatalf("summary %q came back as %q", e.Summary, Text(p.Value))
		}
		if p, _ := v.First("ORGANIZER"); p.Param("CN") != plain(e.Organizer.Name) {
			t.Fatalf("name %q came back as %q", e.Organizer.Name, p.Param("CN"))
		}
	})
}

// plain is what a reader may get of s: one kind of line break, no control
// character, valid UTF-8.
func plain(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(string([]rune(s)))
	var b strings.Builder
	for _, r := range s {
		if r == '\n' || !isControl(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// E5 and its kin: in the autumn hour that comes twice, each pass comes back as
// the instant it was, and the zone is there.
func TestBothPassesOfTheAutumnHour(t *testing.T) {
	for _, start := range []string{"2026-10-25T00:59:56Z", "2026-10-25T01:59:56Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"} {
		e := rdv()
		e.Start = instant(start)
		e.End = e.Start.Add(30 * time.Minute)
		data, err := NewEncoder().Append(nil, Calendar{ProdID: prodID}, e)
		if err != nil {
			t.Fatal(err)
		}
		o := imported(t, string(data)).Occurrences[0]
		if !o.Start.Equal(e.Start) || !o.End.Equal(e.End) {
			t.Errorf("%s–%s came back as %v–%v", e.Start, e.End, o.Start, o.End)
		}
		for _, must := range []string{"BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\n", "TZOFFSETTO:+0200\r\n", "TZOFFSETTO:+0100\r\n"} {
			if !strings.Contains(string(data), must) {
				t.Errorf("%s: no %q", start, must)
			}
		}
	}
}

func TestAppendRefusesHalfAnEvent(t *testing.T) {
	for name, change := range map[string]func(*Event){
		"no UID":       func(e *Event) { e.UID = "" },
		"no DTSTAMP":   func(e *Event) { e.Stamp = time.Time{} },
		"no DTSTART":   func(e *Event) { e.Start = time.Time{} },
		"unknown zone": func(e *Event) { e.Zone = "Europe/Lune" },
		"the machine":  func(e *Event) { e.Zone = "Local" },
	} {
		e := rdv()
		change(&e)
		out, err := NewEncoder().Append([]byte("kept"), Calendar{ProdID: prodID}, rdv(), e)
		if err == nil || string(out) != "kept" {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
}

func TestAppendMessage(t *testing.T) {
	request := Calendar{ProdID: prodID, Method: "REQUEST"}
	data, err := NewEncoder().AppendMessage(nil, request, rdv())
	if err != nil || !bytes.Contains(data, []byte("METHOD:REQUEST\r\n")) {
		t.Errorf("%s, %v", data, err)
	}
	cancel := rdv()
	cancel.Status = Cancelled
	if _, err := NewEncoder().AppendMessage(nil, Calendar{ProdID: prodID, Method: "CANCEL"}, cancel); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Calendar, *Event){
		"no method":              func(c *Calendar, e *Event) { c.Method = "" },
		"a reply":                func(c *Calendar, e *Event) { c.Method = "REPLY" },
		"no organizer":           func(c *Calendar, e *Event) { e.Organizer.Email = "" },
		"no attendee":            func(c *Calendar, e *Event) { e.Attendees = nil },
		"no summary":             func(c *Calendar, e *Event) { e.Summary = "" },
		"no status":              func(c *Calendar, e *Event) { e.Status = "" },
		"a request to cancel":    func(c *Calendar, e *Event) { e.Status = Cancelled },
		"a cancel still to come": func(c *Calendar, e *Event) { c.Method = "CANCEL" },
	} {
		c, e := request, rdv()
		change(&c, &e)
		if out, err := NewEncoder().AppendMessage(nil, c, e); err == nil {
			t.Errorf("%s: wrote %s", name, out)
		}
	}
}

// E111, our part: the MIME method and the object's are one.
func TestContentType(t *testing.T) {
	if got := ContentType("REQUEST"); got != "text/calendar; charset=utf-8; method=REQUEST" {
		t.Error(got)
	}
	if got := ContentType(""); got != "text/calendar; charset=utf-8" {
		t.Error(got)
	}
}

func TestOutranks(t *testing.T) {
	early, late := instant("2026-01-01T00:00:00Z"), instant("2026-01-02T00:00:00Z")
	tests := []struct {
		name        string
		seq, other  int
		at, otherAt time.Time
		want        bool
	}{
		{"a higher sequence, though earlier", 2, 1, early, late, true},
		{"a lower sequence, though later", 1, 2, late, early, false},
		{"the same sequence, later", 1, 1, late, early, true},
		{"the same", 1, 1, early, early, false},
	}
	for _, tt := range tests {
		if got := Outranks(tt.seq, tt.at, tt.other, tt.otherAt); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "PT0S", time.Hour: "PT1H", 90 * time.Minute: "PT90M", 48 * time.Hour: "P2D",
		-15 * time.Minute: "-PT15M", 61 * time.Second: "PT61S", 25 * time.Hour: "PT25H",
	} {
		got := string(appendDuration(nil, d))
		back, ok := parseSpan(got)
		if got != want || !ok || time.Duration(back.days)*24*time.Hour+back.rest != d {
			t.Errorf("%v = %s, read %v", d, got, back)
		}
	}
}
