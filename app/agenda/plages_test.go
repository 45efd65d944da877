package agenda

import (
	"slices"
	"testing"
)

// open is a plage of Thomas at the mairie on Mondays, with changes.
func (m *monde) open(set func(p *PlageOuverture)) *OpenPlage {
	p := PlageOuverture{ID: PlageID(id('p', 50)), Organisation: m.ccas.ID, Agent: m.thomas, Lieu: m.mairie.ID, Motifs: []MotifID{m.accueil.ID},
		Zone: "Europe/Paris", FirstDay: day("2026-11-23"), From: hour("09:00"), To: hour("12:00"), RRule: "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO"}
	set(&p)
	return &OpenPlage{p}
}

func TestOpenPlage(t *testing.T) {
	m := newMonde()
	m.plage(1, m.thomas, "2026-11-24", "09:00", "12:00", m.accueil) // Tuesdays
	far := m.plage(2, m.thomas, "2027-06-07", "09:00", "12:00", m.accueil)
	far.RRule = ""
	m.put(far)
	tests := []struct {
		name string
		by   AgentID
		set  func(p *PlageOuverture)
		want Code
		warn []Code
	}{
		{"mine", m.thomas, func(*PlageOuverture) {}, "", nil},
		{"by a colleague of the same service", m.aissatou, func(*PlageOuverture) {}, "", nil},
		{"by the secretariat", m.sylvie, func(*PlageOuverture) {}, "", nil},
		{"by a colleague of another service", m.nathalie, func(*PlageOuverture) {}, CodeForbidden, nil},
		{"by an admin elsewhere", m.marc, func(*PlageOuverture) {}, CodeForbidden, nil},
		{"of an agent who is not there", m.claire, func(p *PlageOuverture) { p.Agent = m.marc }, CodeForbidden, nil},
		{"without a lieu, in an office", m.thomas, func(p *PlageOuverture) { p.Lieu = "" }, CodeNoLieu, nil},
		{"E46 without a lieu, by phone", m.thomas, func(p *PlageOuverture) { p.Lieu, p.Motifs = "", []MotifID{m.telephone.ID} }, "", nil},
		{"E46 phone and office together", m.thomas, func(p *PlageOuverture) { p.Motifs = append(p.Motifs, m.telephone.ID) }, "", nil},
		{"motif of another organisation", m.thomas, func(p *PlageOuverture) { p.Motifs = []MotifID{m.pesee.ID} }, CodeMotifMismatch, nil},
		{"lieu of another organisation", m.thomas, func(p *PlageOuverture) { p.Lieu = m.centre.ID }, CodeMotifMismatch, nil},
		{"motif collectif", m.thomas, func(p *PlageOuverture) { p.Motifs = []MotifID{m.atelier.ID} }, CodeInvalid, nil},
		{"no motif", m.thomas, func(p *PlageOuverture) { p.Motifs = nil }, CodeInvalid, nil},
		{"ends before it begins", m.thomas, func(p *PlageOuverture) { p.To = hour("08:00") }, CodeInvalid, nil},
		{"a rule that counts", m.thomas, func(p *PlageOuverture) { p.RRule = "FREQ=WEEKLY;COUNT=3" }, CodeInvalid, nil},
		{"over another of mine", m.thomas, func(p *PlageOuverture) { p.RRule = "FREQ=WEEKLY;BYDAY=MO,TU" }, "", []Code{WarnPlageOverlap}},
		{"beside another of mine", m.thomas, func(p *PlageOuverture) {
			p.RRule, p.From, p.To = "FREQ=WEEKLY;BYDAY=TU", hour("12:00"), hour("13:00")
		}, "", nil},
		{"over one in seven months", m.thomas, func(p *PlageOuverture) { p.FirstDay, p.RRule = day("2027-06-07"), "" }, "", nil},
		{"shorter than its motif", m.thomas, func(p *PlageOuverture) { p.To = hour("09:29") }, "", []Code{WarnMotifTooLong}},
		{"just as long", m.thomas, func(p *PlageOuverture) { p.To = hour("09:30") }, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &monde{faits: m.part(everything), now: m.now}
			f.whole = true
			d, err := f.do(tt.by, m.open(tt.set))
			wants(t, err, tt.want)
			if err == nil && !slices.Equal(codes(d.Warnings), tt.warn) {
				t.Errorf("warnings = %v, want %v", codes(d.Warnings), tt.warn)
			}
		})
	}
}

func TestPlageTakesItsZoneFromTheWall(t *testing.T) {
	m := newMonde()
	m.mairie.Zone = "Indian/Reunion"
	m.put(m.mairie)
	m.must(t, m.thomas, m.open(func(p *PlageOuverture) { p.Zone = "America/New_York" }))
	if p := look(t, m, &PlageOuverture{ID: PlageID(id('p', 50))}); p.Zone != "Indian/Reunion" {
		t.Errorf("zone = %s", p.Zone)
	}
}

func TestArchivedIsRefusedOnlyBeforeTheForm(t *testing.T) {
	m := newMonde()
	m.mairie.Archived = true
	m.put(m.mairie)
	wants(t, second(m.on(m.part(everything), m.thomas, m.open(func(*PlageOuverture) {}), proposed)), CodeInvalid)
	m.must(t, m.thomas, m.open(func(*PlageOuverture) {}), from("poste-1", nil))
}

func TestE50OneOccurrenceRemoved(t *testing.T) {
	m := newMonde()
	p := m.plage(1, m.thomas, "2026-11-23", "09:00", "12:00", m.accueil)
	r := m.rdv(1, "2026-11-30 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	m.must(t, m.thomas, &ReviseRecord{NounPlage, p.Key(), sets("exdates", `["2026-11-30"]`)})
	month := Span{paris("2026-11-23 00:00"), paris("2026-12-08 00:00")}
	if got := look(t, m, p).Spans(month); len(got) != 2 {
		t.Errorf("occurrences = %v", got)
	}
	look(t, m, r)
}

func TestRow18SeriesAndOneOccurrence(t *testing.T) {
	m := newMonde()
	p := m.plage(1, m.thomas, "2026-11-23", "09:00", "12:00", m.accueil)
	seen := map[string]int64{p.Key(): 1}
	m.must(t, m.thomas, &ReviseRecord{NounPlage, p.Key(), sets("overrides", `[{"day":"2026-11-30","from":"10:00","to":"11:00"}]`)}, from("poste-1", seen))
	d := m.must(t, m.sylvie, &ReviseRecord{NounPlage, p.Key(), sets("to", `"13:00"`)}, from("poste-2", seen))
	if now := look(t, m, p); d.Verdict != Merged || len(now.Overrides) != 1 || now.To != hour("13:00") {
		t.Errorf("%s: %+v", d.Verdict, now)
	}
}

func TestPlageIsClosedByWhoMayOpenIt(t *testing.T) {
	m := newMonde()
	p := m.plage(1, m.thomas, "2026-11-23", "09:00", "12:00", m.accueil)
	wants(t, second(m.do(m.nathalie, &RemoveRecord{Noun: NounPlage, ID: p.Key()})), CodeForbidden)
	wants(t, second(m.do(m.nathalie, &ReviseRecord{NounPlage, p.Key(), sets("title", `"x"`)})), CodeForbidden)
	wants(t, second(m.do(m.thomas, &ReviseRecord{NounPlage, p.Key(), sets("agent", `"`+string(m.sylvie)+`"`)})), CodeInvalid)
	m.must(t, m.sylvie, &RemoveRecord{Noun: NounPlage, ID: p.Key()})
}
