package agenda

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// newcomer is the fiche that the tests add.
func (m *monde) newcomer(first, last string) Usager {
	return Usager{ID: UsagerID(id('u', 50)), Territoire: m.territoire.ID, FirstName: first, LastName: last}
}

func TestAddUsager(t *testing.T) {
	m := newMonde()
	typed := m.newcomer("Omar", "Benali")
	typed.Revision, typed.Origin, typed.CreatedAt = 9, OriginImport, m.now.AddDate(-3, 0, 0)
	m.must(t, m.thomas, &AddUsager{Usager: typed, Organisation: m.ccas.ID, Profil: &Profil{Notes: "reçu avec sa sœur"}})
	u := look(t, m, &typed)
	if u.Revision != 1 || u.Origin != OriginAgent || !u.CreatedAt.Equal(m.now) {
		t.Errorf("birth = %d %s %s: not the author's word", u.Revision, u.Origin, u.CreatedAt)
	}
	p := look(t, m, &Profil{ID: ProfilOf(u.ID, m.ccas.ID)})
	if p.Notes != "reçu avec sa sœur" {
		t.Errorf("notes = %q", p.Notes)
	}
}

func TestAddUsagerRefused(t *testing.T) {
	m := newMonde()
	other := TerritoireID(id('t', 2))
	tests := []struct {
		name  string
		by    AgentID
		typed func(a *AddUsager)
		want  Code
		field string
	}{
		{"phone as typed, not as stored", m.thomas, func(a *AddUsager) { a.Usager.Phone = "06 12 34 56 78" }, CodeInvalid, "phone"},
		{"email with capitals", m.thomas, func(a *AddUsager) { a.Usager.Email = "Omar@Example.org" }, CodeInvalid, "email"},
		{"no last name", m.thomas, func(a *AddUsager) { a.Usager.LastName = " " }, CodeInvalid, "last_name"},
		{"born tomorrow", m.thomas, func(a *AddUsager) { a.Usager.BirthDate = day("2026-11-26") }, CodeInvalid, "birth_date"},
		{"born 131 years ago", m.thomas, func(a *AddUsager) { a.Usager.BirthDate = day("1895-11-01") }, CodeInvalid, "birth_date"},
		{"of another territoire", m.thomas, func(a *AddUsager) { a.Usager.Territoire = other }, CodeInvalid, "territoire"},
		{"field that the organisation keeps off", m.thomas, func(a *AddUsager) { a.Profil = &Profil{Caisse: "caf"} }, CodeFieldOff, "caisse"},
		{"field that the territoire forbids", m.marc, func(a *AddUsager) {
			a.Organisation, a.Profil = m.maison.ID, &Profil{Logement: "locataire"}
		}, CodeFieldOff, "logement"},
		{"id taken", m.thomas, func(a *AddUsager) { a.Usager.ID = m.jean.ID }, CodeExists, ""},
		{"not my organisation", m.marc, func(a *AddUsager) {}, CodeForbidden, ""},
		{"intervenant", m.louis, func(a *AddUsager) {}, CodeForbidden, ""},
		{"responsable who does not exist", m.thomas, func(a *AddUsager) { a.Usager.Responsable = UsagerID(id('u', 99)) }, CodeNotFound, ""},
		{"one's own responsable", m.thomas, func(a *AddUsager) { a.Usager.Responsable = a.Usager.ID }, CodeResponsableCycle, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &AddUsager{Usager: m.newcomer("Omar", "Benali"), Organisation: m.ccas.ID}
			tt.typed(a)
			_, err := m.do(tt.by, a)
			wants(t, err, tt.want)
			if r := RefusalOf(err); r != nil && tt.field != "" && r.Field != tt.field {
				t.Errorf("field = %q, want %q", r.Field, tt.field)
			}
		})
	}
}

