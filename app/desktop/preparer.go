package desktop

import (
	"cmp"
	"context"
	"slices"

	"permanence/app/agenda"
)

// prepare completes and checks a half-filled form; it writes nothing.
func (p *Poste) prepare(ctx context.Context, f RdvForm) (RdvPrepare, error) {
	out := RdvPrepare{Form: f, Missing: []string{}, Warnings: []Avertissement{}}
	asked, unread := f.prise()
	if unread != nil { // an hour half typed: the rest can be prepared all the same
		asked, unread = RdvForm{Motif: f.Motif, Lieu: f.Lieu, Agents: f.Agents, Usagers: f.Usagers}.prise()
	}
	if unread != nil {
		return out, unread
	}
	err := p.read(ctx, func(l *lecture) error {
		asked = l.complete(asked)
		l.offer(&out, asked)
		missing := l.lacksOf(asked)
		out.Missing = append(out.Missing, missing...)
		if m := l.motif(asked.Motif); m != nil && !asked.Start.IsZero() {
			zone := l.zoneFor(asked.Lieu, m.Organisation)
			start := asked.Start.in(l, zone)
			out.When = spanText(start, start.Add(asked.Duration), l.zone(zone), l.today())
		}
		if len(missing) > 0 {
			return nil
		}
		var err error
		out.Warnings, err = l.foresee(asked)
		return err
	})
	return out, err
}

// offer fills in what is proposed, and what may be chosen.
func (l *lecture) offer(out *RdvPrepare, asked Prise) {
	m := l.motif(asked.Motif)
	out.Motifs, out.Agents, out.Lieux = l.motifChoices(), l.agentChoices(m), []string{}
	f := &out.Form
	f.Agents, f.Usagers, f.Lieu = texts(asked.Agents), texts(asked.Usagers), string(asked.Lieu)
	f.Set, f.Accept = append([]string{}, f.Set...), append([]string{}, f.Accept...)
	if m == nil {
		return
	}
	f.DurationMin = int(asked.Duration.Minutes())
	out.NeedsLieu = m.Place == agenda.PlacePublicOffice
	if !out.NeedsLieu {
		return
	}
	for _, lieu := range l.lieux(m.Organisation) {
		out.Lieux = append(out.Lieux, string(lieu.ID))
	}
}

// foresee gives the warnings that booking would meet now. What would refuse it
// altogether is said when it is booked.
func (l *lecture) foresee(f Prise) ([]Avertissement, error) {
	cmd := &agenda.BookRdv{}
	l.fill(cmd, f)
	cmd.Rdv = agenda.RdvID(agenda.DeriveID(nil, "a form being filled"))
	found, err := l.trial(cmd)
	if agenda.RefusalOf(err) != nil {
		return []Avertissement{}, nil
	}
	return l.avertissements(found), err
}

