package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// later is a statement that nothing waits for: on PostgreSQL it is sent with
// those around it, before the next that is waited for, so that a commit costs
// fewer ways to the server and back while it holds its territoire.
type later struct {
	doing, query string
	args         []any
}

// mostLater bounds what waits to be sent.
const mostLater = 100

// later runs a statement whose answer nobody needs. On PostgreSQL its failure
// may be told by a later one of the same transaction.
func (s *session) later(doing, query string, args ...any) error {
	if s.eng.prepares() {
		if _, err := s.exec(query, args...); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
		return nil
	}
	if err := s.start(query); err != nil {
		return err
	}
	s.after = append(s.after, later{doing, query, args})
	if len(s.after) < mostLater {
		return nil
	}
	return s.flush()
}

// flushBefore sends what waits, or forgets it before a statement that would
// undo it.
func (s *session) flushBefore(query string) error {
	if len(s.after) == 0 {
		return nil
	}
	if strings.HasPrefix(query, "ROLLBACK") {
		s.after = nil
		return nil
	}
	return s.flush()
}

// flush sends what waits, in order.
func (s *session) flush() error {
	waiting := s.after
	s.after = nil
	var batch pgx.Batch
	for _, l := range waiting {
		batch.Queue(s.text(l.query), s.eng.arguments(l.args)...)
	}
	return s.conn.Raw(func(c any) error {
		answers := c.(*stdlib.Conn).Conn().SendBatch(context.Background(), &batch)
		for _, l := range waiting {
			if _, err := answers.Exec(); err != nil {
				_ = answers.Close() // it says the same again
				return fmt.Errorf("%s: %w", l.doing, err)
			}
		}
		return answers.Close()
	})
}
