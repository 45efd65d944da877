package store

import "permanence/app/agenda"

var profils = tableFor(agenda.NounProfil, "profils", []string{"usager", "organisation", "case_number"},
	func(p *agenda.Profil) []any { return []any{p.Usager, p.Organisation, maybe(p.CaseNumber)} })

// Profils gives the profils of an usager, by id.
func (v *View) Profils(u agenda.UsagerID) []*agenda.Profil {
	return factsOf[*agenda.Profil](v, profils, "WHERE usager = ? ORDER BY id", u)
}
