package mailer

import (
	"errors"
	"strings"

	"permanence/app/agenda"
)

// ErrAddress says that an address cannot be written to.
var ErrAddress = errors.New("adresse électronique non valable")

// Address gives the one form in which an address is written to, compared and
// kept: bare, ASCII, in small letters, its domain in xn-- form. It refuses
// (ErrAddress) what agenda refuses, control characters first of all.
func Address(typed string) (string, error) {
	a, err := agenda.ParseCourriel(typed)
	if err != nil {
		return "", ErrAddress
	}
	return a, nil
}

// domainOf gives what follows the @ of an address.
func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// hasControl reports a C0 or C1 control character, DEL, a line or paragraph
// separator, or a byte that is not UTF-8.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r < 0x20 || 0x7f <= r && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\uFFFD'
	})
}
