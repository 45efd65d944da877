package caldav

import (
	"slices"
	"strconv"
	"strings"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// Mark is how far the history of one territoire has been read.
type Mark struct {
	Territoire agenda.TerritoireID
	Epoch      string // changes when the server is restored from a backup
	Number     int64  // highest number of the calendar's own scope and noun
}

// Token says what a reader of one calendar holds. It is the sync-token and the
// CTag of the calendar. The zero Token is held by a reader who has nothing.
//
// Its words hold letters, digits, '-', '_' and '.' only.
type Token struct {
	Day    civil.Date // the civil day that placed the window
	Level  string     // content level of what was served
	Scopes string     // hash of the reader's scopes
	Marks  []Mark     // in ascending order of Territoire
}

const (
	tokenPrefix = "urn:permanence:1:"
	tokenMax    = 4096 // bytes
)

// String gives the URI that clients send back:
// urn:permanence:1:DAY:LEVEL:SCOPES:TERRITOIRE/EPOCH/NUMBER,…
func (t Token) String() string {
	var b strings.Builder
	b.WriteString(tokenPrefix)
	b.WriteString(t.Day.String())
	b.WriteString(":" + t.Level + ":" + t.Scopes + ":")
	for i, m := range t.Marks {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(m.Territoire) + "/" + m.Epoch + "/" + strconv.FormatInt(m.Number, 10))
	}
	return b.String()
}

// ParseToken reads what String wrote; anything else is ErrInvalidToken.
func ParseToken(s string) (Token, error) {
	rest, ok := strings.CutPrefix(s, tokenPrefix)
	if !ok || len(s) > tokenMax {
		return Token{}, ErrInvalidToken
	}
	parts := strings.Split(rest, ":")
	if len(parts) != 4 || !word(parts[1]) || !word(parts[2]) {
		return Token{}, ErrInvalidToken
	}
	day, err := civil.ParseDate(parts[0])
	if err != nil {
		return Token{}, ErrInvalidToken
	}
	t := Token{Day: day, Level: parts[1], Scopes: parts[2]}
	for _, text := range strings.Split(parts[3], ",") {
		m, ok := parseMark(text)
		if !ok {
			return Token{}, ErrInvalidToken
		}
		t.Marks = append(t.Marks, m)
	}
	return t, nil
}

func parseMark(s string) (Mark, bool) {
	parts := strings.Split(s, "/")
	if len(parts) != 3 || !word(parts[0]) || !word(parts[1]) {
		return Mark{}, false
	}
	n, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil || n < 0 {
		return Mark{}, false
	}
	return Mark{agenda.TerritoireID(parts[0]), parts[1], n}, true
}

// word reports whether s may stand between the separators of a token.
func word(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	}) < 0
}

// IsZero reports whether the reader has nothing yet.
func (t Token) IsZero() bool { return t.Scopes == "" && t.Level == "" && len(t.Marks) == 0 }

// Equal reports whether nothing happened between t and o.
func (t Token) Equal(o Token) bool {
	return t.Day == o.Day && t.Level == o.Level && t.Scopes == o.Scopes && slices.Equal(t.Marks, o.Marks)
}

// leadsTo reports whether a delta may bring a reader from t to now: same
// content level, same rights, same histories, and nothing from the future.
func (t Token) leadsTo(now Token) bool {
	if t.Level != now.Level || t.Scopes != now.Scopes || now.Day < t.Day {
		return false
	}
	return slices.EqualFunc(t.Marks, now.Marks, func(a, b Mark) bool {
		return a.Territoire == b.Territoire && a.Epoch == b.Epoch && a.Number <= b.Number
	})
}
