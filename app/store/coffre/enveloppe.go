package coffre

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// enveloppe is a secret wrapped under a key that is worked out from what a
// person keeps.
type enveloppe struct {
	// Time, Memory (KiB) and Threads are those of argon2id; all 0 when what the
	// person keeps is long and random already.
	Time    uint32 `json:"time,omitempty"`
	Memory  uint32 `json:"memory_kib,omitempty"`
	Threads uint8  `json:"threads,omitempty"`
	Salt    []byte `json:"salt"`
	Sealed  []byte `json:"sealed"` // AES-256-GCM, its nonce first
}

// What argon2id costs: about a third of a second.
const (
	phraseTime    = 3
	phraseMemory  = 64 << 10
	phraseThreads = 2
)

// Bounds of what a file may ask for, so that one written by somebody else does
// not freeze the computer.
const (
	mostTime   = 20
	mostMemory = 1 << 20
)

// ShortestPhrase is in characters.
const ShortestPhrase = 8

// wrapPhrase wraps a secret under a passphrase. Refusal: ShortPhrase.
func wrapPhrase(phrase string, s secret) (*enveloppe, error) {
	if utf8.RuneCountInString(phrase) < ShortestPhrase {
		return nil, refuse(ShortPhrase)
	}
	e := &enveloppe{Time: phraseTime, Memory: phraseMemory, Threads: phraseThreads, Salt: randomBytes(16)}
	return e, e.wrap(e.fromPhrase(phrase), s)
}

func (e *enveloppe) fromPhrase(phrase string) []byte {
	return argon2.IDKey([]byte(phrase), e.Salt, e.Time, e.Memory, e.Threads, cleSize)
}

func (e *enveloppe) openPhrase(phrase string) (secret, error) {
	if e.Time < 1 || e.Time > mostTime || e.Memory < 8 || e.Memory > mostMemory || e.Threads < 1 {
		return nil, refuse(KeyLost)
	}
	s, err := e.unwrap(e.fromPhrase(phrase))
	if err != nil {
		return nil, refuse(BadPhrase)
	}
	return s, nil
}

// codeBytes is the length of a recovery code before it is written.
const codeBytes = 20

// codeAlphabet has no letter that a hand writes like a figure.
func codeAlphabet() *base32.Encoding {
	return base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)
}

// wrapCode wraps a secret under a new recovery code, and gives the code in
// groups of four.
func (g *garde) wrapCode(s secret) (string, error) {
	code := codeAlphabet().EncodeToString(randomBytes(codeBytes))
	e := &enveloppe{Salt: randomBytes(16)}
	key, err := e.fromCode(code)
	if err != nil {
		return "", err
	}
	if err := e.wrap(key, s); err != nil {
		return "", err
	}
	g.Secours = e
	var groups []string
	for i := 0; i < len(code); i += 4 {
		groups = append(groups, code[i:i+4])
	}
	return strings.Join(groups, "-"), nil
}

func (e *enveloppe) fromCode(code string) ([]byte, error) {
	return hkdf.Key(sha256.New, []byte(code), e.Salt, "permanence secours", cleSize)
}

// openCode gives the secret back for a recovery code. Refusal: BadCode.
func (e *enveloppe) openCode(typed string) (secret, error) {
	key, err := e.fromCode(cleanCode(typed))
	if err != nil {
		return nil, err
	}
	s, err := e.unwrap(key)
	if err != nil {
		return nil, refuse(BadCode)
	}
	return s, nil
}

func (e *enveloppe) wrap(key []byte, s secret) error {
	box, err := boxOf(key)
	if err != nil {
		return err
	}
	e.Sealed = box.Seal(nil, nil, s, nil)
	return nil
}

func (e *enveloppe) unwrap(key []byte) (secret, error) {
	box, err := boxOf(key)
	if err != nil {
		return nil, err
	}
	s, err := box.Open(nil, nil, e.Sealed, nil)
	if err != nil {
		return nil, err
	}
	if !secret(s).valid() {
		return nil, errors.New("not a key")
	}
	return s, nil
}

func boxOf(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
