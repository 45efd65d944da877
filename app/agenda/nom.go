package agenda

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ErrNom says that a text cannot be a person's name. What was typed is not in
// the error: it may be logged.
var ErrNom = errors.New("nom non valable")

// longestNom bounds a first, last or birth name, in characters.
const longestNom = 100

// ParseNom returns a name as it will be shown: what was typed, without the
// spaces around it, in Unicode's composed form. It refuses (ErrNom) an empty
// name or one without any letter or digit, control characters (line ends
// included), the invisible characters that reorder a line, and more than 100
// characters.
func ParseNom(typed string) (string, error) {
	if !utf8.ValidString(typed) || strings.ContainsFunc(typed, forbiddenInNom) {
		return "", fmt.Errorf("%w : ce champ contient des caractères interdits", ErrNom)
	}
	name := strings.TrimSpace(norm.NFC.String(typed))
	if utf8.RuneCountInString(name) > longestNom {
		return "", fmt.Errorf("%w : %d caractères au maximum", ErrNom, longestNom)
	}
	if Fold(name) == "" {
		return "", fmt.Errorf("%w : il manque", ErrNom)
	}
	return name, nil
}

// CheckNom refuses (ErrNom) what ParseNom refuses.
func CheckNom(name string) error {
	_, err := ParseNom(name)
	return err
}

func forbiddenInNom(r rune) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = '\u200c', '\u200d' // part of how some scripts are written
	if r == zeroWidthNonJoiner || r == zeroWidthJoiner {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp)
}

// Fold gives the form under which names are compared and searched, never
// shown: small letters without accents, œ as oe, and one space for whatever
// stands between words. "Élodie  LEFÈVRE" and "elodie lefevre" fold alike, as
// do "Jean-Pierre" and "jean pierre".
func Fold(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKD.String(s) {
		if unicode.In(r, unicode.Mn, unicode.Cf) {
			continue // an accent, or something invisible
		}
		letters := foldLetter(unicode.ToLower(r))
		if letters == "" {
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteString(letters)
	}
	return b.String()
}

// foldLetter spells a small letter that Unicode does not take apart; "" when r
// is no letter, mark or digit.
func foldLetter(r rune) string {
	switch r {
	case 'œ':
		return "oe"
	case 'æ':
		return "ae"
	case 'ß':
		return "ss"
	case 'ø':
		return "o"
	case 'ð', 'đ':
		return "d"
	case 'þ':
		return "th"
	case 'ł':
		return "l"
	case 'ħ':
		return "h"
	case 'ı':
		return "i"
	case 'ς':
		return "σ"
	}
	if unicode.In(r, unicode.L, unicode.N, unicode.Mc) {
		return string(r)
	}
	return ""
}

// SameFirstLetters reports whether typed begins like name: three letters,
// folded, or as many as the name has; or its three first characters where an
// apostrophe is one of them. It is how an usager shows that a link is theirs:
// "le" agrees with "Lê", "one" and "o'n" with "O'Neil".
func SameFirstLetters(name, typed string) bool {
	given := firstLetters(typed)
	if want := firstLetters(name); want != "" && given == want {
		return true
	}
	short := firstLetters(firstRunes(strings.TrimSpace(name)))
	return len(short) > 1 && given == short
}

const enoughLetters = 3

func firstLetters(s string) string { return firstRunes(strings.ReplaceAll(Fold(s), " ", "")) }

func firstRunes(s string) string {
	runes := []rune(s)
	return string(runes[:min(enoughLetters, len(runes))])
}
