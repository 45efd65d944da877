package creneau

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// decoder reads JSON under a known form. It goes no deeper than the form does,
// and stops at the first thing that is wrong.
type decoder struct {
	data []byte
	at   int
	path []string // "plages", "[0]", "zone"
	err  *Invalid
}

// fail keeps the first refusal, with the place where reading stands.
func (d *decoder) fail(code Code, format string, args ...any) {
	if d.err != nil {
		return
	}
	d.err = invalid(code, strings.TrimPrefix(strings.Join(d.path, ""), "."), format, args...)
	d.err.Offset = min(d.at, len(d.data))
}

// inside reads one member or element with its name on the path.
func (d *decoder) inside(name string, read func()) {
	d.path = append(d.path, name)
	read()
	d.path = d.path[:len(d.path)-1]
}

// next skips white space and returns the byte that follows, 0 at the end (see
// ended) or for a byte that JSON does not have.
func (d *decoder) next() byte {
	for d.at < len(d.data) {
		switch c := d.data[d.at]; c {
		case ' ', '\t', '\r', '\n':
			d.at++
		default:
			return c
		}
	}
	return 0
}

// ended reports whether nothing follows; next has skipped the white space.
func (d *decoder) ended() bool { return d.at >= len(d.data) }

// take consumes c if it is next.
func (d *decoder) take(c byte) bool {
	if d.next() != c {
		return false
	}
	d.at++
	return true
}

// null consumes null if it is next: the key is as if left out.
func (d *decoder) null() bool {
	if d.next() == 'n' && bytes.HasPrefix(d.data[d.at:], []byte("null")) {
		d.at += len("null")
		return true
	}
	return false
}

// mistyped refuses a value of another type, or what is no value at all.
func (d *decoder) mistyped(wanted string) {
	switch c := d.next(); {
	case d.ended():
		d.fail(BadJSON, "le texte est coupé")
	case strings.IndexByte(`{["-0123456789tfn`, c) < 0:
		d.fail(BadJSON, "ce n’est pas du JSON")
	default:
		d.fail(BadType, "%s", wanted)
	}
}

// object reads an object whose members read knows; it answers false for a key
// that it does not know. required lists the keys that may not be left out.
func (d *decoder) object(read func(key string) bool, required string) {
	if !d.take('{') {
		d.mistyped("objet attendu")
		return
	}
	seen := make([]string, 0, 16)
	for d.more('}', len(seen)) {
		key := d.text()
		if d.err == nil && !d.take(':') {
			d.fail(BadJSON, "« : » attendu")
		}
		d.inside("."+key, func() { d.member(key, seen, read) })
		if d.err != nil {
			return
		}
		seen = append(seen, key)
	}
	for key := range strings.FieldsSeq(required) {
		if !slices.Contains(seen, key) {
			d.inside("."+key, func() { d.fail(MissingKey, "clé obligatoire absente") })
		}
	}
}

func (d *decoder) member(key string, seen []string, read func(key string) bool) {
	if d.err != nil {
		return
	}
	if slices.Contains(seen, key) {
		d.fail(DuplicateKey, "clé en double")
		return
	}
	if !read(key) {
		d.fail(UnknownKey, "clé inconnue")
	}
}

// array reads a list; read consumes one element.
func (d *decoder) array(read func()) {
	if !d.take('[') {
		d.mistyped("liste attendue")
		return
	}
	for n := 0; d.more(']', n); n++ {
		d.inside("["+strconv.Itoa(n)+"]", read)
	}
}

// more reports whether another member or element follows the n already read,
// and consumes what separates them.
func (d *decoder) more(end byte, n int) bool {
	if d.err != nil || d.take(end) {
		return false
	}
	if n > 0 && !d.take(',') {
		d.unfinished()
		return false
	}
	if d.next() == end || d.ended() {
		d.unfinished()
		return false
	}
	return true
}

func (d *decoder) unfinished() {
	if d.next(); d.ended() {
		d.fail(BadJSON, "le texte est coupé")
		return
	}
	d.fail(BadJSON, "ce n’est pas du JSON")
}

// text reads a string.
func (d *decoder) text() string {
	if d.next() != '"' {
		d.mistyped("texte attendu")
		return ""
	}
	end, plain := stringEnd(d.data, d.at+1)
	if end < 0 {
		d.fail(BadJSON, "un texte n’est pas fermé")
		return ""
	}
	token := d.data[d.at : end+1]
	if !utf8.Valid(token) {
		d.fail(BadJSON, "ce n’est pas de l’UTF-8")
		return ""
	}
	s := string(token[1 : len(token)-1])
	if !plain {
		if err := json.Unmarshal(token, &s); err != nil {
			d.fail(BadJSON, "un texte contient un caractère interdit")
			return ""
		}
	}
	d.at = end + 1
	return s
}

// stringEnd finds the closing quote from at on, −1 without one. plain says that
// the text reads as it is written.
func stringEnd(data []byte, at int) (end int, plain bool) {
	plain = true
	for ; at < len(data); at++ {
		switch c := data[at]; {
		case c == '"':
			return at, plain
		case c == '\\':
			plain = false
			at++
		case c < ' ':
			plain = false
		}
	}
	return -1, false
}

// integer reads a whole number. Those beyond an int64 become its bounds, which
// no value of a scenario may reach.
func (d *decoder) integer() int64 {
	d.next()
	start := d.at
	for d.at < len(d.data) && strings.IndexByte("+-.0123456789eE", d.data[d.at]) >= 0 {
		d.at++
	}
	token := string(d.data[start:d.at])
	if token == "" {
		d.mistyped("nombre entier attendu")
		return 0
	}
	if !json.Valid([]byte(token)) {
		d.fail(BadJSON, "ce n’est pas un nombre")
		return 0
	}
	if strings.ContainsAny(token, ".eE") {
		d.fail(BadType, "nombre entier attendu")
		return 0
	}
	n, _ := strconv.ParseInt(token, 10, 64) // out of range gives the nearest bound
	return n
}

// instant reads an RFC 3339 instant in UTC.
func (d *decoder) instant() time.Time {
	at := d.at
	s := d.text()
	if d.err != nil {
		return time.Time{}
	}
	var t time.Time
	if err := t.UnmarshalText([]byte(s)); err != nil || strings.Contains(s, ",") {
		d.at = at
		d.fail(BadInstant, "instant qui n’existe pas, 2026-04-30T06:00:00Z attendu : %s", quote(s))
		return time.Time{}
	}
	if _, offset := t.Zone(); offset != 0 {
		d.at = at
		d.fail(BadInstant, "instant en UTC attendu, avec un Z : %s", quote(s))
	}
	return t.UTC()
}

// end refuses whatever follows the value.
func (d *decoder) end() {
	if d.next(); d.err == nil && !d.ended() {
		d.fail(BadJSON, "quelque chose suit l’objet")
	}
}
