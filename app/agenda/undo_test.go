package agenda

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// undoOf is the command that undoes a decision.
func undoOf(t interface {
	Helper()
	Fatal(...any)
}, d Decision) *Undo {
	t.Helper()
	u := &Undo{Of: id('c', 1)}
	for _, c := range d.Changes {
		edits, err := UndoEdits(c)
		if err != nil {
			t.Fatal(err)
		}
		u.Edits = append(u.Edits, edits...)
	}
	body, err := json.Marshal(u) // as it travels
	if err != nil {
		t.Fatal(err)
	}
	sent := &Undo{}
	if err := decodeStrict(body, sent); err != nil {
		t.Fatal(err)
	}
	return sent
}

// plain is every record in what a person reads of it: without stamps, and
// without what the server derives.
func (m *monde) plain() map[Ref]string {
	images := map[Ref]string{}
	for ref, r := range m.rows {
		fields, err := fieldsOf(r)
		if err != nil {
			panic(err)
		}
		for key := range fields {
			if unmarked(key) {
				delete(fields, key)
			}
		}
		body, err := json.Marshal(fields)
		if err != nil {
			panic(err)
		}
		if ref.Noun != NounOccupation {
			images[ref] = string(body)
		}
	}
	return images
}

func sameImages(t interface {
	Helper()
	Errorf(string, ...any)
}, got, want map[Ref]string) {
	t.Helper()
	for ref, w := range want {
		if got[ref] != w {
			t.Errorf("%v\n was %s\n  is %s", ref, w, got[ref])
		}
	}
	for ref := range got {
		if _, ok := want[ref]; !ok {
			t.Errorf("%v was not there", ref)
		}
	}
}

func TestUndoPutsBack(t *testing.T) {
	tests := []struct {
		name string
		by   func(m *monde) AgentID
		args func(m *monde) Args
	}{
		{"a field of a fiche", thomas, func(m *monde) Args {
			return &ReviseUsager{m.nadia.ID, sets("phone", "null", "last_name", `"Roy"`)}
		}},
		{"a profil", thomas, func(m *monde) Args { return &ReviseProfil{m.nadia.ID, m.ccas.ID, sets("notes", `"vue"`)} }},
		{"a new fiche", thomas, func(m *monde) Args {
			return &AddUsager{Usager: m.newcomer("Omar", "Benali"), Organisation: m.ccas.ID, Profil: &Profil{Notes: "vu"}}
		}},
		{"a new child, whose mother joins", thomas, func(m *monde) Args {
			u := m.newcomer("Lina", "Delmas")
			u.Responsable = m.rose.ID
			return &AddUsager{Usager: u, Organisation: m.ccas.ID}
		}},
		{"a child, of a mother whose other child is here", thomas, func(m *monde) Args {
			u := m.newcomer("Lina", "Haddad")
			u.Responsable = m.nadia.ID
			return &AddUsager{Usager: u, Organisation: m.ccas.ID}
		}},
		{"an attachment", marc, func(m *monde) Args { return &AttachUsager{m.elodie.ID, m.maison.ID} }},
		{"a plage opened", thomas, func(m *monde) Args { return m.open(func(p *PlageOuverture) { p.RRule = "" }) }},
		{"the hours of a plage", thomas, func(m *monde) Args {
			return &ReviseRecord{NounPlage, id('p', 1), sets("from", `"10:00"`, "rrule", "null", "title", `"Permanence"`)}
		}},
		{"a plage closed", thomas, func(m *monde) Args { return &RemoveRecord{Noun: NounPlage, ID: id('p', 1)} }},
		{"an absence", thomas, func(m *monde) Args { return m.away(func(*Absence) {}) }},
		{"an absence lifted", thomas, func(m *monde) Args { return &RemoveRecord{Noun: NounAbsence, ID: id('b', 1)} }},
		{"a setting", claire, func(m *monde) Args { return &ReviseRecord{NounMotif, m.visio.Key(), sets("duration_min", "20")} }},
		{"a lieu removed", claire, func(m *monde) Args { return &RemoveRecord{Noun: NounLieu, ID: m.annexe.Key()} }},
		{"a zone, with its rdvs", claire, func(m *monde) Args {
			return &ReviseRecord{NounLieu, m.mairie.Key(), sets("zone", `"Indian/Reunion"`)}
		}},
		{"a role", claire, func(m *monde) Args { return grant(m.thomas, m.ccas, LevelAdmin, m.pmi) }},
		{"a role taken away, with its plages", claire, func(m *monde) Args { return &RevokeRole{m.aissatou, m.ccas.ID} }},
		{"an import", thomas, func(m *monde) Args { return m.events(event("a", "", "Réunion", "2026-11-24 09:00")) }},
		{"an import over another", thomas, func(m *monde) Args {
			return &ImportAgenda{m.thomas, "vieux.ics", []Importe{event("x", "", "Autre", "2026-11-24 09:00")}}
		}},
		{"two fiches merged", thomas, func(m *monde) Args {
			return &MergeUsagers{Keep: m.elodie.ID, Drop: m.jean.ID, Fields: sets("phone", `"+33610000004"`)}
		}},
		{"a mother and her son merged", thomas, func(m *monde) Args { return &MergeUsagers{Keep: m.sami.ID, Drop: m.nadia.ID} }},
		{"an rdv moved", thomas, func(m *monde) Args {
			r, _ := Get[*Rdv](m, NounRdv, id('r', 1))
			to := r.Slot()
			to.Start, to.End, to.Lieu = to.Start.Add(2*time.Hour), to.End.Add(2*time.Hour), m.annexe.ID
			return &MoveRdv{Rdv: r.ID, From: r.Slot(), To: to}
		}},
		{"an rdv cancelled", thomas, func(m *monde) Args { return &CancelRdv{Rdv: RdvID(id('r', 1)), By: "service"} }},
		{"an rdv marked", thomas, func(m *monde) Args { return &MarkRdv{Rdv: RdvID(id('r', 2)), Status: StatusNoShow} }},
		{"a mark taken back", thomas, func(m *monde) Args { return &MarkRdv{Rdv: RdvID(id('r', 3)), Status: StatusUnknown} }},
		{"people of an rdv", thomas, func(m *monde) Args {
			return &ReviseRdv{Rdv: RdvID(id('r', 1)), AddAgents: []AgentID{m.claire}, Add: []Participation{{Usager: m.elodie.ID}},
				Remove: []UsagerID{m.jean.ID}, Context: &TextEdit{Now: "interprète"}}
		}},
		{"an rdv deleted", claire, func(m *monde) Args { return &DeleteRdv{RdvID(id('r', 2))} }},
		{"a conflit closed", thomas, func(m *monde) Args { return &CloseConflit{ConflitID(id('k', 1)), "keep"} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := busyMonde()
			before := m.plain()
			d := m.must(t, tt.by(m), tt.args(m))
			if len(differing(before, m.plain())) == 0 {
				t.Fatal("the command changed nothing")
			}
			undone := m.must(t, tt.by(m), undoOf(t, d))
			sameImages(t, m.plain(), before)
			if slices.Contains(codes(undone.Warnings), WarnChangedSince) {
				t.Errorf("nobody changed anything: %v", undone.Warnings)
			}
		})
	}
}

