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

func TestWhoReadsASideOfAConflit(t *testing.T) {
	tests := []struct {
		name string
		side func(m *monde) Record
		by   func(m *monde) AgentID
		want Code
	}{
		{"a fiche of mine", func(m *monde) Record { return m.jean }, marc, ""},
		{"a fiche of others", func(m *monde) Record { return m.nadia }, marc, CodeNotFound},
		{"an absence of whom I see", func(m *monde) Record { return m.absence(1, m.thomas, "2026-12-01", "09:00", "12:00") }, claire, ""},
		{"of whom I do not", func(m *monde) Record { return m.absence(1, m.thomas, "2026-12-01", "09:00", "12:00") }, marc, CodeNotFound},
		{"a plage of mine", func(m *monde) Record { return m.plage(1, m.thomas, "2026-11-23", "09:00", "12:00", m.accueil) }, thomas, ""},
		{"a lieu says nothing", func(m *monde) Record { return m.mairie }, thomas, CodeNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMonde()
			c := &Conflit{ID: ConflitID(id('k', 1)), Territoire: m.territoire.ID, Code: ConflitOutside, Sides: []Ref{RefOf(tt.side(m))}, OpenedAt: m.now}
			m.put(c)
			wants(t, second(m.do(tt.by(m), &CloseConflit{c.ID, "keep"})), tt.want)
		})
	}
	m := newMonde()
	c := &Conflit{ID: ConflitID(id('k', 1)), Territoire: m.territoire.ID, Code: ConflitOverlap, Sides: []Ref{{NounRdv, id('r', 1)}}, OpenedAt: m.now}
	desk := m.part(everything)
	desk.put(c)
	if _, err := m.on(desk, m.nathalie, &CloseConflit{c.ID, "keep"}, proposed); err != nil {
		t.Errorf("a side unknown here may be theirs: %v", err)
	}
	wants(t, second(m.on(desk, m.nathalie, &CloseConflit{c.ID, ""}, proposed)), CodeInvalid)
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
	for name, spoil := range map[string]func(r *Recu){
		"id": func(r *Recu) { r.ID = "1" }, "usager": func(r *Recu) { r.Usager = "" }, "state": func(r *Recu) { r.State = "lu" },
		"kind": func(r *Recu) { r.Kind = "rappel" }, "channel": func(r *Recu) { r.Channel = "pigeon" }, "reason": func(r *Recu) { r.Reason = "a\nb" },
	} {
		bad := recu
		spoil(&bad)
		_, err := m.do("", &NoteRecu{bad}, system)
		wants(t, err, CodeInvalid)
		if r := RefusalOf(err); r != nil && r.Field != name {
			t.Errorf("field = %q, want %q", r.Field, name)
		}
	}
}
