package agenda

import (
	"encoding/json"
	"slices"
	"testing"
)

// What changed while a desktop was away (sync.md §5): pushed commands meet what
// others did meanwhile.

// only gives the one open conflit about a record; it must have this code.
func (m *monde) only(t *testing.T, r Record, want ConflitCode) *Conflit {
	t.Helper()
	open := m.Conflits(RefOf(r))
	if len(open) != 1 || open[0].Code != want {
		t.Fatalf("conflits = %+v, want one %s", open, want)
	}
	return open[0]
}

// calm fails when a conflit about the record is still open.
func (m *monde) calm(t *testing.T, r Record, after string) {
	t.Helper()
	if open := m.Conflits(RefOf(r)); len(open) != 0 {
		t.Errorf("%s: still open: %+v", after, open)
	}
}

// E143, row 6: the last seat given twice offline stands, and is told once.
func TestRow6Overbooked(t *testing.T) {
	add := func(r *Rdv, u *Usager) *ReviseRdv { return &ReviseRdv{Rdv: r.ID, Add: []Participation{{Usager: u.ID}}} }
	ways := map[string]func(m *monde, r *Rdv){
		"one more seat": func(m *monde, r *Rdv) { m.must(panics{}, m.thomas, &ReviseRdv{Rdv: r.ID, Capacity: seats(3)}) },
		"another session": func(m *monde, r *Rdv) {
			m.must(panics{}, m.thomas, &ReviseRdv{Rdv: r.ID, Remove: []UsagerID{m.nadia.ID}})
		},
		"one is told no": func(m *monde, r *Rdv) {
			m.must(panics{}, m.thomas, &CancelRdv{Rdv: r.ID, By: "service", Usager: m.nadia.ID})
		},
		"the session falls": func(m *monde, r *Rdv) { m.must(panics{}, m.thomas, &CancelRdv{Rdv: r.ID, By: "service"}) },
	}
	for name, settle := range ways {
		t.Run(name, func(t *testing.T) {
			m := newMonde()
			r := m.session(1, 2, m.jean)
			m.must(t, m.sylvie, add(r, m.elodie), from("desk-2", nil))
			d := m.must(t, m.thomas, add(r, m.nadia), from("desk-1", nil))
			if d.Verdict != Conflict || m.read(t, r.ID).Taken() != 3 {
				t.Fatalf("verdict %s, %d taken", d.Verdict, m.read(t, r.ID).Taken())
			}
			m.only(t, r, ConflitOverbooked)
			if got := m.read(t, r.ID).Beyond(); !slices.Equal(got, []UsagerID{m.nadia.ID}) {
				t.Errorf("beyond = %v", got)
			}
			m.must(t, m.sylvie, &ReviseRdv{Rdv: r.ID, Context: &TextEdit{Now: "apporter un budget"}})
			m.only(t, r, ConflitOverbooked)
			settle(m, r)
			m.calm(t, r, name)
		})
	}
}

func seats(n int) *int { return &n }

// Offered to who is in front of it, an overbooking is asked first, and naming
// everyone seated.
func TestOverbookingIsAskedFirst(t *testing.T) {
	m := newMonde()
	r := m.session(1, 1, m.jean)
	desk := m.replica(m.thomas)
	join := &ReviseRdv{Rdv: r.ID, Add: []Participation{{Usager: m.nadia.ID}}}
	_, err := m.on(desk, m.thomas, join, proposed)
	wants(t, err, CodeWarnings)
	ws := RefusalOf(err).Warnings
	if !slices.Equal(codes(ws), []Code{WarnOverbooked}) || ws[0].Message != "2 inscrits pour une place." {
		t.Errorf("warnings = %+v", ws)
	}
	d := m.must(t, m.thomas, join, from("desk-1", nil), accepting(ws...))
	if d.Verdict != Applied {
		t.Errorf("verdict = %s: its author knew", d.Verdict)
	}
	m.calm(t, r, "accepted")
	m.must(t, m.sylvie, &ReviseRdv{Rdv: r.ID, Add: []Participation{{Usager: m.elodie.ID}}}, from("desk-2", nil), accepting(ws...))
	m.only(t, r, ConflitOverbooked) // who accepted Jean and Nadia had not seen all three
}

