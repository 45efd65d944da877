package agenda

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"permanence/app/civil"
)

// monde is a small fictional territoire: what the tests of this package are
// told in. Everyone and every place is invented.
type monde struct {
	*faits
	now time.Time // Monday 23 November 2026, 9:00 in Paris
	n   int       // commands given

	territoire   *Territoire
	ccas, maison *Organisation // the CCAS de Montbrun, the Maison des solidarités d’Aubry
	social, pmi  *Service

	claire   AgentID // admin of the CCAS
	sylvie   AgentID // secretariat of the CCAS
	thomas   AgentID // basic, social, CCAS
	nathalie AgentID // basic, PMI, CCAS
	aissatou AgentID // basic in both: social at the CCAS, PMI at the maison
	marc     AgentID // admin of the maison
	louis    AgentID // intervenant, social, CCAS

	accueil, telephone, visio, domicile, atelier *Motif // of the CCAS, social
	consultation                                 *Motif // of the CCAS, PMI
	pesee                                        *Motif // of the maison, PMI
	mairie, annexe                               *Lieu  // of the CCAS
	centre                                       *Lieu  // of the maison

	nadia  *Usager // known to the CCAS; email and phone
	sami   *Usager // her son: a proche without contacts
	elodie *Usager // Élodie LEFÈVRE, 2 January 1990; known to the CCAS
	jean   *Usager // known to both
	rose   *Usager // known to the maison alone
}

// id gives the n-th id of a letter: the same in every run.
func id(letter byte, n int) string {
	return fmt.Sprintf("00000000-0000-7000-80%02x-%012d", letter, n)
}

func newMonde() *monde {
	m := &monde{faits: newFaits(), now: time.Date(2026, time.November, 23, 8, 0, 0, 0, time.UTC)}
	m.settle()
	m.hire()
	m.offer()
	m.welcome()
	return m
}

func (m *monde) settle() {
	m.territoire = &Territoire{ID: TerritoireID(id('t', 1)), Name: "Val d’Orge", Departement: "62",
		Zone: "Europe/Paris", Holidays: "metropole", Permits: []Field{FieldNotes, FieldCaisse, FieldContext}}
	m.ccas = &Organisation{ID: OrganisationID(id('o', 1)), Territoire: m.territoire.ID, Name: "CCAS de Montbrun",
		Zone: "Europe/Paris", Mail: "ccas@example.org", Enables: []Field{FieldNotes, FieldContext}}
	m.maison = &Organisation{ID: OrganisationID(id('o', 2)), Territoire: m.territoire.ID, Name: "Maison des solidarités d’Aubry",
		Zone: "Europe/Paris", Enables: []Field{FieldNotes, FieldCaisse}}
	m.social = &Service{ID: ServiceID(id('s', 1)), Territoire: m.territoire.ID, Name: "Action sociale"}
	m.pmi = &Service{ID: ServiceID(id('s', 2)), Territoire: m.territoire.ID, Name: "PMI"}
	m.put(m.territoire, m.ccas, m.maison, m.social, m.pmi)
}

func (m *monde) hire() {
	m.claire = m.agent(1, "Claire", "Fournier")
	m.sylvie = m.agent(2, "Sylvie", "Martin")
	m.thomas = m.agent(3, "Thomas", "Petit")
	m.nathalie = m.agent(4, "Nathalie", "Roux")
	m.aissatou = m.agent(5, "Aïssatou", "Diallo")
	m.marc = m.agent(6, "Marc", "Leroy")
	m.louis = m.agent(7, "Louis", "Garnier")
	m.role(m.claire, m.ccas, LevelAdmin, m.social)
	m.role(m.sylvie, m.ccas, LevelSecretariat)
	m.role(m.thomas, m.ccas, LevelBasic, m.social)
	m.role(m.nathalie, m.ccas, LevelBasic, m.pmi)
	m.role(m.aissatou, m.ccas, LevelBasic, m.social)
	m.role(m.aissatou, m.maison, LevelBasic, m.pmi)
	m.role(m.marc, m.maison, LevelAdmin, m.pmi)
	m.role(m.louis, m.ccas, LevelIntervenant, m.social)
}

func (m *monde) agent(n int, first, last string) AgentID {
	a := &Agent{ID: AgentID(id('a', n)), FirstName: first, LastName: last, Email: fmt.Sprintf("agent%d@example.org", n)}
	m.put(a)
	return a.ID
}

func (m *monde) role(a AgentID, o *Organisation, l Level, services ...*Service) {
	r := &Role{ID: RoleOf(a, o.ID), Agent: a, Organisation: o.ID, Level: l}
	for _, s := range services {
		r.Services = append(r.Services, s.ID)
	}
	m.put(r)
}

