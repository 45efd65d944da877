package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// CleanUp takes out of the file what erasing left in the search index and in
// the log. A reader can keep the log from being emptied: it waits for it, a
// second at most or until ctx is done, and then answers CodeBusy; ask again
// later. A program calls it after erasing and when it starts.
func (db *DB) CleanUp(ctx context.Context) error {
	if db.place.readOnly {
		return nil
	}
	s, err := db.write.take(ctx)
	if err != nil {
		return err
	}
	defer db.write.give(s, false)
	for _, query := range db.eng.tidy() {
		if _, err := s.exec(query); err != nil {
			return understood(fmt.Errorf("tidy the search index: %w", err))
		}
	}
	return understood(s.emptyLog(ctx))
}

// emptyLog brings the write-ahead log into the file and cuts it to nothing.
func (s *session) emptyLog(ctx context.Context) error {
	pause := time.Millisecond
	for range 12 {
		var busy, frames, done int
		if err := s.one("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &done); err != nil {
			return fmt.Errorf("empty the log: %w", err)
		}
		if busy == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
			pause *= 2
		}
	}
	return trouble(CodeBusy, errors.New("a reader keeps the log"))
}
