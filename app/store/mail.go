package store

import (
	"database/sql"
	"time"

	"permanence/app/agenda"
)

// Mail is one message of the queue.
type Mail struct {
	ID       agenda.RecuID // also its receipt's
	Rdv      agenda.RdvID
	Usager   agenda.UsagerID
	Kind     string
	From, To string    // bare addresses; "" once settled
	Raw      []byte    // RFC 5322; nil once settled
	Start    time.Time // of the Rdv
	State    agenda.RecuState
	Attempt  int       // tries so far
	Next     time.Time // not before; zero: at once
	Lease    time.Time // taken by somebody until then; zero: never taken since the last result
	Doubtful bool      // a relay may have taken it
	Before   []byte    // what had been told, JSON; nil for nothing
	After    []byte    // what it tells, JSON
}

const mailColumns = "SELECT id, rdv, usager, kind, sender, recipient, raw, starts_at, state, attempt, next_at, lease_at, doubtful, before, after FROM mails"

func scanMail(rows *sql.Rows) (Mail, error) {
	var m Mail
	var from, to sql.NullString
	var start instant
	var next, lease int64
	err := rows.Scan(&m.ID, &m.Rdv, &m.Usager, &m.Kind, &from, &to, &m.Raw, &start, &m.State, &m.Attempt, &next, &lease, &m.Doubtful, &m.Before, &m.After)
	m.From, m.To, m.Start, m.Next, m.Lease = from.String, to.String, start.Time, sinceZero(next), sinceZero(lease)
	return m, err
}

// micros writes an instant that is compared: the zero time comes first.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func sinceZero(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// AddMail puts a message at the end of the queue.
func (tx *ServerTx) AddMail(m Mail) error {
	return tx.change("queue a mail", `INSERT INTO mails (id, rdv, usager, kind, sender, recipient, raw, starts_at, state, attempt, next_at, before, after)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		m.ID, m.Rdv, m.Usager, m.Kind, m.From, m.To, m.Raw, instant{m.Start}, m.State, m.Attempt, micros(m.Next), text(m.Before), text(m.After))
}

// Mail gives one message, or ErrUnknown.
func (v *View) Mail(id agenda.RecuID) (Mail, error) {
	return only(scanAll(v, scanMail, mailColumns+" WHERE id = ?", id))
}

// MailsOf gives every message about an Rdv, in the order of the queue.
func (v *View) MailsOf(r agenda.RdvID) ([]Mail, error) {
	return scanAll(v, scanMail, mailColumns+" WHERE rdv = ? ORDER BY seq", r)
}

// TakeMail leases the oldest message that waits no more at now. A message is
// never given while an older one for the same Rdv and address is unsettled. One
// whose lease ended without a result may have left: it is doubtful from then on.
func (tx *ServerTx) TakeMail(now, lease time.Time) (Mail, bool, error) {
	mails, err := scanAll(&tx.View, scanMail, mailColumns+` AS m WHERE m.state = 'waiting' AND m.next_at <= ? AND m.lease_at <= ?
		AND NOT EXISTS (SELECT 1 FROM mails o WHERE o.rdv = m.rdv AND o.seq < m.seq AND o.state = 'waiting' AND o.recipient = m.recipient)
		ORDER BY m.seq LIMIT 1`, micros(now), micros(now))
	if err != nil || len(mails) == 0 {
		return Mail{}, false, err
	}
	m := mails[0]
	m.Doubtful, m.Lease = m.Doubtful || !m.Lease.IsZero(), lease
	return m, true, tx.change("take a mail", "UPDATE mails SET lease_at = ?, doubtful = CASE WHEN ? THEN TRUE ELSE doubtful END WHERE id = ?",
		micros(lease), m.Doubtful, m.ID)
}

// DelayMail notes a try after which the message waits until next. doubtful
// tells that a relay may have taken it.
func (tx *ServerTx) DelayMail(id agenda.RecuID, attempt int, next time.Time, doubtful bool) error {
	return tx.change("put off a mail", "UPDATE mails SET attempt = ?, next_at = ?, lease_at = 0, doubtful = CASE WHEN ? THEN TRUE ELSE doubtful END WHERE id = ?",
		attempt, micros(next), doubtful, id)
}

// SettleMail notes what became of a message for good, and blanks its bytes and
// its addresses.
func (tx *ServerTx) SettleMail(id agenda.RecuID, state agenda.RecuState, attempt int, at time.Time) error {
	return tx.change("settle a mail", `UPDATE mails SET state = ?, attempt = ?, settled_at = ?, lease_at = 0,
		sender = NULL, recipient = NULL, raw = NULL WHERE id = ?`, state, attempt, instant{at}, id)
}

// WithdrawMail drops a message that has not left, and blanks it. It reports
// false, and changes nothing, when somebody took it or a relay may have it.
func (tx *ServerTx) WithdrawMail(id agenda.RecuID, at time.Time) (bool, error) {
	return tx.changed("withdraw a mail", `UPDATE mails SET state = 'dropped', settled_at = ?, sender = NULL, recipient = NULL, raw = NULL
		WHERE id = ? AND state = 'waiting' AND lease_at = 0 AND doubtful = FALSE`, instant{at}, id)
}

// NextMail gives the instant of the earliest message that waits, zero for at
// once, and false when none waits.
func (v *View) NextMail() (time.Time, bool, error) {
	var next sql.NullInt64
	err := v.s.one("SELECT min(CASE WHEN next_at > lease_at THEN next_at ELSE lease_at END) FROM mails WHERE state = 'waiting'").Scan(&next)
	return sinceZero(next.Int64), next.Valid, err
}

// ForgetMails drops the messages settled before the instant. It gives how many
// went.
func (tx *ServerTx) ForgetMails(settled time.Time) (int64, error) {
	return tx.count("forget mails", "DELETE FROM mails WHERE settled_at < ?", instant{settled})
}
