package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
)

// Past is one change of a record: the line of the journal, and what it
// overwrote by group (agenda.FormerValues), nil for a birth or once forgotten.
type Past struct {
	guichet.JournalLine
	Was map[string]json.RawMessage
}

// Overwrite keeps what a change overwrote, beside its line of the journal.
func (tx *ServerTx) Overwrite(l guichet.JournalLine, was map[string]json.RawMessage) error {
	body, err := json.Marshal(was)
	if err != nil {
		return fmt.Errorf("keep former values: %w", err)
	}
	tx.note(historyNotes, lineKey(l), l.Territoire, l.Number, l.Ref.Noun, l.Ref.ID, l.Kind, instant{l.At}, string(body))
	return nil
}

// PastOf gives the changes of one record, newest first; a record of several
// territoires has one a change.
func (v *View) PastOf(r agenda.Ref) ([]Past, error) {
	was := map[string]map[string]json.RawMessage{}
	_, err := scanAll(v, func(rows *sql.Rows) (struct{}, error) {
		var t string
		var n int64
		var body []byte
		if err := rows.Scan(&t, &n, &body); err != nil {
			return struct{}{}, err
		}
		var values map[string]json.RawMessage
		err := json.Unmarshal(body, &values)
		was[fmt.Sprint(t, n)] = values
		return struct{}{}, err
	}, "SELECT territoire, number, was FROM history WHERE noun = ? AND id = ?", r.Noun, r.ID)
	if err != nil {
		return nil, err
	}
	lines, err := v.History(r)
	var all []Past
	met := map[string]int{} // by command and revision, where it stands in all
	for i := len(lines) - 1; i >= 0; i-- {
		l := lines[i]
		if l.Kind == guichet.KindNoted {
			continue
		}
		values := was[fmt.Sprint(l.Territoire, l.Number)]
		key := fmt.Sprint(l.Command, l.Kind, l.Revision)
		at, known := met[key]
		if !known {
			met[key] = len(all)
			all = append(all, Past{l, values})
		} else if all[at].Was == nil {
			all[at].Was = values
		}
	}
	return all, err
}

// Former gives the last image of a record that was removed, and not erased; nil
// when there is none, or when it was forgotten.
func (v *View) Former(n agenda.Noun, id string) agenda.Record {
	var body []byte
	ok, err := found(v.s.one("SELECT was FROM history WHERE noun = ? AND id = ? AND kind = ? ORDER BY at DESC, number DESC LIMIT 1",
		n, id, guichet.KindRemoved).Scan(&body))
	if err != nil || !ok {
		v.fail(err)
		return nil
	}
	var was map[string]json.RawMessage
	if err := json.Unmarshal(body, &was); err != nil {
		v.fail(err)
		return nil
	}
	r, err := agenda.Decode(n, was[agenda.WholeRecord])
	if err != nil {
		v.fail(err)
		return nil
	}
	return r
}

// Signature tells who brought a record to a revision; nil when the journal no
// longer does.
func (v *View) Signature(r agenda.Ref, revision int64) *agenda.Signature {
	var s agenda.Signature
	var agent sql.NullString
	var at instant
	ok, err := found(v.s.one("SELECT author, agent, at FROM journal WHERE noun = ? AND id = ? AND revision = ? AND kind <> ? ORDER BY number DESC LIMIT 1",
		r.Noun, r.ID, revision, guichet.KindNoted).Scan(&s.Kind, &agent, &at))
	v.fail(err)
	if err != nil || !ok {
		return nil
	}
	s.Agent, s.At = agenda.AgentID(agent.String), at.Time
	return &s
}

// FormerRoles gives the roles that an agent had at some time since the instant,
// as they stood before each change: what their desktop may have acted on.
func (v *View) FormerRoles(a agenda.AgentID, since time.Time) ([]*agenda.Role, error) {
	ids, err := scanAll(v, scanOne[string], `SELECT DISTINCT h.id FROM history h WHERE h.noun = ? AND h.at >= ? AND (
		h.was LIKE ? OR EXISTS (SELECT 1 FROM roles r WHERE r.id = h.id AND r.agent = ?))`,
		agenda.NounRole, instant{since}, "%"+string(a)+"%", a)
	if err != nil {
		return nil, err
	}
	var all []*agenda.Role
	for _, id := range ids {
		images, err := v.imagesSince(agenda.Ref{Noun: agenda.NounRole, ID: id}, since)
		if err != nil {
			return nil, err
		}
		for _, r := range images {
			if role := r.(*agenda.Role); role.Agent == a {
				all = append(all, role)
			}
		}
	}
	return all, nil
}

// Aside gives the first command of a device that is kept aside for somebody to
// decide and names the record, "" for none.
func (v *View) Aside(device, record string) (string, error) {
	var command string
	_, err := found(v.s.one("SELECT command FROM waiting WHERE device = ? AND reason = ? AND body LIKE ? ORDER BY n LIMIT 1",
		device, agenda.CodeQuarantined, "%"+record+"%").Scan(&command))
	return command, err
}

// imagesSince rewinds a record: the image before each change since the
// instant, newest first.
func (v *View) imagesSince(r agenda.Ref, since time.Time) ([]agenda.Record, error) {
	past, err := v.PastOf(r)
	if err != nil {
		return nil, err
	}
	now, _ := v.Record(r.Noun, r.ID)
	var images []agenda.Record
	for _, p := range past {
		if p.At.Before(since) || p.Was == nil {
			break
		}
		if now == nil {
			now = agenda.New(r.Noun)
		}
		if now, err = agenda.Rewind(now, p.Was); err != nil {
			return nil, err
		}
		images = append(images, now)
	}
	return images, nil
}

// ForgetHistory drops the former values older than before. It gives how many
// changes lost theirs.
func (tx *ServerTx) ForgetHistory(before time.Time) (int64, error) {
	return tx.count("forget former values", "DELETE FROM history WHERE at < ?", instant{before})
}

// forgetPast drops the former values that tell of an erased record. Of an
// usager, also those of every Rdv that ever named them: its notes may speak of
// them.
func forgetPast(r agenda.Ref) []statement {
	own := statement{"DELETE FROM history WHERE noun = ? AND id = ?", []any{r.Noun, r.ID}}
	if r.Noun != agenda.NounUsager {
		return []statement{own}
	}
	named := "%" + r.ID + "%"
	return []statement{own,
		{"DELETE FROM history WHERE noun = 'rdv' AND id IN (SELECT id FROM history WHERE noun = 'rdv' AND was LIKE ?)", []any{named}},
		{"DELETE FROM history WHERE was LIKE ?", []any{named}},
	}
}
