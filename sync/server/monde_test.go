package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/access"
)

// horloge is a clock that runs on from Monday 23 November 2026, 9 h in Paris,
// and can be put forward.
type horloge struct {
	born  time.Time
	ahead atomic.Int64
}

func (h *horloge) Now() time.Time {
	monday := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	return monday.Add(time.Since(h.born) + time.Duration(h.ahead.Load()))
}

func (h *horloge) advance(d time.Duration) { h.ahead.Add(int64(d)) }

// journal keeps what a server logs.
type journal struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.all.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.all.String()
}

// monde is a small territoire behind a real server on loopback, with a real
// file: two organisations that share nothing, and their people.
type monde struct {
	t     testing.TB
	cfg   Config
	clock *horloge
	log   *journal
	srv   *Server
	url   string
	halt  func()

	ccas, mairie organisation
	alice, bruno agenda.AgentID // ccas: admin; basic, same service
	chloe        agenda.AgentID // ccas: basic, another service
	dalil        agenda.AgentID // mairie: admin
	nadia, karim agenda.UsagerID
	etranger     agenda.UsagerID // known to the mairie alone
}

// organisation is what one organisation offers.
type organisation struct {
	territoire agenda.TerritoireID
	id         agenda.OrganisationID
	service    agenda.ServiceID
	motif      agenda.MotifID
	lieu       agenda.LieuID
}

const phrase = "cinq chevaux gris au galop" // password of every agent here

// newMonde opens a server, filled; each change of its settings comes first.
func newMonde(t testing.TB, settings ...func(*Config)) *monde {
	t.Helper()
	m := &monde{t: t, clock: &horloge{born: time.Now()}, log: &journal{}}
	m.cfg = Config{Listen: "127.0.0.1:0", DB: filepath.Join(t.TempDir(), "serveur.db"), MailFrom: "service@montrelay.example.org",
		MailDelay: time.Hour, Now: m.clock.Now, Log: slog.New(slog.NewTextHandler(m.log, nil))}
	for _, set := range settings {
		set(&m.cfg)
	}
	m.start()
	t.Cleanup(func() {
		m.stop()
		if bad := strings.Contains(m.log.String(), "panicked"); bad || t.Failed() {
			t.Logf("log of the server:\n%s", m.log)
			if bad {
				t.Error("a handler panicked")
			}
		}
	})
	m.found()
	return m
}

// start opens the server, at the address it had before.
func (m *monde) start() {
	m.t.Helper()
	s, err := Open(m.cfg)
	if err != nil {
		m.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	m.srv, m.url = s, s.URL()
	m.cfg.Listen = s.listener.Addr().String()
	m.halt = func() {
		cancel()
		if err := <-done; err != nil {
			m.t.Errorf("serve: %v", err)
		}
		if err := s.Close(); err != nil {
			m.t.Errorf("close: %v", err)
		}
		m.halt = nil
	}
}

func (m *monde) stop() {
	if m.halt != nil {
		m.halt()
	}
}

// found plays the founding commands.
func (m *monde) found() {
	m.ccas = m.organisation("CCAS de Montrelay", "rdv@montrelay.example.org")
	m.mairie = m.organisation("Mairie de Valombreuse", "rdv@valombreuse.example.org")
	autre := agenda.ServiceID(newID())
	m.add(&agenda.Service{ID: autre, Territoire: m.ccas.territoire, Name: "Petite enfance"})
	m.alice = m.agent("Alice", "Fournier", m.ccas, agenda.LevelAdmin, m.ccas.service)
	m.bruno = m.agent("Bruno", "Lemaire", m.ccas, agenda.LevelBasic, m.ccas.service)
	m.chloe = m.agent("Chloé", "Vidal", m.ccas, agenda.LevelBasic, autre)
	m.dalil = m.agent("Dalil", "Roussel", m.mairie, agenda.LevelAdmin, m.mairie.service)
	m.nadia = m.usager("Nadia", "Haddad", m.ccas)
	m.karim = m.usager("Karim", "Benali", m.ccas)
	m.etranger = m.usager("Lucien", "Tanguy", m.mairie)
}

func (m *monde) organisation(name, mail string) organisation {
	o := organisation{agenda.TerritoireID(newID()), agenda.OrganisationID(newID()), agenda.ServiceID(newID()), agenda.MotifID(newID()), agenda.LieuID(newID())}
	m.add(&agenda.Territoire{ID: o.territoire, Name: name, Departement: "62", Zone: "Europe/Paris", Holidays: "metropole"})
	m.add(&agenda.Organisation{ID: o.id, Territoire: o.territoire, Name: name, Zone: "Europe/Paris", Mail: mail, Phone: "+33321000000"})
	m.add(&agenda.Service{ID: o.service, Territoire: o.territoire, Name: "Action sociale"})
	m.add(&agenda.Motif{ID: o.motif, Organisation: o.id, Service: o.service, Name: "Demande d’aide", Color: "lagon", DurationMin: 30,
		Place: agenda.PlacePublicOffice, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents})
	m.add(&agenda.Lieu{ID: o.lieu, Organisation: o.id, Name: "Maison des services", Address: "4 place du Marché, Montrelay", Zone: "Europe/Paris"})
	return o
}

// agent adds an agent with a role and an account whose password is phrase.
func (m *monde) agent(first, last string, o organisation, l agenda.Level, services ...agenda.ServiceID) agenda.AgentID {
	m.t.Helper()
	id := agenda.AgentID(newID())
	email := strings.ToLower(last) + "@montrelay.example.org"
	m.add(&agenda.Agent{ID: id, FirstName: first, LastName: last, Email: email})
	m.system(&agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(id, o.id), Agent: id, Organisation: o.id, Level: l, Services: services}})
	m.write(func(tx *store.ServerTx) error {
		return tx.AddAccount(store.Account{Agent: id, Email: access.LoginEmail(email), CreatedAt: m.clock.Now()})
	})
	return id
}

