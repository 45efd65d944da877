package mailer

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"unicode/utf8"
)

//go:embed courriel.html
var courrielHTML string

var courriel = template.Must(template.New("courriel.html").Parse(courrielHTML))

// htmlOf lays a page out as HTML: tables and inline styles, no picture,
// nothing fetched from anywhere.
func htmlOf(p page) ([]byte, error) {
	var b bytes.Buffer
	if err := courriel.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("lay out the html: %w", err)
	}
	return b.Bytes(), nil
}

const (
	width  = 68 // of the text, in characters
	column = 10 // where the answers of the table begin
)

// textOf lays the same page out as text, complete by itself.
func textOf(p page) []byte {
	var t textPage
	t.paragraph("", p.Hello)
	t.paragraph("", p.Title+".", strings.ToUpper(p.Intro[:1])+p.Intro[1:])
	t.paragraph("    ", p.When, p.More, p.Instead)
	for _, r := range p.Rows {
		t.row(r)
	}
	if p.Link != "" {
		t.paragraph("", p.LinkLabel+nbsp+":", p.Link)
	}
	for _, n := range p.Notes {
		t.paragraph("", n)
	}
	if p.Phone != "" {
		t.paragraph("", strings.TrimSuffix("Une question"+fine+"? "+p.Phone+", "+p.Hours, ", ")+".")
	}
	t.line("-- ") // what follows is the signature
	t.line(p.Organisation)
	for _, f := range p.Footer {
		t.wrap("", f)
	}
	t.line("Vos données et vos droits" + nbsp + ":")
	t.line(p.Privacy)
	return []byte(t.String())
}

type textPage struct{ strings.Builder }

func (t *textPage) line(s string) { t.WriteString(s + "\r\n") }

// paragraph writes its non-empty parts, one under the other, then a blank line.
func (t *textPage) paragraph(indent string, parts ...string) {
	for _, p := range parts {
		if p != "" {
			t.wrap(indent, p)
		}
	}
	t.line("")
}

func (t *textPage) row(r row) {
	pad := strings.Repeat(" ", column)
	t.wrapFrom(r.Label+strings.Repeat(" ", max(1, column-utf8.RuneCountInString(r.Label))), pad, r.Main)
	for _, s := range r.Small {
		t.wrap(pad, s)
	}
	t.line("")
}

func (t *textPage) wrap(indent, s string) { t.wrapFrom(indent, indent, s) }

// wrapFrom cuts s at spaces so that lines stay short; a word longer than a
// line, like an address, stays whole. first opens the first line, indent the
// others.
func (t *textPage) wrapFrom(first, indent, s string) {
	current := first
	empty := true
	for word := range strings.SplitSeq(s, " ") {
		switch {
		case empty:
			current += word
		case utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > width:
			t.line(current)
			current = indent + word
		default:
			current += " " + word
		}
		empty = false
	}
	t.line(current)
}
