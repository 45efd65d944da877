package agenda

import (
	"cmp"
	"slices"
	"strings"
)

// Scope is what a right grants and a replica holds (sync.md §2), as text:
// "conf:<organisation>", "service:<service>@<organisation>", "agenda:<agent>",
// "usagers:<organisation>", "busy:<agent>", "bureau:<organisation>" (what waits
// for its admins and secretariat).
type Scope string

func ConfScope(o OrganisationID) Scope { return Scope("conf:" + string(o)) }
func ServiceScope(s ServiceID, o OrganisationID) Scope {
	return Scope("service:" + string(s) + "@" + string(o))
}
func AgendaScope(a AgentID) Scope         { return Scope("agenda:" + string(a)) }
func UsagersScope(o OrganisationID) Scope { return Scope("usagers:" + string(o)) }
func BusyScope(a AgentID) Scope           { return Scope("busy:" + string(a)) }
func BureauScope(o OrganisationID) Scope  { return Scope("bureau:" + string(o)) }

// Kind is the part before the colon.
func (s Scope) Kind() string { k, _, _ := strings.Cut(string(s), ":"); return k }

// Placed is a scope in the territoire whose number orders it.
type Placed struct {
	Territoire TerritoireID
	Scope      Scope
}

// Readers gives every scope through which r can be read now, each in its
// territoire, sorted. A record whose territoire is not here has none.
func Readers(f Facts, r Record) []Placed {
	p := &placer{f: f}
	switch r := r.(type) {
	case *Territoire:
		p.confOf(r.ID)
	case *Service:
		p.confOf(r.Territoire)
	case *Organisation:
		p.add(r.ID, ConfScope(r.ID))
	case *Agent:
		for _, role := range f.Roles(RoleQuery{Agent: r.ID}) {
			p.add(role.Organisation, ConfScope(role.Organisation))
		}
		for _, c := range f.Conflits(RefOf(r)) { // who left is named as long as something of theirs waits
			p.conflit(c)
		}
	case *Role:
		p.add(r.Organisation, ConfScope(r.Organisation))
	case *Motif:
		p.add(r.Organisation, ConfScope(r.Organisation))
	case *Lieu:
		p.add(r.Organisation, ConfScope(r.Organisation))
	case *PlageOuverture:
		p.plage(r)
	case *Absence:
		p.absence(r)
	case *Usager:
		for _, profil := range f.Profils(r.ID) {
			p.add(profil.Organisation, UsagersScope(profil.Organisation))
		}
	case *Profil:
		p.add(r.Organisation, UsagersScope(r.Organisation))
	case *Rdv:
		p.rdv(r)
	case *Occupation:
		p.everywhere(r.Agent, BusyScope(r.Agent))
	case *Importe:
		p.everywhere(r.Agent, AgendaScope(r.Agent))
	case *Recu:
		p.ofRdv(r.Rdv)
	case *Conflit:
		p.conflit(r)
	}
	return p.sorted()
}

type placer struct {
	f    Facts
	seen []Placed
}

// add notes a scope in the territoire of an organisation.
func (p *placer) add(o OrganisationID, s Scope) {
	org, ans := Get[*Organisation](p.f, NounOrganisation, string(o))
	if ans != Yes {
		return
	}
	p.note(Placed{org.Territoire, s})
}

func (p *placer) note(pl Placed) {
	if !slices.Contains(p.seen, pl) {
		p.seen = append(p.seen, pl)
	}
}

func (p *placer) confOf(t TerritoireID) {
	for _, r := range p.f.Records(NounOrganisation, string(t)) {
		p.note(Placed{t, ConfScope(OrganisationID(r.Key()))})
	}
}

// everywhere notes a scope of an agent in every territoire where they have a role.
func (p *placer) everywhere(a AgentID, s Scope) {
	for _, role := range p.f.Roles(RoleQuery{Agent: a}) {
		p.add(role.Organisation, s)
	}
}

// plage: the services of its agent, in its organisation.
func (p *placer) plage(r *PlageOuverture) {
	for _, role := range p.f.Roles(RoleQuery{Agent: r.Agent, Organisation: r.Organisation}) {
		for _, s := range role.Services {
			p.add(r.Organisation, ServiceScope(s, r.Organisation))
		}
	}
	p.add(r.Organisation, AgendaScope(r.Agent))
}

// absence: an agent's noun, fed in every organisation where the agent has a role.
func (p *placer) absence(r *Absence) {
	for _, role := range p.f.Roles(RoleQuery{Agent: r.Agent}) {
		for _, s := range role.Services {
			p.add(role.Organisation, ServiceScope(s, role.Organisation))
		}
		p.add(role.Organisation, AgendaScope(r.Agent))
	}
}

