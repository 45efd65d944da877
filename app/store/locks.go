package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// locks are the places this DB holds against other programs.
type locks struct {
	mu   sync.Mutex
	held []lock
}

// lock is a connection inside a transaction that excludes all others.
type lock struct {
	db   *sql.DB
	conn *sql.Conn // nil when it could not be opened
}

// Lock takes the named place on this database ("server", "window", "sync")
// until Close, or refuses (CodeInUse) when another program, or another DB of
// this one, has it. The system gives it back when the program ends, however it
// ends. Reading and writing need no lock: commands work beside a server.
//
// Several servers may share a place on PostgreSQL: there it only keeps out who
// asks for it alone (LockAlone).
func (db *DB) Lock(name string) error {
	if db.remote != nil {
		return db.lockRemote(name, false)
	}
	l, err := db.place.lock(name)
	if err != nil {
		return err
	}
	db.locks.mu.Lock()
	defer db.locks.mu.Unlock()
	db.locks.held = append(db.locks.held, l)
	return nil
}

// LockFile takes the named places of the file at path as Lock does, without
// opening the file, which may be under a key that is not here. Who locks
// unlocks.
func LockFile(path string, names ...string) (unlock func() error, err error) {
	var held locks
	for _, name := range names {
		l, err := place{path: path}.lock(name)
		if err != nil {
			return nil, errors.Join(err, held.release())
		}
		held.held = append(held.held, l)
	}
	return held.release, nil
}

func (p place) lock(name string) (lock, error) {
	l := lock{db: sql.OpenDB(newConnector(p.lockDSN(name, 0)))}
	if err := l.take(); err != nil {
		err = fmt.Errorf("lock %s: %w", name, err)
		if e := ErrorOf(understood(err)); e != nil && e.Code == CodeBusy {
			err = &Error{Code: CodeInUse, Message: troubleText(CodeInUse), Path: p.path, cause: err}
		}
		return l, errors.Join(err, l.close())
	}
	return l, nil
}

// LockAlone is Lock for who may share the place with nobody, on PostgreSQL too.
func (db *DB) LockAlone(name string) error {
	if db.remote != nil {
		return db.lockRemote(name, true)
	}
	return db.Lock(name)
}

// Hold takes the named place on the SQLite file at path without opening it, which
// may be damaged or not there, until release; it refuses as Lock does.
func Hold(path, name string) (release func() error, err error) {
	db := &DB{place: place{path: path}}
	if err := db.Lock(name); err != nil {
		return nil, err
	}
	return db.locks.release, nil
}

// lockDSN addresses an empty database beside this one, whose own lock is the
// place: the same on every system, and never left behind by a crash. wait is
// how long to wait for who has it.
func (p place) lockDSN(name string, wait time.Duration) string {
	timeout := "_busy_timeout=" + strconv.FormatInt(wait.Milliseconds(), 10)
	if p.path == "" {
		return "file:/" + p.name + "-" + name + "?vfs=memdb&" + timeout
	}
	return "file:" + escapePath(p.path+"."+name+".verrou") + "?" + timeout
}

func (l *lock) take() (err error) {
	if l.conn, err = l.db.Conn(context.Background()); err != nil {
		return err
	}
	_, err = l.conn.ExecContext(context.Background(), "BEGIN EXCLUSIVE")
	return err
}

// close ends the connection, and with it the lock.
func (l *lock) close() error {
	if l.conn == nil {
		return l.db.Close()
	}
	return errors.Join(l.conn.Close(), l.db.Close())
}

func (l *locks) release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for _, held := range l.held {
		errs = append(errs, held.close())
	}
	l.held = nil
	return errors.Join(errs...)
}
