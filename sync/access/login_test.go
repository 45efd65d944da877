package access

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"permanence/app/agenda"
)

// roll is a store of accounts in memory; what the database keeps of them is
// tested with the database.
type roll struct {
	mu       sync.Mutex
	accounts []Account
	broken   error
}

func (b *roll) AccountByEmail(_ context.Context, email string) (Account, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.accounts, func(a Account) bool { return a.Email == email })
	if b.broken != nil {
		return Account{}, b.broken
	}
	if i < 0 {
		return Account{}, ErrUnknown
	}
	return b.accounts[i], nil
}

func (b *roll) SetPassword(_ context.Context, agent agenda.AgentID, was, hash string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, a := range b.accounts {
		if a.Agent == agent && a.Password == was {
			b.accounts[i].Password = hash
		}
	}
	return nil
}

const goodPassword = "girafe violette sous tabouret"

// office opens a roll with one account for each name, address
// name@example.org, all with goodPassword.
func office(t *testing.T, names ...string) (*roll, *Hasher) {
	t.Helper()
	hasher, err := NewHasher(2)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := hasher.Hash(t.Context(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	b := &roll{}
	for _, n := range names {
		b.accounts = append(b.accounts, Account{Agent: agenda.AgentID(n), Email: n + "@example.org", Password: hash})
	}
	return b, hasher
}

func desk(n byte) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, n}) }

func TestLogin(t *testing.T) {
	b, hasher := office(t, "alice", "partie", "invitee")
	b.accounts[1].Disabled = true
	b.accounts[2].Password = ""
	b.accounts = append(b.accounts, Account{Agent: "zoe", Email: "zoé@example.org", Password: b.accounts[0].Password})
	tests := []struct{ name, email, password, want string }{
		{"right", "alice@example.org", goodPassword, "alice"},
		{"capitals and spaces around the address", "  Alice@Example.org ", goodPassword, "alice"},
		{"an accent in two parts in the address", "zoe\u0301@example.org", goodPassword, "zoe"},
		{"wrong password", "alice@example.org", "girafe violette sous tabourets", ""},
		{"capital in the password", "alice@example.org", "Girafe violette sous tabouret", ""},
		{"only the beginning", "alice@example.org", goodPassword[:20], ""},
		{"empty password", "alice@example.org", "", ""},
		{"unknown address", "personne@example.org", goodPassword, ""},
		{"an address that is a pattern", ".*", goodPassword, ""},
		{"no address", "", goodPassword, ""},
		{"an endless address", strings.Repeat("a", 300) + "@example.org", goodPassword, ""},
		{"an endless password", "alice@example.org", strings.Repeat("a", 1<<20), ""},
		{"account closed", "partie@example.org", goodPassword, ""},
		{"invitation not answered", "invitee@example.org", "", ""},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			login := NewLogin(b, hasher, newClock().now)
			got, err := login.Check(t.Context(), tt.email, tt.password, desk(byte(i)))
			if tt.want != "" {
				if err != nil || got.Agent != agenda.AgentID(tt.want) {
					t.Errorf("Check = %v, %v", got.Agent, err)
				}
				return
			}
			refusal, ok := errors.AsType[*Refusal](err)
			if !ok || refusal.Code != CodeCredentials || refusal.Message != "Adresse ou mot de passe incorrect." {
				t.Errorf("Check = %v", err)
			}
		})
	}
}

// Passwords that differ only far behind are not the same.
func TestLongPasswordsAreReadToTheEnd(t *testing.T) {
	_, hasher := office(t)
	long := strings.Repeat("a", 72)
	hash, err := hasher.Hash(t.Context(), long+"X")
	if err != nil {
		t.Fatal(err)
	}
	if same, err := hasher.Matches(t.Context(), long+"Y", hash); same || err != nil {
		t.Errorf("Matches = %v, %v", same, err)
	}
	if same, err := hasher.Matches(t.Context(), long+"X", hash); !same || err != nil {
		t.Errorf("Matches = %v, %v", same, err)
	}
}

// An accent typed in one or in two parts is one password.
func TestAccentsAreOnePassword(t *testing.T) {
	_, hasher := office(t)
	hash, err := hasher.Hash(t.Context(), "un é de trop ici")
	if err != nil {
		t.Fatal(err)
	}
	if same, err := hasher.Matches(t.Context(), "un e\u0301 de trop ici", hash); !same || err != nil {
		t.Errorf("Matches = %v, %v", same, err)
	}
}

