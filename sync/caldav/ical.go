package caldav

import (
	"strings"
	"time"
)

// A light reader of iCalendar for filters and partial answers. It reads bytes
// that were accepted or written by Permanence, so it corrects nothing and
// never fails: a line it cannot read is passed over, a component left open is
// closed at the end.

// component is one BEGIN…END, its lines and its children in order.
type component struct {
	name  string // upper case
	lines []line
	kids  []*component
}

// line is one property, unfolded; raw is how it was written, folds included.
type line struct {
	name   string // upper case
	params string // ";TZID=Europe/Paris", "" for none
	value  string
	raw    string
}

const componentDepth = 32

var (
	folds   = strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "")
	carets  = strings.NewReplacer("^n", "\n", "^'", `"`, "^^", "^")
	escapes = strings.NewReplacer(`\\`, `\`, `\,`, ",", `\;`, ";", `\n`, "\n", `\N`, "\n")
)

// parseCalendar reads one iCalendar object; nil when there is no component.
func parseCalendar(data []byte) *component {
	root := &component{}
	open := []*component{root}
	for rest := string(data); rest != ""; {
		var raw string
		raw, rest = cutLine(rest)
		l := parseLine(raw)
		top := open[len(open)-1]
		switch {
		case l.name == "BEGIN" && len(open) < componentDepth:
			kid := &component{name: strings.ToUpper(l.value)}
			top.kids = append(top.kids, kid)
			open = append(open, kid)
		case l.name == "END" && len(open) > 1 && strings.EqualFold(l.value, top.name):
			open = open[:len(open)-1]
		case l.name != "" && l.name != "BEGIN" && l.name != "END":
			top.lines = append(top.lines, l)
		}
	}
	if len(root.kids) == 0 {
		return nil
	}
	return root.kids[0]
}

// cutLine takes one line with its folds and line ends.
func cutLine(s string) (raw, rest string) {
	for i := 0; i < len(s); {
		n := strings.IndexByte(s[i:], '\n')
		if n < 0 {
			break
		}
		i += n + 1
		if i == len(s) || s[i] != ' ' && s[i] != '\t' {
			return s[:i], s[i:]
		}
	}
	return s, ""
}

func unfold(raw string) string {
	text := strings.TrimRight(raw, "\r\n")
	if !strings.Contains(text, "\n") {
		return text
	}
	return folds.Replace(text)
}

// parseLine cuts NAME;PARAM=value:value; the name is "" where it cannot.
func parseLine(raw string) line {
	text := unfold(raw)
	colon := unquotedColon(text)
	if colon < 0 {
		return line{}
	}
	head, value := text[:colon], text[colon+1:]
	name, _, _ := strings.Cut(head, ";")
	return line{strings.ToUpper(name), head[len(name):], value, raw}
}

func unquotedColon(s string) int {
	quoted := false
	for i := range len(s) {
		switch s[i] {
		case '"':
			quoted = !quoted
		case ':':
			if !quoted {
				return i
			}
		}
	}
	return -1
}

// param gives the values of a parameter, unquoted, carets decoded (RFC 6868);
// nil when the line has none of that name.
func (l line) param(name string) []string {
	var values []string
	for rest := l.params; rest != ""; {
		var one string
		one, rest = cutUnquoted(rest[1:], ';')
		key, value, ok := strings.Cut(one, "=")
		if !ok || !strings.EqualFold(key, name) {
			continue
		}
		values = append(values, paramValues(value)...)
	}
	return values
}

// cutUnquoted cuts s before the first sep outside quotes; rest begins with sep.
func cutUnquoted(s string, sep byte) (before, rest string) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			return s[:i], s[i:]
		}
	}
	return s, ""
}

func paramValues(s string) []string {
	var values []string
	for rest := "," + s; rest != ""; {
		var one string
		one, rest = cutUnquoted(rest[1:], ',')
		values = append(values, carets.Replace(strings.Trim(one, `"`)))
	}
	return values
}

// text gives the value with its escapes undone.
func (l line) text() string {
	if !strings.Contains(l.value, `\`) {
		return l.value
	}
	return escapes.Replace(l.value)
}

// find gives the first line of that name.
func (c *component) find(name string) (line, bool) {
	for _, l := range c.lines {
		if l.name == name {
			return l, true
		}
	}
	return line{}, false
}

// isDate reports whether the value is a day without time.
func (l line) isDate() bool { return len(l.value) == len("20060102") }

// zones resolves zone names, each once for a request.
type zones struct {
	home  string // IANA name: of floating times, and of names nobody knows
	known map[string]*time.Location
}

func newZones(home string) *zones { return &zones{home, map[string]*time.Location{}} }

func (z *zones) named(name string) *time.Location {
	if loc, ok := z.known[name]; ok {
		return loc
	}
	loc, err := time.LoadLocation(name)
	switch {
	case err == nil && name != "Local": // a machine's zone means nothing here
	case name == z.home:
		loc = time.UTC
	default:
		loc = z.named(z.home)
	}
	z.known[name] = loc
	return loc
}

// instant gives when a DATE or DATE-TIME value is, in UTC.
func (z *zones) instant(l line) (time.Time, bool) {
	form, loc := "20060102T150405", z.named(z.home)
	switch {
	case l.isDate():
		form = "20060102"
	case strings.HasSuffix(l.value, "Z"):
		form, loc = instantForm, time.UTC
	default:
		if tzid := l.param("TZID"); len(tzid) > 0 {
			loc = z.named(tzid[0])
		}
	}
	if len(l.value) != len(form) {
		return time.Time{}, false
	}
	t, err := time.ParseInLocation(form, l.value, loc)
	return t.UTC(), err == nil
}

// write appends the component as it was written, but for what was changed.
func (c *component) write(dst []byte) []byte {
	dst = append(dst, "BEGIN:"+c.name+"\r\n"...)
	for _, l := range c.lines {
		dst = append(dst, strings.TrimRight(l.raw, "\r\n")...)
		dst = append(dst, "\r\n"...)
	}
	for _, k := range c.kids {
		dst = k.write(dst)
	}
	return append(dst, "END:"+c.name+"\r\n"...)
}
