package agenda

import (
	"encoding/json"
	"testing"
	"time"
)

// added is the command that adds a setting.
func added(t *testing.T, r Record) *AddRecord {
	t.Helper()
	c, err := AddOf(r)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhoMayAddSettings(t *testing.T) {
	m := newMonde()
	twin := func(r Record) Record { // the same under another id and name
		c := Clone(r)
		*c.Stamped() = Stamp{Revision: 7}
		switch c := c.(type) {
		case *Territoire:
			c.ID, c.Name = TerritoireID(id('t', 9)), "Val de Brume"
		case *Organisation:
			c.ID, c.Name = OrganisationID(id('o', 9)), "CCAS de Fressin-le-Bas"
		case *Service:
			c.ID, c.Name = ServiceID(id('s', 9)), "Logement"
		case *Agent:
			c.ID, c.Email = AgentID(id('a', 9)), "nouveau@example.org"
		case *Motif:
			c.ID, c.Name = MotifID(id('m', 9)), "Écrivain public"
		case *Lieu:
			c.ID, c.Name = LieuID(id('l', 9)), "Salle des fêtes"
		}
		return c
	}
	someAgent, _ := Get[*Agent](m, NounAgent, string(m.louis))
	tests := []struct {
		name string
		by   AgentID
		what Record
		want Code
	}{
		{"a territoire is the system's", m.claire, m.territoire, CodeForbidden},
		{"an admin adds an organisation", m.claire, m.ccas, ""},
		{"a secretariat does not", m.sylvie, m.ccas, CodeForbidden},
		{"any admin adds a service", m.marc, m.social, ""},
		{"any admin adds an agent", m.marc, someAgent, ""},
		{"a basic agent does not", m.thomas, someAgent, CodeForbidden},
		{"an admin adds a motif at home", m.claire, m.accueil, ""},
		{"not elsewhere", m.marc, m.accueil, CodeForbidden},
		{"an admin adds a lieu", m.claire, m.mairie, ""},
		{"an intervenant nothing", m.louis, m.mairie, CodeForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &monde{faits: m.part(everything), now: m.now}
			f.whole = true
			r := twin(tt.what)
			_, err := f.do(tt.by, added(t, r))
			wants(t, err, tt.want)
			if err == nil && look(t, f, r).Stamped().Revision != 1 {
				t.Error("the revision is not the author's word")
			}
		})
	}
}

func TestNewOrganisationHasItsAdmin(t *testing.T) {
	m := newMonde()
	o := &Organisation{ID: OrganisationID(id('o', 9)), Territoire: m.territoire.ID, Name: "Maison du Lac", Zone: "Europe/Paris"}
	m.must(t, m.claire, added(t, o))
	if r := look(t, m, &Role{ID: RoleOf(m.claire, o.ID)}); r.Level != LevelAdmin {
		t.Errorf("level = %s", r.Level)
	}
}

// logement is a service of nobody's motif, and of Thomas.
func (m *monde) logement() *Service {
	s := &Service{ID: ServiceID(id('s', 3)), Territoire: m.territoire.ID, Name: "Logement"}
	m.put(s)
	m.role(m.thomas, m.ccas, LevelBasic, m.social, s)
	return s
}

