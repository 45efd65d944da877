package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"time"

	"permanence/app/agenda"
)

// Secret is what opens a door without a password, kept as a hash: an app
// password, a feed, a link, an invitation, a session. What it does not concern
// is empty.
type Secret struct {
	Hash      string
	ID        string
	Kind      string
	Agent     agenda.AgentID
	Usager    agenda.UsagerID
	Rdv       agenda.RdvID
	Label     string
	Level     string // of content
	CreatedAt time.Time
	UsedAt    time.Time // zero: never
	ExpiresAt time.Time // zero: never
	RevokedAt time.Time // zero: it still opens
}

const secretColumns = "SELECT hash, id, kind, agent, usager, rdv, label, level, created_at, used_at, expires_at, revoked_at FROM secrets"

func scanSecret(rows *sql.Rows) (Secret, error) {
	var s Secret
	var agent, usager, rdv sql.NullString
	var created, used, expires, revoked instant
	err := rows.Scan(&s.Hash, &s.ID, &s.Kind, &agent, &usager, &rdv, &s.Label, &s.Level, &created, &used, &expires, &revoked)
	s.Agent, s.Usager, s.Rdv = agenda.AgentID(agent.String), agenda.UsagerID(usager.String), agenda.RdvID(rdv.String)
	s.CreatedAt, s.UsedAt, s.ExpiresAt, s.RevokedAt = created.Time, used.Time, expires.Time, revoked.Time
	return s, err
}

// SecretByHash gives the secret of that kind and hash, used, expired or revoked
// as it may be, or ErrUnknown.
func (v *View) SecretByHash(kind, hash string) (Secret, error) {
	return only(scanAll(v, scanSecret, secretColumns+" WHERE hash = ? AND kind = ?", hash, kind))
}

// Secret gives one secret by its id, or ErrUnknown.
func (v *View) Secret(id string) (Secret, error) {
	return only(scanAll(v, scanSecret, secretColumns+" WHERE id = ?", id))
}

// SecretsOf gives the secrets of a kind that belong to an agent, oldest first.
func (v *View) SecretsOf(a agenda.AgentID, kind string) ([]Secret, error) {
	return scanAll(v, scanSecret, secretColumns+" WHERE agent = ? AND kind = ? ORDER BY created_at, id", a, kind)
}

// SecretsOfRdv gives the links to an Rdv, oldest first.
func (v *View) SecretsOfRdv(r agenda.RdvID) ([]Secret, error) {
	return scanAll(v, scanSecret, secretColumns+" WHERE rdv = ? ORDER BY created_at, id", r)
}

// AddSecret keeps a secret. One of the same hash that is there already stays
// as it is: asking twice for what is derived gives the same.
func (tx *ServerTx) AddSecret(s Secret) error {
	return tx.change("keep a secret", `INSERT INTO secrets (hash, id, kind, agent, usager, rdv, label, level, created_at, used_at, expires_at, revoked_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING`,
		s.Hash, s.ID, s.Kind, maybe(s.Agent), maybe(s.Usager), maybe(s.Rdv), s.Label, s.Level,
		instant{s.CreatedAt}, instant{s.UsedAt}, instant{s.ExpiresAt}, instant{s.RevokedAt})
}

// UseSecret notes that a secret opened its door. It reports whether it was the
// first time.
func (tx *ServerTx) UseSecret(id string, at time.Time) (first bool, err error) {
	first, err = tx.changed("use a secret", "UPDATE secrets SET used_at = ? WHERE id = ? AND used_at IS NULL", instant{at}, id)
	if err != nil || first {
		return first, err
	}
	return false, tx.change("use a secret", "UPDATE secrets SET used_at = ? WHERE id = ?", instant{at}, id)
}

// RevokeSecret closes a secret for good.
func (tx *ServerTx) RevokeSecret(id string, at time.Time) error {
	return tx.change("revoke a secret", "UPDATE secrets SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", instant{at}, id)
}

// RemoveSecret forgets one.
func (tx *ServerTx) RemoveSecret(id string) error {
	return tx.change("forget a secret", "DELETE FROM secrets WHERE id = ?", id)
}

// ForgetSecrets drops the secrets that expired before the instant. It gives
// how many went.
func (tx *ServerTx) ForgetSecrets(expired time.Time) (int64, error) {
	return tx.count("forget secrets", "DELETE FROM secrets WHERE expires_at < ?", instant{expired})
}

// Key derives 32 bytes for one purpose from the secret of this server: the same
// as long as the file lives. nil on a desktop.
func (v *View) Key(purpose string) []byte {
	if v.db.secret == nil {
		return nil
	}
	h := hmac.New(sha256.New, v.db.secret)
	h.Write([]byte(purpose))
	return h.Sum(nil)
}
