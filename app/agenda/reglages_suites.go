package agenda

import "slices"

// checkFrozen refuses to change what Rdvs of the motif already rely on.
func (d *decider) checkFrozen(r Record, changed []string) error {
	if r.Noun() != NounMotif || !anyOf(changed, "place", "collectif") {
		return nil
	}
	if len(d.f.Rdvs(RdvQuery{Motif: MotifID(r.Key())})) == 0 {
		return nil
	}
	refusal := Refuse(CodeFrozen, r.Key())
	refusal.Field = "place"
	if !anyOf(changed, "place") {
		refusal.Field = "collectif"
	}
	return refusal
}

// used reports whether something still refers to a setting. A territoire is
// used by its organisations and services, an organisation by anyone who has a
// role in it: in practice both stay, the organisation archived.
func (d *decider) used(r Record) bool {
	f := d.f
	switch r := r.(type) {
	case *Territoire:
		return len(f.Records(NounOrganisation, r.Key()))+len(f.Records(NounService, r.Key())) > 0
	case *Organisation:
		return len(f.Roles(RoleQuery{Organisation: r.ID}))+len(f.Records(NounMotif, r.Key()))+
			len(f.Records(NounLieu, r.Key())) > 0
	case *Service:
		return d.serviceUsed(r)
	case *Agent:
		return len(f.Roles(RoleQuery{Agent: r.ID}))+len(f.Rdvs(RdvQuery{Agent: r.ID}))+
			len(f.Plages(r.ID))+len(f.Absences(r.ID)) > 0
	case *Motif:
		return len(f.Rdvs(RdvQuery{Motif: r.ID})) > 0 || d.plageHas(r.Organisation, func(p *PlageOuverture) bool {
			return slices.Contains(p.Motifs, r.ID)
		})
	case *Lieu:
		return len(f.Rdvs(RdvQuery{Lieu: r.ID})) > 0 || d.plageHas(r.Organisation, func(p *PlageOuverture) bool {
			return p.Lieu == r.ID
		})
	}
	return true
}

func (d *decider) serviceUsed(s *Service) bool {
	for _, org := range d.f.Records(NounOrganisation, string(s.Territoire)) {
		for _, m := range d.f.Records(NounMotif, org.Key()) {
			if m.(*Motif).Service == s.ID {
				return true
			}
		}
		for _, role := range d.f.Roles(RoleQuery{Organisation: OrganisationID(org.Key())}) {
			if slices.Contains(role.Services, s.ID) {
				return true
			}
		}
	}
	return false
}

// plageHas reports whether a plage of the organisation matches.
func (d *decider) plageHas(o OrganisationID, match func(*PlageOuverture) bool) bool {
	for _, r := range d.f.Records(NounPlage, string(o)) {
		if match(r.(*PlageOuverture)) {
			return true
		}
	}
	return false
}

// followSetting does what a changed setting brings with it: Rdvs noted again
// when their event shows it, and wall clocks kept when a zone changes.
func (d *decider) followSetting(r Record, changed []string) error {
	switch r := r.(type) {
	case *Motif:
		d.followMotif(r, changed)
	case *Lieu:
		return d.followLieu(r, changed)
	case *Organisation:
		return d.followOrganisation(r, changed)
	}
	return nil
}

func (d *decider) followMotif(m *Motif, changed []string) {
	if anyOf(changed, "name", "color", "instruction") {
		d.refeedRdvs(RdvQuery{Motif: m.ID, Within: d.published()})
	}
	if anyOf(changed, "visibility") {
		d.refeedRdvs(RdvQuery{Motif: m.ID, Within: d.coming()})
	}
	if anyOf(changed, "service") {
		d.changeReaders(RdvQuery{Motif: m.ID})
	}
}

func (d *decider) followLieu(l *Lieu, changed []string) error {
	if anyOf(changed, "name", "address") {
		d.refeedRdvs(RdvQuery{Lieu: l.ID, Within: d.published()})
	}
	if anyOf(changed, "address") {
		d.refeedRdvs(RdvQuery{Lieu: l.ID, Within: d.coming()})
	}
	if !anyOf(changed, "zone") {
		return nil
	}
	d.movePlages(l.Organisation, l.ID, l.Zone)
	return d.keepWallClock(rdvContext{lieu: l}, d.f.Rdvs(RdvQuery{Lieu: l.ID, Within: d.coming()}))
}

func (d *decider) followOrganisation(o *Organisation, changed []string) error {
	if d.mode == Authority && anyOf(changed, "name", "mail") {
		for _, r := range d.rdvsOf(o.ID, d.published()) {
			d.refeed(RefOf(r))
		}
	}
	if !anyOf(changed, "zone") {
		return nil
	}
	d.movePlages(o.ID, "", o.Zone)
	var without []*Rdv
	for _, r := range d.rdvsOf(o.ID, d.coming()) {
		if r.Lieu == "" {
			without = append(without, r)
		}
	}
	return d.keepWallClock(rdvContext{org: o}, without)
}

// movePlages gives the plages of a lieu, or without one, its zone: 9 h stays
// 9 h on that wall.
func (d *decider) movePlages(o OrganisationID, l LieuID, zone string) {
	for _, r := range d.f.Records(NounPlage, string(o)) {
		p := r.(*PlageOuverture)
		if p.Lieu != l || p.Zone == zone {
			continue
		}
		after := Clone(p)
		after.Zone = zone
		d.change(p, after)
	}
}
