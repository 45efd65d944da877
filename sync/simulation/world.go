package simulation

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/hub"
)

// Options shape one run.
type Options struct {
	Seed  uint64
	Steps int // things that happen before the last fault
	Desks int
	// Dir holds real files; "" keeps every database in memory.
	Dir string
}

// world is one run: what exists, what happened, what is expected.
type world struct {
	opt   Options
	rng   *rand.Rand
	clock time.Time // true time; desks read it with their own skew
	ids   uint64
	server
	desks []*desk
	model *model
	// born keeps every command that a desk made durable, by id; ran those the
	// server settled, with the verdict, in order.
	born  map[string]agenda.Command
	ran   map[string]store.Outcome
	order []string // the commands settled, in the server's order
	trace []string
	cast  cast

	failure error
}

// server is the central side.
type server struct {
	db      *store.DB
	counter *guichet.Counter
	hub     *hub.Hub
}

// cast is the little territoire that every run plays in.
type cast struct {
	territoire agenda.TerritoireID
	orgs       []agenda.OrganisationID
	services   []agenda.ServiceID
	agents     []agenda.AgentID // by desk, then one colleague without a desk
	motifs     []agenda.MotifID // by service
	lieux      []agenda.LieuID  // by organisation
}

// newWorld opens the databases and plays the founding commands.
func newWorld(opt Options) (*world, error) {
	w := &world{
		opt: opt, rng: rand.New(rand.NewPCG(opt.Seed, 0x9e3779b97f4a7c15)),
		clock: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), model: newModel(),
		born: map[string]agenda.Command{}, ran: map[string]store.Outcome{},
	}
	db, err := w.open("server", store.Server)
	if err != nil {
		return nil, err
	}
	w.db = db
	w.counter = guichet.NewCounter(db.Ledger(), w.now)
	w.hub = hub.New(recorder{db, w}, w.counter, hub.NewLocalBus(), hub.Config{
		Now: w.now, Lease: 30 * 24 * time.Hour, PageLines: 1 + w.rng.IntN(40),
	})
	if err := w.found(); err != nil {
		return nil, err
	}
	for i := range opt.Desks {
		d, err := w.newDesk(i)
		if err != nil {
			return nil, err
		}
		w.desks = append(w.desks, d)
	}
	return w, nil
}

func (w *world) close() {
	for _, d := range w.desks {
		d.db.Close()
	}
	w.db.Close()
}

// open opens one database, in memory unless the run is on files.
func (w *world) open(name string, kind store.Kind) (*store.DB, error) {
	o := store.Options{Kind: kind, Random: random{w}}
	if w.opt.Dir == "" {
		return store.OpenMemory(fmt.Sprintf("%s-%d-%d", name, w.opt.Seed, w.opt.Steps), o)
	}
	return store.Open(w.opt.Dir+"/"+name+".db", nil, o)
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
	binary.BigEndian.PutUint64(u[8:], w.ids<<8|w.opt.Seed&0xff)
	u[6] = u[6]&0x0f | 0x70
	u[8] = u[8]&0x3f | 0x80
	binary.BigEndian.PutUint16(u[6:8], 0x7000|uint16(w.ids&0x0fff))
	return u.String()
}

// note writes a line of the script that replays the run.
func (w *world) note(format string, args ...any) {
	w.trace = append(w.trace, fmt.Sprintf("%s  ", w.clock.Format("02 15:04:05"))+fmt.Sprintf(format, args...))
}

// system runs a command of the server's own.
func (w *world) system(args agenda.Args) error {
	_, err := w.counter.Do(context.Background(), agenda.NewCommand(w.newID(), w.clock, args), agenda.Author{Kind: agenda.AuthorSystem})
	return err
}

