package agenda

import "slices"

// closeConflit settles a conflit. Closed already, the first word stands.
func (d *decider) closeConflit(a *CloseConflit) error {
	c, err := target[*Conflit](d, NounConflit, string(a.Conflit))
	if err != nil {
		return err
	}
	if err := d.concerned(c); err != nil {
		return err
	}
	if !plainText(a.Choice, 1, 40) {
		return Invalid("choice")
	}
	if c.Code == ConflitQuarantined {
		return Refuse(CodeTransition, c.Key()) // accepted or rejected, never merely put aside
	}
	if !c.Open() {
		d.verdict(Merged)
		return nil
	}
	d.change(c, d.closed(c, a.Choice))
	return nil
}

// closed is c settled by the author at the instant of the act.
func (d *decider) closed(c *Conflit, choice string) *Conflit {
	d.refeedAgents(c)
	after, at := Clone(c), d.at
	after.ClosedAt, after.ClosedBy, after.Choice = &at, d.by.Agent, choice
	return after
}

// concerned refuses an author who is not informed of c and may read none of its
// sides. A side unknown here may be theirs.
func (d *decider) concerned(c *Conflit) error {
	if d.by.Kind == AuthorSystem {
		return nil
	}
	if d.by.Kind != AuthorAgent || c.Code == ConflitQuarantined && !d.wideIn(c.Organisation) {
		return Refuse(CodeNotFound, c.Key())
	}
	if slices.Contains(c.Authors, d.by.Agent) || slices.ContainsFunc(c.Sides, d.readsSide) {
		return nil
	}
	return Refuse(CodeNotFound, c.Key())
}

// wideIn reports whether the author is an admin or the secretariat there.
func (d *decider) wideIn(o OrganisationID) bool {
	r := d.roleIn(o)
	return r != nil && r.Wide()
}

func (d *decider) readsSide(side Ref) bool {
	r, ans := d.f.Record(side.Noun, side.ID)
	if ans == Unknown {
		return true
	}
	switch r := r.(type) {
	case *Rdv:
		return d.readsRdv(r) == nil
	case *Usager:
		return d.knowsUsager(r.ID) == nil
	case *Absence:
		return d.agendaOf(r.Agent) == nil
	case *PlageOuverture:
		return d.plans(r.Agent, r.Organisation) == nil
	case *Organisation:
		return d.wideIn(r.ID)
	}
	return false
}
