package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"permanence/app/agenda"
)

// Cursor is what a desktop holds of a territoire: the last state of every
// record of its scopes changed at or below Number, in this epoch.
type Cursor struct {
	Territoire agenda.TerritoireID
	Epoch      string
	Number     int64
	ScopesHash string
	Scopes     []agenda.Scope
	Loading    []byte // what a first load has left to do, as the replica wrote it; nil when complete
}

// Cursors gives the cursor of every territoire, by id.
func (v *View) Cursors() ([]Cursor, error) {
	return scanAll(v, func(rows *sql.Rows) (Cursor, error) {
		var c Cursor
		var scopes []byte
		if err := rows.Scan(&c.Territoire, &c.Epoch, &c.Number, &c.ScopesHash, &scopes, &c.Loading); err != nil {
			return c, err
		}
		return c, json.Unmarshal(scopes, &c.Scopes)
	}, "SELECT territoire, epoch, number, scopes_hash, scopes, loading FROM cursors ORDER BY territoire")
}

// SetCursor stores the cursor of a territoire: in the transaction of the page
// that it ends.
func (tx *DeskTx) SetCursor(c Cursor) error {
	scopes, err := json.Marshal(c.Scopes)
	if err != nil {
		return fmt.Errorf("keep a cursor: %w", err)
	}
	return tx.change("keep a cursor", `INSERT INTO cursors (territoire, epoch, number, scopes_hash, scopes, loading) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (territoire) DO UPDATE SET epoch = excluded.epoch, number = excluded.number,
		scopes_hash = excluded.scopes_hash, scopes = excluded.scopes, loading = excluded.loading`,
		c.Territoire, c.Epoch, c.Number, c.ScopesHash, string(scopes), c.Loading)
}

// DropCursor forgets a territoire where the agent has no role any more.
func (tx *DeskTx) DropCursor(t agenda.TerritoireID) error {
	return tx.change("drop a cursor", "DELETE FROM cursors WHERE territoire = ?", t)
}
