package desktop

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/app/store/coffre"
)

// accueil is the window of a computer where nobody came yet.
func accueil(t *testing.T) *monde {
	t.Helper()
	m := &monde{TB: t, ligne: &ligneTest{status: Ligne{Online: true, Complete: true}}, ring: &trousseauTest{}, told: make(chan evenement, 100)}
	m.at(aujourdhui + " 11:20")
	m.f = New(Config{Dir: filepath.Join(t.TempDir(), "permanence"), Version: "0.1.0", Emit: m.emit, Demonstration: DemoContenu{Agents: 6},
		Ports: Ports{Now: m.clock, NewID: m.mint, Lines: m.ligne, Log: silence(), Keyring: m.ring}})
	m.Agenda = m.f.Agenda()
	t.Cleanup(func() {
		if err := m.f.Close(); err != nil {
			t.Error(err)
		}
	})
	m.ligne.enrole = m.enrole
	return m
}

// enrole is a server that knows Claire, and sends what she needs at once.
func (m *monde) enrole(who Identifiants) (Enrole, error) {
	if m.ligne.place.Mode == ModeJoined && who.Password != "une phrase de passe" {
		return Enrole{}, Refuser(CodeBadCredentials)
	}
	if who.Agent != "" && who.Agent != agentID("claire") {
		return Enrole{}, Refuser(CodeOtherAgent)
	}
	err := m.ligne.place.DB.WriteDesk(m.f.ctx, func(tx *store.DeskTx) error {
		for _, r := range base() {
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return tx.Enrol(id[string]("device"), 0)
	})
	return Enrole{Agent: agentID("claire"), FirstName: "Claire", LastName: "Fournier", Server: who.Server}, err
}

func rejoindre() RejoindreForm {
	return RejoindreForm{Server: " rdv.montrelay.example/ ", Email: "Claire.Fournier@example.org", Password: "une phrase de passe"}
}

func TestJoinAServer(t *testing.T) {
	m := accueil(t)
	e := ok[EtatProfil](t)(m.Profil())
	if e.Phase != "first_run" || e.Profil != nil || e.Agent != nil || e.Version != "0.1.0" || e.Demonstration.Agents != 6 {
		t.Errorf("%+v", e)
	}
	_, err := m.Referentiel()
	refus(t, err, "no_profile")
	e = ok[EtatProfil](t)(m.Join(rejoindre()))
	if e.Phase != "ready" || e.Agent.Name != "Claire Fournier" || !e.Agent.Me || e.Organisation != string(orgID("ccas")) {
		t.Errorf("%+v", e)
	}
	p := e.Profil
	if p.Mode != "joined" || p.Server != "https://rdv.montrelay.example" || p.Email != "claire.fournier@example.org" || p.Label != "Claire Fournier, CCAS de Montrelay" || p.LastUsed == "" || !p.Sealed {
		t.Errorf("%+v", p)
	}
	ok[Referentiel](t)(m.Referentiel())

	closed := ok[EtatProfil](t)(m.CloseProfil())
	if closed.Phase != "choose" || len(closed.Profils) != 1 || !m.ligne.closed {
		t.Errorf("%+v", closed)
	}
	_, err = m.Sync()
	refus(t, err, "no_profile")
	if again := ok[EtatProfil](t)(m.OpenProfil(p.ID)); again.Phase != "ready" || again.Agent.ID != string(agentID("claire")) {
		t.Errorf("%+v", again)
	}
	ok[EtatProfil](t)(m.CloseProfil())
	if again := ok[EtatProfil](t)(m.Join(rejoindre())); len(again.Profils) != 1 || again.Profil.ID != p.ID {
		t.Errorf("the same account is the same profile: %+v", again.Profils)
	}
}

func TestJoiningRefused(t *testing.T) {
	m := accueil(t)
	with := func(change func(*RejoindreForm)) RejoindreForm {
		f := rejoindre()
		change(&f)
		return f
	}
	tests := []struct {
		name  string
		form  RejoindreForm
		code  string
		field string
	}{
		{"nothing", RejoindreForm{}, "invalid", "server"},
		{"not an address", with(func(f *RejoindreForm) { f.Server = "rdv montrelay" }), "invalid", "server"},
		{"in clear text", with(func(f *RejoindreForm) { f.Server = "http://rdv.montrelay.example" }), "invalid", "server"},
		{"a password in the address", with(func(f *RejoindreForm) { f.Server = "https://claire:secret@rdv.example" }), "invalid", "server"},
		{"not an email", with(func(f *RejoindreForm) { f.Email = "claire" }), "invalid", "email"},
		{"no password", with(func(f *RejoindreForm) { f.Password = "" }), "invalid", "password"},
		{"a wrong password", with(func(f *RejoindreForm) { f.Password = "autre chose" }), "bad_credentials", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := m.Join(tt.form)
			e := refus(t, err, tt.code)
			if tt.field != "" && e.Fields[tt.field] == "" {
				t.Errorf("fields %v, want %s", e.Fields, tt.field)
			}
			if now := ok[EtatProfil](t)(m.Profil()); now.Phase != "first_run" || len(now.Profils) != 0 {
				t.Errorf("it left something behind: %+v", now)
			}
		})
	}
	if got, ok := serverAddress("http://127.0.0.1:8420/"); !ok || got != "http://127.0.0.1:8420" {
		t.Errorf("on this computer: %q", got)
	}
}

