package coffre

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"permanence/app/store"
)

// Keyring is the system's, as a profile needs it: small secrets, each under a
// name. A nil one does not answer.
type Keyring interface {
	// Get gives a secret, or ErrNotInKeyring when the keyring answers and holds
	// none of that name.
	Get(name string) (string, error)
	Set(name, secret string) error
	// Delete forgets a secret; none of that name is ErrNotInKeyring.
	Delete(name string) error
}

// ErrNotInKeyring is what a keyring answers about a name it does not know.
var ErrNotInKeyring = errors.New("not in the keyring")

// Gardiens are what may open the key: the keyring of the system, nil when none
// answers, and the passphrase that was given, "" for none.
type Gardiens struct {
	Keyring Keyring
	Phrase  string
}

// Coffre is the profile in a folder, as far as its key goes.
type Coffre struct{ Dir string }

// Database is the file of a profile's database.
func Database(dir string) string { return filepath.Join(dir, "agenda.db") }

// ServerDatabase is the file of the server that a profile carries itself.
func ServerDatabase(dir string) string { return filepath.Join(dir, "serveur", "serveur.db") }

// cleFile tells, in the folder of a profile, how its key is kept. The key is
// never in it, but wrapped.
const cleFile = "cle.json"

const cleSize = 32 // bytes of a key

// garde is how the key of a profile is kept: under Name in the keyring, or
// wrapped by a passphrase; and wrapped by a recovery code in any case.
type garde struct {
	Name    string     `json:"name"`
	Phrase  *enveloppe `json:"phrase,omitempty"` // nil: the keyring has it
	Secours *enveloppe `json:"secours"`
}

// secret is what is kept: the key of a profile, and before it, while its files
// are being sealed anew, the one they had.
type secret []byte

func (s secret) key() []byte { return s[len(s)-cleSize:] }

// former is the key of before, nil when the files are all under the key.
func (s secret) former() []byte {
	if len(s) == cleSize {
		return nil
	}
	return s[:cleSize]
}

func (s secret) valid() bool { return len(s) == cleSize || len(s) == 2*cleSize }

// Cles open the files of a profile.
type Cles struct {
	Poste, Serveur []byte
	// Code recovers the key; it is known only when the key was just made.
	Code string
}

// Files of a profile that are sealed, each under a key of its own.
const (
	clePoste   = "poste"
	cleServeur = "serveur"
)

// derive gives the key of one file.
func derive(key []byte, file string) ([]byte, error) {
	return hkdf.Key(sha256.New, key, nil, "permanence "+file, cleSize)
}

func deriveAll(key []byte) (c Cles, err error) {
	if c.Poste, err = derive(key, clePoste); err != nil {
		return c, err
	}
	c.Serveur, err = derive(key, cleServeur)
	return c, err
}

// Unlock gives the keys of a profile's files, and makes them for a new profile,
// or one from before sealing. It refuses (*Refus): NewPhrase when no keyring
// answers and no passphrase was given, Phrase, BadPhrase, KeyringSilent, KeyLost.
func (d Coffre) Unlock(p Gardiens) (Cles, error) {
	g, ok, err := d.read()
	if err != nil {
		return Cles{}, err
	}
	if !ok {
		return d.firstKey(p)
	}
	s, err := g.open(p)
	if err != nil {
		return Cles{}, err
	}
	if s.former() == nil {
		return deriveAll(s.key())
	}
	return d.finishRekey(p, g, s)
}

