package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
)

// Queued is a pending command as the replica reads it.
type Queued struct {
	guichet.Pending
	// Raw is the command as it is pushed; nil when an erasure emptied it: its
	// number is still sent, its content is gone, and Command holds ID and N only.
	Raw []byte
	// Outcome is what the server answered, as SettlePending kept it; nil while
	// the command has not been answered. Its number is
	// 0 once Requeue gave the command another: it is to be sent again.
	Outcome []byte
	// Beyond says that it is about a record that has left this desktop: nothing of
	// it is shown, and its content goes once it is settled.
	Beyond bool

	undo []byte // as it is stored, until it is read
}

const queuedColumns = "SELECT n, command, author, body, undo, state, outcome, beyond FROM pending"

// PendingCommands gives every command of the queue by number, those that are
// settled and wait for the mark among them.
func (v *View) PendingCommands() ([]Queued, error) {
	return scanAll(v, scanQueued, queuedColumns+" ORDER BY n")
}

// PendingHeads is PendingCommands that leaves the commands unread: of each,
// Command holds ID and N only, until Read.
func (v *View) PendingHeads() ([]Queued, error) {
	return scanAll(v, scanQueuedHead, queuedColumns+" ORDER BY n")
}

// PendingCommand gives one command of the queue by its id; false when there is none.
func (v *View) PendingCommand(id string) (Queued, bool, error) {
	q, ok, err := v.PendingHead(id)
	if err != nil || !ok {
		return q, ok, err
	}
	return q, true, q.Read()
}

// PendingHead is PendingCommand that leaves the command unread.
func (v *View) PendingHead(id string) (Queued, bool, error) {
	qs, err := scanAll(v, scanQueuedHead, queuedColumns+" WHERE command = ?", id)
	if err != nil || len(qs) == 0 {
		return Queued{}, false, err
	}
	return qs[0], true, nil
}

// CountPending gives how many commands have not been answered yet.
func (v *View) CountPending() (int, error) {
	var n int
	err := v.s.one("SELECT count(*) FROM pending WHERE outcome IS NULL").Scan(&n)
	return n, err
}

func scanQueued(rows *sql.Rows) (Queued, error) {
	q, err := scanQueuedHead(rows)
	if err != nil {
		return q, err
	}
	return q, q.Read()
}

func scanQueuedHead(rows *sql.Rows) (Queued, error) {
	var q Queued
	err := rows.Scan(&q.Command.N, &q.Command.ID, &q.Author, &q.Raw, &q.undo, &q.State, &q.Outcome, &q.Beyond)
	return q, err
}

// Read reads the command and what undoes it; one that an erasure emptied stays
// as it is. One that this release does not know (the program was set back to an
// older one) is still sent: it comes without arguments.
func (q *Queued) Read() error {
	if err := q.ReadCommand(); err != nil || q.Raw == nil || q.undo == nil {
		return err
	}
	return json.Unmarshal(q.undo, &q.Undo)
}

// ReadCommand is Read without what undoes the command.
func (q *Queued) ReadCommand() error {
	if q.Raw == nil {
		return nil
	}
	var err error
	if q.Command, err = agenda.DecodeCommand(q.Raw); err != nil && !agenda.ValidID(q.Command.ID) {
		return fmt.Errorf("read pending command: %w", err)
	}
	return nil
}

// SetPendingState notes why a command no longer holds here, "" when it does.
func (tx *DeskTx) SetPendingState(n int64, state agenda.Code) error {
	return tx.change("note a pending command", "UPDATE pending SET state = ? WHERE n = ?", state, n)
}

// SettlePending keeps the server's outcome beside a command, which stays in the
// replay until the mark has reached its number. The content of one about what
// has left this desktop goes: the server has it.
func (tx *DeskTx) SettlePending(n int64, outcome []byte) error {
	return tx.change("settle a command", `UPDATE pending SET outcome = ?, body = CASE beyond WHEN 0 THEN body END,
		undo = CASE beyond WHEN 0 THEN undo END WHERE n = ?`, string(outcome), n)
}

// DropPending takes a command out of the queue with what it touched; the next
// Rewind and replay show the rows without it. at is the instant of the answer:
// the command is kept as acknowledged until ForgetAcknowledged, without its
// content when it is about what has left this desktop. A zero at keeps nothing
// (refused: it is in review).
func (tx *DeskTx) DropPending(n int64, at time.Time) error {
	return tx.DropAllPending([]int64{n}, at)
}

// DropAllPending is DropPending of many commands, by ascending number.
func (tx *DeskTx) DropAllPending(ns []int64, at time.Time) error {
	for len(ns) > 0 {
		run := 1
		for run < len(ns) && ns[run] == ns[0]+int64(run) {
			run++
		}
		if err := tx.dropPending(ns[0], ns[run-1], at); err != nil {
			return err
		}
		ns = ns[run:]
	}
	return nil
}

// dropPending drops the commands from one number to another.
func (tx *DeskTx) dropPending(first, last int64, at time.Time) error {
	if !at.IsZero() {
		device, err := tx.DeviceID()
		if err != nil {
			return err
		}
		err = tx.change("keep acknowledged commands", `INSERT INTO acknowledged (command, device, n, author, at, body, undo)
			SELECT command, ?, n, author, ?, CASE beyond WHEN 0 THEN body END, CASE beyond WHEN 0 THEN undo END FROM pending WHERE n BETWEEN ? AND ?
			ORDER BY n ON CONFLICT (command) DO NOTHING`,
			device, instant{at}, first, last)
		if err != nil {
			return err
		}
	}
	if err := tx.change("drop what commands touched", "DELETE FROM touched WHERE n BETWEEN ? AND ?", first, last); err != nil {
		return err
	}
	return tx.change("drop commands", "DELETE FROM pending WHERE n BETWEEN ? AND ?", first, last)
}

// Acknowledged gives the commands answered since the instant, in their order,
// raw and with what undoes them.
func (v *View) Acknowledged(since time.Time) ([]Queued, error) {
	return scanAll(v, scanQueued, "SELECT n, command, author, body, undo, '', NULL, 0 FROM acknowledged WHERE at >= ? ORDER BY seq", instant{since})
}

// AcknowledgedCommand gives one of them by its id; false when there is none.
func (v *View) AcknowledgedCommand(id string) (Queued, bool, error) {
	qs, err := scanAll(v, scanQueued, "SELECT n, command, author, body, undo, '', NULL, 0 FROM acknowledged WHERE command = ?", id)
	if err != nil || len(qs) == 0 {
		return Queued{}, false, err
	}
	return qs[0], true, nil
}

// ForgetAcknowledged drops those answered before the instant.
func (tx *DeskTx) ForgetAcknowledged(before time.Time) error {
	return tx.change("forget acknowledged commands", "DELETE FROM acknowledged WHERE at < ?", instant{before})
}

// Touched gives, for each record that a pending command changed here, the
// numbers of those commands, ascending: the pending marks of a screen.
func (v *View) Touched() (map[agenda.Ref][]int64, error) {
	type mark struct {
		ref agenda.Ref
		n   int64
	}
	marks, err := scanAll(v, func(rows *sql.Rows) (mark, error) {
		var m mark
		err := rows.Scan(&m.ref.Noun, &m.ref.ID, &m.n)
		return m, err
	}, "SELECT noun, id, n FROM touched ORDER BY n")
	if err != nil {
		return nil, err
	}
	touched := map[agenda.Ref][]int64{}
	for _, m := range marks {
		touched[m.ref] = append(touched[m.ref], m.n)
	}
	return touched, nil
}