func TestDuplicates(t *testing.T) {
	m := newMonde()
	tests := []struct {
		name  string
		typed func(u *Usager)
		want  []Code
	}{
		{"E85 same identity, other spelling", func(u *Usager) {
			u.FirstName, u.LastName, u.BirthDate = "elodie", "lefevre", day("1990-01-02")
		}, []Code{WarnSameIdentity}},
		{"E85 other birth date", func(u *Usager) {
			u.FirstName, u.LastName, u.BirthDate = "elodie", "lefevre", day("1990-01-03")
		}, nil},
		{"same name, no birth date", func(u *Usager) { u.FirstName, u.LastName = "elodie", "lefevre" }, nil},
		{"E86 same email", func(u *Usager) { u.Email = "jean@example.org" }, []Code{WarnSameEmail}},
		{"E87 same phone", func(u *Usager) { u.Phone = "+33610000004" }, []Code{WarnSamePhone}},
		{"email and phone, one warning each", func(u *Usager) { u.Email, u.Phone = "jean@example.org", "+33610000004" }, []Code{WarnSameEmail, WarnSamePhone}},
		{"a child with the phone of its mother", func(u *Usager) { u.Responsable, u.Phone = m.nadia.ID, "+33610000001" }, nil},
		{"nobody like that", func(u *Usager) { u.Email = "omar@example.org" }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u := m.newcomer("Omar", "Benali")
			tt.typed(&u)
			var got []Code
			for _, l := range Lookalikes(m, nil, &u) {
				got = append(got, l.Code)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("lookalikes = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestE86DuplicateIsAcceptedForThatPersonOnly(t *testing.T) {
	m := newMonde()
	add := &AddUsager{Usager: m.newcomer("Jean", "Morel"), Organisation: m.ccas.ID}
	add.Usager.Email = "jean@example.org"
	_, err := m.on(m.part(everything), m.thomas, add, proposed)
	wants(t, err, CodeWarnings)
	w := RefusalOf(err).Warnings
	if len(w) != 1 || !has(w[0].Records, m.jean) || !strings.Contains(w[0].Message, "Jean Morel") {
		t.Fatalf("warnings = %v", w)
	}
	_, err = m.on(m.part(everything), m.thomas, add, proposed, accepting(Warning{Code: WarnSameEmail, Records: []Ref{RefOf(m.nadia)}}))
	wants(t, err, CodeWarnings)
	_, err = m.on(m.part(everything), m.thomas, add, proposed, accepting(w...))
	wants(t, err, "")
}

func everything(Record) bool { return true }

func TestDuplicateOfAnotherOrganisationHasNoName(t *testing.T) {
	m := newMonde()
	add := &AddUsager{Usager: m.newcomer("Rosa", "Delmas"), Organisation: m.ccas.ID}
	add.Usager.Phone = m.rose.Phone
	d := m.must(t, m.thomas, add)
	if len(d.Warnings) != 1 {
		t.Fatalf("warnings = %v", d.Warnings)
	}
	if text := d.Warnings[0].Message; strings.Contains(text, "Delmas") || !strings.Contains(text, "connue d’une autre organisation du territoire") {
		t.Errorf("message = %q", text)
	}
}

func TestE88AddressAloneSearchesNothing(t *testing.T) {
	m := newMonde()
	m.jean.Email = m.elodie.Email
	m.put(m.jean)
	d := m.must(t, m.thomas, &ReviseUsager{Usager: m.jean.ID, Fields: sets("address", `"9 rue Neuve, 62999 Montbrun"`)})
	if len(d.Warnings) > 0 {
		t.Errorf("warnings = %v", d.Warnings)
	}
	d = m.must(t, m.thomas, &ReviseUsager{Usager: m.jean.ID, Fields: sets("phone", `"+33610000001"`)})
	if !slices.Equal(codes(d.Warnings), []Code{WarnSamePhone}) {
		t.Errorf("warnings = %v", d.Warnings)
	}
}

func TestE89SameEmailOnTwoDesktops(t *testing.T) {
	m := newMonde()
	first := &AddUsager{Usager: m.newcomer("Omar", "Benali"), Organisation: m.ccas.ID}
	second := &AddUsager{Usager: m.newcomer("O.", "Benali"), Organisation: m.maison.ID}
	second.Usager.ID = UsagerID(id('u', 51))
	first.Usager.Email, second.Usager.Email = "omar@example.org", "omar@example.org"
	m.must(t, m.thomas, first, from("poste-1", nil))
	d := m.must(t, m.marc, second, from("poste-2", nil))
	if d.Verdict != Conflict {
		t.Errorf("verdict = %s", d.Verdict)
	}
	open := m.Conflits(Ref{NounUsager, id('u', 50)})
	if len(open) != 1 || open[0].Code != ConflitDuplicateUsager || !has(open[0].Sides, &second.Usager) {
		t.Fatalf("conflits = %v", open)
	}
	look(t, m, &first.Usager)
	look(t, m, &second.Usager)
}

func TestE104ResponsableJoinsWithTheChild(t *testing.T) {
	m := newMonde()
	d := m.must(t, m.marc, &AttachUsager{Usager: m.sami.ID, Organisation: m.maison.ID})
	for _, u := range []*Usager{m.sami, m.nadia} {
		look(t, m, &Profil{ID: ProfilOf(u.ID, m.maison.ID)})
		if !has(d.Refeed, u) {
			t.Errorf("%s has new readers and is not noted", u.FirstName)
		}
	}
	if again := m.must(t, m.marc, &AttachUsager{Usager: m.sami.ID, Organisation: m.maison.ID}); again.Verdict != Merged || len(again.Changes) > 0 {
		t.Errorf("attached twice: %s, %d changes", again.Verdict, len(again.Changes))
	}
	child := m.newcomer("Lina", "Delmas")
	child.Responsable = m.rose.ID
	m.must(t, m.thomas, &AddUsager{Usager: child, Organisation: m.ccas.ID})
	look(t, m, &Profil{ID: ProfilOf(m.rose.ID, m.ccas.ID)})
}

func TestContacts(t *testing.T) {
	m := newMonde()
	teenager := m.usager(6, "Inès", "Haddad", m.ccas)
	teenager.Responsable, teenager.Phone, teenager.Address = m.nadia.ID, "+33610000006", "foyer des Lilas"
	baby := m.usager(7, "Adam", "Haddad", m.ccas)
	baby.Responsable = teenager.ID
	lost := m.usager(8, "Zoé", "Martel", m.ccas)
	lost.Responsable, lost.Email = UsagerID(id('u', 98)), "zoe@example.org"
	m.put(teenager, baby, lost)
	tests := []struct {
		name                         string
		of                           *Usager
		email, phone, address, calls string
	}{
		{"an adult", m.nadia, "nadia@example.org", "+33610000001", "4 rue du Puits, 62999 Montbrun", ""},
		{"a child", m.sami, "nadia@example.org", "+33610000001", "4 rue du Puits, 62999 Montbrun", "Nadia"},
		{"a proche with a phone and a home", teenager, "nadia@example.org", "+33610000001", "foyer des Lilas", "Nadia"},
		{"a proche of a proche", baby, "nadia@example.org", "+33610000006", "foyer des Lilas", "Nadia"},
		{"a responsable not known here", lost, "zoe@example.org", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			email, phone, address, r := Contacts(m, tt.of)
			calls := ""
			if r != nil {
				calls = r.FirstName
			}
			if email != tt.email || phone != tt.phone || address != tt.address || calls != tt.calls {
				t.Errorf("contacts = %q %q %q %q", email, phone, address, calls)
			}
		})
	}
}

func TestE100CyclesOfResponsables(t *testing.T) {
	m := newMonde()
	wants(t, second(m.do(m.thomas, &ReviseUsager{m.nadia.ID, sets("responsable", `"`+string(m.sami.ID)+`"`)})), CodeResponsableCycle)
	wants(t, second(m.do(m.thomas, &ReviseUsager{m.nadia.ID, sets("responsable", `"`+string(m.nadia.ID)+`"`)})), CodeResponsableCycle)
	m.must(t, m.thomas, &ReviseUsager{m.jean.ID, sets("responsable", `"`+string(m.sami.ID)+`"`)}) // Jean → Sami → Nadia
	wants(t, second(m.do(m.thomas, &ReviseUsager{m.nadia.ID, sets("responsable", `"`+string(m.jean.ID)+`"`)})), CodeResponsableCycle)
}

func TestE100TwoOfflineEditsMakeNoCycle(t *testing.T) {
	m := newMonde()
	desk := m.part(everything)
	one := &ReviseUsager{m.jean.ID, sets("responsable", `"`+string(m.elodie.ID)+`"`)}
	two := &ReviseUsager{m.elodie.ID, sets("responsable", `"`+string(m.jean.ID)+`"`)}
	if _, err := m.on(desk, m.thomas, two, proposed); err != nil {
		t.Fatalf("the second desktop knows nothing of the first: %v", err)
	}
	m.must(t, m.thomas, one, from("poste-1", nil))
	wants(t, second(m.do(m.thomas, two, from("poste-2", nil))), CodeResponsableCycle)
}

func second(_ Decision, err error) error { return err }

func TestFieldEdits(t *testing.T) {
	m := newMonde()
	tests := []struct {
		name   string
		fields map[string]Edit
		want   Code
		field  string
	}{
		{"a field", sets("phone", `"+33612345678"`), "", ""},
		{"null clears", sets("email", "null"), "", ""},
		{"a name cannot be cleared", sets("last_name", "null"), CodeInvalid, "last_name"},
		{"number for a text", sets("last_name", "3"), CodeInvalid, "last_name"},
		{"unknown field", sets("nickname", `"Nana"`), CodeInvalid, "nickname"},
		{"id", sets("id", `"`+id('u', 77)+`"`), CodeInvalid, "id"},
		{"territoire", sets("territoire", `"`+id('t', 77)+`"`), CodeInvalid, "territoire"},
		{"revision", sets("revision", "70"), CodeInvalid, "revision"},
		{"groups", sets("groups", "{}"), CodeInvalid, "groups"},
		{"birth of the fiche", sets("created_at", `"2001-01-01T00:00:00Z"`), CodeInvalid, "created_at"},
		{"another spelling of a key", sets("Email", `"x@example.org"`), CodeInvalid, "Email"},
		{"confirmed in ten years", sets("confirmed_at", `"2036-01-01T00:00:00Z"`), CodeInvalid, "confirmed_at"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &monde{faits: m.part(everything), now: m.now}
			f.whole = true
			_, err := f.do(m.thomas, &ReviseUsager{Usager: m.nadia.ID, Fields: tt.fields})
			wants(t, err, tt.want)
			if r := RefusalOf(err); r != nil && r.Field != tt.field {
				t.Errorf("field = %q, want %q", r.Field, tt.field)
			}
		})
	}
}

func TestE140DifferentFieldsMerge(t *testing.T) {
	m := newMonde()
	seen := map[string]int64{m.nadia.Key(): 1}
	first := m.must(t, m.thomas, &ReviseUsager{m.nadia.ID, sets("address", `"2 rue Haute"`)}, from("poste-1", seen))
	after := m.must(t, m.aissatou, &ReviseUsager{m.nadia.ID, sets("phone", `"+33612345678"`)}, from("poste-2", seen))
	if first.Verdict != Applied || after.Verdict != Merged {
		t.Errorf("verdicts = %s, %s", first.Verdict, after.Verdict)
	}
	u := look(t, m, m.nadia)
	if u.Address != "2 rue Haute" || u.Phone != "+33612345678" || u.Revision != 3 {
		t.Errorf("fiche = %q %q revision %d", u.Address, u.Phone, u.Revision)
	}
}

func TestRow14SameFieldLaterStands(t *testing.T) {
	m := newMonde()
	seen := map[string]int64{m.nadia.Key(): 1}
	m.must(t, m.thomas, &ReviseUsager{m.nadia.ID, sets("address", `"2 rue Haute"`)}, from("poste-1", seen))
	d := m.must(t, m.aissatou, &ReviseUsager{m.nadia.ID, sets("address", `"5 rue Basse"`)}, from("poste-2", seen))
	if u := look(t, m, m.nadia); d.Verdict != Merged || u.Address != "5 rue Basse" {
		t.Errorf("%s: %q", d.Verdict, u.Address)
	}
	same := m.must(t, m.thomas, &ReviseUsager{m.nadia.ID, sets("address", `"5 rue Basse"`)}, from("poste-1", map[string]int64{m.nadia.Key(): 2}))
	if same.Verdict != Merged || len(same.Changes) > 0 {
		t.Errorf("the same value: %s, %d changes", same.Verdict, len(same.Changes))
	}
	own := m.must(t, m.aissatou, &ReviseUsager{m.nadia.ID, sets("address", `"6 rue Basse"`)}, from("poste-2", seen))
	if own.Verdict != Applied {
		t.Errorf("after one's own change: %s", own.Verdict)
	}
}

func TestRow19ErasedPersonEdited(t *testing.T) {
	m := newMonde()
	m.must(t, m.claire, &EraseUsager{m.jean.ID, "request"})
	tests := []struct {
		name string
		args Args
	}{
		{"edit", &ReviseUsager{m.jean.ID, sets("phone", "null")}},
		{"profil", &ReviseProfil{m.jean.ID, m.ccas.ID, sets("notes", `"x"`)}},
		{"attach", &AttachUsager{m.jean.ID, m.ccas.ID}},
		{"created again", &AddUsager{Usager: Usager{ID: m.jean.ID, Territoire: m.territoire.ID, FirstName: "Jean", LastName: "Morel"}, Organisation: m.ccas.ID}},
		{"merged", &MergeUsagers{Keep: m.nadia.ID, Drop: m.jean.ID}},
		{"erased again", &EraseUsager{m.jean.ID, "request"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wants(t, second(m.do(m.claire, tt.args, from("poste-1", nil))), CodeErased) })
	}
}

func TestProfilFields(t *testing.T) {
	m := newMonde()
	wants(t, second(m.do(m.thomas, &ReviseProfil{m.jean.ID, m.ccas.ID, sets("caisse", `"caf"`)})), CodeFieldOff)
	m.must(t, m.marc, &ReviseProfil{m.jean.ID, m.maison.ID, sets("caisse", `"caf"`)})
	if p := look(t, m, &Profil{ID: ProfilOf(m.jean.ID, m.ccas.ID)}); p.Caisse != "" {
		t.Error("what one organisation keeps is never shared with another")
	}
	wants(t, second(m.do(m.thomas, &ReviseProfil{m.jean.ID, m.maison.ID, sets("notes", `"x"`)})), CodeForbidden)
	wants(t, second(m.do(m.thomas, &ReviseProfil{m.rose.ID, m.ccas.ID, sets("notes", `"x"`)})), CodeNotFound)
	m.territoire.Permits = nil
	m.put(m.territoire)
	m.must(t, m.marc, &ReviseProfil{m.jean.ID, m.maison.ID, sets("caisse", "null")}) // emptying is always allowed
}

func TestUsagerOfAnotherOrganisationDoesNotExist(t *testing.T) {
	m := newMonde()
	wants(t, second(m.do(m.thomas, &ReviseUsager{m.rose.ID, sets("phone", "null")})), CodeNotFound)
	wants(t, second(m.do(m.thomas, &MergeUsagers{Keep: m.jean.ID, Drop: m.rose.ID})), CodeNotFound)
}

func TestUsagerChangeIsPublished(t *testing.T) {
	m := newMonde()
	near := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.sami)
	far := m.rdv(2, "2028-03-06 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	old := m.rdv(3, "2026-06-01 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	own := m.rdv(4, "2026-11-24 10:00", m.accueil, []AgentID{m.thomas}, m.nadia)

	d := m.must(t, m.thomas, &ReviseUsager{m.nadia.ID, sets("first_name", `"Nadja"`)})
	if !has(d.Refeed, own) || has(d.Refeed, far) || has(d.Refeed, old) || has(d.Refeed, near) {
		t.Errorf("a name is published in the window: %v", d.Refeed)
	}
	d = m.must(t, m.thomas, &ReviseUsager{m.nadia.ID, sets("email", `"nadia.h@example.org"`)})
	if !has(d.Refeed, own) || !has(d.Refeed, far) || !has(d.Refeed, near) || has(d.Refeed, old) {
		t.Errorf("an address is told for all to come, the children's too: %v", d.Refeed)
	}
	d = m.must(t, m.thomas, &ReviseUsager{m.nadia.ID, sets("birth_name", `"Saïd"`)})
	if len(d.Refeed) > 0 {
		t.Errorf("what no event shows: %v", d.Refeed)
	}
}

// Different fields merge whatever the order in which the edits arrive.
func TestFieldMergesCommute(t *testing.T) {
	values := map[string][]string{
		"first_name": {`"Ana"`, `"Anna"`}, "last_name": {`"Roy"`, `"Le Roy"`}, "birth_name": {`"Petit"`, "null"},
		"email": {`"a@example.org"`, "null"}, "phone": {`"+33612345678"`, "null"}, "address": {`"ici"`, "null"},
		"birth_date": {`"1980-02-29"`, "null"}, "no_mail": {"true", "false"},
	}
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.Permutation([]string{"first_name", "last_name", "birth_name", "email", "phone", "address", "birth_date", "no_mail"}).Draw(t, "keys")
		cut := rapid.IntRange(1, len(keys)-1).Draw(t, "cut")
		pick := func(keys []string) *ReviseUsager {
			a := &ReviseUsager{Usager: UsagerID(id('u', 1)), Fields: map[string]Edit{}}
			for _, k := range keys {
				a.Fields[k] = Edit{Now: []byte(rapid.SampledFrom(values[k]).Draw(t, k))}
			}
			return a
		}
		one, two := pick(keys[:cut]), pick(keys[cut:])
		var images []string
		for _, order := range [][]*ReviseUsager{{one, two}, {two, one}} {
			m := newMonde()
			for i, a := range order {
				m.must(t, m.thomas, a, from("poste-"+string(rune('1'+i)), map[string]int64{m.nadia.Key(): 1}))
			}
			u, _ := Get[*Usager](m, NounUsager, m.nadia.Key())
			u.Stamp = Stamp{}
			body, err := Encode(u)
			if err != nil {
				t.Fatal(err)
			}
			images = append(images, string(body))
		}
		if images[0] != images[1] {
			t.Fatalf("one then two: %s\ntwo then one: %s", images[0], images[1])
		}
	})
}

