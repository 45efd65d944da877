package icalendar

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

// event wraps lines (separated by "|") in a calendar with one event.
func event(lines string) string {
	return calendar("BEGIN:VEVENT|UID:a@example.org|DTSTAMP:20260101T000000Z|" + lines + "|END:VEVENT")
}

func calendar(lines string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + strings.ReplaceAll(lines, "|", "\r\n") + "\r\nEND:VCALENDAR\r\n"
}

// refusal fails the test unless err is a *Refusal.
func refusal(t *testing.T, err error) *Refusal {
	t.Helper()
	r, ok := errors.AsType[*Refusal](err)
	if !ok {
		t.Fatalf("error = %v, want a refusal", err)
	}
	return r
}

func TestParseReadsWhatProducersWrite(t *testing.T) {
	const at = "DTSTART:20270104T090000Z|"
	tests := []struct{ name, text, want string }{
		{"plain", event(at + "SUMMARY:abc"), "abc"},
		{"byte order mark", "\xef\xbb\xbf" + event(at+"SUMMARY:abc"), "abc"},
		{"bare LF", strings.ReplaceAll(event(at+"SUMMARY:abc"), "\r\n", "\n"), "abc"},
		{"bare CR", strings.ReplaceAll(event(at+"SUMMARY:abc"), "\r\n", "\r"), "abc"},
		{"doubled CR", strings.ReplaceAll(event(at+"SUMMARY:abc"), "\r\n", "\r\r\n"), "abc"},
		{"CR inside a value", event(at + "SUMMARY:ab\rc"), "ab c"},
		{"blank lines around", "\r\n\r\n" + event(at+"SUMMARY:abc") + "\r\n\r\n", "abc"},
		{"blank line inside a fold", event(at + "SUMMARY:ab||  c"), "ab c"},
		{"folded by a tab", event(at + "SUMMARY:ab|\tc"), "abc"},
		{"folded with empty continuations", event(at + "SUMMARY:abc| | | def"), "abcdef"},
		{"folded inside a character", event(at + "SUMMARY:caf\xc3| \xa9"), "café"},
		{"Windows-1252", event(at + "SUMMARY:r\xe9union \x80"), "réunion €"},
		{"control characters", event(at + "SUMMARY:a\x07b\x0bc\td"), "a b c\td"},
		{"lower case names", event(at + "summary:abc"), "abc"},
		{"a parameter without value", event(at + "SUMMARY;ENCODED:abc"), "abc"},
		{"a quote inside a parameter", event(at + `SUMMARY;CN=Jo "Jo" Do:abc`), "abc"},
		{"junk after a quoted parameter", event(at + `SUMMARY;CN="Jo" Do:abc`), "abc"},
		{"an endless parameter", event(at + "SUMMARY;ALTREP=\"" + strings.Repeat("x", 60_000) + "\":abc"), "abc"},
		{"colon in a quoted parameter", event(at + `SUMMARY;ALTREP="a:b;c,d":abc`), "abc"},
		{"sloppy escapes", event(at + `SUMMARY:a\:b\"c\,d\;e\\f\ng\`), "a:b\"c,d;e\\f\ng\\"},
		{"raw comma and semicolon", event(at + "SUMMARY:a,b;c"), "a,b;c"},
		{"unfolded description", event(at + "DESCRIPTION:Dear|Team, meet|Link: https://example.org|again|Code:1;x|SUMMARY:abc"), "abc"},
		{"two calendars", event(at+"SUMMARY:abc") + calendar("COMMENT:other"), "abc"},
		{"trailing blanks", strings.ReplaceAll(event(at+"SUMMARY:abc"), "END:VEVENT", "END:VEVENT "), "abc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := Parse([]byte(tt.text), ObjectLimits())
			if err != nil {
				t.Fatal(err)
			}
			p, _ := doc.Calendars[0].Kids[0].First("SUMMARY")
			if got := Text(p.Value); got != tt.want {
				t.Errorf("summary = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParseRefusesNamingTheLine(t *testing.T) {
	const at = "DTSTART:20270104T090000Z|"
	tests := []struct {
		name, text string
		code       Code
		line       int
	}{
		{"empty", "", CodeUnreadable, 1},
		{"not a calendar", "Bonjour,\r\n", CodeUnreadable, 1},
		{"a vCard", "BEGIN:VCARD\r\nEND:VCARD\r\n", CodeUnreadable, 1},
		{"begins with a continuation", " x\r\n", CodeUnreadable, 1},
		{"no colon, go-ical panics", event(at + "X;A=B"), CodeUnreadable, 8},
		{"no colon after a quote, go-ical panics", event(at + `X;A="B"`), CodeUnreadable, 8},
		{"no colon after two values", event(at + "X;A=B,C"), CodeUnreadable, 8},
		{"open quote", event(at + `X;A="B:c`), CodeUnreadable, 8},
		{"no name", event(at + ":c"), CodeUnreadable, 8},
		{"no parameter name", event(at + "X;=B:c"), CodeUnreadable, 8},
		{"a name with a space", event(at + "X Y:c"), CodeUnreadable, 8},
		{"crossed components", calendar("BEGIN:VEVENT|BEGIN:VALARM|END:VEVENT|END:VALARM"), CodeUnreadable, 6},
		{"never closed", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", CodeUnreadable, 2},
		{"a second text after the end", calendar("COMMENT:x") + "X:y\r\n", CodeUnreadable, 6},
		{"a component without name", calendar("BEGIN:|END:"), CodeUnreadable, 4},
		{"NUL", event(at + "SUMMARY:a\x00b"), CodeBadCharacter, 8},
		{"UTF-8 and Latin-1 mixed", event(at + "SUMMARY:r\xe9union|LOCATION:café"), CodeUnreadable, 8},
		{"undefined in Windows-1252", event(at + "SUMMARY:r\x81"), CodeUnreadable, 8},
		{"UTF-16 without a mark", "B\x00E\x00G\x00", CodeUnreadable, 1},
		{"a long line", event(at + "SUMMARY:" + strings.Repeat("x", 65_536)), CodeFieldTooLong, 8},
		{"a long folded line", event(at + "SUMMARY:" + strings.Repeat("x| ", 65_536)), CodeFieldTooLong, 8},
		{"33 levels", calendar(strings.Repeat("BEGIN:VEVENT|", 32) + "X:y"), CodeUnreadable, 35},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.text), FileLimits())
			r := refusal(t, err)
			if r.Code != tt.code || r.Line != tt.line {
				t.Errorf("refused with %s at line %d, want %s at %d: %s", r.Code, r.Line, tt.code, tt.line, r)
			}
			if !strings.HasSuffix(r.Message, ".") || !strings.Contains(r.Message, "ligne ") {
				t.Errorf("message %q is not a sentence with its line", r.Message)
			}
		})
	}
}

