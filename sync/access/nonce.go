package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"
)

const (
	// nonceLife is how long a nonce may be signed.
	nonceLife = 10 * time.Minute
	// nonceAhead forgives the clocks of several servers of one database.
	nonceAhead = time.Minute
	// nonceMAC is how many bytes of a nonce say that it is ours.
	nonceMAC = 8
)

// Proofs mints what desktops sign, and takes each signature once. A nonce is
// an instant of the server and its seal: nothing is kept of it, every process
// of one database knows it, and a desktop's own clock plays no part. It may be
// used by several goroutines.
type Proofs struct {
	key []byte
	now func() time.Time

	mu         sync.Mutex
	began      time.Time // of young
	young, old map[[16]byte]bool
}

// NewProofs takes a key that only the processes of this server know.
func NewProofs(key []byte, now func() time.Time) *Proofs {
	return &Proofs{key: key, now: now, young: map[[16]byte]bool{}}
}

// Nonce gives one to sign from now on.
func (p *Proofs) Nonce() string {
	return encode(p.seal(binary.BigEndian.AppendUint32(nil, uint32(p.now().Unix()))))
}

// seal adds to an instant what only this server can compute.
func (p *Proofs) seal(at []byte) []byte {
	h := hmac.New(sha256.New, p.key)
	h.Write(at)
	return h.Sum(at)[:len(at)+nonceMAC]
}

// age tells how old a nonce is; false when it is not ours, or too old.
func (p *Proofs) age(nonce string) (time.Duration, bool) {
	raw, err := decode(nonce)
	if err != nil || len(raw) != 4+nonceMAC || !hmac.Equal(raw, p.seal(raw[:4:4])) {
		return 0, false
	}
	age := p.now().Sub(time.Unix(int64(binary.BigEndian.Uint32(raw)), 0))
	return age, age >= -nonceAhead && age < nonceLife
}

// first reports whether a signature is seen for the first time. It is
// remembered for at least as long as its nonce lives, by this process alone:
// what an exchange asks, asked twice, changes nothing.
func (p *Proofs) first(signature []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if age := p.now().Sub(p.began); age < 0 || age >= nonceLife+nonceAhead {
		p.old, p.young, p.began = p.young, map[[16]byte]bool{}, p.now()
	}
	s := [16]byte(signature)
	if p.young[s] || p.old[s] {
		return false
	}
	p.young[s] = true
	return true
}
