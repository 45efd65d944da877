package agenda

import "testing"

func TestCloseConflit(t *testing.T) {
	tests := []struct {
		name string
		by   func(m *monde) AgentID
		want Code
	}{
		{"who is informed", func(m *monde) AgentID { return m.marc }, ""},
		{"an agent of the rdv", func(m *monde) AgentID { return m.thomas }, ""},
		{"who reads the rdv", func(m *monde) AgentID { return m.aissatou }, ""},
		{"the secretariat", func(m *monde) AgentID { return m.sylvie }, ""},
		{"who reads no side of it", func(m *monde) AgentID { return m.nathalie }, CodeNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMonde()
			r := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
			c := &Conflit{ID: ConflitID(id('k', 1)), Territoire: m.territoire.ID, Code: ConflitOverlap,
				Sides: []Ref{RefOf(r)}, Authors: []AgentID{m.marc}, OpenedAt: m.now}
			m.put(c)
			_, err := m.do(tt.by(m), &CloseConflit{c.ID, "keep"})
			wants(t, err, tt.want)
			if err != nil {
				return
			}
			if now := look(t, m, c); now.Open() || now.ClosedBy != tt.by(m) || now.Choice != "keep" {
				t.Errorf("closed = %+v", now)
			}
			again := m.must(t, m.thomas, &CloseConflit{c.ID, "moved"})
			if again.Verdict != Merged || look(t, m, c).Choice != "keep" {
				t.Error("closed already: the first word stands")
			}
		})
	}
}

func TestNoteRecu(t *testing.T) {
	m := newMonde()
	r := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	recu := Recu{ID: RecuID(id('q', 1)), Rdv: r.ID, Usager: m.nadia.ID, Channel: "mail", Kind: "request", State: RecuWaiting, At: m.now}
	wants(t, second(m.do(m.claire, &NoteRecu{recu})), CodeForbidden)
	m.must(t, "", &NoteRecu{recu}, system)
	recu.State, recu.Attempt = RecuSent, 1
	m.must(t, "", &NoteRecu{recu}, system)
	if now := look(t, m, &recu); now.State != RecuSent || now.Revision != 2 {
		t.Errorf("recu = %+v", now)
	}
	lost := recu
	lost.ID, lost.Rdv = RecuID(id('q', 2)), RdvID(id('r', 99))
	wants(t, second(m.do("", &NoteRecu{lost}, system)), CodeNotFound)
	lost.Rdv, lost.State = r.ID, "lu"
	wants(t, second(m.do("", &NoteRecu{lost}, system)), CodeInvalid)
}
