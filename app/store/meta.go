package store

import (
	"database/sql"
	"errors"
	"fmt"
)

// row is the answer to a query of one row at most.
type row struct {
	rows *sql.Rows
	err  error
}

// one runs a query whose first row is wanted; Scan says sql.ErrNoRows when
// there is none.
func (s *session) one(query string, args ...any) row {
	rows, err := s.query(query, args...)
	return row{rows, err}
}

// Scan reads the row and ends the query.
func (r row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		return errors.Join(r.rows.Err(), sql.ErrNoRows)
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Close()
}

// meta reads a value this file keeps about itself, nil when it has none.
func (s *session) meta(key string) ([]byte, error) {
	var value []byte
	err := s.one("SELECT value FROM meta WHERE key = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	return value, nil
}

func (s *session) setMeta(key string, value []byte) error {
	_, err := s.exec("INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
	if err != nil {
		return fmt.Errorf("keep %s: %w", key, err)
	}
	return nil
}

// Setting reads a value kept with SetSetting, nil when there is none.
func (v *View) Setting(key string) ([]byte, error) { return v.s.meta("setting:" + key) }

// SetSetting keeps a small value of the program: what this database is
// connected to, never anything about a person.
func (w *Writer) SetSetting(key string, value []byte) error {
	return w.s.setMeta("setting:"+key, value)
}

// DropSetting forgets one; none is no error.
func (w *Writer) DropSetting(key string) error {
	return w.change("drop a setting", "DELETE FROM meta WHERE key = ?", "setting:"+key)
}
