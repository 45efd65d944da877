package agenda

import (
	"testing"
	"time"
)

// What is read through a record follows its readers: its conflits, closed ones
// too, and the receipts of an Rdv.
func TestReadThroughFollowsItsReaders(t *testing.T) {
	m := newMonde()
	r := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	absence, plage := m.absence(1, m.thomas, "2026-11-25", "09:00", "12:00"), m.plage(1, m.thomas, "2026-11-23", "09:00", "12:00", m.accueil)
	recu := &Recu{ID: RecuID(id('e', 1)), Rdv: r.ID, Usager: m.nadia.ID, Channel: "mail", Kind: "request", State: "sent", At: m.now}
	m.put(recu)
	through := map[Record][]Record{r: {recu}}
	for n, side := range []Record{r, absence, plage, m.rose} {
		for i, closed := range []*time.Time{nil, &m.now} {
			c := &Conflit{ID: ConflitID(id('k', 2*n+i)), Territoire: m.territoire.ID, Code: ConflitMoved, Sides: []Ref{RefOf(side)}, OpenedAt: m.now, ClosedAt: closed}
			m.put(c)
			through[side] = append(through[side], c)
		}
	}
	widened := Role{ID: RoleOf(m.thomas, m.ccas.ID), Agent: m.thomas, Organisation: m.ccas.ID, Level: LevelBasic, Services: []ServiceID{m.pmi.ID}}
	for _, tt := range []struct {
		name string
		do   Args
		of   []Record
	}{
		{"another agent", &ReviseRdv{Rdv: r.ID, AddAgents: []AgentID{m.aissatou}, RemoveAgents: []AgentID{m.thomas}}, []Record{r}},
		{"a motif of another service", &ReviseRecord{NounMotif, m.accueil.Key(), sets("service", `"`+m.pmi.Key()+`"`)}, []Record{r}},
		{"an agent of another service", &GrantRole{Role: widened}, []Record{absence, plage}},
		{"a person whom another organisation comes to know", &AttachUsager{Usager: m.rose.ID, Organisation: m.ccas.ID}, []Record{m.rose}},
	} {
		d := m.must(t, m.claire, tt.do)
		for _, side := range tt.of {
			for _, read := range through[side] {
				if !has(d.Refeed, read) {
					t.Errorf("%s: %s is not noted again", tt.name, RefOf(read))
				}
			}
		}
	}
}

// Who read a closed conflit through an absence or a plage alone reads it no more
// once that is gone, and again once it is back.
func TestClosedConflitsFollowWhatGoes(t *testing.T) {
	m := newMonde()
	absence, plage := m.absence(1, m.thomas, "2026-11-25", "09:00", "12:00"), m.plage(1, m.thomas, "2026-11-23", "09:00", "12:00", m.accueil)
	for n, tt := range []struct {
		side Record
		add  Args
	}{{absence, &DeclareAbsence{*absence}}, {plage, &OpenPlage{*plage}}} {
		c := &Conflit{ID: ConflitID(id('k', n+1)), Territoire: m.territoire.ID, Code: ConflitAbsent, Sides: []Ref{RefOf(tt.side)}, OpenedAt: m.now, ClosedAt: &m.now}
		m.put(c)
		for _, do := range []Args{&RemoveRecord{Noun: tt.side.Noun(), ID: tt.side.Key()}, tt.add} {
			if d := m.must(t, m.thomas, do); !has(d.Refeed, c) {
				t.Errorf("%s of a %s: the conflit is not noted again", do.CommandName(), tt.side.Noun())
			}
		}
	}
}