// firstKey makes the key of a profile that has none; a profile whose files are
// sealed has lost it.
func (d Coffre) firstKey(p Gardiens) (Cles, error) {
	for _, file := range []string{Database(d.Dir), ServerDatabase(d.Dir)} {
		if sealed, err := store.IsSealed(file); sealed || err != nil {
			return Cles{}, errors.Join(refuse(KeyLost), err)
		}
	}
	key := make([]byte, cleSize)
	rand.Read(key)
	g := garde{Name: "profil-" + hex.EncodeToString(randomBytes(16))}
	code, err := g.wrapCode(key)
	if err != nil {
		return Cles{}, err
	}
	if err := g.keep(p, key); err != nil {
		return Cles{}, err
	}
	made, err := d.writeFirst(g)
	if err != nil {
		return Cles{}, err
	}
	if !made { // another program was first
		return d.Unlock(p)
	}
	c, err := deriveAll(key)
	c.Code = code
	return c, err
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// keep puts the secret behind the passphrase that was given, else in the
// keyring.
func (g *garde) keep(p Gardiens, s secret) (err error) {
	if p.Phrase != "" {
		g.Phrase, err = wrapPhrase(p.Phrase, s)
		return err
	}
	g.Phrase = nil
	if p.Keyring == nil {
		return refuse(NewPhrase)
	}
	if err := p.Keyring.Set(g.Name, hex.EncodeToString(s)); err != nil {
		return refuse(NewPhrase)
	}
	if back, err := p.Keyring.Get(g.Name); err != nil || back != hex.EncodeToString(s) {
		return refuse(NewPhrase) // it forgets what it is told
	}
	return nil
}

// open gives the secret.
func (g garde) open(p Gardiens) (secret, error) {
	if g.Phrase == nil {
		return g.fromKeyring(p.Keyring)
	}
	if p.Phrase == "" {
		return nil, refuse(Phrase)
	}
	return g.Phrase.openPhrase(p.Phrase)
}

func (g garde) fromKeyring(k Keyring) (secret, error) {
	if k == nil {
		return nil, refuse(KeyringSilent)
	}
	text, err := k.Get(g.Name)
	if errors.Is(err, ErrNotInKeyring) {
		return nil, refuse(KeyLost)
	}
	if err != nil {
		return nil, refuse(KeyringSilent)
	}
	s, err := hex.DecodeString(text)
	if err != nil || !secret(s).valid() {
		return nil, refuse(KeyLost)
	}
	return s, nil
}

// readGarde reads how the key is kept; ok is false when nothing tells. What
// cannot be read has lost the key.
func (d Coffre) read() (g garde, ok bool, err error) {
	body, err := os.ReadFile(filepath.Join(d.Dir, cleFile))
	if errors.Is(err, fs.ErrNotExist) {
		return garde{}, false, nil
	}
	if err != nil {
		return garde{}, false, fmt.Errorf("read how the key is kept: %w", err)
	}
	if err := json.Unmarshal(body, &g); err != nil || g.Name == "" || g.Secours == nil {
		return garde{}, false, refuse(KeyLost)
	}
	return g, true, nil
}

// HasKey reports whether the profile has a key.
func (d Coffre) HasKey() bool {
	_, ok, err := d.read()
	return ok && err == nil
}

func (d Coffre) write(g garde) error { return store.WriteJSON(filepath.Join(d.Dir, cleFile), g) }

// writeFirst writes how a new key is kept, unless another program has just done
// so.
func (d Coffre) writeFirst(g garde) (made bool, err error) {
	name := filepath.Join(d.Dir, cleFile+"."+g.Name)
	if err := store.WriteJSON(name, g); err != nil {
		return false, err
	}
	err = os.Link(name, filepath.Join(d.Dir, cleFile))
	if errors.Is(err, fs.ErrExist) {
		return false, os.Remove(name)
	}
	if err != nil { // a disk without links
		return true, os.Rename(name, filepath.Join(d.Dir, cleFile))
	}
	return true, os.Remove(name)
}

// DestroyKey destroys the key of the profile, in the keyring and on the disk:
// nothing opens its files any more, here or elsewhere, but the recovery code
// with a copy made before. Nothing may have the profile open. A keyring that
// does not answer is told in the error; the rest is done all the same.
func (d Coffre) DestroyKey(k Keyring) error {
	g, ok, err := d.read()
	if RefusOf(err) != "" {
		err = nil // it could not be read: it goes all the same
	}
	var errs []error
	if ok && g.Phrase == nil && k != nil {
		if e := k.Delete(g.Name); !errors.Is(e, ErrNotInKeyring) {
			errs = append(errs, e)
		}
	}
	return errors.Join(append(errs, err, store.Scrub(filepath.Join(d.Dir, cleFile)))...)
}

// cleanCode reads a recovery code as it was typed.
func cleanCode(typed string) string {
	return strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(typed))
}
