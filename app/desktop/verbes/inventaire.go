package verbes

type inventoryVerb struct{}

// Run lists what the profile holds: ids and sums, no content.
func (*inventoryVerb) Run(s *session) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	held, err := p.Inventory(s.ctx)
	if err != nil {
		return err
	}
	return s.print(held, counted(len(held.Rows), "fiche", "fiches")+" sur ce poste ; --json les nomme, sans leur contenu, pour permanenced doctor --compare.")
}