// Row 9: the hours that the author went by changed, or the motif was put away.
func TestRow9HoursOrMotifChanged(t *testing.T) {
	tests := []struct {
		name      string
		meanwhile func(m *monde, p *PlageOuverture)
		want      ConflitCode
	}{
		{"nothing changed", func(*monde, *PlageOuverture) {}, ""},
		{"the afternoon was added", func(m *monde, p *PlageOuverture) { m.revise(p, "to", `"18:00"`) }, ""},
		{"the morning begins later", func(m *monde, p *PlageOuverture) { m.revise(p, "from", `"10:30"`) }, ConflitOutside},
		{"that day was taken out", func(m *monde, p *PlageOuverture) { m.revise(p, "exdates", `["2026-12-01"]`) }, ConflitOutside},
		{"the plage was closed", func(m *monde, p *PlageOuverture) {
			m.must(panics{}, m.thomas, &RemoveRecord{Noun: NounPlage, ID: p.Key()})
		}, ConflitOutside},
		{"another plage holds it", func(m *monde, p *PlageOuverture) {
			m.revise(p, "from", `"10:30"`)
			m.plage(2, m.thomas, "2026-12-01", "08:00", "10:30", m.accueil)
		}, ""},
		{"the motif was archived", func(m *monde, _ *PlageOuverture) {
			m.must(panics{}, m.claire, &ReviseRecord{NounMotif, m.accueil.Key(), sets("archived", "true")})
		}, ConflitOutside},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMonde()
			p := m.plage(1, m.thomas, "2026-11-24", "09:00", "12:00", m.accueil)
			book := m.booking(1, "2026-12-01 09:30", m.accueil, []AgentID{m.thomas}, m.nadia)
			at, err := m.on(m.replica(m.thomas), m.thomas, book, proposed)
			if err != nil || !slices.Contains(at.Relied, RefOf(p)) || !slices.Contains(at.Relied, RefOf(m.accueil)) {
				t.Fatalf("relied on %v, %v", at.Relied, err)
			}
			tt.meanwhile(m, p)
			m.must(t, m.thomas, book, from("desk-1", map[string]int64{p.Key(): 1, m.accueil.Key(): 1}))
			r := m.read(t, book.Rdv)
			if tt.want == "" {
				m.calm(t, r, tt.name)
				return
			}
			m.only(t, r, tt.want)
			m.must(t, m.thomas, &CancelRdv{Rdv: r.ID, By: "service"})
			m.calm(t, r, "cancelled")
		})
	}
}

func (m *monde) revise(p *PlageOuverture, field, value string) {
	m.must(panics{}, p.Agent, &ReviseRecord{NounPlage, p.Key(), sets(field, value)})
}

func TestOutsideClosesWhenTheHoursComeBack(t *testing.T) {
	m := newMonde()
	p := m.plage(1, m.thomas, "2026-11-24", "09:00", "12:00", m.accueil)
	book := m.booking(1, "2026-12-01 09:30", m.accueil, []AgentID{m.thomas}, m.nadia)
	m.revise(p, "from", `"10:30"`)
	m.must(t, m.thomas, book, from("desk-1", map[string]int64{p.Key(): 1}))
	r := m.read(t, book.Rdv)
	m.only(t, r, ConflitOutside)
	m.revise(p, "from", `"09:00"`)
	m.calm(t, r, "the plage holds it again")
	m.revise(p, "from", `"10:30"`)
	m.must(t, m.thomas, moveTo(r, "2026-12-01 11:00"))
	m.calm(t, r, "moved inside")
}

