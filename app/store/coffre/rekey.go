package coffre

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"

	"permanence/app/store"
)

// Rekey seals the profile under a new key and gives a new recovery code; the
// former key and code open nothing any more. Nothing may have the profile open.
// Cut short, it is finished by the next opening.
func (d Coffre) Rekey(p Gardiens) (code string, err error) {
	g, s, err := d.open(p)
	if err != nil {
		return "", err
	}
	if s.former() != nil {
		if _, err := d.finishRekey(p, g, s); err != nil {
			return "", err
		}
	}
	next := make(secret, 2*cleSize)
	copy(next, s.key())
	rand.Read(next[cleSize:])
	if code, err = g.wrapCode(next); err != nil {
		return "", err
	}
	// Both keys are kept before any file changes, and the code opens both.
	if err := errors.Join(g.keep(sameWay(p, g), next), d.write(g)); err != nil {
		return "", err
	}
	_, err = d.finishRekey(p, g, next)
	return code, err
}

// sameWay keeps a key where it was: a phrase that was given for nothing does
// not take it out of the keyring.
func sameWay(p Gardiens, g garde) Gardiens {
	if g.Phrase == nil {
		p.Phrase = ""
	}
	return p
}

// finishRekey seals what is still under the former key, then forgets that key.
// What another program has open stays under it until the next time.
func (d Coffre) finishRekey(p Gardiens, g garde, s secret) (Cles, error) {
	before, err := deriveAll(s.former())
	if err != nil {
		return Cles{}, err
	}
	after, err := deriveAll(s.key())
	if err != nil {
		return Cles{}, err
	}
	now := after
	waits := false
	for _, f := range []struct {
		path     string
		from, to []byte
		now      *[]byte
	}{
		{Database(d.Dir), before.Poste, after.Poste, &now.Poste},
		{ServerDatabase(d.Dir), before.Serveur, after.Serveur, &now.Serveur},
	} {
		err := store.Rekey(f.path, f.from, f.to)
		if e := store.ErrorOf(err); e != nil && e.Code == store.CodeInUse {
			*f.now, waits = f.from, true
			continue
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Cles{}, fmt.Errorf("seal a profile anew: %w", err)
		}
	}
	if waits {
		return now, nil
	}
	return now, errors.Join(g.keep(sameWay(p, g), s.key()), d.write(g))
}

// openGarde gives how the key is kept, and the key. Refusals: those of Unlock.
func (d Coffre) open(p Gardiens) (garde, secret, error) {
	g, ok, err := d.read()
	if err != nil {
		return g, nil, err
	}
	if !ok {
		return g, nil, refuse(KeyLost)
	}
	s, err := g.open(p)
	return g, s, err
}

// ChangePhrase keeps the key behind another passphrase, or in the keyring when
// phrase is "". The files and the recovery code stay as they are. Refusals:
// those of Unlock, ShortPhrase.
func (d Coffre) ChangePhrase(p Gardiens, phrase string) error {
	g, s, err := d.open(p)
	if err != nil {
		return err
	}
	return d.rewrap(p, g, s, phrase)
}

// Recover opens the profile by its recovery code, and keeps its key behind the
// passphrase of p, else in the keyring. Refusals: KeyLost, BadCode,
// NewPhrase, ShortPhrase.
func (d Coffre) Recover(p Gardiens, code string) error {
	g, ok, err := d.read()
	if err != nil {
		return err
	}
	if !ok {
		return refuse(KeyLost)
	}
	s, err := g.Secours.openCode(code)
	if err != nil {
		return err
	}
	return d.rewrap(p, g, s, p.Phrase)
}

// rewrap keeps the same secret otherwise, and takes it out of where it was.
func (d Coffre) rewrap(p Gardiens, g garde, s secret, phrase string) error {
	inKeyring := g.Phrase == nil
	p.Phrase = phrase
	if err := g.keep(p, s); err != nil {
		return err
	}
	if err := d.write(g); err != nil {
		return err
	}
	if inKeyring && g.Phrase != nil && p.Keyring != nil {
		if err := p.Keyring.Delete(g.Name); err != nil && !errors.Is(err, ErrNotInKeyring) {
			return refuse(KeyringSilent)
		}
	}
	return nil
}