func TestLoginAgain(t *testing.T) {
	m := accueil(t)
	p := ok[EtatProfil](t)(m.Join(rejoindre())).Profil
	m.ligne.say(Ligne{Login: true})
	m.ligne.echec = Refuser(CodeLogin)
	if e := ok[EtatSync](t)(m.Sync()); e.State != "login" {
		t.Errorf("%+v", e)
	}
	ok[Referentiel](t)(m.Referentiel()) // the agenda is there all the same
	ok[EtatSync](t)(m.SyncNow())
	if told := m.event(EventProfil).(EtatProfil); told.Phase != "login" || told.Profil.ID != p.ID {
		t.Errorf("%+v", told)
	}
	_, err := m.Login(p.ID, "autre chose")
	refus(t, err, "bad_credentials")
	_, err = m.Login("rien", "une phrase de passe")
	refus(t, err, "not_found")
	if back := ok[EtatProfil](t)(m.OpenProfil(p.ID)); back.Phase != "ready" {
		t.Errorf("one may go on without the password: %s", back.Phase)
	}
	if e := ok[EtatProfil](t)(m.Login(p.ID, "une phrase de passe")); e.Phase != "ready" {
		t.Errorf("%+v", e)
	}
	m.ligne.enrole = func(Identifiants) (Enrole, error) { return Enrole{Agent: agentID("karim")}, nil }
	_, err = m.Login(p.ID, "celle de Karim")
	refus(t, err, "other_agent")
}

func TestDemonstration(t *testing.T) {
	m := accueil(t)
	e := ok[EtatProfil](t)(m.StartDemonstration())
	if e.Phase != "ready" || e.Profil.Mode != "demonstration" || m.ligne.place.Mode != ModeDemonstration {
		t.Errorf("%+v", e)
	}
	dir := m.ligne.place.Dir
	ok[EtatProfil](t)(m.CloseProfil())
	if e := ok[EtatProfil](t)(m.StartDemonstration()); len(e.Profils) != 1 {
		t.Errorf("made twice: %+v", e.Profils)
	}
	if e := ok[EtatProfil](t)(m.EraseDemonstration()); e.Phase != "first_run" {
		t.Errorf("%+v", e)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
	_, err := m.EraseDemonstration()
	refus(t, err, "not_demonstration")
}

func TestAlone(t *testing.T) {
	m := accueil(t)
	f := SeulForm{Organisation: "Mairie de Saint-Benoît", Departement: "974", FirstName: "Marie", LastName: "Hoarau", Email: "marie@example.org"}
	e := ok[EtatProfil](t)(m.StartAlone(f))
	founds := m.ligne.place.Founds
	if e.Phase != "ready" || e.Profil.Mode != "alone" || founds.Zone != "Indian/Reunion" || founds.Holidays != "la-reunion" || founds.LastName != "Hoarau" {
		t.Errorf("%+v %+v", e, founds)
	}
	if s := ok[EtatSync](t)(m.Sync()); s.State != "alone" {
		t.Errorf("%+v", s)
	}
	_, err := m.EraseDemonstration()
	refus(t, err, "not_demonstration")
	_, err = m.StartAlone(SeulForm{Departement: "20", Email: "x"})
	wrong := refus(t, err, "invalid").Fields
	for _, field := range []string{"organisation", "departement", "first_name", "last_name", "email"} {
		if wrong[field] == "" {
			t.Errorf("nothing is said of %s", field)
		}
	}
}

func TestDepartements(t *testing.T) {
	for number, want := range map[string]string{"62": "Europe/Paris metropole", "1": "Europe/Paris metropole", "2a": "Europe/Paris metropole", "67": "Europe/Paris alsace-moselle",
		"987": "Pacific/Tahiti metropole", "976": "Indian/Mayotte mayotte", "20": "", "96": "", "": "", "2C": "", "970": ""} {
		zone, holidays, ok := territoireOf(departementTyped(number))
		got := zone + " " + string(holidays)
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("%q = %q, want %q", number, got, want)
		}
	}
}