func TestSettingsRefused(t *testing.T) {
	m := newMonde()
	m.accueil.Archived = true
	m.put(m.accueil)
	m.rdv(1, "2026-03-02 09:00", m.telephone, []AgentID{m.thomas}, m.nadia)
	m.plage(1, m.thomas, "2026-11-23", "09:00", "12:00", m.consultation)
	revise := func(r Record, pairs ...string) Args { return &ReviseRecord{r.Noun(), r.Key(), sets(pairs...)} }
	remove := func(r Record) Args { return &RemoveRecord{Noun: r.Noun(), ID: r.Key()} }
	motif := func(name string, p Place) Args {
		x := Clone(m.telephone)
		x.ID, x.Name, x.Place = MotifID(id('m', 9)), name, p
		return added(t, x)
	}
	tests := []struct {
		name string
		by   AgentID
		args Args
		want Code
	}{
		{"organisation of the same name, accents apart", m.claire, revise(m.ccas, "name", `"maison des solidarites d'aubry"`), CodeNameTaken},
		{"service of the same name", m.claire, revise(m.pmi, "name", `"action sociale"`), CodeNameTaken},
		{"motif of the same name, service and place", m.claire, motif("SUIVI PAR TELEPHONE", PlacePhone), CodeNameTaken},
		{"the name of an archived motif", m.claire, motif("Demande d’aide", PlacePublicOffice), ""},
		{"the same name at another place", m.claire, motif("Suivi par téléphone", PlaceHome), ""},
		{"place of a used motif", m.claire, revise(m.telephone, "place", `"visio"`), CodeFrozen},
		{"place of an unused motif", m.claire, revise(m.visio, "place", `"phone"`), ""},
		{"duration of a used motif", m.claire, revise(m.telephone, "duration_min", "45"), ""},
		{"collectif of a used motif", m.claire, revise(m.telephone, "collectif", "true"), CodeInvalid}, // a phone motif never is
		{"remove a used motif", m.claire, remove(m.telephone), CodeUsed},
		{"remove a motif of a plage", m.claire, remove(m.consultation), CodeUsed},
		{"remove an unused motif", m.claire, remove(m.domicile), ""},
		{"remove a used lieu", m.claire, remove(m.mairie), CodeUsed},
		{"remove an unused lieu", m.claire, remove(m.annexe), ""},
		{"remove a used service", m.claire, remove(m.social), CodeUsed},
		{"remove a service that only roles name", m.claire, remove(m.logement()), CodeUsed},
		{"remove an organisation with people", m.claire, remove(m.ccas), CodeUsed},
		{"remove the territoire", m.claire, remove(m.territoire), CodeForbidden},
		{"remove an agent with a role", m.claire, &RemoveRecord{Noun: NounAgent, ID: string(m.louis)}, CodeUsed},
		{"motif of a service nobody has", m.claire, revise(m.visio, "service", `"`+id('s', 9)+`"`), CodeNotFound},
		{"a setting that is none", m.claire, &RemoveRecord{Noun: NounUsager, ID: m.jean.Key()}, CodeInvalid},
		{"profil by the back door", m.claire, &ReviseRecord{NounProfil, string(ProfilOf(m.jean.ID, m.maison.ID)), sets("notes", `"x"`)}, CodeInvalid},
		{"role by the back door", m.thomas, &AddRecord{NounRole, json.RawMessage(`{}`)}, CodeInvalid},
		{"unknown key", m.claire, &AddRecord{NounLieu, json.RawMessage(`{"id":"` + id('l', 9) + `","owner":"x"}`)}, CodeInvalid},
		{"organisation of a lieu never changes", m.claire, revise(m.mairie, "organisation", `"`+m.maison.Key()+`"`), CodeInvalid},
		{"revision from outside", m.claire, revise(m.mairie, "revision", "99"), CodeInvalid},
		{"zone that does not exist", m.claire, revise(m.mairie, "zone", `"Europe/Lutece"`), CodeInvalid},
		{"mailbox of another's organisation", m.marc, revise(m.ccas, "mail", `"x@example.org"`), CodeForbidden},
		{"holidays by any admin of the territoire", m.marc, revise(m.territoire, "holidays", `"none"`), ""},
		{"phone of four digits", m.claire, revise(m.ccas, "phone", `"3949"`), ""},
		{"phone that nobody can call", m.claire, revise(m.ccas, "phone", `"061"`), CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &monde{faits: m.part(everything), now: m.now}
			f.whole = true
			wants(t, second(f.do(tt.by, tt.args)), tt.want)
		})
	}
}

func TestLoginEmailOfAnAgent(t *testing.T) {
	m := newMonde()
	change := func(a AgentID) Args {
		return &ReviseRecord{NounAgent, string(a), sets("email", `"autre@example.org"`)}
	}
	tests := []struct {
		name string
		by   AgentID
		args Args
		want Code
	}{
		{"one's own", m.thomas, change(m.thomas), ""},
		{"by the admin of all their organisations", m.claire, change(m.thomas), ""},
		{"by the admin of one of two", m.claire, change(m.aissatou), CodeForbidden},
		{"the name by the admin of one of two", m.claire, &ReviseRecord{NounAgent, string(m.aissatou), sets("last_name", `"Diallo-Roy"`)}, ""},
		{"by a colleague", m.sylvie, change(m.thomas), CodeForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wants(t, second(m.do(tt.by, tt.args)), tt.want) })
	}
}

