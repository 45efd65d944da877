package store

import (
	"database/sql"
	"fmt"

	"permanence/app/agenda"
)

// ForgetBeyond follows the records that left this desktop in the transaction
// with a scope: what was answered or refused about them loses its content, and
// what is pending is marked, to lose its own once it is settled. It comes before
// the replay.
func (tx *DeskTx) ForgetBeyond() error {
	if len(tx.left) == 0 {
		return nil
	}
	left := tx.left
	tx.left = nil
	for _, in := range []struct{ table, key, column, set string }{
		{"pending", "n", "body", "beyond = 1"},
		{"acknowledged", "seq", "body", "body = NULL, undo = NULL"},
		{"review", "command", "content", "content = NULL"},
	} {
		if err := tx.forgetBeyond(in.table, in.key, in.column, in.set, left); err != nil {
			return fmt.Errorf("forget what left: %w", err)
		}
	}
	return tx.change("forget what left", "UPDATE pending SET body = NULL, undo = NULL WHERE beyond = 1 AND outcome IS NOT NULL")
}

func (tx *DeskTx) forgetBeyond(table, key, column, set string, left map[string]bool) error {
	type line struct {
		key  any
		text []byte
	}
	all, err := scanAll(&tx.View, func(rows *sql.Rows) (line, error) {
		var l line
		err := rows.Scan(&l.key, &l.text)
		return l, err
	}, "SELECT "+key+", "+column+" FROM "+table+" WHERE "+column+" IS NOT NULL")
	if err != nil {
		return err
	}
	for _, l := range all {
		if !names(l.text, left) {
			continue
		}
		if err := tx.change("forget what left", "UPDATE "+table+" SET "+set+" WHERE "+key+" = ?", l.key); err != nil {
			return err
		}
	}
	return nil
}

// idLength is that of every id: 8-4-4-4-12 hexadecimal digits.
const idLength = 36

// names reports whether a JSON text names one of the ids.
func names(text []byte, ids map[string]bool) bool {
	const dash = 8 // where the first one stands
	for at := 0; at+idLength <= len(text); at++ {
		if text[at+dash] == '-' && ids[string(text[at:at+idLength])] {
			return true
		}
	}
	return false
}

// leave notes that a record leaves this desktop, if it does.
func (tx *DeskTx) leave(r agenda.Ref) error {
	gone, err := tx.letGo(r)
	if gone {
		if tx.left == nil {
			tx.left = map[string]bool{}
		}
		tx.left[r.ID] = true
	}
	return err
}
