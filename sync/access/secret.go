package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Kind is what a secret opens. A secret of one kind is never taken for another.
type Kind string

const (
	KindDevice      Kind = "device"       // a desktop's token, rotated
	KindSession     Kind = "session"      // a browser's cookie
	KindAppPassword Kind = "app-password" // typed by hand into a calendar program
	KindFeed        Kind = "feed"         // the address of an iCal feed
	KindLink        Kind = "link"         // the address sent to an usager
	KindInvitation  Kind = "invitation"   // opens an account once
)

// length gives the number of characters of a secret of this kind, five random
// bits each: 140 bits for what is typed by hand, 160 for addresses, 260 for
// what programs keep. 0 for an unknown kind.
func (k Kind) length() int {
	switch k {
	case KindAppPassword:
		return 28
	case KindFeed, KindLink:
		return 32
	case KindDevice, KindSession, KindInvitation:
		return 52
	}
	return 0
}

// letters are those of Crockford's base 32, in lower case: no i, l, o or u, so
// that nothing is misread on paper, and nothing to escape in an address.
const letters = "0123456789abcdefghjkmnpqrstvwxyz"

// Secret is a token in clear, for the moment it is shown or presented. Printed
// or logged it masks itself.
type Secret struct {
	kind Kind
	text string
}

// NewSecret draws a secret from random, which must be crypto/rand.Reader
// outside of tests.
func NewSecret(random io.Reader, kind Kind) (Secret, error) {
	n := kind.length()
	if n == 0 {
		return Secret{}, fmt.Errorf("mint a secret: unknown kind %q", kind)
	}
	raw := make([]byte, (n*5+7)/8)
	if _, err := io.ReadFull(random, raw); err != nil {
		return Secret{}, fmt.Errorf("mint a secret: %w", err)
	}
	text := base32.NewEncoding(letters).WithPadding(base32.NoPadding).EncodeToString(raw)
	return Secret{kind, text[:n]}, nil
}

// ParseSecret reads what somebody presents. Hyphens, spaces and capitals are
// forgiven, and so are the letters that Crockford's alphabet leaves out. It
// says only whether the text has the form of such a secret.
func ParseSecret(kind Kind, text string) (Secret, bool) {
	n := kind.length()
	if n == 0 || len(text) > 4*n {
		return Secret{}, false
	}
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch r {
		case ' ', '-', '\u00a0':
			continue
		case 'o':
			r = '0'
		case 'i', 'l':
			r = '1'
		}
		if !strings.ContainsRune(letters, r) {
			return Secret{}, false
		}
		b.WriteRune(r)
	}
	if b.Len() != n {
		return Secret{}, false
	}
	return Secret{kind, b.String()}, true
}

// Reveal gives the secret in clear, to show or send it once. What is typed by
// hand comes in groups of four.
func (s Secret) Reveal() string {
	if s.kind != KindAppPassword {
		return s.text
	}
	var groups []string
	for rest := s.text; rest != ""; rest = rest[min(4, len(rest)):] {
		groups = append(groups, rest[:min(4, len(rest))])
	}
	return strings.Join(groups, "-")
}

// mask stands for a secret wherever one might be written.
const mask = "•••"

func (s Secret) String() string               { return mask }
func (s Secret) GoString() string             { return mask }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(mask) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(mask), nil }

// Hash is what is kept of a secret. The kind is part of it, so that the hash of
// a link never equals that of a feed. A plain SHA-256 is enough, and cheap:
// the secrets are random, there is no list of likely ones to try.
type Hash [sha256.Size]byte

// Hash gives what is kept of s.
func (s Secret) Hash() Hash {
	return sha256.Sum256([]byte("permanence:" + string(s.kind) + ":" + s.text))
}

// Equal compares in constant time.
func (h Hash) Equal(other Hash) bool { return subtle.ConstantTimeCompare(h[:], other[:]) == 1 }

// IsZero reports whether h is the hash of nothing.
func (h Hash) IsZero() bool { return h == Hash{} }

// String gives the hash in hexadecimal, as the store keeps it.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }
