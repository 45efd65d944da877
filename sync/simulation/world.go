package simulation

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"permanence/app/agenda"
	"permanence/app/store"
)

// world is one run: what exists, what happened, what is expected.
type world struct {
	seed   uint64
	dir    string // of real files; "" keeps every database in memory
	memory string // sets its databases in memory apart from another run's
	acts   []act
	rng    *rand.Rand
	quiet  bool      // nothing goes wrong any more
	clock  time.Time // true time; desks read it with their own skew
	ids    uint64
	central
	desks   []*desk
	devices []string // every one ever enrolled
	relay   *relay
	mid     func() // happens between two pages of the next answer
	// rightsMoved is how many pages are still to be looked at since a right changed.
	rightsMoved int
	// erasedAt is the number of the first erasure.
	erasedAt   int64
	wasSetBack bool // the server, once at least
	witness    []witness
	tops       map[agenda.Ref][2]int64 // revision and SEQUENCE seen last
	// born keeps every command that a desk made durable, by id; gone those among
	// them that went with their disk before anybody had heard of them.
	born map[string]agenda.Command
	gone map[string]bool
	past
	trace []string
	cast  cast

	failure error
}

// past is what the server's history is expected to be: it is set back with it.
type past struct {
	model *model
	// ran keeps what the server settled, with the verdict; order tells in which
	// order.
	ran   map[string]store.Outcome
	order []string
}

// cast is the little territoire that every run plays in.
type cast struct {
	territoire agenda.TerritoireID
	orgs       []agenda.OrganisationID
	services   []agenda.ServiceID // one an organisation, then one more in the first
	agents     []agenda.AgentID   // by desk, then one colleague without a desk
	motifs     []agenda.MotifID   // by service
	lieux      []agenda.LieuID    // by organisation
}

// newWorld opens the databases and plays the founding commands. The world it
// gives is never nil.
func newWorld(s Script, dir string) (*world, error) {
	w := &world{
		seed: s.Seed, dir: dir, memory: uuid.NewString(), acts: acts(), rng: rand.New(rand.NewPCG(s.Seed, 0)),
		clock: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), quiet: true,
		born: map[string]agenda.Command{}, gone: map[string]bool{}, tops: map[agenda.Ref][2]int64{},
		past: past{newModel(), map[string]store.Outcome{}, nil},
	}
	w.relay = &relay{w: w, told: map[string][]letter{}, doubtful: map[string]bool{}}
	w.central.disk = &disk{w: w, name: "server", kind: store.Server}
	if err := w.central.disk.open(); err != nil {
		return w, err
	}
	w.pageLines = 1 + w.rng.IntN(40)
	w.releases()
	w.startServer()
	if err := w.found(s.Desks); err != nil {
		return w, err
	}
	for i := range s.Desks {
		d, err := w.newDesk(i)
		if err != nil {
			return w, err
		}
		w.desks = append(w.desks, d)
	}
	w.keepBackup()
	w.quiet, w.erasedAt = false, math.MaxInt64
	return w, nil
}

func (w *world) close() {
	for _, d := range w.desks {
		d.disk.db.Close()
	}
	w.central.disk.db.Close()
}

// random gives a database its secrets from the seed.
type random struct{ w *world }

func (r random) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r.w.rng.Uint32())
	}
	return len(p), nil
}

func (w *world) now() time.Time { return w.clock }

// newID mints ids in order, UUIDv7 in form, from the seed alone.
func (w *world) newID() string {
	w.ids++
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(w.clock.UnixMilli())<<16)
	binary.BigEndian.PutUint64(u[8:], w.ids<<8|w.seed&0xff)
	u[8] = u[8]&0x3f | 0x80
	binary.BigEndian.PutUint16(u[6:8], 0x7000|uint16(w.ids&0x0fff))
	return u.String()
}

