package store

import "permanence/app/agenda"

var services = tableFor(agenda.NounService, "services", []string{"territoire"},
	func(s *agenda.Service) []any { return []any{s.Territoire} }).ownedBy("territoire")
