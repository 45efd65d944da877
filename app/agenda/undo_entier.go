package agenda

import (
	"bytes"
	"cmp"
	"slices"
)

// What undoing does with whole records: bring back what was removed, take back
// what was added.

// decided answers as the facts do, with what the decision has changed so far:
// what undoing puts back may name what it has just brought back.
type decided struct {
	Facts
	d       *decider
	at      map[Ref]int // where each change stands among the first indexed
	indexed int
}

// changeOf gives the change of a record, nil when there is none.
func (v *decided) changeOf(r Ref) *Change {
	for ; v.indexed < len(v.d.out.Changes); v.indexed++ {
		v.at[v.d.out.Changes[v.indexed].Ref()] = v.indexed
	}
	i, ok := v.at[r]
	if !ok {
		return nil
	}
	return &v.d.out.Changes[i]
}

func (v *decided) Record(n Noun, id string) (Record, Answer) {
	c := v.changeOf(Ref{n, id})
	switch {
	case c == nil:
		return v.Facts.Record(n, id)
	case c.After == nil:
		return nil, No
	}
	return Clone(c.After), Yes
}

func (v *decided) Roles(q RoleQuery) []*Role {
	return asDecided(v, v.Facts.Roles(q), func(r *Role) bool {
		return (q.Agent == "" || r.Agent == q.Agent) && (q.Organisation == "" || r.Organisation == q.Organisation)
	})
}

func (v *decided) Profils(u UsagerID) []*Profil {
	return asDecided(v, v.Facts.Profils(u), func(p *Profil) bool { return p.Usager == u })
}

// asDecided gives what of found the decision leaves untouched, and what of its
// changes matches, all by id.
func asDecided[T Record](v *decided, found []T, match func(T) bool) []T {
	found = slices.DeleteFunc(found, func(r T) bool { return v.changeOf(RefOf(r)) != nil })
	for _, c := range v.d.out.Changes {
		if t, ok := c.After.(T); ok && match(t) {
			found = append(found, Clone(t))
		}
	}
	slices.SortFunc(found, func(x, y T) int { return cmp.Compare(x.Key(), y.Key()) })
	return found
}

// isNull reports whether an edit has no image on that side.
func isNull(raw []byte) bool { return len(raw) == 0 || bytes.Equal(raw, []byte("null")) }

