package store

import (
	"fmt"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// Writer is the one writing transaction: it reads what it wrote, and nobody
// else sees anything of it before the commit.
type Writer struct {
	View
	holder
	behind
	depth  int                     // of savepoints
	placed map[agenda.Placed]int64 // short numbers met in this transaction
	erased bool                    // a record may no longer be read here: the log is emptied after the commit

	deltas  []delta                            // of the digests, written before the commit
	zones   map[agenda.TerritoireID]civil.Zone // met in this transaction
	rezoned []agenda.TerritoireID              // whose clock was changed in this transaction
}

// Put writes the record's row, whether it exists or not.
func (w *Writer) Put(r agenda.Record) error {
	body, err := agenda.Encode(r)
	if err != nil {
		return err
	}
	return w.putBody(r, body)
}

func (w *Writer) putBody(r agenda.Record, body []byte) error {
	t := tableOf(r.Noun())
	if t == nil {
		return fmt.Errorf("write: no such noun %q", r.Noun())
	}
	return t.put(w.s, r, body, r.Stamped().Revision == 1)
}

// Remove deletes the row; one that is not there is no error.
func (w *Writer) Remove(r agenda.Ref) error {
	t := tableOf(r.Noun)
	if t == nil {
		return fmt.Errorf("remove: no such noun %q", r.Noun)
	}
	return t.delete(w.s, r.ID)
}

// Savepoint runs f so that its error undoes what f wrote, and only that. The
// error is returned as it is. Savepoints may be nested.
func (w *Writer) Savepoint(f func() error) error {
	w.depth++
	defer func() { w.depth-- }()
	name := fmt.Sprintf("s%d", w.depth)
	deltas, rezoned, noted := len(w.deltas), len(w.rezoned), w.behind.mark()
	w.s.begins(name)
	if err := f(); err != nil {
		w.placed, w.zones = nil, nil // some may have been met inside
		w.deltas, w.rezoned = w.deltas[:deltas], w.rezoned[:rezoned]
		w.back(noted)
		if failed := w.s.undo(); failed != nil {
			w.fail(fmt.Errorf("undo a savepoint: %w", failed)) // nothing of this transaction may be kept
		}
		return err
	}
	if err := w.s.release(); err != nil {
		return fmt.Errorf("release a savepoint: %w", err)
	}
	return nil
}

// change runs one statement whose answer nobody needs; doing says what for. Its
// failure may be told by the next statement, or by the commit.
func (w *Writer) change(doing, query string, args ...any) error {
	return w.s.later(doing, query, args...)
}

// changed runs one statement and reports whether a row was written.
func (w *Writer) changed(doing, query string, args ...any) (bool, error) {
	n, err := w.count(doing, query, args...)
	return n > 0, err
}

// count runs one statement and gives the number of rows written.
func (w *Writer) count(doing, query string, args ...any) (int64, error) {
	res, err := w.s.exec(query, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	return res.RowsAffected()
}