func TestSettingsArePublished(t *testing.T) {
	m := newMonde()
	near := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	far := m.rdv(2, "2028-03-06 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	old := m.rdv(3, "2026-06-01 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	other := m.rdv(4, "2026-11-24 09:00", m.pesee, []AgentID{m.marc}, m.rose)
	tests := []struct {
		name string
		of   Record
		set  []string
		want []*Rdv
	}{
		{"name of a motif: the window", m.accueil, []string{"name", `"Aide"`}, []*Rdv{near}},
		{"visibility: what is to come", m.accueil, []string{"visibility", `"invisible"`}, []*Rdv{near, far}},
		{"service: all, others read them", m.accueil, []string{"service", `"` + m.pmi.Key() + `"`}, []*Rdv{near, far, old}},
		{"delays: nothing", m.accueil, []string{"min_delay_s", "7200"}, nil},
		{"name of a lieu", m.mairie, []string{"name", `"Mairie, 1er étage"`}, []*Rdv{near}},
		{"address of a lieu", m.mairie, []string{"address", `"2 place de la Halle"`}, []*Rdv{near, far}},
		{"mailbox of an organisation", m.ccas, []string{"mail", `"accueil@example.org"`}, []*Rdv{near}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := m.must(t, m.claire, &ReviseRecord{tt.of.Noun(), tt.of.Key(), sets(tt.set...)})
			if len(d.Refeed) != len(tt.want) {
				t.Errorf("noted again = %v", d.Refeed)
			}
			for _, r := range tt.want {
				if !has(d.Refeed, r) {
					t.Errorf("%s is not noted again", r.ID)
				}
			}
			if has(d.Refeed, other) {
				t.Error("another organisation is disturbed")
			}
		})
	}
}

func TestE147ZoneKeepsTheWallClock(t *testing.T) {
	m := newMonde()
	past := m.rdv(1, "2026-11-20 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	coming := m.rdv(2, "2027-07-06 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	call := m.rdv(3, "2027-07-06 11:00", m.telephone, []AgentID{m.thomas}, m.nadia)
	p := m.plage(1, m.thomas, "2026-11-23", "09:00", "12:00", m.accueil)

	m.must(t, m.claire, &ReviseRecord{NounLieu, m.mairie.Key(), sets("zone", `"Indian/Reunion"`)})

	r := look(t, m, coming)
	if want := time.Date(2027, time.July, 6, 5, 0, 0, 0, time.UTC); !r.Start.Equal(want) || r.From != hour("09:00") || r.Zone != "Indian/Reunion" {
		t.Errorf("to come = %s, %s in %s", r.Start, r.From, r.Zone)
	}
	if r.Sequence != 1 || r.Groups[GroupSlot].Revision != 2 || r.End.Sub(r.Start) != 30*time.Minute {
		t.Errorf("sequence %d, groups %v, %s", r.Sequence, r.Groups, r.End.Sub(r.Start))
	}
	if r := look(t, m, past); !r.Start.Equal(past.Start) || r.Revision != 1 {
		t.Error("what is past keeps its instant")
	}
	if look(t, m, p).Zone != "Indian/Reunion" {
		t.Error("9 h stays 9 h on the wall of the lieu")
	}

	m.must(t, m.claire, &ReviseRecord{NounOrganisation, m.ccas.Key(), sets("zone", `"America/Martinique"`)})
	if r := look(t, m, call); r.Zone != "America/Martinique" || r.From != hour("11:00") || !r.Start.Equal(time.Date(2027, time.July, 6, 15, 0, 0, 0, time.UTC)) {
		t.Errorf("without a lieu = %s in %s", r.Start, r.Zone)
	}
	if r := look(t, m, coming); r.Zone != "Indian/Reunion" {
		t.Error("a lieu has its own clock")
	}
}

func TestRow12DeleteAgainstEdit(t *testing.T) {
	m := newMonde()
	m.must(t, m.claire, &RemoveRecord{Noun: NounLieu, ID: m.annexe.Key()}, from("poste-1", map[string]int64{m.annexe.Key(): 1}))
	_, err := m.do(m.claire, &ReviseRecord{NounLieu, m.annexe.Key(), sets("name", `"Annexe B"`)}, from("poste-2", map[string]int64{m.annexe.Key(): 1}))
	wants(t, err, CodeNotFound)
}

func TestE47ArchivedMotif(t *testing.T) {
	m := newMonde()
	p := m.plage(1, m.thomas, "2026-11-23", "09:00", "12:00", m.accueil, m.consultation)
	r := m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	m.must(t, m.claire, &ReviseRecord{NounMotif, m.accueil.Key(), sets("archived", "true")})
	if len(look(t, m, p).Motifs) != 2 || look(t, m, r).Motif != m.accueil.ID || look(t, m, m.accueil).Name != "Demande d’aide" {
		t.Error("the plage stays for other motifs, the rdv keeps its name")
	}
}
