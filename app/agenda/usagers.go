package agenda

import (
	"cmp"
	"slices"
	"time"

	"permanence/app/civil"
)

func (d *decider) addUsager(a *AddUsager) error {
	if err := d.member(a.Organisation); err != nil {
		return err
	}
	c, err := d.settingsOf(a.Organisation)
	if err != nil {
		return err
	}
	u := d.newUsager(a.Usager)
	if err := d.fresh(RefOf(u)); err != nil {
		return err
	}
	if c.org != nil && u.Territoire != c.org.Territoire {
		return Invalid("territoire")
	}
	if err := d.checkUsager(nil, u); err != nil {
		return err
	}
	p, err := newProfil(u.ID, a, c)
	if err != nil {
		return err
	}
	d.change(nil, u)
	d.change(nil, p)
	d.attachResponsables(u, a.Organisation)
	d.warnLookalikes(Lookalikes(d.f, nil, u))
	return nil
}

// newUsager is the fiche as it is born: how and when is not the author's word.
func (d *decider) newUsager(typed Usager) *Usager {
	u := &typed
	u.Stamp = Stamp{}
	u.CreatedAt, u.ConfirmedAt = d.at, nil
	if d.by.Kind == AuthorAgent || !oneOf(string(u.Origin), string(OriginUsager), string(OriginImport)) {
		u.Origin = OriginAgent
	}
	return u
}

// newProfil is what the organisation keeps from the first day.
func newProfil(u UsagerID, a *AddUsager, c rdvContext) (*Profil, error) {
	p := &Profil{}
	if a.Profil != nil {
		p = Clone(a.Profil)
	}
	p.ID, p.Usager, p.Organisation, p.Stamp = ProfilOf(u, a.Organisation), u, a.Organisation, Stamp{}
	for _, f := range p.FieldUsed() {
		if err := c.fieldOn(f); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (d *decider) reviseUsager(a *ReviseUsager) error {
	u, err := d.knownUsager(a.Usager)
	if err != nil {
		return err
	}
	after, changed, err := edit(d, u, a.Fields)
	if err != nil {
		return err
	}
	return d.putUsager(u, after, changed)
}

// putUsager checks and notes a fiche whose fields changed, with what follows
// from them.
func (d *decider) putUsager(before, u *Usager, changed []string) error {
	if len(changed) == 0 {
		return nil
	}
	if err := d.checkUsager(before, u); err != nil {
		return err
	}
	d.change(before, u)
	if anyOf(changed, "responsable") {
		for _, p := range d.f.Profils(u.ID) {
			d.attachResponsables(u, p.Organisation)
		}
	}
	d.warnLookalikes(Lookalikes(d.f, before, u))
	d.refeedUsager(u, changed)
	return nil
}

func (d *decider) attachUsager(a *AttachUsager) error {
	if err := d.member(a.Organisation); err != nil {
		return err
	}
	c, err := d.settingsOf(a.Organisation)
	if err != nil {
		return err
	}
	u, err := need[*Usager](d, NounUsager, string(a.Usager))
	if err != nil {
		return err
	}
	if u != nil && c.org != nil && u.Territoire != c.org.Territoire {
		return Refuse(CodeNotFound, u.Key())
	}
	if _, ans := d.f.Record(NounProfil, string(ProfilOf(a.Usager, a.Organisation))); ans == Yes {
		d.verdict(Merged)
		return nil
	}
	d.attach(a.Usager, a.Organisation)
	if u != nil {
		d.attachResponsables(u, a.Organisation)
	}
	return nil
}

// attachResponsables makes known to o everyone from whom u inherits contacts.
func (d *decider) attachResponsables(u *Usager, o OrganisationID) {
	for _, r := range responsables(d.f, u) {
		d.attach(r.ID, o)
	}
}

// knownUsager reads a fiche that one of the author's organisations knows.
func (d *decider) knownUsager(id UsagerID) (*Usager, error) {
	u, err := target[*Usager](d, NounUsager, string(id))
	if err != nil {
		return nil, err
	}
	return u, d.knowsUsager(id)
}

// oldest is the age, in years, beyond which a birth date is a slip of the keyboard.
const oldest = 130

// checkUsager refuses a birth date that cannot be, a confirmation to come, and
// a responsable who does not fit. before is nil for a new fiche.
func (d *decider) checkUsager(before, u *Usager) error {
	if err := u.Check(); err != nil {
		return err
	}
	today := civil.Zone{}.Date(d.latest()) + 1 // somewhere it is tomorrow already
	if b := u.BirthDate; !b.IsZero() && (b > today || b < today.AddYears(-oldest)) {
		return Invalid("birth_date")
	}
	if u.ConfirmedAt != nil && u.ConfirmedAt.After(d.latest()) {
		return Invalid("confirmed_at")
	}
	if before != nil && before.Responsable == u.Responsable {
		return nil
	}
	return d.checkResponsable(u)
}

// latest is the later of the act and of the clock of who decides: a desk whose
// clock is late still knows what day it cannot be after.
func (d *decider) latest() time.Time {
	if d.at.After(d.clock) {
		return d.at
	}
	return d.clock
}

// checkResponsable refuses a responsable who does not exist, belongs to another
// territoire, or who, near or far, has u or one of gone for responsable.
func (d *decider) checkResponsable(u *Usager, gone ...UsagerID) error {
	barred := append([]UsagerID{u.ID}, gone...)
	for id := u.Responsable; id != ""; {
		if slices.Contains(barred, id) {
			return Refuse(CodeResponsableCycle, u.Key())
		}
		barred = append(barred, id)
		r, err := need[*Usager](d, NounUsager, string(id))
		if err != nil {
			return err
		}
		if r == nil {
			return nil // unknown here: the server will judge
		}
		if r.Territoire != u.Territoire {
			return Refuse(CodeNotFound, string(id))
		}
		id = r.Responsable
	}
	return nil
}

// Contacts gives where to write to, call and find u: for a proche, what the
// nearest responsable with such a contact has, else one's own. responsable is
// who answers for a proche and receives their messages: the last of the line;
// nil for anyone else and when not known here.
func Contacts(f Facts, u *Usager) (email, phone, address string, responsable *Usager) {
	for _, r := range responsables(f, u) {
		email, phone, responsable = cmp.Or(email, r.Email), cmp.Or(phone, r.Phone), r
		address = cmp.Or(address, r.Address)
	}
	return cmp.Or(email, u.Email), cmp.Or(phone, u.Phone), cmp.Or(u.Address, address), responsable
}

// responsables gives the line of those who answer for u, nearest first, as far
// as it is known here.
func responsables(f Facts, u *Usager) []*Usager {
	var line []*Usager
	met := []UsagerID{u.ID}
	for id := u.Responsable; id != "" && !slices.Contains(met, id); {
		r, ans := Get[*Usager](f, NounUsager, string(id))
		if ans != Yes {
			return line
		}
		line, met = append(line, r), append(met, id)
		id = r.Responsable
	}
	return line
}

// proches gives everyone who inherits the contacts of u, near or far.
func proches(f Facts, u *Usager) []*Usager {
	var found []*Usager
	met := []UsagerID{u.ID}
	for i := 0; i < len(met); i++ {
		for _, p := range f.Usagers(UsagerQuery{Territoire: u.Territoire, Responsable: met[i]}) {
			if !slices.Contains(met, p.ID) {
				found, met = append(found, p), append(met, p.ID)
			}
		}
	}
	return found
}
