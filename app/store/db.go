package store

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/google/uuid"
)

// Kind is whose database a file is; it is chosen when the file is born.
type Kind string

const (
	Server  Kind = "server"
	Desktop Kind = "desktop"
)

// Options say how to open a database.
type Options struct {
	Kind Kind
	// Random gives the secret and the epochs of a new database; nil means
	// crypto/rand. The simulator gives its own.
	Random io.Reader
	// Check reads every page before anything else (about 3 ms a megabyte): a
	// program that stays open asks for it, a passing command does not.
	Check bool
	// Readers is how many may read at once; 0 means as many as the machine has
	// processors, two at least.
	Readers int
}

// DB is an open database. Its methods may be called from several goroutines:
// one writes at a time, several read.
type DB struct {
	kind     Kind
	place    place
	eng      engine
	random   io.Reader
	write    *pool
	read     *pool
	secret   []byte // key of Derive; nil on a desktop
	born     bool
	unclean  bool    // an erasure is still in the log; belongs to who writes
	remote   *remote // nil: SQLite
	locks    locks
	watchers watchers
	close    sync.Once
}

// Open opens the database in the file at path, and makes it when there is
// none. A key of seal.KeySize bytes seals it, and every copy made of it; a file
// that was not sealed yet is sealed then. With no key the file is plain. An
// *Error tells what a person can do about a file that is damaged, foreign,
// newer, of the other kind or under another key. Who opens closes.
//
// A path that is the address of a PostgreSQL database (Remote) opens that one:
// for a server, which other processes may serve at the same time.
func Open(path string, key []byte, o Options) (*DB, error) {
	switch {
	case Remote(path):
		return openRemote(path, o)
	case len(key) > 0:
		return openSealed(path, key, o)
	}
	return openFile(place{path: path}, o)
}

func openFile(at place, o Options) (*DB, error) {
	at, err := survey(at, o.Kind)
	if err != nil {
		return nil, err
	}
	db, err := open(at, o)
	if err != nil {
		return nil, setAside(at.path, o.Kind, err)
	}
	return db, nil
}

// OpenMemory opens a database that lives in memory, with the same code and the
// same schema; a write waits there for readers to end. Databases of one name
// are the same one until the last is closed; "" is a name of its own.
func OpenMemory(name string, o Options) (*DB, error) {
	if name == "" {
		name = uuid.NewString()
	}
	return open(place{name: "permanence-" + name}, o)
}

func open(at place, o Options) (*DB, error) {
	if o.Kind != Server && o.Kind != Desktop {
		return nil, errors.New("open a database: neither a server's nor a desktop's")
	}
	db := &DB{kind: o.Kind, place: at, eng: sqliteEngine{}, random: o.source()}
	db.write = newPool(newConnector(at.dsn(!at.readOnly)), db.eng, 1)
	if o.Readers == 0 {
		o.Readers = max(2, runtime.NumCPU())
	}
	db.read = newPool(newConnector(at.dsn(false)), db.eng, o.Readers)
	if err := db.prepare(o); err != nil {
		return nil, errors.Join(understood(err), db.Close())
	}
	return db, nil
}

// source gives the random bytes of a new database.
func (o Options) source() io.Reader {
	if o.Random == nil {
		return rand.Reader
	}
	return o.Random
}

// Kind tells whose database it is.
func (db *DB) Kind() Kind { return db.kind }

// Path is the file, "" in memory; the address, without its password, of a
// PostgreSQL database.
func (db *DB) Path() string {
	if db.remote != nil {
		return db.remote.name()
	}
	return db.place.path
}

// Sealed reports whether the file is sealed on the disk.
func (db *DB) Sealed() bool { return db.place.seal != nil }

// Born reports whether this opening made the database: there was no file, or
// an empty one. Who knew an account here has lost it, not begun.
func (db *DB) Born() bool { return db.born }

// ReadOnly reports whether the file or its folder cannot be written: it is
// shown as it is, and every write is refused (CodeReadOnly).
func (db *DB) ReadOnly() bool { return db.place.readOnly }

// Close waits for what is running and closes. Further calls do nothing.
func (db *DB) Close() error {
	var err error
	db.close.Do(func() {
		if db.remote != nil {
			db.remote.bell.close()
		}
		err = errors.Join(db.read.close(), db.write.close(), db.locks.release())
		db.place.forget()
	})
	return err
}

// Read runs f on one instant of the database, whatever is written meanwhile.
// f must not call Read or a write of the same database, nor keep v. It runs once
// at most: a line to PostgreSQL that is cut before is taken up again, one that
// is cut meanwhile is a failure (CodeUnreachable).
func (db *DB) Read(ctx context.Context, f func(v *View) error) error {
	begun := false
	err := db.insist(ctx, tries, func(err error) bool { return !begun && db.passing(err) }, func() error {
		return db.readOnce(ctx, func(v *View) error {
			begun = true
			return f(v)
		})
	})
	return db.eng.understood(err)
}

func (db *DB) readOnce(ctx context.Context, f func(v *View) error) error {
	s, err := db.read.take(ctx)
	if err != nil {
		return err
	}
	broken := true
	defer func() { db.read.give(s, broken) }()
	v := &View{db: db, s: s}
	broken, err = s.within(false, func() error { return firstError(f(v), v.err) })
	return err
}

// writing runs f in the one writing transaction, then wakes who watches.
func (db *DB) writing(ctx context.Context, f func(w *Writer) error) error {
	if db.remote != nil {
		return db.writingRemote(ctx, f)
	}
	if db.place.readOnly {
		return trouble(CodeReadOnly, nil)
	}
	s, err := db.write.take(ctx)
	if err != nil {
		return err
	}
	broken := true
	defer func() { db.write.give(s, broken) }()
	w := &Writer{View: View{db: db, s: s}}
	broken, err = s.within(true, func() error {
		if err := firstError(f(w), w.err); err != nil {
			return err
		}
		return firstError(w.finish(), w.err)
	})
	if err != nil {
		return understood(err)
	}
	if w.erased || db.unclean {
		db.afterErasure(s)
	}
	db.watchers.wake()
	return nil
}

// firstError prefers the failure met while reading facts: what followed was
// decided without them.
func firstError(err, facts error) error {
	if facts != nil {
		return facts
	}
	return err
}

// watchers are woken after each commit of this process.
type watchers struct {
	mu    sync.Mutex
	chans map[chan struct{}]struct{}
}

// Hears reports whether Watch also tells what other processes commit. Where it
// does not, who follows looks by itself.
func (db *DB) Hears() bool { return db.remote != nil }

// Watch gives a channel that receives after each commit made through this DB,
// several at once counting for one; on PostgreSQL also after those of other
// processes, unless a ring was lost. stop ends it.
func (db *DB) Watch() (wake <-chan struct{}, stop func()) {
	if db.remote != nil {
		db.remote.bell.listen()
	}
	c := make(chan struct{}, 1)
	w := &db.watchers
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.chans == nil {
		w.chans = map[chan struct{}]struct{}{}
	}
	w.chans[c] = struct{}{}
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.chans, c)
	}
}

func (w *watchers) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.chans {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
