package agenda

import "slices"

// closeSettled closes the conflits that this decision settles: what they are
// about no longer is.
func (d *decider) closeSettled() {
	for _, c := range slices.Clone(d.out.Changes) {
		if c.Before == nil {
			continue
		}
		for _, k := range d.f.Conflits(c.Ref()) {
			if !d.opened(k) && d.settled(k) {
				after := Clone(k)
				at := d.clock
				after.ClosedAt, after.ClosedBy, after.Choice = &at, d.by.Agent, "settled"
				d.refeedAgents(k)
				d.change(k, after)
			}
		}
	}
}

// followReaders notes again what is read through every Rdv that goes, or that
// others read from now on, through every absence and plage that goes or comes
// back, and through everyone whom an organisation comes to know, or forgets.
func (d *decider) followReaders() {
	for _, c := range slices.Clone(d.out.Changes) {
		switch before := c.Before.(type) {
		case *Rdv:
			after, stays := c.After.(*Rdv)
			if !stays || before.Motif != after.Motif || !slices.Equal(before.Agents, after.Agents) {
				d.refeedThrough(c.Ref())
			}
		case *Absence, *PlageOuverture:
			if c.After == nil {
				d.refeedThrough(c.Ref())
			}
		case *Profil:
			if c.After == nil {
				d.refeedThrough(Ref{NounUsager, string(before.Usager)})
			}
		case nil:
			switch born := c.After.(type) {
			case *Absence, *PlageOuverture:
				d.refeedThrough(c.Ref())
			case *Profil:
				d.refeedThrough(Ref{NounUsager, string(born.Usager)})
			}
		}
	}
}

// refeedThrough notes again what is read through the scopes of a record: its
// conflits, closed ones too, and the receipts of an Rdv.
func (d *decider) refeedThrough(r Ref) {
	for _, k := range slices.Concat(d.f.Conflits(r), d.f.Settled(r)) {
		if !d.opened(k) {
			d.refeed(RefOf(k))
		}
	}
	if r.Noun != NounRdv {
		return
	}
	for _, recu := range d.f.Records(NounRecu, r.ID) {
		d.refeed(RefOf(recu))
	}
}

// opened reports whether this very decision opened or changed k.
func (d *decider) opened(k *Conflit) bool {
	return slices.ContainsFunc(d.out.Changes, func(c Change) bool { return c.Ref() == RefOf(k) })
}

// settled reports whether what k is about no longer is. Two fiches are two until
// one goes, and what waits for a person's word waits.
func (d *decider) settled(k *Conflit) bool {
	switch k.Code {
	case ConflitQuarantined:
		return false
	case ConflitAbsenceOver:
		return d.absenceGone(k) || len(d.standing(k)) == 0 || !slices.ContainsFunc(d.standing(k), func(r *Rdv) bool { return d.underAbsence(k, r) })
	}
	if slices.ContainsFunc(k.Sides, d.removed) {
		return true
	}
	switch k.Code {
	case ConflitOverlap, ConflitDuplicateRdv:
		return !d.stillMeet(k)
	case ConflitAbsent:
		return !slices.ContainsFunc(d.standing(k), func(r *Rdv) bool { return d.underAbsence(k, r) })
	case ConflitMoved:
		return d.turned(k, GroupSlot) || len(d.standing(k)) == 0
	case ConflitCancelledMoved, ConflitPresence, ConflitStatus:
		return d.turned(k, GroupStatus)
	case ConflitOverbooked:
		return !slices.ContainsFunc(d.standing(k), func(r *Rdv) bool { return len(r.Beyond()) > 0 })
	case ConflitOutside:
		return !slices.ContainsFunc(d.standing(k), func(r *Rdv) bool { return d.stillOutside(k, r) })
	case ConflitAgentLeft:
		return !slices.ContainsFunc(d.standing(k), func(r *Rdv) bool { return d.stillLeft(k, r) })
	}
	return false
}

// standing gives the Rdvs of a conflit, as this decision leaves them, that were
// not cancelled.
func (d *decider) standing(k *Conflit) []*Rdv {
	var rdvs []*Rdv
	for _, s := range k.Sides {
		if r, ok := d.side(s).(*Rdv); ok && !d.removed(s) && !r.Cancelled() {
			rdvs = append(rdvs, r)
		}
	}
	return rdvs
}

// stillMeet reports whether the Rdvs of k, or its Rdv and the busy time it
// names, still want one agent at one time.
func (d *decider) stillMeet(k *Conflit) bool {
	rdvs := d.standing(k)
	for i, r := range rdvs {
		for _, o := range rdvs[:i] {
			if r.Span().Overlaps(o.Span()) && shares(r.Agents, o.Agents) {
				return true
			}
		}
		for _, id := range k.Busy {
			ref := Ref{NounOccupation, string(id)}
			o, ok := d.side(ref).(*Occupation)
			if ok && !d.removed(ref) && o.Span().Overlaps(r.Span()) && slices.Contains(r.Agents, o.Agent) {
				return true
			}
		}
	}
	return false
}

func (d *decider) absenceGone(k *Conflit) bool {
	return slices.ContainsFunc(k.Sides, func(s Ref) bool { return s.Noun == NounAbsence && d.removed(s) })
}

// underAbsence reports whether r meets an absence of k.
func (d *decider) underAbsence(k *Conflit, r *Rdv) bool {
	return slices.ContainsFunc(k.Sides, func(s Ref) bool {
		abs, ok := d.side(s).(*Absence)
		return ok && slices.Contains(r.Agents, abs.Agent) && len(abs.Spans(r.Span())) > 0
	})
}

// turned reports whether this decision changes a group of an Rdv of k: somebody
// who knew has decided again.
func (d *decider) turned(k *Conflit, group string) bool {
	return slices.ContainsFunc(d.out.Changes, func(c Change) bool {
		if c.Before == nil || c.After == nil || !slices.Contains(k.Sides, c.Ref()) {
			return false
		}
		changed, err := changedGroups(c.Before, c.After)
		return err == nil && slices.Contains(changed, group)
	})
}

// stillOutside reports whether r lies outside of what its agents offer, or its
// motif is archived: whichever k is about.
func (d *decider) stillOutside(k *Conflit, r *Rdv) bool {
	for _, s := range k.Sides {
		if m, ok := d.side(s).(*Motif); ok && s.Noun == NounMotif {
			return m.Archived
		}
	}
	return len(d.plagesFor(r)) == 0
}

// stillLeft reports whether an agent of k is in r without a role there.
func (d *decider) stillLeft(k *Conflit, r *Rdv) bool {
	return slices.ContainsFunc(k.Sides, func(s Ref) bool {
		a := AgentID(s.ID)
		return s.Noun == NounAgent && slices.Contains(r.Agents, a) && d.side(Ref{NounRole, string(RoleOf(a, r.Organisation))}) == nil
	})
}
