package agenda

import (
	"slices"
	"testing"
)

// A fiche merged meanwhile: what a desktop still calls by its former name
// follows the person.
func TestWhatNamesAMergedFicheFollows(t *testing.T) {
	given := func() (*monde, *Usager, *Rdv) {
		m := newMonde()
		double := m.usager(6, "Nadia", "HADAD", m.ccas)
		double.Phone = "+33610000006"
		m.put(double)
		r := m.rdv(1, "2026-11-20 09:00", m.accueil, []AgentID{m.thomas}, double, m.jean)
		m.must(panics{}, m.thomas, &MergeUsagers{Keep: m.nadia.ID, Drop: double.ID})
		return m, double, r
	}
	tests := []struct {
		name string
		args func(m *monde, old *Usager, r *Rdv) Args
		want func(m *monde, r *Rdv) bool
	}{
		{"a booking", func(m *monde, old *Usager, _ *Rdv) Args {
			return m.booking(2, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, old)
		}, func(m *monde, _ *Rdv) bool { return len(m.Rdvs(RdvQuery{Usager: m.nadia.ID})) == 2 }},
		{"both fiches in one booking", func(m *monde, old *Usager, _ *Rdv) Args {
			return m.booking(2, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, old, m.nadia)
		}, func(m *monde, _ *Rdv) bool { return len(m.Rdvs(RdvQuery{Usager: m.nadia.ID})) == 2 }},
		{"a phone", func(_ *monde, old *Usager, _ *Rdv) Args {
			return &ReviseUsager{old.ID, sets("phone", `"+33610000009"`)}
		}, func(m *monde, _ *Rdv) bool {
			u, _ := Get[*Usager](m, NounUsager, m.nadia.Key())
			return u.Phone == "+33610000009"
		}},
		{"a note", func(m *monde, old *Usager, _ *Rdv) Args {
			return &ReviseProfil{old.ID, m.ccas.ID, sets("notes", `"rappeler"`)}
		}, func(m *monde, _ *Rdv) bool { return m.Profils(m.nadia.ID)[0].Notes == "rappeler" }},
		{"a presence", func(_ *monde, old *Usager, r *Rdv) Args {
			return &MarkRdv{Rdv: r.ID, Status: StatusNoShow, Usager: old.ID}
		}, func(m *monde, r *Rdv) bool {
			x, _ := Get[*Rdv](m, NounRdv, r.Key())
			return x.StatusOf(m.nadia.ID) == StatusNoShow
		}},
		{"leaving", func(_ *monde, old *Usager, r *Rdv) Args {
			return &ReviseRdv{Rdv: r.ID, Remove: []UsagerID{old.ID}}
		}, func(m *monde, r *Rdv) bool { x, _ := Get[*Rdv](m, NounRdv, r.Key()); return !x.Has(m.nadia.ID) }},
		{"a child", func(m *monde, old *Usager, _ *Rdv) Args {
			return &ReviseUsager{m.jean.ID, sets("responsable", `"`+old.Key()+`"`)}
		}, func(m *monde, _ *Rdv) bool {
			u, _ := Get[*Usager](m, NounUsager, m.jean.Key())
			return u.Responsable == m.nadia.ID
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, old, r := given()
			d := m.must(t, m.thomas, tt.args(m, old, r), from("desk-1", nil))
			if d.Verdict != Merged {
				t.Errorf("verdict = %s, want merged", d.Verdict)
			}
			if !tt.want(m, r) {
				t.Error("it did not follow the person")
			}
		})
	}
	m, old, _ := given()
	replica := m.replica(m.thomas)
	if _, err := m.on(replica, m.thomas, &ReviseUsager{old.ID, sets("phone", `"+33610000009"`)}, func(o *order) { o.mode = Replay }); err != nil {
		t.Errorf("replayed on the desktop: %v", err)
	}
}

func TestMergedTwiceAndUndone(t *testing.T) {
	m := newMonde()
	a, b := m.usager(6, "Nadia", "HADAD", m.ccas), m.usager(7, "Nadia", "HADDAD", m.ccas)
	m.must(t, m.thomas, &MergeUsagers{Keep: b.ID, Drop: a.ID})
	d := m.must(t, m.thomas, &MergeUsagers{Keep: m.nadia.ID, Drop: b.ID})
	if got := look(t, m, m.nadia).Merged; !slices.Equal(got, []UsagerID{a.ID, b.ID}) {
		t.Fatalf("merged = %v", got)
	}
	m.must(t, m.thomas, &ReviseUsager{a.ID, sets("address", `"1 rue Haute"`)})
	m.must(t, m.thomas, undoOf(t, d))
	if got := look(t, m, m.nadia).Merged; len(got) != 0 {
		t.Errorf("undone, still made of %v", got)
	}
	m.must(t, m.thomas, &ReviseUsager{a.ID, sets("birth_name", `"Benali"`)})
	if look(t, m, b).BirthName != "Benali" {
		t.Error("what named the first follows to the second, which is back")
	}
	gone := m.must(t, m.claire, &EraseUsager{Usager: b.ID, Reason: "request"})
	if !slices.Contains(gone.Erased, Ref{NounUsager, a.Key()}) {
		t.Errorf("erased = %v: what they were called before stays", gone.Erased)
	}
	wants(t, second(m.do(m.thomas, &ReviseUsager{a.ID, sets("address", `"là"`)})), CodeErased)
}
