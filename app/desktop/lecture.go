package desktop

import (
	"cmp"
	"context"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/store"
)

// lecture is one instant of the profile, read for one answer: what it reads of
// people and settings it reads once. As agenda.Facts it serves rules that only
// look; its records are shared and never changed.
type lecture struct {
	*store.View
	agent   agenda.AgentID
	now     time.Time
	records map[agenda.Ref]agenda.Record
	missing map[agenda.Ref]agenda.Answer
	roles   map[agenda.RoleQuery][]*agenda.Role
	zones   map[string]civil.Zone
	sight   map[agenda.AgentID]bool
	days    map[agenda.OrganisationID]civil.Holidays
	homes   []*agenda.Organisation // the answer of mine; nil until asked
}

// read runs f on one instant of the database.
func (p *Poste) read(ctx context.Context, f func(l *lecture) error) error {
	now, agent := p.ports.Now().UTC(), p.Agent()
	return p.db.Read(ctx, func(v *store.View) error {
		return f(newLecture(v, agent, now))
	})
}

func newLecture(v *store.View, agent agenda.AgentID, now time.Time) *lecture {
	return &lecture{View: v, agent: agent, now: now,
		records: map[agenda.Ref]agenda.Record{}, missing: map[agenda.Ref]agenda.Answer{},
		roles: map[agenda.RoleQuery][]*agenda.Role{}, zones: map[string]civil.Zone{},
		sight: map[agenda.AgentID]bool{}, days: map[agenda.OrganisationID]civil.Holidays{}}
}

// Record gives one record, read once.
func (l *lecture) Record(n agenda.Noun, id string) (agenda.Record, agenda.Answer) {
	ref := agenda.Ref{Noun: n, ID: id}
	if r, ok := l.records[ref]; ok {
		return r, agenda.Yes
	}
	if ans, ok := l.missing[ref]; ok {
		return nil, ans
	}
	r, ans := l.View.Record(n, id)
	if ans == agenda.Yes {
		l.records[ref] = r
	} else {
		l.missing[ref] = ans
	}
	return r, ans
}

// Roles gives the roles that meet q, read once.
func (l *lecture) Roles(q agenda.RoleQuery) []*agenda.Role {
	if rs, ok := l.roles[q]; ok {
		return rs
	}
	rs := l.View.Roles(q)
	l.roles[q] = rs
	return rs
}

// get reads one record, nil when it is not here.
func get[T agenda.Record](l *lecture, n agenda.Noun, id string) T {
	r, _ := agenda.Get[T](l, n, id)
	return r
}

func (l *lecture) motif(id agenda.MotifID) *agenda.Motif {
	return get[*agenda.Motif](l, agenda.NounMotif, string(id))
}

func (l *lecture) lieu(id agenda.LieuID) *agenda.Lieu {
	if id == "" {
		return nil
	}
	return get[*agenda.Lieu](l, agenda.NounLieu, string(id))
}

func (l *lecture) usager(id agenda.UsagerID) *agenda.Usager {
	return get[*agenda.Usager](l, agenda.NounUsager, string(id))
}

func (l *lecture) organisation(id agenda.OrganisationID) *agenda.Organisation {
	return get[*agenda.Organisation](l, agenda.NounOrganisation, string(id))
}

// territoire is that of an organisation, nil when not known.
func (l *lecture) territoire(o *agenda.Organisation) *agenda.Territoire {
	if o == nil {
		return nil
	}
	return get[*agenda.Territoire](l, agenda.NounTerritoire, string(o.Territoire))
}

// agentOf gives an agent's name, « Agent » when not known here.
func (l *lecture) agentOf(id agenda.AgentID) string {
	if a := get[*agenda.Agent](l, agenda.NounAgent, string(id)); a != nil {
		return a.Name()
	}
	return "Agent"
}

// shortAgent gives « K. Benali ».
func (l *lecture) shortAgent(id agenda.AgentID) string {
	if a := get[*agenda.Agent](l, agenda.NounAgent, string(id)); a != nil {
		return shortName(a.FirstName, a.LastName)
	}
	return "Agent"
}

