package store

import (
	"database/sql"
	"fmt"
	"strconv"

	"permanence/app/agenda"
	"permanence/app/guichet"
)

// fed is what a transaction knows of one record of the feed: its row, and what
// its lines count for in the digests.
type fed struct {
	record agenda.Record // nil: no such row
	lines  map[int64]imprint
}

// fedOf reads it once.
func (tx *ServerTx) fedOf(r agenda.Ref) (*fed, error) {
	known := tx.fed[r]
	if known == nil {
		known = &fed{}
		known.record, _ = tx.Record(r.Noun, r.ID)
		if tx.fed == nil {
			tx.fed = map[agenda.Ref]*fed{}
		}
		tx.fed[r] = known
	}
	if known.lines != nil {
		return known, tx.Err()
	}
	known.lines = map[int64]imprint{}
	// Nothing about it is kept back: it would be known.
	behind := tx.s.behind
	tx.s.behind = nil
	defer func() { tx.s.behind = behind }()
	_, err := scanAll(&tx.View, func(rows *sql.Rows) (struct{}, error) {
		var place int64
		var i imprint
		err := rows.Scan(&place, &i.revision, &i.month)
		known.lines[place] = i
		return struct{}{}, err
	}, "SELECT place, revision, month FROM feed WHERE noun = ? AND id = ?", r.Noun, r.ID)
	if err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	return known, tx.Err()
}

// restand notes the row that a record has from now on.
func (tx *ServerTx) restand(ref agenda.Ref, r agenda.Record) {
	if known := tx.fed[ref]; known != nil {
		known.record = r
		return
	}
	if tx.fed == nil {
		tx.fed = map[agenda.Ref]*fed{}
	}
	tx.fed[ref] = &fed{record: r}
}

// Feed notes that the record can, or can no longer, be read through the scope
// since the number. It replaces the line of that pair, and counts the record,
// as its row stands now, in the digest of the scope.
func (tx *ServerTx) Feed(l guichet.FeedLine) error {
	place, err := tx.placeOf(agenda.Placed{Territoire: l.Territoire, Scope: l.Scope})
	if err != nil {
		return err
	}
	known, err := tx.fedOf(l.Ref)
	if err != nil {
		return err
	}
	var now imprint
	if l.In && known.record != nil {
		if now, err = tx.imprintOf(l.Territoire, known.record); err != nil {
			return err
		}
	}
	tx.countOut(place, l.Ref, known.lines[place])
	tx.countIn(place, l.Ref, now)
	known.lines[place] = now
	tx.note(&feedNotes, string(l.Ref.Noun)+l.Ref.ID+" "+strconv.FormatInt(place, 10), place, l.Ref.Noun, l.Ref.ID, l.Number, l.In, now.revision, now.month)
	return nil
}
