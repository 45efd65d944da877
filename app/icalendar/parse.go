package icalendar

import (
	"fmt"
	"strings"

	"github.com/emersion/go-ical"
)

// Document is everything one text holds. Notes says what was repaired: a
// caller that must not repair (an object stored for others) refuses when it is
// not empty.
type Document struct {
	Calendars []*Component
	Notes     []Note
}

// Component is a go-ical component that knows its lines.
type Component struct {
	*ical.Component
	Line int // of its BEGIN, from 1
	Kids []*Component

	lines map[string][]int // property name → the line of each, in order
}

// Property is a go-ical property that knows its line.
type Property struct {
	ical.Prop
	Line int
}

// Param is the first value of a parameter, RFC 6868 undone; "" when absent.
func (p Property) Param(name string) string { return decodeParam(p.Params.Get(name)) }

// All lists the properties of that name (upper case), in order.
func (c *Component) All(name string) []Property {
	var all []Property
	for i, p := range c.Props[name] {
		all = append(all, Property{p, c.lines[name][i]})
	}
	return all
}

// First is the first property of that name (upper case).
func (c *Component) First(name string) (Property, bool) {
	if len(c.Props[name]) == 0 {
		return Property{}, false
	}
	return Property{c.Props[name][0], c.lines[name][0]}, true
}

// Parse reads every VCALENDAR of data, or refuses the whole with a *Refusal.
// It never panics and its cost is bounded by lim.
func Parse(data []byte, lim Limits) (*Document, error) {
	lines, notes, err := scan(data, lim)
	if err != nil {
		return nil, err
	}
	b := builder{lim: lim, doc: Document{Notes: notes}}
	for _, l := range lines {
		if err := b.add(l); err != nil {
			return nil, err
		}
	}
	if len(b.open) > 0 {
		last := b.open[len(b.open)-1]
		return nil, refuse(CodeUnreadable, last.Line, "BEGIN:"+last.name+" n’est jamais refermé")
	}
	if len(b.doc.Calendars) == 0 {
		return nil, refuse(CodeUnreadable, 1, "il ne contient pas de BEGIN:VCALENDAR")
	}
	return &b.doc, nil
}

// maxNotes keeps a hostile text from filling the memory with its repairs.
const maxNotes = 100

func (d *Document) note(line int, message string) {
	if len(d.Notes) < maxNotes {
		d.Notes = append(d.Notes, Note{line, message})
	}
}

// builder checks the nesting, rewrites each line for go-ical and remembers
// where it stood.
type builder struct {
	lim  Limits
	doc  Document
	open []opened
	text strings.Builder // the calendar being read, for go-ical

	// loose holds after a long text: a producer that forgot to fold it leaves
	// lines that are none of iCalendar's until the next real property.
	loose bool
}

type opened struct {
	*Component
	name string
	size int // octets so far; counted on the component directly under the calendar
}

func (b *builder) add(l line) error {
	c, reason := parseContent(l.text)
	if b.loose && (reason != "" || !isKnown(c.name)) {
		b.doc.note(l.n, "Ligne sans nom de propriété, laissée de côté.")
		return b.weigh(l)
	}
	if reason != "" {
		return refuse(CodeUnreadable, l.n, reason)
	}
	if len(b.open) == 0 && (c.name != "BEGIN" || !sameName(c.value, "VCALENDAR")) {
		return refuse(CodeUnreadable, l.n, "BEGIN:VCALENDAR était attendu")
	}
	if err := b.weigh(l); err != nil {
		return err
	}
	b.loose = isLongText(c.name)
	switch c.name {
	case "BEGIN":
		return b.begin(l.n, c.value)
	case "END":
		return b.end(l.n, c.value)
	}
	top := b.open[len(b.open)-1]
	top.lines[c.name] = append(top.lines[c.name], l.n)
	b.text.WriteString(c.name + c.params + ":" + c.value + "\r\n")
	return nil
}