// found plays the territoire: two organisations, three services, an agent a
// desk and one colleague. The last desk is in the other organisation, so that
// some of what it sees is busy time only.
func (w *world) found(desks int) error {
	c := &w.cast
	c.territoire = agenda.TerritoireID(w.newID())
	steps := []agenda.Args{add(&agenda.Territoire{ID: c.territoire, Name: "Val-Fleuri", Departement: "62", Zone: "Europe/Paris", Holidays: "metropole", Permits: []agenda.Field{agenda.FieldContext}})}
	for i, name := range []string{"CCAS", "Maison des solidarités"} {
		o, l := agenda.OrganisationID(w.newID()), agenda.LieuID(w.newID())
		c.orgs, c.lieux = append(c.orgs, o), append(c.lieux, l)
		steps = append(steps,
			add(&agenda.Organisation{ID: o, Territoire: c.territoire, Name: name, Zone: "Europe/Paris", Mail: fmt.Sprintf("accueil%d@example.org", i), Enables: []agenda.Field{agenda.FieldContext}}),
			add(&agenda.Lieu{ID: l, Organisation: o, Name: fmt.Sprintf("Lieu %d", i+1), Address: "1 place de la Mairie", Zone: "Europe/Paris"}))
	}
	for i, o := range []int{0, 1, 0} {
		s, m := agenda.ServiceID(w.newID()), agenda.MotifID(w.newID())
		c.services, c.motifs = append(c.services, s), append(c.motifs, m)
		steps = append(steps,
			add(&agenda.Service{ID: s, Territoire: c.territoire, Name: fmt.Sprintf("Service %d", i+1)}),
			add(&agenda.Motif{ID: m, Organisation: c.orgs[o], Service: s, Name: fmt.Sprintf("Motif %d", i+1), Color: "lagon", DurationMin: 30,
				Place: agenda.PlacePublicOffice, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents}))
	}
	for i := range desks + 1 {
		steps = append(steps, w.hire(i, desks)...)
	}
	for _, s := range steps {
		if err := w.serverRun(s, system()); err != nil {
			return fmt.Errorf("found %s: %w", s.CommandName(), err)
		}
	}
	for i := range 6 {
		if err := w.meet(i); err != nil {
			return err
		}
	}
	return nil
}

func system() agenda.Author { return agenda.Author{Kind: agenda.AuthorSystem} }

// hire adds an agent: the first is admin, the others basic; all but the last
// desk's work in the first organisation, and the second works in both.
func (w *world) hire(i, desks int) []agenda.Args {
	id := agenda.AgentID(w.newID())
	w.cast.agents = append(w.cast.agents, id)
	level := agenda.LevelBasic
	if i == 0 {
		level = agenda.LevelAdmin
	}
	steps := []agenda.Args{add(&agenda.Agent{ID: id, FirstName: "Agent", LastName: fmt.Sprintf("Numéro%c", 'A'+i), Email: fmt.Sprintf("agent%d@example.org", i)})}
	if i == desks-1 && i > 0 {
		steps = append(steps, w.grant(i, 1, agenda.LevelAdmin))
	}
	if i == 1 {
		steps = append(steps, w.grant(i, 1, agenda.LevelBasic))
	}
	if i != desks-1 || i == 0 {
		steps = append(steps, w.grant(i, 0, level))
	}
	return steps
}

// grant gives an agent a role in an organisation, in its first service.
func (w *world) grant(agent, org int, level agenda.Level) agenda.Args {
	id, o := w.cast.agents[agent], w.cast.orgs[org]
	return &agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(id, o), Agent: id, Organisation: o, Level: level, Services: []agenda.ServiceID{w.cast.services[org]}}}
}

// meet adds an usager known to both organisations.
func (w *world) meet(i int) error {
	id := agenda.UsagerID(w.newID())
	a := &agenda.AddUsager{Organisation: w.cast.orgs[0], Usager: w.person(id, i)}
	if err := w.serverRun(a, system()); err != nil {
		return err
	}
	return w.serverRun(&agenda.AttachUsager{Usager: id, Organisation: w.cast.orgs[1]}, system())
}

// person is somebody; every second one carries a canary in a name, which is
// indexed, the others in their address.
func (w *world) person(id agenda.UsagerID, i int) agenda.Usager {
	names := []string{"Haddad", "Besson", "Morvan", "Caron", "Kessler", "Aubert", "Tanguy", "Girard"}
	u := agenda.Usager{ID: id, Territoire: w.cast.territoire, FirstName: fmt.Sprintf("Prénom%c", 'A'+i%26),
		LastName: names[i%len(names)], Email: fmt.Sprintf("usager%d@example.org", i), Origin: agenda.OriginAgent, CreatedAt: w.clock}
	if i%2 == 0 {
		u.FirstName += " " + canary(string(id))
	} else {
		u.Address = canary(string(id))
	}
	return u
}

// add makes the command that adds a setting.
func add(r agenda.Record) agenda.Args {
	body, err := agenda.Encode(r)
	if err != nil {
		panic("simulation: " + err.Error()) // only plain data
	}
	return &agenda.AddRecord{Noun: r.Noun(), Body: body}
}
