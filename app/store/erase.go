package store

import (
	"maps"
	"slices"

	"permanence/app/agenda"
)

// erase leaves a tombstone and removes what this database still holds of a
// record outside of the ledger, whose lines are pointers: its row and its
// words in the search index, base images, what was pending, kept or refused
// about it, mail told or queued, links and accounts. A command that names the
// record loses its content and keeps its id and number.
func (w *Writer) erase(r agenda.Ref) error {
	w.erased = true
	all := append([]agenda.Ref{r}, w.mergedInto(r)...)
	if err := w.Remove(r); err != nil {
		return err
	}
	for _, ref := range all {
		for _, step := range erasures(w.db.kind, ref) {
			if err := w.change("erase "+string(ref.Noun), step.query, step.args...); err != nil {
				return err
			}
		}
	}
	return nil
}

// mergedInto lists the fiches that an usager's was made of, when it is here.
func (w *Writer) mergedInto(r agenda.Ref) []agenda.Ref {
	if r.Noun != agenda.NounUsager {
		return nil
	}
	u, ans := agenda.Get[*agenda.Usager](w, r.Noun, r.ID)
	if ans != agenda.Yes {
		return nil
	}
	var refs []agenda.Ref
	for _, id := range u.Merged {
		refs = append(refs, agenda.Ref{Noun: agenda.NounUsager, ID: string(id)})
	}
	return refs
}

type statement struct {
	query string
	args  []any
}

// erasures lists what goes with a record, table by table: those of both kinds
// of database, then those of one.
func erasures(kind Kind, r agenda.Ref) []statement {
	named := "%" + r.ID + "%" // in a JSON text
	steps := []statement{
		{"INSERT INTO erased (noun, id) VALUES (?, ?) ON CONFLICT DO NOTHING", []any{r.Noun, r.ID}},
		{"UPDATE outcomes SET content = NULL WHERE content LIKE ?", []any{named}},
		{"UPDATE outcomes SET verdict = ?, code = ?, content = NULL WHERE command IN (SELECT command FROM waiting WHERE body LIKE ?)",
			[]any{agenda.Refused, agenda.CodeErased, named}},
		{"UPDATE waiting SET body = NULL WHERE body LIKE ?", []any{named}},
	}
	if kind == Desktop {
		steps = append(steps, []statement{
			{"DELETE FROM base WHERE noun = ? AND id = ?", []any{r.Noun, r.ID}},
			{"DELETE FROM held WHERE noun = ? AND id = ?", []any{r.Noun, r.ID}},
			{"UPDATE pending SET body = NULL, undo = NULL WHERE body LIKE ?", []any{named}},
			{"UPDATE acknowledged SET body = NULL, undo = NULL WHERE body LIKE ?", []any{named}},
			{"UPDATE review SET content = NULL WHERE content LIKE ?", []any{named}},
		}...)
	}
	steps = append(steps, forgetPast(r)...)
	switch r.Noun {
	case agenda.NounUsager:
		return append(steps, personal("usager", r.ID)...)
	case agenda.NounRdv:
		return append(append(steps, personal("rdv", r.ID)...), statement{"DELETE FROM dues WHERE rdv = ?", []any{r.ID}})
	case agenda.NounAgent:
		return append(steps, accountOf(r.ID)...)
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

// accountOf is what lets an agent in.
func accountOf(agent string) []statement {
	return []statement{
		{"DELETE FROM accounts WHERE agent = ?", []any{agent}},
		{"DELETE FROM secrets WHERE agent = ?", []any{agent}},
		{"DELETE FROM outcomes WHERE device IN (SELECT id FROM devices WHERE agent = ?)", []any{agent}},
		{"DELETE FROM devices WHERE agent = ?", []any{agent}},
	}
}

// Erased lists the usagers and Rdvs that were erased here, by id.
func (v *View) Erased() ([]agenda.Ref, error) {
	return scanAll(v, scanRef, "SELECT noun, id FROM erased WHERE noun IN (?, ?) ORDER BY id", agenda.NounUsager, agenda.NounRdv)
}

// ErasedIn lists the usagers and Rdvs that were erased and were read through one
// of some scopes of a territoire, and those of which the feed tells nothing: a
// restored server may never have had them. By id.
func (v *View) ErasedIn(t agenda.TerritoireID, scopes []agenda.Scope) ([]agenda.Ref, error) {
	places, err := v.places(t, scopes)
	if err != nil || len(places) == 0 {
		return nil, err
	}
	args := []any{agenda.NounUsager, agenda.NounRdv}
	for _, p := range places {
		args = append(args, p)
	}
	return scanAll(v, scanRef, `SELECT e.noun, e.id FROM erased e WHERE e.noun IN (?, ?)
		AND (EXISTS (SELECT 1 FROM feed f WHERE f.noun = e.noun AND f.id = e.id AND f.place IN (`+marks(len(places))+`))
			OR NOT EXISTS (SELECT 1 FROM feed f WHERE f.noun = e.noun AND f.id = e.id))
		ORDER BY e.id`, args...)
}

// Erase leaves a tombstone and removes the record from everything this server
// keeps. A mail that has not left about an Rdv that this transaction changed
// may name the person to somebody else: it is withdrawn, and what its
// recipient had been told before it is what they were told. The last traces in
// the file go after the commit, or with CleanUp.
func (tx *ServerTx) Erase(r agenda.Ref) error {
	if err := tx.erase(r); err != nil {
		return err
	}
	if r.Noun != agenda.NounUsager {
		return nil
	}
	for _, rdv := range slices.Sorted(maps.Keys(tx.rdvs)) {
		if err := tx.change("erase former values", "DELETE FROM history WHERE noun = 'rdv' AND id = ?", rdv); err != nil {
			return err
		}
		if err := tx.withdrawAll(rdv); err != nil {
			return err
		}
	}
	return nil
}

// withdrawAll takes back every mail about an Rdv that has not left.
func (tx *ServerTx) withdrawAll(rdv agenda.RdvID) error {
	mails, err := tx.MailsOf(rdv)
	if err != nil {
		return err
	}
	for _, m := range slices.Backward(mails) {
		if m.State != agenda.RecuWaiting {
			continue
		}
		if err := tx.SetTold(rdv, m.Usager, m.Before); err != nil {
			return err
		}
		if err := tx.change("withdraw a mail", "DELETE FROM mails WHERE id = ?", m.ID); err != nil {
			return err
		}
	}
	return nil
}
