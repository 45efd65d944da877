package store

import (
	"context"
	"fmt"

	"permanence/app/agenda"
	"permanence/app/guichet"
)

// ServerTx is the one writing transaction of a server: what the counter asks
// of a ledger, and what the server keeps beside it.
type ServerTx struct {
	*Writer
	rdvs map[agenda.RdvID]bool // written or removed in this transaction
	fed  map[agenda.Ref]*fed   // what the feed tells of the records met in this transaction
}

// WriteServer runs f in one transaction; an error of f rolls everything back
// and is returned as it is. f must not read or write through the DB itself.
func (db *DB) WriteServer(ctx context.Context, f func(tx *ServerTx) error) error {
	if db.kind != Server {
		return fmt.Errorf("write as a server: %w", trouble(CodeOtherKind, nil))
	}
	return db.writing(ctx, func(w *Writer) error { return f(&ServerTx{Writer: w, rdvs: map[agenda.RdvID]bool{}}) })
}

// Ledger is the database as the counter of the server sees it.
func (db *DB) Ledger() guichet.Ledger { return ledger{db} }

type ledger struct{ db *DB }

func (l ledger) Write(ctx context.Context, f func(guichet.LedgerTx) error) error {
	return l.db.WriteServer(ctx, func(tx *ServerTx) error { return f(tx) })
}

// Put writes the record's row; a new territoire begins to count.
func (tx *ServerTx) Put(r agenda.Record) error {
	if t, ok := r.(*agenda.Territoire); ok {
		if err := tx.rezone(t); err != nil {
			return err
		}
	}
	if err := tx.Writer.Put(r); err != nil {
		return err
	}
	tx.restand(agenda.RefOf(r), r)
	switch r := r.(type) {
	case *agenda.Territoire:
		return tx.begin(r.ID)
	case *agenda.Agent:
		return tx.followLogin(r)
	case *agenda.Rdv:
		tx.rdvs[r.ID] = true
	}
	return nil
}

// Remove deletes the row; one that is not there is no error.
func (tx *ServerTx) Remove(r agenda.Ref) error {
	if r.Noun == agenda.NounRdv {
		tx.rdvs[agenda.RdvID(r.ID)] = true
	}
	tx.restand(r, nil)
	return tx.Writer.Remove(r)
}

// Savepoint runs f so that its error undoes what f wrote, and only that.
func (tx *ServerTx) Savepoint(f func() error) error {
	err := tx.Writer.Savepoint(f)
	if err != nil {
		tx.fed = nil // what it knows may have been undone
	}
	return err
}

// begin gives a territoire its counter and its epoch.
func (tx *ServerTx) begin(t agenda.TerritoireID) error {
	if tx.exists("SELECT 1 FROM counters WHERE territoire = ?", t) {
		return tx.holds(t)
	}
	tx.bore(t)
	epoch, err := tx.db.newID()
	if err != nil {
		return err
	}
	return tx.change("begin a territoire", "INSERT INTO counters (territoire, number, epoch) VALUES (?, 0, ?)", t, epoch)
}

// Draw gives the territoire's next number, from 1, dense: it is committed with
// the transaction or never existed.
func (tx *ServerTx) Draw(t agenda.TerritoireID) (int64, error) {
	n, here, err := int64(0), false, error(nil)
	if tx.reach.covers([]agenda.TerritoireID{t}) {
		n, here, err = tx.next(t)
	}
	if err == nil && !here { // not held yet, or its birth was undone
		if err := tx.begin(t); err != nil {
			return 0, err
		}
		n, _, err = tx.next(t)
	}
	if err != nil {
		return 0, fmt.Errorf("draw a number: %w", err)
	}
	tx.drew(t, n)
	return n, nil
}

// next counts on in a territoire that is here.
func (tx *ServerTx) next(t agenda.TerritoireID) (n int64, here bool, err error) {
	here, err = found(tx.s.one("UPDATE counters SET number = number + 1 WHERE territoire = ? RETURNING number", t).Scan(&n))
	return n, here, err
}

// Journal adds a line; a record has one a number.
func (tx *ServerTx) Journal(l guichet.JournalLine) error {
	return tx.change("journal", `INSERT INTO journal (territoire, number, noun, id, revision, kind, command, author, agent, device, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.Territoire, l.Number, l.Ref.Noun, l.Ref.ID, l.Revision, l.Kind, l.Command, l.Author, l.Agent, l.Device, instant{l.At})
}

// Head is where the history of a territoire stands.
type Head struct {
	Territoire agenda.TerritoireID
	Number     int64  // the last one drawn, 0 for none
	Epoch      string // "" for a territoire that is not here
	Horizon    int64  // a cursor below it asks for a fresh snapshot
}

// Head gives the head of a territoire.
func (v *View) Head(t agenda.TerritoireID) (Head, error) {
	h := Head{Territoire: t}
	_, err := found(v.s.one("SELECT number, epoch, horizon FROM counters WHERE territoire = ?", t).Scan(&h.Number, &h.Epoch, &h.Horizon))
	if err != nil {
		return Head{}, fmt.Errorf("read the head: %w", err)
	}
	return h, nil
}

// Heads gives the heads of every territoire, by id: what a follower compares.
func (v *View) Heads() ([]Head, error) {
	return scanAll(v, scanHead, "SELECT territoire, number, epoch, horizon FROM counters ORDER BY territoire")
}

// NewEpoch opens another history of a territoire: its data were restored from
// a backup, and what was acknowledged since may be missing.
func (tx *ServerTx) NewEpoch(t agenda.TerritoireID) (string, error) {
	if err := tx.holds(t); err != nil {
		return "", err
	}
	epoch, err := tx.db.newID()
	if err != nil {
		return "", err
	}
	return epoch, tx.change("open an epoch", "UPDATE counters SET epoch = ? WHERE territoire = ?", epoch, t)
}

// RaiseHorizon forgets what left each scope of a territoire at the number or
// below: a cursor that stands lower asks for a fresh snapshot. It gives how
// many lines went; a horizon never comes down.
func (tx *ServerTx) RaiseHorizon(t agenda.TerritoireID, number int64) (int64, error) {
	if err := tx.holds(t); err != nil {
		return 0, err
	}
	raised, err := tx.changed("raise the horizon", "UPDATE counters SET horizon = ? WHERE territoire = ? AND horizon < ? AND number >= ?", number, t, number, number)
	if err != nil || !raised {
		return 0, err
	}
	return tx.count("forget what left", "DELETE FROM feed WHERE present = FALSE AND number <= ? AND place IN (SELECT place FROM places WHERE territoire = ?)", number, t)
}
