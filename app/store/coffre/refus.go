package coffre

import "errors"

// Refusals: what keeps a key from being given.
const (
	NewPhrase     = "new_phrase"   // no keyring answers: a passphrase must be chosen
	ShortPhrase   = "short_phrase" // the one chosen has fewer than ShortestPhrase characters
	Phrase        = "phrase"       // it is kept behind a passphrase, and none was given
	BadPhrase     = "bad_phrase"   // the one given is another
	KeyringSilent = "keyring"      // it is in the keyring, which does not answer
	KeyLost       = "key_lost"     // it is nowhere any more
	BadCode       = "bad_code"     // the recovery code is another's
)

// Refus says why a key is not given; its code is for programs.
type Refus struct{ Code string }

// Error gives the code.
func (r *Refus) Error() string { return "key refused: " + r.Code }

func refuse(code string) error { return &Refus{code} }

// RefusOf gives the code of the refusal in err, "" when there is none.
func RefusOf(err error) string {
	r, ok := errors.AsType[*Refus](err)
	if !ok {
		return ""
	}
	return r.Code
}
