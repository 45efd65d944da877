package agenda

import (
	"slices"
	"testing"
	"time"
)

// booking is a BookRdv of the n-th Rdv as a test writes it.
func (m *monde) booking(n int, at string, motif *Motif, agents []AgentID, usagers ...*Usager) *BookRdv {
	start := paris(at)
	a := &BookRdv{Rdv: RdvID(id('r', n)), Organisation: motif.Organisation, Motif: motif.ID, Start: start,
		End: start.Add(motif.Duration()), Zone: "Europe/Paris", Agents: agents}
	if motif.Place == PlacePublicOffice {
		a.Lieu = LieuID(m.Records(NounLieu, string(motif.Organisation))[0].Key())
	}
	for _, u := range usagers {
		a.Participations = append(a.Participations, Participation{Usager: u.ID})
	}
	return a
}

func moveTo(r *Rdv, at string) *MoveRdv {
	start := paris(at)
	return &MoveRdv{Rdv: r.ID, From: r.Slot(), To: Slot{start, start.Add(r.End.Sub(r.Start)), r.Zone, r.Lieu}}
}

// asked lists what a decision tells, or a refusal asks to accept, in order.
func asked(d Decision, err error) []Code {
	r := RefusalOf(err)
	switch {
	case r == nil:
		return codes(d.Warnings)
	case r.Code == CodeWarnings:
		return codes(r.Warnings)
	}
	return []Code{r.Code}
}

func (m *monde) read(t *testing.T, id RdvID) *Rdv {
	t.Helper()
	r, ans := Get[*Rdv](m.faits, NounRdv, string(id))
	if ans != Yes {
		t.Fatalf("rdv %s is not there", id)
	}
	return r
}

