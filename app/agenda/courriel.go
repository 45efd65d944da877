package agenda

import (
	"errors"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// ErrCourriel says that a text is not an email address. What was typed is not
// in the error: it may be logged.
var ErrCourriel = errors.New("adresse électronique non valable")

// CourrielError is an ErrCourriel that may know better.
type CourrielError struct {
	// Proposal is what the author probably meant, "" when nobody can tell. It
	// is for them to accept, never to be applied.
	Proposal string
}

func (e *CourrielError) Error() string { return ErrCourriel.Error() }

// Unwrap makes it an ErrCourriel.
func (e *CourrielError) Unwrap() error { return ErrCourriel }

// The bounds of RFC 5321, in bytes.
const (
	longestCourriel = 254
	longestLocal    = 64
	longestDomain   = 253
	longestLabel    = 63
)

// ParseCourriel returns an address as it is stored: without the spaces around
// it, in small letters, its domain as the mail protocols spell it
// ("xn--mairie-vry-h7a.fr"). It refuses (*CourrielError, with a proposal where
// there is one) anything that cannot be mailed to by an ordinary relay: line
// ends and other control characters, letters with accents before the @, quoted
// parts, addresses without a domain name.
func ParseCourriel(typed string) (string, error) {
	if len(typed) > 4*longestCourriel || strings.ContainsFunc(typed, unicode.IsControl) {
		return "", &CourrielError{}
	}
	address := strings.ToLower(strings.TrimSpace(typed))
	if stored, ok := asStored(address); ok {
		return stored, nil
	}
	proposal, _ := asStored(mend(address))
	return "", &CourrielError{Proposal: proposal}
}

// CheckCourriel refuses what ParseCourriel would refuse or change.
func CheckCourriel(stored string) error {
	parsed, err := ParseCourriel(stored)
	if err != nil {
		return err
	}
	if parsed != stored {
		return &CourrielError{Proposal: parsed}
	}
	return nil
}

// ShowCourriel returns a stored address as people read it, with the letters of
// its domain.
func ShowCourriel(stored string) string {
	local, domain, _ := strings.Cut(stored, "@")
	if !strings.Contains(domain, "xn--") {
		return stored
	}
	shown, err := idna.Lookup.ToUnicode(domain)
	if err != nil {
		return stored
	}
	return local + "@" + shown
}

// asStored returns the stored form of an address already in small letters.
func asStored(address string) (string, bool) {
	local, domain, found := strings.Cut(address, "@")
	if !found || !validLocal(local) {
		return "", false
	}
	if strings.ContainsFunc(domain, func(r rune) bool { return r > unicode.MaxASCII }) {
		ascii, err := idna.Lookup.ToASCII(domain)
		if err != nil {
			return "", false
		}
		domain = ascii
	}
	stored := local + "@" + domain
	if !validDomain(domain) || len(stored) > longestCourriel {
		return "", false
	}
	return stored, true
}

// validLocal accepts an RFC 5322 dot-atom.
func validLocal(local string) bool {
	const marks = "!#$%&'*+/=?^_`{|}~-"
	if len(local) > longestLocal {
		return false
	}
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" || !within(atom, smallLettersAndDigits+marks) {
			return false
		}
	}
	return true
}

const smallLettersAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789"

func within(s, allowed string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(allowed, r) })
}

// validDomain accepts two labels or more, the last one not a number.
func validDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 || len(domain) > longestDomain {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > longestLabel || !within(label, smallLettersAndDigits+"-") {
			return false
		}
		if strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
	}
	top := labels[len(labels)-1]
	return len(top) >= 2 && (strings.HasPrefix(top, "xn--") || within(top, smallLettersAndDigits[:26]))
}

// mend undoes the usual slips of the fingers and of pasting.
func mend(address string) string {
	address = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, address)
	address = strings.TrimPrefix(address, "mailto:")
	address = strings.Trim(address, "<>.,;")
	address = strings.ReplaceAll(address, ",", ".")
	for strings.Contains(address, "..") {
		address = strings.ReplaceAll(address, "..", ".")
	}
	return strings.NewReplacer(".@", "@", "@.", "@").Replace(address)
}
