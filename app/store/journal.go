package store

import (
	"database/sql"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
)

const journalColumns = "SELECT territoire, number, noun, id, revision, kind, command, author, agent, device, at FROM journal"

func scanJournal(rows *sql.Rows) (guichet.JournalLine, error) {
	var l guichet.JournalLine
	var at instant
	err := rows.Scan(&l.Territoire, &l.Number, &l.Ref.Noun, &l.Ref.ID, &l.Revision, &l.Kind, orEmpty(&l.Command), &l.Author, orEmpty(&l.Agent), orEmpty(&l.Device), &at)
	l.At = at.Time
	return l, err
}

// JournalSince gives at most limit lines above the number after, for the nouns
// (all of them for none), by number; it never cuts a number in two, so it may
// be longer. A follower moves its bookmark to the number of the last line, or
// to the head it read in the same View when there was none.
func (v *View) JournalSince(t agenda.TerritoireID, after int64, limit int, nouns ...agenda.Noun) ([]guichet.JournalLine, error) {
	args := []any{t, after}
	only := ""
	if len(nouns) > 0 {
		only = " AND noun IN (" + marks(len(nouns)) + ")"
		for _, n := range nouns {
			args = append(args, n)
		}
	}
	// The last number to give is that of the limit-th line.
	var last sql.NullInt64
	err := v.s.one("SELECT max(number) FROM (SELECT number FROM journal WHERE territoire = ? AND number > ?"+only+" ORDER BY number LIMIT ?) AS page",
		append(args, max(1, limit))...).Scan(&last)
	if err != nil || !last.Valid {
		return nil, err
	}
	return scanAll(v, scanJournal, journalColumns+" WHERE territoire = ? AND number > ?"+only+" AND number <= ? ORDER BY number, noun, id",
		append(args, last.Int64)...)
}

// History gives the lines of one record, oldest first.
func (v *View) History(r agenda.Ref) ([]guichet.JournalLine, error) {
	return scanAll(v, scanJournal, journalColumns+" WHERE noun = ? AND id = ? ORDER BY at, territoire, number", r.Noun, r.ID)
}

// LastBefore gives the last number that a territoire drew before the instant, as
// far as the journal tells; 0 for none.
func (v *View) LastBefore(t agenda.TerritoireID, at time.Time) (int64, error) {
	var n sql.NullInt64
	err := v.s.one("SELECT max(number) FROM journal WHERE territoire = ? AND at < ?", t, instant{at}).Scan(&n)
	return n.Int64, err
}

// ForgetJournal drops the lines older than before, but none that a bookmark
// has not passed. It gives how many went.
func (tx *ServerTx) ForgetJournal(before time.Time) (int64, error) {
	return tx.count("forget the journal", `DELETE FROM journal WHERE at < ? AND number <= coalesce(
		(SELECT min(b.number) FROM bookmarks b WHERE b.territoire = journal.territoire), number)`, instant{before})
}
