package agenda

import (
	"cmp"
	"maps"
	"slices"
)

// faits keeps records in a map and answers as Facts: what the rules ask in the
// tests of this package. It answers with copies.
type faits struct {
	rows   map[Ref]Record
	erased map[Ref]bool
	former map[Ref]Record     // last images of what was removed
	signed map[Mark]Signature // who made a revision, by revision and record id
	whole  bool
}

func newFaits() *faits {
	return &faits{rows: map[Ref]Record{}, erased: map[Ref]bool{}, former: map[Ref]Record{}, signed: map[Mark]Signature{}, whole: true}
}

// put stores copies, stamped as if they had just been born unless they carry a
// revision already.
func (f *faits) put(rs ...Record) {
	for _, r := range rs {
		c := Clone(r)
		if c.Stamped().Revision == 0 {
			c.Stamped().Revision = 1
		}
		f.rows[RefOf(c)] = c
	}
}

// Apply writes what a decision changes.
func (f *faits) Apply(d Decision) {
	for _, c := range d.Changes {
		if c.After == nil {
			f.former[c.Ref()] = c.Before
			delete(f.rows, c.Ref())
			continue
		}
		f.rows[c.Ref()] = Clone(c.After)
	}
	for _, r := range d.Erased {
		f.erased[r] = true
		delete(f.former, r)
	}
}

// part is a copy that holds only what keep accepts, and says so: a desktop.
func (f *faits) part(keep func(Record) bool) *faits {
	p := newFaits()
	p.erased, p.whole = maps.Clone(f.erased), false
	for ref, r := range f.rows {
		if keep(r) {
			p.rows[ref] = Clone(r)
		}
	}
	return p
}

// replica is what a desktop of the agent holds: the records that one of their
// scopes reads.
func (f *faits) replica(a AgentID) *faits {
	held := Held(f, a)
	return f.part(func(r Record) bool {
		return slices.ContainsFunc(Readers(f, r), func(p Placed) bool { return slices.Contains(held, p) })
	})
}

// image is every record in its canonical bytes, to compare two states.
func (f *faits) image() map[Ref]string {
	m := map[Ref]string{}
	for ref, r := range f.rows {
		b, err := Encode(r)
		if err != nil {
			panic(err)
		}
		m[ref] = string(b)
	}
	return m
}

func (f *faits) Whole() bool { return f.whole }

func (f *faits) Record(n Noun, id string) (Record, Answer) {
	ref := Ref{n, id}
	if r, ok := f.rows[ref]; ok {
		return Clone(r), Yes
	}
	if f.erased[ref] {
		return nil, Erased
	}
	if f.whole {
		return nil, No
	}
	return nil, Unknown
}

// all gives copies of the records of one type that match, by id.
func all[T Record](f *faits, match func(T) bool) []T {
	var found []T
	for _, r := range f.rows {
		if t, ok := r.(T); ok && match(t) {
			found = append(found, Clone(t))
		}
	}
	slices.SortFunc(found, func(a, b T) int { return cmp.Compare(a.Key(), b.Key()) })
	return found
}

func (f *faits) Rdvs(q RdvQuery) []*Rdv {
	rdvs := all(f, func(r *Rdv) bool {
		return (q.Agent == "" || slices.Contains(r.Agents, q.Agent)) && (q.Usager == "" || r.Has(q.Usager)) &&
			(q.Motif == "" || r.Motif == q.Motif) && (q.Lieu == "" || r.Lieu == q.Lieu) &&
			(q.Within == Span{} || r.Span().Overlaps(q.Within))
	})
	slices.SortStableFunc(rdvs, func(a, b *Rdv) int { return a.Start.Compare(b.Start) })
	return rdvs
}

func (f *faits) Plages(a AgentID) []*PlageOuverture {
	return all(f, func(p *PlageOuverture) bool { return p.Agent == a })
}

func (f *faits) Absences(a AgentID) []*Absence {
	return all(f, func(x *Absence) bool { return x.Agent == a })
}

func (f *faits) Occupations(a AgentID, s Span) []*Occupation {
	busy := all(f, func(o *Occupation) bool { return o.Agent == a && o.Span().Overlaps(s) })
	slices.SortStableFunc(busy, func(a, b *Occupation) int { return a.Start.Compare(b.Start) })
	return busy
}

func (f *faits) Roles(q RoleQuery) []*Role {
	return all(f, func(r *Role) bool {
		return (q.Agent == "" || r.Agent == q.Agent) && (q.Organisation == "" || r.Organisation == q.Organisation)
	})
}

func (f *faits) Usagers(q UsagerQuery) []*Usager {
	found := all(f, func(u *Usager) bool { return (q.Territoire == "" || u.Territoire == q.Territoire) && matches(u, q) })
	return found[:min(len(found), 100)]
}

func matches(u *Usager, q UsagerQuery) bool {
	switch {
	case q.Merged != "":
		return slices.Contains(u.Merged, q.Merged)
	case q.Responsable != "":
		return u.Responsable == q.Responsable
	case q.Email != "":
		return u.Email == q.Email
	case q.Phone != "":
		return u.Phone == q.Phone
	case q.Identity != "":
		return IdentityKey(u.FirstName, u.LastName) == q.Identity && u.BirthDate == q.BirthDate
	}
	return false
}

func (f *faits) Profils(u UsagerID) []*Profil {
	return all(f, func(p *Profil) bool { return p.Usager == u })
}

func (f *faits) Conflits(r Ref) []*Conflit {
	return all(f, func(c *Conflit) bool { return c.Open() && isAbout(c, r) })
}

func (f *faits) Settled(r Ref) []*Conflit {
	return all(f, func(c *Conflit) bool { return !c.Open() && isAbout(c, r) })
}

func isAbout(c *Conflit, r Ref) bool {
	return slices.Contains(c.Sides, r) || slices.Contains(c.Busy, OccupationID(r.ID))
}

func (f *faits) Records(n Noun, owner string) []Record {
	return all(f, func(r Record) bool { return r.Noun() == n && ownerOf(r) == owner })
}

// ownerOf is what Records finds a record by.
func ownerOf(r Record) string {
	switch r := r.(type) {
	case *Organisation:
		return string(r.Territoire)
	case *Service:
		return string(r.Territoire)
	case *Motif:
		return string(r.Organisation)
	case *Lieu:
		return string(r.Organisation)
	case *PlageOuverture:
		return string(r.Organisation)
	case *Importe:
		return string(r.Agent)
	case *Recu:
		return string(r.Rdv)
	}
	return ""
}

// sign notes who made the changes of a decision; a desktop keeps no journal.
func (f *faits) sign(d Decision, by Signature) {
	for _, c := range d.Changes {
		if f.whole && c.After != nil {
			f.signed[Mark{c.After.Stamped().Revision, c.Ref().ID}] = by
		}
	}
}

func (f *faits) Logins(email string) []*Agent {
	return all(f, func(a *Agent) bool { return email != "" && a.Email == email })
}

func (f *faits) Former(n Noun, id string) Record { return f.former[Ref{n, id}] }

func (f *faits) Signature(r Ref, revision int64) *Signature {
	s, ok := f.signed[Mark{revision, r.ID}]
	if !ok {
		return nil
	}
	return &s
}

func (f *faits) Derive(parts ...string) string {
	if !f.whole {
		return ""
	}
	return DeriveID([]byte("key of the test server"), parts...)
}
