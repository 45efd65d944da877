package desktop

import (
	"errors"

	"permanence/app/store/coffre"
)

// Keyring is the system's, where the keys of the profiles are; nil when none
// answers.
type Keyring = coffre.Keyring

// ErrNotInKeyring is what a keyring answers about a name it does not know.
var ErrNotInKeyring = coffre.ErrNotInKeyring

func (d Dossier) coffre() coffre.Coffre { return coffre.Coffre{Dir: d.Dir} }

func (p Ports) gardiens() coffre.Gardiens {
	return coffre.Gardiens{Keyring: p.Keyring, Phrase: p.Phrase}
}

// Rekey seals the profile under a new key and gives a new recovery code; the
// former key and code open nothing any more. Nothing may have the profile open.
// Cut short, it is finished by the next opening.
func (d Dossier) Rekey(p Ports) (code string, err error) { return d.coffre().Rekey(p.gardiens()) }

// ChangePhrase keeps the key behind another passphrase, or in the keyring when
// phrase is "". The files and the recovery code stay as they are.
func (d Dossier) ChangePhrase(p Ports, phrase string) error {
	return d.coffre().ChangePhrase(p.gardiens(), phrase)
}

// Recover opens the profile by its recovery code, and keeps its key behind the
// passphrase of p, else in the keyring.
func (d Dossier) Recover(p Ports, code string) error { return d.coffre().Recover(p.gardiens(), code) }

// DestroyKey destroys the key of the profile, in the keyring and on the disk:
// nothing opens its files any more. Nothing may have the profile open. A
// keyring that does not answer is told in the error; the rest is done all the
// same.
func (d Dossier) DestroyKey(k Keyring) error { return d.coffre().DestroyKey(k) }

// Wipe erases the profile from this computer: its key first, then its folder.
// Nothing may have it open.
func (d Dossier) Wipe(k Keyring) error { return errors.Join(d.DestroyKey(k), d.Erase()) }

// keyErreur says a refusal of the key in the page's terms, nil when err is of
// another sort.
func keyErreur(err error) *Erreur {
	switch code := coffre.RefusOf(err); code {
	case "":
		return nil
	case coffre.ShortPhrase:
		return invalidField("phrase", shortPhrase)
	default:
		return Refuser(code)
	}
}

const shortPhrase = "La phrase de passe est trop courte : huit caractères au moins, plusieurs mots de préférence."