// differing lists what differs between two states.
func differing(a, b map[Ref]string) []Ref {
	var refs []Ref
	for ref := range a {
		if a[ref] != b[ref] {
			refs = append(refs, ref)
		}
	}
	for ref := range b {
		if _, ok := a[ref]; !ok {
			refs = append(refs, ref)
		}
	}
	return refs
}

func thomas(m *monde) AgentID { return m.thomas }
func claire(m *monde) AgentID { return m.claire }
func marc(m *monde) AgentID   { return m.marc }

// busyMonde is the monde with something of everything to undo.
func busyMonde() *monde {
	m := newMonde()
	m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia, m.jean)
	m.rdv(2, "2026-11-20 09:00", m.accueil, []AgentID{m.thomas}, m.elodie)
	seen := m.rdv(3, "2026-11-19 09:00", m.accueil, []AgentID{m.thomas}, m.elodie, m.jean)
	seen.Status = StatusSeen
	sent := &Recu{ID: RecuID(id('q', 1)), Rdv: RdvID(id('r', 1)), Usager: m.jean.ID, Channel: "mail", Kind: "request", State: RecuSent}
	m.plage(1, m.thomas, "2026-11-23", "09:00", "12:00", m.accueil)
	m.plage(2, m.aissatou, "2026-11-24", "09:00", "12:00", m.accueil)
	m.absence(1, m.thomas, "2026-12-15", "09:00", "12:00")
	k := &Conflit{ID: ConflitID(id('k', 1)), Territoire: m.territoire.ID, Code: ConflitMoved, Sides: []Ref{RefOf(seen)}, OpenedAt: m.now}
	m.put(seen, sent, k)
	if _, err := m.do(m.thomas, &ImportAgenda{m.thomas, "vieux.ics", []Importe{event("v", "", "Ancien", "2026-11-27 09:00")}}); err != nil {
		panic(err)
	}
	return m
}

