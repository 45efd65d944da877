package agenda

import (
	"slices"
	"strings"
	"testing"
)

// away is an absence of Thomas, with changes.
func (m *monde) away(set func(a *Absence)) *DeclareAbsence {
	a := Absence{ID: AbsenceID(id('b', 50)), Agent: m.thomas, Title: "Formation", Zone: "Europe/Paris",
		FirstDay: day("2026-11-30"), From: hour("14:00"), LastDay: day("2026-12-02"), To: hour("10:00")}
	set(&a)
	return &DeclareAbsence{a}
}

func TestAbsenceOverRdvs(t *testing.T) {
	m := newMonde()
	before := m.rdv(1, "2026-11-30 13:30", m.accueil, []AgentID{m.thomas}, m.nadia)
	inside := m.rdv(2, "2026-11-30 14:00", m.accueil, []AgentID{m.thomas}, m.jean)
	last := m.rdv(3, "2026-12-02 09:30", m.accueil, []AgentID{m.thomas}, m.elodie)
	after := m.rdv(4, "2026-12-02 10:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	gone := m.rdv(5, "2026-12-01 10:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	gone.Status, gone.CancelledAt = StatusExcused, &m.now
	m.put(gone)

	_, err := m.on(m.part(everything), m.thomas, m.away(func(*Absence) {}), proposed)
	wants(t, err, CodeWarnings)
	w := RefusalOf(err).Warnings
	if len(w) != 1 || w[0].Code != WarnRdvsInside || !slices.Equal(w[0].Records, []Ref{RefOf(inside), RefOf(last)}) {
		t.Fatalf("warnings = %v (before %s, after %s)", w, before.ID, after.ID)
	}
	if !strings.HasPrefix(w[0].Message, "2 rendez-vous tombent") {
		t.Errorf("message = %q", w[0].Message)
	}

	t.Run("row 8: seen by the server alone, one grouped conflit", func(t *testing.T) {
		d := m.must(t, m.thomas, m.away(func(*Absence) {}), from("poste-1", nil))
		open := m.Conflits(Ref{NounAbsence, id('b', 50)})
		if d.Verdict != Conflict || len(open) != 1 || open[0].Code != ConflitAbsenceOver || len(open[0].Sides) != 3 {
			t.Errorf("%s: %+v", d.Verdict, open)
		}
	})
	t.Run("accepted by its author: no conflit", func(t *testing.T) {
		d := m.must(t, m.thomas, m.away(func(a *Absence) { a.ID = AbsenceID(id('b', 51)) }), from("poste-1", nil), accepting(w...))
		if d.Verdict != Applied {
			t.Errorf("verdict = %s", d.Verdict)
		}
	})
}

func TestDeclareAbsence(t *testing.T) {
	m := newMonde()
	m.rdv(1, "2027-01-12 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	tests := []struct {
		name string
		by   AgentID
		set  func(a *Absence)
		want Code
		warn []Code
	}{
		{"mine", m.thomas, func(*Absence) {}, "", nil},
		{"of a colleague whose agenda I see", m.aissatou, func(*Absence) {}, "", nil},
		{"of one I do not", m.nathalie, func(*Absence) {}, CodeForbidden, nil},
		{"ends before it begins", m.thomas, func(a *Absence) { a.LastDay = a.FirstDay }, CodeInvalid, nil},
		{"recurring over several days", m.thomas, func(a *Absence) { a.RRule = "FREQ=WEEKLY" }, CodeInvalid, nil},
		{"recurring on a day of rdv", m.thomas, func(a *Absence) {
			a.FirstDay, a.LastDay, a.From, a.To, a.RRule = day("2026-12-01"), day("2026-12-01"), hour("08:00"), hour("10:00"), "FREQ=WEEKLY;BYDAY=TU"
		}, "", []Code{WarnRdvsInside}},
		{"all day", m.thomas, func(a *Absence) { a.From, a.To = hour("00:00"), hour("24:00") }, "", nil},
		{"in a zone that is none", m.thomas, func(a *Absence) { a.Zone = "Local" }, CodeInvalid, nil},
		{"in 1999", m.thomas, func(a *Absence) { a.FirstDay = day("1999-12-31") }, CodeInvalid, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &monde{faits: m.part(everything), now: m.now}
			f.whole = true
			d, err := f.do(tt.by, m.away(tt.set))
			wants(t, err, tt.want)
			if err == nil && !slices.Equal(codes(d.Warnings), tt.warn) {
				t.Errorf("warnings = %v, want %v", codes(d.Warnings), tt.warn)
			}
		})
	}
}

func TestReviseAndLiftAbsence(t *testing.T) {
	m := newMonde()
	abs := m.absence(1, m.thomas, "2026-12-01", "09:00", "12:00")
	m.rdv(1, "2026-12-01 12:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	d := m.must(t, m.thomas, &ReviseRecord{NounAbsence, abs.Key(), sets("title", `"Réunion"`)})
	if len(d.Warnings) > 0 {
		t.Errorf("a title looks for no rdv: %v", d.Warnings)
	}
	d = m.must(t, m.thomas, &ReviseRecord{NounAbsence, abs.Key(), sets("to", `"13:00"`)})
	if !slices.Equal(codes(d.Warnings), []Code{WarnRdvsInside}) {
		t.Errorf("warnings = %v", d.Warnings)
	}
	wants(t, second(m.do(m.nathalie, &RemoveRecord{Noun: NounAbsence, ID: abs.Key()})), CodeForbidden)
	m.must(t, m.sylvie, &RemoveRecord{Noun: NounAbsence, ID: abs.Key()})
}