func (m *monde) offer() {
	m.accueil = m.motif(1, m.ccas, m.social, "Demande d’aide", PlacePublicOffice)
	m.telephone = m.motif(2, m.ccas, m.social, "Suivi par téléphone", PlacePhone)
	m.visio = m.motif(3, m.ccas, m.social, "Suivi en visio", PlaceVisio)
	m.domicile = m.motif(4, m.ccas, m.social, "Visite à domicile", PlaceHome)
	m.consultation = m.motif(6, m.ccas, m.pmi, "Consultation", PlacePublicOffice)
	m.pesee = m.motif(7, m.maison, m.pmi, "Pesée", PlacePublicOffice)
	m.atelier = m.motif(5, m.ccas, m.social, "Atelier budget", PlacePublicOffice)
	m.atelier.Collectif = true
	m.put(m.atelier)
	m.mairie = m.lieu(1, m.ccas, "Mairie", "1 place de la Halle, 62999 Montbrun")
	m.annexe = m.lieu(2, m.ccas, "Annexe", "8 rue du Lavoir, 62999 Montbrun")
	m.centre = m.lieu(3, m.maison, "Centre", "3 avenue des Tilleuls, 62998 Aubry")
}

func (m *monde) motif(n int, o *Organisation, s *Service, name string, p Place) *Motif {
	x := &Motif{ID: MotifID(id('m', n)), Organisation: o.ID, Service: s.ID, Name: name, Color: "lagon", DurationMin: 30,
		Place: p, MinDelayS: 1800, MaxDelayS: 7776000, Visibility: VisibleNotified, BookableBy: BookableByAgents}
	m.put(x)
	return x
}

func (m *monde) lieu(n int, o *Organisation, name, address string) *Lieu {
	x := &Lieu{ID: LieuID(id('l', n)), Organisation: o.ID, Name: name, Address: address, Zone: "Europe/Paris"}
	m.put(x)
	return x
}

func (m *monde) welcome() {
	m.nadia = m.usager(1, "Nadia", "Haddad", m.ccas)
	m.nadia.Email, m.nadia.Phone, m.nadia.Address = "nadia@example.org", "+33610000001", "4 rue du Puits, 62999 Montbrun"
	m.sami = m.usager(2, "Sami", "Haddad", m.ccas)
	m.sami.Responsable = m.nadia.ID
	m.elodie = m.usager(3, "Élodie", "LEFÈVRE", m.ccas)
	m.elodie.BirthDate, m.elodie.Email = day("1990-01-02"), "elodie@example.org"
	m.jean = m.usager(4, "Jean", "Morel", m.ccas, m.maison)
	m.jean.Email, m.jean.Phone = "jean@example.org", "+33610000004"
	m.rose = m.usager(5, "Rose", "Delmas", m.maison)
	m.rose.Email, m.rose.Phone, m.rose.BirthDate = "rose@example.org", "+33610000005", day("1975-06-07")
	m.put(m.nadia, m.sami, m.elodie, m.jean, m.rose)
}

func (m *monde) usager(n int, first, last string, known ...*Organisation) *Usager {
	u := &Usager{ID: UsagerID(id('u', n)), Territoire: m.territoire.ID, FirstName: first, LastName: last,
		Origin: OriginAgent, CreatedAt: m.now.AddDate(0, -1, 0)}
	for _, o := range known {
		m.put(&Profil{ID: ProfilOf(u.ID, o.ID), Usager: u.ID, Organisation: o.ID})
	}
	m.put(u)
	return u
}

// rdv puts the n-th Rdv: at a wall-clock time of Paris ("2026-11-24 09:00"), for
// the motif's duration, in the motif's first lieu when it takes one.
func (m *monde) rdv(n int, at string, motif *Motif, agents []AgentID, usagers ...*Usager) *Rdv {
	start := paris(at)
	r := &Rdv{ID: RdvID(id('r', n)), Organisation: motif.Organisation, Motif: motif.ID, Agents: sortedAgents(agents),
		Status: StatusUnknown, CreatedAt: m.now, ChangedAt: m.now, CreatedBy: Creator{AuthorAgent, agents[0]}}
	slot := Slot{Start: start, End: start.Add(motif.Duration()), Zone: "Europe/Paris"}
	if motif.Place == PlacePublicOffice {
		slot.Lieu = LieuID(m.Records(NounLieu, string(motif.Organisation))[0].Key())
	}
	if err := r.place(slot); err != nil {
		panic(err)
	}
	for _, u := range usagers {
		r.Participations = append(r.Participations, Participation{Usager: u.ID})
	}
	for _, a := range r.Agents {
		o := &Occupation{ID: OccupationID(m.Derive("occupation", r.Key(), string(a))), Agent: a, Start: r.Start, End: r.End}
		r.Occupations = append(r.Occupations, o.ID)
		m.put(o)
	}
	m.put(r)
	return r
}

// plage puts the n-th plage: weekly from a day, at the CCAS's mairie.
func (m *monde) plage(n int, a AgentID, first, from, to string, motifs ...*Motif) *PlageOuverture {
	p := &PlageOuverture{ID: PlageID(id('p', n)), Organisation: m.ccas.ID, Agent: a, Lieu: m.mairie.ID, Zone: "Europe/Paris",
		FirstDay: day(first), From: hour(from), To: hour(to), RRule: "FREQ=WEEKLY;INTERVAL=1"}
	for _, x := range motifs {
		p.Motifs = append(p.Motifs, x.ID)
	}
	m.put(p)
	return p
}

