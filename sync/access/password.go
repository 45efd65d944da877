package access

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bounds of a password.
const (
	passwordMinRunes = 15
	passwordMaxBytes = 512
	// ownMin is how many characters must be left of a password once the known
	// words, dates, sequences and repetitions are taken out.
	ownMin = 8
)

// Owner is whom a password must not resemble. Every field may be empty.
type Owner struct {
	FirstName, LastName, Email, Organisation string
}

// CheckPassword refuses a password too short (15 characters, whatever they
// are), too long (512 bytes), not text, or made mostly of what is tried first:
// common words, keyboard rows, dates, repetitions, its owner's names. No kind
// of character is asked for. The error is a *Refusal in French.
func CheckPassword(password string, owner Owner) error {
	if !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl) {
		return refusePassword(CodePasswordText, "Le mot de passe contient des caractères qui ne peuvent pas être tapés partout.")
	}
	if len(password) > passwordMaxBytes {
		return refusePassword(CodePasswordLong, fmt.Sprintf("Le mot de passe est trop long : %d octets au maximum.", passwordMaxBytes))
	}
	text := canonical(password)
	if n := utf8.RuneCountInString(text); n < passwordMinRunes {
		return refusePassword(CodePasswordShort, fmt.Sprintf("Le mot de passe doit compter au moins %d caractères (ici %d).", passwordMinRunes, n))
	}
	own, taken := residue(plain(text), owner)
	if own+signs(text) >= ownMin {
		return nil
	}
	return refusePassword(taken, passwordAdvice(taken))
}

func passwordAdvice(code Code) string {
	switch code {
	case CodePasswordPersonal:
		return "Ce mot de passe contient surtout votre nom, votre adresse ou celui de votre organisation. Ajoutez des mots sans rapport avec vous."
	case CodePasswordSequence:
		return "Ce mot de passe suit les touches du clavier, l’alphabet ou une date. Ajoutez des mots sans rapport entre eux."
	case CodePasswordRepeated:
		return "Ce mot de passe répète la même chose. Ajoutez des mots différents."
	}
	return "Ce mot de passe est trop courant. Ajoutez des mots sans rapport entre eux."
}

func refusePassword(code Code, message string) *Refusal {
	return refuse(code, http.StatusUnprocessableEntity, message)
}

// canonical gives the one form of a password that is counted and hashed, so
// that an accent typed on one keyboard is the same as on another.
func canonical(password string) string { return norm.NFKC.String(password) }

// plain folds what people change in a word to make it look different: capitals,
// accents, digits and signs in place of letters. Signs and spaces go. A digit
// that stands among digits stays one, so that dates remain dates.
func plain(text string) string {
	var kept []rune
	for _, r := range norm.NFD.String(strings.ToLower(text)) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		kept = append(kept, r)
	}
	var b strings.Builder
	for i, r := range kept {
		if unicode.IsDigit(r) && amongLetters(kept, i) {
			r = disguised(r)
		}
		if r = disguisedSign(r); unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// signs counts the different signs of a text: neither letters nor digits that
// plain keeps, nor spaces.
func signs(text string) int {
	seen := map[rune]bool{}
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsSpace(r) && disguisedSign(r) == r {
			seen[r] = true
		}
	}
	return len(seen)
}

// amongLetters reports whether the digit at i has a letter on both sides.
func amongLetters(text []rune, i int) bool {
	return i > 0 && i < len(text)-1 && unicode.IsLetter(text[i-1]) && unicode.IsLetter(text[i+1])
}

func disguised(r rune) rune {
	switch r {
	case '0':
		return 'o'
	case '1':
		return 'i'
	case '3':
		return 'e'
	case '4':
		return 'a'
	case '5':
		return 's'
	case '7':
		return 't'
	}
	return r
}

func disguisedSign(r rune) rune {
	switch r {
	case '@':
		return 'a'
	case '$':
		return 's'
	}
	return r
}
