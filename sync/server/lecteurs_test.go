package server

import (
	"encoding/json"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// held counts what a desktop holds: rdvs, their conflits, their receipts.
func (p *poste) held() [3]int {
	return [3]int{p.count(agenda.NounRdv), p.count(agenda.NounConflit), p.count(agenda.NounRecu)}
}

// What is read through an rdv goes with it: to whom its motif's new service or a
// new agent gives it, and from whom they take it.
func TestReadersChange(t *testing.T) {
	m := newMonde(t)
	var other agenda.ServiceID
	m.read(func(v *store.View) error {
		other = v.Roles(agenda.RoleQuery{Agent: m.chloe})[0].Services[0]
		return nil
	})
	first, second := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia), m.booking("09:00", []agenda.AgentID{m.alice}, m.karim)
	m.system(first)
	m.system(second) // an overlap
	m.system(&agenda.NoteRecu{Recu: agenda.Recu{ID: agenda.RecuID(newID()), Rdv: first.Rdv, Usager: m.nadia, Channel: "mail", Kind: "request",
		State: "sent", At: m.clock.Now()}})
	bruno, chloe := m.newPoste(m.bruno), m.newPoste(m.chloe)
	revise := func(service agenda.ServiceID) agenda.Args {
		now, err := json.Marshal(service)
		if err != nil {
			t.Fatal(err)
		}
		return &agenda.ReviseRecord{Noun: agenda.NounMotif, ID: string(m.ccas.motif), Fields: map[string]agenda.Edit{"service": {Was: []byte("null"), Now: now}}}
	}
	grant := func(services ...agenda.ServiceID) agenda.Args {
		return &agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(m.bruno, m.ccas.id), Agent: m.bruno, Organisation: m.ccas.id,
			Level: agenda.LevelBasic, Services: services}}
	}
	none, all := [3]int{}, [3]int{2, 1, 1}
	one := [3]int{1, 1, 1} // of an overlap one side alone is read
	for _, step := range []struct {
		name         string
		do           agenda.Args
		bruno, chloe [3]int
	}{
		{"at first", nil, all, none},
		{"the motif goes to another service", revise(other), none, all},
		{"and comes back", revise(m.ccas.service), all, none},
		{"a colleague is put on it", &agenda.ReviseRdv{Rdv: first.Rdv, AddAgents: []agenda.AgentID{m.chloe}}, all, one},
		{"and taken off", &agenda.ReviseRdv{Rdv: first.Rdv, RemoveAgents: []agenda.AgentID{m.chloe}}, all, none},
		{"an agent goes to another service", grant(other), none, none},
		{"and comes back to both", grant(other, m.ccas.service), all, none},
	} {
		if step.do != nil {
			m.system(step.do)
		}
		bruno.sync()
		chloe.sync()
		if bruno.held() != step.bruno || chloe.held() != step.chloe {
			t.Errorf("%s: bruno holds %v, want %v; chloe %v, want %v", step.name, bruno.held(), step.bruno, chloe.held(), step.chloe)
		}
		bruno.same()
		chloe.same()
		m.clock.advance(time.Minute)
	}
}
