package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// DecodeStrict reads one JSON value into v. It refuses (ErrMalformed) a key
// that v does not have, a key given twice in one object, however it is spelled,
// and anything after the value: two readers must never understand two things.
func DecodeStrict(body []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return ErrMalformed
	}
	if _, err := d.Token(); err != io.EOF || twice(body) {
		return ErrMalformed
	}
	return nil
}

// twice reports whether an object of a valid JSON text names a key twice.
// Letter case counts for nothing, as for the decoder; a key that is escaped
// could be any other and is taken for one.
func twice(body []byte) bool {
	var open []map[string]bool // the keys of each object begun; nil for a list
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '{':
			open = append(open, map[string]bool{})
		case '[':
			open = append(open, nil)
		case '}', ']':
			open = open[:len(open)-1]
		case '"':
			text := quoted(body[i:])
			i += len(text) + 1
			if !isKey(body[i+1:]) {
				continue
			}
			key, seen := strings.ToLower(string(text)), open[len(open)-1]
			if seen[key] || strings.ContainsRune(key, '\\') {
				return true
			}
			seen[key] = true
		}
	}
	return false
}

// quoted gives what stands between the quote that s begins with and its end.
func quoted(s []byte) []byte {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[1:i]
		}
	}
	return s[1:]
}

// isKey reports whether a colon follows.
func isKey(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) > 0 && rest[0] == ':'
}
