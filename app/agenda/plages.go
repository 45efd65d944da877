package agenda

import (
	"slices"
	"time"
)

func (d *decider) openPlage(a *OpenPlage) error {
	p := Clone(&a.Plage)
	p.Stamp = Stamp{}
	if err := d.fresh(RefOf(p)); err != nil {
		return err
	}
	return d.putPlage(nil, p, editable(NounPlage))
}

func (d *decider) revisePlage(a *ReviseRecord) error {
	p, err := target[*PlageOuverture](d, NounPlage, a.ID)
	if err != nil {
		return err
	}
	after, changed, err := edit(d, p, a.Fields)
	if err != nil {
		return err
	}
	return d.putPlage(p, after, changed)
}

func (d *decider) closePlage(id string) error {
	p, err := target[*PlageOuverture](d, NounPlage, id)
	if err != nil {
		return err
	}
	if err := d.plans(p.Agent, p.Organisation); err != nil {
		return err
	}
	d.change(p, nil)
	return nil
}

// putPlage checks and notes a plage, new when before is nil. Its zone is never
// the author's word: the lieu's, else the organisation's.
func (d *decider) putPlage(before, p *PlageOuverture, changed []string) error {
	if err := d.plans(p.Agent, p.Organisation); err != nil {
		return err
	}
	if len(changed) == 0 {
		return nil
	}
	if _, err := need[*Agent](d, NounAgent, string(p.Agent)); err != nil {
		return err
	}
	if d.f.Whole() && len(d.f.Roles(RoleQuery{Agent: p.Agent, Organisation: p.Organisation})) == 0 {
		return Invalid("agent")
	}
	p.Motifs = once(p.Motifs)
	motifs, err := d.plageMotifs(p)
	if err != nil {
		return err
	}
	if err := d.placePlage(p, motifs); err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return err
	}
	d.warnPlage(p, motifs, changed)
	d.change(asRecord(before), p)
	return nil
}

// asRecord is nil for no plage: a nil pointer in a Record would not be.
func asRecord[T any, P interface {
	*T
	Record
}](r P) Record {
	if r == nil {
		return nil
	}
	return r
}

// plans refuses an author who may not decide when an agent receives in an
// organisation: oneself, who shares a service there, secretariat and admins.
func (d *decider) plans(a AgentID, o OrganisationID) error {
	if err := d.member(o); err != nil {
		return err
	}
	if d.by.Kind == AuthorSystem || d.by.Agent == a {
		return nil
	}
	mine := d.roleIn(o)
	for _, theirs := range d.f.Roles(RoleQuery{Agent: a, Organisation: o}) {
		if mine.Wide() || shares(mine.Services, theirs.Services) {
			return nil
		}
	}
	return Refuse(CodeForbidden, string(a))
}

// plageMotifs reads the motifs of a plage; those unknown here are left out. It
// refuses another organisation's, a collectif and, to who is still in front of
// the form, an archived one.
func (d *decider) plageMotifs(p *PlageOuverture) ([]*Motif, error) {
	var motifs []*Motif
	for _, id := range p.Motifs {
		m, err := need[*Motif](d, NounMotif, string(id))
		if err != nil {
			return nil, err
		}
		if m == nil {
			continue
		}
		if m.Organisation != p.Organisation {
			return nil, Refuse(CodeMotifMismatch, m.Key())
		}
		if m.Collectif || m.Archived && d.mode == Propose {
			return nil, Invalid("motifs")
		}
		motifs = append(motifs, m)
	}
	return motifs, nil
}

// placePlage checks the lieu, required for a motif that takes place in an
// office, and gives the plage its zone.
func (d *decider) placePlage(p *PlageOuverture, motifs []*Motif) error {
	office := func(m *Motif) bool { return m.Place == PlacePublicOffice }
	if p.Lieu == "" && slices.ContainsFunc(motifs, office) {
		return Refuse(CodeNoLieu, p.Key())
	}
	org, err := need[*Organisation](d, NounOrganisation, string(p.Organisation))
	if err != nil {
		return err
	}
	if p.Lieu == "" {
		if org != nil {
			p.Zone = org.Zone
		}
		return nil
	}
	lieu, err := need[*Lieu](d, NounLieu, string(p.Lieu))
	if err != nil || lieu == nil {
		return err
	}
	if lieu.Organisation != p.Organisation {
		return Refuse(CodeMotifMismatch, lieu.Key())
	}
	if lieu.Archived && d.mode == Propose {
		return Invalid("lieu")
	}
	p.Zone = lieu.Zone
	return nil
}

// plageAhead is how far another plage of the agent is looked for.
const plageAhead = 6 // months

// warnPlage notes a plage of the same agent at the same time, in any
// organisation, within six months, and motifs that do not fit in.
func (d *decider) warnPlage(p *PlageOuverture, motifs []*Motif, changed []string) {
	ahead := Span{d.at, d.at.AddDate(0, plageAhead, 0)}
	if anyOf(changed, "first_day", "from", "to", "rrule", "exdates", "overrides", "lieu") {
		mine := p.Spans(ahead)
		for _, o := range d.f.Plages(p.Agent) {
			if o.ID != p.ID && meet(mine, o.Spans(ahead)) {
				d.warn(WarnPlageOverlap, "Une autre plage d’ouverture de cet agent tombe aux mêmes heures.", RefOf(o))
			}
		}
	}
	if !anyOf(changed, "from", "to", "motifs") {
		return
	}
	length := time.Duration(p.To-p.From) * time.Minute
	for _, m := range motifs {
		if m.Duration() > length {
			d.warn(WarnMotifTooLong, "Le motif « "+m.Name+" » dure plus longtemps que la plage : il ne sera jamais proposé.", RefOf(m))
		}
	}
}

// meet reports whether one of a overlaps one of b; both come earliest first.
func meet(a, b []Span) bool {
	for len(a) > 0 && len(b) > 0 {
		if a[0].Overlaps(b[0]) {
			return true
		}
		if a[0].End.Before(b[0].End) {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return false
}

// once gives the ids in their order, each once.
func once[T comparable](ids []T) []T {
	var kept []T
	for _, id := range ids {
		if !slices.Contains(kept, id) {
			kept = append(kept, id)
		}
	}
	return kept
}
