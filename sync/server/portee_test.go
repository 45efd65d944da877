package server

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/hub"
	"permanence/sync/wire"
)

// everything gives all that an agent's new desktop is sent, as it travels.
func (m *monde) everything(a agenda.AgentID) []wire.Frame {
	m.t.Helper()
	d := hub.Device{ID: newID(), Agent: a}
	m.write(func(tx *store.ServerTx) error {
		now := m.clock.Now()
		return tx.AddDevice(store.Device{ID: d.ID, Agent: a, Tokens: []byte("{}"), EnrolledAt: now, SeenAt: now})
	})
	var all []wire.Frame
	err := m.srv.hub.Exchange(context.Background(), d, wire.Request{Hello: wire.Hello{Protocol: wire.Protocol, Schema: wire.Schema}}, func(frames []wire.Frame) error {
		all = append(all, frames...)
		return nil
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return all
}

// A role decides which rdvs travel, and nobody else's do, not even in part: of
// what a colleague does elsewhere, the time alone.
func TestRoleDecidesWhatTravels(t *testing.T) {
	m := newMonde(t)
	var other agenda.ServiceID
	m.read(func(v *store.View) error {
		for _, r := range v.Roles(agenda.RoleQuery{Agent: m.chloe}) {
			other = r.Services[0]
		}
		return nil
	})
	motif := agenda.MotifID(newID())
	m.add(&agenda.Motif{ID: motif, Organisation: m.ccas.id, Service: other, Name: "Garde", Color: "lagon", DurationMin: 30,
		Place: agenda.PlacePublicOffice, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents})
	sec := m.agent("Sonia", "Secretaire", m.ccas, agenda.LevelSecretariat, m.ccas.service)
	between := m.agent("Erwan", "Partage", m.ccas, agenda.LevelBasic, m.ccas.service)
	m.system(&agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(between, m.mairie.id), Agent: between, Organisation: m.mairie.id,
		Level: agenda.LevelBasic, Services: []agenda.ServiceID{m.mairie.service}}})

	booked := map[string]*agenda.BookRdv{
		"a": m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia),
		"b": m.booking("10:00", []agenda.AgentID{m.chloe}, m.karim),
		"c": m.booking("11:00", []agenda.AgentID{m.chloe}, m.nadia), // of the first service, chloe is put on it
		"m": m.booking("14:00", []agenda.AgentID{between}, m.etranger),
	}
	booked["b"].Motif = motif
	booked["m"].Organisation, booked["m"].Motif, booked["m"].Lieu = m.mairie.id, m.mairie.motif, m.mairie.lieu
	for name, b := range booked {
		b.Title = "CANARI-" + name
		m.system(b)
	}
	tests := []struct {
		name  string
		agent agenda.AgentID
		want  string
	}{
		{"admin", m.alice, "a b c"},
		{"secretariat", sec, "a b c"},
		{"basic of the first service", m.bruno, "a c"},
		{"basic of another service, put on one rdv", m.chloe, "b c"},
		{"basic in two organisations", between, "a c m"},
		{"admin of another organisation", m.dalil, "m"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := m.everything(tt.agent)
			text, err := json.Marshal(all)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for name, b := range booked {
				readable := bytes.Contains(text, []byte("CANARI-"+name))
				if named := bytes.Contains(text, []byte(b.Rdv)); named != readable {
					t.Errorf("rdv %s: named %v, readable %v", name, named, readable)
				}
				if readable {
					got = append(got, name)
				}
			}
			slices.Sort(got)
			if strings.Join(got, " ") != tt.want {
				t.Errorf("travels: %q, want %q", strings.Join(got, " "), tt.want)
			}
			for _, f := range all {
				if f.Noun == agenda.NounOccupation {
					bare(t, f.Body)
				}
			}
		})
	}
	t.Run("a colleague's time elsewhere", func(t *testing.T) {
		times := map[agenda.OccupationID]bool{} // told in each territoire where both are
		for _, f := range m.everything(m.bruno) {
			var o agenda.Occupation
			if f.Noun == agenda.NounOccupation && json.Unmarshal(f.Body, &o) == nil && o.Agent == between && o.Start.Equal(booked["m"].Start) {
				times[o.ID] = true
			}
		}
		if len(times) != 1 {
			t.Errorf("bruno sees %d times taken", len(times))
		}
	})
}

