package agenda

// Settings: territoire, organisation, service, agent, motif, lieu.

// isSetting reports whether the noun is one of the six.
func isSetting(n Noun) bool {
	switch n {
	case NounTerritoire, NounOrganisation, NounService, NounAgent, NounMotif, NounLieu:
		return true
	}
	return false
}

func (d *decider) addRecord(a *AddRecord) error {
	if !isSetting(a.Noun) {
		return Invalid("noun")
	}
	r := New(a.Noun)
	if err := decodeStrict(a.Body, r); err != nil {
		return Invalid("body")
	}
	*r.Stamped() = Stamp{}
	if err := r.Check(); err != nil {
		return err
	}
	if err := d.fresh(RefOf(r)); err != nil {
		return err
	}
	if err := d.mayAdd(r); err != nil {
		return err
	}
	if err := d.checkSetting(nil, r); err != nil {
		return err
	}
	if err := d.claimLogin(nil, r); err != nil {
		return err
	}
	d.change(nil, r)
	d.adopt(r)
	if org, ok := r.(*Organisation); ok {
		d.refeedTerritoire(org.Territoire)
	}
	return nil
}

// refeedTerritoire shows the territoire and its services to the scope that a
// new organisation opens.
func (d *decider) refeedTerritoire(t TerritoireID) {
	d.refeed(Ref{NounTerritoire, string(t)})
	for _, s := range d.f.Records(NounService, string(t)) {
		d.refeed(RefOf(s))
	}
}

// adopt makes who creates an organisation its first admin: it keeps one at least.
func (d *decider) adopt(r Record) {
	org, ok := r.(*Organisation)
	if !ok || d.by.Kind != AuthorAgent {
		return
	}
	d.change(nil, &Role{ID: RoleOf(d.by.Agent, org.ID), Agent: d.by.Agent, Organisation: org.ID, Level: LevelAdmin})
	d.refeedAgent(d.by.Agent)
}

func (d *decider) reviseRecord(a *ReviseRecord) error {
	switch a.Noun {
	case NounPlage:
		return d.revisePlage(a)
	case NounAbsence:
		return d.reviseAbsence(a)
	}
	if !isSetting(a.Noun) {
		return Invalid("noun")
	}
	r, err := target[Record](d, a.Noun, a.ID)
	if err != nil {
		return err
	}
	after, changed, err := edit(d, r, a.Fields)
	if err != nil {
		return err
	}
	return d.putSetting(r, after, changed)
}

// putSetting checks and notes a setting whose fields changed, with what follows.
func (d *decider) putSetting(before, r Record, changed []string) error {
	if err := d.mayRevise(before, changed); err != nil {
		return err
	}
	if len(changed) == 0 {
		return nil
	}
	if err := r.Check(); err != nil {
		return err
	}
	if err := d.checkFrozen(r, changed); err != nil {
		return err
	}
	if err := d.checkSetting(before, r); err != nil {
		return err
	}
	if err := d.claimLogin(before, r); err != nil {
		return err
	}
	d.change(before, r)
	return d.followSetting(r, changed)
}

func (d *decider) removeRecord(a *RemoveRecord) error {
	switch a.Noun {
	case NounPlage:
		return d.closePlage(a.ID)
	case NounAbsence:
		return d.liftAbsence(a.ID)
	}
	if !isSetting(a.Noun) {
		return Invalid("noun")
	}
	r, err := target[Record](d, a.Noun, a.ID)
	if err != nil {
		return err
	}
	if err := d.mayAdd(r); err != nil {
		return err
	}
	if d.used(r) {
		return Refuse(CodeUsed, r.Key())
	}
	d.change(r, nil)
	return nil
}

// mayAdd: who may add, and take away, a setting. A territoire is the system's;
// an organisation, a service and an agent any admin's of the territoire; motifs
// and lieux those of their organisation.
func (d *decider) mayAdd(r Record) error {
	switch r := r.(type) {
	case *Organisation:
		return d.adminWithin(r.Territoire)
	case *Service:
		return d.adminWithin(r.Territoire)
	case *Agent:
		return d.adminWithin("")
	case *Motif:
		return d.admin(r.Organisation)
	case *Lieu:
		return d.admin(r.Organisation)
	}
	if d.by.Kind == AuthorSystem {
		return nil
	}
	return Refuse(CodeForbidden, r.Key())
}

