package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// locks are the places this DB holds against other programs.
type locks struct {
	mu   sync.Mutex
	held []*sql.DB
}

// Lock takes the named place on this database ("server", "window", "sync")
// until Close, or refuses (CodeInUse) when another program, or another DB of
// this one, has it. The system gives it back when the program ends, however it
// ends. Reading and writing need no lock: commands work beside a server.
func (db *DB) Lock(name string) error {
	lock := sql.OpenDB(newConnector(db.place.lockDSN(name)))
	lock.SetMaxOpenConns(1)
	conn, err := lock.Conn(context.Background())
	if err != nil {
		return errors.Join(fmt.Errorf("lock %s: %w", name, err), lock.Close())
	}
	if _, err := conn.ExecContext(context.Background(), "BEGIN EXCLUSIVE"); err != nil {
		held := understood(err)
		if e := ErrorOf(held); e != nil && e.Code == CodeBusy {
			held = &Error{Code: CodeInUse, Message: troubleText(CodeInUse), Path: db.place.path}
		}
		return errors.Join(held, conn.Close(), lock.Close())
	}
	db.locks.mu.Lock()
	defer db.locks.mu.Unlock()
	db.locks.held = append(db.locks.held, lock)
	return nil
}

// lockDSN addresses an empty database beside this one, whose own lock is the
// place: the same on every system, and never left behind by a crash.
func (p place) lockDSN(name string) string {
	if p.path == "" {
		return "file:/" + p.name + "-" + name + "?vfs=memdb&_busy_timeout=0"
	}
	return "file:" + escapePath(p.path+"."+name+".verrou") + "?_busy_timeout=0&_journal_mode=MEMORY"
}

func (l *locks) release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for _, lock := range l.held {
		errs = append(errs, lock.Close())
	}
	l.held = nil
	return errors.Join(errs...)
}