// motifChoices gives the motifs that the agent may take a rendez-vous of, by
// name.
func (l *lecture) motifChoices() []string {
	var kept []*agenda.Motif
	for _, o := range l.mine() {
		role := l.roleIn(o.ID)
		for _, m := range l.motifsOf(o.ID) {
			if role.Takes(m) {
				kept = append(kept, m)
			}
		}
	}
	slices.SortFunc(kept, func(a, b *agenda.Motif) int { return cmp.Or(compareNames(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	ids := []string{}
	for _, m := range kept {
		ids = append(ids, m.Key())
	}
	return ids
}

// motifsOf gives those of an organisation that are still in use.
func (l *lecture) motifsOf(o agenda.OrganisationID) []*agenda.Motif {
	var all []*agenda.Motif
	for _, r := range l.Records(agenda.NounMotif, string(o)) {
		if m := r.(*agenda.Motif); !m.Archived {
			all = append(all, m)
		}
	}
	return all
}

// agentChoices gives the agents who may receive a motif, or anyone whose agenda
// may be seen when none is chosen yet: the agent of the profile first, then by
// name.
func (l *lecture) agentChoices(m *agenda.Motif) []string {
	ids := []string{}
	for _, a := range l.colleagues() {
		receives := m == nil || slices.ContainsFunc(l.Roles(agenda.RoleQuery{Agent: a.ID}), func(r *agenda.Role) bool {
			return r.Organisation == m.Organisation && (len(r.Services) == 0 || slices.Contains(r.Services, m.Service))
		})
		if receives {
			ids = append(ids, a.Key())
		}
	}
	return ids
}

// colleagues gives every agent whose agenda may be seen, oneself first, then by
// name.
func (l *lecture) colleagues() []*agenda.Agent {
	var all []*agenda.Agent
	met := map[agenda.AgentID]bool{}
	for _, o := range l.mine() {
		for _, r := range l.Roles(agenda.RoleQuery{Organisation: o.ID}) {
			a := get[*agenda.Agent](l, agenda.NounAgent, string(r.Agent))
			if a == nil || met[a.ID] || a.Archived && a.ID != l.agent || !l.sees(a.ID) {
				continue
			}
			met[a.ID] = true
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b *agenda.Agent) int {
		if me := a.ID == l.agent; me != (b.ID == l.agent) {
			if me {
				return -1
			}
			return 1
		}
		return cmp.Or(compareNames(a.LastName, b.LastName), compareNames(a.FirstName, b.FirstName), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// Referentiel is what the agent's organisations are made of.
func (p *Poste) Referentiel(ctx context.Context) (Referentiel, error) {
	ref := Referentiel{Organisations: []Organisation{}, Services: []Service{}, Agents: []AgentBref{}, Motifs: []Motif{}, Lieux: []Lieu{}}
	err := p.read(ctx, func(l *lecture) error {
		services := map[agenda.ServiceID]bool{}
		for _, o := range l.mine() {
			ref.Organisations = append(ref.Organisations, Organisation{ID: string(o.ID), Name: o.Name, Role: string(l.roleIn(o.ID).Level), Zone: o.Zone})
			for _, r := range l.Records(agenda.NounService, string(o.Territoire)) {
				if s := r.(*agenda.Service); !services[s.ID] {
					services[s.ID] = true
					ref.Services = append(ref.Services, Service{ID: string(s.ID), Name: s.Name})
				}
			}
			for _, m := range l.motifsOf(o.ID) {
				ref.Motifs = append(ref.Motifs, Motif{ID: string(m.ID), Name: m.Name, Color: colorOf(m.Color), DurationMin: m.DurationMin,
					Place: string(m.Place), Service: string(m.Service), Organisation: string(m.Organisation), Collectif: m.Collectif})
			}
			for _, lieu := range l.lieux(o.ID) {
				ref.Lieux = append(ref.Lieux, Lieu{ID: string(lieu.ID), Name: lieu.Name, Address: lieu.Address, Zone: lieu.Zone})
			}
		}
		for _, a := range l.colleagues() {
			ref.Agents = append(ref.Agents, l.agentBref(a))
		}
		return nil
	})
	slices.SortStableFunc(ref.Services, func(a, b Service) int { return compareNames(a.Name, b.Name) })
	slices.SortStableFunc(ref.Motifs, func(a, b Motif) int { return compareNames(a.Name, b.Name) })
	slices.SortStableFunc(ref.Lieux, func(a, b Lieu) int { return compareNames(a.Name, b.Name) })
	return ref, err
}

func (l *lecture) agentBref(a *agenda.Agent) AgentBref {
	b := AgentBref{ID: a.Key(), Name: a.Name(), Short: shortName(a.FirstName, a.LastName), Initials: initials(a.FirstName, a.LastName),
		Services: []string{}, Me: a.ID == l.agent}
	for _, r := range l.Roles(agenda.RoleQuery{Agent: a.ID}) {
		for _, s := range r.Services {
			if !slices.Contains(b.Services, string(s)) {
				b.Services = append(b.Services, string(s))
			}
		}
	}
	return b
}
