package guichet_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/guichet"
	"permanence/app/store"
)

// monde is a server's counter over a real database, and a note of what each
// command publishes. Two organisations of two territoires share one agent.
type monde struct {
	t       testing.TB
	db      *store.DB
	counter *guichet.Counter
	now     time.Time
	ids     int
	names   map[string]string // id → name, for what tests read
	noted   notes

	ccas, mairie             organisation
	alice, bruno, itinerante agenda.AgentID // admin; basic; basic in both
	nadia                    agenda.UsagerID
}

type organisation struct {
	territoire agenda.TerritoireID
	id         agenda.OrganisationID
	social     agenda.ServiceID
	enfance    agenda.ServiceID
	motif      agenda.MotifID
	lieu       agenda.LieuID
}

// notes is what one transaction published.
type notes struct {
	feed    []guichet.FeedLine
	journal []guichet.JournalLine
	erased  []agenda.Ref
}

// ledger notes what passes.
type ledger struct {
	guichet.Ledger
	noted *notes
}

func (l ledger) Write(ctx context.Context, f func(guichet.LedgerTx) error) error {
	*l.noted = notes{}
	return l.Ledger.Write(ctx, func(tx guichet.LedgerTx) error { return f(ledgerTx{tx, l.noted}) })
}

type ledgerTx struct {
	guichet.LedgerTx
	noted *notes
}

func (tx ledgerTx) Feed(l guichet.FeedLine) error {
	tx.noted.feed = append(tx.noted.feed, l)
	return tx.LedgerTx.Feed(l)
}

func (tx ledgerTx) Journal(l guichet.JournalLine) error {
	tx.noted.journal = append(tx.noted.journal, l)
	return tx.LedgerTx.Journal(l)
}

func (tx ledgerTx) Erase(r agenda.Ref) error {
	tx.noted.erased = append(tx.noted.erased, r)
	return tx.LedgerTx.Erase(r)
}

func newMonde(t *testing.T) *monde {
	t.Helper()
	db, err := store.OpenMemory("", store.Options{Kind: store.Server})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return newMondeOn(t, db)
}

// newMondeOn fills an empty database, which the caller closes.
func newMondeOn(t testing.TB, db *store.DB) *monde {
	t.Helper()
	m := &monde{t: t, db: db, now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), names: map[string]string{}}
	m.counter = guichet.NewCounter(ledger{db.Ledger(), &m.noted}, func() time.Time { return m.now })
	m.ccas, m.mairie = m.organisation("ccas"), m.organisation("mairie")
	m.alice, m.bruno, m.itinerante = m.agent("alice"), m.agent("bruno"), m.agent("itinérante")
	m.grant(m.alice, m.ccas, agenda.LevelAdmin, m.ccas.social)
	m.grant(m.bruno, m.ccas, agenda.LevelBasic, m.ccas.social)
	m.grant(m.itinerante, m.ccas, agenda.LevelBasic, m.ccas.enfance)
	m.grant(m.itinerante, m.mairie, agenda.LevelBasic, m.mairie.social)
	m.nadia = name[agenda.UsagerID](m, "nadia")
	m.names[string(agenda.ProfilOf(m.nadia, m.ccas.id))] = "profil"
	m.system(&agenda.AddUsager{Organisation: m.ccas.id, Usager: agenda.Usager{ID: m.nadia, Territoire: m.ccas.territoire,
		FirstName: "Nadia", LastName: "Haddad", Email: "nadia@example.org", Origin: agenda.OriginAgent, CreatedAt: m.now}})
	return m
}

// name mints an id and remembers what it is called in tests.
func name[T ~string](m *monde, called string) T {
	m.ids++
	id := fmt.Sprintf("01930000-0000-7000-8000-%012d", m.ids)
	m.names[id] = called
	return T(id)
}

func (m *monde) organisation(called string) organisation {
	o := organisation{name[agenda.TerritoireID](m, "territoire "+called), name[agenda.OrganisationID](m, called), name[agenda.ServiceID](m, "social"),
		name[agenda.ServiceID](m, "enfance"), name[agenda.MotifID](m, "motif"), name[agenda.LieuID](m, "lieu")}
	m.add(&agenda.Territoire{ID: o.territoire, Name: called, Departement: "62", Zone: "Europe/Paris", Holidays: "metropole", Permits: []agenda.Field{agenda.FieldContext}})
	m.add(&agenda.Organisation{ID: o.id, Territoire: o.territoire, Name: called, Zone: "Europe/Paris", Enables: []agenda.Field{agenda.FieldContext}})
	m.add(&agenda.Service{ID: o.social, Territoire: o.territoire, Name: "Action sociale"})
	m.add(&agenda.Service{ID: o.enfance, Territoire: o.territoire, Name: "Petite enfance"})
	m.add(&agenda.Motif{ID: o.motif, Organisation: o.id, Service: o.social, Name: "Aide", Color: "lagon", DurationMin: 30,
		Place: agenda.PlacePublicOffice, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents})
	m.add(&agenda.Lieu{ID: o.lieu, Organisation: o.id, Name: "Accueil", Address: "1 place de la Mairie", Zone: "Europe/Paris"})
	return o
}

