package agenda

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// mergeUsagers makes one person of two fiches. Keep stays; what it lacks comes
// from Drop, and Fields says where Drop (or another word) wins over it. Rdvs,
// proches, profils and recus of Drop go to Keep; of two parts in one Rdv, Keep's
// stays. Drop is removed, not erased: the person is still here.
func (d *decider) mergeUsagers(a *MergeUsagers) error {
	if a.Keep == a.Drop {
		return Invalid("drop")
	}
	keep, err := d.knownUsager(a.Keep)
	if err != nil {
		return err
	}
	drop, err := d.knownUsager(a.Drop)
	if err != nil {
		return err
	}
	if keep.Territoire != drop.Territoire {
		return Refuse(CodeNotFound, drop.Key())
	}
	after, changed, err := d.onePerson(keep, drop, a.Fields)
	if err != nil {
		return err
	}
	if len(changed) > 0 {
		d.change(keep, after) // first: it is what the decision is about
	}
	d.moveProches(drop, keep)
	d.moveProfils(drop, keep)
	d.moveParticipations(drop, keep)
	d.moveDuplicates(drop, keep)
	d.change(drop, nil)
	d.refeed(RefOf(keep))
	d.warnLookalikes(Lookalikes(d.f, keep, after), drop.ID)
	d.refeedUsager(after, changed)
	return nil
}

// onePerson gives Keep with what it lacked, and the keys that changed.
func (d *decider) onePerson(keep, drop *Usager, fields map[string]Edit) (*Usager, []string, error) {
	u, _, err := edit(d, filled(keep, drop), fields)
	if err != nil {
		return nil, nil, err
	}
	if _, typed := fields["responsable"]; !typed {
		u.Responsable = d.responsableOfBoth(keep, drop)
	}
	u.Merged = once(slices.Concat(keep.Merged, drop.Merged, []UsagerID{drop.ID}))
	slices.Sort(u.Merged)
	changed, err := changedKeys(keep, u)
	if err != nil {
		return nil, nil, err
	}
	if err := d.checkUsager(keep, u); err != nil {
		return nil, nil, err
	}
	return u, changed, d.checkResponsable(u, drop.ID)
}

// filled is Keep with what it lacks taken from Drop. A wish not to be written
// to holds, whichever fiche noted it.
func filled(keep, drop *Usager) *Usager {
	u := Clone(keep)
	u.BirthName = cmp.Or(u.BirthName, drop.BirthName)
	u.BirthDate = cmp.Or(u.BirthDate, drop.BirthDate)
	u.Email = cmp.Or(u.Email, drop.Email)
	u.Phone = cmp.Or(u.Phone, drop.Phone)
	u.Address = cmp.Or(u.Address, drop.Address)
	u.NoMail, u.NoSMS = u.NoMail || drop.NoMail, u.NoSMS || drop.NoSMS
	if d := drop.ConfirmedAt; d != nil && (u.ConfirmedAt == nil || d.After(*u.ConfirmedAt)) {
		u.ConfirmedAt = d
	}
	return u
}

// responsableOfBoth: who was an adult on one of the two fiches is one. Of two
// proches Keep's responsable stays, unless that line passes through Drop: then
// it goes on from there.
func (d *decider) responsableOfBoth(keep, drop *Usager) UsagerID {
	if !keep.Proche() || !drop.Proche() {
		return ""
	}
	through := func(r *Usager) bool { return r.ID == drop.ID }
	if slices.ContainsFunc(responsables(d.f, keep), through) {
		return drop.Responsable
	}
	return keep.Responsable
}

func (d *decider) moveProches(drop, keep *Usager) {
	for _, p := range d.f.Usagers(UsagerQuery{Territoire: drop.Territoire, Responsable: drop.ID}) {
		if p.ID == keep.ID {
			continue
		}
		after := Clone(p)
		after.Responsable = keep.ID
		d.change(p, after)
	}
}

