package fiction

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/guichet"
	"permanence/app/store"
)

// Size is how much a measure asks for.
type Size struct{ Agents, Usagers, Rdvs int }

// Seeded is what Seed made.
type Seeded struct {
	Territoire    agenda.TerritoireID     `json:"territoire"`
	Organisations []agenda.OrganisationID `json:"organisations"`
	Agents        int                     `json:"agents"`
	Usagers       int                     `json:"usagers"`
	Rdvs          int                     `json:"rdvs"`
	Accounts      []Account               `json:"accounts"` // one an agent, all with the same password
}

// ErrSize says that a measure cannot be asked for.
var ErrSize = errors.New("il faut au moins un agent, et un usager par organisation de 25 agents pour prendre des rendez-vous")

// Seed adds a territoire of the given size around the civil day of now: agents
// by 25 in organisations, usagers spread over these, rdvs without overlap on
// the working days of each agent, three quarters of them past. progress is told
// how many commands are done; it may be nil.
//
// It writes in several transactions, so that a server beside it goes on; what
// is interrupted stays, and the same seed cannot be begun again there (a
// *agenda.Refusal, CodeExists).
func Seed(ctx context.Context, db *store.DB, size Size, seed uint64, now time.Time, progress func(done int)) (Seeded, error) {
	b, err := newBench(size, seed, now)
	if err != nil {
		return Seeded{}, err
	}
	hashes, err := hashAll(ctx, b.made.Accounts[:1])
	if err != nil {
		return Seeded{}, err
	}
	w := &bulk{ctx: ctx, db: db, now: now.UTC(), chance: newChance(seed, "commandes"), progress: progress}
	w.counter = guichet.NewCounter(db.Ledger(), func() time.Time { return w.now })
	if err := b.settings(w.do); err != nil {
		return Seeded{}, err
	}
	w.accounts, w.hash = b.made.Accounts, hashes[0]
	for i := range size.Usagers {
		if err := w.do(b.usager(i)); err != nil {
			return Seeded{}, err
		}
	}
	for i := range size.Rdvs {
		booking := b.rdv(i)
		if err := w.do(booking); err != nil {
			return Seeded{}, err
		}
		if i%20 == 7 {
			if err := w.do(&agenda.CancelRdv{Rdv: booking.Rdv, By: "usager"}); err != nil {
				return Seeded{}, err
			}
		}
	}
	return b.made, w.flush()
}

// bulk runs commands by the thousand in each transaction.
type bulk struct {
	ctx      context.Context
	db       *store.DB
	counter  *guichet.Counter
	now      time.Time
	chance   chance
	progress func(int)
	waiting  []agenda.Args
	accounts []Account // to open with the next transaction
	hash     string
	done     int
}

const bulkSize = 2000

func (w *bulk) do(args agenda.Args) error {
	w.waiting = append(w.waiting, args)
	if len(w.waiting) < bulkSize {
		return nil
	}
	return w.flush()
}

// flush commits what waits; the mailer has passed it by then.
func (w *bulk) flush() error {
	err := w.db.WriteServer(w.ctx, func(tx *store.ServerTx) error {
		for _, args := range w.waiting {
			cmd := agenda.NewCommand(w.chance.id(w.now), actOf(args, w.now), args)
			if _, err := w.counter.DoIn(tx, cmd, agenda.Author{Kind: agenda.AuthorSystem}); err != nil {
				return fmt.Errorf("%s: %w", args.CommandName(), err)
			}
		}
		for _, a := range w.accounts {
			if err := tx.AddAccount(store.Account{Agent: a.Agent, Email: a.Email, PasswordHash: w.hash, CreatedAt: w.now}); err != nil {
				return err
			}
		}
		return catchUp(tx)
	})
	w.done += len(w.waiting)
	w.waiting, w.accounts = w.waiting[:0], nil
	if w.progress != nil {
		w.progress(w.done)
	}
	return err
}

// actOf is when it was done: rdvs a week before they begin.
func actOf(args agenda.Args, now time.Time) time.Time {
	booking, ok := args.(*agenda.BookRdv)
	if !ok {
		return now
	}
	if at := booking.Start.AddDate(0, 0, -7); at.Before(now) {
		return at
	}
	return now
}

// bench is a territoire of any size.
type bench struct {
	size   Size
	chance chance
	seed   uint64
	clock  civil.Zone
	now    time.Time
	born   time.Time    // the beginning of the present day: when all was made
	days   []civil.Date // working days, one after the other
	made   Seeded

	firsts, lasts []string
	offices       []office
	usagers       []agenda.UsagerID
}

