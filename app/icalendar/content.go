package icalendar

import (
	"strings"
)

// maxParam bounds one parameter value: go-ical reads them in quadratic time,
// and what is longer (an ALTREP with a page inside) says nothing about when.
const maxParam = 512

// content is one line cut into its parts, before go-ical sees it.
type content struct {
	name   string // upper case
	params string // ";NAME=value" as go-ical can read them, maybe ""
	value  string
}

// parseContent cuts an unfolded line. reason is French and empty on success.
// Parameters that go-ical would panic or fail on are rewritten: without "="
// they are dropped, a quote inside a value becomes ^', too long they go.
func parseContent(text string) (c content, reason string) {
	end := strings.IndexAny(text, ";:")
	if end < 0 {
		return content{}, "il manque «" + nbsp + ":" + nbsp + "» après le nom de la propriété"
	}
	name := strings.ToUpper(strings.TrimSpace(text[:end]))
	if !isName(name) {
		return content{}, quote(name) + " n’est pas un nom de propriété"
	}
	var params strings.Builder
	rest := text[end:]
	for strings.HasPrefix(rest, ";") {
		rest, reason = copyParam(&params, rest[1:])
		if reason != "" {
			return content{}, reason
		}
	}
	if !strings.HasPrefix(rest, ":") {
		return content{}, "il manque «" + nbsp + ":" + nbsp + "» après les paramètres"
	}
	return content{name: name, params: params.String(), value: rest[1:]}, ""
}

// copyParam reads NAME=value,value at the head of s and writes it to b in the
// form go-ical reads; it returns what follows.
func copyParam(b *strings.Builder, s string) (rest, reason string) {
	end := strings.IndexAny(s, "=;:")
	if end < 0 {
		return "", "un paramètre n’est pas terminé"
	}
	if s[end] != '=' {
		return s[end:], ""
	}
	name := strings.ToUpper(strings.TrimSpace(s[:end]))
	if !isName(name) {
		return "", quote(name) + " n’est pas un nom de paramètre"
	}
	var values strings.Builder
	short := true
	for rest = s[end:]; rest != "" && (rest[0] == '=' || rest[0] == ','); {
		var value string
		value, rest, reason = paramValue(rest[1:])
		if reason != "" {
			return "", reason
		}
		short = short && len(value) <= maxParam
		if values.Len() > 0 {
			values.WriteByte(',')
		}
		values.WriteString(`"` + strings.ReplaceAll(value, `"`, "^'") + `"`)
	}
	if short {
		b.WriteString(";" + name + "=" + values.String())
	}
	return rest, ""
}

// paramValue reads one value, quoted or not; a quoted one may go on without
// quotes, as some producers write.
func paramValue(s string) (value, rest, reason string) {
	if strings.HasPrefix(s, `"`) {
		end := strings.IndexByte(s[1:], '"')
		if end < 0 {
			return "", "", "un guillemet n’est pas refermé"
		}
		value, s = s[1:1+end], s[end+2:]
	}
	end := strings.IndexAny(s, ";:,")
	if end < 0 {
		return "", "", "il manque «" + nbsp + ":" + nbsp + "» après les paramètres"
	}
	return value + s[:end], s[end:], ""
}

// isName accepts the names of RFC 5545, grouped ones and the underscore.
func isName(s string) bool {
	for i := range len(s) {
		switch b := s[i]; {
		case b >= 'A' && b <= 'Z', b >= '0' && b <= '9', b == '-', b == '_', b == '.':
		default:
			return false
		}
	}
	return s != ""
}

// decodeParam undoes RFC 6868.
func decodeParam(s string) string {
	if !strings.Contains(s, "^") {
		return s
	}
	return strings.NewReplacer("^n", "\n", "^'", `"`, "^^", "^").Replace(s)
}

// Text undoes the escapes of a TEXT value; an escape that does not exist
// stands for its letter, and commas stay.
func Text(value string) string {
	if !strings.Contains(value, `\`) {
		return value
	}
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] != '\\' || i+1 == len(value) {
			b.WriteByte(value[i])
			continue
		}
		i++
		if value[i] == 'n' || value[i] == 'N' {
			b.WriteByte('\n')
			continue
		}
		b.WriteByte(value[i])
	}
	return b.String()
}
