package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"permanence/app/agenda"
	"permanence/app/guichet"
)

// fed is what a transaction knows of one record of the feed: its row, and what
// its lines count for in the digests.
type fed struct {
	stands bool          // record is known
	record agenda.Record // nil: no such row
	lines  map[int64]imprint
}

// Noting says which records Feed will be told of, before anything is written:
// what it needs to know of them is read together.
func (tx *ServerTx) Noting(refs ...agenda.Ref) error {
	refs = slices.DeleteFunc(slices.Clone(refs), func(r agenda.Ref) bool {
		known := tx.fed[r]
		return known != nil && known.lines != nil
	})
	for some := range slices.Chunk(refs, 4) {
		if err := tx.readLines(some); err != nil {
			return fmt.Errorf("read the feed: %w", err)
		}
	}
	return nil
}

// readLines reads the lines of some records, of which nothing is kept back: it
// would be known.
func (tx *ServerTx) readLines(refs []agenda.Ref) error {
	behind := tx.s.behind
	tx.s.behind = nil
	defer func() { tx.s.behind = behind }()
	var args []any
	for _, r := range refs {
		known := tx.knownOf(r)
		known.lines = map[int64]imprint{}
		args = append(args, r.Noun, r.ID)
	}
	one := "noun = ? AND id = ?"
	return tx.each("SELECT noun, id, place, revision, month FROM feed WHERE "+one+strings.Repeat(" OR "+one, len(refs)-1), args, func(rows *sql.Rows) error {
		var r agenda.Ref
		var place int64
		var i imprint
		err := rows.Scan(&r.Noun, &r.ID, &place, &i.revision, &i.month)
		tx.fed[r].lines[place] = i
		return err
	})
}

// knownOf is what is known of a record, little at first.
func (tx *ServerTx) knownOf(r agenda.Ref) *fed {
	if tx.fed == nil {
		tx.fed = map[agenda.Ref]*fed{}
	}
	if tx.fed[r] == nil {
		tx.fed[r] = &fed{}
	}
	return tx.fed[r]
}

// fedOf reads it once.
func (tx *ServerTx) fedOf(r agenda.Ref) (*fed, error) {
	known := tx.knownOf(r)
	if known.lines == nil {
		if err := tx.readLines([]agenda.Ref{r}); err != nil {
			return nil, fmt.Errorf("read the feed: %w", err)
		}
	}
	if !known.stands {
		known.record, _ = tx.Record(r.Noun, r.ID)
		known.stands = true
	}
	return known, tx.Err()
}

// restand notes the row that a record has from now on.
func (tx *ServerTx) restand(ref agenda.Ref, r agenda.Record) {
	known := tx.knownOf(ref)
	known.record, known.stands = r, true
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
	tx.note(feedNotes, string(l.Ref.Noun)+l.Ref.ID+" "+strconv.FormatInt(place, 10), place, l.Ref.Noun, l.Ref.ID, l.Number, l.In, now.revision, now.month)
	return nil
}
