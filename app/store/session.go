package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"
)

// session is one connection with the statements prepared on it. One goroutine
// uses it at a time.
type session struct {
	conn   *sql.Conn
	eng    engine
	stmts  map[string]*sql.Stmt
	texts  map[string]string // of queries, in the engine's words
	first  func() error      // runs before the next statement, then never again
	age    int64             // of the pool, when it was opened
	after  []later           // not sent yet
	points []*savepoint      // those that are open
	behind func() error      // writes rows that are kept back; nil: there are none
	line   string            // names the connection among all
	wrote  bool              // the transaction changed something
}

// stmt prepares a query once. Statements run without the caller's context:
// they are short, and one that is cut in the middle would only be run again.
// What may be waited for, a free session, listens to it.
func (s *session) stmt(query string) (*sql.Stmt, error) {
	if st, ok := s.stmts[query]; ok {
		return st, nil
	}
	st, err := s.conn.PrepareContext(context.Background(), s.eng.rebind(query))
	if err != nil {
		return nil, fmt.Errorf("prepare %.60q: %w", query, err)
	}
	s.stmts[query] = st
	return st, nil
}

func (s *session) exec(query string, args ...any) (sql.Result, error) {
	if err := s.start(query); err != nil {
		return nil, err
	}
	if err := s.flushBefore(query); err != nil {
		return nil, err
	}
	if !s.eng.prepares() {
		return s.conn.ExecContext(context.Background(), s.text(query), s.eng.arguments(args)...)
	}
	st, err := s.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(context.Background(), args...)
}

func (s *session) query(query string, args ...any) (*sql.Rows, error) {
	if err := s.start(query); err != nil {
		return nil, err
	}
	if err := s.flushBefore(query); err != nil {
		return nil, err
	}
	if !s.eng.prepares() {
		return s.conn.QueryContext(context.Background(), s.text(query), s.eng.arguments(args)...)
	}
	st, err := s.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.QueryContext(context.Background(), args...)
}

// start runs what has to come before the first statement of a transaction.
func (s *session) start(query string) error {
	if first := s.first; first != nil {
		s.first = nil
		if err := first(); err != nil {
			return err
		}
	}
	if writes(query) {
		s.wrote = true
		if err := s.issue(); err != nil {
			return err
		}
	}
	if behind := s.behind; behind != nil && aboutNotes(query) {
		return behind()
	}
	return nil
}

// writes reports whether a statement changes rows.
func writes(query string) bool {
	verb, _, _ := strings.Cut(query, " ")
	return verb == "INSERT" || verb == "UPDATE" || verb == "DELETE"
}

// text gives a query in the engine's words.
func (s *session) text(query string) string {
	text, ok := s.texts[query]
	if !ok {
		text = s.eng.rebind(query)
		s.texts[query] = text
	}
	return text
}

// run executes statements that are not worth preparing.
func (s *session) run(script string) error {
	if err := s.flushBefore(script); err != nil {
		return err
	}
	_, err := s.conn.ExecContext(context.Background(), script)
	return err
}

func (s *session) close() error {
	var errs []error
	for _, st := range s.stmts {
		errs = append(errs, st.Close())
	}
	return errors.Join(append(errs, s.conn.Close())...)
}

// within runs f between BEGIN and COMMIT; an error or a panic of f rolls back.
// broken tells that the connection can no longer be relied on.
func (s *session) within(write bool, f func() error) (broken bool, err error) {
	if _, err := s.exec(s.eng.begin(write)); err != nil {
		return s.eng.lost(err), fmt.Errorf("begin: %w", err)
	}
	committed := false
	defer func() {
		s.behind, s.points = nil, nil
		if committed {
			return
		}
		if _, e := s.exec("ROLLBACK"); e != nil && !rolledBack(e) {
			broken = true
		}
	}()
	if err := f(); err != nil {
		return false, err
	}
	if _, err := s.exec("COMMIT"); err != nil {
		return s.eng.lost(err), fmt.Errorf("commit: %w", err)
	}
	committed = true
	return false, nil
}

// rolledBack tells that the engine had already rolled back by itself (a full
// disk): there is nothing left to roll back.
func rolledBack(err error) bool {
	return err != nil && err.Error() == "cannot rollback - no transaction is active"
}

// pool lends sessions, at most as many as it was made with, each opened when
// it is first needed.
type pool struct {
	db   *sql.DB
	eng  engine
	free chan *session // nil: not opened yet
	age  atomic.Int64  // how many connections were lost
}

func newPool(c driver.Connector, eng engine, size int) *pool {
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	p := &pool{db: db, eng: eng, free: make(chan *session, size)}
	for range size {
		p.free <- nil
	}
	return p
}

// take waits for a session, or until ctx is done.
func (p *pool) take(ctx context.Context) (*session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case s := <-p.free:
		if s != nil && s.age == p.age.Load() {
			return s, nil
		}
		if s != nil {
			s.drop() // one that was cut went with others of its time
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	conn, err := p.db.Conn(context.Background())
	if err != nil {
		p.free <- nil
		return nil, err
	}
	return &session{conn: conn, eng: p.eng, stmts: map[string]*sql.Stmt{}, texts: map[string]string{}, age: p.age.Load(), line: uuid.NewString()}, nil
}

// give brings a session back; a broken one is closed, and another opened when
// it is needed.
func (p *pool) give(s *session, broken bool) {
	if broken {
		if !p.eng.prepares() {
			p.age.Add(1)
		}
		s.drop()
		s = nil
	}
	p.free <- s
}

// drop closes a session that nobody can rely on. What that answers no longer
// matters.
func (s *session) drop() {
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = s.close()
}

// close waits for every session and closes them.
func (p *pool) close() error {
	var errs []error
	for range cap(p.free) {
		if s := <-p.free; s != nil {
			errs = append(errs, s.close())
		}
	}
	return errors.Join(append(errs, p.db.Close())...)
}