func TestParseKeepsToItsLimits(t *testing.T) {
	lim := Limits{Bytes: 1000, Object: 100, Line: 50, Lines: 20, Depth: 3}
	filler := strings.Repeat("X:"+strings.Repeat("y", 30)+"|", 4)
	tests := []struct {
		name, text string
		code       Code
	}{
		{"the whole text", strings.Repeat("x", 1001), CodeTooLarge},
		{"one object", calendar("BEGIN:VEVENT|" + filler + "END:VEVENT"), CodeTooLarge},
		{"one line", calendar("X:" + strings.Repeat("y", 50)), CodeFieldTooLong},
		{"the number of lines", calendar(strings.Repeat("X:y|", 20)), CodeTooLarge},
		{"the depth", calendar("BEGIN:A|BEGIN:B|BEGIN:C|"), CodeUnreadable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.text), lim)
			if r := refusal(t, err); r.Code != tt.code {
				t.Errorf("refused with %s, want %s: %s", r.Code, tt.code, r)
			}
		})
	}
	if _, err := Parse([]byte(calendar("BEGIN:VEVENT|X:y|END:VEVENT|BEGIN:VEVENT|"+filler[:60]+"|END:VEVENT")), lim); err != nil {
		t.Errorf("within the limits: %v", err)
	}
}

func TestParseKnowsTheLineOfEveryProperty(t *testing.T) {
	text := event("DTSTART:20270104T090000Z|SUMMARY:a| b|ATTENDEE;CN=\"a^nb^^^'c\":mailto:a@example.org||ATTENDEE:mailto:b@example.org|BEGIN:VALARM|ACTION:DISPLAY|END:VALARM")
	doc, err := Parse([]byte(text), ObjectLimits())
	if err != nil {
		t.Fatal(err)
	}
	e := doc.Calendars[0].Kids[0]
	attendees := e.All("ATTENDEE")
	if e.Line != 4 || len(attendees) != 2 || attendees[0].Line != 10 || attendees[1].Line != 12 || e.Kids[0].Line != 13 {
		t.Errorf("lines = %d, %v, %d", e.Line, attendees, e.Kids[0].Line)
	}
	if got := attendees[0].Param("CN"); got != "a\nb^\"c" {
		t.Errorf("CN = %q", got)
	}
}

// A hostile text costs what its size allows: a fraction of a second, where
// go-ical alone takes minutes. The bound is wide, to hold on a busy machine.
func TestParseTakesTimeByTheSize(t *testing.T) {
	param := "X;A=\"" + strings.Repeat("x", maxParam) + "\":y|"
	tests := []struct{ name, text string }{
		{"long parameters", event(strings.Repeat(param, 1900))},
		{"deep nesting", "BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:VEVENT\n", 200_000)},
		{"deep and unclosed", "BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:VALARM\n", 330_000)},
		{"only line breaks", strings.Repeat("\n", 5<<20)},
		{"stray lines", event("DESCRIPTION:x" + strings.Repeat("|?", 100_000))},
		{"a folded description", event("DESCRIPTION:" + strings.Repeat("x| ", 60_000))},
		{"an attachment of 4 MB", event("ATTACH;ENCODING=BASE64;VALUE=BINARY:" + strings.Repeat("QUFB", 1<<20))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			doc, err := Parse([]byte(tt.text), FileLimits())
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if err != nil {
				refusal(t, err)
				return
			}
			if len(doc.Notes) > maxNotes {
				t.Errorf("%d notes", len(doc.Notes))
			}
		})
	}
}

func TestMessagesQuoteSafely(t *testing.T) {
	text := event("DTSTART:" + strings.Repeat("é", 100) + "\x1b[31m")
	_, err := Import([]byte(text), options())
	r := refusal(t, err)
	if len([]rune(r.Message)) > 200 || strings.ContainsAny(r.Message, "\x1b\n") {
		t.Errorf("message = %q", r.Message)
	}
	if !bytes.Contains([]byte(r.Message), []byte("«\u00a0é")) {
		t.Errorf("message %q does not quote the value", r.Message)
	}
}

// options is a window of three years around the tests' dates.
func options() Options {
	return Options{
		Zone: "Europe/Paris",
		From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		To:   time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}