// Each line books at the desk of Thomas and tells what he is asked.
func TestBookWarns(t *testing.T) {
	tests := []struct {
		name  string
		setup func(m *monde)
		book  func(m *monde) *BookRdv
		want  []Code
	}{
		{"free", nil, func(m *monde) *BookRdv {
			return m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
		}, nil},
		{"E22 Christmas by hand", nil, func(m *monde) *BookRdv {
			return m.booking(1, "2026-12-25 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
		}, []Code{WarnFerie}},
		{"E53 the same twice", func(m *monde) { m.rdv(9, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia) },
			func(m *monde) *BookRdv {
				return m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
			}, []Code{CodeDuplicate}},
		{"E53 the first is cancelled", func(m *monde) {
			r := m.rdv(9, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
			r.Status, r.Occupations = StatusExcused, nil
			busy := &Occupation{ID: OccupationID(m.Derive("occupation", r.Key(), string(m.thomas)))}
			m.Apply(Decision{Changes: []Change{{After: r}, {Before: busy}}})
		}, func(m *monde) *BookRdv {
			return m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
		}, nil},
		{"E54 a hole of ten minutes", func(m *monde) { m.rdv(9, "2026-11-24 08:30", m.accueil, []AgentID{m.thomas}, m.jean) },
			func(m *monde) *BookRdv {
				return m.booking(1, "2026-11-24 09:10", m.accueil, []AgentID{m.thomas}, m.nadia)
			}, []Code{WarnHole}},
		{"E54 right after", func(m *monde) { m.rdv(9, "2026-11-24 08:30", m.accueil, []AgentID{m.thomas}, m.jean) },
			func(m *monde) *BookRdv {
				return m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
			}, nil},
		{"E54 forty-seven minutes after", func(m *monde) { m.rdv(9, "2026-11-24 08:30", m.accueil, []AgentID{m.thomas}, m.jean) },
			func(m *monde) *BookRdv {
				return m.booking(1, "2026-11-24 09:47", m.accueil, []AgentID{m.thomas}, m.nadia)
			}, nil},
		{"E55 same motif same day", func(m *monde) { m.rdv(9, "2026-11-24 15:00", m.accueil, []AgentID{m.claire}, m.nadia) },
			func(m *monde) *BookRdv {
				return m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
			}, []Code{WarnSameMotif}},
		{"E55 another motif", func(m *monde) { m.rdv(9, "2026-11-24 15:00", m.telephone, []AgentID{m.claire}, m.nadia) },
			func(m *monde) *BookRdv {
				return m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
			}, nil},
		{"E56 a plage elsewhere", func(m *monde) { m.plage(1, m.thomas, "2026-11-24", "08:00", "12:00", m.accueil) },
			func(m *monde) *BookRdv {
				a := m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
				a.Lieu = m.annexe.ID
				return a
			}, []Code{WarnOtherLieu}},
		{"E58 in the past", nil, func(m *monde) *BookRdv {
			return m.booking(1, "2026-11-20 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
		}, []Code{WarnInPast}},
		{"E31 absent, in any organisation", func(m *monde) { m.absence(1, m.thomas, "2026-11-24", "08:00", "12:00") },
			func(m *monde) *BookRdv {
				return m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
			}, []Code{WarnAbsent}},
		{"E3 a summer Rdv beside a winter absence", func(m *monde) {
			a := m.absence(1, m.thomas, "2026-01-06", "08:00", "09:00")
			a.RRule = "FREQ=WEEKLY"
			m.put(a)
		}, func(m *monde) *BookRdv {
			return m.booking(1, "2027-07-06 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
		}, nil},
		{"E59 phone, the responsable has one", nil, func(m *monde) *BookRdv {
			return m.booking(1, "2026-11-24 09:00", m.telephone, []AgentID{m.thomas}, m.sami)
		}, nil},
		{"E59 phone, nobody has one", nil, func(m *monde) *BookRdv {
			return m.booking(1, "2026-11-24 09:00", m.telephone, []AgentID{m.thomas}, m.elodie)
		}, []Code{CodeNoPhone}},
		{"E60 visio, neither email nor mobile", func(m *monde) { m.elodie.Email = ""; m.put(m.elodie) }, func(m *monde) *BookRdv {
			return m.booking(1, "2026-11-24 09:00", m.visio, []AgentID{m.thomas}, m.elodie)
		}, []Code{CodeNoContact}},
		{"home, no address", nil, func(m *monde) *BookRdv {
			return m.booking(1, "2026-11-24 09:00", m.domicile, []AgentID{m.thomas}, m.jean)
		}, []Code{CodeNoAddress}},
		{"nobody to receive", nil, func(m *monde) *BookRdv {
			return m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas})
		}, []Code{CodeNoUsager}},
		{"E121 a motif of another service", nil, func(m *monde) *BookRdv {
			return m.booking(1, "2026-11-24 09:00", m.consultation, []AgentID{m.nathalie}, m.nadia)
		}, []Code{CodeForbidden}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMonde()
			if tt.setup != nil {
				tt.setup(m)
			}
			if got := asked(m.do(m.thomas, tt.book(m), proposed)); !slices.Equal(got, tt.want) {
				t.Errorf("asked %v, want %v", got, tt.want)
			}
		})
	}
}

// E57, E29: what one may not read is told without name, motif nor hour.
func TestWarningTellsNothingOfWhatOneMayNotRead(t *testing.T) {
	m := newMonde()
	hidden := m.rdv(9, "2026-11-24 09:15", m.pesee, []AgentID{m.aissatou}, m.rose)
	_, err := m.do(m.thomas, m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.aissatou}, m.nadia), proposed)
	r := RefusalOf(err)
	if r == nil || len(r.Warnings) != 1 || r.Warnings[0].Code != WarnOverlap {
		t.Fatalf("got %v, want one overlap", err)
	}
	if want := "Un autre rendez-vous occupe déjà cet agent à cette heure."; r.Warnings[0].Message != want {
		t.Errorf("message %q, want %q", r.Warnings[0].Message, want)
	}
	replica := m.faits.replica(m.thomas)
	if _, ans := replica.Record(NounRdv, hidden.Key()); ans == Yes {
		t.Fatal("the desk of Thomas holds an Rdv of another service")
	}
	_, err = m.on(replica, m.thomas, m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.aissatou}, m.nadia), proposed)
	if got := asked(Decision{}, err); !slices.Equal(got, []Code{WarnBusy}) {
		t.Errorf("on his desk: %v, want busy", got)
	}
}

// What was accepted as busy time on a desk is accepted for the Rdv behind it.
func TestAcceptedBusyIsAcceptedOverlap(t *testing.T) {
	m := newMonde()
	m.rdv(9, "2026-11-24 09:15", m.pesee, []AgentID{m.aissatou}, m.rose)
	book := m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.aissatou}, m.nadia)
	_, err := m.on(m.faits.replica(m.thomas), m.thomas, book, proposed)
	seen := RefusalOf(err).Warnings
	d, err := m.do(m.thomas, book, from("desk-1", nil), accepting(seen...))
	if err != nil || d.Verdict != Applied {
		t.Errorf("verdict %s, error %v; want applied", d.Verdict, err)
	}
}

