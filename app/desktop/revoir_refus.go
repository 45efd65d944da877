package desktop

import (
	"context"
	"slices"
	"strings"

	"permanence/app/agenda"
	"permanence/app/store"
)

// settleRefused drops what was refused, asks for it again, or asks for it at
// another time, with what was entered on top of it; all of it is closed once
// that is written.
func (p *Poste) settleRefused(ctx context.Context, c Cas, d Decision) (Acte, error) {
	acte := Acte{ID: c.ID}
	var err error
	switch {
	case d.Choice == ChoiceDrop || d.Choice == ChoiceKeep:
		return acte, p.closeRefused(ctx, &acte, c)
	case d.Choice == ChoiceApply && c.Command.Args != nil:
		acte, err = p.propose(ctx, subjectOfArgs(c.Command.Args), c.Command.Args, Accord{All: true})
	case d.Choice == ChoiceMove && !d.Start.IsZero():
		acte, err = p.retime(ctx, c.Command.Args, d)
	default:
		err = refusedChoice()
	}
	if err != nil {
		return acte, err
	}
	if err := p.closeOne(ctx, c.ID); err != nil {
		return acte, err
	}
	return p.askAgain(ctx, acte, c.Depends)
}

// askAgain asks again for what was entered on top of a case. The first that is
// refused stays in À revoir, with those that follow.
func (p *Poste) askAgain(ctx context.Context, acte Acte, depends []Cas) (Acte, error) {
	for _, c := range depends {
		if c.Kind != caseRefused || c.Command.Args == nil {
			continue
		}
		next, err := p.propose(ctx, subjectOfArgs(c.Command.Args), c.Command.Args, Accord{All: true})
		if err != nil {
			return acte, err
		}
		acte = acte.and(next)
		if err := p.closeOne(ctx, c.ID); err != nil {
			return acte, err
		}
	}
	return acte, nil
}

func (p *Poste) closeOne(ctx context.Context, command string) error {
	err := p.db.WriteDesk(ctx, func(tx *store.DeskTx) error { return tx.DropReview(command) })
	p.heard(Nouvelle{Health: true})
	return err
}

// reopened names what undoing the closing of refused commands takes.
const reopened = "review:"

// closeRefused gives up a refused command and what was entered on top of it.
// They can be brought back until the profile closes.
func (p *Poste) closeRefused(ctx context.Context, acte *Acte, c Cas) error {
	ids := []string{c.ID}
	for _, d := range c.Depends {
		if d.Kind == caseRefused {
			ids = append(ids, d.ID)
		}
	}
	var items []store.ReviewItem
	err := p.db.WriteDesk(ctx, func(tx *store.DeskTx) error {
		all, err := tx.Review()
		if err != nil {
			return err
		}
		for _, item := range all {
			if !slices.Contains(ids, item.Command) {
				continue
			}
			items = append(items, item)
			if err := tx.DropReview(item.Command); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.mu.Lock()
	if p.dropped == nil {
		p.dropped = map[string][]store.ReviewItem{}
	}
	p.dropped[reopened+c.ID] = items
	p.mu.Unlock()
	acte.Dropped = reopened + c.ID
	p.heard(Nouvelle{Health: true})
	return nil
}

// reopen brings back refused commands that were given up, false when key names
// none.
func (p *Poste) reopen(ctx context.Context, key string) (bool, error) {
	if !strings.HasPrefix(key, reopened) {
		return false, nil
	}
	p.mu.Lock()
	items := p.dropped[key]
	delete(p.dropped, key)
	p.mu.Unlock()
	if items == nil {
		return true, agenda.Refuse(agenda.CodeNothingToUndo, "")
	}
	err := p.db.WriteDesk(ctx, func(tx *store.DeskTx) error {
		for _, item := range items {
			if err := tx.AddReview(item); err != nil {
				return err
			}
		}
		return nil
	})
	p.heard(Nouvelle{Health: true})
	return true, err
}

// retime asks for a refused booking or move at another time.
func (p *Poste) retime(ctx context.Context, args agenda.Args, d Decision) (Acte, error) {
	switch a := args.(type) {
	case *agenda.BookRdv:
		again := *a
		err := p.read(ctx, func(l *lecture) error {
			again.Start = d.Start.in(l, a.Zone)
			again.End = again.Start.Add(a.End.Sub(a.Start))
			return nil
		})
		if err != nil {
			return Acte{}, err
		}
		if d.Agent != "" {
			again.Agents = []agenda.AgentID{d.Agent}
		}
		return p.propose(ctx, string(a.Rdv), &again, Accord{All: true})
	case *agenda.MoveRdv:
		return p.Move(ctx, Deplacement{Rdv: a.Rdv, Start: d.Start}, Accord{All: true})
	}
	return Acte{}, refusedChoice()
}
