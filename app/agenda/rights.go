package agenda

import "slices"

// rights answers what the author of a command may do, from the roles that the
// facts hold now. The system may do everything; an usager only what the rule
// of one Rdv says, so that every question here answers no.

// roleIn gives the author's role in an organisation, nil when none is known.
func (d *decider) roleIn(o OrganisationID) *Role {
	if d.by.Kind != AuthorAgent {
		return nil
	}
	for _, r := range d.f.Roles(RoleQuery{Agent: d.by.Agent, Organisation: o}) {
		return r
	}
	return nil
}

// member refuses an author who has no working role in the organisation.
func (d *decider) member(o OrganisationID) error {
	if d.by.Kind == AuthorSystem {
		return nil
	}
	r := d.roleIn(o)
	if r == nil || r.Level == LevelIntervenant {
		return Refuse(CodeForbidden, string(o))
	}
	return nil
}

// admin refuses an author who does not administer the organisation.
func (d *decider) admin(o OrganisationID) error {
	if d.by.Kind == AuthorSystem {
		return nil
	}
	if r := d.roleIn(o); r == nil || r.Level != LevelAdmin {
		return Refuse(CodeForbidden, string(o))
	}
	return nil
}

// agendaOf refuses an author who may not act on another agent's agenda.
func (d *decider) agendaOf(a AgentID) error {
	if d.by.Kind == AuthorSystem {
		return nil
	}
	if d.by.Kind != AuthorAgent || !MaySeeAgenda(d.f, d.by.Agent, a) {
		return Refuse(CodeForbidden, string(a))
	}
	return nil
}

// readsRdv refuses an author who may not read r: as if it did not exist.
func (d *decider) readsRdv(r *Rdv) error {
	if d.by.Kind == AuthorSystem || d.by.Kind == AuthorAgent && MayReadRdv(d.f, d.by.Agent, r) {
		return nil
	}
	if d.by.Kind == AuthorUsager && d.by.Rdv == r.ID && len(AnsweredFor(d.f, r, d.by.Usager)) > 0 {
		return nil
	}
	return Refuse(CodeNotFound, r.Key())
}

// AnsweredFor lists the participants of r for whom an usager answers: themself
// and their proches, in the order of inscription.
func AnsweredFor(f Facts, r *Rdv, u UsagerID) []UsagerID {
	var theirs []UsagerID
	for _, id := range r.Usagers() {
		p, ans := Get[*Usager](f, NounUsager, string(id))
		if id == u || ans == Yes && p.Responsable == u {
			theirs = append(theirs, id)
		}
	}
	return theirs
}

// usesMotif refuses an author who may not take a rendez-vous of this motif:
// admins all, others the motifs of their services, secretariat every service.
func (d *decider) usesMotif(m *Motif) error {
	if d.by.Kind == AuthorSystem {
		return nil
	}
	r := d.roleIn(m.Organisation)
	if r == nil || !r.Takes(m) {
		return Refuse(CodeForbidden, m.Key())
	}
	return nil
}

// knowsUsager refuses an author none of whose organisations knows the usager.
func (d *decider) knowsUsager(u UsagerID) error {
	if d.by.Kind == AuthorSystem {
		return nil
	}
	for _, p := range d.f.Profils(u) {
		if d.member(p.Organisation) == nil {
			return nil
		}
	}
	return Refuse(CodeNotFound, string(u))
}

// need reads a record the command names. Missing is a refusal only where the
// answer is certain: unknown here gives nil and no error.
func need[T Record](d *decider, n Noun, id string) (T, error) {
	r, ans := Get[T](d.f, n, id)
	switch ans {
	case No:
		return r, Refuse(CodeNotFound, id)
	case Erased:
		return r, Refuse(CodeErased, id)
	}
	return r, nil
}

// LooksAfter lists the other agents whose desktops an agent may list, rename,
// revoke and have erased: those who have a role in an organisation that the
// agent administers. Each comes once, in the order of the roles.
func LooksAfter(f Facts, a AgentID) []AgentID {
	var all []AgentID
	for _, mine := range f.Roles(RoleQuery{Agent: a}) {
		if mine.Level != LevelAdmin {
			continue
		}
		for _, r := range f.Roles(RoleQuery{Organisation: mine.Organisation}) {
			if r.Agent != a && !slices.Contains(all, r.Agent) {
				all = append(all, r.Agent)
			}
		}
	}
	return all
}