// E136, E137 (rows 4 and 5): two agents book a colleague at one time; both
// stand, one conflit names both.
func TestOverlapFoundByTheServerIsAConflit(t *testing.T) {
	m := newMonde()
	if _, err := m.do(m.claire, m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia), from("desk-1", nil)); err != nil {
		t.Fatal(err)
	}
	d, err := m.do(m.sylvie, m.booking(2, "2026-11-24 09:15", m.accueil, []AgentID{m.thomas}, m.jean), from("desk-2", nil))
	if err != nil || d.Verdict != Conflict {
		t.Fatalf("verdict %s, error %v; want conflict", d.Verdict, err)
	}
	open := m.Conflits(Ref{NounRdv, id('r', 1)})
	if len(open) != 1 || open[0].Code != ConflitOverlap || len(open[0].Sides) != 2 {
		t.Fatalf("conflits %+v, want one overlap of two", open)
	}
	if want := []AgentID{m.claire, m.sylvie, m.thomas}; !slices.Equal(open[0].Authors, sortedAgents(want)) {
		t.Errorf("informed %v, want %v", open[0].Authors, want)
	}
	if _, err := m.do(m.sylvie, moveTo(m.read(t, RdvID(id('r', 2))), "2026-11-24 10:00"), from("desk-2", nil)); err != nil {
		t.Fatal(err)
	}
	if left := m.Conflits(Ref{NounRdv, id('r', 1)}); len(left) != 0 {
		t.Errorf("moving away leaves %d conflits open", len(left))
	}
}

// Row 23: the same Rdv booked on two desks stands twice, and is told.
func TestSameRdvOnTwoDesks(t *testing.T) {
	m := newMonde()
	for n := 1; n <= 2; n++ {
		d, err := m.do(m.claire, m.booking(n, "2026-11-24 09:00", m.accueil, []AgentID{m.claire}, m.nadia), from("desk-"+string(rune('0'+n)), nil))
		if err != nil {
			t.Fatal(err)
		}
		if n == 2 && d.Verdict != Conflict {
			t.Errorf("verdict %s, want conflict", d.Verdict)
		}
	}
	var found []ConflitCode
	for _, c := range m.Conflits(Ref{NounRdv, id('r', 1)}) {
		found = append(found, c.Code)
	}
	if !slices.Contains(found, ConflitDuplicateRdv) {
		t.Errorf("conflits %v, want duplicate_rdv", found)
	}
}

// Rows 2, 3 and 10: what a move meets when somebody else was there first.
func TestMoveMeets(t *testing.T) {
	tests := []struct {
		name   string
		before func(t *testing.T, m *monde, r *Rdv)
		want   Verdict
		open   ConflitCode
		at     string // where the Rdv stands in the end
	}{
		{"nothing", func(*testing.T, *monde, *Rdv) {}, Applied, "", "2026-11-24 11:00"},
		{"row 2: the same move", func(t *testing.T, m *monde, r *Rdv) {
			m.must(t, m.sylvie, moveTo(r, "2026-11-24 11:00"), from("desk-2", nil))
		}, Merged, "", "2026-11-24 11:00"},
		{"row 3: another move", func(t *testing.T, m *monde, r *Rdv) {
			m.must(t, m.sylvie, moveTo(r, "2026-11-24 15:00"), from("desk-2", nil))
		}, Conflict, ConflitMoved, "2026-11-24 15:00"},
		{"E138 row 10: the usager cancelled", func(t *testing.T, m *monde, r *Rdv) {
			m.must(t, "", &CancelRdv{Rdv: r.ID, By: "usager"}, func(o *order) { o.by = Author{Kind: AuthorUsager, Usager: m.nadia.ID, Rdv: r.ID} })
		}, Conflict, ConflitCancelledMoved, "2026-11-24 09:00"},
		{"row 1: somebody wrote a note", func(t *testing.T, m *monde, r *Rdv) {
			m.must(t, m.sylvie, &ReviseRdv{Rdv: r.ID, Context: &TextEdit{Now: "Apporte ses papiers"}}, from("desk-2", nil))
		}, Applied, "", "2026-11-24 11:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMonde()
			r := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
			tt.before(t, m, r)
			d, err := m.do(m.thomas, moveTo(r, "2026-11-24 11:00"), from("desk-1", nil))
			if err != nil {
				t.Fatal(err)
			}
			if d.Verdict != tt.want {
				t.Errorf("verdict %s, want %s", d.Verdict, tt.want)
			}
			if got := m.read(t, r.ID); !got.Start.Equal(paris(tt.at)) {
				t.Errorf("starts %v, want %v", got.Start, paris(tt.at))
			}
			open := m.Conflits(RefOf(r))
			if tt.open != "" && (len(open) != 1 || open[0].Code != tt.open || open[0].Wanted["start"] != "2026-11-24T10:00:00Z") {
				t.Errorf("conflits %+v, want %s with the slot that was wanted", open, tt.open)
			}
		})
	}
}

