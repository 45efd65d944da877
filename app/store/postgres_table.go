package store

import "permanence/app/agenda"

// On PostgreSQL every answer that is waited for costs a way to the server and
// back: rows are written and removed without waiting for any.

// putLater is put.
func (t *table) putLater(s *session, r agenda.Record, body []byte) error {
	if err := s.later("write "+string(t.noun)+" "+r.Key(), t.blind, t.args(r, body)...); err != nil {
		return err
	}
	for _, c := range t.children {
		if err := t.dropLater(s, c, r.Key()); err != nil {
			return err
		}
		for _, row := range c.rows(r) {
			query := "INSERT INTO " + c.name + " (" + c.parent + ", " + c.columns + ") VALUES (" + t.seq + ", " + marks(len(row)) + ") ON CONFLICT DO NOTHING"
			if err := s.later("write "+c.name, query, append([]any{r.Key()}, row...)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// deleteLater is delete.
func (t *table) deleteLater(s *session, id string) error {
	for _, c := range t.children {
		if err := t.dropLater(s, c, id); err != nil {
			return err
		}
	}
	return s.later("remove "+string(t.noun)+" "+id, "DELETE FROM "+t.name+" WHERE id = ?", id)
}

// dropLater removes what points at a record.
func (t *table) dropLater(s *session, c child, id string) error {
	return s.later("write "+c.name, "DELETE FROM "+c.name+" WHERE "+c.parent+" = "+t.seq, id)
}