// office is one organisation with what it is made of.
type office struct {
	id     agenda.OrganisationID
	lieux  []agenda.LieuID
	motifs []agenda.Motif
}

// perOffice is how many agents an organisation has.
const perOffice = 25

func newBench(size Size, seed uint64, now time.Time) (*bench, error) {
	offices := (size.Agents + perOffice - 1) / perOffice
	if size.Agents < 1 || size.Usagers < 0 || size.Rdvs < 0 || size.Rdvs > 0 && size.Usagers < offices {
		return nil, ErrSize
	}
	clock, err := civil.LoadZone(zone)
	if err != nil {
		return nil, err
	}
	b := &bench{size: size, chance: newChance(seed, "mesure"), seed: seed, clock: clock, now: now, born: clock.Instant(clock.Date(now), 0),
		firsts: strings.Fields(firstNames), lasts: strings.Fields(lastNames)}
	b.made = Seeded{Agents: size.Agents, Usagers: size.Usagers, Rdvs: size.Rdvs}
	b.made.Territoire = agenda.TerritoireID(b.chance.id(b.born))
	for range offices {
		b.offices = append(b.offices, office{id: agenda.OrganisationID(b.chance.id(b.born))})
		b.made.Organisations = append(b.made.Organisations, b.offices[len(b.offices)-1].id)
	}
	secret := password(seed, "mesure")
	for i := range size.Agents {
		email := fmt.Sprintf("agent%04d@seed%d.example.org", i+1, seed)
		b.made.Accounts = append(b.made.Accounts, Account{email, secret, b.level(i), agenda.AgentID(b.chance.id(b.born))})
	}
	b.calendar()
	return b, nil
}

// level: the first of each organisation administers it.
func (b *bench) level(agent int) agenda.Level {
	if agent%perOffice == 0 {
		return agenda.LevelAdmin
	}
	return agenda.LevelBasic
}

// A day of rdvs: minutes since midnight at which each begins.
func dayStarts() []civil.Time {
	return []civil.Time{9 * 60, 9*60 + 45, 10*60 + 30, 11*60 + 15, 14 * 60, 14*60 + 45, 15*60 + 30, 16*60 + 15}
}

// calendar lists the working days that the rdvs of one agent need, a quarter of
// them from today on.
func (b *bench) calendar() {
	each := (b.size.Rdvs + b.size.Agents - 1) / b.size.Agents
	need := (each + len(dayStarts()) - 1) / len(dayStarts())
	today := b.clock.Date(b.now)
	first := today
	for past := need * 3 / 4; past > 0; {
		if first--; working(first) {
			past--
		}
	}
	for day := first; len(b.days) < need; day++ {
		if working(day) {
			b.days = append(b.days, day)
		}
	}
}

