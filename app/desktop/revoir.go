package desktop

import (
	"context"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// Kinds of Cas.
const (
	caseConflict = "conflict"
	caseRefused  = "refused"
	caseInfo     = "info"
)

// Choices of a Cas.
const (
	ChoiceKeep  = "keep"
	ChoiceApply = "apply"
	ChoiceDrop  = "drop"
	ChoiceMove  = "move"
)

// Cas is one line of À revoir: what the server refused or flagged, or what this
// desk can tell will not go as thought.
type Cas struct {
	ID      string // of the command refused, or of the conflit
	Kind    string // conflict, refused, info
	Code    agenda.Code
	Message string // French
	At      time.Time
	Command agenda.Command  // of a refused one and of an info; no Args when its content was erased
	Conflit *agenda.Conflit // of a conflict
}

// Review lists what waits for a person, oldest first.
func (p *Poste) Review(ctx context.Context) ([]Cas, error) {
	var all []Cas
	err := p.read(ctx, func(l *lecture) error {
		var err error
		all, err = l.cases()
		return err
	})
	return all, err
}

func (l *lecture) cases() ([]Cas, error) {
	refused, err := l.Review()
	if err != nil {
		return nil, err
	}
	var all []Cas
	for _, r := range refused {
		all = append(all, Cas{ID: r.Command, Kind: caseRefused, Code: r.Code, Message: r.Message, At: r.At, Command: contentOf(r)})
	}
	conflits, err := l.OpenConflits()
	if err != nil {
		return nil, err
	}
	for _, c := range conflits {
		if l.concerns(c) {
			all = append(all, Cas{ID: c.Key(), Kind: caseConflict, Code: agenda.Code(c.Code), Message: l.conflitText(c), At: c.OpenedAt, Conflit: c})
		}
	}
	infos, err := l.doubtful()
	if err != nil {
		return nil, err
	}
	all = append(all, infos...)
	slices.SortStableFunc(all, func(a, b Cas) int { return a.At.Compare(b.At) })
	return all, nil
}

// contentOf reads the command of a refused one; what an erasure destroyed, or
// this version does not understand, has no arguments.
func contentOf(r store.ReviewItem) agenda.Command {
	if r.Content == nil {
		return agenda.Command{ID: r.Command, N: r.N}
	}
	c, err := agenda.DecodeCommand(r.Content)
	if err != nil {
		return agenda.Command{ID: r.Command, N: r.N}
	}
	return c
}

// concerns reports whether the agent is told of a conflit: who is informed, and
// who reads one of its sides.
func (l *lecture) concerns(c *agenda.Conflit) bool {
	if slices.Contains(c.Authors, l.agent) {
		return true
	}
	return slices.ContainsFunc(c.Sides, func(side agenda.Ref) bool {
		switch r, _ := l.Record(side.Noun, side.ID); r := r.(type) {
		case *agenda.Rdv:
			return l.reads(r)
		case *agenda.Absence:
			return l.sees(r.Agent)
		case *agenda.Usager:
			return true
		}
		return false
	})
}

// doubtful lists the pending commands that no longer hold here, and the rdvs
// whose start passed before the server heard of them: nobody will be told.
func (l *lecture) doubtful() ([]Cas, error) {
	queue, err := l.PendingCommands()
	if err != nil {
		return nil, err
	}
	var all []Cas
	for _, q := range queue {
		c := Cas{ID: q.Command.ID, Kind: caseInfo, At: q.Command.At, Command: q.Command}
		switch start := startOf(q.Command.Args); {
		case q.State != "":
			c.Code, c.Message = q.State, agenda.Refuse(q.State, "").Message
		case q.Outcome == nil && !start.IsZero() && start.After(q.Command.At) && !start.After(l.now):
			c.Code, c.Message = agenda.CodeBegan, "Le rendez-vous a commencé avant l’envoi : il est gardé, et aucun message ne partira."
		default:
			continue
		}
		all = append(all, c)
	}
	return all, nil
}

// startOf is when the rdv of a command starts, zero for another command.
func startOf(args agenda.Args) time.Time {
	switch a := args.(type) {
	case *agenda.BookRdv:
		return a.Start
	case *agenda.MoveRdv:
		return a.To.Start
	}
	return time.Time{}
}

// Settle decides a case by one of its choices. A move takes where to, and whom
// to, "" for the same agent. Warnings that come with what was chosen are taken
// as seen: the case showed them. It refuses (settled) a case that is gone.
func (p *Poste) Settle(ctx context.Context, id, choice string, to Deplacement) (Acte, error) {
	cases, err := p.Review(ctx)
	if err != nil {
		return Acte{}, err
	}
	at := slices.IndexFunc(cases, func(c Cas) bool { return c.ID == id })
	if at < 0 {
		return Acte{}, Refuser(CodeSettled)
	}
	switch c := cases[at]; c.Kind {
	case caseRefused:
		return p.settleRefused(ctx, c, choice, to)
	case caseConflict:
		return p.settleConflit(ctx, c, choice, to)
	}
	return Acte{}, invalidField("choice", "Rien n’est à décider ici : cela se règle à l’envoi.")
}

// settleRefused drops what was refused, asks for it again, or asks for it at
// another time; it is closed once that is written.
func (p *Poste) settleRefused(ctx context.Context, c Cas, choice string, to Deplacement) (Acte, error) {
	acte := Acte{ID: c.ID}
	var err error
	switch {
	case choice == ChoiceDrop || choice == ChoiceKeep:
	case choice == ChoiceApply && c.Command.Args != nil:
		acte, err = p.propose(ctx, subjectOfArgs(c.Command.Args), c.Command.Args, Accord{All: true})
	case choice == ChoiceMove && !to.Start.IsZero():
		acte, err = p.retime(ctx, c.Command.Args, to)
	default:
		err = invalidField("choice", "Ce choix n’est pas proposé.")
	}
	if err != nil {
		return acte, err
	}
	err = p.db.WriteDesk(ctx, func(tx *store.DeskTx) error { return tx.DropReview(c.ID) })
	p.heard(Nouvelle{Health: true})
	return acte, err
}

// retime asks for a refused booking or move at another time.
func (p *Poste) retime(ctx context.Context, args agenda.Args, to Deplacement) (Acte, error) {
	switch a := args.(type) {
	case *agenda.BookRdv:
		again := *a
		err := p.read(ctx, func(l *lecture) error {
			again.Start = to.Start.in(l, a.Zone)
			again.End = again.Start.Add(a.End.Sub(a.Start))
			return nil
		})
		if err != nil {
			return Acte{}, err
		}
		if to.To != "" {
			again.Agents = []agenda.AgentID{to.To}
		}
		return p.propose(ctx, string(a.Rdv), &again, Accord{All: true})
	case *agenda.MoveRdv:
		to.Rdv = a.Rdv
		return p.Move(ctx, to, Accord{All: true})
	}
	return Acte{}, invalidField("choice", "Ce choix n’est pas proposé.")
}

func subjectOfArgs(args agenda.Args) string {
	switch a := args.(type) {
	case *agenda.BookRdv:
		return string(a.Rdv)
	case *agenda.MoveRdv:
		return string(a.Rdv)
	case *agenda.ReviseRdv:
		return string(a.Rdv)
	case *agenda.CancelRdv:
		return string(a.Rdv)
	case *agenda.MarkRdv:
		return string(a.Rdv)
	case *agenda.ArriveRdv:
		return string(a.Rdv)
	case *agenda.AddUsager:
		return string(a.Usager.ID)
	case *agenda.ReviseUsager:
		return string(a.Usager)
	case *agenda.ReviseProfil:
		return string(a.Usager)
	case *agenda.OpenPlage:
		return string(a.Plage.ID)
	case *agenda.DeclareAbsence:
		return string(a.Absence.ID)
	case *agenda.ReviseRecord:
		return a.ID
	case *agenda.RemoveRecord:
		return a.ID
	}
	return ""
}

// settleConflit runs what was chosen, then closes the conflit. An absence over
// several rdvs is worked as a list: it closes with the last of them.
func (p *Poste) settleConflit(ctx context.Context, c Cas, choice string, to Deplacement) (Acte, error) {
	acte, err := p.resolve(ctx, c.Conflit, choice, to)
	if err != nil {
		return acte, err
	}
	if c.Conflit.Code == agenda.ConflitAbsenceOver && choice != ChoiceKeep {
		left := 0
		err := p.read(ctx, func(l *lecture) error {
			left = len(l.sides(c.Conflit))
			return nil
		})
		if err != nil || left > 0 {
			return acte, err
		}
	}
	closed, err := p.propose(ctx, c.ID, &agenda.CloseConflit{Conflit: c.Conflit.ID, Choice: choice}, Accord{All: true})
	if acte.ID == "" {
		acte.ID = c.ID
	}
	return acte.and(closed), err
}

// resolve runs what a choice asks of the records of a conflit.
func (p *Poste) resolve(ctx context.Context, c *agenda.Conflit, choice string, to Deplacement) (Acte, error) {
	var rdv *agenda.Rdv
	var people []agenda.UsagerID
	err := p.read(ctx, func(l *lecture) error {
		rdv = l.yielding(c)
		for _, side := range c.Sides {
			if side.Noun == agenda.NounUsager {
				people = append(people, agenda.UsagerID(side.ID))
			}
		}
		return nil
	})
	switch {
	case err != nil || choice == ChoiceKeep:
		return Acte{}, err
	case choice == ChoiceMove && rdv != nil && !to.Start.IsZero():
		to.Rdv = rdv.ID
		return p.Move(ctx, to, Accord{All: true})
	case choice == ChoiceDrop && rdv != nil && !rdv.Cancelled():
		return p.Cancel(ctx, rdv.ID, "service")
	case choice == ChoiceApply && c.Code == agenda.ConflitDuplicateUsager && len(people) > 1:
		return p.propose(ctx, string(people[0]), &agenda.MergeUsagers{Keep: people[0], Drop: people[1]}, Accord{All: true})
	case choice == ChoiceApply && rdv != nil && c.Wanted != nil:
		return p.applyWanted(ctx, rdv, c.Wanted)
	}
	return Acte{}, invalidField("choice", "Ce choix n’est pas proposé.")
}

// applyWanted gives an rdv what did not stand: its slot, after bringing it back
// when it was cancelled, or its status.
func (p *Poste) applyWanted(ctx context.Context, r *agenda.Rdv, wanted map[string]string) (Acte, error) {
	all := Accord{All: true}
	if status := wanted["status"]; status != "" {
		by := "service"
		if status == string(agenda.StatusExcused) {
			by = "usager"
		}
		back, err := p.Mark(ctx, r.ID, agenda.StatusUnknown, all)
		if err != nil {
			return back, err
		}
		gone, err := p.Cancel(ctx, r.ID, by)
		return back.and(gone), err
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

func wantedTimes(wanted map[string]string) (start, end time.Time, ok bool) {
	start, errStart := time.Parse(time.RFC3339, wanted["start"])
	end, errEnd := time.Parse(time.RFC3339, wanted["end"])
	return start, end, errStart == nil && errEnd == nil && start.Before(end)
}

// yielding is the Rdv of a conflit that would move: of two, the one that an
// agent took over the one that an usager did, else the one taken last; of those
// under an absence, the first to come.
func (l *lecture) yielding(c *agenda.Conflit) *agenda.Rdv {
	if c.Code == agenda.ConflitAbsenceOver {
		return l.firstSide(c)
	}
	var chosen *agenda.Rdv
	for _, r := range l.sides(c) {
		if !l.reads(r) {
			continue
		}
		if chosen == nil || yields(r, chosen) {
			chosen = r
		}
	}
	return chosen
}

func yields(r, o *agenda.Rdv) bool {
	if byUsager := r.CreatedBy.Kind == agenda.AuthorUsager; byUsager != (o.CreatedBy.Kind == agenda.AuthorUsager) {
		return !byUsager
	}
	return r.CreatedAt.After(o.CreatedAt)
}

// sides gives the Rdvs of a conflit that are here, by start; under an absence,
// those that are still to be replaced.
func (l *lecture) sides(c *agenda.Conflit) []*agenda.Rdv {
	var all []*agenda.Rdv
	for _, side := range c.Sides {
		if side.Noun != agenda.NounRdv {
			continue
		}
		r := get[*agenda.Rdv](l, agenda.NounRdv, side.ID)
		if r == nil || c.Code == agenda.ConflitAbsenceOver && !l.stillUnder(c, r) {
			continue
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b *agenda.Rdv) int { return a.Start.Compare(b.Start) })
	return all
}

// stillUnder reports whether an Rdv is expected during an absence of a conflit;
// when the absence is not here, it may be.
func (l *lecture) stillUnder(c *agenda.Conflit, r *agenda.Rdv) bool {
	if r.Status != agenda.StatusUnknown {
		return false
	}
	known := false
	for _, side := range c.Sides {
		if side.Noun != agenda.NounAbsence {
			continue
		}
		a := get[*agenda.Absence](l, agenda.NounAbsence, side.ID)
		if a == nil {
			continue
		}
		known = true
		if slices.Contains(r.Agents, a.Agent) && len(a.Spans(r.Span())) > 0 {
			return true
		}
	}
	return !known
}
