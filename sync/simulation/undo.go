package simulation

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// undoOne takes back something that this desk asked lately. A fiche made by
// mistake is left: taking it back is an erasure, which has its own act.
func (w *world) undoOne(d *desk) {
	var done []store.Queued
	w.read(d.disk.db, func(v *store.View) error {
		pending, err := v.PendingCommands()
		if err != nil {
			return err
		}
		week, err := v.Acknowledged(w.clock.Add(-journalled))
		done = slices.Concat(week, pending)
		return err
	})
	done = slices.DeleteFunc(done, func(q store.Queued) bool {
		_, added := q.Command.Args.(*agenda.AddUsager)
		_, undone := q.Command.Args.(*agenda.Undo)
		return added || undone || len(q.Undo) == 0
	})
	if len(done) > 0 {
		q := done[w.rng.IntN(len(done))]
		d.propose(&agenda.Undo{Of: q.Command.ID, Edits: q.Undo})
	}
}

// undoing is what the model makes of one undo.
type undoing struct {
	*model
	c    agenda.Command
	at   time.Time
	done bool
	left bool // something that somebody changed since
	// beyond: some of it is about what the model does not know.
	beyond bool
}

// undo puts back what nobody changed since, and withdraws what was booked.
func (m *model) undo(c agenda.Command, a *agenda.Undo, at time.Time) agenda.Verdict {
	u := &undoing{model: m, c: c, at: at}
	groups := map[agenda.Ref][]agenda.UndoEdit{}
	var order []agenda.Ref
	for _, e := range a.Edits {
		ref := agenda.Ref{Noun: e.Noun, ID: e.ID}
		switch {
		case e.Group == "":
		case groups[ref] == nil:
			order = append(order, ref)
			fallthrough
		default:
			groups[ref] = append(groups[ref], e)
		}
	}
	for _, ref := range order {
		u.putBack(ref, groups[ref])
	}
	for _, e := range slices.Backward(a.Edits) {
		if e.Group == "" {
			u.takeBack(e)
		}
	}
	switch {
	case !u.done && u.beyond:
		return "" // no opinion
	case !u.done:
		return agenda.Refused
	case u.left:
		return agenda.Merged
	}
	return agenda.Applied
}

func (u *undoing) putBack(ref agenda.Ref, edits []agenda.UndoEdit) {
	switch ref.Noun {
	case agenda.NounRdv:
		u.putRdvBack(agenda.RdvID(ref.ID), edits)
	case agenda.NounUsager:
		u.putUsagerBack(agenda.UsagerID(ref.ID), edits)
	default:
		u.beyond = true
	}
}

func (u *undoing) putRdvBack(id agenda.RdvID, edits []agenda.UndoEdit) {
	r := u.rdvs[id]
	if r == nil {
		u.left = true
		return
	}
	var touched []string
	for _, e := range edits {
		made, was := groupOf(e.Made), groupOf(e.Was)
		switch {
		case r.holds(e.Group, made) || u.own(r, e.Group, made):
			if !r.holds(e.Group, was) {
				r.take(e.Group, was)
				touched = append(touched, e.Group)
			}
		case !r.holds(e.Group, was):
			u.left = true
		}
	}
	if touched != nil {
		u.done = true
		u.touch(r, u.c, touched...)
	}
}

// own tells that a status stands as this very device made it, be it at another
// instant: the server caps what a clock too far ahead says.
func (u *undoing) own(r *modelRdv, group string, made agenda.Rdv) bool {
	return group == agenda.GroupStatus && r.marks[group].Device == u.author(u.c) &&
		r.status == made.Status && maps.Equal(r.excused, excusedIn(made))
}

// groupOf reads the keys of a group of an rdv, or a whole one.
func groupOf(raw json.RawMessage) agenda.Rdv {
	var r agenda.Rdv
	if err := json.Unmarshal(raw, &r); err != nil {
		panic("simulation: " + err.Error()) // a desk of ours wrote it
	}
	return r
}

// holds reports whether a group of the rdv stands as x says.
func (r *modelRdv) holds(group string, x agenda.Rdv) bool {
	switch group {
	case agenda.GroupSlot:
		return r.start.Equal(x.Start) && r.end.Equal(x.End) && r.lieu == x.Lieu
	case agenda.GroupStatus:
		return r.status == x.Status && r.since.Equal(sinceIn(x)) && maps.Equal(r.excused, excusedIn(x))
	case agenda.GroupPeople:
		return slices.Equal(r.agents, x.Agents) && slices.Equal(r.usagers, x.Usagers())
	}
	return r.context == x.Context
}

// take gives a group of the rdv what x says.
func (r *modelRdv) take(group string, x agenda.Rdv) {
	switch group {
	case agenda.GroupSlot:
		r.start, r.end, r.lieu = x.Start, x.End, x.Lieu
	case agenda.GroupStatus:
		r.status, r.since, r.excused = x.Status, sinceIn(x), excusedIn(x)
	case agenda.GroupPeople:
		r.agents, r.usagers = x.Agents, x.Usagers()
	default:
		r.context = x.Context
	}
}

func sinceIn(x agenda.Rdv) time.Time {
	if x.CancelledAt == nil {
		return time.Time{}
	}
	return *x.CancelledAt
}

func excusedIn(x agenda.Rdv) map[agenda.UsagerID]bool {
	all := map[agenda.UsagerID]bool{}
	for id, s := range x.Presence {
		if s.Cancelled() {
			all[id] = true
		}
	}
	return all
}

func (u *undoing) putUsagerBack(id agenda.UsagerID, edits []agenda.UndoEdit) {
	p := u.usagers[id]
	if p == nil {
		u.left = true
		return
	}
	changed := false
	for _, e := range edits {
		made, was := fieldOf(e.Made, e.Group), fieldOf(e.Was, e.Group)
		switch p.fields[e.Group] {
		case was:
		case made:
			p.fields[e.Group], changed = was, true
			p.marks[e.Group] = agenda.Mark{Revision: p.rev + 1, Device: u.author(u.c)}
		default:
			u.left = true
		}
	}
	if changed {
		u.done = true
		p.rev++
	}
}

func fieldOf(raw json.RawMessage, name string) string {
	var keys map[string]string
	if err := json.Unmarshal(raw, &keys); err != nil {
		panic("simulation: " + err.Error()) // as for groupOf
	}
	return keys[name]
}

// takeBack withdraws an rdv that was booked, when it stands as it was made.
func (u *undoing) takeBack(e agenda.UndoEdit) {
	if e.Noun != agenda.NounRdv {
		u.beyond = true
		return
	}
	r, made := u.rdvs[agenda.RdvID(e.ID)], groupOf(e.Made)
	switch {
	case r == nil:
	case !r.holds(agenda.GroupSlot, made) || !r.holds(agenda.GroupStatus, made) || !r.holds(agenda.GroupPeople, made):
		u.left = true
	default:
		u.done = true
		r.status, r.since = agenda.StatusRevoked, u.at
		u.touch(r, u.c, agenda.GroupStatus)
	}
}

// judged tells that a refused undo is not the model's business: what it puts
// back goes through rules that only the server knows.
func judged(o store.Outcome, c agenda.Command) bool {
	_, undo := c.Args.(*agenda.Undo)
	return undo && o.Code != agenda.CodeNothingToUndo
}

// earlier gives the first of two instants.
func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
