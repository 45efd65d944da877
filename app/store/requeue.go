package store

import (
	"encoding/json"
	"fmt"
	"time"
)

// Requeue gives the profile another device, whose commands count from after
// last: what was not answered under the former one is numbered again in the
// same order, under the same ids, and will be sent anew. What was answered and
// waits for its rows leaves the queue: they come by themselves.
func (tx *DeskTx) Requeue(device string, last int64) error {
	queue, err := tx.PendingCommands()
	if err != nil {
		return err
	}
	for _, q := range queue {
		if err := tx.DropPending(q.Command.N, time.Time{}); err != nil {
			return err
		}
	}
	if err := tx.Enrol(device, last); err != nil {
		return err
	}
	for _, q := range queue {
		if q.Outcome != nil {
			continue
		}
		if err := tx.queueAgain(device, q); err != nil {
			return fmt.Errorf("queue again: %w", err)
		}
	}
	return nil
}

func (tx *DeskTx) queueAgain(device string, q Queued) error {
	n, err := tx.NextN()
	if err != nil {
		return err
	}
	if q.Raw == nil { // emptied by an erasure: its number is still sent
		return tx.change("queue again", "INSERT INTO pending (n, command, author, state) VALUES (?, ?, ?, ?)", n, q.Command.ID, q.Author, q.State)
	}
	q.Command.Device, q.Command.N = device, n
	body, err := json.Marshal(q.Command)
	if err != nil {
		return err
	}
	undo, err := json.Marshal(q.Undo)
	if err != nil {
		return err
	}
	return tx.change("queue again", "INSERT INTO pending (n, command, author, body, undo, state) VALUES (?, ?, ?, ?, ?, ?)",
		n, q.Command.ID, q.Author, string(body), string(undo), q.State)
}
