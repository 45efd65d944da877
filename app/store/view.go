package store

import (
	"database/sql"
	"errors"
	"fmt"

	"permanence/app/agenda"
)

// View answers from one instant of the database. It serves one goroutine and
// dies with the function it was given to. As agenda.Facts it keeps its first
// failure, which ends the transaction.
type View struct {
	db  *DB
	s   *session
	err error
}

// fail keeps the first failure.
func (v *View) fail(err error) {
	if v.err == nil && err != nil {
		v.err = err
	}
}

// Err is the first failure met while answering as Facts, nil when none.
func (v *View) Err() error { return v.err }

// Whole reports whether nothing lies outside: the server.
func (v *View) Whole() bool { return v.db.kind == Server }

// Record gives one record; nil unless Yes.
func (v *View) Record(n agenda.Noun, id string) (agenda.Record, agenda.Answer) {
	body, ans := v.body(n, id)
	if ans != agenda.Yes {
		return nil, ans
	}
	r, err := agenda.Decode(n, body)
	if err != nil {
		v.fail(err)
		return nil, agenda.Unknown
	}
	return r, agenda.Yes
}

// Body gives the bytes of one record as they were stored; nil unless Yes.
func (v *View) Body(n agenda.Noun, id string) ([]byte, agenda.Answer) { return v.body(n, id) }

func (v *View) body(n agenda.Noun, id string) ([]byte, agenda.Answer) {
	t := tableOf(n)
	if t == nil {
		return nil, v.missing(n, id)
	}
	var body []byte
	found, err := found(v.s.one(t.body, id, id).Scan(&body))
	switch {
	case err != nil:
		v.fail(fmt.Errorf("read %s %s: %w", n, id, err))
		return nil, agenda.Unknown
	case !found:
		return nil, v.missing(n, id)
	case body == nil:
		return nil, agenda.Erased
	}
	return body, agenda.Yes
}

// missing tells why a record is not here, that was not erased. A desktop that
// removed it by itself knows; otherwise it may lie outside.
func (v *View) missing(n agenda.Noun, id string) agenda.Answer {
	if v.Whole() || v.exists("SELECT 1 FROM base WHERE noun = ? AND id = ? AND body IS NOT NULL", n, id) {
		return agenda.No
	}
	return agenda.Unknown
}

// exists reports whether a query gives a row; a failure is kept.
func (v *View) exists(query string, args ...any) bool {
	var one int
	found, err := found(v.s.one(query, args...).Scan(&one))
	v.fail(err)
	return found
}

// Records gives every record of the noun that belongs to the organisation
// (motif, lieu, plage) or territoire (organisation, service), by id.
func (v *View) Records(n agenda.Noun, owner string) []agenda.Record {
	t := tableOf(n)
	if t == nil || t.owner == "" {
		return nil
	}
	return factsOf[agenda.Record](v, t, "WHERE "+t.owner+" = ? ORDER BY id", owner)
}

// Derive makes an id from parts with the secret of this server; a desktop has
// none and answers "".
func (v *View) Derive(parts ...string) string {
	if v.db.secret == nil {
		return ""
	}
	return agenda.DeriveID(v.db.secret, parts...)
}

// found tells a row that is not there from a failure.
func found(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// factsOf lists records and keeps a failure.
func factsOf[T agenda.Record](v *View, t *table, where string, args ...any) []T {
	rs, err := listOf[T](v, t, where, args...)
	v.fail(err)
	return rs
}

// listOf lists the records of a table.
func listOf[T agenda.Record](v *View, t *table, where string, args ...any) ([]T, error) {
	return decodeAll[T](v, t.noun, "SELECT body FROM "+t.name+" "+where, args...)
}

// decodeAll runs a query of bodies.
func decodeAll[T agenda.Record](v *View, n agenda.Noun, query string, args ...any) ([]T, error) {
	return scanAll(v, func(rows *sql.Rows) (T, error) {
		var none T
		var body sql.RawBytes
		if err := rows.Scan(&body); err != nil {
			return none, err
		}
		r, err := agenda.Decode(n, body)
		if err != nil {
			return none, err
		}
		return r.(T), nil
	}, query, args...)
}

// scanAll reads every row of a query; nil when there is none.
func scanAll[T any](v *View, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := v.s.query(query, args...)
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		x, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read a row: %w", err)
		}
		all = append(all, x)
	}
	return all, rows.Err()
}

// scanOne reads a row of one column.
func scanOne[T any](rows *sql.Rows) (T, error) {
	var x T
	err := rows.Scan(&x)
	return x, err
}
