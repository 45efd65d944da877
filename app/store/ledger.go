package store

import (
	"context"
	"fmt"
	"strconv"

	"permanence/app/agenda"
	"permanence/app/guichet"
)

// ServerTx is the one writing transaction of a server: what the counter asks
// of a ledger, and what the server keeps beside it.
type ServerTx struct {
	*Writer
	rdvs       map[agenda.RdvID]bool // written or removed in this transaction
	unanswered map[string]bool       // commands looked for that have no outcome
	fed        map[agenda.Ref]*fed   // what the feed tells of the records met in this transaction
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
	if err == nil {
		return nil
	}
	tx.fed = nil // what it knows may have been undone, and is read anew
	if failed := tx.writeNotes(); failed != nil {
		tx.fail(failed)
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
	n, known := tx.counts[t]
	if !known {
		var err error
		if n, err = tx.standsAt(t); err != nil {
			return 0, fmt.Errorf("draw a number: %w", err)
		}
	}
	tx.countsTo(t, n+1)
	tx.drew(t, n+1)
	return n + 1, nil
}

// standsAt gives the last number of a territoire, once it is held; one that is
// not here begins.
func (tx *ServerTx) standsAt(t agenda.TerritoireID) (n int64, err error) {
	if tx.db.remote == nil || tx.reach.covers([]agenda.TerritoireID{t}) {
		here, err := found(tx.s.one("SELECT number FROM counters WHERE territoire = ?", t).Scan(&n))
		if here || err != nil {
			return n, err
		}
	}
	return 0, tx.begin(t)
}

// Journal adds a line; a record has one a number.
func (tx *ServerTx) Journal(l guichet.JournalLine) error {
	tx.note(journalNotes, lineKey(l), l.Territoire, l.Number, l.Ref.Noun, l.Ref.ID, l.Revision, l.Kind, l.Command, l.Author, l.Agent, l.Device, instant{l.At})
	return nil
}

// lineKey tells a line of the journal from every other.
func lineKey(l guichet.JournalLine) string {
	return string(l.Territoire) + strconv.FormatInt(l.Number, 10) + string(l.Ref.Noun) + l.Ref.ID
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
