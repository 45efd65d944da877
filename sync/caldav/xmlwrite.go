package caldav

import (
	"encoding/xml"
	"unicode/utf8"
)

// Our own namespace, for the reason in French beside a condition.
const nsOurs = "urn:permanence:dav"

const xmlHeader = `<?xml version="1.0" encoding="utf-8"?>` + "\n"

const xmlNamespaces = ` xmlns:D="DAV:" xmlns:C="` + nsCalDAV + `" xmlns:S="` + nsServer + `" xmlns:A="` + nsApple + `" xmlns:P="` + nsOurs + `"`

// xmlWriter grows an answer in memory; tags are given with the prefixes of
// xmlNamespaces. Nothing is sent before the whole answer stands.
type xmlWriter struct{ b []byte }

func (x *xmlWriter) raw(s string) { x.b = append(x.b, s...) }

func (x *xmlWriter) text(s string) { x.b = appendText(x.b, s) }

func (x *xmlWriter) leaf(tag, text string) {
	x.open(tag)
	x.text(text)
	x.shut(tag)
}

func (x *xmlWriter) open(tag string) { x.b = append(append(append(x.b, '<'), tag...), '>') }

func (x *xmlWriter) shut(tag string) { x.b = append(append(append(x.b, "</"...), tag...), '>') }

func (x *xmlWriter) void(tag string) { x.b = append(append(append(x.b, '<'), tag...), "/>"...) }

func (x *xmlWriter) href(path string) { x.leaf("D:href", path) }

func (x *xmlWriter) status(line string) {
	x.raw("<D:status>HTTP/1.1 ")
	x.raw(line)
	x.raw("</D:status>")
}

// name writes an empty element of any name, known to us or not.
func (x *xmlWriter) name(n xml.Name) {
	if tag, ok := tagOf(n); ok {
		x.void(tag)
		return
	}
	if n.Space == "" {
		x.void(n.Local)
		return
	}
	x.raw("<X:" + n.Local + ` xmlns:X="`)
	x.text(n.Space)
	x.raw(`"/>`)
}

// tagOf gives the prefixed form of a name in a namespace of ours.
func tagOf(n xml.Name) (string, bool) {
	switch n.Space {
	case nsDAV:
		return "D:" + n.Local, true
	case nsCalDAV:
		return "C:" + n.Local, true
	case nsServer:
		return "S:" + n.Local, true
	case nsApple:
		return "A:" + n.Local, true
	}
	return "", false
}

// appendText escapes s for an element or a quoted attribute. A carriage return
// is written as a reference, or parsers would drop it and the bytes would no
// longer be those that the ETag names. What XML cannot hold becomes U+FFFD.
func appendText[T string | []byte](dst []byte, s T) []byte {
	from := 0
	for i := 0; i < len(s); {
		if plain(s[i]) {
			i++
			continue
		}
		dst = append(dst, s[from:i]...)
		n := 1
		if s[i] < utf8.RuneSelf {
			dst = append(dst, reference(s[i])...)
		} else {
			dst, n = appendRune(dst, s[i:])
		}
		i += n
		from = i
	}
	return append(dst, s[from:]...)
}

// plain reports whether c stands for itself.
func plain(c byte) bool {
	switch c {
	case '&', '<', '>', '"':
		return false
	case '\t', '\n':
		return true
	}
	return c >= 0x20 && c < utf8.RuneSelf
}

func reference(c byte) string {
	switch c {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '"':
		return "&#34;"
	case '\r':
		return "&#13;"
	}
	return "\ufffd"
}

func appendRune[T string | []byte](dst []byte, s T) ([]byte, int) {
	r, n := utf8.DecodeRuneInString(string(s[:min(len(s), utf8.UTFMax)]))
	if r == 0xfffe || r == 0xffff {
		r = utf8.RuneError
	}
	return utf8.AppendRune(dst, r), n
}
