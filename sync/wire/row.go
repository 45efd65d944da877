package wire

import (
	"bytes"
	"encoding/json"
	"strconv"

	"permanence/app/agenda"
)

// Nearly every frame is a put. These two write and read that one form without
// looking at its body, which whoever stores it checks; anything else about a
// line sends it the ordinary way, which gives the same.

// appendPut writes a put frame as json does, with a line end; ok is false when
// it is not as plain as that.
func appendPut(b []byte, f *Frame) (line []byte, ok bool) {
	if f.T != TypePut || len(f.Body) == 0 || len(f.Scopes) == 0 || f.Scope != "" || f.Add || f.Again || f.List != nil || f.Server != nil || f.Outcome != nil || f.Mark != nil || f.End != nil {
		return b, false
	}
	if !plain(string(f.Territoire)) || !plain(string(f.Noun)) || !plain(f.ID) || !tight(f.Body) {
		return b, false
	}
	b = append(b, `{"t":"put","territoire":"`...)
	b = append(b, f.Territoire...)
	b = append(b, `","noun":"`...)
	b = append(b, f.Noun...)
	b = append(b, `","id":"`...)
	b = append(b, f.ID...)
	b = append(b, '"')
	if f.Number != 0 {
		b = strconv.AppendInt(append(b, `,"number":`...), f.Number, 10)
	}
	b = append(b, `,"scopes":[`...)
	for i, s := range f.Scopes {
		if !plain(string(s)) {
			return nil, false
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), s...), '"')
	}
	b = append(append(b, `],"body":`...), f.Body...)
	return append(b, '}', '\n'), true
}

// plain reports whether a text is not empty and written in JSON as it is.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return s != ""
}

// tight reports whether a body is an object of one line without blanks around
// it.
func tight(body []byte) bool {
	return body[0] == '{' && body[len(body)-1] == '}' && bytes.IndexByte(body, '\n') < 0
}

// parsePut reads what appendPut wrote; ok is false for anything else.
func parsePut(line []byte) (f Frame, ok bool) {
	p := parser{rest: line}
	f.T = TypePut
	f.Territoire = agenda.TerritoireID(p.text(`{"t":"put","territoire":"`))
	f.Noun = agenda.Noun(p.text(`,"noun":"`))
	f.ID = p.text(`,"id":"`)
	f.Number = p.number(`,"number":`)
	p.skip(`,"scopes":[`)
	for {
		f.Scopes = append(f.Scopes, agenda.Scope(p.text(`"`)))
		if p.failed || !p.next(',') {
			break
		}
	}
	p.skip(`],"body":`)
	if p.failed || len(p.rest) < 3 || p.rest[len(p.rest)-1] != '}' {
		return Frame{}, false
	}
	body := p.rest[:len(p.rest)-1]
	if !tight(body) || !json.Valid(body) {
		return Frame{}, false
	}
	f.Body = bytes.Clone(body)
	return f, true
}

// parser reads the parts of one line, one after the other, until one fails.
type parser struct {
	rest   []byte
	failed bool
}

func (p *parser) skip(before string) {
	rest, ok := bytes.CutPrefix(p.rest, []byte(before))
	p.rest, p.failed = rest, p.failed || !ok
}

// text reads a plain text up to its quote.
func (p *parser) text(before string) string {
	p.skip(before)
	end := bytes.IndexByte(p.rest, '"')
	if p.failed || end < 0 || !plain(string(p.rest[:end])) {
		p.failed = true
		return ""
	}
	s := string(p.rest[:end])
	p.rest = p.rest[end+1:]
	return s
}

// number reads a number that may be missing: 0.
func (p *parser) number(before string) int64 {
	if !bytes.HasPrefix(p.rest, []byte(before)) {
		return 0
	}
	p.skip(before)
	end := bytes.IndexByte(p.rest, ',')
	if end < 0 {
		p.failed = true
		return 0
	}
	n, err := strconv.ParseInt(string(p.rest[:end]), 10, 64)
	p.rest, p.failed = p.rest[end:], p.failed || err != nil || n == 0 || p.rest[0] == '+'
	return n
}

// next takes a byte if it is the one that follows.
func (p *parser) next(c byte) bool {
	if len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}
