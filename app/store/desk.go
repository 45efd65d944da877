package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"permanence/app/agenda"
	"permanence/app/guichet"
)

// DeskTx is the one writing transaction of a desktop: what the counter asks of
// a desk, and what a replica writes.
type DeskTx struct {
	*Writer
	recall recall
	left   map[string]bool // ids of the records that left in this transaction
}

// WriteDesk runs f in one transaction; an error of f rolls everything back and
// is returned as it is. f must not read or write through the DB itself.
func (db *DB) WriteDesk(ctx context.Context, f func(tx *DeskTx) error) error {
	if db.kind != Desktop {
		return fmt.Errorf("write as a desktop: %w", trouble(CodeOtherKind, nil))
	}
	return db.writing(ctx, func(w *Writer) error { return f(&DeskTx{Writer: w}) })
}

// Desk is the database as the counter of a desktop sees it.
func (db *DB) Desk() guichet.Desk { return desk{db} }

type desk struct{ db *DB }

func (d desk) Write(ctx context.Context, f func(guichet.DeskTx) error) error {
	return d.db.WriteDesk(ctx, func(tx *DeskTx) error { return f(tx) })
}

// Keep copies the visible row (or its absence) to base unless base has an
// image already, and notes that command n touched it.
func (tx *DeskTx) Keep(n int64, r agenda.Ref) error {
	if err := tx.change("note what a command touched", "INSERT INTO touched (n, noun, id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", n, r.Noun, r.ID); err != nil {
		return err
	}
	if tx.recall.based[r] {
		return nil
	}
	if tx.recall.based != nil {
		tx.recall.based[r] = true
	}
	return tx.change("keep the server's image", tableOf(r.Noun).keep, r.Noun, r.ID, r.ID)
}

// visible gives the bytes of the row on screen, nil for none.
func (v *View) visible(r agenda.Ref) ([]byte, bool) {
	t := tableOf(r.Noun)
	if t == nil {
		return nil, false
	}
	var body []byte
	_, err := found(v.s.one(t.body, r.ID, r.ID).Scan(&body))
	v.fail(err)
	return body, body != nil
}

func (tx *DeskTx) setBase(r agenda.Ref, body []byte) error {
	if tx.recall.based != nil {
		tx.recall.based[r] = true
	}
	return tx.change("keep the server's image", "INSERT INTO base (noun, id, body) VALUES (?, ?, ?) ON CONFLICT (noun, id) DO UPDATE SET body = excluded.body",
		r.Noun, r.ID, text(body))
}

// text writes bytes that may be missing.
func text(b []byte) any {
	if b == nil {
		return nil
	}
	return string(b)
}

// NextN gives the next dense command number of this device, from 1.
func (tx *DeskTx) NextN() (int64, error) {
	last, err := tx.LastN()
	if err != nil {
		return 0, err
	}
	return last + 1, tx.s.setMeta(metaLastN, strconv.AppendInt(nil, last+1, 10))
}

// LastN is the last command number given on this device, 0 for none.
func (v *View) LastN() (int64, error) {
	b, err := v.s.meta(metaLastN)
	if err != nil || b == nil {
		return 0, err
	}
	return strconv.ParseInt(string(b), 10, 64)
}

// Queue stores a pending command.
func (tx *DeskTx) Queue(p guichet.Pending) error {
	body, err := json.Marshal(p.Command)
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	undo, err := json.Marshal(p.Undo)
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	return tx.change("queue a command", "INSERT INTO pending (n, command, author, body, undo, state) VALUES (?, ?, ?, ?, ?, ?)",
		p.Command.N, p.Command.ID, p.Author, string(body), string(undo), p.State)
}

// Received is the last revision of the record that came from the server: of
// the base image when there is one, else of the visible row; 0 when none.
func (tx *DeskTx) Received(r agenda.Ref) int64 {
	var body []byte
	based, err := found(tx.s.one("SELECT body FROM base WHERE noun = ? AND id = ?", r.Noun, r.ID).Scan(&body))
	tx.fail(err)
	if !based {
		body, _ = tx.visible(r)
	}
	if body == nil {
		return 0
	}
	var stamp agenda.Stamp
	tx.fail(json.Unmarshal(body, &stamp))
	return stamp.Revision
}

// Device is the id this profile got when it enrolled; "" before.
func (tx *DeskTx) Device() string {
	id, err := tx.DeviceID()
	tx.fail(err)
	return id
}

// DeviceID is the id this profile got when it enrolled; "" before.
func (v *View) DeviceID() (string, error) {
	b, err := v.s.meta(metaDevice)
	return string(b), err
}

// Enrol gives the profile the id of a device, whose commands count from after
// last: 0 for a new device.
func (tx *DeskTx) Enrol(device string, last int64) error {
	if err := tx.s.setMeta(metaDevice, []byte(device)); err != nil {
		return err
	}
	return tx.s.setMeta(metaLastN, strconv.AppendInt(nil, last, 10))
}