// found plays the territoire: two organisations, two services, an agent a
// desk and one colleague. The last desk is in the other organisation, so that
// some of what it sees is busy time only.
func (w *world) found() error {
	c := &w.cast
	c.territoire = agenda.TerritoireID(w.newID())
	steps := []agenda.Args{add(&agenda.Territoire{ID: c.territoire, Name: "Val-Fleuri", Departement: "62", Zone: "Europe/Paris", Holidays: "metropole", Permits: []agenda.Field{agenda.FieldContext}})}
	for i, name := range []string{"CCAS", "Maison des solidarités"} {
		o, s, m, l := agenda.OrganisationID(w.newID()), agenda.ServiceID(w.newID()), agenda.MotifID(w.newID()), agenda.LieuID(w.newID())
		c.orgs, c.services, c.motifs, c.lieux = append(c.orgs, o), append(c.services, s), append(c.motifs, m), append(c.lieux, l)
		steps = append(steps,
			add(&agenda.Organisation{ID: o, Territoire: c.territoire, Name: name, Zone: "Europe/Paris", Enables: []agenda.Field{agenda.FieldContext}}),
			add(&agenda.Service{ID: s, Territoire: c.territoire, Name: fmt.Sprintf("Service %d", i+1)}),
			add(&agenda.Motif{ID: m, Organisation: o, Service: s, Name: fmt.Sprintf("Motif %d", i+1), Color: "lagon", DurationMin: 30,
				Place: agenda.PlacePublicOffice, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents}),
			add(&agenda.Lieu{ID: l, Organisation: o, Name: fmt.Sprintf("Lieu %d", i+1), Address: "1 place de la Mairie", Zone: "Europe/Paris"}))
	}
	for i := range w.opt.Desks + 1 {
		steps = append(steps, w.hire(i)...)
	}
	for _, s := range steps {
		if err := w.system(s); err != nil {
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

// hire adds an agent: the first is admin, the others basic; all but the last
// desk's work in the first organisation, and that one works in both.
func (w *world) hire(i int) []agenda.Args {
	id := agenda.AgentID(w.newID())
	w.cast.agents = append(w.cast.agents, id)
	level := agenda.LevelBasic
	if i == 0 {
		level = agenda.LevelAdmin
	}
	steps := []agenda.Args{add(&agenda.Agent{ID: id, FirstName: "Agent", LastName: fmt.Sprintf("Numéro%c", 'A'+i), Email: fmt.Sprintf("agent%d@example.org", i)})}
	grant := func(o int, l agenda.Level) {
		steps = append(steps, &agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(id, w.cast.orgs[o]), Agent: id,
			Organisation: w.cast.orgs[o], Level: l, Services: []agenda.ServiceID{w.cast.services[o]}}})
	}
	if i == w.opt.Desks-1 && i > 0 {
		grant(1, agenda.LevelAdmin)
	}
	if i == 1 {
		grant(1, agenda.LevelBasic)
	}
	if i != w.opt.Desks-1 || i == 0 {
		grant(0, level)
	}
	return steps
}

// meet adds an usager known to both organisations.
func (w *world) meet(i int) error {
	id := agenda.UsagerID(w.newID())
	a := &agenda.AddUsager{Organisation: w.cast.orgs[0], Usager: w.person(id, i)}
	if err := w.serverRun(a, agenda.Author{Kind: agenda.AuthorSystem}); err != nil {
		return err
	}
	return w.system(&agenda.AttachUsager{Usager: id, Organisation: w.cast.orgs[1]})
}

// serverRun runs a command on the server directly, as a link or the command
// line does, and folds it into the model.
func (w *world) serverRun(a agenda.Args, by agenda.Author) error {
	cmd := agenda.NewCommand(w.newID(), w.clock, a)
	_, err := w.counter.Do(context.Background(), cmd, by)
	if agenda.RefusalOf(err) != nil {
		return nil
	}
	if err == nil {
		w.model.run(cmd, w.clock)
	}
	return err
}

func (w *world) person(id agenda.UsagerID, i int) agenda.Usager {
	names := []string{"Haddad", "Besson", "Morvan", "Caron", "Kessler", "Aubert", "Tanguy", "Girard"}
	return agenda.Usager{ID: id, Territoire: w.cast.territoire, FirstName: fmt.Sprintf("Prénom%c", 'A'+i%26),
		LastName: names[i%len(names)], Email: fmt.Sprintf("usager%d@example.org", i), Origin: agenda.OriginAgent, CreatedAt: w.clock}
}

// add makes the command that adds a setting.
func add(r agenda.Record) agenda.Args {
	body, err := agenda.Encode(r)
	if err != nil {
		panic("simulation: " + err.Error()) // only plain data
	}
	return &agenda.AddRecord{Noun: r.Noun(), Body: body}
}
