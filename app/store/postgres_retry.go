package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
)

// What fails because a connection was cut, the server restarts or two
// transactions waited for each other is done again from its beginning: so many
// times, after pauses of 20 ms at first and 2 s at most. Together they outlast
// a restart of PostgreSQL.
const (
	tries      = 16
	openTries  = 6 // when a database is opened: a second in all
	firstPause = 20 * time.Millisecond
	worstPause = 2 * time.Second
	fewAgain   = 3 // times that a transaction widens its reach; then it holds all
	mostAgain  = 8 // and this is too many
)

// patiently runs f until it succeeds, fails for good, or ctx is done.
func (db *DB) patiently(ctx context.Context, f func() error) error {
	return db.insist(ctx, tries, db.passing, f)
}

// insist is patiently, so many times and after the failures that again accepts.
func (db *DB) insist(ctx context.Context, tries int, again func(error) bool, f func() error) error {
	pause := firstPause
	for try := 1; ; try++ {
		err := f()
		if err == nil || try >= tries || !again(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause/2 + rand.N(pause/2)):
			pause = min(2*pause, worstPause)
		}
	}
}

// passing reports whether the same may succeed a moment later.
func (db *DB) passing(err error) bool {
	e, ok := db.eng.(postgresEngine)
	return ok && e.passing(err)
}

// writingRemote runs f in one transaction of a PostgreSQL database; whatever
// makes it begin again begins with f.
func (db *DB) writingRemote(ctx context.Context, f func(w *Writer) error) error {
	var hold reach
	var drawn []string
	again := 0
	err := db.patiently(ctx, func() error {
		for {
			w, err := db.attempt(ctx, hold, f)
			if err == nil {
				drawn = w.numbers()
				return nil
			}
			if w == nil || w.wider == nil {
				return err
			}
			if again++; again > mostAgain {
				return trouble(CodeBusy, errors.New("what a transaction needs keeps changing"))
			}
			hold = *w.wider
			hold.all = again >= fewAgain
		}
	})
	if err != nil {
		return db.eng.understood(err)
	}
	db.watchers.wake()
	db.remote.bell.ring(drawn)
	return nil
}

// attempt is one transaction. An error leaves nothing written.
func (db *DB) attempt(ctx context.Context, hold reach, f func(w *Writer) error) (*Writer, error) {
	s, err := db.write.take(ctx)
	if err != nil {
		return nil, err
	}
	broken := true
	defer func() { db.write.give(s, broken) }()
	w := &Writer{View: View{db: db, s: s}, holder: holder{reach: hold}}
	done, token := false, uuid.NewString()
	broken, err = s.within(true, func() error {
		s.first, s.wrote = w.take, false
		defer func() { s.first = nil }()
		err := firstError(f(w), w.err)
		if w.wider != nil {
			return errAgain
		}
		if err != nil {
			return err
		}
		if err := firstError(w.finish(), w.err); err != nil || !s.wrote {
			return err // what changed nothing may be run again
		}
		done = true
		return w.sign(token)
	})
	if err == nil {
		db.remote.places.keep(s.age, w.placed)
	}
	if err == nil || !done || !db.eng.lost(err) {
		return w, err
	}
	// The line was cut at the commit: only the server knows what became of it.
	committed, unknown := db.committed(ctx, w.id, s.line, token)
	if unknown != nil {
		return w, errors.Join(err, unknown)
	}
	if committed {
		return w, nil
	}
	return w, err
}

// sign leaves the token of the transaction beside what it writes.
func (w *Writer) sign(token string) error {
	return w.s.later("sign", "INSERT INTO commits (line, token, at) VALUES (?, ?, now()) ON CONFLICT (line) DO UPDATE SET token = excluded.token, at = excluded.at", w.s.line, token)
}

// committed asks what became of a transaction whose commit got no answer. The
// server may not have noticed yet that its line is cut, and may be restarting;
// once nothing of that number runs, the token is there or never will be.
func (db *DB) committed(ctx context.Context, id, line, token string) (bool, error) {
	pause := firstPause
	for range 2 * tries {
		var status sql.NullString
		err := db.ask(ctx, &status, "SELECT pg_xact_status(CAST(CAST(? AS text) AS xid8))", id)
		if err != nil && sqlState(err) != pgNotYet {
			return false, err
		}
		if status.String != "in progress" {
			var kept sql.NullString
			err := db.ask(ctx, &kept, "SELECT max(CAST(token AS text)) FROM commits WHERE line = ?", line)
			return kept.String == token, err
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(pause):
			pause = min(2*pause, worstPause)
		}
	}
	return false, fmt.Errorf("transaction %s still runs", id)
}

// ask reads one value in a transaction of its own.
func (db *DB) ask(ctx context.Context, into *sql.NullString, query string, args ...any) error {
	return db.patiently(ctx, func() error {
		return db.readOnce(ctx, func(v *View) error { return v.s.one(query, args...).Scan(into) })
	})
}
