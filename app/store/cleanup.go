package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// CleanUp takes out of the file what erasing left in the search index and in
// the log. A reader can keep the log from being emptied: it waits for it, four
// seconds at most or until ctx is done, and then answers CodeBusy; ask again
// later. The log is emptied after each erasure too, when no reader is there, so
// a program calls this when it starts and once a day.
func (db *DB) CleanUp(ctx context.Context) error {
	if db.remote != nil {
		return db.cleanUpRemote(ctx)
	}
	if db.place.readOnly {
		return nil
	}
	s, err := db.write.take(ctx)
	if err != nil {
		return err
	}
	defer db.write.give(s, false)
	if _, err := s.exec(tidySearch); err != nil {
		return understood(fmt.Errorf("tidy the search index: %w", err))
	}
	return understood(s.emptyLog(ctx, 12))
}

// afterErasure empties the log at once if no reader is in the way. Otherwise
// the next commit tries again, and closing does it in any case: what was
// committed stays committed, so nothing is answered.
func (db *DB) afterErasure(s *session) {
	db.unclean = s.emptyLog(context.Background(), 1) != nil
}

// emptyLog brings the write-ahead log into the file and cuts it to nothing; it
// tries so many times, each after a longer pause.
func (s *session) emptyLog(ctx context.Context, tries int) error {
	if err := s.run("PRAGMA busy_timeout = 0"); err != nil {
		return fmt.Errorf("empty the log: %w", err)
	}
	err := s.tryEmptyLog(ctx, tries)
	return errors.Join(err, s.run(fmt.Sprintf("PRAGMA busy_timeout = %d", busyTimeout.Milliseconds())))
}

func (s *session) tryEmptyLog(ctx context.Context, tries int) error {
	pause := time.Millisecond
	for try := range tries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(pause):
				pause *= 2
			}
		}
		var busy, frames, done int
		if err := s.one("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &done); err != nil {
			return fmt.Errorf("empty the log: %w", err)
		}
		if busy == 0 {
			return nil
		}
	}
	return trouble(CodeBusy, errors.New("a reader keeps the log"))
}
