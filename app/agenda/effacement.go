package agenda

import "slices"

// eraseUsager erases a person and the proches who depend on them: fiches,
// profils, parts in Rdvs, recus, conflits that name them (rgpd: a proche never
// outlives its responsable). In an Rdv of several usagers only the erased part
// goes, with the free text that may speak of it; an individual Rdv left without
// anyone goes too. At the end of retention an Rdv to come puts it off
// (CodeUsed, listing them); a request is granted whatever is planned.
func (d *decider) eraseUsager(a *EraseUsager) error {
	u, err := target[*Usager](d, NounUsager, string(a.Usager))
	if err != nil {
		return err
	}
	if err := d.mayErase(u, a.Reason); err != nil {
		return err
	}
	family := append([]*Usager{u}, proches(d.f, u)...)
	if a.Reason == "retention" {
		if err := d.nothingToCome(u, family); err != nil {
			return err
		}
	}
	for _, person := range family {
		d.eraseFromRdvs(person)
	}
	for _, person := range family {
		d.eraseOne(person)
	}
	return nil
}

// mayErase: a request by an admin of an organisation that knows the person, the
// end of retention by the server alone.
func (d *decider) mayErase(u *Usager, reason string) error {
	if !oneOf(reason, "request", "retention") {
		return Invalid("reason")
	}
	if d.by.Kind == AuthorSystem {
		return nil
	}
	if err := d.knowsUsager(u.ID); err != nil {
		return err
	}
	admin := slices.ContainsFunc(d.f.Profils(u.ID), func(p *Profil) bool { return d.admin(p.Organisation) == nil })
	if reason == "retention" || !admin {
		return Refuse(CodeForbidden, u.Key())
	}
	return nil
}

// nothingToCome refuses while one of the family is expected.
func (d *decider) nothingToCome(u *Usager, family []*Usager) error {
	var refs []Ref
	for _, person := range family {
		for _, r := range d.f.Rdvs(RdvQuery{Usager: person.ID, Within: d.coming()}) {
			if !r.Cancelled() && !r.StatusOf(person.ID).Cancelled() {
				refs = append(refs, RefOf(r))
			}
		}
	}
	if refs = once(refs); len(refs) == 0 {
		return nil
	}
	return stillUsed(u.Key(), rdvsToCome(len(refs))+" : le dossier sera effacé après.", refs)
}

// eraseFromRdvs takes a person out of every Rdv, the second of a family out of
// what is left by the first.
func (d *decider) eraseFromRdvs(u *Usager) {
	for _, stored := range d.f.Rdvs(RdvQuery{Usager: u.ID}) {
		if d.removed(RefOf(stored)) {
			continue
		}
		after := Clone(d.side(RefOf(stored)).(*Rdv))
		after.withoutUsager(u.ID)
		collectif := d.collectif(stored)
		if len(after.Participations) == 0 && !collectif {
			d.eraseRdv(stored)
			continue
		}
		if !collectif {
			after.Context = ""
		}
		d.change(stored, after)
		d.eraseRecus(stored.ID, u.ID)
	}
}

func (r *Rdv) withoutUsager(u UsagerID) {
	r.Participations = slices.DeleteFunc(r.Participations, func(p Participation) bool { return p.Usager == u })
	delete(r.Presence, u)
	if len(r.Presence) == 0 {
		r.Presence = nil
	}
}

// eraseRdv erases an Rdv with its recus and the conflits that name it.
func (d *decider) eraseRdv(r *Rdv) {
	d.erase(r)
	d.eraseRecus(r.ID, "")
	d.eraseConflits(RefOf(r))
}

// eraseRecus erases the recus of one usager in an Rdv, of all for "".
func (d *decider) eraseRecus(r RdvID, u UsagerID) {
	for _, rec := range d.f.Records(NounRecu, string(r)) {
		if recu, ok := rec.(*Recu); ok && (u == "" || recu.Usager == u) && !d.removed(RefOf(recu)) {
			d.erase(recu)
		}
	}
}

// eraseConflits erases the conflits that name a record, those that were closed
// too: nothing names what was erased, and nobody would read them any more.
func (d *decider) eraseConflits(r Ref) {
	for _, c := range slices.Concat(d.f.Conflits(r), d.f.Settled(r)) {
		if !d.removed(RefOf(c)) {
			d.refeedAgents(c)
			d.erase(c)
		}
	}
}

// eraseOne erases what is about one person alone.
func (d *decider) eraseOne(u *Usager) {
	for _, p := range d.f.Profils(u.ID) {
		d.erase(p)
	}
	d.eraseConflits(RefOf(u))
	d.erase(u)
	for _, merged := range u.Merged { // what they were called before: nothing may remember it either
		d.out.Erased = append(d.out.Erased, Ref{NounUsager, string(merged)})
	}
}
