package store

import (
	"database/sql"
	"fmt"

	"permanence/app/agenda"
)

// All gives every record of a noun that is here, by id: for an export, a
// comparison of two databases, a test.
func (v *View) All(n agenda.Noun) ([]agenda.Record, error) {
	t := tableOf(n)
	if t == nil {
		return nil, nil
	}
	return listOf[agenda.Record](v, t, "ORDER BY id")
}

// Bodies gives the bytes of every record of a noun, by id, as they were stored.
func (v *View) Bodies(n agenda.Noun) (map[agenda.Ref][]byte, error) {
	t := tableOf(n)
	if t == nil {
		return nil, nil
	}
	all := map[agenda.Ref][]byte{}
	_, err := scanAll(v, func(rows *sql.Rows) (struct{}, error) {
		var id string
		var body []byte
		err := rows.Scan(&id, &body)
		all[agenda.Ref{Noun: n, ID: id}] = body
		return struct{}{}, err
	}, "SELECT id, body FROM "+t.name)
	if err != nil {
		return nil, fmt.Errorf("read every %s: %w", n, err)
	}
	return all, nil
}
