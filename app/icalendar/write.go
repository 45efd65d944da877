package icalendar

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// foldAt is the longest line in octets, without its CRLF.
const foldAt = 75

// lineWriter appends folded lines to dst. A line is built whole in line, then
// flushed; both buffers are reused.
type lineWriter struct {
	dst  []byte
	line []byte
}

// begin starts a line with a name (and parameters) of our own.
func (w *lineWriter) begin(head string) { w.line = append(w.line[:0], head...) }

// end folds the line into dst, at 75 octets and never inside a character.
func (w *lineWriter) end() {
	rest := w.line
	for room := foldAt; len(rest) > room; room = foldAt - 1 {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		w.dst = append(append(w.dst, rest[:cut]...), "\r\n "...)
		rest = rest[cut:]
	}
	w.dst = append(append(w.dst, rest...), "\r\n"...)
}

// raw writes a line of our own, with nothing foreign in it.
func (w *lineWriter) raw(text string) {
	w.begin(text)
	w.end()
}

// text writes a TEXT property, or a word of a closed list that must not be able
// to add a line; nothing when value is empty.
func (w *lineWriter) text(head, value string) {
	if value == "" {
		return
	}
	w.begin(head)
	w.line = appendText(w.line, value)
	w.end()
}

// uri writes a property whose value is a URI; nothing when value is empty.
func (w *lineWriter) uri(head, value string) {
	if value == "" {
		return
	}
	w.begin(head)
	w.line = appendURI(w.line, value)
	w.end()
}

func (w *lineWriter) number(head string, n int) {
	w.begin(head)
	w.line = strconv.AppendInt(w.line, int64(n), 10)
	w.end()
}

// instant writes a UTC time; nothing when t is zero.
func (w *lineWriter) instant(head string, t time.Time) {
	if t.IsZero() {
		return
	}
	w.begin(head)
	w.line = appendUTC(w.line, t)
	w.end()
}

// param adds a parameter to the line begun, as RFC 6868 encodes it; nothing
// when value is empty.
func (w *lineWriter) param(name, value string) {
	if value == "" {
		return
	}
	w.line = append(append(append(w.line, ';'), name...), '=')
	quoted := strings.ContainsAny(value, ",;:")
	if quoted {
		w.line = append(w.line, '"')
	}
	w.line = appendParam(w.line, value)
	if quoted {
		w.line = append(w.line, '"')
	}
}

// appendText escapes a TEXT value. Every kind of line break becomes \n, other
// control characters vanish, octets that are no UTF-8 become U+FFFD.
func appendText(dst []byte, s string) []byte {
	for i, r := range s {
		switch {
		case r == '\\' || r == ';' || r == ',':
			dst = append(dst, '\\', byte(r))
		case isBreak(r):
			if !halfOfCRLF(s, i) {
				dst = append(dst, `\n`...)
			}
		case isControl(r):
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// appendParam encodes a parameter value (RFC 6868).
func appendParam(dst []byte, s string) []byte {
	for i, r := range s {
		switch {
		case r == '^':
			dst = append(dst, "^^"...)
		case r == '"':
			dst = append(dst, "^'"...)
		case isBreak(r):
			if !halfOfCRLF(s, i) {
				dst = append(dst, "^n"...)
			}
		case isControl(r):
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// appendURI keeps s readable and percent-encodes what no URI may hold.
func appendURI(dst []byte, s string) []byte {
	const hexDigits = "0123456789ABCDEF"
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r > ' ' && !strings.ContainsRune("\"<>\\^`{|}", r) && !isBreak(r) && !isControl(r) && (r != utf8.RuneError || size > 1) {
			dst = append(dst, s[:size]...)
		} else {
			for _, b := range []byte(s[:size]) {
				dst = append(dst, '%', hexDigits[b>>4], hexDigits[b&15])
			}
		}
		s = s[size:]
	}
	return dst
}

// isBreak reports what some program takes for the end of a line.
func isBreak(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', 0x85, 0x2028, 0x2029:
		return true
	}
	return false
}

// halfOfCRLF reports the CR of a CRLF, which is one break with its LF.
func halfOfCRLF(s string, i int) bool {
	return s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n'
}

func isControl(r rune) bool { return (r < ' ' && r != '\t') || (r >= 0x7f && r < 0xa0) }

// appendUTC writes 20261124T080000Z.
func appendUTC(dst []byte, t time.Time) []byte { return append(appendWall(dst, t.UTC()), 'Z') }

// appendWall writes 20261124T090000, as t's own clock shows it.
func appendWall(dst []byte, t time.Time) []byte {
	hour, minute, second := t.Clock()
	dst = append(appendDay(dst, t), 'T')
	return appendDigits(dst, hour*10000+minute*100+second, 6)
}

// appendDay writes 20261124.
func appendDay(dst []byte, t time.Time) []byte {
	y, m, d := t.Date()
	return appendDigits(dst, min(max(y, 0), 9999)*10000+int(m)*100+d, 8)
}

func appendDigits(dst []byte, n, width int) []byte {
	for range width {
		dst = append(dst, '0')
	}
	for i := len(dst) - 1; n > 0; i-- {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	return dst
}

// appendDuration writes d as PT90M or P1D, whole seconds.
func appendDuration(dst []byte, d time.Duration) []byte {
	if d < 0 {
		dst, d = append(dst, '-'), -d
	}
	seconds := int64(d / time.Second)
	switch {
	case seconds > 0 && seconds%86400 == 0:
		return append(strconv.AppendInt(append(dst, 'P'), seconds/86400, 10), 'D')
	case seconds > 0 && seconds%3600 == 0:
		return append(strconv.AppendInt(append(dst, "PT"...), seconds/3600, 10), 'H')
	case seconds > 0 && seconds%60 == 0:
		return append(strconv.AppendInt(append(dst, "PT"...), seconds/60, 10), 'M')
	}
	return append(strconv.AppendInt(append(dst, "PT"...), seconds, 10), 'S')
}