func TestWrongPasswordTenTimes(t *testing.T) {
	b, hasher := office(t, "alice", "bruno")
	c := newClock()
	login := NewLogin(b, hasher, c.now)
	throttled := 0
	for range 10 {
		_, err := login.Check(t.Context(), "alice@example.org", "un autre mot de passe", desk(1))
		if _, held := waits(err); held {
			throttled++
		}
	}
	if throttled != 2 {
		t.Errorf("%d of ten tries were held back, want the last 2", throttled)
	}
	if _, held := waits(second(login.Check(t.Context(), "alice@example.org", goodPassword, desk(2)))); !held {
		t.Error("the account is open again from another address")
	}
	if _, err := login.Check(t.Context(), "bruno@example.org", goodPassword, desk(1)); err != nil {
		t.Errorf("a colleague at the same address is locked out: %v", err)
	}
	c.pass(30 * time.Second)
	if _, err := login.Check(t.Context(), "alice@example.org", goodPassword, desk(1)); err != nil {
		t.Errorf("after half a minute: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestSprayingIsSlowed(t *testing.T) {
	b, hasher := office(t)
	login := NewLogin(b, hasher, newClock().now)
	held := 0
	for i := range 60 {
		_, err := login.Check(t.Context(), string(rune('a'+i%26))+strings.Repeat("x", i)+"@example.org", "motdepasse12345", desk(7))
		if _, h := waits(err); h {
			held++
		}
	}
	if held != 20 {
		t.Errorf("%d of 60 accounts tried from one address were held back, want 20", held)
	}
}

// The least of several measures is compared, since a busy machine only adds.
func TestUnknownAccountTakesAsLong(t *testing.T) {
	b, hasher := office(t, "alice")
	known, unknown := time.Hour, time.Hour
	for range 20 {
		login := NewLogin(b, hasher, newClock().now)
		try := func(email string) time.Duration {
			return took(func() {
				if _, err := login.Check(t.Context(), email, "un autre mot de passe", desk(1)); codeOf(err) != CodeCredentials {
					t.Fatal(err)
				}
			})
		}
		known = min(known, try("alice@example.org"))
		unknown = min(unknown, try("absente@example.org"))
		if unknown > known*3/4 && known > unknown*3/4 {
			return
		}
	}
	t.Errorf("known %v, unknown %v: the account's existence can be timed", known, unknown)
}

func took(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

func TestLoginFailureIsNotARefusal(t *testing.T) {
	b, hasher := office(t, "alice")
	b.broken = errors.New("disk on fire")
	_, err := NewLogin(b, hasher, newClock().now).Check(t.Context(), "alice@example.org", goodPassword, desk(1))
	if _, refused := errors.AsType[*Refusal](err); refused || !errors.Is(err, b.broken) {
		t.Errorf("Check = %v", err)
	}
}

func TestOldHashIsRenewed(t *testing.T) {
	b, hasher := office(t, "alice")
	weak := weakHash(t, goodPassword)
	b.accounts[0].Password = weak
	login := NewLogin(b, hasher, newClock().now)
	if _, err := login.Check(t.Context(), "alice@example.org", "un autre mot de passe", desk(1)); err == nil || b.accounts[0].Password != weak {
		t.Error("renewed by a wrong password")
	}
	for range 2 {
		if _, err := login.Check(t.Context(), "alice@example.org", goodPassword, desk(1)); err != nil {
			t.Fatal(err)
		}
		if b.accounts[0].Password == weak || hasher.Outdated(b.accounts[0].Password) {
			t.Error("the hash was not renewed")
		}
	}
}

func TestHasherIsBounded(t *testing.T) {
	hasher, err := NewHasher(1)
	if err != nil {
		t.Fatal(err)
	}
	hasher.turns <- struct{}{} // somebody is at it
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := hasher.Hash(ctx, goodPassword); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Hash did not wait for its turn: %v", err)
	}
	if _, err := hasher.Matches(ctx, goodPassword, ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Matches did not wait for its turn: %v", err)
	}
	<-hasher.turns
	if _, err := hasher.Hash(t.Context(), goodPassword); err != nil {
		t.Errorf("its turn never came: %v", err)
	}
}

func weakHash(t *testing.T, password string) string {
	t.Helper()
	hash, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 8192, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	return hash
}
