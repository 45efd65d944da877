package desktop

import (
	"context"
	"errors"
	"slices"
	"time"

	"permanence/app/agenda"
)

// Prise is a rendez-vous to take. What is left empty is proposed: the agent of
// the profile, the motif's duration, the lieu where they receive at that time.
type Prise struct {
	Motif    agenda.MotifID
	Lieu     agenda.LieuID
	Agents   []agenda.AgentID
	Usagers  []agenda.UsagerID
	Start    Moment
	Duration time.Duration
	Address  string
	Context  string
	Title    string
	Seats    int
}

// Book takes a rendez-vous. It refuses as the rule does (CodeWarnings first),
// and (invalid, with fields) a form without motif, start or usager.
func (p *Poste) Book(ctx context.Context, f Prise, accord Accord) (Acte, error) {
	cmd := &agenda.BookRdv{Rdv: agenda.RdvID(p.ports.NewID())}
	err := p.read(ctx, func(l *lecture) error {
		f = l.complete(f)
		if err := l.lacksOf(f).asError(); err != nil {
			return err
		}
		l.fill(cmd, f)
		return nil
	})
	if err != nil {
		return Acte{}, err
	}
	return p.propose(ctx, string(cmd.Rdv), cmd, accord)
}

// complete proposes what is empty in a form.
func (l *lecture) complete(f Prise) Prise {
	if len(f.Agents) == 0 {
		f.Agents = []agenda.AgentID{l.agent}
	}
	m := l.motif(f.Motif)
	if m == nil {
		return f
	}
	if f.Duration <= 0 {
		f.Duration = m.Duration()
	}
	if m.Place == agenda.PlacePublicOffice && f.Lieu == "" {
		f.Lieu = l.proposedLieu(m, f)
	}
	if m.Place != agenda.PlacePublicOffice {
		f.Lieu = "" // nobody comes: the wall is the organisation's
	}
	return f
}

// proposedLieu is where the first agent receives at that time, else the only
// lieu there is; "" when nobody can tell.
func (l *lecture) proposedLieu(m *agenda.Motif, f Prise) agenda.LieuID {
	if !f.Start.IsZero() {
		for _, p := range l.Plages(f.Agents[0]) {
			start := f.Start.in(l, p.Zone)
			slot := agenda.Span{Start: start, End: start.Add(f.Duration)}
			if p.Organisation == m.Organisation && p.Lieu != "" && len(p.Spans(slot)) > 0 {
				return p.Lieu
			}
		}
	}
	lieux := l.lieux(m.Organisation)
	if len(lieux) == 1 {
		return lieux[0].ID
	}
	return ""
}

// lieux gives those of an organisation that are still in use, by name.
func (l *lecture) lieux(o agenda.OrganisationID) []*agenda.Lieu {
	var all []*agenda.Lieu
	for _, r := range l.Records(agenda.NounLieu, string(o)) {
		if lieu := r.(*agenda.Lieu); !lieu.Archived {
			all = append(all, lieu)
		}
	}
	slices.SortFunc(all, func(a, b *agenda.Lieu) int { return compareNames(a.Name, b.Name) })
	return all
}

// lacks names the fields without which a form cannot be booked.
type lacks []string

func (l *lecture) lacksOf(f Prise) lacks {
	var names lacks
	m := l.motif(f.Motif)
	if m == nil {
		names = append(names, "motif")
	}
	if len(f.Usagers) == 0 && (m == nil || !m.Collectif) {
		names = append(names, "usagers")
	}
	if m != nil && m.Place == agenda.PlacePublicOffice && f.Lieu == "" {
		names = append(names, "lieu")
	}
	if f.Start.IsZero() {
		names = append(names, "start")
	}
	return names
}

// asError refuses a form that lacks something, nil when it lacks nothing.
func (names lacks) asError() error {
	if len(names) == 0 {
		return nil
	}
	texts := map[string]string{"motif": "Choisissez un motif.", "usagers": "Choisissez au moins un usager.",
		"lieu": "Choisissez un lieu.", "start": "Choisissez un jour et une heure."}
	fields := map[string]string{}
	for _, name := range names {
		fields[name] = texts[name]
	}
	return invalid(fields)
}

