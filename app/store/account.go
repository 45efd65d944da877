package store

import (
	"database/sql"
	"time"

	"permanence/app/agenda"
)

// Account lets one agent in by address and password.
type Account struct {
	Agent        agenda.AgentID
	Email        string // in the one form under which it is looked for; unique
	PasswordHash string // "" until an invitation was answered
	Disabled     bool
	CreatedAt    time.Time
	LoginAt      time.Time // last time somebody typed the password; zero for never
}

const accountColumns = "SELECT agent, email, password_hash, disabled, created_at, login_at FROM accounts"

func scanAccount(rows *sql.Rows) (Account, error) {
	var a Account
	var created, login instant
	err := rows.Scan(&a.Agent, &a.Email, &a.PasswordHash, &a.Disabled, &created, &login)
	a.CreatedAt, a.LoginAt = created.Time, login.Time
	return a, err
}

// Account gives the account of an agent, or ErrUnknown.
func (v *View) Account(a agenda.AgentID) (Account, error) {
	return only(scanAll(v, scanAccount, accountColumns+" WHERE agent = ?", a))
}

// AccountByEmail gives the account of an address, or ErrUnknown.
func (v *View) AccountByEmail(email string) (Account, error) {
	return only(scanAll(v, scanAccount, accountColumns+" WHERE email = ?", email))
}

// Accounts gives every account, by email.
func (v *View) Accounts() ([]Account, error) {
	return scanAll(v, scanAccount, accountColumns+" ORDER BY email")
}

// AddAccount opens an account. It refuses (CodeEmailTaken) an address that
// another account has.
func (tx *ServerTx) AddAccount(a Account) error {
	if tx.exists("SELECT 1 FROM accounts WHERE email = ? AND agent <> ?", a.Email, a.Agent) {
		return agenda.Refuse(agenda.CodeEmailTaken, string(a.Agent))
	}
	return tx.change("open an account", "INSERT INTO accounts (agent, email, password_hash, disabled, created_at, login_at) VALUES (?, ?, ?, ?, ?, ?)",
		a.Agent, a.Email, a.PasswordHash, a.Disabled, instant{a.CreatedAt}, instant{a.LoginAt})
}

// SetAccountEmail gives an account another address. It refuses
// (CodeEmailTaken) one that another account has.
func (tx *ServerTx) SetAccountEmail(a agenda.AgentID, email string) error {
	if tx.exists("SELECT 1 FROM accounts WHERE email = ? AND agent <> ?", email, a) {
		return agenda.Refuse(agenda.CodeEmailTaken, string(a))
	}
	return tx.change("change an account's address", "UPDATE accounts SET email = ? WHERE agent = ?", email, a)
}

// SetPassword replaces the hash of an account if it is still was, and reports
// whether it was.
func (tx *ServerTx) SetPassword(a agenda.AgentID, was, hash string) (bool, error) {
	return tx.changed("change a password", "UPDATE accounts SET password_hash = ? WHERE agent = ? AND password_hash = ?", hash, a, was)
}

// DisableAccount closes an account, or opens it again.
func (tx *ServerTx) DisableAccount(a agenda.AgentID, disabled bool) error {
	return tx.change("close an account", "UPDATE accounts SET disabled = ? WHERE agent = ?", disabled, a)
}

// NoteLogin keeps the instant at which the password was last typed.
func (tx *ServerTx) NoteLogin(a agenda.AgentID, at time.Time) error {
	return tx.change("note a login", "UPDATE accounts SET login_at = ? WHERE agent = ?", instant{at}, a)
}

// RemoveAccount forgets an account with every secret and device of its agent.
func (tx *ServerTx) RemoveAccount(a agenda.AgentID) error {
	for _, s := range accountOf(string(a)) {
		if err := tx.change("remove an account", s.query, s.args...); err != nil {
			return err
		}
	}
	return nil
}
