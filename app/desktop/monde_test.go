package desktop

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/store"
)

// An invented CCAS, on a Thursday at 11:20.
const (
	aujourdhui = "2026-11-12"
	profilID   = "poste-de-claire"
)

// id gives the same UUID for the same words.
func id[T ~string](words ...string) T { return T(agenda.DeriveID(nil, words...)) }

func agentID(name string) agenda.AgentID { return id[agenda.AgentID]("agent", name) }
func motifID(name string) agenda.MotifID { return id[agenda.MotifID]("motif", name) }
func lieuID(name string) agenda.LieuID   { return id[agenda.LieuID]("lieu", name) }
func orgID(name string) agenda.OrganisationID {
	return id[agenda.OrganisationID]("organisation", name)
}
func usagerID(name string) agenda.UsagerID { return id[agenda.UsagerID]("usager", name) }
func serviceID(name string) agenda.ServiceID {
	return id[agenda.ServiceID]("service", name)
}

func rev() agenda.Stamp { return agenda.Stamp{Revision: 1} }

// ligneTest stands for the network: it says what the test makes it say.
type ligneTest struct {
	passages map[agenda.Ref][]agenda.Passage
	mu       sync.Mutex
	status   Ligne
	woken    int
	enrole   func(Identifiants) (Enrole, error)
	echec    error // of Exchange
	place    Place
	closed   bool
}

func (l *ligneTest) Open(_ context.Context, at Place) (Sync, error) {
	l.place, l.closed = at, false
	return l, nil
}

func (l *ligneTest) Enrol(_ context.Context, who Identifiants) (Enrole, error) { return l.enrole(who) }
func (l *ligneTest) Exchange(context.Context) (Bilan, error)                   { return Bilan{}, l.echec }
func (l *ligneTest) Follow(ctx context.Context) error                          { <-ctx.Done(); return ctx.Err() }

// History answers what the test put there; nothing when the network is down.
func (l *ligneTest) History(_ context.Context, r agenda.Ref) ([]agenda.Passage, error) {
	if l.echec != nil {
		return nil, l.echec
	}
	return l.passages[r], nil
}

func (l *ligneTest) Wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.woken++
}

func (l *ligneTest) Status() Ligne {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

func (l *ligneTest) say(s Ligne) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status = s
}

func (l *ligneTest) Appareils(context.Context, agenda.AgentID) ([]Appareil, error) {
	return nil, Refuser(CodeUnreachable)
}

func (l *ligneTest) Appareil(context.Context, string, string, string) error {
	return Refuser(CodeUnreachable)
}

func (l *ligneTest) Close() error {
	l.closed = true
	return nil
}

// evenement is one thing the page was told.
type evenement struct {
	name    string
	payload any
}

// monde is the window of Claire on her desk, with a real database.
type monde struct {
	testing.TB
	*Agenda
	f      *Fenetre
	p      *Poste
	ligne  *ligneTest
	ring   *trousseauTest
	told   chan evenement
	mu     sync.Mutex
	now    time.Time
	minted int
}

// nouveau opens Claire's window on what every test may count on and more.
func nouveau(t testing.TB, more ...agenda.Record) *monde { return deQui(t, "claire", more...) }

// deQui is the same on another agent's desk.
func deQui(t testing.TB, agent string, more ...agenda.Record) *monde {
	t.Helper()
	m := &monde{TB: t, ligne: &ligneTest{status: Ligne{Online: true, Complete: true}}, ring: &trousseauTest{}, told: make(chan evenement, 100)}
	m.at(aujourdhui + " 11:20")
	dir := t.TempDir()
	m.f = New(Config{Dir: dir, Version: "0.1.0", Emit: m.emit, Ports: Ports{Now: m.clock, NewID: m.mint, Lines: m.ligne, Log: silence(), Keyring: m.ring}})
	t.Cleanup(func() {
		if err := m.f.Close(); err != nil {
			t.Error(err)
		}
	})
	d := NewDossiers(profilesDir(dir)).New(profilID, ModeJoined)
	d.Server, d.Email = "https://rdv.montrelay.example", "claire.fournier@example.org"
	if err := d.Save(); err != nil {
		t.Fatal(err)
	}
	m.fill(d, agentID(agent), append(base(), more...))
	if _, err := m.f.Agenda().OpenProfil(profilID); err != nil {
		t.Fatal(err)
	}
	m.Agenda, m.p = m.f.Agenda(), m.f.current()
	return m
}