// mayRevise is mayAdd, but: any admin of a territoire sets it, an organisation
// is its admins', and an agent edits oneself or is edited by an admin of one of
// their organisations. The login email gives access to all of them: it changes
// by oneself or by who administers them all.
func (d *decider) mayRevise(r Record, changed []string) error {
	switch r := r.(type) {
	case *Territoire:
		return d.adminWithin(r.ID)
	case *Organisation:
		return d.admin(r.ID)
	case *Agent:
		return d.mayReviseAgent(r, anyOf(changed, "email"))
	}
	return d.mayAdd(r)
}

func (d *decider) mayReviseAgent(a *Agent, login bool) error {
	if d.by.Kind == AuthorSystem || d.by.Kind == AuthorAgent && d.by.Agent == a.ID {
		return nil
	}
	administered := 0
	roles := d.f.Roles(RoleQuery{Agent: a.ID})
	for _, r := range roles {
		if d.admin(r.Organisation) == nil {
			administered++
		}
	}
	if administered == 0 || login && administered < len(roles) {
		return Refuse(CodeForbidden, a.Key())
	}
	return nil
}

// adminWithin refuses an author who administers no organisation of the
// territoire, of any for "".
func (d *decider) adminWithin(t TerritoireID) error {
	if d.by.Kind == AuthorSystem {
		return nil
	}
	if d.by.Kind == AuthorAgent {
		for _, role := range d.f.Roles(RoleQuery{Agent: d.by.Agent}) {
			org, ans := Get[*Organisation](d.f, NounOrganisation, string(role.Organisation))
			if role.Level == LevelAdmin && (t == "" || ans == Yes && org.Territoire == t) {
				return nil
			}
		}
	}
	return Refuse(CodeForbidden, string(t))
}

// checkSetting refuses what does not fit beside the other settings: a taken
// name, a service of another territoire, a number nobody can call. before is
// nil for a new one.
func (d *decider) checkSetting(before, r Record) error {
	switch r := r.(type) {
	case *Organisation:
		if r.Phone != "" && CheckTelephoneOrganisation(r.Phone) != nil {
			return Invalid("phone")
		}
		if _, err := need[*Territoire](d, NounTerritoire, string(r.Territoire)); err != nil {
			return err
		}
	case *Service:
		if _, err := need[*Territoire](d, NounTerritoire, string(r.Territoire)); err != nil {
			return err
		}
	case *Motif:
		if err := d.checkMotif(r); err != nil {
			return err
		}
	case *Lieu:
		if r.Phone != "" && CheckTelephoneOrganisation(r.Phone) != nil {
			return Invalid("phone")
		}
		if _, err := need[*Organisation](d, NounOrganisation, string(r.Organisation)); err != nil {
			return err
		}
	}
	if before != nil && nameKey(before) == nameKey(r) {
		return nil
	}
	return d.checkName(r)
}

func (d *decider) checkMotif(m *Motif) error {
	org, err := need[*Organisation](d, NounOrganisation, string(m.Organisation))
	if err != nil {
		return err
	}
	s, err := need[*Service](d, NounService, string(m.Service))
	if err != nil {
		return err
	}
	if org != nil && s != nil && s.Territoire != org.Territoire {
		return Refuse(CodeMotifMismatch, m.Key())
	}
	if !oneOf(string(m.BookableBy), string(BookableByAgents), string(BookableByPrescripteurs),
		string(BookableByInvited), string(BookableByEveryone)) {
		return Invalid("bookable_by")
	}
	return nil
}

// checkName refuses a name that another setting of the same place has: two
// organisations or services of one territoire, two motifs in use of one
// organisation, service and kind of place. Accents and case do not count.
func (d *decider) checkName(r Record) error {
	key := nameKey(r)
	if key == "" {
		return nil
	}
	for _, o := range d.f.Records(r.Noun(), nameOwner(r)) {
		if o.Key() != r.Key() && nameKey(o) == key {
			return Refuse(CodeNameTaken, o.Key())
		}
	}
	return nil
}

func nameOwner(r Record) string {
	switch r := r.(type) {
	case *Organisation:
		return string(r.Territoire)
	case *Service:
		return string(r.Territoire)
	case *Motif:
		return string(r.Organisation)
	}
	return ""
}

// nameKey is what may exist once, "" for what may bear any name.
func nameKey(r Record) string {
	switch r := r.(type) {
	case *Organisation:
		return Fold(r.Name)
	case *Service:
		return Fold(r.Name)
	case *Motif:
		if r.Archived {
			return ""
		}
		return Fold(r.Name) + "|" + string(r.Service) + "|" + string(r.Place)
	}
	return ""
}