// password lets an agent in by phrase.
func (m *monde) password(a agenda.AgentID) {
	m.t.Helper()
	hasher, err := access.NewHasher(1)
	if err != nil {
		m.t.Fatal(err)
	}
	hash, err := hasher.Hash(m.t.Context(), phrase)
	if err != nil {
		m.t.Fatal(err)
	}
	m.write(func(tx *store.ServerTx) error {
		_, err := tx.SetPassword(a, "", hash)
		return err
	})
}

func (m *monde) usager(first, last string, o organisation) agenda.UsagerID {
	id := agenda.UsagerID(newID())
	m.system(&agenda.AddUsager{Organisation: o.id, Usager: agenda.Usager{ID: id, Territoire: o.territoire, FirstName: first, LastName: last,
		Email: strings.ToLower(first) + "@example.org", Origin: agenda.OriginAgent, CreatedAt: m.clock.Now()}})
	return id
}

func (m *monde) add(r agenda.Record) {
	m.t.Helper()
	c, err := agenda.AddOf(r)
	if err != nil {
		m.t.Fatal(err)
	}
	m.system(c)
}

// system runs a command of the server's own, which nothing may refuse.
func (m *monde) system(a agenda.Args) guichet.Result {
	m.t.Helper()
	return m.as(agenda.Author{Kind: agenda.AuthorSystem}, a)
}

func (m *monde) as(by agenda.Author, a agenda.Args) guichet.Result {
	m.t.Helper()
	res, err := m.srv.counter.Do(context.Background(), agenda.NewCommand(newID(), m.clock.Now().UTC(), a), by)
	if err != nil {
		m.t.Fatalf("%s: %v", a.CommandName(), err)
	}
	return res
}

func (m *monde) write(f func(tx *store.ServerTx) error) {
	m.t.Helper()
	if err := m.srv.db.WriteServer(context.Background(), f); err != nil {
		m.t.Fatal(err)
	}
}

func (m *monde) read(f func(v *store.View) error) {
	m.t.Helper()
	if err := m.srv.db.Read(context.Background(), f); err != nil {
		m.t.Fatal(err)
	}
}

// booking is an rdv of the ccas at an hour of Tuesday, in Paris: "14:30".
func (m *monde) booking(hour string, agents []agenda.AgentID, usagers ...agenda.UsagerID) *agenda.BookRdv {
	start := at(m.t, hour)
	b := &agenda.BookRdv{Rdv: agenda.RdvID(newID()), Organisation: m.ccas.id, Motif: m.ccas.motif, Lieu: m.ccas.lieu,
		Start: start, End: start.Add(30 * time.Minute), Zone: "Europe/Paris", Agents: agents}
	for _, u := range usagers {
		b.Participations = append(b.Participations, agenda.Participation{Usager: u})
	}
	return b
}

// at is an hour of Tuesday 24 November 2026 on a clock in Paris.
func at(t testing.TB, hour string) time.Time {
	t.Helper()
	clock, err := time.Parse("15:04", hour)
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 11, 24, clock.Hour()-1, clock.Minute(), 0, 0, time.UTC)
}

// moveTo gives the command that moves an rdv as it reads now.
func (m *monde) moveTo(id agenda.RdvID, hour string) *agenda.MoveRdv {
	r := m.rdv(id)
	start := at(m.t, hour)
	return &agenda.MoveRdv{Rdv: id, From: r.Slot(), To: agenda.Slot{Start: start, End: start.Add(r.End.Sub(r.Start)), Zone: r.Zone, Lieu: r.Lieu}}
}

func (m *monde) rdv(id agenda.RdvID) *agenda.Rdv {
	m.t.Helper()
	var r *agenda.Rdv
	m.read(func(v *store.View) error {
		r, _ = agenda.Get[*agenda.Rdv](v, agenda.NounRdv, string(id))
		return nil
	})
	if r == nil {
		m.t.Fatalf("no rdv %s", id)
	}
	return r
}

// secret opens a door of an agent and shows the key once.
func (m *monde) secret(kind access.Kind, a agenda.AgentID, level access.Content) (key, id string) {
	m.t.Helper()
	s, err := access.NewSecret(rand.Reader, kind)
	if err != nil {
		m.t.Fatal(err)
	}
	id = newID()
	m.write(func(tx *store.ServerTx) error {
		return tx.AddSecret(store.Secret{Hash: s.Hash().String(), ID: id, Kind: string(kind), Agent: a, Level: string(level), CreatedAt: m.clock.Now()})
	})
	return s.Reveal(), id
}

// answer is a whole HTTP answer.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends one request and reads the whole answer; headers are "Name: value".
func (m *monde) do(method, path, body string, headers ...string) answer {
	m.t.Helper()
	r, err := http.NewRequestWithContext(m.t.Context(), method, m.url+path, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		m.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		m.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{resp.StatusCode, resp.Header, string(read)}
}

// eventually waits until ok, or fails when it took longer than a busy machine may.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(longWait); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within %v: %s", longWait, what)
}
