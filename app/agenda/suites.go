package agenda

import (
	"slices"
	"time"
)

// What follows from a change, whatever the command: the sequence of an Rdv and
// the instant of its last change on both sides, the busy time it makes on the
// server.

// settleRdvs gives each changed Rdv its sequence and its instant of change.
func (d *decider) settleRdvs() {
	for _, c := range d.out.Changes {
		after, ok := c.After.(*Rdv)
		if !ok {
			continue
		}
		after.ChangedAt = d.at
		before, ok := c.Before.(*Rdv)
		if !ok {
			continue
		}
		if before.ChangedAt.After(d.at) {
			after.ChangedAt = before.ChangedAt
		}
		if outranks(before, after) {
			after.Sequence = before.Sequence + 1
		}
	}
}

// outranks reports whether after must outrank before in an usager's calendar:
// the start, end or lieu, a cancellation or its undoing, a participant's
// removal or return.
func outranks(before, after *Rdv) bool {
	if !before.Slot().same(after.Slot()) || before.Cancelled() != after.Cancelled() {
		return true
	}
	for _, u := range before.Usagers() {
		if !after.Has(u) || before.StatusOf(u).Cancelled() != after.StatusOf(u).Cancelled() {
			return true
		}
	}
	return slices.ContainsFunc(after.Usagers(), func(u UsagerID) bool { return !before.Has(u) && before.Sequence > 0 })
}

// busyTime is one occupation to keep.
type busyTime struct {
	id    OccupationID
	agent AgentID
	span  Span
}

// deriveOccupations keeps, for each changed Rdv and Importe, the occupations
// that follow from it: what its agents are busy with, without content.
func (d *decider) deriveOccupations() {
	for _, c := range slices.Clone(d.out.Changes) {
		has := d.busyOf(c.After)
		kept := map[OccupationID]bool{}
		for _, b := range has {
			kept[b.id] = true
			d.keepOccupation(b)
		}
		for _, b := range d.busyOf(c.Before) {
			if !kept[b.id] {
				d.dropOccupation(b.id)
			}
		}
		nameOccupations(c.After, has)
	}
}

// busyOf lists the busy time of a record; a cancelled Rdv and a transparent
// event make none.
func (d *decider) busyOf(r Record) []busyTime {
	var busy []busyTime
	switch r := r.(type) {
	case *Rdv:
		if r.Cancelled() {
			return nil
		}
		for _, a := range r.Agents {
			busy = append(busy, busyTime{d.occupationID(r.Key(), string(a)), a, r.Span()})
		}
	case *Importe:
		if r.Transparent {
			return nil
		}
		for _, s := range r.Spans {
			busy = append(busy, busyTime{d.occupationID(r.Key(), s.Start.UTC().Format(time.RFC3339)), r.Agent, s})
		}
	}
	return busy
}

func (d *decider) occupationID(parts ...string) OccupationID {
	return OccupationID(d.f.Derive(append([]string{"occupation"}, parts...)...))
}

func (d *decider) dropOccupation(id OccupationID) {
	if o, ans := Get[*Occupation](d.f, NounOccupation, string(id)); ans == Yes {
		d.change(o, nil)
	}
}

func (d *decider) keepOccupation(b busyTime) {
	after := &Occupation{ID: b.id, Agent: b.agent, Start: b.span.Start.UTC(), End: b.span.End.UTC()}
	old, ans := Get[*Occupation](d.f, NounOccupation, string(b.id))
	if ans != Yes {
		d.change(nil, after)
		return
	}
	if old.Start.Equal(after.Start) && old.End.Equal(after.End) {
		return
	}
	d.change(old, after)
}

// nameOccupations writes into r the ids of its busy time.
func nameOccupations(r Record, busy []busyTime) {
	ids := make([]OccupationID, 0, len(busy))
	for _, b := range busy {
		ids = append(ids, b.id)
	}
	switch r := r.(type) {
	case *Rdv:
		r.Occupations = ids
	case *Importe:
		r.Occupations = ids
	}
}
