package store

import "permanence/app/agenda"

// erase leaves a tombstone and removes what this database still holds of a
// record outside of the ledger, whose lines are pointers: its row and its
// words in the search index, base images, what was pending, kept or refused
// about it, mail told or queued, links and accounts. A command that names the
// record loses its content and keeps its id and number.
func (w *Writer) erase(r agenda.Ref) error {
	if err := w.Remove(r); err != nil {
		return err
	}
	for _, step := range erasures(r) {
		if err := w.change("erase "+string(r.Noun), step.query, step.args...); err != nil {
			return err
		}
	}
	return nil
}

type statement struct {
	query string
	args  []any
}

// erasures lists what goes with a record, table by table.
func erasures(r agenda.Ref) []statement {
	steps := []statement{
		{"INSERT INTO erased (noun, id) VALUES (?, ?) ON CONFLICT DO NOTHING", []any{r.Noun, r.ID}},
		{"DELETE FROM base WHERE noun = ? AND id = ?", []any{r.Noun, r.ID}},
		{"DELETE FROM held WHERE noun = ? AND id = ?", []any{r.Noun, r.ID}},
		{"UPDATE outcomes SET content = NULL WHERE instr(content, ?) > 0", []any{r.ID}},
		{"UPDATE waiting SET body = NULL WHERE instr(body, ?) > 0", []any{r.ID}},
		{"UPDATE pending SET body = NULL, undo = NULL WHERE instr(body, ?) > 0", []any{r.ID}},
		{"UPDATE acknowledged SET body = NULL, undo = NULL WHERE instr(body, ?) > 0", []any{r.ID}},
		{"UPDATE review SET content = NULL WHERE instr(content, ?) > 0", []any{r.ID}},
	}
	switch r.Noun {
	case agenda.NounUsager:
		return append(steps, personal("usager", r.ID)...)
	case agenda.NounRdv:
		return append(append(steps, personal("rdv", r.ID)...), statement{"DELETE FROM dues WHERE rdv = ?", []any{r.ID}})
	case agenda.NounAgent:
		return append(steps,
			statement{"DELETE FROM accounts WHERE agent = ?", []any{r.ID}},
			statement{"DELETE FROM secrets WHERE agent = ?", []any{r.ID}},
			statement{"DELETE FROM devices WHERE agent = ?", []any{r.ID}})
	}
	return steps
}

// personal is what mail and links keep about an usager or an rdv.
func personal(column, id string) []statement {
	return []statement{
		{"DELETE FROM told WHERE " + column + " = ?", []any{id}},
		{"DELETE FROM mails WHERE " + column + " = ?", []any{id}},
		{"DELETE FROM secrets WHERE " + column + " = ?", []any{id}},
	}
}

// Erase leaves a tombstone and removes the record from everything this server
// keeps. Its last traces in the file go with CleanUp.
func (tx *ServerTx) Erase(r agenda.Ref) error { return tx.erase(r) }