// Whatever is asked, in whatever order, nobody is one's own responsable, near
// or far.
func TestNoCycleEver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMonde()
		people := []*Usager{m.nadia, m.sami, m.elodie, m.jean}
		someone := rapid.SampledFrom(people)
		for range rapid.IntRange(1, 12).Draw(t, "commands") {
			a, b := someone.Draw(t, "a"), someone.Draw(t, "b")
			var args Args = &ReviseUsager{a.ID, sets("responsable", `"`+string(b.ID)+`"`)}
			if rapid.IntRange(0, 4).Draw(t, "merge") == 0 {
				args = &MergeUsagers{Keep: a.ID, Drop: b.ID}
			}
			if _, err := m.do(m.claire, args); err != nil && RefusalOf(err) == nil {
				t.Fatal(err)
			}
			for _, u := range people {
				noCycle(t, m, u.ID)
			}
		}
	})
}

func noCycle(t *rapid.T, f Facts, start UsagerID) {
	for u, steps := start, 0; u != ""; steps++ {
		r, ans := Get[*Usager](f, NounUsager, string(u))
		if ans != Yes {
			if u != start {
				t.Fatalf("%s has a responsable who is gone", start)
			}
			return
		}
		if steps > 10 {
			t.Fatalf("%s is one's own responsable", start)
		}
		u = r.Responsable
	}
}
