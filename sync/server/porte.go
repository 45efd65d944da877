package server

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
)

// door answers what access asks about who may enter, from the database.
type door struct{ db *store.DB }

// find runs a look-up; what is not there is access.ErrUnknown.
func find[T any](ctx context.Context, db *store.DB, f func(v *store.View) (T, error)) (T, error) {
	var found T
	err := db.Read(ctx, func(v *store.View) error {
		var err error
		found, err = f(v)
		return err
	})
	if errors.Is(err, store.ErrUnknown) {
		return found, access.ErrUnknown
	}
	return found, err
}

func (d door) AgentRoles(ctx context.Context, a agenda.AgentID) ([]agenda.Role, error) {
	return find(ctx, d.db, func(v *store.View) ([]agenda.Role, error) {
		agent, ans := agenda.Get[*agenda.Agent](v, agenda.NounAgent, string(a))
		if ans != agenda.Yes || agent.Archived {
			return nil, v.Err()
		}
		var roles []agenda.Role
		for _, r := range v.Roles(agenda.RoleQuery{Agent: a}) {
			roles = append(roles, *r)
		}
		return roles, v.Err()
	})
}

func (d door) AccountByEmail(ctx context.Context, email string) (access.Account, error) {
	return find(ctx, d.db, func(v *store.View) (access.Account, error) {
		a, err := v.AccountByEmail(email)
		return access.Account{Agent: a.Agent, Email: a.Email, Password: a.PasswordHash, Disabled: a.Disabled}, err
	})
}

func (d door) SetPassword(ctx context.Context, a agenda.AgentID, was, hash string) error {
	return d.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		_, err := tx.SetPassword(a, was, hash)
		return err
	})
}

func (d door) DeviceByID(ctx context.Context, id string) (access.Device, error) {
	return find(ctx, d.db, func(v *store.View) (access.Device, error) { return deviceOf(v, id) })
}

func deviceOf(v *store.View, id string) (access.Device, error) {
	kept, err := v.Device(id)
	if err != nil {
		return access.Device{}, err
	}
	out := access.Device{ID: kept.ID, Agent: kept.Agent, Name: kept.Name, Key: kept.PublicKey, Wipe: !kept.WipeAt.IsZero(), Told: !kept.ToldAt.IsZero()}
	if err := json.Unmarshal(kept.Tokens, &out.Tokens); err != nil {
		return out, fmt.Errorf("read the tokens of device %s: %w", id, err)
	}
	if !kept.RevokedAt.IsZero() { // turned away by a person: no login brings it back
		out.Tokens.Revoked, out.Tokens.Betrayed = kept.RevokedAt, false
	}
	return out, nil
}

func (d door) AddDevice(ctx context.Context, a access.Device) error {
	tokens, err := json.Marshal(a.Tokens)
	if err != nil {
		return err
	}
	return d.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		return tx.AddDevice(store.Device{ID: a.ID, Agent: a.Agent, Name: a.Name, PublicKey: a.Key, Tokens: tokens, EnrolledAt: a.Tokens.Since, SeenAt: a.Tokens.Since})
	})
}

func (d door) KeepTokens(ctx context.Context, id string, was, is access.DeviceTokens) (bool, error) {
	kept := false
	err := d.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		now, err := deviceOf(&tx.View, id)
		if err != nil || !now.Tokens.Same(was) {
			return err
		}
		body, err := json.Marshal(is)
		if err != nil {
			return err
		}
		kept = true
		return tx.SetTokens(id, body)
	})
	return kept && err == nil, err
}

func (d door) KeepKey(ctx context.Context, id string, key ed25519.PublicKey) (bool, error) {
	kept := false
	err := d.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		known, err := tx.Device(id)
		if err != nil || known.PublicKey != nil {
			kept = bytes.Equal(known.PublicKey, key)
			return err
		}
		kept, err = tx.SetPublicKey(id, key)
		return err
	})
	return kept && err == nil, err
}

func (d door) ToldDevice(ctx context.Context, id string, at time.Time) error {
	return d.db.WriteServer(ctx, func(tx *store.ServerTx) error { return tx.ToldDevice(id, at.UTC()) })
}

// Epoch names the history of the data by that of the first territoire: a
// restore changes them all, and a new territoire comes after.
func (d door) Epoch(ctx context.Context) (string, error) {
	return find(ctx, d.db, func(v *store.View) (string, error) {
		heads, err := v.Heads()
		if err != nil || len(heads) == 0 {
			return "", err
		}
		return heads[0].Epoch, nil
	})
}

func (d door) AppPasswordByHash(ctx context.Context, h access.Hash) (access.AppPassword, error) {
	return find(ctx, d.db, func(v *store.View) (access.AppPassword, error) {
		s, err := v.SecretByHash(string(access.KindAppPassword), h.String())
		if err != nil {
			return access.AppPassword{}, err
		}
		account, err := v.Account(s.Agent)
		if err != nil {
			return access.AppPassword{}, err
		}
		return access.AppPassword{ID: s.ID, Agent: s.Agent, Email: account.Email, Content: access.Content(s.Level), Revoked: !s.RevokedAt.IsZero()}, nil
	})
}

