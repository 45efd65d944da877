package agenda

import (
	"slices"
	"testing"
)

func TestMergeMovesEverything(t *testing.T) {
	m := newMonde()
	double := m.usager(6, "Nadia", "HADAD", m.ccas, m.maison)
	double.Phone, double.BirthDate, double.NoMail = "+33610000006", day("1987-03-04"), true
	child := m.usager(7, "Inès", "Haddad", m.ccas)
	child.Responsable = double.ID
	m.put(double, child, &Profil{ID: ProfilOf(double.ID, m.maison.ID), Usager: double.ID, Organisation: m.maison.ID, Caisse: "caf"},
		&Profil{ID: ProfilOf(double.ID, m.ccas.ID), Usager: double.ID, Organisation: m.ccas.ID, Notes: "vue en mars"},
		&Profil{ID: ProfilOf(m.nadia.ID, m.ccas.ID), Usager: m.nadia.ID, Organisation: m.ccas.ID, Notes: "vue en mai"})
	alone := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, double)
	both := m.rdv(2, "2026-11-24 10:00", m.accueil, []AgentID{m.thomas}, m.nadia, double)
	recu := &Recu{ID: RecuID(id('q', 1)), Rdv: alone.ID, Usager: double.ID, Channel: "mail", Kind: "request", State: RecuSent}
	m.put(recu)

	d := m.must(t, m.thomas, &MergeUsagers{Keep: m.nadia.ID, Drop: double.ID, Fields: sets("phone", `"+33610000006"`)})

	keep := look(t, m, m.nadia)
	if keep.Phone != "+33610000006" || keep.Email != m.nadia.Email || keep.BirthDate != day("1987-03-04") || !keep.NoMail {
		t.Errorf("kept = %+v", keep)
	}
	if _, ans := m.Record(NounUsager, double.Key()); ans != No || len(d.Erased) > 0 {
		t.Errorf("the dropped fiche is removed, not erased: %v %v", ans, d.Erased)
	}
	if r := look(t, m, alone); !r.Has(m.nadia.ID) || r.Has(double.ID) || r.Sequence != 1 {
		t.Errorf("rdv of the dropped: %v, sequence %d", r.Usagers(), r.Sequence)
	}
	if r := look(t, m, both); !slices.Equal(r.Usagers(), []UsagerID{m.nadia.ID}) {
		t.Errorf("colliding participations: %v", r.Usagers())
	}
	if look(t, m, child).Responsable != m.nadia.ID {
		t.Error("the child keeps its responsable")
	}
	if p := look(t, m, &Profil{ID: ProfilOf(m.nadia.ID, m.ccas.ID)}); p.Notes != "vue en mai\n\nvue en mars" {
		t.Errorf("notes = %q", p.Notes)
	}
	if p := look(t, m, &Profil{ID: ProfilOf(m.nadia.ID, m.maison.ID)}); p.Caisse != "caf" {
		t.Errorf("profil of the other organisation = %+v", p)
	}
	if len(m.Profils(double.ID)) > 0 || look(t, m, recu).Usager != m.nadia.ID {
		t.Error("nothing still names the dropped fiche")
	}
}

func TestE101MergeAndResponsables(t *testing.T) {
	tests := []struct {
		name       string
		tie        func(m *monde) // who answers for whom, beside Sami → Nadia
		keep, drop func(m *monde) *Usager
		want       func(m *monde) UsagerID
	}{
		{"target is a proche of the source", func(*monde) {}, sami, nadia, nobody},
		{"source is a proche of the target", func(*monde) {}, nadia, sami, nobody},
		{"two proches of different people", func(m *monde) { m.jean.Responsable = m.elodie.ID }, jean, sami, elodieID},
		{"target far below the source", func(m *monde) {
			m.nadia.Responsable, m.jean.Responsable = m.elodie.ID, m.sami.ID // Jean → Sami → Nadia → Élodie
		}, jean, nadia, elodieID},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMonde()
			tt.tie(m)
			m.put(m.nadia, m.sami, m.jean, m.elodie)
			keep, drop := tt.keep(m), tt.drop(m)
			m.must(t, m.thomas, &MergeUsagers{Keep: keep.ID, Drop: drop.ID})
			if got := look(t, m, keep).Responsable; got != tt.want(m) {
				t.Errorf("responsable = %q, want %q", got, tt.want(m))
			}
		})
	}
}

func nadia(m *monde) *Usager     { return m.nadia }
func sami(m *monde) *Usager      { return m.sami }
func jean(m *monde) *Usager      { return m.jean }
func nobody(*monde) UsagerID     { return "" }
func elodieID(m *monde) UsagerID { return m.elodie.ID }

func TestMergeRefused(t *testing.T) {
	m := newMonde()
	wants(t, second(m.do(m.thomas, &MergeUsagers{Keep: m.jean.ID, Drop: m.jean.ID})), CodeInvalid)
	wants(t, second(m.do(m.thomas, &MergeUsagers{Keep: m.jean.ID, Drop: UsagerID(id('u', 99))})), CodeNotFound)
	wants(t, second(m.do(m.thomas, &MergeUsagers{m.jean.ID, m.elodie.ID, sets("id", `"x"`)})), CodeInvalid)
	wants(t, second(m.do(m.thomas, &MergeUsagers{m.jean.ID, m.elodie.ID, sets("responsable", `"`+m.elodie.Key()+`"`)})), CodeResponsableCycle)
}

func TestMergeClosesTheDuplicate(t *testing.T) {
	m := newMonde()
	add := &AddUsager{Usager: m.newcomer("Jean", "Morel"), Organisation: m.ccas.ID}
	add.Usager.Phone = m.jean.Phone
	m.must(t, m.thomas, add, from("poste-1", nil))
	third := &AddUsager{Usager: m.newcomer("J.", "Morel"), Organisation: m.ccas.ID}
	third.Usager.ID, third.Usager.Phone = UsagerID(id('u', 51)), m.jean.Phone
	m.must(t, m.thomas, third, from("poste-1", nil))

	m.must(t, m.thomas, &MergeUsagers{Keep: m.jean.ID, Drop: add.Usager.ID})

	for _, c := range all(m.faits, func(c *Conflit) bool { return has(c.Sides, &add.Usager) }) {
		if c.Open() || c.ClosedBy != m.thomas {
			t.Errorf("conflit with the dropped fiche = %+v", c)
		}
	}
	open := m.Conflits(RefOf(m.jean))
	if len(open) != 1 || !has(open[0].Sides, &third.Usager) {
		t.Errorf("what was open with someone else goes on with the kept fiche: %v", open)
	}
}
