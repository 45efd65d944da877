package access

import (
	"context"
	"fmt"

	"github.com/alexedwards/argon2id"
)

// Cost of a password's hash: argon2id with 19 MiB, two passes, one lane (the
// level OWASP recommends that asks for least memory).
func cost() argon2id.Params {
	return argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// Hasher hashes and compares passwords. It works on a bounded number at once,
// so that a flood of logins takes neither the memory nor the processor; it may
// be used by several goroutines.
type Hasher struct {
	turns chan struct{}
	dummy string // the hash of no password, compared for accounts that do not exist
}

// NewHasher makes a hasher of at most parallel hashes at once (1 or more),
// 19 MiB each.
func NewHasher(parallel int) (*Hasher, error) {
	params := cost()
	dummy, err := argon2id.CreateHash("", &params)
	if err != nil {
		return nil, fmt.Errorf("hash a password: %w", err)
	}
	return &Hasher{turns: make(chan struct{}, max(1, parallel)), dummy: dummy}, nil
}

// Hash gives what is kept of a password. It waits for its turn, as long as ctx
// allows. CheckPassword is the caller's to ask first.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	params := cost()
	hash, err := argon2id.CreateHash(canonical(password), &params)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// Matches compares a password with a hash made by Hash. An empty hash takes
// the same time and never matches. It waits for its turn, as long as ctx allows.
func (h *Hasher) Matches(ctx context.Context, password, hash string) (bool, error) {
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	known := hash != ""
	if !known {
		hash = h.dummy
	}
	same, err := argon2id.ComparePasswordAndHash(canonical(password), hash)
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return same && known, nil
}

// Outdated reports whether a hash was made at another cost than today's.
func (h *Hasher) Outdated(hash string) bool {
	params, _, _, err := argon2id.DecodeHash(hash)
	return err != nil || *params != cost()
}

func (h *Hasher) enter(ctx context.Context) error {
	select {
	case h.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}

func (h *Hasher) leave() { <-h.turns }
