package desktop

import (
	"context"
	"errors"
	"slices"
	"time"

	"permanence/app/agenda"
)

// Choices of a Cas. The first four are also words of the command line.
const (
	ChoiceKeep   = "keep"
	ChoiceApply  = "apply"
	ChoiceDrop   = "drop"
	ChoiceMove   = "move"
	choiceTell   = "told"   // keep, and ring the usager
	choiceAssign = "assign" // another agent receives
	ChoiceLift   = "lift"   // the absence goes
	choiceJoin   = "join"   // another session of a collectif
	choiceFix    = "fix"    // corrected elsewhere
)

// Decision is what a person chose for a case, and what goes with it.
type Decision struct {
	Choice string
	Rdv    agenda.RdvID   // which one of those under an absence; "" for the next
	Start  Moment         // where to move
	Agent  agenda.AgentID // who receives instead, "" for the same
	Seance agenda.RdvID   // the session to join
	Fields []string       // codes whose value is that of the second file
}

// refusedChoice says that a choice is not offered.
func refusedChoice() error { return invalidField("choice", "Ce choix n’est pas proposé.") }

// Settle decides a case. Warnings that come with what was chosen are taken as
// seen: the case showed them. It refuses (settled) a case that is gone.
func (p *Poste) Settle(ctx context.Context, id string, d Decision) (Acte, error) {
	cases, err := p.Review(ctx)
	if err != nil {
		return Acte{}, err
	}
	at := slices.IndexFunc(cases, func(c Cas) bool { return c.ID == id })
	if at < 0 {
		return Acte{}, Refuser(CodeSettled)
	}
	switch c := cases[at]; {
	case c.Conflit != nil:
		return p.settleConflit(ctx, c, d)
	case c.Kind == caseRefused:
		return p.settleRefused(ctx, c, d)
	}
	return Acte{}, invalidField("choice", "Rien n’est à décider ici : cela se règle à l’envoi.")
}

// settleConflit closes a conflit, then runs what was chosen: the server, which
// closes by itself what is settled, then finds it closed by this choice, and
// undoing opens it again. What was done before something failed is undone. An
// absence over several rdvs is worked as a list: it closes with the last of them.
func (p *Poste) settleConflit(ctx context.Context, c Cas, d Decision) (Acte, error) {
	if c.Conflit.Code == agenda.ConflitQuarantined {
		return p.settleWaiting(ctx, c, d)
	}
	last, err := p.settlesAll(ctx, c.Conflit, d)
	if err != nil {
		return Acte{}, err
	}
	if !last {
		return p.resolve(ctx, c.Conflit, d)
	}
	closed, err := p.closeConflits(ctx, Acte{ID: c.ID}, c.Conflit, d.Choice)
	var done Acte
	if err == nil {
		done, err = p.resolve(ctx, c.Conflit, d)
	}
	if err != nil {
		_, undone := p.UndoAll(ctx, closed.Commands)
		return Acte{}, errors.Join(err, undone)
	}
	acte := closed.and(done)
	if done.ID != "" {
		acte.ID = done.ID
	}
	return acte, nil
}

// settlesAll reports whether a decision leaves nothing of a conflit to decide.
func (p *Poste) settlesAll(ctx context.Context, c *agenda.Conflit, d Decision) (bool, error) {
	if c.Code != agenda.ConflitAbsenceOver || d.Choice == ChoiceKeep || d.Choice == ChoiceLift {
		return true, nil
	}
	left := 0
	err := p.read(ctx, func(l *lecture) error {
		left = len(l.sides(c))
		return nil
	})
	return left <= 1, err
}

// closeConflits closes a conflit, and those that it tells all about.
func (p *Poste) closeConflits(ctx context.Context, acte Acte, c *agenda.Conflit, choice string) (Acte, error) {
	closing := []*agenda.Conflit{c}
	err := p.read(ctx, func(l *lecture) error {
		open, err := l.OpenConflits()
		for _, other := range open {
			if shadows(c, other) {
				closing = append(closing, other)
			}
		}
		return err
	})
	for _, one := range closing {
		if err != nil {
			break
		}
		var closed Acte
		closed, err = p.propose(ctx, one.Key(), &agenda.CloseConflit{Conflit: one.ID, Choice: choice}, Accord{All: true})
		acte = acte.and(closed)
	}
	return acte, err
}

// settleWaiting accepts or rejects what somebody entered who had lost the right
// to: that closes it.
func (p *Poste) settleWaiting(ctx context.Context, c Cas, d Decision) (Acte, error) {
	if d.Choice != ChoiceApply && d.Choice != ChoiceDrop {
		return Acte{}, refusedChoice()
	}
	return p.propose(ctx, c.ID, &agenda.SettleWaiting{Conflit: c.Conflit.ID, Accept: d.Choice == ChoiceApply}, Accord{All: true})
}

