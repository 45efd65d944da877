package store

import "permanence/app/agenda"

var lieux = tableFor(agenda.NounLieu, "lieux", []string{"organisation"},
	func(l *agenda.Lieu) []any { return []any{l.Organisation} }).ownedBy("organisation")
