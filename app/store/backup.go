package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"permanence/app/agenda"
)

// ErrNotHere says that this engine has its own tool for what was asked.
var ErrNotHere = errors.New("not with this engine")

// Backup copies the database, as it stands at one instant, into a new file;
// others may read and write meanwhile. A file that exists is refused, and
// ErrNotHere is answered for a PostgreSQL database, which pg_dump copies.
func (db *DB) Backup(ctx context.Context, path string) error {
	if db.remote != nil {
		return ErrNotHere
	}
	s, err := db.write.take(ctx)
	if err != nil {
		return err
	}
	defer db.write.give(s, false)
	if _, err := s.exec("VACUUM INTO ?", path); err != nil {
		return understood(fmt.Errorf("back up: %w", err))
	}
	return nil
}

// Restored opens another history of every territoire, after a backup was put
// back: what was acknowledged since may be missing, so that every desktop offers
// its last days again and takes a fresh copy. A mail that waits may have left
// since the backup was made: it is taken back, and its Rdv compared again with
// what was told from mailAt on.
func (tx *ServerTx) Restored(mailAt time.Time) error {
	heads, err := tx.Heads()
	if err != nil {
		return err
	}
	for _, h := range heads {
		if _, err := tx.NewEpoch(h.Territoire); err != nil {
			return err
		}
	}
	waiting, err := scanAll(&tx.View, scanOne[agenda.RdvID], "SELECT DISTINCT rdv FROM mails WHERE state = ? ORDER BY rdv", agenda.RecuWaiting)
	if err != nil {
		return err
	}
	for _, rdv := range waiting {
		if err := tx.withdrawAll(rdv); err != nil {
			return err
		}
		if err := tx.SetDue(Due{Rdv: rdv, At: mailAt}); err != nil {
			return err
		}
	}
	return tx.change("put off what is due", "UPDATE dues SET due_at = ?, lease_at = 0 WHERE due_at < ?", instant{mailAt}, instant{mailAt})
}