// Every way to settle a conflit closes it, the cause going away first of all.
func TestConflitsCloseWithTheirCause(t *testing.T) {
	overlap := func(m *monde) (*Rdv, *Rdv) {
		a := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
		b := m.booking(2, "2026-11-24 09:15", m.accueil, []AgentID{m.thomas}, m.jean)
		m.must(panics{}, m.sylvie, b, from("desk-2", nil))
		r, _ := Get[*Rdv](m, NounRdv, string(b.Rdv))
		return a, r
	}
	t.Run("reassigned to another agent", func(t *testing.T) {
		m := newMonde()
		_, b := overlap(m)
		m.only(t, b, ConflitOverlap)
		m.must(t, m.sylvie, &MoveRdv{Rdv: b.ID, From: b.Slot(), To: b.Slot(), FromAgent: m.thomas, ToAgent: m.aissatou})
		m.calm(t, b, "reassigned")
	})
	t.Run("kept, and undone", func(t *testing.T) {
		m := newMonde()
		_, b := overlap(m)
		k := m.only(t, b, ConflitOverlap)
		d := m.must(t, m.sylvie, &CloseConflit{k.ID, "keep"})
		m.must(t, m.sylvie, undoOf(t, d))
		m.only(t, b, ConflitOverlap)
	})
	t.Run("an absence over two rdvs is worked as a list", func(t *testing.T) {
		m := newMonde()
		a := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
		b := m.rdv(2, "2026-11-24 10:00", m.accueil, []AgentID{m.thomas}, m.jean)
		abs := &Absence{ID: AbsenceID(id('b', 1)), Agent: m.thomas, Zone: "Europe/Paris", FirstDay: day("2026-11-24"), LastDay: day("2026-11-24"), From: hour("08:00"), To: hour("12:00")}
		m.must(t, m.thomas, &DeclareAbsence{*abs}, from("desk-1", nil))
		m.must(t, m.sylvie, moveTo(a, "2026-11-25 09:00"))
		m.only(t, b, ConflitAbsenceOver)
		m.must(t, m.sylvie, &CancelRdv{Rdv: b.ID, By: "service"})
		m.calm(t, b, "the last is replaced")
	})
	t.Run("the absence is lifted", func(t *testing.T) {
		m := newMonde()
		abs := m.absence(1, m.thomas, "2026-11-24", "08:00", "12:00")
		book := m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
		m.must(t, m.sylvie, book, from("desk-1", nil))
		m.only(t, abs, ConflitAbsent)
		m.must(t, m.thomas, &RemoveRecord{Noun: NounAbsence, ID: abs.Key()})
		m.calm(t, abs, "lifted")
	})
	t.Run("reassigned out of an absence", func(t *testing.T) {
		m := newMonde()
		abs := m.absence(1, m.thomas, "2026-11-24", "08:00", "12:00")
		book := m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
		m.must(t, m.sylvie, book, from("desk-1", nil))
		m.must(t, m.sylvie, &ReviseRdv{Rdv: book.Rdv, AddAgents: []AgentID{m.aissatou}, RemoveAgents: []AgentID{m.thomas}})
		m.calm(t, abs, "reassigned")
	})
	t.Run("busy time of another organisation that goes", func(t *testing.T) {
		m := newMonde()
		pesee := m.rdv(1, "2026-11-24 09:00", m.pesee, []AgentID{m.aissatou}, m.rose)
		book := m.booking(2, "2026-11-24 09:15", m.accueil, []AgentID{m.aissatou}, m.nadia)
		m.must(t, m.sylvie, book, from("desk-1", nil))
		r := m.read(t, book.Rdv)
		m.only(t, r, ConflitOverlap)
		m.must(t, m.marc, &CancelRdv{Rdv: pesee.ID, By: "service"})
		m.calm(t, r, "cancelled elsewhere")
	})
	t.Run("a cancellation taken back", func(t *testing.T) {
		m := newMonde()
		r := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
		m.must(t, m.sylvie, &CancelRdv{Rdv: r.ID, By: "usager"}, from("desk-2", nil))
		m.must(t, m.thomas, moveTo(r, "2026-11-24 11:00"), from("desk-1", nil))
		m.only(t, r, ConflitCancelledMoved)
		m.must(t, m.thomas, &MarkRdv{Rdv: r.ID, Status: StatusUnknown, Was: StatusExcused})
		m.calm(t, r, "back")
	})
}
