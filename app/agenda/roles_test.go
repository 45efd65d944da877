package agenda

import (
	"slices"
	"testing"
)

// grant is the command that gives a role.
func grant(a AgentID, o *Organisation, l Level, services ...*Service) *GrantRole {
	r := Role{ID: RoleOf(a, o.ID), Agent: a, Organisation: o.ID, Level: l}
	for _, s := range services {
		r.Services = append(r.Services, s.ID)
	}
	return &GrantRole{r}
}

func TestE123LastAdminStays(t *testing.T) {
	m := newMonde()
	wants(t, second(m.do(m.claire, grant(m.claire, m.ccas, LevelBasic, m.social))), CodeLastAdmin)
	wants(t, second(m.do(m.claire, &RevokeRole{m.claire, m.ccas.ID})), CodeLastAdmin)
	m.must(t, m.claire, grant(m.sylvie, m.ccas, LevelAdmin))
	m.must(t, m.claire, grant(m.claire, m.ccas, LevelBasic, m.social))
	wants(t, second(m.do(m.sylvie, &RevokeRole{m.sylvie, m.ccas.ID})), CodeLastAdmin)
}

func TestE124AgentWithRdvsToCome(t *testing.T) {
	m := newMonde()
	p := m.plage(1, m.aissatou, "2026-11-23", "09:00", "12:00", m.accueil)
	kept := m.plage(2, m.aissatou, "2026-11-23", "14:00", "17:00", m.pesee)
	kept.Organisation, kept.Lieu = m.maison.ID, m.centre.ID
	abs := m.absence(1, m.aissatou, "2026-12-01", "09:00", "12:00")
	m.put(kept)
	m.rdv(1, "2026-03-02 09:00", m.accueil, []AgentID{m.aissatou}, m.nadia) // past
	m.rdv(2, "2026-12-07 09:00", m.pesee, []AgentID{m.aissatou}, m.rose)    // elsewhere
	coming := m.rdv(3, "2026-12-08 09:00", m.accueil, []AgentID{m.aissatou}, m.nadia)

	_, err := m.do(m.claire, &RevokeRole{m.aissatou, m.ccas.ID})
	wants(t, err, CodeUsed)
	if w := RefusalOf(err).Warnings; len(w) != 1 || !slices.Equal(w[0].Records, []Ref{RefOf(coming)}) {
		t.Errorf("the list = %v", w)
	}

	coming.Status, coming.CancelledAt = StatusRevoked, &m.now
	m.put(coming)
	d := m.must(t, m.claire, &RevokeRole{m.aissatou, m.ccas.ID})
	if _, ans := m.Record(NounPlage, p.Key()); ans != No {
		t.Error("plages there go")
	}
	look(t, m, kept)
	look(t, m, abs)
	if !has(d.Refeed, &Agent{ID: m.aissatou}) || !has(d.Refeed, abs) || !has(d.Refeed, kept) {
		t.Errorf("what is read through the role is noted again: %v", d.Refeed)
	}
	if look(t, m, &Agent{ID: m.aissatou}).Archived {
		t.Error("there is another role")
	}
}

func TestLastRoleArchivesTheAgent(t *testing.T) {
	m := newMonde()
	abs := m.absence(1, m.thomas, "2026-12-01", "09:00", "12:00")
	m.must(t, m.claire, &RevokeRole{m.thomas, m.ccas.ID})
	if a := look(t, m, &Agent{ID: m.thomas}); !a.Archived || a.Name() != "Thomas Petit" {
		t.Errorf("agent = %+v", a)
	}
	if _, ans := m.Record(NounAbsence, abs.Key()); ans != No {
		t.Error("absences go with the last role")
	}
	m.must(t, m.claire, grant(m.thomas, m.ccas, LevelBasic, m.social))
	if look(t, m, &Agent{ID: m.thomas}).Archived {
		t.Error("a new role takes the agent out of the archive")
	}
}

func TestRoleRefused(t *testing.T) {
	m := newMonde()
	elsewhere := &Service{ID: ServiceID(id('s', 9)), Territoire: TerritoireID(id('t', 9)), Name: "Ailleurs"}
	m.put(elsewhere)
	badID := grant(m.thomas, m.ccas, LevelBasic)
	badID.Role.ID = RoleOf(m.marc, m.ccas.ID)
	tests := []struct {
		name string
		by   AgentID
		args Args
		want Code
	}{
		{"not by a basic agent", m.thomas, grant(m.thomas, m.ccas, LevelAdmin), CodeForbidden},
		{"not by another's admin", m.marc, grant(m.marc, m.ccas, LevelAdmin), CodeForbidden},
		{"a level that does not exist", m.claire, grant(m.thomas, m.ccas, "chef"), CodeInvalid},
		{"a service of another territoire", m.claire, grant(m.thomas, m.ccas, LevelBasic, elsewhere), CodeInvalid},
		{"an agent nobody knows", m.claire, grant(AgentID(id('a', 99)), m.ccas, LevelBasic), CodeNotFound},
		{"under the id of another role", m.claire, badID, CodeInvalid},
		{"revoking what is not", m.claire, &RevokeRole{m.marc, m.ccas.ID}, CodeNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wants(t, second(m.do(tt.by, tt.args)), tt.want) })
	}
}

func TestServicesRefeedWhatTheyShow(t *testing.T) {
	m := newMonde()
	p := m.plage(1, m.thomas, "2026-11-23", "09:00", "12:00", m.accueil)
	r := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	d := m.must(t, m.claire, grant(m.thomas, m.ccas, LevelBasic, m.social, m.pmi))
	if !has(d.Refeed, p) || !slices.Contains(d.Refeed, Ref{NounOccupation, string(r.Occupations[0])}) {
		t.Errorf("noted again = %v", d.Refeed)
	}
	level := m.must(t, m.claire, grant(m.thomas, m.ccas, LevelSecretariat, m.pmi, m.social))
	if len(level.Refeed) > 0 || len(level.Changes) != 1 {
		t.Errorf("a level alone shows nothing else: %v", level.Refeed)
	}
}

func TestWhoLooksAfterWhom(t *testing.T) {
	m := newMonde()
	for _, tt := range []struct {
		name string
		who  AgentID
		want []AgentID
	}{
		{"an admin", m.claire, []AgentID{m.sylvie, m.thomas, m.nathalie, m.aissatou, m.louis}},
		{"an admin of a colleague shared with another organisation", m.marc, []AgentID{m.aissatou}},
		{"a secretary", m.sylvie, nil},
		{"an agent", m.thomas, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := LooksAfter(m.faits, tt.who)
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("LooksAfter = %v, want %v", got, tt.want)
			}
		})
	}
}
