package store

import (
	"fmt"
	"maps"
	"strings"

	"permanence/app/agenda"
)

// What a commit notes beside the records (feed, journal, history, outcomes, the
// numbers drawn) is kept back and written together: many rows in one statement.
// A statement that names one of these tables has them written first, so that a
// transaction always reads what it wrote; the commit writes what is left.

// notes is a table of rows that are kept back.
type notes struct {
	name, columns string
	onConflict    string
}

var (
	feedNotes = notes{"feed", "place, noun, id, number, present, revision, month",
		" ON CONFLICT (noun, id, place) DO UPDATE SET number = excluded.number, present = excluded.present, revision = excluded.revision, month = excluded.month"}
	journalNotes = notes{"journal", "territoire, number, noun, id, revision, kind, command, author, agent, device, at", ""}
	historyNotes = notes{"history", "territoire, number, noun, id, kind, at, was", ""}
	outcomeNotes = notes{"outcomes", "command, device, n, at, verdict, code, numbers, content",
		" ON CONFLICT (command) DO UPDATE SET device = excluded.device, n = excluded.n, at = excluded.at, verdict = excluded.verdict, code = excluded.code, numbers = excluded.numbers, content = excluded.content"}

	// keptBack lists them in the order in which they are written.
	keptBack = [...]notes{feedNotes, journalNotes, historyNotes, outcomeNotes}
)

// aboutNotes reports whether a statement names a table of rows kept back, or
// that of the numbers drawn.
func aboutNotes(query string) bool {
	for _, in := range keptBack {
		if strings.Contains(query, in.name) {
			return true
		}
	}
	return strings.Contains(query, "counters")
}

// noted is one row that is kept back.
type noted struct {
	in  notes
	key string // of two rows of one table and key the later one stands
	row []any
}

// behind is what a writing transaction keeps back.
type behind struct {
	rows   []noted                       // those of a savepoint stay until it is over
	sent   int                           // of rows
	counts map[agenda.TerritoireID]int64 // last numbers drawn
	fresh  map[agenda.TerritoireID]bool  // whose number is not written yet
}

// mark is where a transaction stands when a savepoint begins.
func (b *behind) mark() behind {
	return behind{b.rows, b.sent, maps.Clone(b.counts), nil}
}

// back returns to a mark: what was kept back before it and written since was
// undone with the rest, and is kept back again.
func (w *Writer) back(to behind) {
	w.behind = to
	for t := range w.counts {
		w.countsTo(t, w.counts[t])
	}
	w.s.behind = w.writeNotes
}

// countsTo notes the number that a territoire has reached.
func (w *Writer) countsTo(t agenda.TerritoireID, n int64) {
	if w.fresh == nil {
		w.fresh = map[agenda.TerritoireID]bool{}
	}
	if w.counts == nil {
		w.counts = map[agenda.TerritoireID]int64{}
	}
	w.counts[t], w.fresh[t] = n, true
	w.s.behind = w.writeNotes
}

// note keeps one row back.
func (w *Writer) note(in notes, key string, row ...any) {
	w.rows = append(w.rows, noted{in, key, row})
	w.s.behind = w.writeNotes
}

// writeNotes writes what was kept back.
func (w *Writer) writeNotes() error {
	w.s.behind = nil
	rows := w.rows[w.sent:]
	w.sent = len(w.rows)
	if w.depth == 0 {
		w.rows, w.sent = nil, 0
	}
	for _, in := range keptBack {
		err := w.s.insertAll("INSERT INTO "+in.name+" ("+in.columns+") VALUES ", in.onConflict, last(rows, in))
		if err != nil {
			return fmt.Errorf("note in %s: %w", in.name, err)
		}
	}
	for t := range w.fresh {
		if err := w.change("draw a number", "UPDATE counters SET number = ? WHERE territoire = ?", w.counts[t], t); err != nil {
			return err
		}
	}
	w.fresh = nil
	return nil
}

// last gives the rows of one table, the last of each key.
func last(rows []noted, in notes) [][]any {
	var all [][]any
	at := map[string]int{}
	for _, n := range rows {
		if n.in != in {
			continue
		}
		if i, known := at[n.key]; known {
			all[i] = n.row
			continue
		}
		at[n.key] = len(all)
		all = append(all, n.row)
	}
	return all
}