func working(d civil.Date) bool {
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// settings gives the commands that add all but people and rdvs.
func (b *bench) settings(do func(agenda.Args) error) error {
	add := func(r agenda.Record) error {
		c, err := agenda.AddOf(r)
		if err != nil {
			return err
		}
		return do(c)
	}
	records := []agenda.Record{&agenda.Territoire{ID: b.made.Territoire, Name: fmt.Sprintf("Mesure %d", b.seed), Departement: departement, Zone: zone, Holidays: "none"}}
	var services []agenda.ServiceID
	for i := range 3 {
		services = append(services, agenda.ServiceID(b.chance.id(b.born)))
		records = append(records, &agenda.Service{ID: services[i], Territoire: b.made.Territoire, Name: fmt.Sprintf("Service %d", i+1)})
	}
	for i := range b.offices {
		records = append(records, b.office(i, services)...)
	}
	for i, a := range b.made.Accounts {
		records = append(records, &agenda.Agent{ID: a.Agent, FirstName: b.firsts[i%len(b.firsts)], LastName: b.lasts[(i*7)%len(b.lasts)], Email: a.Email})
	}
	for _, r := range records {
		if err := add(r); err != nil {
			return err
		}
	}
	for i, a := range b.made.Accounts {
		o := b.offices[i/perOffice]
		role := agenda.Role{ID: agenda.RoleOf(a.Agent, o.id), Agent: a.Agent, Organisation: o.id, Level: a.Role, Services: services}
		if err := do(&agenda.GrantRole{Role: role}); err != nil {
			return err
		}
		for _, hours := range [][2]civil.Time{{9 * 60, 12 * 60}, {14 * 60, 17 * 60}} {
			if err := do(&agenda.OpenPlage{Plage: b.plage(i, o, hours)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// office makes one organisation, its lieux and its motifs.
func (b *bench) office(i int, services []agenda.ServiceID) []agenda.Record {
	o := &b.offices[i]
	records := []agenda.Record{&agenda.Organisation{ID: o.id, Territoire: b.made.Territoire, Name: fmt.Sprintf("Maison %d", i+1), Zone: zone,
		Mail: fmt.Sprintf("maison%d@seed%d.example.org", i+1, b.seed)}}
	for l := range 3 {
		o.lieux = append(o.lieux, agenda.LieuID(b.chance.id(b.born)))
		records = append(records, &agenda.Lieu{ID: o.lieux[l], Organisation: o.id, Name: fmt.Sprintf("Lieu %d", l+1), Address: fmt.Sprintf("%d rue Neuve, 62990 Val-Fleuri", l+1), Zone: zone})
	}
	for m, name := range []string{"Accueil", "Suivi", "Instruction", "Dépôt de dossier", "Conseil", "Orientation"} {
		motif := agenda.Motif{ID: agenda.MotifID(b.chance.id(b.born)), Organisation: o.id, Service: services[m%3], Name: name,
			Color: []string{"lagon", "azur", "prune", "miel", "sauge", "brique"}[m], DurationMin: 30 + 15*(m%2), Place: agenda.PlacePublicOffice,
			MinDelayS: 1800, MaxDelayS: 90 * 24 * 3600, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents}
		o.motifs = append(o.motifs, motif)
		records = append(records, &motif)
	}
	return records
}

func (b *bench) plage(i int, o office, hours [2]civil.Time) agenda.PlageOuverture {
	p := agenda.PlageOuverture{ID: agenda.PlageID(b.chance.id(b.born)), Organisation: o.id, Agent: b.made.Accounts[i].Agent, Lieu: o.lieux[i%3], Zone: zone,
		FirstDay: b.clock.Date(b.now).Monday() - 7*52, From: hours[0], To: hours[1], RRule: ruleOf([]civil.Date{0, 1, 2, 3, 4})}
	for _, m := range o.motifs {
		p.Motifs = append(p.Motifs, m.ID)
	}
	return p
}

// usager is the i-th person, known to one organisation.
func (b *bench) usager(i int) *agenda.AddUsager {
	first, last := b.firsts[i%len(b.firsts)], b.lasts[(i/len(b.firsts)+i)%len(b.lasts)]
	u := agenda.Usager{
		ID: agenda.UsagerID(b.chance.id(b.born)), Territoire: b.made.Territoire, FirstName: first, LastName: last,
		BirthDate: b.clock.Date(b.now).AddYears(-20) - civil.Date(i%21_900), Phone: phoneOf(i),
		Email:   fmt.Sprintf("usager%d@seed%d.example.org", i+1, b.seed),
		Address: fmt.Sprintf("%d rue Basse, 62990 Val-Fleuri", 1+i%90),
	}
	b.usagers = append(b.usagers, u.ID)
	return &agenda.AddUsager{Usager: u, Organisation: b.offices[i%len(b.offices)].id}
}

// phoneOf is the i-th number of the ranges that nobody is ever given, "" once
// they are used up.
func phoneOf(i int) string {
	ranges := []string{"+3319900", "+3326191", "+3335301", "+3346571", "+3353649"}
	if i >= 10_000*len(ranges) {
		return ""
	}
	return fmt.Sprintf("%s%04d", ranges[i/10_000], i%10_000)
}

// rdv is the i-th: one an agent in turn, each after the other.
func (b *bench) rdv(i int) *agenda.BookRdv {
	agent, nth := i%b.size.Agents, i/b.size.Agents
	o := b.offices[agent/perOffice]
	starts := dayStarts()
	m := o.motifs[(agent+nth)%len(o.motifs)]
	start := b.clock.Instant(b.days[nth/len(starts)], starts[nth%len(starts)])
	known := (b.size.Usagers - agent/perOffice + len(b.offices) - 1) / len(b.offices) // by this organisation
	u := b.usagers[b.chance.IntN(known)*len(b.offices)+agent/perOffice]
	return &agenda.BookRdv{
		Rdv: agenda.RdvID(b.chance.id(b.born)), Organisation: o.id, Motif: m.ID, Lieu: o.lieux[agent%perOffice%3], Start: start, End: start.Add(m.Duration()),
		Zone: zone, Agents: []agenda.AgentID{b.made.Accounts[agent].Agent}, Participations: []agenda.Participation{{Usager: u}},
	}
}
