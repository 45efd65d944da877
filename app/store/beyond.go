package store

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"permanence/app/agenda"
)

// ForgetBeyond follows the records that left this desktop in the transaction
// with a scope: what was answered or refused about them loses its content, and
// what is pending is marked, to lose its own once it is settled. What a marked
// command made here leaves with it: no scope ever held it. It comes before the
// replay.
func (tx *DeskTx) ForgetBeyond() error {
	if len(tx.left) == 0 {
		return nil
	}
	left := tx.left
	tx.left = nil
	if err := tx.markBeyond(left); err != nil {
		return fmt.Errorf("forget what left: %w", err)
	}
	for _, in := range []struct{ table, key, column, set string }{
		{"acknowledged", "seq", "body", "body = NULL, undo = NULL"},
		{"review", "command", "content", "content = NULL"},
	} {
		if err := tx.forgetBeyond(in.table, in.key, in.column, in.set, left); err != nil {
			return fmt.Errorf("forget what left: %w", err)
		}
	}
	return tx.change("forget what left", "UPDATE pending SET body = NULL, undo = NULL WHERE beyond = 1 AND outcome IS NOT NULL")
}

// markBeyond marks the pending commands about what left, in their order, and
// adds what each of them gave birth to: what has no image, was touched by nobody
// before, and had never been received. A record that was, and whose image went
// (deleted, or copied anew), is nobody's birth.
func (tx *DeskTx) markBeyond(left map[string]bool) error {
	all, err := tx.texts("pending", "n", "body")
	if err != nil {
		return err
	}
	for _, l := range all {
		if !names(l.text, left) {
			continue
		}
		if err := tx.change("mark what left", "UPDATE pending SET beyond = 1 WHERE n = ?", l.key); err != nil {
			return err
		}
		born, err := scanAll(&tx.View, scanOne[string], `SELECT t.id FROM touched t CROSS JOIN base b ON b.noun = t.noun AND b.id = t.id
			WHERE t.n = ? AND b.body IS NULL
			AND NOT EXISTS (SELECT 1 FROM touched e WHERE e.noun = t.noun AND e.id = t.id AND e.n < t.n)`, l.key)
		if err != nil {
			return err
		}
		seen, err := seenIn(l.text)
		if err != nil {
			return err
		}
		for _, id := range born {
			left[id] = left[id] || seen[id] == 0
		}
	}
	return nil
}

// seenIn reads which revisions a command had received.
func seenIn(command []byte) (map[string]int64, error) {
	var c struct {
		Seen map[string]int64 `json:"seen"`
	}
	err := json.Unmarshal(command, &c)
	return c.Seen, err
}

// line is a JSON text with the key of its row.
type line struct {
	key  any
	text []byte
}

func (tx *DeskTx) texts(table, key, column string) ([]line, error) {
	return scanAll(&tx.View, func(rows *sql.Rows) (line, error) {
		var l line
		err := rows.Scan(&l.key, &l.text)
		return l, err
	}, "SELECT "+key+", "+column+" FROM "+table+" WHERE "+column+" IS NOT NULL ORDER BY "+key)
}

func (tx *DeskTx) forgetBeyond(table, key, column, set string, left map[string]bool) error {
	all, err := tx.texts(table, key, column)
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
