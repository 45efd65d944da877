package store

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"permanence/app/agenda"
)

// ErrUnknown says that nothing here has this id, address or hash.
var ErrUnknown = errors.New("unknown")

// Device is a desktop enrolled by an agent.
type Device struct {
	ID         string
	Agent      agenda.AgentID
	Name       string
	PublicKey  []byte // nil when it proved none
	Tokens     []byte // their state, as who checks them wrote it
	LastN      int64  // last command number answered
	AckedN     int64  // outcomes up to here were received
	EnrolledAt time.Time
	SeenAt     time.Time
	RevokedAt  time.Time // zero while it is welcome
	WipeAt     time.Time // when it was asked that its copy be erased; zero: never
	ToldAt     time.Time // when it was first told that it is revoked; zero: not yet
}

const deviceColumns = "SELECT id, agent, name, public_key, tokens, last_n, acked_n, enrolled_at, seen_at, revoked_at, wipe_at, told_at FROM devices"

func scanDevice(rows *sql.Rows) (Device, error) {
	var d Device
	var enrolled, seen, revoked, wipe, told instant
	err := rows.Scan(&d.ID, &d.Agent, &d.Name, &d.PublicKey, &d.Tokens, &d.LastN, &d.AckedN, &enrolled, &seen, &revoked, &wipe, &told)
	d.EnrolledAt, d.SeenAt, d.RevokedAt, d.WipeAt, d.ToldAt = enrolled.Time, seen.Time, revoked.Time, wipe.Time, told.Time
	return d, err
}

// Device gives one device, or ErrUnknown.
func (v *View) Device(id string) (Device, error) {
	return only(scanAll(v, scanDevice, deviceColumns+" WHERE id = ?", id))
}

// Device gives one device, or ErrUnknown; nobody else changes it before the end
// of the transaction, so that a command sent twice at once is answered once.
func (tx *ServerTx) Device(id string) (Device, error) {
	return only(scanAll(&tx.View, scanDevice, deviceColumns+" WHERE id = ?"+tx.db.eng.forUpdate(), id))
}

// DevicesOf gives the devices of an agent, the revoked ones too, by instant of
// enrolment.
func (v *View) DevicesOf(a agenda.AgentID) ([]Device, error) {
	return scanAll(v, scanDevice, deviceColumns+" WHERE agent = ? ORDER BY enrolled_at, id", a)
}

// AddDevice enrols a device.
func (tx *ServerTx) AddDevice(d Device) error {
	return tx.change("enrol a device", `INSERT INTO devices (id, agent, name, public_key, tokens, last_n, acked_n, enrolled_at, seen_at, revoked_at, wipe_at, told_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, d.Agent, d.Name, d.PublicKey, d.Tokens, d.LastN, d.AckedN, instant{d.EnrolledAt}, instant{d.SeenAt}, instant{d.RevokedAt}, instant{d.WipeAt}, instant{d.ToldAt})
}

// SetTokens keeps the state of a device's tokens.
func (tx *ServerTx) SetTokens(id string, tokens []byte) error {
	return tx.change("keep a device's tokens", "UPDATE devices SET tokens = ? WHERE id = ?", tokens, id)
}

// SeeDevice notes that a device was heard of.
func (tx *ServerTx) SeeDevice(id string, at time.Time) error {
	return tx.change("see a device", "UPDATE devices SET seen_at = ? WHERE id = ?", instant{at}, id)
}

// RenameDevice gives a device another name.
func (tx *ServerTx) RenameDevice(id, name string) error {
	return tx.change("rename a device", "UPDATE devices SET name = ? WHERE id = ?", name, id)
}

// RevokeDevice turns a device away for good.
func (tx *ServerTx) RevokeDevice(id string, at time.Time) error {
	return tx.change("revoke a device", "UPDATE devices SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", instant{at}, id)
}

// WipeDevice turns a device away for good, and asks that its copy be erased.
func (tx *ServerTx) WipeDevice(id string, at time.Time) error {
	if err := tx.RevokeDevice(id, at); err != nil {
		return err
	}
	return tx.change("wipe a device", "UPDATE devices SET wipe_at = ?, told_at = NULL WHERE id = ? AND wipe_at IS NULL", instant{at}, id)
}

// ToldDevice notes when a device was first told that it is revoked.
func (tx *ServerTx) ToldDevice(id string, at time.Time) error {
	return tx.change("note that a device was told", "UPDATE devices SET told_at = ? WHERE id = ? AND told_at IS NULL", instant{at}, id)
}

// SetPublicKey registers the key of a device that has none, and reports whether
// it had none.
func (tx *ServerTx) SetPublicKey(id string, key []byte) (bool, error) {
	return tx.changed("register a device's key", "UPDATE devices SET public_key = ? WHERE id = ? AND public_key IS NULL", key, id)
}

// RemoveDevice forgets a device and its outcomes.
func (tx *ServerTx) RemoveDevice(id string) error {
	if err := tx.change("forget a device's outcomes", "DELETE FROM outcomes WHERE device = ?", id); err != nil {
		return err
	}
	return tx.change("forget a device", "DELETE FROM devices WHERE id = ?", id)
}

// SetLastN notes the last command number of a device that was answered.
func (tx *ServerTx) SetLastN(id string, n int64) error {
	return tx.change("note a command number", "UPDATE devices SET last_n = ? WHERE id = ?", n, id)
}

// AckOutcomes notes that a device received every outcome up to n. They are kept
// without their content, and without the device: a command that comes again,
// under another device of a copied profile or after a restoration, is answered
// the same. A number that was acknowledged already changes nothing.
func (tx *ServerTx) AckOutcomes(device string, n int64) error {
	if err := tx.change("acknowledge outcomes", "UPDATE devices SET acked_n = ? WHERE id = ? AND acked_n < ?", n, device, n); err != nil {
		return err
	}
	return tx.change("settle outcomes", "UPDATE outcomes SET device = NULL, n = NULL, content = NULL WHERE device = ? AND n <= ? AND verdict <> ?", device, n, agenda.Waiting)
}

// only gives the one row of a query, or ErrUnknown.
func only[T any](all []T, err error) (T, error) {
	var none T
	if err != nil {
		return none, err
	}
	if len(all) == 0 {
		return none, ErrUnknown
	}
	if len(all) > 1 {
		return none, fmt.Errorf("%d rows where one was expected", len(all))
	}
	return all[0], nil
}