func (m *monde) agent(called string) agenda.AgentID {
	id := name[agenda.AgentID](m, called)
	m.add(&agenda.Agent{ID: id, FirstName: "Agent", LastName: "Besson", Email: fmt.Sprintf("agent%d@example.org", m.ids)})
	return id
}

func (m *monde) grant(a agenda.AgentID, o organisation, l agenda.Level, s ...agenda.ServiceID) {
	id := agenda.RoleOf(a, o.id)
	m.names[string(id)] = "rôle"
	m.system(&agenda.GrantRole{Role: agenda.Role{ID: id, Agent: a, Organisation: o.id, Level: l, Services: s}})
}

func (m *monde) add(r agenda.Record) {
	m.t.Helper()
	c, err := agenda.AddOf(r)
	if err != nil {
		m.t.Fatal(err)
	}
	m.system(c)
}

func system() agenda.Author { return agenda.Author{Kind: agenda.AuthorSystem} }

func (m *monde) system(a agenda.Args) guichet.Result {
	m.t.Helper()
	res, err := m.do(system(), a)
	if err != nil {
		m.t.Fatalf("%s: %v", a.CommandName(), err)
	}
	return res
}

// do runs a command of somebody at the present instant.
func (m *monde) do(by agenda.Author, a agenda.Args) (guichet.Result, error) {
	m.ids++
	cmd := agenda.NewCommand(fmt.Sprintf("01930000-0000-7000-9000-%012d", m.ids), m.now, a)
	return m.counter.Do(context.Background(), cmd, by)
}

func (m *monde) read(f func(v *store.View) error) {
	m.t.Helper()
	if err := m.db.Read(context.Background(), f); err != nil {
		m.t.Fatal(err)
	}
}

// book is an rdv of the ccas on Tuesday.
func (m *monde) book(called string, hour int, agents ...agenda.AgentID) *agenda.BookRdv {
	start := time.Date(2026, 11, 24, hour-1, 0, 0, 0, time.UTC)
	b := &agenda.BookRdv{Rdv: name[agenda.RdvID](m, called), Organisation: m.ccas.id, Motif: m.ccas.motif, Lieu: m.ccas.lieu,
		Start: start, End: start.Add(30 * time.Minute), Zone: "Europe/Paris", Agents: agents, Participations: []agenda.Participation{{Usager: m.nadia}}}
	return b
}

// absence is one of Tuesday morning.
func (m *monde) absence(called string, a agenda.AgentID) *agenda.DeclareAbsence {
	day, err := civil.ParseDate("2026-11-24")
	if err != nil {
		m.t.Fatal(err)
	}
	return &agenda.DeclareAbsence{Absence: agenda.Absence{ID: name[agenda.AbsenceID](m, called), Agent: a, Zone: "Europe/Paris", FirstDay: day, LastDay: day, From: 8 * 60, To: 9 * 60}}
}

// called gives the names of what ids stand for, in a text.
func (m *monde) called(text string) string {
	for id, name := range m.names {
		text = strings.ReplaceAll(text, id, name)
	}
	return text
}

// lines shows what the last command fed about some nouns: "+rdv r1
// agenda:alice" for in, "-" for out, sorted.
func (m *monde) lines(nouns ...agenda.Noun) string {
	var all []string
	for _, l := range m.noted.feed {
		if !slices.Contains(nouns, l.Ref.Noun) {
			continue
		}
		sign := "-"
		if l.In {
			sign = "+"
		}
		ref := " " + l.Ref.ID
		if l.Ref.Noun == agenda.NounOccupation {
			ref = ""
		}
		all = append(all, m.called(fmt.Sprintf("%s%s%s %s", sign, l.Ref.Noun, ref, l.Scope)))
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// kinds shows what the last command journalled: "rdv r1 born", sorted.
func (m *monde) kinds(nouns ...agenda.Noun) string {
	var all []string
	for _, l := range m.noted.journal {
		if slices.Contains(nouns, l.Ref.Noun) {
			all = append(all, m.called(fmt.Sprintf("%s %s %s", l.Ref.Noun, l.Ref.ID, l.Kind)))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}