// usagerName gives a person's name, « Usager » when not known here.
func (l *lecture) usagerName(id agenda.UsagerID) string {
	if u := l.usager(id); u != nil {
		return u.Name()
	}
	return "Usager"
}

// shortName gives « K. Benali ».
func shortName(first, last string) string {
	for _, r := range first {
		return string(r) + ". " + last
	}
	return last
}

// initials gives « KB ».
func initials(first, last string) string {
	letters := ""
	for _, word := range []string{first, last} {
		for _, r := range word {
			letters += string(r)
			break
		}
	}
	return capital(letters)
}

// zone gives a zone by name; one that no machine knows is that of home.
func (l *lecture) zone(name string) civil.Zone {
	if z, ok := l.zones[name]; ok {
		return z
	}
	z, err := civil.LoadZone(name)
	if err != nil {
		z = l.homeZone()
	}
	l.zones[name] = z
	return z
}

// mine gives the organisations where the agent works, by name, archived ones
// left out.
func (l *lecture) mine() []*agenda.Organisation {
	if l.homes != nil {
		return l.homes
	}
	var all []*agenda.Organisation
	for _, r := range l.Roles(agenda.RoleQuery{Agent: l.agent}) {
		o := l.organisation(r.Organisation)
		if o != nil && !o.Archived && r.Level != agenda.LevelIntervenant {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b *agenda.Organisation) int {
		return cmp.Or(compareNames(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	l.homes = all
	return all
}

// home is the organisation shown at first, nil before one is known.
func (l *lecture) home() *agenda.Organisation {
	if all := l.mine(); len(all) > 0 {
		return all[0]
	}
	return nil
}

// homeZone is the zone of the organisation shown at first, else Europe/Paris:
// never the machine's.
func (l *lecture) homeZone() civil.Zone {
	name := "Europe/Paris"
	if o := l.home(); o != nil {
		name = o.Zone
	}
	if z, ok := l.zones[name]; ok {
		return z
	}
	z, err := civil.LoadZone(name)
	if err == nil {
		l.zones[name] = z
	}
	return z
}

// today is the civil day at home.
func (l *lecture) today() civil.Date { return l.homeZone().Date(l.now) }

// sees reports whether the agent may see another's agenda.
func (l *lecture) sees(a agenda.AgentID) bool {
	ok, known := l.sight[a]
	if !known {
		ok = agenda.MaySeeAgenda(l, l.agent, a)
		l.sight[a] = ok
	}
	return ok
}

// reads reports whether the agent may read an Rdv.
func (l *lecture) reads(r *agenda.Rdv) bool { return agenda.MayReadRdv(l, l.agent, r) }

// readable reads an Rdv that the agent may read, or refuses (not_found).
func (l *lecture) readable(id string) (*agenda.Rdv, error) {
	r := get[*agenda.Rdv](l, agenda.NounRdv, id)
	if r == nil || !l.reads(r) {
		return nil, agenda.Refuse(agenda.CodeNotFound, id)
	}
	return r, nil
}

// roleIn is the agent's role in an organisation, nil when none.
func (l *lecture) roleIn(o agenda.OrganisationID) *agenda.Role {
	for _, r := range l.Roles(agenda.RoleQuery{Agent: l.agent, Organisation: o}) {
		return r
	}
	return nil
}

// holidaysOf gives the public holidays that an agent keeps: those of the
// organisation shown at first when they work there, else of another of theirs.
func (l *lecture) holidaysOf(a agenda.AgentID) civil.Holidays {
	var org *agenda.Organisation
	home := l.home()
	for _, r := range l.Roles(agenda.RoleQuery{Agent: a}) {
		o := l.organisation(r.Organisation)
		if org == nil || home != nil && o != nil && o.ID == home.ID {
			org = o
		}
	}
	if org == nil {
		return civil.Holidays{}
	}
	if days, ok := l.days[org.ID]; ok {
		return days
	}
	var days civil.Holidays
	if t := l.territoire(org); t != nil {
		if known, err := t.Days(); err == nil {
			days = known
		}
	}
	l.days[org.ID] = days
	return days
}

// compareNames orders names as people look for them: accents and case folded.
func compareNames(a, b string) int { return cmp.Compare(agenda.Fold(a), agenda.Fold(b)) }
