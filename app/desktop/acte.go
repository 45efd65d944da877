package desktop

import (
	"context"
	"slices"

	"permanence/app/agenda"
	"permanence/app/guichet"
)

// Accord is which warnings the author goes on with: those of Codes as they are
// found now, or all of them. Each is stored with the records that it names.
type Accord struct {
	All   bool
	Codes []agenda.Code
}

func (a Accord) covers(w agenda.Warning) bool { return a.All || slices.Contains(a.Codes, w.Code) }

// Acte is what was written on this desk; the server has not heard of it yet.
type Acte struct {
	ID       string   // of the record it is about
	Commands []string // ids, in order; none when there was nothing to do
	Changes  []agenda.Change
	Warnings []agenda.Warning // accepted, or for information
	Dropped  string           // what brings back refused commands that were given up, "" for none
}

// Revision is that of the record the act is about, 0 when it is gone.
func (a Acte) Revision() int64 {
	if r := a.After(); r != nil {
		return r.Stamped().Revision
	}
	return 0
}

// After is the record the act is about as it is now, nil when it is gone or
// untouched.
func (a Acte) After() agenda.Record {
	for _, c := range slices.Backward(a.Changes) {
		if c.Ref().ID == a.ID {
			return c.After
		}
	}
	return nil
}

// Before is the same as it was, nil for what is new or untouched.
func (a Acte) Before() agenda.Record {
	for _, c := range a.Changes {
		if c.Ref().ID == a.ID {
			return c.Before
		}
	}
	return nil
}

// and joins an act with the one that followed it.
func (a Acte) and(next Acte) Acte {
	a.Commands = append(a.Commands, next.Commands...)
	a.Changes = append(a.Changes, next.Changes...)
	a.Warnings = append(a.Warnings, next.Warnings...)
	return a
}

// propose hands one command to the counter about the record id, tells who
// listens, and wakes the line. It refuses (CodeWarnings) with the warnings that
// the accord does not cover; nothing is then written.
func (p *Poste) propose(ctx context.Context, id string, args agenda.Args, accord Accord) (Acte, error) {
	agent := p.Agent()
	if agent == "" {
		return Acte{}, Refuser(CodeLogin)
	}
	done, err := p.counter.Do(ctx, guichet.Proposal{Args: args, AcceptAll: accord.All}, agent)
	if r := agenda.RefusalOf(err); r != nil && r.Code == agenda.CodeWarnings {
		if left := accord.left(r.Warnings); len(left) > 0 {
			r.Warnings = left
			return Acte{}, r
		}
		done, err = p.counter.Do(ctx, guichet.Proposal{Args: args, Accepted: accepted(r.Warnings)}, agent)
	}
	if err != nil {
		return Acte{}, err
	}
	acte := Acte{ID: id, Commands: []string{done.Command.ID}, Changes: done.Decision.Changes, Warnings: done.Decision.Warnings}
	p.known(done.Command.N)
	p.heard(Nouvelle{Changes: acte.Changes})
	p.line.Wake()
	return acte, nil
}

// left gives the warnings that the accord does not cover.
func (a Accord) left(found []agenda.Warning) []agenda.Warning {
	return slices.DeleteFunc(slices.Clone(found), a.covers)
}

func accepted(found []agenda.Warning) []agenda.Accepted {
	var all []agenda.Accepted
	for _, w := range found {
		all = append(all, agenda.Accepted{Code: w.Code, Records: w.Records})
	}
	return all
}

// trial runs a command without writing anything: what the counter would find
// now. The decision's warnings are all there; a refusal for another reason is
// returned.
func (l *lecture) trial(args agenda.Args) ([]agenda.Warning, error) {
	cmd := agenda.NewCommand("", l.now, args)
	by := agenda.Author{Kind: agenda.AuthorAgent, Agent: l.agent}
	d, err := agenda.Decide(l.View, cmd, by, agenda.Propose, l.now, l.now)
	if r := agenda.RefusalOf(err); r != nil && r.Code == agenda.CodeWarnings {
		return r.Warnings, nil
	}
	return d.Warnings, err
}