// moveProfils gives each organisation one profil of the person.
func (d *decider) moveProfils(drop, keep *Usager) {
	kept := map[OrganisationID]*Profil{}
	for _, p := range d.f.Profils(keep.ID) {
		kept[p.Organisation] = p
	}
	for _, p := range d.f.Profils(drop.ID) {
		old := kept[p.Organisation]
		if old == nil {
			moved := Clone(p)
			moved.ID, moved.Usager, moved.Stamp = ProfilOf(keep.ID, p.Organisation), keep.ID, Stamp{}
			d.change(nil, moved)
		} else if after := filledProfil(old, p); len(after.FieldUsed()) > 0 {
			d.changeIf(old, after)
		}
		d.change(p, nil)
	}
}

// changeIf notes a change where there is one.
func (d *decider) changeIf(before, after Record) {
	if changed, err := changedKeys(before, after); err != nil || len(changed) > 0 {
		d.change(before, after) // what cannot be compared is refused when it is encoded
	}
}

// filledProfil is old with what it lacks taken from p. Notes of both are kept
// as long as there is room.
func filledProfil(old, p *Profil) *Profil {
	a := Clone(old)
	a.Caisse = cmp.Or(a.Caisse, p.Caisse)
	a.Affiliation = cmp.Or(a.Affiliation, p.Affiliation)
	a.Family = cmp.Or(a.Family, p.Family)
	a.Logement = cmp.Or(a.Logement, p.Logement)
	a.CaseNumber = cmp.Or(a.CaseNumber, p.CaseNumber)
	a.AddressMore = cmp.Or(a.AddressMore, p.AddressMore)
	if a.Children == nil {
		a.Children = p.Children
	}
	both := a.Notes + "\n\n" + p.Notes
	switch {
	case a.Notes == "":
		a.Notes = p.Notes
	case p.Notes != "" && p.Notes != a.Notes && utf8.RuneCountInString(both) <= 10000:
		a.Notes = both
	}
	return a
}

// moveParticipations puts Keep in the place of Drop in every Rdv, with its
// recus; where both took part, Keep's part stays.
func (d *decider) moveParticipations(drop, keep *Usager) {
	for _, r := range d.f.Rdvs(RdvQuery{Usager: drop.ID}) {
		after := Clone(r)
		after.replaceUsager(drop.ID, keep.ID)
		d.change(r, after)
		d.moveRecus(r.ID, drop.ID, keep.ID)
	}
}

func (r *Rdv) replaceUsager(drop, keep UsagerID) {
	presence, told := r.Presence[drop]
	delete(r.Presence, drop)
	if r.Has(keep) {
		r.Participations = slices.DeleteFunc(r.Participations, func(p Participation) bool { return p.Usager == drop })
	} else {
		for i := range r.Participations {
			if r.Participations[i].Usager == drop {
				r.Participations[i].Usager = keep
			}
		}
		if told {
			r.setPresence(keep, presence)
		}
	}
	if len(r.Presence) == 0 {
		r.Presence = nil
	}
}

func (d *decider) moveRecus(r RdvID, drop, keep UsagerID) {
	for _, rec := range d.f.Records(NounRecu, string(r)) {
		recu, ok := rec.(*Recu)
		if !ok || recu.Usager != drop {
			continue
		}
		after := Clone(recu)
		after.Usager = keep
		d.change(recu, after)
	}
}

// moveDuplicates settles what was open between the two, and opens against Keep
// what was open between Drop and someone else.
func (d *decider) moveDuplicates(drop, keep *Usager) {
	for _, c := range d.f.Conflits(RefOf(drop)) {
		if c.Code != ConflitDuplicateUsager {
			d.change(c, c.withSide(RefOf(drop), RefOf(keep)))
			continue
		}
		d.change(c, d.closed(c, "merged"))
		for _, other := range c.Sides {
			if other != RefOf(drop) && other != RefOf(keep) {
				d.conflit(c.Code, nil, RefOf(keep), other)
			}
		}
	}
}

// withSide gives c with one of its sides replaced.
func (c *Conflit) withSide(old, side Ref) *Conflit {
	after := Clone(c)
	for i := range after.Sides {
		if after.Sides[i] == old {
			after.Sides[i] = side
		}
	}
	after.Sides = once(after.Sides)
	return after
}
