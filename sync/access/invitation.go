package access

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"permanence/app/agenda"
)

// Invitation lets an agent choose the first password of an account, once.
type Invitation struct {
	ID      string
	Account Account
	Owner   Owner     // whom the password must not resemble
	Expires time.Time // UTC
	Used    bool
}

// Invitations is where invitations are kept.
type Invitations interface {
	// InvitationByHash finds an invitation with its account, or ErrUnknown.
	InvitationByHash(ctx context.Context, h Hash) (Invitation, error)
	// UseInvitation closes an invitation and gives its account the hash of its
	// first password, in one transaction. It reports false, and changes nothing,
	// when the invitation was used meanwhile or the account has a password.
	UseInvitation(ctx context.Context, id, hash string) (bool, error)
}

// Welcome answers invitations. It never changes a password that exists.
type Welcome struct {
	Invitations Invitations
	Hasher      *Hasher
	Failures    *Gate
	Now         func() time.Time
}

// Answer gives the account of an invitation its first password. text is the
// secret of the invitation. It refuses as a link does when the invitation is
// unknown, expired, used, or its account closed or already open, and as
// CheckPassword does.
func (v Welcome) Answer(ctx context.Context, text, password string, ip netip.Addr) (agenda.AgentID, error) {
	secret, ok := ParseSecret(KindInvitation, text)
	if !ok {
		return "", failed(v.Failures, ip, refuseLink())
	}
	invitation, err := v.Invitations.InvitationByHash(ctx, secret.Hash())
	if err != nil && !errors.Is(err, ErrUnknown) {
		return "", fmt.Errorf("look for an invitation: %w", err)
	}
	if err != nil || !invitation.open(v.Now()) {
		return "", failed(v.Failures, ip, refuseLink())
	}
	if err := CheckPassword(password, invitation.Owner); err != nil {
		return "", err
	}
	hash, err := v.Hasher.Hash(ctx, password)
	if err != nil {
		return "", err
	}
	used, err := v.Invitations.UseInvitation(ctx, invitation.ID, hash)
	if err != nil {
		return "", fmt.Errorf("use invitation %s: %w", invitation.ID, err)
	}
	if !used {
		return "", refuseLink()
	}
	return invitation.Account.Agent, nil
}

// open reports whether the invitation may still be answered at now.
func (i Invitation) open(now time.Time) bool {
	return !i.Used && !i.Account.Disabled && i.Account.Password == "" && now.Before(i.Expires)
}