// fill makes the command of a form that lacks nothing.
func (l *lecture) fill(cmd *agenda.BookRdv, f Prise) {
	m := l.motif(f.Motif)
	cmd.Organisation, cmd.Motif, cmd.Lieu, cmd.Address = m.Organisation, f.Motif, f.Lieu, f.Address
	cmd.Zone = l.zoneFor(f.Lieu, m.Organisation)
	cmd.Start = f.Start.in(l, cmd.Zone)
	cmd.End = cmd.Start.Add(f.Duration)
	cmd.Agents, cmd.Participations = f.Agents, participations(f.Usagers)
	cmd.Title, cmd.Capacity, cmd.Context = f.Title, f.Seats, f.Context
}

func participations(usagers []agenda.UsagerID) []agenda.Participation {
	var all []agenda.Participation
	for _, u := range usagers {
		all = append(all, agenda.Participation{Usager: u})
	}
	return all
}

// Deplacement moves a rendez-vous; what is empty or zero stays.
type Deplacement struct {
	Rdv      agenda.RdvID
	Seen     int64 // revision on screen; 0 to move whatever changed since
	Start    Moment
	Duration time.Duration
	Lieu     agenda.LieuID
	// To takes the place of From among the agents; both or neither.
	From, To agenda.AgentID
}

// Move moves, resizes or hands over. It refuses as the rule does, and (stale)
// what changed since it was shown.
func (p *Poste) Move(ctx context.Context, f Deplacement, accord Accord) (Acte, error) {
	var cmd *agenda.MoveRdv
	err := p.read(ctx, func(l *lecture) error {
		r, err := l.readable(string(f.Rdv))
		if err != nil {
			return err
		}
		if changedSince(r, f.Seen, agenda.GroupSlot, agenda.GroupStatus, agenda.GroupPeople) {
			return Refuser(CodeStale)
		}
		cmd = l.moving(r, f)
		return nil
	})
	if err != nil || cmd == nil {
		return Acte{ID: string(f.Rdv)}, err
	}
	return p.propose(ctx, string(f.Rdv), cmd, accord)
}

// moving makes the command of a move, nil when nothing moves.
func (l *lecture) moving(r *agenda.Rdv, f Deplacement) *agenda.MoveRdv {
	to := r.Slot()
	if f.Lieu != "" {
		to.Lieu = f.Lieu
	}
	length := r.End.Sub(r.Start)
	if f.Duration > 0 {
		length = f.Duration
	}
	if !f.Start.IsZero() {
		to.Zone = l.zoneFor(to.Lieu, r.Organisation)
		to.Start = f.Start.in(l, to.Zone)
	}
	to.End = to.Start.Add(length)
	same := to.Start.Equal(r.Start) && to.End.Equal(r.End) && to.Lieu == r.Lieu
	if same && f.From == f.To {
		return nil
	}
	return &agenda.MoveRdv{Rdv: r.ID, From: r.Slot(), To: to, FromAgent: f.From, ToAgent: f.To}
}

// changedSince reports whether one of the groups of r changed above the
// revision that its author saw; 0 saw nothing in particular.
func changedSince(r *agenda.Rdv, seen int64, groups ...string) bool {
	return seen > 0 && slices.ContainsFunc(groups, func(g string) bool { return r.Groups[g].Revision > seen })
}

// Retouche changes people, place and texts of a rendez-vous; what is nil stays.
type Retouche struct {
	Rdv     agenda.RdvID
	Seen    int64
	Lieu    *agenda.LieuID
	Agents  *[]agenda.AgentID
	Usagers *[]agenda.UsagerID
	Context *string
	Title   *string
	Seats   *int
}

