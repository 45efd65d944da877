package verbes

import (
	"errors"

	"permanence/app/desktop"
	"permanence/app/store"
)

// dossier reads the profile without opening it; it must exist.
func (s *session) dossier() (desktop.Dossier, error) {
	d, ok, err := desktop.ReadDossier(s.dir)
	if err == nil && !ok {
		err = noProfile()
	}
	return d, err
}

// alone runs f while no other program has the profile open, whether its key is
// here or not.
func (s *session) alone(f func(d desktop.Dossier) error) error {
	d, err := s.dossier()
	if err != nil {
		return err
	}
	unlock, err := store.LockFile(d.Database(), "window", "sync")
	if err != nil {
		return inUse(err, openElsewhere)
	}
	return errors.Join(f(d), unlock())
}

// openElsewhere is said when a profile must be free and is not.
const openElsewhere = "Cet agenda est ouvert par un autre programme de ce poste : fermez-le d’abord."

// codeText tells a recovery code, "" for none.
func codeText(code string) string {
	if code == "" {
		return ""
	}
	return "\nCode de secours, montré cette seule fois ; gardez-le ailleurs que sur cet ordinateur :\n  " + code
}

type rekeyVerb struct{}

type rekeyResult struct {
	RecoveryCode string `json:"recovery_code"`
}

// Run seals the profile under a new key.
func (*rekeyVerb) Run(s *session) error {
	return s.alone(func(d desktop.Dossier) error {
		code, err := d.Rekey(s.ports())
		if err != nil {
			return inUse(err, openElsewhere)
		}
		return s.print(rekeyResult{code}, "Le profil est scellé sous une nouvelle clé ; l’ancien code de secours ne sert plus."+codeText(code))
	})
}

type phraseVerb struct {
	New     bool `name:"new-stdin" xor:"where" required:"" help:"Lit la nouvelle phrase de passe sur l’entrée standard."`
	Keyring bool `xor:"where" required:"" help:"Confie la clé au trousseau de l’ordinateur ; il n’y a plus de phrase."`
}

type keptResult struct {
	Kept string `json:"kept"` // phrase, keyring
}

// Run keeps the key otherwise.
func (v *phraseVerb) Run(s *session) error {
	d, err := s.dossier()
	if err != nil {
		return err
	}
	if v.Keyring {
		if err := d.ChangePhrase(s.ports(), ""); err != nil {
			return err
		}
		return s.print(keptResult{"keyring"}, "La clé du profil est dans le trousseau de l’ordinateur.")
	}
	phrase, err := readSecret(s.in, "aucune phrase de passe sur l’entrée standard")
	if err != nil {
		return err
	}
	if err := d.ChangePhrase(s.ports(), phrase); err != nil {
		return err
	}
	return s.print(keptResult{"phrase"}, "La phrase de passe du profil est changée.")
}

type recoverVerb struct {
	Code bool `name:"code-stdin" required:"" help:"Lit le code de secours sur l’entrée standard. La nouvelle phrase de passe est celle de PERMANENCE_PHRASE ou de --phrase-fd ; sans elle, la clé va au trousseau."`
}

// Run opens the profile by its recovery code, and keeps its key anew.
func (*recoverVerb) Run(s *session) error {
	d, err := s.dossier()
	if err != nil {
		return err
	}
	code, err := readSecret(s.in, "aucun code de secours sur l’entrée standard")
	if err != nil {
		return err
	}
	if err := d.Recover(s.ports(), code); err != nil {
		return err
	}
	kept := "keyring"
	if s.phrase != "" {
		kept = "phrase"
	}
	return s.print(keptResult{kept}, "Le profil s’ouvre de nouveau.")
}
