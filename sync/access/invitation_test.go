package access

import (
	"context"
	"errors"
	"testing"
	"time"
)

// letters kept by the post: invitations in memory.
type post struct {
	kept map[Hash]*Invitation
	race bool // somebody else answers in between
}

func (p *post) InvitationByHash(_ context.Context, h Hash) (Invitation, error) {
	if i := p.kept[h]; i != nil {
		return *i, nil
	}
	return Invitation{}, ErrUnknown
}

func (p *post) UseInvitation(_ context.Context, id, hash string) (bool, error) {
	for _, i := range p.kept {
		if i.ID == id && !i.Used && !p.race {
			i.Used, i.Account.Password = true, hash
			return true, nil
		}
	}
	return false, nil
}

func TestAnswerInvitation(t *testing.T) {
	open := Invitation{ID: "i1", Account: Account{Agent: "alice", Email: "alice.martin@example.org"}, Owner: Owner{LastName: "Martin"}, Expires: hour(24)}
	tests := []struct {
		name     string
		change   func(*Invitation)
		after    time.Duration
		password string
		want     Code
	}{
		{"in time", nil, 0, goodPassword, ""},
		{"too late", nil, 24 * time.Hour, goodPassword, CodeGone},
		{"used", func(i *Invitation) { i.Used = true }, 0, goodPassword, CodeGone},
		{"an account that has a password", func(i *Invitation) { i.Account.Password = "$argon2id$…" }, 0, goodPassword, CodeGone},
		{"an account closed since", func(i *Invitation) { i.Account.Disabled = true }, 0, goodPassword, CodeGone},
		{"a password too short", nil, 0, "girafe", CodePasswordShort},
		{"a password that is the name", nil, 0, "martin-martin-1984", CodePasswordPersonal},
	}
	hasher, err := NewHasher(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, secret, kept := newClock(), drawn(t, KindInvitation, 1), open
			if tt.change != nil {
				tt.change(&kept)
			}
			before := kept.Account.Password
			v := Welcome{&post{kept: map[Hash]*Invitation{secret.Hash(): &kept}}, hasher, NewFailures(c.now), c.now}
			c.pass(tt.after)
			agent, err := v.Answer(t.Context(), secret.Reveal(), tt.password, desk(1))
			if tt.want == "" {
				if err != nil || agent != "alice" || !kept.Used || hasher.Outdated(kept.Account.Password) {
					t.Errorf("Answer = %q, %v", agent, err)
				}
				if _, err := v.Answer(t.Context(), secret.Reveal(), goodPassword+" encore", desk(1)); codeOf(err) != CodeGone {
					t.Errorf("answered twice: %v", err)
				}
				return
			}
			if codeOf(err) != tt.want || kept.Account.Password != before {
				t.Errorf("Answer = %v, want %s", err, tt.want)
			}
		})
	}
}

func TestAnswerInvitationRaceAndStranger(t *testing.T) {
	hasher, err := NewHasher(1)
	if err != nil {
		t.Fatal(err)
	}
	c, secret := newClock(), drawn(t, KindInvitation, 1)
	kept := Invitation{ID: "i1", Account: Account{Agent: "alice"}, Expires: hour(24)}
	v := Welcome{&post{kept: map[Hash]*Invitation{secret.Hash(): &kept}, race: true}, hasher, NewFailures(c.now), c.now}
	if _, err := v.Answer(t.Context(), secret.Reveal(), goodPassword, desk(1)); codeOf(err) != CodeGone {
		t.Errorf("answered although somebody else was first: %v", err)
	}
	for _, text := range []string{"", "..", drawn(t, KindInvitation, 2).Reveal(), drawn(t, KindDevice, 1).Reveal()} {
		if _, err := v.Answer(t.Context(), text, goodPassword, desk(1)); codeOf(err) != CodeGone {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func codeOf(err error) Code {
	refusal, ok := errors.AsType[*Refusal](err)
	if !ok {
		return ""
	}
	return refusal.Code
}