// bringBack restores removed records, what is named before what names it.
func (u *undoing) bringBack(edits []UndoEdit) error {
	for _, n := range Nouns() {
		for _, e := range edits {
			if e.Noun != n || e.Group != "" || !isNull(e.Made) {
				continue
			}
			if err := u.bringBackOne(e); err != nil {
				return err
			}
		}
	}
	for _, c := range u.out.Changes {
		if p, ok := c.After.(*Usager); ok && c.Before == nil {
			if err := u.knowsUsager(p.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// bringBackOne restores one record. It is left when somebody made it again, or
// when the person was erased.
func (u *undoing) bringBackOne(e UndoEdit) error {
	r, err := Decode(e.Noun, e.Was)
	if err != nil || r.Key() != e.ID {
		return Invalid(string(e.Noun))
	}
	if _, ans := u.f.Record(e.Noun, e.ID); ans == Yes || ans == Erased {
		u.leave(RefOf(r), "")
		return nil
	}
	u.done = true
	return u.birth(r, e)
}

// birth hands a record that comes back to the rule that makes one.
func (u *undoing) birth(r Record, e UndoEdit) error {
	switch r := r.(type) {
	case *PlageOuverture:
		return u.openPlage(&OpenPlage{*r})
	case *Absence:
		return u.declareAbsence(&DeclareAbsence{*r})
	case *Role:
		return u.grantRole(&GrantRole{*r})
	case *Rdv:
		return u.bringBackRdv(r)
	case *Usager:
		return u.bringBackUsager(r)
	case *Profil:
		return u.bringBackProfil(r)
	case *Importe:
		if err := u.ownAgenda(r.Agent); err != nil {
			return err
		}
		r.Stamp, r.Occupations = Stamp{}, nil
		return u.replaceImporte(nil, r)
	}
	return u.addRecord(&AddRecord{Noun: e.Noun, Body: e.Was})
}

// bringBackUsager restores a fiche; whether the author may is judged once its
// profils are back.
func (u *undoing) bringBackUsager(r *Usager) error {
	r.Stamp = Stamp{}
	if err := u.checkUsager(nil, r); err != nil {
		return err
	}
	u.change(nil, r)
	return nil
}

func (u *undoing) bringBackProfil(p *Profil) error {
	if !u.bringsBack(p.Usager) {
		if err := u.member(p.Organisation); err != nil {
			return err
		}
	}
	c, err := u.settingsOf(p.Organisation)
	if err != nil {
		return err
	}
	person, err := need[*Usager](u.decider, NounUsager, string(p.Usager))
	if err != nil {
		return err
	}
	if person != nil && c.org != nil && person.Territoire != c.org.Territoire {
		return Refuse(CodeNotFound, person.Key())
	}
	p.Stamp = Stamp{}
	u.change(nil, p)
	u.refeed(Ref{NounUsager, string(p.Usager)})
	return nil
}

// bringsBack reports whether this undo brings the person back.
func (u *undoing) bringsBack(id UsagerID) bool {
	return slices.ContainsFunc(u.out.Changes, func(c Change) bool {
		return c.Before == nil && c.Ref() == Ref{NounUsager, string(id)}
	})
}

// keepsOf refuses who may not touch what an organisation keeps of people: its
// members may, and who undoes a merge that moved it.
func (u *undoing) keepsOf(o OrganisationID) error {
	moved := slices.ContainsFunc(u.out.Changes, func(c Change) bool {
		p, ok := c.After.(*Profil)
		return ok && c.Before == nil && p.Organisation == o && u.bringsBack(p.Usager)
	})
	if moved {
		return nil
	}
	return u.member(o)
}

// bringBackRdv restores an Rdv that an admin deleted: its next message outranks
// the cancellation that was sent.
func (u *undoing) bringBackRdv(r *Rdv) error {
	if err := u.admin(r.Organisation); err != nil {
		return err
	}
	r.Stamp, r.Occupations = Stamp{}, nil
	r.Sequence = max(0, r.Sequence) + 1
	c, err := u.settleRdv(nil, r)
	if err != nil {
		return err
	}
	u.warnRdv(nil, r, c)
	u.change(nil, r)
	u.attachAll(r)
	return nil
}

// settleRdv reads what an Rdv names, places it on the wall it belongs to, and
// checks who takes part.
func (d *decider) settleRdv(before, r *Rdv) (rdvContext, error) {
	c, err := d.contextOf(r.Organisation, r.Motif, r.Lieu)
	if err != nil {
		return c, err
	}
	slot, err := c.settle(r.Slot())
	if err != nil {
		return c, err
	}
	if err := r.place(slot); err != nil {
		return c, err
	}
	r.Agents = sortedAgents(r.Agents)
	return c, d.checkPeople(before, r, c)
}

// putRdv notes an Rdv with former values back, as moving, marking or revising it
// would.
func (d *decider) putRdv(before, r *Rdv, changed []string) error {
	if err := d.readsRdv(before); err != nil {
		return err
	}
	c, err := d.settleRdv(before, r)
	if err != nil {
		return err
	}
	if anyOf(changed, "context") && r.Context != "" {
		if err := c.fieldOn(FieldContext); err != nil {
			return err
		}
	}
	if before.Status != r.Status && (r.Status == StatusSeen || r.Status == StatusNoShow) {
		if err := d.mayFill(r, r.Status); err != nil {
			return err
		}
	}
	if r.Cancelled() == (r.CancelledAt == nil) {
		return Invalid("cancelled_at")
	}
	d.warnRdv(before, r, c)
	d.change(before, r)
	d.attachAll(r)
	return nil
}

// takeBack removes what was added, last first; profils after the people, whose
// leaving decides whether those of a responsable stay.
func (u *undoing) takeBack(edits []UndoEdit) error {
	profils := func(e UndoEdit) bool { return e.Noun == NounProfil }
	if err := u.takeBackThose(edits, func(e UndoEdit) bool { return !profils(e) }); err != nil {
		return err
	}
	return u.takeBackThose(edits, profils)
}

func (u *undoing) takeBackThose(edits []UndoEdit, those func(UndoEdit) bool) error {
	for _, e := range slices.Backward(edits) {
		if !those(e) || e.Group != "" || !isNull(e.Was) || isNull(e.Made) {
			continue
		}
		now, ans := u.f.Record(e.Noun, e.ID)
		if ans != Yes || u.removed(Ref{e.Noun, e.ID}) {
			continue
		}
		same, err := untouched(now, e)
		if err != nil {
			return err
		}
		if !same {
			u.leave(RefOf(now), "")
			continue
		}
		if err := u.takeBackOne(now); err != nil {
			return err
		}
	}
	return nil
}

// untouched reports whether now is still what was made, in all that a person
// edits; of an Rdv a note added since does not count.
func untouched(now Record, e UndoEdit) (bool, error) {
	made, err := Decode(e.Noun, e.Made)
	if err != nil || made.Key() != e.ID {
		return false, Invalid(string(e.Noun))
	}
	changed, err := changedGroups(made, now)
	if err != nil {
		return false, err
	}
	counts := restorable(e.Noun)
	if e.Noun == NounRdv {
		counts = []string{GroupSlot, GroupStatus, GroupPeople}
	}
	return !anyOf(changed, counts...), nil
}

func (u *undoing) takeBackOne(r Record) error {
	switch r := r.(type) {
	case *Profil:
		return u.takeBackProfil(r)
	case *Rdv:
		u.done = true
		return u.withdraw(r)
	case *Usager:
		u.done = true
		return u.takeBackUsager(r)
	case *Role:
		u.done = true
		return u.revokeRole(&RevokeRole{Agent: r.Agent, Organisation: r.Organisation})
	case *Importe:
		u.done = true
		if err := u.ownAgenda(r.Agent); err != nil {
			return err
		}
		u.change(r, nil)
		return nil
	}
	u.done = true
	return u.removeRecord(&RemoveRecord{Noun: r.Noun(), ID: r.Key()})
}

// withdraw revokes an Rdv that was taken: never deleted, somebody may have been
// told.
func (u *undoing) withdraw(r *Rdv) error {
	if err := u.readsRdv(r); err != nil {
		return err
	}
	after := r.cancelled(u.decider, &CancelRdv{Rdv: r.ID, By: "service"})
	u.change(r, after)
	return nil
}

// takeBackUsager erases a fiche made by mistake. It is refused (CodeUsed) once
// the person has a Rdv or a proche.
func (u *undoing) takeBackUsager(r *Usager) error {
	if err := u.knowsUsager(r.ID); err != nil {
		return err
	}
	if rdvs := u.rdvsLeft(r.ID); len(rdvs) > 0 {
		return stillUsed(r.Key(), "Cette personne a un rendez-vous : la fiche reste.", refsTo(rdvs))
	}
	if family := u.prochesLeft(r); len(family) > 0 {
		return stillUsed(r.Key(), "Cette personne est responsable d’un proche : la fiche reste.", refsTo(family))
	}
	u.eraseOne(r)
	return nil
}

// takeBackProfil forgets what made an usager known to an organisation, unless
// the organisation has come to need it: then it stays, and nothing is said.
func (u *undoing) takeBackProfil(p *Profil) error {
	if err := u.keepsOf(p.Organisation); err != nil {
		return err
	}
	here := func(r *Rdv) bool { return r.Organisation == p.Organisation }
	if slices.ContainsFunc(u.rdvsLeft(p.Usager), here) || u.prochesHere(p) {
		return nil
	}
	u.done = true
	u.change(p, nil)
	u.refeed(Ref{NounUsager, string(p.Usager)})
	return nil
}

// prochesHere reports whether the organisation knows a proche of the person.
func (u *undoing) prochesHere(p *Profil) bool {
	person, ans := Get[*Usager](u.f, NounUsager, string(p.Usager))
	return ans == Yes && slices.ContainsFunc(u.prochesLeft(person), func(x *Usager) bool {
		id := ProfilOf(x.ID, p.Organisation)
		_, ans := u.f.Record(NounProfil, string(id))
		return ans == Yes && !u.removed(Ref{NounProfil, string(id)})
	})
}

// rdvsLeft gives the Rdvs that a person has once this decision is made.
func (u *undoing) rdvsLeft(id UsagerID) []*Rdv {
	return slices.DeleteFunc(u.f.Rdvs(RdvQuery{Usager: id}), func(r *Rdv) bool {
		return u.removed(RefOf(r)) || !u.side(RefOf(r)).(*Rdv).Has(id)
	})
}

// prochesLeft gives the proches that a person has once this decision is made.
func (u *undoing) prochesLeft(r *Usager) []*Usager {
	found := u.f.Usagers(UsagerQuery{Territoire: r.Territoire, Responsable: r.ID})
	return slices.DeleteFunc(found, func(x *Usager) bool {
		return u.removed(RefOf(x)) || u.side(RefOf(x)).(*Usager).Responsable != r.ID
	})
}

func refsTo[T Record](rs []T) []Ref {
	var refs []Ref
	for _, r := range rs {
		refs = append(refs, RefOf(r))
	}
	return refs
}
