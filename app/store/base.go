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
	if err := tx.rewind(); err != nil {
		return fmt.Errorf("rewind: %w", err)
	}
	return tx.change("rewind", "DELETE FROM touched")
}

func (tx *DeskTx) rewind() error {
	images := map[agenda.Ref][]byte{}
	var refs []agenda.Ref // in the order of the table
	err := tx.each("SELECT noun, id, body FROM base ORDER BY noun, id", nil, func(rows *sql.Rows) error {
		var r agenda.Ref
		var body []byte
		err := rows.Scan(&r.Noun, &r.ID, &body)
		refs, images[r] = append(refs, r), body
		return err
	})
	if err != nil {
		return err
	}
	shown, err := tx.shown(refs)
	if err != nil {
		return err
	}
	for _, r := range refs {
		if err := tx.restore(r, images[r], shown[r]); err != nil {
			return err
		}
	}
	return nil
}

// restore makes a row what the image says; nil: none.
func (tx *DeskTx) restore(r agenda.Ref, body []byte, row *shownRow) error {
	t := tableOf(r.Noun)
	switch {
	case body == nil && row == nil:
		return nil
	case body == nil:
		return t.deleteRow(tx.s, row)
	}
	rec, err := agenda.Decode(r.Noun, body)
	if err != nil {
		return err
	}
	if row == nil {
		return t.put(tx.s, rec, body, true)
	}
	return t.replace(tx.s, row, rec, body)
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