// Booked by hand outside of any hours, an Rdv is nobody's surprise.
func TestOutsideByHandIsNoConflit(t *testing.T) {
	m := newMonde()
	m.plage(1, m.thomas, "2026-11-24", "09:00", "12:00", m.accueil)
	book := m.booking(1, "2026-12-01 15:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	m.must(t, m.thomas, book, from("desk-1", map[string]int64{m.accueil.Key(): 1}))
	m.calm(t, m.read(t, book.Rdv), "by hand")
}

// E146: a motif or a lieu removed meanwhile, for nothing used it, comes back put
// away: the usager holds the paper.
func TestE146MotifRemovedMeanwhile(t *testing.T) {
	m := newMonde()
	m.must(t, m.claire, &RemoveRecord{Noun: NounMotif, ID: m.accueil.Key()})
	m.must(t, m.claire, &RemoveRecord{Noun: NounLieu, ID: m.mairie.Key()})
	book := m.booking(1, "2026-12-01 09:30", m.consultation, []AgentID{m.thomas}, m.nadia)
	book.Motif, book.Lieu = m.accueil.ID, m.mairie.ID
	wants(t, second(m.do(m.thomas, book)), CodeNotFound) // online, one sees that it is gone
	m.must(t, m.thomas, book, from("desk-1", map[string]int64{m.accueil.Key(): 1}))
	m.only(t, m.read(t, book.Rdv), ConflitOutside)
	if !look(t, m, m.accueil).Archived || !look(t, m, m.mairie).Archived {
		t.Error("they come back put away")
	}
}

// Row 12: a setting in use is not deleted; one that is not goes, and the edit of
// who did not know is refused with its text kept by its desktop.
func TestRow12EditedAndDeleted(t *testing.T) {
	m := newMonde()
	m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	wants(t, second(m.do(m.claire, &RemoveRecord{Noun: NounMotif, ID: m.accueil.Key()}, from("desk-1", nil))), CodeUsed)

	rename := &ReviseRecord{NounMotif, m.telephone.Key(), sets("name", `"Suivi"`)}
	m.must(t, m.claire, &RemoveRecord{Noun: NounMotif, ID: m.telephone.Key()}, from("desk-1", nil))
	wants(t, second(m.do(m.claire, rename, from("desk-2", nil))), CodeNotFound)

	m.must(t, m.claire, &ReviseRecord{NounMotif, m.visio.Key(), sets("instruction", `"Ayez votre dossier"`)}, from("desk-2", nil))
	m.must(t, m.claire, &RemoveRecord{Noun: NounMotif, ID: m.visio.Key()}, from("desk-1", nil))
	if was, ok := m.Former(NounMotif, m.visio.Key()).(*Motif); !ok || was.Instruction != "Ayez votre dossier" {
		t.Errorf("the edit's text is not kept: %+v", was)
	}
}

// E139, row 13: who lost can read who decided otherwise, and when.
func TestRow13TellsWho(t *testing.T) {
	m := newMonde()
	r := m.rdv(1, "2026-11-20 14:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	m.must(t, m.sylvie, &MarkRdv{Rdv: r.ID, Status: StatusNoShow, Was: StatusUnknown}, from("desk-2", nil))
	m.must(t, m.thomas, &CancelRdv{Rdv: r.ID, By: "usager"}, from("desk-1", nil))
	k := m.only(t, r, ConflitStatus)
	if k.Wanted["status"] != "noshow" || k.Wanted["by"] != string(m.sylvie) || k.Wanted["stood"] != "excused" || k.Wanted["stood_by"] != string(m.thomas) {
		t.Errorf("told %v", k.Wanted)
	}
	if !slices.Contains(k.Authors, m.thomas) {
		t.Errorf("informed = %v", k.Authors)
	}
	m.must(t, m.sylvie, &MarkRdv{Rdv: r.ID, Status: StatusUnknown, Was: StatusExcused})
	m.calm(t, r, "set again by who knew")
}

func TestRow3TellsWho(t *testing.T) {
	m := newMonde()
	r := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	m.must(t, m.sylvie, moveTo(r, "2026-11-24 10:00"), from("desk-2", nil))
	m.must(t, m.thomas, moveTo(r, "2026-11-24 11:30"), from("desk-1", nil))
	k := m.only(t, r, ConflitMoved)
	if k.Wanted["stood_by"] != string(m.sylvie) || k.Wanted["by"] != string(m.thomas) || k.Wanted["stood_at"] == "" {
		t.Errorf("told %v", k.Wanted)
	}
	m.must(t, m.thomas, moveTo(m.read(t, r.ID), "2026-11-24 11:30"), from("desk-1", map[string]int64{r.Key(): 2}))
	m.calm(t, r, "moved by who knew")
}

// Row 17: an agent who left meanwhile keeps the Rdv that was promised, until the
// secretariat gives it to somebody.
func TestRow17AgentLeft(t *testing.T) {
	m := newMonde()
	m.must(t, m.claire, &RevokeRole{Agent: m.aissatou, Organisation: m.ccas.ID})
	book := m.booking(1, "2026-12-01 09:30", m.accueil, []AgentID{m.aissatou}, m.nadia)
	wants(t, second(m.do(m.thomas, book)), CodeForbidden)
	d := m.must(t, m.thomas, book, from("desk-1", nil))
	if d.Verdict != Conflict {
		t.Errorf("verdict = %s", d.Verdict)
	}
	r := m.read(t, book.Rdv)
	k := m.only(t, r, ConflitAgentLeft)
	if got := Readers(m, k); len(got) != 1 || got[0].Scope != BureauScope(m.ccas.ID) {
		t.Errorf("fed to %v, want the admins and the secretariat", got)
	}
	who := look(t, m, &Agent{ID: m.aissatou})
	named := func() bool {
		return slices.Contains(Readers(m, who), Placed{m.territoire.ID, BureauScope(m.ccas.ID)})
	}
	if !named() || !slices.Contains(d.Refeed, RefOf(who)) {
		t.Error("who left has no name to show")
	}
	m.must(t, m.sylvie, &ReviseRdv{Rdv: r.ID, Context: &TextEdit{Now: "à réaffecter"}})
	m.only(t, r, ConflitAgentLeft)
	gone := m.must(t, m.sylvie, &MoveRdv{Rdv: r.ID, From: r.Slot(), To: r.Slot(), FromAgent: m.aissatou, ToAgent: m.thomas})
	m.calm(t, r, "reassigned")
	if named() || !slices.Contains(gone.Refeed, RefOf(who)) {
		t.Error("who left is still read once nothing waits")
	}

	never := m.booking(2, "2026-12-01 10:30", m.accueil, []AgentID{m.marc}, m.nadia)
	wants(t, second(m.do(m.thomas, never, from("desk-1", nil))), CodeForbidden)
}

func TestRow17ClosesWhenTheAgentComesBack(t *testing.T) {
	m := newMonde()
	m.must(t, m.claire, &RevokeRole{Agent: m.thomas, Organisation: m.ccas.ID})
	book := m.booking(1, "2026-12-01 09:30", m.accueil, []AgentID{m.thomas}, m.nadia)
	m.must(t, m.sylvie, book, from("desk-1", nil))
	r := m.read(t, book.Rdv)
	m.only(t, r, ConflitAgentLeft)
	m.must(t, m.claire, grant(m.thomas, m.ccas, LevelBasic, m.social))
	m.calm(t, r, "back")
}

// Row 18: a series and one of its days are edited apart, and so are two days.
func TestRow18OccurrencesSurvive(t *testing.T) {
	edit := func(field, was, now string) *ReviseRecord {
		return &ReviseRecord{Fields: map[string]Edit{field: {Was: json.RawMessage(was), Now: json.RawMessage(now)}}}
	}
	first := `{"day":"2026-12-01","from":"10:00","to":"11:00"}`
	other := `{"day":"2026-12-08","from":"08:00","to":"09:00"}`
	tests := []struct {
		name          string
		first, second *ReviseRecord
		want          string // overrides, then exdates
	}{
		{"the series after the day", edit("overrides", "null", "["+first+"]"), edit("to", `"12:00"`, `"17:00"`), "[" + first + "] null"},
		{"two days", edit("overrides", "null", "["+first+"]"), edit("overrides", "null", "["+other+"]"), "[" + first + "," + other + "] null"},
		{"two days off", edit("exdates", "null", `["2026-12-01"]`), edit("exdates", "[]", `["2026-12-08"]`), `null ["2026-12-01","2026-12-08"]`},
		{"the same day: the later", edit("overrides", "null", "["+first+"]"), edit("overrides", "null", `[{"day":"2026-12-01","from":"08:00","to":"09:00"}]`),
			`[{"day":"2026-12-01","from":"08:00","to":"09:00"}] null`},
		{"given back by who saw it", edit("overrides", "null", "["+first+"]"), edit("overrides", "["+first+"]", "[]"), "null null"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMonde()
			p := m.plage(1, m.thomas, "2026-11-24", "09:00", "12:00", m.accueil)
			for i, e := range []*ReviseRecord{tt.first, tt.second} {
				e.Noun, e.ID = NounPlage, p.Key()
				m.must(t, m.thomas, e, from([]string{"desk-1", "desk-2"}[i], nil))
			}
			fields, err := fieldsOf(look(t, m, p))
			if err != nil {
				t.Fatal(err)
			}
			if got := orNull(fields["overrides"]) + " " + orNull(fields["exdates"]); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func orNull(raw []byte) string {
	if len(raw) == 0 {
		return "null"
	}
	return string(raw)
}

// Row 15: the same login given twice opens one account; the second agent stays,
// without it.
func TestRow15LoginTakenMeanwhile(t *testing.T) {
	add := func(n int) *AddRecord {
		return added(t, &Agent{ID: AgentID(id('a', n)), FirstName: "Paul", LastName: "Nguyen", Email: "paul@example.org"})
	}
	m := newMonde()
	m.must(t, m.claire, add(20), from("desk-1", nil))
	wants(t, second(m.do(m.claire, add(21))), CodeEmailTaken)
	d := m.must(t, m.claire, add(21), from("desk-2", nil))
	if a := look(t, m, &Agent{ID: AgentID(id('a', 21))}); a.Email != "" || d.Verdict != Merged || d.Code != CodeEmailTaken {
		t.Errorf("%+v, %s %s", a, d.Verdict, d.Code)
	}
	m.must(t, m.thomas, &ReviseRecord{NounAgent, string(m.thomas), sets("email", `"paul@example.org"`)}, from("desk-3", nil))
	if a := look(t, m, &Agent{ID: m.thomas}); a.Email != "agent3@example.org" {
		t.Errorf("login = %q, want the one he had", a.Email)
	}
	m.must(t, m.thomas, &ReviseRecord{NounAgent, string(m.thomas), sets("email", `"thomas@example.org"`)})
	if a := look(t, m, &Agent{ID: m.thomas}); a.Email != "thomas@example.org" {
		t.Errorf("login = %q", a.Email)
	}
}