func TestUndoOfABookingWithdrawsIt(t *testing.T) {
	m := newMonde()
	start := paris("2026-11-24 09:00")
	book := &BookRdv{Rdv: RdvID(id('r', 9)), Organisation: m.ccas.ID, Motif: m.accueil.ID, Lieu: m.mairie.ID, Start: start,
		End: start.Add(m.accueil.Duration()), Zone: "Europe/Paris", Agents: []AgentID{m.thomas}, Participations: []Participation{{Usager: m.nadia.ID}}}
	d := m.must(t, m.thomas, book)
	undo := undoOf(t, d)
	m.must(t, m.thomas, undo)
	r := look(t, m, &Rdv{ID: book.Rdv})
	if r.Status != StatusRevoked || r.CancelledAt == nil || r.Sequence != 1 {
		t.Errorf("withdrawn = %s at %v, sequence %d", r.Status, r.CancelledAt, r.Sequence)
	}
	if len(m.Occupations(m.thomas, r.Span())) > 0 {
		t.Error("the time is free again")
	}
	wants(t, second(m.do(m.thomas, undo)), CodeNothingToUndo)
}

func TestUndoLeavesWhatSomebodyChanged(t *testing.T) {
	m := newMonde()
	d := m.must(t, m.thomas, &ReviseUsager{m.nadia.ID, sets("address", `"2 rue Haute"`, "phone", `"+33612345678"`)}, from("poste-1", nil))
	undo := undoOf(t, d)
	m.must(t, m.sylvie, &ReviseUsager{m.nadia.ID, sets("phone", `"+33612345679"`)}, from("poste-2", nil))

	_, err := m.on(m.part(everything), m.thomas, undo, proposed)
	wants(t, err, CodeWarnings)
	w := RefusalOf(err).Warnings
	if len(w) != 1 || w[0].Code != WarnChangedSince || !strings.HasSuffix(w[0].Message, "laissé tel quel : téléphone.") || !has(w[0].Records, m.nadia) {
		t.Errorf("warnings = %v", w)
	}
	done := m.must(t, m.thomas, undo, from("poste-1", nil))
	u := look(t, m, m.nadia)
	if done.Verdict != Merged || u.Address != m.nadia.Address || u.Phone != "+33612345679" {
		t.Errorf("%s: %q %q", done.Verdict, u.Address, u.Phone)
	}
	if len(m.Conflits(RefOf(m.nadia))) > 0 {
		t.Error("what is left is nobody's conflict")
	}
	wants(t, second(m.do(m.thomas, undo, from("poste-1", nil))), CodeNothingToUndo)
}

