package desktop

import (
	"context"
	"errors"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// Historique is what became of a record, newest first.
type Historique struct {
	Passages []agenda.Passage
	// Own says that the server was not there to ask: these are only this desk's
	// own commands.
	Own bool
}

// History tells what became of a record: as the server remembers it, else, when
// it cannot be asked, what this desk did itself. It refuses not_found.
func (p *Poste) History(ctx context.Context, r agenda.Ref) (Historique, error) {
	passages, err := p.line.History(ctx, r)
	if e, ok := errors.AsType[*Erreur](err); ok && (e.Code == CodeUnreachable || e.Code == CodeLogin) {
		return p.ownHistory(ctx, r)
	}
	return Historique{Passages: passages}, err
}

// ownHistory tells what this desk's own commands did to a record.
func (p *Poste) ownHistory(ctx context.Context, r agenda.Ref) (Historique, error) {
	h := Historique{Own: true}
	err := p.read(ctx, func(l *lecture) error {
		settled, err := l.Acknowledged(time.Time{})
		if err != nil {
			return err
		}
		queued, err := l.PendingCommands()
		if err != nil {
			return err
		}
		for _, q := range append(settled, queued...) {
			if own, did := ownPassage(q, r); did {
				h.Passages = append(h.Passages, own)
			}
		}
		return nil
	})
	slices.SortStableFunc(h.Passages, func(a, b agenda.Passage) int { return b.At.Compare(a.At) })
	return h, err
}

// ownPassage is what one command of this desk did to a record; false for nothing.
func ownPassage(q store.Queued, r agenda.Ref) (agenda.Passage, bool) {
	p := agenda.Passage{At: q.Command.At, Kind: "changed", Command: q.Command.ID, Author: agenda.AuthorAgent, Agent: q.Author, Device: q.Command.Device}
	did := false
	for _, e := range q.Undo {
		if e.Noun != r.Noun || e.ID != r.ID {
			continue
		}
		did = true
		if e.Group == agenda.WholeRecord && (len(e.Was) == 0 || string(e.Was) == "null") {
			p.Kind = "born"
			continue
		}
		if e.Group == agenda.WholeRecord {
			p.Kind = "removed"
		}
		p = p.With(e.Group, e.Was)
	}
	return p, did
}

// Restore puts former values of a record back, by an ordinary command: the
// groups of one passage that are named, all that it shows for none. It refuses
// (nothing_to_undo) when they hold already, and as the change itself would.
func (p *Poste) Restore(ctx context.Context, r agenda.Ref, from agenda.Passage, groups []string, accord Accord) (Acte, error) {
	var edits []agenda.UndoEdit
	err := p.read(ctx, func(l *lecture) error {
		now, _ := l.Record(r.Noun, r.ID)
		for group, was := range from.Was {
			if len(groups) > 0 && !slices.Contains(groups, group) {
				continue
			}
			e, err := restoring(now, r, group, was)
			if err != nil {
				return err
			}
			edits = append(edits, e...)
		}
		return nil
	})
	if err != nil {
		return Acte{}, err
	}
	if len(edits) == 0 {
		return Acte{}, agenda.Refuse(agenda.CodeNothingToUndo, r.ID)
	}
	return p.propose(ctx, r.ID, &agenda.Undo{Of: from.Command, Edits: edits}, accord)
}

// restoring gives the edits that put one group back, or the whole record when it
// was removed.
func restoring(now agenda.Record, r agenda.Ref, group string, was []byte) ([]agenda.UndoEdit, error) {
	switch {
	case now == nil && group == agenda.WholeRecord:
		return agenda.BringBackEdits(r.Noun, r.ID, was), nil
	case now == nil || group == agenda.WholeRecord:
		return nil, agenda.Refuse(agenda.CodeNothingToUndo, r.ID)
	}
	return agenda.RestoreEdits(now, group, was)
}
