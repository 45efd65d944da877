package icalendar

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// line is one unfolded line; n is the physical line where it begins, from 1.
type line struct {
	n    int
	text string
}

// scan cuts data into unfolded lines of clean UTF-8. It accepts a UTF-8 byte
// order mark, CRLF, LF and CR, blank lines, folds by space or tab and folds
// inside a character; it converts Windows-1252 and says so in a Note.
func scan(data []byte, lim Limits) ([]line, []Note, error) {
	if len(data) > lim.Bytes {
		return nil, nil, refuse(CodeTooLarge, 0, size(lim.Bytes)+" au maximum")
	}
	if utf16(data) {
		return nil, nil, refuse(CodeUnreadable, 1, "il est enregistré en UTF-16"+nbsp+"; enregistrez-le en UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return nil, nil, refuse(CodeBadCharacter, 1+bytes.Count(data[:i], []byte("\n")), "")
	}
	if !bytes.Contains(data, []byte("\n")) {
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	lines, err := unfold(data, lim)
	if err != nil {
		return nil, nil, err
	}
	notes, err := decodeText(lines)
	if err != nil {
		return nil, nil, err
	}
	return lines, notes, nil
}

// utf16 recognises both byte orders, with or without a mark.
func utf16(data []byte) bool {
	for _, start := range []string{"\xff\xfe", "\xfe\xff", "B\x00", "\x00B"} {
		if bytes.HasPrefix(data, []byte(start)) {
			return true
		}
	}
	return false
}

// unfold joins continuation lines and drops blank ones; a blank line inside a
// folded value does not end it.
func unfold(data []byte, lim Limits) ([]line, error) {
	var lines []line
	var current []byte
	start := 0
	flush := func() {
		if start > 0 {
			lines = append(lines, line{start, string(current)})
		}
	}
	for n := 1; len(data) > 0; n++ {
		var physical []byte
		physical, data, _ = bytes.Cut(data, []byte("\n"))
		physical = bytes.TrimRight(physical, "\r")
		if len(physical) == 0 {
			continue
		}
		if physical[0] == ' ' || physical[0] == '\t' {
			if start == 0 {
				return nil, refuse(CodeUnreadable, n, "le texte commence par la suite d’une autre ligne")
			}
			current = append(current, physical[1:]...)
		} else {
			flush()
			start, current = n, append(current[:0], physical...)
		}
		if len(current) > lim.Line {
			return nil, refuse(CodeFieldTooLong, start, size(lim.Line)+" au maximum")
		}
		if len(lines) >= lim.Lines {
			return nil, refuse(CodeTooLarge, n, thousands(lim.Lines)+" lignes au maximum")
		}
	}
	flush()
	return lines, nil
}

// decodeText makes every line valid UTF-8 without control characters. A text
// that is nowhere UTF-8 beyond ASCII is read as Windows-1252, the habit of old
// exports; a mixture is refused, because one of its halves would be wrong.
func decodeText(lines []line) ([]Note, error) {
	foreign := 0 // the first line that is not UTF-8
	mixed := false
	for _, l := range lines {
		if !utf8.ValidString(l.text) && foreign == 0 {
			foreign = l.n
		}
		mixed = mixed || hasMultibyte(l.text)
	}
	if foreign > 0 && mixed {
		return nil, refuse(CodeUnreadable, foreign, "les caractères ne sont pas en UTF-8")
	}
	for i, l := range lines {
		text := l.text
		if foreign > 0 {
			var ok bool
			if text, ok = windows1252(text); !ok {
				return nil, refuse(CodeUnreadable, l.n, "les caractères ne sont ni en UTF-8 ni en Windows-1252")
			}
		}
		lines[i].text = strings.Map(spaceControls, text)
	}
	if foreign > 0 {
		return []Note{{foreign, "Le texte n’est pas en UTF-8 : il a été lu comme du Windows-1252."}}, nil
	}
	return nil, nil
}

// hasMultibyte reports a sequence built like a UTF-8 character of several
// octets, even an overlong or otherwise forbidden one.
func hasMultibyte(s string) bool {
	for i := 0; i < len(s); i++ {
		follow := 0
		switch b := s[i]; {
		case b >= 0xf0:
			follow = 3
		case b >= 0xe0:
			follow = 2
		case b >= 0xc0:
			follow = 1
		}
		if follow > 0 && i+follow < len(s) && continued(s[i+1:i+1+follow]) {
			return true
		}
	}
	return false
}

func continued(s string) bool {
	for i := range len(s) {
		if s[i]&0xc0 != 0x80 {
			return false
		}
	}
	return true
}

// windows1252 converts s; it refuses octets that this page leaves undefined.
func windows1252(s string) (string, bool) {
	text, err := charmap.Windows1252.NewDecoder().String(s)
	return text, err == nil && !strings.ContainsRune(text, utf8.RuneError)
}

// spaceControls turns what cannot be shown into a space; a tab stays.
func spaceControls(r rune) rune {
	if unicode.IsControl(r) && r != '\t' {
		return ' '
	}
	return r
}
