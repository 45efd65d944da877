package store

import (
	"database/sql"
	"time"

	"permanence/app/agenda"
)

// ReviewItem is one line of À revoir: a command that the server refused, with
// its content until a person closes it.
type ReviewItem struct {
	Command string // id
	N       int64
	Code    agenda.Code
	Message string // French
	At      time.Time
	Content []byte // JSON: the command and what it met; nil once erased
}

// Review lists what waits for a person, oldest first.
func (v *View) Review() ([]ReviewItem, error) {
	return scanAll(v, func(rows *sql.Rows) (ReviewItem, error) {
		var r ReviewItem
		var at instant
		err := rows.Scan(&r.Command, &r.N, &r.Code, &r.Message, &at, &r.Content)
		r.At = at.Time
		return r, err
	}, "SELECT command, n, code, message, at, content FROM review ORDER BY at, n")
}

// AddReview keeps a refused command; one that is there already is replaced.
func (tx *DeskTx) AddReview(r ReviewItem) error {
	return tx.change("keep for review", `INSERT INTO review (command, n, code, message, at, content) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (command) DO UPDATE SET n = excluded.n, code = excluded.code, message = excluded.message, at = excluded.at, content = excluded.content`,
		r.Command, r.N, r.Code, r.Message, instant{r.At}, text(r.Content))
}

// DropReview closes one; none is no error.
func (tx *DeskTx) DropReview(command string) error {
	return tx.change("close a review", "DELETE FROM review WHERE command = ?", command)
}