func TestUndoIsNoWayAround(t *testing.T) {
	m := busyMonde()
	m.rdv(4, "2026-11-24 16:00", m.consultation, []AgentID{m.nathalie}, m.nadia)
	obj := func(pairs ...string) json.RawMessage {
		values := map[string]json.RawMessage{}
		for i := 0; i < len(pairs); i += 2 {
			values[pairs[i]] = json.RawMessage(pairs[i+1])
		}
		b, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	null := json.RawMessage("null")
	image := func(r Record) json.RawMessage {
		b, err := Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	value := func(r Record, group string) json.RawMessage {
		now, _ := m.Record(r.Noun(), r.Key())
		b, err := groupValue(now, group)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	role := &Role{ID: RoleOf(m.thomas, m.ccas.ID)}
	admin := &Role{ID: RoleOf(m.thomas, m.maison.ID), Agent: m.thomas, Organisation: m.maison.ID, Level: LevelAdmin}
	stranger := &Usager{ID: UsagerID(id('u', 60)), Territoire: m.territoire.ID, FirstName: "Ada", LastName: "Noir"}
	rdv1, rdv4 := &Rdv{ID: RdvID(id('r', 1))}, &Rdv{ID: RdvID(id('r', 4))}
	tests := []struct {
		name string
		edit UndoEdit
		want Code
	}{
		{"the id of a fiche", UndoEdit{NounUsager, m.nadia.Key(), "id", obj("id", `"x"`), obj()}, CodeInvalid},
		{"a key of another group", UndoEdit{NounUsager, m.nadia.Key(), "phone", obj("territoire", `"x"`), value(m.nadia, "phone")}, CodeInvalid},
		{"not an object", UndoEdit{NounUsager, m.nadia.Key(), "phone", json.RawMessage(`3`), value(m.nadia, "phone")}, CodeInvalid},
		{"a fiche I do not know", UndoEdit{NounUsager, m.rose.Key(), "phone", obj(), value(m.rose, "phone")}, CodeNotFound},
		{"a cycle", UndoEdit{NounUsager, m.nadia.Key(), "responsable", obj("responsable", `"`+m.sami.Key()+`"`), obj()}, CodeResponsableCycle},
		{"a field that is off", UndoEdit{NounProfil, string(ProfilOf(m.nadia.ID, m.ccas.ID)), "caisse", obj("caisse", `"caf"`), obj()}, CodeFieldOff},
		{"my own rights", UndoEdit{NounRole, role.Key(), "level", obj("level", `"admin"`), value(role, "level")}, CodeForbidden},
		{"a role I never had", UndoEdit{NounRole, admin.Key(), "", image(admin), null}, CodeForbidden},
		{"a frozen field", UndoEdit{NounMotif, m.accueil.Key(), "place", obj("place", `"phone"`), value(m.accueil, "place")}, CodeForbidden},
		{"an rdv I may not read", UndoEdit{NounRdv, rdv4.Key(), GroupNote, obj("context", `"lu"`), value(rdv4, GroupNote)}, CodeNotFound},
		{"seen before the day", UndoEdit{NounRdv, rdv1.Key(), GroupStatus, obj("status", `"seen"`), value(rdv1, GroupStatus)}, CodeTransition},
		{"an rdv without agents", UndoEdit{NounRdv, rdv1.Key(), GroupPeople, obj("agents", `[]`), value(rdv1, GroupPeople)}, CodeNoAgent},
		{"a fiche without an organisation", UndoEdit{NounUsager, stranger.Key(), "", image(stranger), null}, CodeNotFound},
		{"the image of another", UndoEdit{NounUsager, id('u', 61), "", image(stranger), null}, CodeInvalid},
		{"an rdv back, not being admin", UndoEdit{NounRdv, id('r', 8), "", []byte(strings.ReplaceAll(string(image(look(t, m, rdv1))), id('r', 1), id('r', 8))), null}, CodeForbidden},
		{"a fiche with an rdv", UndoEdit{NounUsager, m.nadia.Key(), "", null, image(look(t, m, m.nadia))}, CodeUsed},
		{"a conflit settled otherwise", UndoEdit{NounConflit, id('k', 1), "choice", obj("choice", `"merged"`), obj()}, CodeInvalid},
		{"an occupation", UndoEdit{NounOccupation, m.Records(NounMotif, m.ccas.Key())[0].Key(), "", image(&Occupation{ID: OccupationID(id('m', 1))}), null}, CodeInvalid},
		{"nothing", UndoEdit{NounUsager, m.nadia.Key(), "", null, null}, CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := m.image()
			_, err := m.do(m.thomas, &Undo{Of: id('c', 1), Edits: []UndoEdit{tt.edit}})
			wants(t, err, tt.want)
			sameImages(t, m.image(), before)
		})
	}
	wants(t, second(m.do(m.thomas, &Undo{Of: id('c', 1)})), CodeNothingToUndo)
}

func TestUndoOfAnErasureBringsNobodyBack(t *testing.T) {
	m := newMonde()
	d := m.must(t, m.claire, &EraseUsager{m.jean.ID, "request"})
	wants(t, second(m.do(m.claire, undoOf(t, d))), CodeNothingToUndo)
}

// Undoing gives back, of whatever a command changed, all that nobody touched
// since, and touches nothing else.
func TestUndoIsTheInverse(t *testing.T) {
	keys := []string{"first_name", "last_name", "birth_name", "email", "phone", "address", "no_mail"}
	values := map[string][]string{
		"first_name": {`"Ana"`, `"Nadia"`}, "last_name": {`"Roy"`, `"Haddad"`}, "birth_name": {`"Petit"`, "null"},
		"email": {`"n@example.org"`, "null"}, "phone": {`"+33612345678"`, "null"}, "address": {`"ici"`, "null"}, "no_mail": {"true", "false"},
	}
	rapid.Check(t, func(t *rapid.T) {
		m := newMonde()
		pick := func(label string) map[string]Edit {
			fields := map[string]Edit{}
			for _, k := range rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 1, 5, rapid.ID).Draw(t, label) {
				fields[k] = Edit{Now: []byte(rapid.SampledFrom(values[k]).Draw(t, label+" "+k))}
			}
			return fields
		}
		start, _ := fieldsOf(m.nadia)
		d := m.must(t, m.thomas, &ReviseUsager{m.nadia.ID, pick("mine")})
		mine, _ := fieldsOf(m.rows[RefOf(m.nadia)])
		m.must(t, m.sylvie, &ReviseUsager{m.nadia.ID, pick("theirs")})
		theirs, _ := fieldsOf(m.rows[RefOf(m.nadia)])
		if _, err := m.do(m.thomas, undoOf(t, d)); err != nil && code(err) != CodeNothingToUndo {
			t.Fatal(err)
		}
		end, _ := fieldsOf(m.rows[RefOf(m.nadia)])
		for _, k := range keys {
			want := theirs[k]
			if string(mine[k]) != string(start[k]) && string(theirs[k]) == string(mine[k]) {
				want = start[k] // I changed it, and it is still what I made of it
			}
			if string(end[k]) != string(want) {
				t.Errorf("%s = %s, want %s", k, end[k], want)
			}
		}
	})
}