func TestOneWindowAProfile(t *testing.T) {
	m := nouveau(t)
	other := New(Config{Dir: m.f.cfg.Dir, Emit: func(string, any) {}, Ports: Ports{Now: m.clock, NewID: m.mint, Lines: &ligneTest{}, Log: silence(), Keyring: m.ring}})
	defer other.Close()
	if err := other.Resume(); err != nil {
		t.Fatal(err)
	}
	if e := ok[EtatProfil](t)(other.Agenda().Profil()); e.Phase != "choose" {
		t.Errorf("%+v", e)
	}
	_, err := other.Agenda().OpenProfil(profilID)
	refus(t, err, "locked")
	ok[EtatProfil](t)(m.CloseProfil())
	if e := ok[EtatProfil](t)(other.Agenda().OpenProfil(profilID)); e.Phase != "ready" {
		t.Errorf("%+v", e)
	}
}

func TestACommandLineBesideTheWindow(t *testing.T) {
	m := nouveau(t)
	d, there, err := ReadDossier(profileDir(m))
	if err != nil || !there {
		t.Fatal(there, err)
	}
	p, err := OpenPoste(m.f.ctx, d, Ports{Now: m.clock, NewID: m.mint, Lines: &ligneTest{}, Log: silence(), Keyring: m.ring}, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	start := ok[Moment](t)(ParseMoment("2026-11-16T09:00", ""))
	acte, err := p.Book(m.f.ctx, Prise{Motif: motifID("suivi"), Usagers: []agenda.UsagerID{usagerID("nadia")}, Start: start}, Accord{})
	if err != nil {
		t.Fatal(err)
	}
	if !has(m.jour("2026-11-16"), acte.ID) {
		t.Error("the window does not see it")
	}
	if err := m.p.noticeOthers(m.f.ctx); err != nil {
		t.Fatal(err)
	}
	if c := m.event(EventChanged).(Changement); !c.Remote || !slices.Contains(c.Nouns, "rdv") || m.ligne.woken != 1 {
		t.Errorf("the window was not told: %+v", c)
	}
	if err := m.p.noticeOthers(m.f.ctx); err != nil || m.ligne.woken != 1 {
		t.Errorf("told twice: %v", err)
	}
	if err := p.Lock("sync"); store.ErrorOf(err) == nil || store.ErrorOf(err).Code != store.CodeInUse {
		t.Errorf("the window holds the place of the exchange: %v", err)
	}
}

func TestResumeTheOnlyProfile(t *testing.T) {
	m := nouveau(t)
	ok[EtatProfil](t)(m.CloseProfil())
	if err := m.f.Resume(); err != nil {
		t.Fatal(err)
	}
	if e := ok[EtatProfil](t)(m.Profil()); e.Phase != "ready" {
		t.Errorf("%+v", e)
	}
}

func TestAProfileThatIsNotThere(t *testing.T) {
	m := nouveau(t)
	for _, bad := range []string{"", "rien", "..", ".", "../profils/" + profilID, `C:\autre`} {
		_, err := m.OpenProfil(bad)
		refus(t, err, "not_found")
	}
}

func TestAProfileDescriptionCutShort(t *testing.T) {
	m := nouveau(t)
	ok[EtatProfil](t)(m.CloseProfil())
	if err := os.WriteFile(filepath.Join(profileDir(m), dossierFile), []byte(`{"mode": "joi`), 0o600); err != nil {
		t.Fatal(err)
	}
	if e := ok[EtatProfil](t)(m.OpenProfil(profilID)); e.Phase != "ready" || e.Agent.Name != "Claire Fournier" {
		t.Errorf("%+v", e)
	}
}

func TestADamagedDatabaseAsksForALogin(t *testing.T) {
	m := nouveau(t)
	ok[EtatProfil](t)(m.CloseProfil())
	file := coffre.Database(profileDir(m))
	if err := os.WriteFile(file, []byte(strings.Repeat("ceci n’est pas une base ", 50)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := m.OpenProfil(profilID)
	if e := refus(t, err, "failure"); !strings.Contains(e.Message, "endommagée") {
		t.Errorf("%+v", e)
	}
	_, err = m.OpenProfil(profilID) // set aside: the next opening begins anew
	refus(t, err, "login")
	if e := ok[EtatProfil](t)(m.Profil()); e.Phase != "login" || e.Profil.ID != profilID {
		t.Errorf("%+v", e)
	}
}

func TestEventsAfterACommand(t *testing.T) {
	m := nouveau(t, rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia"))
	ok[Fait](t)(m.MoveRdv(MoveForm{ID: rdvKey("nadia"), Start: "2026-11-18T09:00"}))
	c := m.event(EventChanged).(Changement)
	if !slices.Equal(c.Nouns, []string{"rdv"}) || c.From != "2026-11-16" || c.To != "2026-11-18" || c.Remote || !slices.Equal(c.Agents, []string{string(agentID("claire"))}) {
		t.Errorf("%+v", c)
	}
	if e := m.event(EventSync).(EtatSync); e.Pending != 1 || e.State != "pending" {
		t.Errorf("%+v", e)
	}
}

func TestEventsAfterAPage(t *testing.T) {
	m := nouveau(t)
	m.ligne.place.Heard.Applied([]agenda.Ref{{Noun: agenda.NounMotif, ID: "x"}, {Noun: agenda.NounRdv, ID: "y"}, {Noun: agenda.NounConflit, ID: "z"}})
	c := m.event(EventChanged).(Changement)
	if !slices.Equal(c.Nouns, []string{"referentiel", "rdv", "review"}) || c.From != "" || !c.Remote || len(c.Agents) != 0 {
		t.Errorf("%+v", c)
	}
	m.ligne.say(Ligne{Online: false, Since: m.clock()})
	m.ligne.place.Heard.Health()
	for {
		if e := m.event(EventSync).(EtatSync); e.State == "offline" {
			break
		}
	}
	r := rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia")
	m.put(r, conflit(t, agenda.ConflitOutside, nil, r))
	m.ligne.place.Heard.Applied([]agenda.Ref{{Noun: agenda.NounConflit, ID: "z"}})
	if a := m.event(EventAnnounce).(Annonce); a.Level != "warn" || a.Message != "1 point à revoir." {
		t.Errorf("%+v", a)
	}
}

func TestTheStateOfTheExchange(t *testing.T) {
	at := func(paris string) time.Time { return instant(t, paris, "Europe/Paris") }
	tests := []struct {
		name    string
		line    Ligne
		pending int
		state   string
		since   string // the hour, and the day when it is another
		detail  string
	}{
		{"up to date", Ligne{Online: true, Complete: true, LastSync: at(aujourdhui + " 11:19")}, 0, "up_to_date", "", ""},
		{"waiting", Ligne{Online: true, Complete: true}, 3, "pending", "", ""},
		{"one waiting", Ligne{Online: true, Complete: true}, 1, "pending", "", ""},
		{"offline today", Ligne{Since: at(aujourdhui + " 10:42")}, 0, "offline", "10:42", ""},
		{"offline since another day", Ligne{Since: at("2026-11-10 18:00")}, 2, "offline", "18:00 2026-11-10", ""},
		{"opened offline after days", Ligne{Since: at(aujourdhui + " 11:20"), LastSync: at("2026-11-03 17:30")}, 0, "offline", "17:30 2026-11-03", ""},
		{"offline from the start", Ligne{}, 0, "offline", "", ""},
		{"loading", Ligne{Online: true, Busy: true, Done: 100, Total: 5000}, 0, "syncing", "", ""},
		{"a password is needed", Ligne{Login: true}, 1, "login", "", ""},
		{"E16 a clock that is fast", Ligne{Online: true, Complete: true, Skew: 7 * time.Minute}, 0, "up_to_date", "", "L’horloge de ce poste avance de 7 min"},
		{"a clock that is late", Ligne{Online: true, Complete: true, Skew: -90 * time.Minute}, 0, "up_to_date", "", "L’horloge de ce poste retarde de 1 h 30"},
		{"a clock that is nearly right", Ligne{Online: true, Complete: true, Skew: time.Minute}, 0, "up_to_date", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := nouveau(t)
			m.ligne.say(Ligne{Online: true, Complete: true})
			for i := range tt.pending {
				f := form(fmt.Sprintf("2026-11-%dT09:00", 16+i))
				ok[Fait](t)(m.BookRdv(f))
			}
			m.ligne.say(tt.line)
			e := ok[EtatSync](t)(m.Sync())
			if e.State != tt.state || e.Pending != tt.pending || strings.TrimSpace(e.OfflineFrom+" "+e.OfflineDay) != tt.since || !strings.HasPrefix(plain(e.Detail), tt.detail) || (tt.detail == "") != (e.Detail == "") {
				t.Errorf("%+v", e)
			}
			if e.Done != tt.line.Done || e.Complete != tt.line.Complete {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestTheLastExchangeIsRemembered(t *testing.T) {
	m := nouveau(t)
	m.ligne.say(Ligne{Online: true, LastSync: instant(t, aujourdhui+" 10:42", "Europe/Paris")})
	ok[EtatProfil](t)(m.CloseProfil())
	m.ligne.say(Ligne{})
	ok[EtatProfil](t)(m.OpenProfil(profilID))
	if e := ok[EtatSync](t)(m.Sync()); plain(e.LastSync) != "jeu. 12 nov., 10 h 42" {
		t.Errorf("%q", e.LastSync)
	}
}

func TestSyncNowOffline(t *testing.T) {
	m := nouveau(t)
	m.ligne.say(Ligne{Since: m.clock()})
	m.ligne.echec = Refuser(CodeUnreachable)
	if e := ok[EtatSync](t)(m.SyncNow()); e.State != "offline" {
		t.Errorf("%+v", e)
	}
	m.ligne.echec = errors.New("something else")
	_, err := m.SyncNow()
	refus(t, err, "failure")
}

func TestPreferencesOfTheComputer(t *testing.T) {
	m := accueil(t)
	p := ok[Preferences](t)(m.Preferences())
	if p != defaultPreferences() {
		t.Errorf("%+v", p)
	}
	p.Theme, p.TextPct, p.View, p.Shortcuts = "dark", 150, "list", false
	ok[Preferences](t)(m.SavePreferences(p))
	if got := ok[Preferences](t)(m.Preferences()); got != p {
		t.Errorf("%+v", got)
	}
	if got := ok[Preferences](t)(m.SavePreferences(Preferences{Theme: "rose", TextPct: 3})); got.Theme != "system" || got.TextPct != 100 || got.Density != "normal" {
		t.Errorf("%+v", got)
	}
	if err := os.WriteFile(filepath.Join(m.f.cfg.Dir, preferencesFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := ok[Preferences](t)(m.Preferences()); got != defaultPreferences() {
		t.Errorf("%+v", got)
	}
}

func TestPresentBeforeAProfile(t *testing.T) {
	m := accueil(t)
	if now := ok[Present](t)(m.Present()); now.Zone != "Europe/Paris" || now.Time != "11:20" || now.Now != "2026-11-12T10:20:00Z" {
		t.Errorf("%+v", now)
	}
}

// The page relies on lists that are never null, whatever it asks; a text is
// never null either. Only what the contract marks as missing may be.
func TestNoListIsNull(t *testing.T) {
	m := nouveau(t, rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia"),
		plage(t, "p", "claire", "maison", "MO", "09:00", "09:30", "accompagnement"), absence(t, "a", "claire", "2026-11-17", "09:00", "10:00"))
	motifs := string(motifID("accompagnement"))
	answers := map[string]any{
		"Profil": ok[EtatProfil](t)(m.Profil()), "Referentiel": ok[Referentiel](t)(m.Referentiel()), "Agenda": m.jour("2026-11-16"), "empty Agenda": m.jour("2026-11-18", "thomas"),
		"Mois": ok[MiniMois](t)(m.Mois("2026-11", nil)), "Rdv": ok[FicheRdv](t)(m.Rdv(rdvKey("nadia"))), "PrepareRdv": ok[RdvPrepare](t)(m.PrepareRdv(RdvForm{})),
		"PrepareRdv full": ok[RdvPrepare](t)(m.PrepareRdv(form("2026-11-16T09:00"))), "Creneaux": ok[VueCreneaux](t)(m.Creneaux(DemandeCreneaux{Motif: motifs})),
		"Creneaux none": ok[VueCreneaux](t)(m.Creneaux(DemandeCreneaux{Motif: string(motifID("suivi"))})), "Find": ok[[]Trouvaille](t)(m.Find("zzz")),
		"SearchUsagers": ok[VueUsagers](t)(m.SearchUsagers("", 0)), "SearchUsagers none": ok[VueUsagers](t)(m.SearchUsagers("zzz", 0)),
		"Usager": ok[FicheUsager](t)(m.Usager(string(usagerID("lea")))), "ChampsUsager": ok[[]Champ](t)(m.ChampsUsager()), "CheckUsager": ok[[]Avertissement](t)(m.CheckUsager(UsagerForm{})),
		"Plage": ok[PlageForm](t)(m.Plage(id[string]("plage", "p"), "")), "Absence": ok[AbsenceForm](t)(m.Absence(id[string]("absence", "a"), "")),
		"Repetitions": ok[[]Recurrence](t)(m.Repetitions("2026-11-16")), "Sync": ok[EtatSync](t)(m.Sync()), "Review": ok[VueRevoir](t)(m.Review()),
		"Fait": ok[Fait](t)(m.CancelRdv(rdvKey("nadia"), "usager")), "Erreur": Refuser(CodeStale),
	}
	maybe := []string{"profil", "agent", "lock", "banner", "first", "why", "responsable", "back"}
	for name, value := range answers {
		body, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var tree any
		if err := json.Unmarshal(body, &tree); err != nil {
			t.Fatal(err)
		}
		for _, path := range nulls(tree, name) {
			if !slices.Contains(maybe, path[strings.LastIndex(path, ".")+1:]) {
				t.Errorf("null at %s", path)
			}
		}
	}
}

func nulls(tree any, at string) []string {
	var found []string
	switch x := tree.(type) {
	case nil:
		return []string{at}
	case map[string]any:
		for k, v := range x {
			found = append(found, nulls(v, at+"."+k)...)
		}
	case []any:
		for i, v := range x {
			found = append(found, nulls(v, fmt.Sprintf("%s.%d", at, i))...)
		}
	}
	return found
}

// The page sees the methods of API and no other.
func TestTheFacadeExportsNothingElse(t *testing.T) {
	bound, contract := reflect.TypeFor[*Agenda](), reflect.TypeFor[API]()
	for i := range bound.NumMethod() {
		if _, declared := contract.MethodByName(bound.Method(i).Name); !declared {
			t.Errorf("%s is bound to the page", bound.Method(i).Name)
		}
	}
	if reflect.TypeFor[Agenda]().NumField() != 1 || reflect.TypeFor[Agenda]().Field(0).IsExported() {
		t.Error("the facade shows a field")
	}
}

// A surprise never shows itself to the page.
func TestAFailureSaysWhatToDo(t *testing.T) {
	e := lu(t, ErrorFormatter(fmt.Errorf("read rdv: %w", os.ErrClosed)))
	if e.Code != "failure" || strings.Contains(e.Message, "closed") || !strings.Contains(e.Message, "enregistré") {
		t.Errorf("%+v", e)
	}
	newer := &store.Error{Code: store.CodeNewer, Message: "Base créée par une version plus récente."}
	if e := lu(t, ErrorFormatter(newer)); e.Code != "update" || e.Message != newer.Message {
		t.Errorf("%+v", e)
	}
}