// absence puts the n-th absence of one day.
func (m *monde) absence(n int, a AgentID, on, from, to string) *Absence {
	x := &Absence{ID: AbsenceID(id('b', n)), Agent: a, Title: "Formation", Zone: "Europe/Paris",
		FirstDay: day(on), From: hour(from), LastDay: day(on), To: hour(to)}
	m.put(x)
	return x
}

func day(s string) civil.Date {
	d, err := civil.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func hour(s string) civil.Time {
	t, err := civil.ParseTime(s)
	if err != nil {
		panic(err)
	}
	return t
}

// paris reads "2026-11-24 09:00" on a wall in Paris.
func paris(s string) time.Time {
	zone, err := civil.LoadZone("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return zone.Instant(day(s[:10]), hour(s[11:]))
}

// order is one command as a test gives it.
type order struct {
	by       Author
	mode     Mode
	device   string
	seen     map[string]int64
	accepted []Accepted
	at       time.Time
}

// option changes an order.
type option func(*order)

// proposed runs the command on a desk, for the first time.
func proposed(o *order) { o.mode = Propose }

// from says which desktop the command comes from, and what it had received.
func from(device string, seen map[string]int64) option {
	return func(o *order) { o.device, o.seen = device, seen }
}

// accepting says which warnings the author has seen.
func accepting(w ...Warning) option {
	return func(o *order) {
		for _, x := range w {
			o.accepted = append(o.accepted, Accepted{x.Code, x.Records})
		}
	}
}

// system is the command line of the server.
func system(o *order) { o.by = Author{Kind: AuthorSystem} }

// do runs a command of an agent with the server's authority and applies what it
// decides.
func (m *monde) do(a AgentID, args Args, options ...option) (Decision, error) {
	return m.on(m.faits, a, args, options...)
}

// on is do on other facts: a desktop's.
func (m *monde) on(f *faits, a AgentID, args Args, options ...option) (Decision, error) {
	m.n++
	o := order{by: Author{Kind: AuthorAgent, Agent: a}, mode: Authority, at: m.now}
	for _, set := range options {
		set(&o)
	}
	c := NewCommand(id('c', m.n), o.at, args)
	c.Device, c.Seen, c.Accepted, o.by.Device = o.device, o.seen, o.accepted, o.device
	d, err := Decide(f, c, o.by, o.mode, o.at, m.now)
	if err == nil {
		f.Apply(d)
		f.sign(d, Signature{o.by.Kind, o.by.Agent, m.now})
	}
	return d, err
}

// must is do for a command that is expected to hold.
func (m *monde) must(t interface {
	Helper()
	Fatalf(string, ...any)
}, a AgentID, args Args, options ...option) Decision {
	t.Helper()
	d, err := m.do(a, args, options...)
	if err != nil {
		t.Fatalf("%s: %v", args.CommandName(), err)
	}
	return d
}

// look gives a record of the monde as it is now; it must be there.
func look[T Record](t *testing.T, f Facts, r T) T {
	t.Helper()
	now, ans := Get[T](f, r.Noun(), r.Key())
	if ans != Yes {
		t.Fatalf("%s %s: %v", r.Noun(), r.Key(), ans)
	}
	return now
}

// code is the code of a refusal, "" when there is none.
func code(err error) Code {
	if r := RefusalOf(err); r != nil {
		return r.Code
	}
	return ""
}

// codes lists the codes of warnings, in order.
func codes(ws []Warning) []Code {
	var cs []Code
	for _, w := range ws {
		cs = append(cs, w.Code)
	}
	return cs
}

// wants fails unless err is a refusal with this code, or no error for "".
func wants(t *testing.T, err error, want Code) {
	t.Helper()
	if code(err) != want || want == "" && err != nil {
		t.Errorf("refusal = %q (%v), want %q", code(err), err, want)
	}
}

func has(refs []Ref, r Record) bool { return slices.Contains(refs, RefOf(r)) }

// sets makes the fields of an edit: key, JSON value, key, JSON value…
func sets(pairs ...string) map[string]Edit {
	fields := map[string]Edit{}
	for i := 0; i < len(pairs); i += 2 {
		fields[pairs[i]] = Edit{Was: []byte("null"), Now: []byte(pairs[i+1])}
	}
	return fields
}

func TestMondeHolds(t *testing.T) {
	m := newMonde()
	m.rdv(1, "2026-11-24 09:00", m.accueil, []AgentID{m.thomas}, m.nadia)
	m.plage(1, m.thomas, "2026-11-23", "09:00", "12:00", m.accueil)
	m.absence(1, m.thomas, "2026-11-25", "09:00", "12:00")
	for ref, r := range m.rows {
		if err := r.Check(); err != nil {
			t.Errorf("%v: %v", ref, err)
		}
		if len(Readers(m, r)) == 0 {
			t.Errorf("%v: nobody reads it", ref)
		}
	}
}