func silence() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func (m *monde) emit(name string, payload any) {
	select {
	case m.told <- evenement{name, payload}:
	default:
	}
}

func (m *monde) clock() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *monde) mint() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.minted++
	return id[string]("minted", fmt.Sprint(m.minted))
}

// at sets the clock to an hour of Paris, at which the server is heard of.
func (m *monde) at(paris string) {
	m.set(instant(m.TB, paris, "Europe/Paris"))
	if m.ligne.place.Heard.Contact != nil {
		m.ligne.place.Heard.Contact(m.clock(), 0)
	}
}

func (m *monde) set(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = now
}

// fill writes what a server would have sent.
func (m *monde) fill(d Dossier, agent agenda.AgentID, records []agenda.Record) {
	m.Helper()
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		m.Fatal(err)
	}
	keys, err := d.coffre().Unlock(m.f.cfg.gardiens())
	if err != nil {
		m.Fatal(err)
	}
	db, err := store.Open(d.Database(), keys.Poste, store.Options{Kind: store.Desktop})
	if err != nil {
		m.Fatal(err)
	}
	err = db.WriteDesk(context.Background(), func(tx *store.DeskTx) error {
		if err := tx.Enrol(id[string]("device"), 0); err != nil {
			return err
		}
		for _, r := range records {
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return tx.SetSetting(settingAgent, []byte(agent))
	})
	if err != nil {
		m.Fatal(err)
	}
	if err := db.Close(); err != nil {
		m.Fatal(err)
	}
}

