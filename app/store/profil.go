package store

import (
	"strings"
	"unicode"

	"permanence/app/agenda"
)

var profils = tableFor(agenda.NounProfil, "profils", []string{"usager", "organisation", "case_number"},
	func(p *agenda.Profil) []any { return []any{p.Usager, p.Organisation, maybe(caseKey(p.CaseNumber))} })

// Profils gives the profils of an usager, by id.
func (v *View) Profils(u agenda.UsagerID) []*agenda.Profil {
	return factsOf[*agenda.Profil](v, profils, "WHERE usager = ? ORDER BY id", u)
}

// caseKey is a file number as it is looked for: "2026-0418" and "20260418" are
// the same.
func caseKey(number string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, number)
}
