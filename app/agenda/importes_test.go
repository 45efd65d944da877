package agenda

import "testing"

// events makes an import of Thomas from one file.
func (m *monde) events(es ...Importe) *ImportAgenda {
	return &ImportAgenda{Agent: m.thomas, Source: "agenda.ics", Events: es}
}

func event(uid, recurrence, summary, at string) Importe {
	start := paris(at)
	return Importe{UID: uid, RecurrenceID: recurrence, Summary: summary, Zone: "Europe/Paris",
		Spans: []Span{{start, start.Add(3600e9)}}}
}

func (m *monde) importes() map[string]*Importe {
	found := map[string]*Importe{}
	for _, r := range m.Records(NounImporte, string(m.thomas)) {
		i := r.(*Importe)
		found[i.UID+"/"+i.RecurrenceID] = i
	}
	return found
}

func TestImportReplaces(t *testing.T) {
	m := newMonde()
	m.must(t, m.thomas, m.events(event("a", "", "Réunion", "2026-11-24 09:00"), event("b", "", "Dentiste", "2026-11-25 09:00"),
		event("b", "20261202T080000Z", "Dentiste, déplacé", "2026-12-02 10:00")))
	other := &ImportAgenda{Agent: m.thomas, Source: "autre.ics", Events: []Importe{event("a", "", "Ailleurs", "2026-11-26 09:00")}}
	m.must(t, m.thomas, other)
	if n := len(m.Records(NounImporte, string(m.thomas))); n != 4 {
		t.Fatalf("%d events", n)
	}

	d := m.must(t, m.thomas, m.events(event("a", "", "Réunion", "2026-11-24 09:00"), event("b", "", "Dentiste", "2026-11-25 11:00")))
	got := m.importes()
	if got["b/20261202T080000Z"] != nil {
		t.Error("what is no longer in the file goes")
	}
	if got["b/"].Revision != 2 || len(m.Occupations(m.thomas, got["b/"].Spans[0])) != 1 {
		t.Errorf("what changed keeps its record: revision %d", got["b/"].Revision)
	}
	for _, c := range d.Changes {
		if i, ok := c.After.(*Importe); ok && i.UID == "a" {
			t.Error("what did not change is not touched")
		}
	}
	again := m.must(t, m.thomas, m.events(event("a", "", "Réunion", "2026-11-24 09:00"), event("b", "", "Dentiste", "2026-11-25 11:00")))
	if len(again.Changes) > 0 {
		t.Errorf("the same file again changes nothing: %d changes", len(again.Changes))
	}
}

func TestImportRefused(t *testing.T) {
	m := newMonde()
	backwards := event("a", "", "x", "2026-11-24 09:00")
	backwards.Spans[0].Start, backwards.Spans[0].End = backwards.Spans[0].End, backwards.Spans[0].Start
	nowhere := event("a", "", "x", "2026-11-24 09:00")
	nowhere.Zone = "Mars/Olympus"
	tests := []struct {
		name string
		by   AgentID
		args *ImportAgenda
		want Code
	}{
		{"into a colleague's agenda", m.claire, m.events(), CodeForbidden},
		{"without a source", m.thomas, &ImportAgenda{Agent: m.thomas}, CodeInvalid},
		{"ends before it begins", m.thomas, m.events(backwards), CodeInvalid},
		{"zone that does not exist", m.thomas, m.events(nowhere), CodeInvalid},
		{"without UID", m.thomas, m.events(event("", "", "x", "2026-11-24 09:00")), CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wants(t, second(m.do(tt.by, tt.args)), tt.want) })
	}
	if n := len(m.importes()); n != 0 {
		t.Errorf("half applied: %d events", n)
	}
}

func TestImportOfTheSameEventTwice(t *testing.T) {
	m := newMonde()
	m.must(t, m.thomas, m.events(event("a", "", "premier", "2026-11-24 09:00"), event("a", "", "dernier", "2026-11-24 10:00")))
	if got := m.importes(); len(got) != 1 || got["a/"].Summary != "dernier" {
		t.Errorf("events = %v", got)
	}
}