// resolve runs what a choice asks of the records of a conflit.
func (p *Poste) resolve(ctx context.Context, c *agenda.Conflit, d Decision) (Acte, error) {
	var rdv *agenda.Rdv
	var from agenda.AgentID
	var away *agenda.Absence
	err := p.read(ctx, func(l *lecture) error {
		rdv, away = l.decided(c, d.Rdv), l.absenceOf(c)
		if rdv != nil {
			from = l.replaced(c, rdv)
		}
		return nil
	})
	switch {
	case err != nil || d.Choice == ChoiceKeep || d.Choice == choiceTell:
		return Acte{}, err
	case d.Choice == ChoiceApply && c.Code == agenda.ConflitDuplicateUsager:
		return p.mergeTwo(ctx, c, d.Fields)
	case d.Choice == ChoiceLift && away != nil:
		return p.LiftAbsence(ctx, away.ID, 0)
	case rdv == nil:
	case c.Code == agenda.ConflitOverbooked:
		return p.resolveSeats(ctx, rdv, d)
	case d.Choice == ChoiceMove && (!d.Start.IsZero() || d.Agent != ""):
		return p.Move(ctx, movedTo(rdv, from, d), Accord{All: true})
	case d.Choice == choiceAssign && d.Agent != "":
		return p.Move(ctx, Deplacement{Rdv: rdv.ID, From: from, To: d.Agent}, Accord{All: true})
	case d.Choice == ChoiceDrop && !rdv.Cancelled():
		return p.Cancel(ctx, rdv.ID, "service")
	case d.Choice == ChoiceApply && c.Wanted != nil:
		return p.applyWanted(ctx, rdv, c.Wanted)
	}
	return Acte{}, refusedChoice()
}

// movedTo is where a decision moves an Rdv: another time, and perhaps another
// agent than the one it leaves.
func movedTo(r *agenda.Rdv, from agenda.AgentID, d Decision) Deplacement {
	to := Deplacement{Rdv: r.ID, Start: d.Start}
	if d.Agent != "" && !slices.Contains(r.Agents, d.Agent) {
		to.From, to.To = from, d.Agent
	}
	return to
}

// decided is the Rdv of a conflit that a decision is about: the one it names,
// else the one that would move.
func (l *lecture) decided(c *agenda.Conflit, named agenda.RdvID) *agenda.Rdv {
	for _, r := range l.sides(c) {
		if r.ID == named && l.reads(r) {
			return r
		}
	}
	return l.yielding(c)
}

// replaced is the agent whom another would replace: who is away or gone, else the
// first.
func (l *lecture) replaced(c *agenda.Conflit, r *agenda.Rdv) agenda.AgentID {
	if away := l.absenceOf(c); away != nil && slices.Contains(r.Agents, away.Agent) {
		return away.Agent
	}
	if left := agentNamed(c); slices.Contains(r.Agents, left) {
		return left
	}
	return r.Agents[0]
}

// resolveSeats makes room for who is beyond the seats of a collectif, or finds
// them another session, or takes them off and tells them.
func (p *Poste) resolveSeats(ctx context.Context, r *agenda.Rdv, d Decision) (Acte, error) {
	beyond := lastIn(r)
	switch {
	case d.Choice == ChoiceApply:
		seats := r.Taken()
		return p.propose(ctx, r.Key(), &agenda.ReviseRdv{Rdv: r.ID, Capacity: &seats}, Accord{All: true})
	case beyond == "":
	case d.Choice == ChoiceDrop:
		return p.propose(ctx, r.Key(), &agenda.CancelRdv{Rdv: r.ID, By: "service", Usager: beyond}, Accord{All: true})
	case (d.Choice == choiceJoin || d.Choice == ChoiceMove) && d.Seance != "":
		out, err := p.propose(ctx, r.Key(), &agenda.ReviseRdv{Rdv: r.ID, Remove: []agenda.UsagerID{beyond}}, Accord{All: true})
		if err != nil {
			return out, err
		}
		in, err := p.propose(ctx, string(d.Seance), &agenda.ReviseRdv{Rdv: d.Seance, Add: participations([]agenda.UsagerID{beyond})}, Accord{All: true})
		return out.and(in), err
	}
	return Acte{}, refusedChoice()
}

// lastIn is who came last beyond the seats, "" when everybody has one.
func lastIn(r *agenda.Rdv) agenda.UsagerID {
	beyond := r.Beyond()
	if len(beyond) == 0 {
		return ""
	}
	return beyond[len(beyond)-1]
}

// applyWanted gives an rdv what did not stand: its slot, after bringing it back
// when it was cancelled, or its status.
func (p *Poste) applyWanted(ctx context.Context, r *agenda.Rdv, wanted map[string]string) (Acte, error) {
	all := Accord{All: true}
	if status := agenda.Status(wanted["status"]); status != "" {
		return p.applyStatus(ctx, r, status)
	}
	start, end, ok := wantedTimes(wanted)
	if !ok {
		return Acte{}, invalidField("choice", "Ce choix n’est plus possible.")
	}
	acte := Acte{ID: r.Key()}
	if r.Cancelled() {
		back, err := p.Mark(ctx, r.ID, agenda.StatusUnknown, all)
		if err != nil {
			return back, err
		}
		acte = back
	}
	moved, err := p.Move(ctx, Deplacement{Rdv: r.ID, Start: Moment{At: start}, Duration: end.Sub(start), Lieu: agenda.LieuID(wanted["lieu"])}, all)
	return acte.and(moved), err
}

// applyStatus gives an rdv another status, by way of none.
func (p *Poste) applyStatus(ctx context.Context, r *agenda.Rdv, status agenda.Status) (Acte, error) {
	all := Accord{All: true}
	back, err := p.Mark(ctx, r.ID, agenda.StatusUnknown, all)
	if err != nil || status == agenda.StatusUnknown {
		return back, err
	}
	var given Acte
	switch status {
	case agenda.StatusExcused:
		given, err = p.Cancel(ctx, r.ID, "usager")
	case agenda.StatusRevoked:
		given, err = p.Cancel(ctx, r.ID, "service")
	default:
		given, err = p.Mark(ctx, r.ID, status, all)
	}
	return back.and(given), err
}

func wantedTimes(wanted map[string]string) (start, end time.Time, ok bool) {
	start, errStart := time.Parse(time.RFC3339, wanted["start"])
	end, errEnd := time.Parse(time.RFC3339, wanted["end"])
	return start, end, errStart == nil && errEnd == nil && start.Before(end)
}
