package agenda

import (
	"testing"
	"time"
)

// Quarantined commands answer to who administers the organisation.
func TestSettleWaiting(t *testing.T) {
	m := newMonde()
	book := m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	c := NewCommand(id('c', 900), m.now.Add(-time.Hour), book)
	by := Author{Kind: AuthorAgent, Agent: m.nathalie, Device: "desk-1"}
	was := &Role{ID: RoleOf(m.nathalie, m.ccas.ID), Agent: m.nathalie, Organisation: m.ccas.ID, Level: LevelBasic, Services: []ServiceID{m.social.ID}}
	_, err := Decide(m, c, by, Authority, c.At, m.now)
	wants(t, err, CodeForbidden)
	would, err := Decide(WithRole(m, was), c, by, Authority, c.At, m.now)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Quarantine(m, c, by, was, would, m.now)
	if err != nil || d.Verdict != Waiting || d.Code != CodeQuarantined {
		t.Fatalf("quarantine: %+v, %v", d, err)
	}
	m.Apply(d)
	k := m.only(t, m.nadia, ConflitQuarantined)
	if got := Readers(m, k); len(got) != 1 || got[0].Scope != BureauScope(m.ccas.ID) {
		t.Errorf("fed to %v", got)
	}
	accept := &SettleWaiting{Conflit: k.ID, Accept: true}
	wants(t, second(m.do(m.thomas, accept)), CodeNotFound)
	wants(t, second(m.do(m.nathalie, accept)), CodeNotFound)
	wants(t, second(m.do(m.marc, accept)), CodeNotFound)
	wants(t, second(m.do(m.sylvie, &CloseConflit{k.ID, "keep"})), CodeTransition)
	done := m.must(t, m.sylvie, accept)
	r := m.read(t, book.Rdv)
	if r.CreatedBy.Agent != m.nathalie || look(t, m, k).Open() || look(t, m, k).Content != nil || look(t, m, k).Choice != "accepted" {
		t.Errorf("rdv by %s, conflit %+v", r.CreatedBy.Agent, look(t, m, k))
	}
	if again := m.must(t, m.claire, &SettleWaiting{Conflit: k.ID}); again.Verdict != Merged {
		t.Errorf("answered already: %s", again.Verdict)
	}
	m.must(t, m.sylvie, undoOf(t, done))
	if !m.read(t, r.ID).Cancelled() || look(t, m, k).Open() {
		t.Error("undone: the rdv is withdrawn, the answer stays given")
	}
}
