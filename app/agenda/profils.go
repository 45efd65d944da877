package agenda

func (d *decider) reviseProfil(a *ReviseProfil) error {
	if err := d.member(a.Organisation); err != nil {
		return err
	}
	if _, err := need[*Usager](d, NounUsager, string(a.Usager)); err != nil {
		return err
	}
	p, err := target[*Profil](d, NounProfil, string(ProfilOf(a.Usager, a.Organisation)))
	if err != nil {
		return err
	}
	after, changed, err := edit(d, p, a.Fields)
	if err != nil {
		return err
	}
	return d.putProfil(p, after, changed)
}

// putProfil notes a profil whose fields changed. It refuses a field that is off
// (CodeFieldOff, naming it); emptying one is always allowed.
func (d *decider) putProfil(before, p *Profil, changed []string) error {
	if len(changed) == 0 {
		return nil
	}
	c, err := d.settingsOf(p.Organisation)
	if err != nil {
		return err
	}
	for _, f := range p.FieldUsed() {
		if !anyOf(changed, string(f)) {
			continue
		}
		if err := c.fieldOn(f); err != nil {
			return err
		}
	}
	d.change(before, p)
	return nil
}
