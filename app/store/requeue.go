package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"permanence/app/agenda"
)

// Requeue gives the profile another device, whose commands count from after
// last: the whole queue is numbered again in the same order, under the same ids,
// and will be sent anew. What was answered keeps its outcome, under the
// number 0, until the server answers the same again: a command that waits for
// somebody's word gets that word, and one that waits for its rows stays drawn.
func (tx *DeskTx) Requeue(device string, last int64) error {
	queue, err := tx.PendingCommands()
	if err != nil {
		return err
	}
	touched, err := tx.Touched()
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
		if q.Outcome, err = unnumbered(q.Outcome); err != nil {
			return fmt.Errorf("queue again: %w", err)
		}
		n, err := tx.queueAgain(device, q)
		if err != nil {
			return fmt.Errorf("queue again: %w", err)
		}
		if err := tx.touchAgain(n, q.Command.N, touched); err != nil {
			return err
		}
	}
	return nil
}

// unnumbered is an outcome that names no number any more; none stays none.
func unnumbered(outcome []byte) ([]byte, error) {
	if outcome == nil {
		return nil, nil
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(outcome, &keys); err != nil {
		return nil, fmt.Errorf("read an outcome: %w", err)
	}
	keys["n"] = json.RawMessage("0")
	return json.Marshal(keys)
}

// touchAgain notes under its new number what a command touched: until the next
// page runs it again, its rows are still its own.
func (tx *DeskTx) touchAgain(n, was int64, touched map[agenda.Ref][]int64) error {
	for r, ns := range touched {
		if !slices.Contains(ns, was) {
			continue
		}
		if err := tx.change("note what a command touched", "INSERT INTO touched (n, noun, id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", n, r.Noun, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// OfferAgain readies the queue for a server whose history is another one: it was
// restored from a backup, and expects next of this device. What it answered
// since the instant and may not know, and what it has not been sent, is numbered
// again in the same order, under the same ids; revisions seen there count for
// nothing. What it knows already stays as it is. Asked twice, it changes nothing
// more.
func (tx *DeskTx) OfferAgain(next int64, since time.Time) error {
	device, err := tx.DeviceID()
	if err != nil {
		return err
	}
	lost, err := tx.lostSince(device, next, since)
	if err != nil {
		return err
	}
	queue, err := tx.PendingCommands()
	if err != nil {
		return err
	}
	for _, q := range queue {
		if q.Command.N < next {
			continue // known there: its outcome comes, or it has come
		}
		if err := tx.DropPending(q.Command.N, time.Time{}); err != nil {
			return err
		}
		lost = append(lost, q)
	}
	if err := tx.Enrol(device, next-1); err != nil {
		return err
	}
	for _, q := range lost {
		q.Command.Unseen, q.Outcome = true, nil
		if _, err := tx.queueAgain(device, q); err != nil {
			return fmt.Errorf("offer again: %w", err)
		}
	}
	return nil
}

// lostSince takes out of the journal the commands that the server answered and
// may not know any more. Those of a former device are told by their id.
func (tx *DeskTx) lostSince(device string, next int64, since time.Time) ([]Queued, error) {
	all, err := tx.Acknowledged(since)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	_, err = scanAll(&tx.View, func(rows *sql.Rows) (struct{}, error) {
		var command string
		err := rows.Scan(&command)
		known[command] = true
		return struct{}{}, err
	}, "SELECT command FROM acknowledged WHERE device = ? AND n < ?", device, next)
	if err != nil {
		return nil, err
	}
	var lost []Queued
	for _, q := range all {
		if known[q.Command.ID] || q.Raw == nil {
			continue
		}
		if err := tx.change("offer again", "DELETE FROM acknowledged WHERE command = ?", q.Command.ID); err != nil {
			return nil, err
		}
		lost = append(lost, q)
	}
	return lost, nil
}

// queueAgain queues a command under the next number, which it gives.
func (tx *DeskTx) queueAgain(device string, q Queued) (int64, error) {
	n, err := tx.NextN()
	if err != nil {
		return 0, err
	}
	if q.Raw == nil { // emptied by an erasure: its number is still sent
		return n, tx.change("queue again", "INSERT INTO pending (n, command, author, state, outcome, beyond) VALUES (?, ?, ?, ?, ?, ?)",
			n, q.Command.ID, q.Author, q.State, text(q.Outcome), q.Beyond)
	}
	body, err := renumbered(q, device, n)
	if err != nil {
		return 0, err
	}
	undo, err := json.Marshal(q.Undo)
	if err != nil {
		return 0, err
	}
	return n, tx.change("queue again", "INSERT INTO pending (n, command, author, body, undo, state, outcome, beyond) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		n, q.Command.ID, q.Author, string(body), string(undo), q.State, text(q.Outcome), q.Beyond)
}

// renumbered is a command as it travels, under another device and number. What
// this release does not understand keeps every byte of its arguments.
func renumbered(q Queued, device string, n int64) ([]byte, error) {
	if q.Command.Args != nil {
		q.Command.Device, q.Command.N = device, n
		return json.Marshal(q.Command)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(q.Raw, &raw); err != nil {
		return nil, err
	}
	var err error
	if raw["device"], err = json.Marshal(device); err != nil {
		return nil, err
	}
	raw["n"] = strconv.AppendInt(nil, n, 10)
	if q.Command.Unseen {
		raw["unseen"] = json.RawMessage("true")
	}
	return json.Marshal(raw)
}
