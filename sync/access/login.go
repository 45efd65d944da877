package access

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"permanence/app/agenda"
)

// Account lets one agent in, by address and password. An intervenant has none.
type Account struct {
	Agent    agenda.AgentID
	Email    string // as LoginEmail gives it; unique on the server
	Password string // argon2id hash; empty until the invitation is answered
	Disabled bool
}

// Accounts is where accounts are kept.
type Accounts interface {
	// AccountByEmail finds the account of an address in LoginEmail's form, or
	// ErrUnknown.
	AccountByEmail(ctx context.Context, email string) (Account, error)
	// SetPassword replaces the hash kept for an agent, unless it is no longer
	// was: then it changes nothing.
	SetPassword(ctx context.Context, agent agenda.AgentID, was, hash string) error
}

// LoginEmail gives the one form of an address under which an account is kept
// and looked for.
func LoginEmail(email string) string {
	return norm.NFC.String(strings.ToLower(strings.TrimSpace(email)))
}

// emailMax is the longest address that exists.
const emailMax = 254

// Login checks passwords. It answers all failures alike, in the same time, and
// slows down whoever tries many.
type Login struct {
	accounts Accounts
	hasher   *Hasher
	gate     *Gate
}

// NewLogin makes a login with the usual brakes: 8 tries then one each 30 s for
// an account, 40 then one each 2 s for an address of the network (an office
// shares one), 400 then 20 a second for everybody.
func NewLogin(accounts Accounts, hasher *Hasher, now func() time.Time) *Login {
	gate := NewGate(now,
		Rule{Burst: 8, Every: 30 * time.Second, Keys: 20_000},
		Rule{Burst: 40, Every: 2 * time.Second, Keys: 20_000},
		Rule{Burst: 400, Every: 50 * time.Millisecond, Keys: 1},
	)
	return &Login{accounts, hasher, gate}
}

// Check gives the account of an address and its password. It refuses with
// CodeCredentials, whatever is wrong, or CodeThrottled. ip is the client's.
func (l *Login) Check(ctx context.Context, email, password string, ip netip.Addr) (Account, error) {
	email = LoginEmail(email)
	if email == "" || len(email) > emailMax || len(password) > passwordMaxBytes {
		return Account{}, refuseCredentials()
	}
	keys := []string{email, NetworkKey(ip), ""}
	if err := l.gate.Take(keys...); err != nil {
		return Account{}, err
	}
	account, err := l.accounts.AccountByEmail(ctx, email)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return Account{}, fmt.Errorf("look for an account: %w", err)
	}
	same, err := l.hasher.Matches(ctx, password, account.Password)
	if err != nil {
		return Account{}, err
	}
	if !same || account.Disabled {
		return Account{}, refuseCredentials()
	}
	l.gate.Give(keys...)
	return account, l.renew(ctx, account, password)
}

// renew hashes again a password kept at another cost than today's.
func (l *Login) renew(ctx context.Context, account Account, password string) error {
	if !l.hasher.Outdated(account.Password) {
		return nil
	}
	hash, err := l.hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	if err := l.accounts.SetPassword(ctx, account.Agent, account.Password, hash); err != nil {
		return fmt.Errorf("renew the hash of agent %s: %w", account.Agent, err)
	}
	return nil
}
