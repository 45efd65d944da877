package store

import (
	"database/sql"
	"time"

	"permanence/app/agenda"
)

// Due is when an Rdv is to be compared with what was told about it.
type Due struct {
	Rdv    agenda.RdvID
	Number int64 // of the change that set it
	At     time.Time
}

// SetDue keeps a line; it replaces the one the Rdv had, its lease included.
func (tx *ServerTx) SetDue(d Due) error {
	return tx.change("note what is due", `INSERT INTO dues (rdv, number, due_at) VALUES (?, ?, ?)
		ON CONFLICT (rdv) DO UPDATE SET number = excluded.number, due_at = excluded.due_at, lease_at = 0`, d.Rdv, d.Number, instant{d.At})
}

// TakeDue leases the line that is due for longest at now, if there is one: no
// other process takes it before the lease ends.
func (tx *ServerTx) TakeDue(now, lease time.Time) (Due, bool, error) {
	dues, err := scanAll(&tx.View, func(rows *sql.Rows) (Due, error) {
		var d Due
		var at instant
		err := rows.Scan(&d.Rdv, &d.Number, &at)
		d.At = at.Time
		return d, err
	}, "SELECT rdv, number, due_at FROM dues WHERE due_at <= ? AND lease_at <= ? ORDER BY due_at, rdv LIMIT 1", instant{now}, micros(now))
	if err != nil || len(dues) == 0 {
		return Due{}, false, err
	}
	return dues[0], true, tx.change("take what is due", "UPDATE dues SET lease_at = ? WHERE rdv = ?", micros(lease), dues[0].Rdv)
}

// DropDue removes the line d, unless a newer one replaced it.
func (tx *ServerTx) DropDue(d Due) error {
	return tx.change("settle what was due", "DELETE FROM dues WHERE rdv = ? AND number = ?", d.Rdv, d.Number)
}

// DelayDue puts the line d off until at, unless a newer one replaced it.
func (tx *ServerTx) DelayDue(d Due, at time.Time) error {
	return tx.change("put off what is due", "UPDATE dues SET due_at = ?, lease_at = 0 WHERE rdv = ? AND number = ?", instant{at}, d.Rdv, d.Number)
}

// NextDue gives the instant of the earliest line, zero when there is none.
func (v *View) NextDue() (time.Time, error) {
	var at instant
	err := v.s.one("SELECT min(due_at) FROM dues").Scan(&at)
	return at.Time, err
}

// Told gives the last thing told to each recipient of an Rdv, as it was kept.
func (v *View) Told(r agenda.RdvID) (map[agenda.UsagerID][]byte, error) {
	type line struct {
		usager agenda.UsagerID
		body   []byte
	}
	lines, err := scanAll(v, func(rows *sql.Rows) (line, error) {
		var l line
		err := rows.Scan(&l.usager, &l.body)
		return l, err
	}, "SELECT usager, body FROM told WHERE rdv = ?", r)
	told := make(map[agenda.UsagerID][]byte, len(lines))
	for _, l := range lines {
		told[l.usager] = l.body
	}
	return told, err
}

// SetTold keeps the last thing told (JSON); nil erases it.
func (tx *ServerTx) SetTold(r agenda.RdvID, u agenda.UsagerID, body []byte) error {
	if body == nil {
		return tx.change("forget what was told", "DELETE FROM told WHERE rdv = ? AND usager = ?", r, u)
	}
	return tx.change("keep what was told", "INSERT INTO told (rdv, usager, body) VALUES (?, ?, ?) ON CONFLICT (rdv, usager) DO UPDATE SET body = excluded.body",
		r, u, string(body))
}
