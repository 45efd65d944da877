package desktop

import (
	"cmp"
	"context"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// remembered is how long an acknowledged command may still be undone.
const remembered = 7 * 24 * time.Hour

// Undo undoes a command of this profile by its id, "" for the last one that
// still stands. What nobody changed since is put back; the rest is left and
// named in the act's warnings. It refuses (*Erreur, or CodeNothingToUndo) what
// was undone already, or entirely overtaken.
func (p *Poste) Undo(ctx context.Context, command string) (Acte, error) {
	var of store.Queued
	err := p.read(ctx, func(l *lecture) error {
		done, err := l.commands()
		if err != nil {
			return err
		}
		of, err = undoable(done, command)
		return err
	})
	if err != nil {
		return Acte{}, err
	}
	acte, err := p.propose(ctx, subjectOf(of), &agenda.Undo{Of: of.Command.ID, Edits: of.Undo}, Accord{All: true})
	if r := agenda.RefusalOf(err); r != nil && r.Code == agenda.CodeNothingToUndo {
		return acte, Refuser(CodeOvertaken)
	}
	return acte, err
}

// UndoAll undoes the commands that one gesture made, last first. The first that
// is refused stops it.
func (p *Poste) UndoAll(ctx context.Context, commands []string) (Acte, error) {
	var all Acte
	for _, c := range slices.Backward(commands) {
		acte, err := p.Undo(ctx, c)
		if err != nil {
			return all, err
		}
		all = all.and(acte)
		all.ID = acte.ID
	}
	return all, nil
}

// commands gives what this profile asked lately, last first: what waits, then
// what was acknowledged.
func (l *lecture) commands() ([]store.Queued, error) {
	pending, err := l.PendingCommands()
	if err != nil {
		return nil, err
	}
	done, err := l.Acknowledged(l.now.Add(-remembered))
	if err != nil {
		return nil, err
	}
	all := slices.Concat(pending, done)
	slices.SortStableFunc(all, func(a, b store.Queued) int { return cmp.Compare(b.Command.N, a.Command.N) })
	return all, nil
}

// undoable picks the command to undo.
func undoable(all []store.Queued, id string) (store.Queued, error) {
	undone := map[string]bool{}
	for _, q := range all {
		if u, ok := q.Command.Args.(*agenda.Undo); ok {
			undone[u.Of] = true
		}
	}
	if undone[id] {
		return store.Queued{}, Refuser(CodeUndoneAlready)
	}
	for _, q := range all {
		_, isUndo := q.Command.Args.(*agenda.Undo)
		wanted := id == q.Command.ID || id == "" && !isUndo && !undone[q.Command.ID]
		if wanted && len(q.Undo) > 0 {
			return q, nil
		}
	}
	return store.Queued{}, agenda.Refuse(agenda.CodeNothingToUndo, id)
}

// subjectOf is the record that a command was mostly about.
func subjectOf(q store.Queued) string {
	for _, noun := range []agenda.Noun{agenda.NounRdv, agenda.NounUsager, agenda.NounPlage, agenda.NounAbsence} {
		for _, e := range q.Undo {
			if e.Noun == noun {
				return e.ID
			}
		}
	}
	if len(q.Undo) > 0 {
		return q.Undo[0].ID
	}
	return ""
}
