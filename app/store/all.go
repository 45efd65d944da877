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
	return v.bodies(n, "SELECT id, body FROM "+t.name)
}

// Images gives, on a desktop, the server's images of a noun, by id: what is on
// screen, but for what pending commands changed.
func (v *View) Images(n agenda.Noun) (map[agenda.Ref][]byte, error) {
	t := tableOf(n)
	if t == nil {
		return nil, nil
	}
	return v.bodies(n, "SELECT r.id, r.body FROM "+t.name+` r WHERE NOT EXISTS (SELECT 1 FROM base b WHERE b.noun = ? AND b.id = r.id)
		UNION ALL SELECT id, body FROM base WHERE noun = ? AND body IS NOT NULL`, n, n)
}

func (v *View) bodies(n agenda.Noun, query string, args ...any) (map[agenda.Ref][]byte, error) {
	all := map[agenda.Ref][]byte{}
	_, err := scanAll(v, func(rows *sql.Rows) (struct{}, error) {
		var id string
		var body []byte
		err := rows.Scan(&id, &body)
		all[agenda.Ref{Noun: n, ID: id}] = body
		return struct{}{}, err
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read every %s: %w", n, err)
	}
	return all, nil
}