// bare refuses an occupation that says more than who and when.
func bare(t *testing.T, body json.RawMessage) {
	t.Helper()
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(body, &keys); err != nil {
		t.Fatal(err)
	}
	for k := range keys {
		if !slices.Contains([]string{"id", "agent", "start", "end", "revision", "born"}, k) {
			t.Errorf("an occupation tells %q: %s", k, body)
		}
	}
}

// holds reports which of the words are in a file of the profile's folder.
func (p *poste) holds(words ...string) []string {
	p.m.t.Helper()
	dir := filepath.Dir(p.db.Path())
	files, err := os.ReadDir(dir)
	if err != nil {
		p.m.t.Fatal(err)
	}
	var found []string
	for _, f := range files {
		body, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			p.m.t.Fatal(err)
		}
		for _, w := range words {
			if bytes.Contains(bytes.ToLower(body), bytes.ToLower([]byte(w))) {
				found = append(found, f.Name()+": "+w)
			}
		}
	}
	return found
}

// A right that is withdrawn while its agent works offline: the rows go at once,
// and once the server has answered what was pending about them, no byte of it is
// left in any file.
func TestWithdrawnLeavesNoByte(t *testing.T) {
	m := newMonde(t)
	m.system(&agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(m.bruno, m.mairie.id), Agent: m.bruno, Organisation: m.mairie.id,
		Level: agenda.LevelBasic, Services: []agenda.ServiceID{m.mairie.service}}})
	rdv := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	rdv.Title = "CANARITITRE"
	m.system(rdv)
	a := m.newPoste(m.bruno)
	a.sync()
	done := a.do(&agenda.ReviseUsager{Usager: m.nadia, Fields: map[string]agenda.Edit{"address": {Was: []byte(`""`), Now: []byte(`"1 rue CANARIACQUITTE"`)}}})
	a.sync()
	if words := a.holds("CANARITITRE", "Haddad", "CANARIACQUITTE"); len(words) < 3 {
		t.Fatalf("not here before: %v", words)
	}
	a.do(m.moveTo(rdv.Rdv, "15:00"))
	mine := m.booking("16:00", []agenda.AgentID{m.bruno}, m.nadia)
	mine.Title = "CANARIATTENTE"
	pending := a.do(mine)
	m.system(&agenda.RevokeRole{Agent: m.bruno, Organisation: m.ccas.id})
	a.sync()
	if a.count(agenda.NounRdv) > 0 || a.count(agenda.NounUsager) != 1 {
		t.Errorf("%d rdvs, %d usagers are left", a.count(agenda.NounRdv), a.count(agenda.NounUsager))
	}
	a.sync()
	if err := a.db.CleanUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if words := a.holds("CANARI", "Haddad", string(m.nadia)); len(words) > 0 {
		t.Errorf("left in the profile: %v", words)
	}
	a.read(func(v *store.View) error {
		kept, ok, err := v.AcknowledgedCommand(done.Command.ID)
		if !ok || kept.Raw != nil {
			t.Errorf("the acknowledged command: %v %s", ok, kept.Raw)
		}
		return err
	})
	if n := a.pending(); n != 0 {
		t.Errorf("%d pending, of which %s", n, pending.Command.ID)
	}
}

// Narrowed to another service in the middle of the first copy: what came is
// erased, the rest does not come, and the copy of what is left is whole.
func TestNarrowedWhileLoading(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { narrowedWhileLoading(t, newMonde(t), 1500) })
	t.Run("PostgreSQL", func(t *testing.T) { narrowedWhileLoading(t, newMonde(t, onPostgres(t)), 400) })
}

func narrowedWhileLoading(t *testing.T, m *monde, rdvs int) {
	ids := m.crowd(rdvs)
	var other agenda.ServiceID
	m.read(func(v *store.View) error {
		for _, r := range v.Roles(agenda.RoleQuery{Agent: m.chloe}) {
			other = r.Services[0]
		}
		return nil
	})
	a := m.newPoste(m.bruno)
	line := newCutting(t, m.url)
	a.connect(line.url)
	line.allow(8 << 10)
	if _, err := a.replica.Sync(t.Context()); err == nil || a.complete() {
		t.Fatalf("the first copy was not cut: %v", err)
	}
	m.system(&agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(m.bruno, m.ccas.id), Agent: m.bruno, Organisation: m.ccas.id,
		Level: agenda.LevelBasic, Services: []agenda.ServiceID{other}}})
	a.connect(m.url)
	a.sync()
	a.same()
	if !a.complete() {
		t.Error("not whole")
	}
	if a.rdv(ids[0]) != nil {
		t.Error("an rdv of the former service is left")
	}
}
