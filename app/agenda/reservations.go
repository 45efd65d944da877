package agenda

import (
	"slices"
	"time"
)

// What usagers claim online is arbitrated hard: one slot has one winner, and
// the last seat too. The loser is refused (CodeSlotTaken, CodeFull); an agent
// who does the same is warned, and flagged when nobody could warn them.

// offeredOnline reports whether who has a link may take an Rdv of the motif.
func (m *Motif) offeredOnline() bool {
	return !m.Archived && m.Visibility != Invisible && (m.BookableBy == BookableByEveryone || m.BookableBy == BookableByInvited)
}

// claimSlot judges an Rdv that an usager takes: for themself and their proches,
// a motif open to them, one agent who receives for it then, and a time that is
// still free. Delays go by the clock of who decides.
func (d *decider) claimSlot(a *BookRdv, c rdvContext, slot Slot) error {
	switch {
	case d.by.Rdv != a.Rdv || !d.claimsFor(a.Participations):
		return Refuse(CodeForbidden, string(a.Rdv))
	case a.Context != "" || a.Title != "" || a.Capacity != 0:
		return Refuse(CodeForbidden, string(a.Rdv))
	case len(a.Agents) != 1 || c.motif == nil || c.motif.Collectif || !c.motif.offeredOnline():
		return Refuse(CodeNotOffered, string(a.Motif))
	case slot.End.Sub(slot.Start) != c.motif.Duration():
		return Invalid("end")
	case !d.withinDelays(c.motif, slot.Start) || d.holiday(c, slot):
		return Refuse(CodeNotOffered, string(a.Motif))
	}
	if d.busyAt(a.Agents[0], Span{slot.Start, slot.End}) {
		return Refuse(CodeSlotTaken, string(a.Rdv))
	}
	open, found := d.openAt(a, slot)
	switch {
	case !found:
		return Refuse(CodeNotOffered, string(a.Motif))
	case !open:
		return Refuse(CodeSlotTaken, string(a.Rdv))
	}
	return nil
}

// claimsFor reports whether the participants are the usager who asks or their
// proches, one at least.
func (d *decider) claimsFor(ps []Participation) bool {
	for _, p := range ps {
		u, ans := Get[*Usager](d.f, NounUsager, string(p.Usager))
		if p.Usager != d.by.Usager && (ans != Yes || u.Responsable != d.by.Usager) {
			return false
		}
	}
	return len(ps) > 0
}

// withinDelays reports whether an usager may take a start now.
func (d *decider) withinDelays(m *Motif, start time.Time) bool {
	ahead := start.Sub(d.clock)
	return ahead > 0 && ahead >= time.Duration(m.MinDelayS)*time.Second && ahead <= time.Duration(m.MaxDelayS)*time.Second
}

func (d *decider) holiday(c rdvContext, s Slot) bool {
	day, _, err := s.DayOf()
	if err != nil || c.territoire == nil {
		return err != nil
	}
	days, err := c.territoire.Days()
	return err != nil || days.Name(day) != ""
}

// busyAt reports whether anything takes the agent's time, in any organisation.
func (d *decider) busyAt(a AgentID, s Span) bool {
	standing := func(r *Rdv) bool { return !r.Cancelled() }
	away := func(x *Absence) bool { return len(x.Spans(s)) > 0 }
	return slices.ContainsFunc(d.f.Rdvs(RdvQuery{Agent: a, Within: s}), standing) ||
		slices.ContainsFunc(d.f.Absences(a), away) || len(d.f.Occupations(a, s)) > 0
}

// openAt looks for the plage of the agent that holds a slot. found tells that
// there is one; open that the break it asks after an Rdv leaves the slot free.
func (d *decider) openAt(a *BookRdv, s Slot) (open, found bool) {
	slot := Span{s.Start, s.End}
	for _, p := range d.f.Plages(a.Agents[0]) {
		if p.Organisation != a.Organisation || p.Lieu != s.Lieu || !slices.Contains(p.Motifs, a.Motif) {
			continue
		}
		for _, o := range p.Spans(slot) {
			if !o.holds(slot) {
				continue
			}
			found = true
			if !d.pausing(p, o, slot) {
				return true, true
			}
		}
	}
	return false, found
}

// holds reports whether o lies in s.
func (s Span) holds(o Span) bool { return !o.Start.Before(s.Start) && !o.End.After(s.End) }

// pausing reports whether a slot begins in the break that the plage asks after
// an Rdv of this occurrence.
func (d *decider) pausing(p *PlageOuverture, occurrence, slot Span) bool {
	pause := time.Duration(p.BreakMin) * time.Minute
	return slices.ContainsFunc(d.f.Rdvs(RdvQuery{Agent: p.Agent, Within: occurrence}), func(r *Rdv) bool {
		return !r.Cancelled() && Span{r.Start, r.End.Add(pause)}.Overlaps(slot)
	})
}

// claimSeat gives an usager, or one of their proches, a seat in a collective
// Rdv: one seat a family, the last word stands (reference E78).
func (d *decider) claimSeat(a *ReviseRdv) error {
	r, err := target[*Rdv](d, NounRdv, string(a.Rdv))
	if err != nil {
		return err
	}
	switch {
	case d.by.Rdv != a.Rdv:
		return Refuse(CodeNotFound, r.Key())
	case !a.onlyAdds() || len(a.Add) != 1 || !d.claimsFor(a.Add):
		return Refuse(CodeForbidden, r.Key())
	}
	c, err := d.contextOf(r.Organisation, r.Motif, r.Lieu)
	if err != nil {
		return err
	}
	if c.motif == nil || !c.motif.Collectif || !c.motif.offeredOnline() || r.Status != StatusUnknown || !d.withinDelays(c.motif, r.Start) {
		return Refuse(CodeNotOffered, r.Key())
	}
	after := Clone(r)
	family := AnsweredFor(d.f, r, d.by.Usager)
	after.reviseParticipations(&ReviseRdv{Remove: family, Add: a.Add})
	if after.Capacity > 0 && after.Taken() > after.Capacity {
		return Refuse(CodeFull, r.Key())
	}
	if _, err := d.usagersOf(after, c); err != nil {
		return err
	}
	d.change(r, after)
	d.attachAll(after)
	return nil
}

// onlyAdds reports whether a asks for nothing but participants.
func (a *ReviseRdv) onlyAdds() bool {
	return len(a.AddAgents)+len(a.RemoveAgents)+len(a.Remove) == 0 && a.Context == nil && a.Title == nil && a.Capacity == nil
}

// seats lists who takes a seat, in the order of their inscription: a cancelled
// participation gives its seat back.
func (r *Rdv) seats() []UsagerID {
	if r.Cancelled() {
		return nil
	}
	return slices.DeleteFunc(r.Usagers(), func(u UsagerID) bool { return r.StatusOf(u).Cancelled() })
}

// Taken counts the seats taken.
func (r *Rdv) Taken() int { return len(r.seats()) }

// Beyond lists who was inscribed when every seat was taken, first come first;
// nil when Capacity is 0, no limit.
func (r *Rdv) Beyond() []UsagerID {
	seated := r.seats()
	if r.Capacity == 0 || len(seated) <= r.Capacity {
		return nil
	}
	return seated[r.Capacity:]
}