// rdv: the service of its motif, and the agenda of each of its agents.
func (p *placer) rdv(r *Rdv) {
	if motif, ans := Get[*Motif](p.f, NounMotif, string(r.Motif)); ans == Yes {
		p.add(r.Organisation, ServiceScope(motif.Service, r.Organisation))
	}
	for _, a := range r.Agents {
		p.add(r.Organisation, AgendaScope(a))
	}
}

func (p *placer) ofRdv(id RdvID) {
	if rdv, ans := Get[*Rdv](p.f, NounRdv, string(id)); ans == Yes {
		p.rdv(rdv)
	}
}

// conflit: every scope of each of its records; but what waits for the admins and
// the secretariat is theirs, and what the author is told, the author's.
func (p *placer) conflit(r *Conflit) {
	switch r.Code {
	case ConflitQuarantined:
		p.add(r.Organisation, BureauScope(r.Organisation))
		return
	case ConflitAgentLeft:
		for _, side := range r.Sides {
			if rdv, ans := Get[*Rdv](p.f, NounRdv, side.ID); ans == Yes {
				p.add(rdv.Organisation, BureauScope(rdv.Organisation))
			}
		}
		return
	case ConflitBegan:
		for _, a := range r.Authors {
			p.everywhere(a, AgendaScope(a))
		}
		return
	}
	for _, side := range r.Sides {
		if side.Noun == NounConflit {
			continue
		}
		if rec, ans := p.f.Record(side.Noun, side.ID); ans == Yes {
			for _, pl := range Readers(p.f, rec) {
				p.note(pl)
			}
		}
	}
}

func (p *placer) sorted() []Placed {
	slices.SortFunc(p.seen, func(a, b Placed) int {
		return cmp.Or(cmp.Compare(a.Territoire, b.Territoire), cmp.Compare(a.Scope, b.Scope))
	})
	return p.seen
}

// Held gives the scopes an agent's roles grant now, each in its territoire,
// sorted: what a desktop of theirs holds. An intervenant holds nothing.
func Held(f Facts, a AgentID) []Placed {
	p := &placer{f: f}
	for _, role := range f.Roles(RoleQuery{Agent: a}) {
		if role.Level == LevelIntervenant {
			continue
		}
		p.held(role)
	}
	return p.sorted()
}

// ReadThrough reports whether r is read through one of the scopes held.
func ReadThrough(f Facts, held []Placed, r Record) bool {
	return slices.ContainsFunc(Readers(f, r), func(p Placed) bool { return slices.Contains(held, p) })
}

func (p *placer) held(role *Role) {
	o := role.Organisation
	p.add(o, ConfScope(o))
	p.add(o, UsagersScope(o))
	if role.Wide() {
		p.add(o, BureauScope(o))
	}
	p.everywhere(role.Agent, AgendaScope(role.Agent))
	for _, s := range p.services(role) {
		p.add(o, ServiceScope(s, o))
	}
	for _, other := range p.f.Roles(RoleQuery{Organisation: o}) {
		if role.Wide() || other.Agent == role.Agent || shares(role.Services, other.Services) {
			p.everywhere(other.Agent, BusyScope(other.Agent))
		}
	}
}

// services: one's own, or every one of the territoire for a wide role.
func (p *placer) services(role *Role) []ServiceID {
	if !role.Wide() {
		return role.Services
	}
	org, ans := Get[*Organisation](p.f, NounOrganisation, string(role.Organisation))
	if ans != Yes {
		return nil
	}
	var all []ServiceID
	for _, r := range p.f.Records(NounService, string(org.Territoire)) {
		all = append(all, ServiceID(r.Key()))
	}
	return all
}

// shares reports whether two lists have one in common.
func shares[ID comparable](a, b []ID) bool {
	return slices.ContainsFunc(a, func(s ID) bool { return slices.Contains(b, s) })
}

// MaySeeAgenda reports whether viewer may see the agenda of another agent: it
// is one's own, or in an organisation of both the viewer is admin or
// secretariat, or shares a service (reference §1.6).
func MaySeeAgenda(f Facts, viewer, other AgentID) bool {
	if viewer == other {
		return true
	}
	for _, mine := range f.Roles(RoleQuery{Agent: viewer}) {
		for _, theirs := range f.Roles(RoleQuery{Agent: other, Organisation: mine.Organisation}) {
			if mine.Wide() || mine.Level == LevelBasic && shares(mine.Services, theirs.Services) {
				return true
			}
		}
	}
	return false
}

// MayReadRdv reports whether an agent may read r: assigned to it, or their
// role reads the service of its motif.
func MayReadRdv(f Facts, a AgentID, r *Rdv) bool {
	if slices.Contains(r.Agents, a) {
		return true
	}
	motif, ans := Get[*Motif](f, NounMotif, string(r.Motif))
	for _, role := range f.Roles(RoleQuery{Agent: a, Organisation: r.Organisation}) {
		if role.Wide() || role.Level == LevelBasic && ans == Yes && slices.Contains(role.Services, motif.Service) {
			return true
		}
	}
	return false
}