func (d door) FeedByHash(ctx context.Context, h access.Hash) (access.Feed, error) {
	return find(ctx, d.db, func(v *store.View) (access.Feed, error) {
		s, err := v.SecretByHash(string(access.KindFeed), h.String())
		return access.Feed{ID: s.ID, Agent: s.Agent, Content: access.Content(s.Level), Revoked: !s.RevokedAt.IsZero()}, err
	})
}

// linkLife is how long after the end of its Rdv a link still shows it.
const linkLife = 7 * 24 * time.Hour

// LinkByHash finds a link; it lives as long as its Rdv does, wherever that
// moves, so that the first mail of three still opens.
func (d door) LinkByHash(ctx context.Context, h access.Hash) (access.Link, error) {
	return find(ctx, d.db, func(v *store.View) (access.Link, error) {
		s, err := v.SecretByHash(string(access.KindLink), h.String())
		if err != nil {
			return access.Link{}, err
		}
		r, ans := agenda.Get[*agenda.Rdv](v, agenda.NounRdv, string(s.Rdv))
		if ans != agenda.Yes || len(agenda.AnsweredFor(v, r, s.Usager)) == 0 {
			return access.Link{}, store.ErrUnknown
		}
		return access.Link{ID: s.ID, Usager: s.Usager, Rdv: s.Rdv, Expires: r.End.Add(linkLife), Revoked: !s.RevokedAt.IsZero()}, nil
	})
}

func (d door) InvitationByHash(ctx context.Context, h access.Hash) (access.Invitation, error) {
	return find(ctx, d.db, func(v *store.View) (access.Invitation, error) {
		s, err := v.SecretByHash(string(access.KindInvitation), h.String())
		if err != nil {
			return access.Invitation{}, err
		}
		a, err := v.Account(s.Agent)
		if err != nil {
			return access.Invitation{}, err
		}
		agent, ans := agenda.Get[*agenda.Agent](v, agenda.NounAgent, string(s.Agent))
		if ans != agenda.Yes {
			return access.Invitation{}, store.ErrUnknown
		}
		return access.Invitation{
			ID: s.ID, Expires: s.ExpiresAt, Used: !s.UsedAt.IsZero(),
			Account: access.Account{Agent: a.Agent, Email: a.Email, Password: a.PasswordHash, Disabled: a.Disabled},
			Owner:   access.Owner{FirstName: agent.FirstName, LastName: agent.LastName, Email: a.Email},
		}, nil
	})
}

func (d door) UseInvitation(ctx context.Context, id, hash string) (bool, error) {
	used := false
	err := d.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		s, err := tx.Secret(id)
		if err != nil || !s.UsedAt.IsZero() {
			return err
		}
		if used, err = tx.SetPassword(s.Agent, "", hash); err != nil || !used {
			return err
		}
		return tx.RemoveSecret(id)
	})
	return used && err == nil, err
}

// links gives usagers the address of their page. The secret is derived from
// the server's own, so that asking again gives the same and nothing in clear
// is kept.
type links struct {
	db  *store.DB
	url func() string
	now func() time.Time
	id  func() string
}

func (l links) Link(ctx context.Context, r agenda.RdvID, u agenda.UsagerID) (string, error) {
	var secret access.Secret
	err := l.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		var err error
		if secret, err = linkSecret(&tx.View, r, u); err != nil {
			return err
		}
		return tx.AddSecret(store.Secret{Hash: secret.Hash().String(), ID: l.id(), Kind: string(access.KindLink), Rdv: r, Usager: u, CreatedAt: l.now().UTC()})
	})
	if err != nil {
		return "", fmt.Errorf("make the link of rdv %s: %w", r, err)
	}
	return l.url() + "/rdv/" + secret.Reveal(), nil
}

// linkSecret draws the secret of a link from the key of this server.
func linkSecret(v *store.View, r agenda.RdvID, u agenda.UsagerID) (access.Secret, error) {
	return access.NewSecret(&stream{key: v.Key("link"), label: string(r) + " " + string(u)}, access.KindLink)
}

// stream is an endless row of bytes that only who has the key can tell from chance.
type stream struct {
	key   []byte
	label string
	block byte
	left  []byte
}

func (s *stream) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(s.left) == 0 {
			h := hmac.New(sha256.New, s.key)
			io.WriteString(h, s.label) // a hash never fails to write
			h.Write([]byte{s.block})
			s.block++
			s.left = h.Sum(nil)
		}
		c := copy(p[n:], s.left)
		n, s.left = n+c, s.left[c:]
	}
	return n, nil
}