// weigh counts l on the component directly under the calendar.
func (b *builder) weigh(l line) error {
	if len(b.open) < 2 {
		return nil
	}
	b.open[1].size += len(l.text)
	if b.open[1].size > b.lim.Object {
		return refuse(CodeTooLarge, b.open[1].Line, size(b.lim.Object)+" au maximum pour un évènement")
	}
	return nil
}

func (b *builder) begin(n int, value string) error {
	name := strings.ToUpper(strings.TrimSpace(value))
	if !isName(name) {
		return refuse(CodeUnreadable, n, quote(name)+" n’est pas un nom de composant")
	}
	if len(b.open) >= b.lim.Depth {
		return refuse(CodeUnreadable, n, fmt.Sprintf("plus de %d composants imbriqués", b.lim.Depth))
	}
	c := &Component{Line: n, lines: make(map[string][]int)}
	if len(b.open) > 0 {
		parent := b.open[len(b.open)-1]
		parent.Kids = append(parent.Kids, c)
	}
	b.open = append(b.open, opened{Component: c, name: name})
	b.text.WriteString("BEGIN:" + name + "\r\n")
	return nil
}

func (b *builder) end(n int, value string) error {
	top := b.open[len(b.open)-1]
	if !sameName(value, top.name) {
		return refuse(CodeUnreadable, n, fmt.Sprintf("END:%s était attendu, pour le BEGIN de la ligne %d", top.name, top.Line))
	}
	b.text.WriteString("END:" + top.name + "\r\n")
	b.open = b.open[:len(b.open)-1]
	if len(b.open) > 0 {
		return nil
	}
	decoded, err := decode(b.text.String())
	if err != nil {
		return refuse(CodeUnreadable, top.Line, "sa structure est cassée")
	}
	b.text.Reset()
	attach(top.Component, decoded.Component)
	b.doc.Calendars = append(b.doc.Calendars, top.Component)
	return nil
}

// decode hands one rewritten calendar to go-ical, whose panics become errors.
func decode(text string) (cal *ical.Calendar, err error) {
	defer func() {
		if p := recover(); p != nil {
			cal, err = nil, fmt.Errorf("decode calendar: %v", p)
		}
	}()
	return ical.NewDecoder(strings.NewReader(text)).Decode()
}

// attach gives c and its kids what go-ical read; both trees have one shape.
func attach(c *Component, read *ical.Component) {
	c.Component = read
	for i, kid := range c.Kids {
		attach(kid, read.Children[i])
	}
}

// isLongText tells the properties whose text runs over several lines.
func isLongText(name string) bool {
	switch name {
	case "DESCRIPTION", "COMMENT", "X-ALT-DESC":
		return true
	}
	return false
}

// isKnown tells a property of RFC 5545, RFC 7986 or an extension from a word
// that happens to be followed by a colon.
func isKnown(name string) bool {
	switch name {
	case "BEGIN", "END",
		"ATTACH", "CATEGORIES", "CLASS", "COMMENT", "DESCRIPTION", "GEO", "LOCATION", "PERCENT-COMPLETE",
		"PRIORITY", "RESOURCES", "STATUS", "SUMMARY", "COMPLETED", "DTEND", "DUE", "DTSTART", "DURATION",
		"FREEBUSY", "TRANSP", "ATTENDEE", "CONTACT", "ORGANIZER", "RECURRENCE-ID", "RELATED-TO", "URL",
		"UID", "EXDATE", "EXRULE", "RDATE", "RRULE", "ACTION", "REPEAT", "TRIGGER", "CREATED", "DTSTAMP",
		"LAST-MODIFIED", "SEQUENCE", "REQUEST-STATUS", "COLOR", "IMAGE", "CONFERENCE", "NAME":
		return true
	}
	return strings.HasPrefix(name, "X-")
}

func sameName(value, name string) bool {
	return strings.EqualFold(strings.TrimSpace(value), name)
}
