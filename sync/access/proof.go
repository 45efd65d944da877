package access

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// The headers of a desktop's session: it proves that it holds its key.
const (
	// ProofHeader carries a nonce, a number used once and the signature, with
	// points between.
	ProofHeader = "Permanence-Proof"
	// NonceHeader gives the nonce to sign next: with a refusal that asks for a
	// proof, and with an answer once the nonce that was shown gets old.
	NonceHeader = "Permanence-Nonce"
	// KeyHeader carries a public key that is to be registered.
	KeyHeader = "Permanence-Key"
	// TokenHeader carries, with an answer, the credential that replaces the one
	// that was shown.
	TokenHeader = "Permanence-Token"
)

// onceSize is how many random bytes tell two requests of one nonce apart.
const onceSize = 4

// Prove signs r, whose Authorization is set and whose body is body, with the
// key of a device, and sets its ProofHeader; "" as nonce when none is known
// yet. random is crypto/rand.Reader.
func Prove(r *http.Request, body []byte, key ed25519.PrivateKey, nonce string, random io.Reader) error {
	raw := make([]byte, onceSize)
	if _, err := io.ReadFull(random, raw); err != nil {
		return fmt.Errorf("prove a key: %w", err)
	}
	once := encode(raw)
	signature := ed25519.Sign(key, statement(r, body, nonce, once))
	r.Header.Set(ProofHeader, nonce+"."+once+"."+encode(signature))
	return nil
}

// ShowKey sets the KeyHeader of r: the device asks that its key be registered.
func ShowKey(r *http.Request, key ed25519.PrivateKey) {
	r.Header.Set(KeyHeader, encode(key.Public().(ed25519.PublicKey)))
}

// ShownKey reads the key that r asks to register, and checks that the sender
// holds it; nil when r shows none. It refuses a proof that is not of that key.
// The nonce is not looked at: what else r proves, a password or a token, is for
// the caller to ask.
func ShownKey(r *http.Request, body []byte) (ed25519.PublicKey, error) {
	text := r.Header.Get(KeyHeader)
	if text == "" {
		return nil, nil
	}
	raw, err := decode(text)
	p, ok := parseProof(r)
	if err != nil || len(raw) != ed25519.PublicKeySize || !ok || !p.by(raw, r, body) {
		return nil, refuseRequest()
	}
	return raw, nil
}

// statement is what a proof signs: this request and no other. The credential
// is part of it, so that a proof serves one token alone.
func statement(r *http.Request, body []byte, nonce, once string) []byte {
	return []byte(strings.Join([]string{
		"permanence-proof-1", r.Method, r.URL.RequestURI(), nonce, once, digest([]byte(r.Header.Get("Authorization"))), digest(body),
	}, "\n"))
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// proof is a ProofHeader that was read.
type proof struct {
	nonce, once string
	signature   []byte
}

func parseProof(r *http.Request) (proof, bool) {
	parts := strings.Split(r.Header.Get(ProofHeader), ".")
	if len(parts) != 3 {
		return proof{}, false
	}
	signature, err := decode(parts[2])
	return proof{parts[0], parts[1], signature}, err == nil && len(signature) == ed25519.SignatureSize
}

// by reports whether the proof is of this key about this request.
func (p proof) by(key ed25519.PublicKey, r *http.Request, body []byte) bool {
	return ed25519.Verify(key, statement(r, body, p.nonce, p.once), p.signature)
}

// wholeBody reads the body of r, bounded by its route, and puts it back.
func wholeBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if _, large := errors.AsType[*http.MaxBytesError](err); err != nil && !large {
		return nil, refuseRequest() // the line was cut
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, err
}

func encode(b []byte) string             { return base64.RawURLEncoding.EncodeToString(b) }
func decode(text string) ([]byte, error) { return base64.RawURLEncoding.Strict().DecodeString(text) }