// put writes more, as a page from the server would.
func (m *monde) put(records ...agenda.Record) {
	m.Helper()
	err := m.p.db.WriteDesk(context.Background(), func(tx *store.DeskTx) error {
		for _, r := range records {
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		m.Fatal(err)
	}
}

func zone(t testing.TB, name string) civil.Zone {
	t.Helper()
	z, err := civil.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// instant reads "2026-11-12 11:30" on the wall of a zone.
func instant(t testing.TB, text, zoneName string) time.Time {
	t.Helper()
	day, hour, _ := strings.Cut(text, " ")
	return zone(t, zoneName).Instant(date(t, day), heure(t, hour))
}

func date(t testing.TB, text string) civil.Date {
	t.Helper()
	d, err := civil.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func heure(t testing.TB, text string) civil.Time {
	t.Helper()
	h, err := civil.ParseTime(text)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// base is the invented CCAS: agents of two services, motifs, lieux, people.
func base() []agenda.Record {
	territoire := &agenda.Territoire{ID: id[agenda.TerritoireID]("territoire"), Name: "Montrelay", Departement: "62", Zone: "Europe/Paris",
		Holidays: "metropole", Permits: []agenda.Field{agenda.FieldCaseNumber, agenda.FieldCaisse, agenda.FieldContext, agenda.FieldNotes}, Stamp: rev()}
	records := []agenda.Record{
		territoire,
		&agenda.Organisation{ID: orgID("ccas"), Territoire: territoire.ID, Name: "CCAS de Montrelay", Zone: "Europe/Paris", Mail: "ccas@example.org",
			Enables: []agenda.Field{agenda.FieldCaseNumber, agenda.FieldCaisse, agenda.FieldContext}, Stamp: rev()},
		&agenda.Service{ID: serviceID("social"), Territoire: territoire.ID, Name: "Action sociale", Stamp: rev()},
		&agenda.Service{ID: serviceID("numerique"), Territoire: territoire.ID, Name: "France services", Stamp: rev()},
		motif("accompagnement", "Accompagnement social", "lagon", 45, agenda.PlacePublicOffice, "social"),
		motif("droits", "Accès aux droits", "azur", 30, agenda.PlacePublicOffice, "social"),
		motif("suivi", "Suivi", "ardoise", 30, agenda.PlacePhone, "social"),
		motif("visite", "Visite à domicile", "rose", 60, agenda.PlaceHome, "social"),
		motif("visio", "Point à distance", "lilas", 30, agenda.PlaceVisio, "social"),
		motif("aide", "Aide numérique", "sauge", 30, agenda.PlacePublicOffice, "numerique"),
		collectif(motif("atelier", "Atelier budget", "brique", 120, agenda.PlacePublicOffice, "social")),
		&agenda.Lieu{ID: lieuID("maison"), Organisation: orgID("ccas"), Name: "Maison des services", Address: "4 place du Marché", Zone: "Europe/Paris", Stamp: rev()},
		&agenda.Lieu{ID: lieuID("tilleuls"), Organisation: orgID("ccas"), Name: "Antenne des Tilleuls", Address: "18 rue des Tilleuls", Zone: "Europe/Paris", Stamp: rev()},
	}
	records = append(records, agent("claire", "Claire", "Fournier", agenda.LevelBasic, "social")...)
	records = append(records, agent("karim", "Karim", "Benali", agenda.LevelBasic, "social")...)
	records = append(records, agent("thomas", "Thomas", "Petit", agenda.LevelBasic, "numerique")...)
	records = append(records, agent("nathalie", "Nathalie", "Roux", agenda.LevelSecretariat)...)
	records = append(records, person("nadia", "Nadia", "Haddad", "1987-03-04", "+33199004120", "nadia.haddad@example.org")...)
	records = append(records, person("yanis", "Yanis", "Haddad", "2018-05-14", "", "")...)
	records = append(records, person("lea", "Léa", "Meunier", "1999-08-30", "", "")...)
	records = append(records, person("daniel", "Daniel", "Rousseau", "1972-09-11", "+33199001263", "")...)
	for _, r := range records {
		switch r := r.(type) {
		case *agenda.Usager:
			if r.ID == usagerID("yanis") {
				r.Responsable = usagerID("nadia")
			}
			if r.ID == usagerID("nadia") {
				r.Address = "7 rue des Saules"
			}
		case *agenda.Profil:
			if r.Usager == usagerID("nadia") {
				r.CaseNumber, r.Caisse = "2026-0418", "caf"
			}
			if r.Usager == usagerID("daniel") {
				r.CaseNumber = "770112"
			}
		}
	}
	return records
}

func motif(key, name, color string, minutes int, place agenda.Place, service string) *agenda.Motif {
	return &agenda.Motif{ID: motifID(key), Organisation: orgID("ccas"), Service: serviceID(service), Name: name, Color: color,
		DurationMin: minutes, Place: place, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents,
		Instruction: "Apportez vos papiers.", Stamp: rev()}
}

func collectif(m *agenda.Motif) *agenda.Motif {
	m.Collectif = true
	return m
}

func agent(key, first, last string, level agenda.Level, services ...string) []agenda.Record {
	role := &agenda.Role{ID: agenda.RoleOf(agentID(key), orgID("ccas")), Agent: agentID(key), Organisation: orgID("ccas"), Level: level, Stamp: rev()}
	for _, s := range services {
		role.Services = append(role.Services, serviceID(s))
	}
	return []agenda.Record{&agenda.Agent{ID: agentID(key), FirstName: first, LastName: last, Stamp: rev()}, role}
}

func person(key, first, last, birth, phone, email string) []agenda.Record {
	born, err := civil.ParseDate(birth)
	if err != nil {
		panic(err) // a slip in this file
	}
	u := &agenda.Usager{ID: usagerID(key), Territoire: id[agenda.TerritoireID]("territoire"), FirstName: first, LastName: last, BirthDate: born,
		Phone: phone, Email: email, CreatedAt: time.Date(2026, 1, 6, 9, 0, 0, 0, time.UTC), Stamp: rev()}
	return []agenda.Record{u, &agenda.Profil{ID: agenda.ProfilOf(u.ID, orgID("ccas")), Usager: u.ID, Organisation: orgID("ccas"), Stamp: rev()}}
}

// rdv makes one at an hour of Paris: who is "nadia", or "nadia yanis".
func rdv(t testing.TB, key, agent, paris string, minutes int, motif, who string) *agenda.Rdv {
	t.Helper()
	start := instant(t, paris, "Europe/Paris")
	day, from := zone(t, "Europe/Paris").Civil(start)
	r := &agenda.Rdv{ID: id[agenda.RdvID]("rdv", key), Organisation: orgID("ccas"), Motif: motifID(motif), Start: start,
		End: start.Add(time.Duration(minutes) * time.Minute), Zone: "Europe/Paris", Day: day, From: from,
		Agents: []agenda.AgentID{agentID(agent)}, Status: agenda.StatusUnknown, CreatedBy: agenda.Creator{Kind: agenda.AuthorAgent, Agent: agentID("karim")},
		CreatedAt: instant(t, "2026-11-02 15:08", "Europe/Paris"), ChangedAt: instant(t, "2026-11-02 15:08", "Europe/Paris"), Stamp: rev()}
	if motif == "accompagnement" || motif == "droits" || motif == "atelier" || motif == "aide" {
		r.Lieu = lieuID("maison")
	}
	for _, name := range strings.Fields(who) {
		r.Participations = append(r.Participations, agenda.Participation{Usager: usagerID(name)})
	}
	return r
}

func status(r *agenda.Rdv, s agenda.Status) *agenda.Rdv {
	r.Status = s
	if s.Cancelled() {
		at := r.Start.Add(-24 * time.Hour)
		r.CancelledAt = &at
	}
	return r
}

// plage opens hours every week from a Monday of September on, days as "MO,TH".
func plage(t testing.TB, key, agent, lieu, days, from, to string, motifs ...string) *agenda.PlageOuverture {
	t.Helper()
	p := &agenda.PlageOuverture{ID: id[agenda.PlageID]("plage", key), Organisation: orgID("ccas"), Agent: agentID(agent), Zone: "Europe/Paris",
		FirstDay: date(t, "2026-09-07"), From: heure(t, from), To: heure(t, to), RRule: "FREQ=WEEKLY;INTERVAL=1;BYDAY=" + days, Stamp: rev()}
	if lieu != "" {
		p.Lieu = lieuID(lieu)
	}
	for _, m := range motifs {
		p.Motifs = append(p.Motifs, motifID(m))
	}
	return p
}

func absence(t testing.TB, key, agent, day, from, to string) *agenda.Absence {
	t.Helper()
	return &agenda.Absence{ID: id[agenda.AbsenceID]("absence", key), Agent: agentID(agent), Title: "formation", Zone: "Europe/Paris",
		FirstDay: date(t, day), From: heure(t, from), LastDay: date(t, day), To: heure(t, to), Stamp: rev()}
}

func rdvKey(key string) string { return id[string]("rdv", key) }

// plain turns the spaces of French typography into ordinary ones.
func plain(s string) string { return strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(s) }

// refus asserts that err is an Erreur of the code, and gives it.
func refus(t testing.TB, err error, code string) *Erreur {
	t.Helper()
	e := lu(t, ErrorFormatter(err))
	if err == nil || e.Code != code {
		t.Fatalf("got %v, want a refusal %q", err, code)
	}
	if e.Message == "" {
		t.Errorf("refusal %q says nothing", code)
	}
	return e
}

// lu reads an Erreur as the page does.
func lu(t testing.TB, rejected any) *Erreur {
	t.Helper()
	text, ok := rejected.(string)
	var e Erreur
	if !ok || json.Unmarshal([]byte(text), &e) != nil {
		t.Fatalf("the page cannot read %v", rejected)
	}
	return &e
}

// ok fails the test on an error, and gives the value.
func ok[T any](t testing.TB) func(T, error) T {
	return func(x T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
}

func (m *monde) jour(day string, agents ...string) VueAgenda {
	m.Helper()
	d := DemandeAgenda{Day: day, Span: "day", ShowCancelled: true}
	for _, a := range agents {
		d.Agents = append(d.Agents, string(agentID(a)))
	}
	return ok[VueAgenda](m.TB)(m.Agenda.Agenda(d))
}

// item finds one in a view, by the id of its record.
func item(t testing.TB, vue VueAgenda, id string) Item {
	t.Helper()
	for _, c := range vue.Columns {
		at := slices.IndexFunc(c.Items, func(it Item) bool { return it.ID == id })
		if at >= 0 {
			return c.Items[at]
		}
	}
	t.Fatalf("item %s is not shown", id)
	return Item{}
}

func has(vue VueAgenda, id string) bool {
	return slices.ContainsFunc(vue.Columns, func(c Colonne) bool {
		return slices.ContainsFunc(c.Items, func(it Item) bool { return it.ID == id })
	})
}

// event waits for the next event of a name.
func (m *monde) event(name string) any {
	m.Helper()
	late := time.After(5 * time.Second)
	for {
		select {
		case e := <-m.told:
			if e.name == name {
				return e.payload
			}
		case <-late:
			m.Fatalf("the page was never told %q", name)
		}
	}
}

func profileDir(m *monde) string { return filepath.Join(profilesDir(m.f.cfg.Dir), profilID) }
