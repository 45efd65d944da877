package store

import "permanence/app/agenda"

var motifs = tableFor(agenda.NounMotif, "motifs", []string{"organisation"},
	func(m *agenda.Motif) []any { return []any{m.Organisation} }).ownedBy("organisation")
