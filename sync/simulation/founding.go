package simulation

import (
	"fmt"
	"maps"
	"sync"

	"permanence/app/agenda"
)

// Stage keeps the territoires that runs begin with: each number of desks has
// its own, founded once, and every run begins on a copy of its database.
type Stage struct {
	mu   sync.Mutex
	sets map[int]founding
}

// NewStage gives a stage on which nothing is founded yet.
func NewStage() *Stage { return &Stage{sets: map[int]founding{}} }

// founding is a server on which the founding commands were played, and what is
// expected of it.
type founding struct {
	image []byte
	cast  cast
	ids   uint64
	past  past
	born  map[string]agenda.Command
}

// founded gives the territoire for so many desks.
func (g *Stage) founded(desks int) (founding, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f, known := g.sets[desks]; known {
		return f, nil
	}
	w := emptyWorld(0, "")
	if err := w.central.disk.open(); err != nil {
		return founding{}, err
	}
	defer w.close()
	w.schema = newest
	w.startServer()
	if err := w.found(desks); err != nil {
		return founding{}, err
	}
	f := founding{w.central.disk.image(), w.cast, w.ids, w.past, w.born}
	g.sets[desks] = f
	return f, w.failure
}

// enter begins a run where the founding ended.
func (w *world) enter(f founding) error {
	w.cast, w.ids, w.past, w.born = f.cast, f.ids, f.past.clone(), maps.Clone(f.born)
	return w.central.disk.put(f.image)
}

// cast is the little territoire that every run plays in.
type cast struct {
	territoire agenda.TerritoireID
	orgs       []agenda.OrganisationID
	services   []agenda.ServiceID // one an organisation, then one more in the first
	agents     []agenda.AgentID   // by desk, then one colleague without a desk
	motifs     []agenda.MotifID   // by service
	ateliers   []agenda.MotifID   // by organisation: several usagers together
	lieux      []agenda.LieuID    // by organisation
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
	for i, o := range c.orgs {
		m := agenda.MotifID(w.newID())
		c.ateliers = append(c.ateliers, m)
		steps = append(steps, add(&agenda.Motif{ID: m, Organisation: o, Service: c.services[i], Name: fmt.Sprintf("Atelier %d", i+1), Color: "mauve", DurationMin: 30,
			Place: agenda.PlacePublicOffice, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByEveryone, Collectif: true}))
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
