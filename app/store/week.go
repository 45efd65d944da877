package store

import (
	"slices"

	"permanence/app/agenda"
)

// Agenda is what a grid shows of some agents over a span.
type Agenda struct {
	Rdvs     []*agenda.Rdv            // cancelled ones included, each once, by (start, id)
	Plages   []*agenda.PlageOuverture // every one of the agents, by id: who shows expands them
	Absences []*agenda.Absence        // idem
	// Occupations are the busy times of which nothing more is known here, by
	// (start, id): those of a record that is here are left out.
	Occupations []*agenda.Occupation
}

// Week gives what the agents have over a span. It costs what it shows, however
// much the database holds.
func (v *View) Week(agents []agenda.AgentID, within agenda.Span) (Agenda, error) {
	var a Agenda
	known := map[agenda.OccupationID]bool{}
	seen := map[agenda.RdvID]bool{}
	for _, agent := range agents {
		for _, r := range v.Rdvs(agenda.RdvQuery{Agent: agent, Within: within}) {
			for _, o := range r.Occupations {
				known[o] = true
			}
			if !seen[r.ID] {
				seen[r.ID] = true
				a.Rdvs = append(a.Rdvs, r)
			}
		}
		imported, err := v.Importes(agent)
		if err != nil {
			return Agenda{}, err
		}
		for _, i := range imported {
			for _, o := range i.Occupations {
				known[o] = true
			}
		}
		a.Plages = append(a.Plages, v.Plages(agent)...)
		a.Absences = append(a.Absences, v.Absences(agent)...)
		a.Occupations = append(a.Occupations, v.Occupations(agent, within)...)
	}
	a.Occupations = slices.DeleteFunc(a.Occupations, func(o *agenda.Occupation) bool { return known[o.ID] })
	slices.SortFunc(a.Rdvs, func(x, y *agenda.Rdv) int { return bySpan(x.Span(), y.Span(), x.Key(), y.Key()) })
	slices.SortFunc(a.Occupations, func(x, y *agenda.Occupation) int { return bySpan(x.Span(), y.Span(), x.Key(), y.Key()) })
	return a, v.Err()
}

func bySpan(a, b agenda.Span, idA, idB string) int {
	if c := a.Start.Compare(b.Start); c != 0 {
		return c
	}
	if idA < idB {
		return -1
	}
	if idA > idB {
		return 1
	}
	return 0
}

// RdvsOf gives the Rdvs of an usager, cancelled ones included, by (start, id).
func (v *View) RdvsOf(u agenda.UsagerID) ([]*agenda.Rdv, error) {
	return v.Rdvs(agenda.RdvQuery{Usager: u}), v.Err()
}