// Revise changes what a retouche names. A new lieu is a move: it is then two
// commands, the second of which may still be refused; the first stands.
func (p *Poste) Revise(ctx context.Context, f Retouche, accord Accord) (Acte, error) {
	var move *agenda.MoveRdv
	var edit *agenda.ReviseRdv
	err := p.read(ctx, func(l *lecture) error {
		r, err := l.readable(string(f.Rdv))
		if err != nil {
			return err
		}
		if r.Cancelled() {
			return agenda.Refuse(agenda.CodeAlreadyCancelled, r.Key())
		}
		if changedSince(r, f.Seen, agenda.GroupPeople, agenda.GroupNote, agenda.GroupStatus) {
			return Refuser(CodeStale)
		}
		if f.Lieu != nil && *f.Lieu != r.Lieu {
			move = l.moving(r, Deplacement{Rdv: r.ID, Lieu: *f.Lieu})
		}
		edit = revising(r, f)
		return nil
	})
	acte := Acte{ID: string(f.Rdv)}
	if err != nil {
		return acte, err
	}
	if edit != nil {
		if acte, err = p.propose(ctx, string(f.Rdv), edit, accord); err != nil {
			return acte, err
		}
	}
	if move == nil {
		return acte, nil
	}
	moved, err := p.propose(ctx, string(f.Rdv), move, accord)
	if err != nil {
		return acte, err
	}
	return acte.and(moved), nil
}

// revising makes the command of a retouche, nil when nothing changes.
func revising(r *agenda.Rdv, f Retouche) *agenda.ReviseRdv {
	cmd, changes := &agenda.ReviseRdv{Rdv: r.ID}, false
	if f.Agents != nil {
		cmd.AddAgents, cmd.RemoveAgents = difference(*f.Agents, r.Agents), difference(r.Agents, *f.Agents)
		changes = len(cmd.AddAgents)+len(cmd.RemoveAgents) > 0
	}
	if f.Usagers != nil {
		cmd.Add, cmd.Remove = participations(difference(*f.Usagers, r.Usagers())), difference(r.Usagers(), *f.Usagers)
		changes = changes || len(cmd.Add)+len(cmd.Remove) > 0
	}
	if f.Context != nil && *f.Context != r.Context {
		cmd.Context, changes = &agenda.TextEdit{Was: r.Context, Now: *f.Context}, true
	}
	if f.Title != nil && *f.Title != r.Title {
		cmd.Title, changes = &agenda.TextEdit{Was: r.Title, Now: *f.Title}, true
	}
	if f.Seats != nil && *f.Seats != r.Capacity {
		cmd.Capacity, changes = f.Seats, true
	}
	if !changes {
		return nil
	}
	return cmd
}

// difference gives what is in a and not in b.
func difference[T comparable](a, b []T) []T {
	var left []T
	for _, x := range a {
		if !slices.Contains(b, x) {
			left = append(left, x)
		}
	}
	return left
}

// Cancel cancels a rendez-vous: by "usager" it is excused, by "service" revoked.
func (p *Poste) Cancel(ctx context.Context, id agenda.RdvID, by string) (Acte, error) {
	return p.propose(ctx, string(id), &agenda.CancelRdv{Rdv: id, By: by}, Accord{})
}

// Mark sets seen, noshow or unknown, which brings a cancelled one back; its
// warnings are then judged.
func (p *Poste) Mark(ctx context.Context, id agenda.RdvID, to agenda.Status, accord Accord) (Acte, error) {
	var was agenda.Status
	err := p.read(ctx, func(l *lecture) error {
		r, err := l.readable(string(id))
		if err != nil {
			return err
		}
		was = r.Status
		return nil
	})
	if err != nil || was == to {
		return Acte{ID: string(id)}, err
	}
	return p.propose(ctx, string(id), &agenda.MarkRdv{Rdv: id, Status: to, Was: was}, accord)
}

// Arrive notes that the usager is in the waiting room, or no longer.
func (p *Poste) Arrive(ctx context.Context, id agenda.RdvID, arrived bool) (Acte, error) {
	return p.propose(ctx, string(id), &agenda.ArriveRdv{Rdv: id, Arrived: arrived}, Accord{})
}

// tooEarly tells a status that comes too early from one that cannot follow the
// present one.
func (p *Poste) tooEarly(ctx context.Context, id string, err error) error {
	r := agenda.RefusalOf(err)
	if r == nil || r.Code != agenda.CodeTransition {
		return err
	}
	failed := p.read(ctx, func(l *lecture) error {
		rdv, unread := l.readable(id)
		if unread == nil && rdv.Status == agenda.StatusUnknown {
			err = Refuser(CodeNotYet)
		}
		return nil
	})
	return errors.Join(failed, err)
}
