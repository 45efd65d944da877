package store

import (
	"database/sql"
	"fmt"

	"permanence/app/agenda"
)

// Rewind puts the server's image back in every row that pending commands
// touched, and forgets what they touched: replaying them notes it again. It
// comes after the images of a page (PutImage, Leave, Gone, Erase) and the
// commands that leave (DropPending), before the replay and SweepBase.
func (tx *DeskTx) Rewind() error {
	type image struct {
		ref  agenda.Ref
		body []byte
	}
	images, err := scanAll(&tx.View, func(rows *sql.Rows) (image, error) {
		var i image
		err := rows.Scan(&i.ref.Noun, &i.ref.ID, &i.body)
		return i, err
	}, "SELECT noun, id, body FROM base ORDER BY noun, id")
	if err != nil {
		return fmt.Errorf("rewind: %w", err)
	}
	for _, i := range images {
		if err := tx.restore(i.ref, i.body); err != nil {
			return fmt.Errorf("rewind: %w", err)
		}
	}
	return tx.change("rewind", "DELETE FROM touched")
}

// restore makes the visible row what the image says; nil: no row.
func (tx *DeskTx) restore(r agenda.Ref, body []byte) error {
	if body == nil {
		return tx.Remove(r)
	}
	rec, err := agenda.Decode(r.Noun, body)
	if err != nil {
		return err
	}
	return tx.putBody(rec, body)
}

// SweepBase drops the images that no pending command needs any more. It comes
// last, once everything has been replayed.
func (tx *DeskTx) SweepBase() error {
	tx.recall.based = nil
	return tx.change("sweep base images", `DELETE FROM base WHERE NOT EXISTS
		(SELECT 1 FROM touched t WHERE t.noun = base.noun AND t.id = base.id)`)
}

// Base gives the server's image of a record that pending commands touched:
// body is nil when the server has none. kept is false when there is no image
// because the visible row is the server's.
func (v *View) Base(r agenda.Ref) (body []byte, kept bool, err error) {
	if v.Whole() {
		return nil, false, nil
	}
	kept, err = found(v.s.one("SELECT body FROM base WHERE noun = ? AND id = ?", r.Noun, r.ID).Scan(&body))
	return body, kept, err
}