// E62, E107: one UID, and a sequence that rises at each move, cancellation and
// return.
func TestSequence(t *testing.T) {
	m := newMonde()
	m.must(t, m.thomas, m.booking(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia))
	steps := []struct {
		name string
		args func(r *Rdv) Args
		want int
	}{
		{"booked", nil, 0},
		{"moved", func(r *Rdv) Args { return moveTo(r, "2026-11-24 10:00") }, 1},
		{"moved again", func(r *Rdv) Args { return moveTo(r, "2026-11-24 14:00") }, 2},
		{"E64 another agent", func(r *Rdv) Args { return &ReviseRdv{Rdv: r.ID, AddAgents: []AgentID{m.claire}} }, 2},
		{"a note", func(r *Rdv) Args { return &ReviseRdv{Rdv: r.ID, Context: &TextEdit{Now: "Rien de plus"}} }, 2},
		{"cancelled", func(r *Rdv) Args { return &CancelRdv{Rdv: r.ID, By: "service"} }, 3},
		{"back", func(r *Rdv) Args { return &MarkRdv{Rdv: r.ID, Status: StatusUnknown, Was: StatusRevoked} }, 4},
	}
	for _, s := range steps {
		if s.args != nil {
			m.must(t, m.thomas, s.args(m.read(t, RdvID(id('r', 1)))))
		}
		if got := m.read(t, RdvID(id('r', 1))); got.Sequence != s.want {
			t.Errorf("%s: sequence %d, want %d", s.name, got.Sequence, s.want)
		}
	}
}

// E74: the last agent stays.
func TestLastAgentStays(t *testing.T) {
	m := newMonde()
	r := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	_, err := m.do(m.thomas, &ReviseRdv{Rdv: r.ID, RemoveAgents: []AgentID{m.thomas}})
	if ref := RefusalOf(err); ref == nil || ref.Code != CodeNoAgent {
		t.Errorf("got %v, want no_agent", err)
	}
}

// E141 (row 21): an Rdv whose start passed before the server heard of it stands.
func TestBegunBeforeTheSync(t *testing.T) {
	m := newMonde()
	book := m.booking(1, "2026-11-23 08:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	d, err := m.do(m.thomas, book, from("desk-1", nil), func(o *order) { o.at = m.now.Add(-3 * time.Hour) })
	if err != nil || d.Verdict != Conflict || d.Code != CodeBegan {
		t.Errorf("verdict %s, code %s, error %v; want conflict, began", d.Verdict, d.Code, err)
	}
	open := m.Conflits(Ref{NounRdv, string(book.Rdv)})
	if len(open) != 1 || open[0].Code != ConflitBegan || !slices.Equal(open[0].Authors, []AgentID{m.thomas}) {
		t.Fatalf("the author alone is told: %+v", open)
	}
	if got := Readers(m, open[0]); len(got) != 1 || got[0].Scope != AgendaScope(m.thomas) {
		t.Errorf("readers = %v, want the author's own agenda", got)
	}
	m.must(t, m.thomas, &CloseConflit{open[0].ID, "told"})
	if m.read(t, book.Rdv).Cancelled() || look(t, m, open[0]).Open() {
		t.Error("the rdv stands, and the author was told")
	}
}

// E25: a day that becomes a holiday leaves the Rdv made before as it is.
func TestHolidayLeavesRdvs(t *testing.T) {
	m := newMonde()
	m.territoire.Holidays = "none"
	m.put(m.territoire)
	m.must(t, m.thomas, m.booking(1, "2026-12-25 09:00", m.accueil, []AgentID{m.thomas}, m.nadia))
	before := m.read(t, RdvID(id('r', 1)))
	m.must(t, "", &ReviseRecord{Noun: NounTerritoire, ID: m.territoire.Key(), Fields: map[string]Edit{"holidays": {Now: []byte(`"metropole"`)}}}, system)
	if after := m.read(t, before.ID); after.Revision != before.Revision || after.Cancelled() {
		t.Errorf("the Rdv changed: %+v", after)
	}
}

// A zone that changed since the author read it: the hour on the wall stays.
func TestBookKeepsTheWallClock(t *testing.T) {
	m := newMonde()
	m.mairie.Zone = "Indian/Reunion"
	m.put(m.mairie)
	m.must(t, m.thomas, m.booking(1, "2026-07-06 09:00", m.accueil, []AgentID{m.thomas}, m.nadia))
	r := m.read(t, RdvID(id('r', 1)))
	if want := time.Date(2026, 7, 6, 5, 0, 0, 0, time.UTC); !r.Start.Equal(want) || r.From.String() != "09:00" || r.Zone != "Indian/Reunion" {
		t.Errorf("E8: %v %s %s, want %v 09:00 Indian/Reunion", r.Start, r.From, r.Zone, want)
	}
}
