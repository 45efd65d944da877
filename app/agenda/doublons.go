package agenda

import "slices"

// Lookalike is an usager of the same territoire who may be the same person.
type Lookalike struct {
	Code   Code // WarnSameEmail, WarnSameIdentity or WarnSamePhone
	Usager *Usager
}

// Lookalikes finds who may be the same person as u, by email, then by names and
// birth date, then by phone, each by id. Only what changed since before (nil for
// a new fiche) is looked for, only in the territoire of u, and in what f holds:
// a replica on a desktop. A family shares its mailbox and phone: u's own
// responsable and proches are found by their identity alone.
func Lookalikes(f Facts, before, u *Usager) []Lookalike {
	if before == nil {
		before = &Usager{}
	}
	var found []Lookalike
	look := func(code Code, q UsagerQuery) {
		q.Territoire = u.Territoire
		for _, x := range f.Usagers(q) {
			if x.ID != u.ID && (code == WarnSameIdentity || !family(u, x)) {
				found = append(found, Lookalike{code, x})
			}
		}
	}
	if u.Email != "" && u.Email != before.Email {
		look(WarnSameEmail, UsagerQuery{Email: u.Email})
	}
	if identity := IdentityKey(u.FirstName, u.LastName); !u.BirthDate.IsZero() &&
		(identity != IdentityKey(before.FirstName, before.LastName) || u.BirthDate != before.BirthDate) {
		look(WarnSameIdentity, UsagerQuery{Identity: identity, BirthDate: u.BirthDate})
	}
	if u.Phone != "" && u.Phone != before.Phone {
		look(WarnSamePhone, UsagerQuery{Phone: u.Phone})
	}
	return found
}

// family reports whether one is the responsable of the other, or both have the
// same one.
func family(a, b *Usager) bool {
	return a.Responsable == b.ID || b.Responsable == a.ID || a.Proche() && a.Responsable == b.Responsable
}

// warnLookalikes notes each, but those left out. The name is said only to an
// author who may read it.
func (d *decider) warnLookalikes(found []Lookalike, out ...UsagerID) {
	for _, l := range found {
		if slices.Contains(out, l.Usager.ID) {
			continue
		}
		who := "qu’une personne connue d’une autre organisation du territoire."
		if d.knowsUsager(l.Usager.ID) == nil {
			who = "que " + l.Usager.Name() + "."
		}
		d.warn(l.Code, sameText(l.Code)+" "+who, RefOf(l.Usager))
	}
}

func sameText(c Code) string {
	switch c {
	case WarnSameEmail:
		return "Même courriel"
	case WarnSamePhone:
		return "Même téléphone"
	}
	return "Mêmes nom, prénom et date de naissance"
}
