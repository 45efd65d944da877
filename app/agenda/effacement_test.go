package agenda

import (
	"slices"
	"strings"
	"testing"
)

func TestEraseReachesEverything(t *testing.T) {
	m := newMonde()
	alone := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.jean)
	shared := m.rdv(2, "2026-11-24 10:00", m.accueil, []AgentID{m.thomas}, m.jean, m.elodie)
	session := m.rdv(3, "2026-11-24 14:00", m.atelier, []AgentID{m.thomas}, m.jean)
	shared.Context = "Jean Morel viendra avec un ami"
	shared.Presence = map[UsagerID]Status{m.jean.ID: StatusExcused}
	session.Context = "salle du fond"
	m.put(shared, session)
	for i, r := range []*Rdv{alone, shared} {
		m.put(&Recu{ID: RecuID(id('q', i+1)), Rdv: r.ID, Usager: m.jean.ID, State: RecuSent})
	}
	m.put(&Recu{ID: RecuID(id('q', 3)), Rdv: shared.ID, Usager: m.elodie.ID, State: RecuSent})
	double := &Conflit{ID: ConflitID(id('k', 1)), Territoire: m.territoire.ID, Code: ConflitDuplicateUsager,
		Sides: []Ref{RefOf(m.elodie), RefOf(m.jean)}, OpenedAt: m.now}
	m.put(double)
	settled := &Conflit{ID: ConflitID(id('k', 2)), Territoire: m.territoire.ID, Code: ConflitOverlap,
		Sides: []Ref{RefOf(alone)}, OpenedAt: m.now, ClosedAt: &m.now, Choice: "settled"}
	m.put(settled)

	d := m.must(t, m.claire, &EraseUsager{m.jean.ID, "request"})

	for ref, body := range m.image() {
		if strings.Contains(body, m.jean.Key()) || strings.Contains(body, "Morel") {
			t.Errorf("%v still names the person: %s", ref, body)
		}
	}
	if r := look(t, m, shared); !slices.Equal(r.Usagers(), []UsagerID{m.elodie.ID}) || r.Sequence != 1 {
		t.Errorf("the other keeps the rdv: %v, sequence %d", r.Usagers(), r.Sequence)
	}
	if r := look(t, m, session); len(r.Participations) != 0 || r.Context != "salle du fond" {
		t.Errorf("a collectif stays: %+v", r)
	}
	look(t, m, &Recu{ID: RecuID(id('q', 3))})
	gone := []Ref{RefOf(m.jean), RefOf(alone), RefOf(double), RefOf(settled), {NounProfil, string(ProfilOf(m.jean.ID, m.ccas.ID))},
		{NounProfil, string(ProfilOf(m.jean.ID, m.maison.ID))}, {NounRecu, id('q', 1)}, {NounRecu, id('q', 2)}}
	for _, r := range gone {
		if !slices.Contains(d.Erased, r) {
			t.Errorf("%v leaves no tombstone", r)
		}
	}
	if len(d.Erased) != len(gone) {
		t.Errorf("erased = %v", d.Erased)
	}
}

func TestEraseTakesTheProches(t *testing.T) {
	m := newMonde()
	m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia, m.sami)
	m.must(t, m.claire, &EraseUsager{m.nadia.ID, "request"})
	for _, ref := range []Ref{RefOf(m.nadia), RefOf(m.sami), {NounRdv, id('r', 1)}} {
		if _, ans := m.Record(ref.Noun, ref.ID); ans != Erased {
			t.Errorf("%v: %v", ref, ans)
		}
	}
}

func TestEraseAtTheEndOfRetention(t *testing.T) {
	m := newMonde()
	coming := m.rdv(1, "2027-01-11 09:00", m.accueil, []AgentID{m.thomas}, m.sami)
	_, err := m.do("", &EraseUsager{m.nadia.ID, "retention"}, system)
	wants(t, err, CodeUsed)
	if w := RefusalOf(err).Warnings; len(w) != 1 || !has(w[0].Records, coming) {
		t.Errorf("what is expected is named: %v", w)
	}
	coming.Status, coming.CancelledAt = StatusRevoked, &m.now
	m.put(coming)
	m.must(t, "", &EraseUsager{m.nadia.ID, "retention"}, system)
}

func TestWhoMayErase(t *testing.T) {
	tests := []struct {
		name   string
		by     func(m *monde) AgentID
		reason string
		want   Code
	}{
		{"admin who knows the person", func(m *monde) AgentID { return m.claire }, "request", ""},
		{"basic agent", func(m *monde) AgentID { return m.thomas }, "request", CodeForbidden},
		{"admin of another organisation", func(m *monde) AgentID { return m.marc }, "request", CodeNotFound},
		{"retention is the server's", func(m *monde) AgentID { return m.claire }, "retention", CodeForbidden},
		{"no reason", func(m *monde) AgentID { return m.claire }, "", CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMonde()
			wants(t, second(m.do(tt.by(m), &EraseUsager{m.nadia.ID, tt.reason})), tt.want)
		})
	}
}
