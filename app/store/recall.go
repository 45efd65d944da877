package store

import (
	"database/sql"

	"permanence/app/agenda"
)

// recall is what a desktop's transaction remembers of tables that are small,
// so that a page of a thousand rows does not ask a thousand times.
type recall struct {
	based       map[agenda.Ref]bool // records with a base image; nil: not read yet
	erased      map[agenda.Ref]bool // tombstones; nil: not read yet
	territoires map[int64]agenda.TerritoireID
}

// isBased reports whether base has an image of the record.
func (tx *DeskTx) isBased(r agenda.Ref) bool {
	if tx.recall.based == nil {
		tx.recall.based = tx.refs("SELECT noun, id FROM base")
	}
	return tx.recall.based[r]
}

// wasErased reports whether the record has a tombstone.
func (tx *DeskTx) wasErased(r agenda.Ref) bool {
	if tx.recall.erased == nil {
		tx.recall.erased = tx.refs("SELECT noun, id FROM erased")
	}
	return tx.recall.erased[r]
}

func (tx *DeskTx) refs(query string) map[agenda.Ref]bool {
	all, err := scanAll(&tx.View, scanRef, query)
	tx.fail(err)
	set := make(map[agenda.Ref]bool, len(all))
	for _, r := range all {
		set[r] = true
	}
	return set
}

func scanRef(rows *sql.Rows) (agenda.Ref, error) {
	var r agenda.Ref
	err := rows.Scan(&r.Noun, &r.ID)
	return r, err
}

// in keeps the holdings that are of a territoire.
func (tx *DeskTx) in(t agenda.TerritoireID, all []holding) []holding {
	var kept []holding
	for _, h := range all {
		if tx.territoireOf(h.place) == t {
			kept = append(kept, h)
		}
	}
	return kept
}

func (tx *DeskTx) territoireOf(place int64) agenda.TerritoireID {
	if t, ok := tx.recall.territoires[place]; ok {
		return t
	}
	var t agenda.TerritoireID
	_, err := found(tx.s.one("SELECT territoire FROM places WHERE place = ?", place).Scan(&t))
	tx.fail(err)
	if tx.recall.territoires == nil {
		tx.recall.territoires = map[int64]agenda.TerritoireID{}
	}
	tx.recall.territoires[place] = t
	return t
}

// Savepoint runs f so that its error undoes what f wrote, and only that.
func (tx *DeskTx) Savepoint(f func() error) error {
	err := tx.Writer.Savepoint(f)
	if err != nil {
		tx.recall = recall{} // what it knows may have been undone
	}
	return err
}
