package guichet

import (
	"cmp"
	"slices"

	"permanence/app/agenda"
)

// know takes in what was read ahead. What this transaction has met already
// stands.
func (m *memory) know(a Ahead) {
	slices.SortFunc(a.Records, func(x, y agenda.Record) int { return cmp.Compare(x.Key(), y.Key()) })
	var agents []agenda.AgentID
	var usagers []agenda.UsagerID
	roles, plages := map[agenda.AgentID][]*agenda.Role{}, map[agenda.AgentID][]*agenda.PlageOuverture{}
	absences, profils := map[agenda.AgentID][]*agenda.Absence{}, map[agenda.UsagerID][]*agenda.Profil{}
	for _, r := range a.Records {
		m.meet(agenda.RefOf(r), remembered{r, agenda.Yes})
		switch r := r.(type) {
		case *agenda.Agent:
			agents = append(agents, r.ID)
		case *agenda.Usager:
			usagers = append(usagers, r.ID)
		case *agenda.Role:
			roles[r.Agent] = append(roles[r.Agent], r)
		case *agenda.PlageOuverture:
			plages[r.Agent] = append(plages[r.Agent], r)
		case *agenda.Absence:
			absences[r.Agent] = append(absences[r.Agent], r)
		case *agenda.Profil:
			profils[r.Usager] = append(profils[r.Usager], r)
		}
	}
	for _, id := range agents {
		listOnce(m.roles, agenda.RoleQuery{Agent: id}, roles[id])
		listOnce(m.plages, id, plages[id])
		listOnce(m.absences, id, absences[id])
	}
	for _, id := range usagers {
		listOnce(m.profils, id, profils[id])
	}
	for _, ref := range a.Erased {
		m.meet(ref, remembered{nil, agenda.Erased})
	}
	for _, id := range a.IDs {
		m.meet(agenda.Ref{Noun: agenda.NounRdv, ID: id}, remembered{nil, agenda.No})
		m.meet(agenda.Ref{Noun: agenda.NounUsager, ID: id}, remembered{nil, agenda.No})
	}
}

func (m *memory) meet(ref agenda.Ref, now remembered) {
	if _, met := m.records[ref]; !met {
		m.records[ref] = now
	}
}

func listOnce[K comparable, R any](met map[K][]R, key K, all []R) {
	if _, known := met[key]; !known {
		met[key] = all
	}
}
