package fiction

import (
	"fmt"
	"strings"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// town is Val-Fleuri while it is told: what exists, and what people did.
type town struct {
	chance chance
	clock  civil.Zone
	now    time.Time
	today  civil.Date
	days   civil.Holidays
	acts   []act

	territoire   agenda.TerritoireID
	organisation agenda.OrganisationID
	services     map[string]agenda.ServiceID
	agents       map[string]*agenda.Agent
	roles        map[string]agenda.Role
	team         []string // keys of agents, in their order
	lieux        map[string]*agenda.Lieu
	motifs       map[string]*agenda.Motif
	seats        map[string]int
	streets      []string
	people       []*agenda.Usager
	named        map[string]*agenda.Usager
	absences     map[agenda.AgentID][]agenda.Span
	taken        map[takenKey]bool // who already comes on a day
	waiting      bool              // somebody sits in the waiting room for the first of the team
}

type takenKey struct {
	day    civil.Date
	usager agenda.UsagerID
}

// newTown is an empty Val-Fleuri at the instant now.
func newTown(seed uint64, now time.Time) (*town, error) {
	clock, err := civil.LoadZone(zone)
	if err != nil {
		return nil, err
	}
	days, err := civil.NewHolidays("metropole")
	if err != nil {
		return nil, err
	}
	return &town{
		chance: newChance(seed, "Val-Fleuri "+clock.Date(now).String()), clock: clock, now: now, today: clock.Date(now), days: days,
		services: map[string]agenda.ServiceID{}, agents: map[string]*agenda.Agent{}, roles: map[string]agenda.Role{},
		lieux: map[string]*agenda.Lieu{}, motifs: map[string]*agenda.Motif{}, seats: map[string]int{},
		named: map[string]*agenda.Usager{}, taken: map[takenKey]bool{}, absences: map[agenda.AgentID][]agenda.Span{}, streets: streetNames(),
	}, nil
}

// founded is how long ago the CCAS began to use its agenda, in weeks.
const founded = 30

// at is an instant of the wall clock.
func (t *town) at(day civil.Date, hour civil.Time) time.Time { return t.clock.Instant(day, hour) }

// week is the Monday of a week counted from the present one.
func (t *town) week(n int) civil.Date { return t.today.Monday() + civil.Date(7*n) }

// do notes an act; what has not happened yet is left out.
func (t *town) do(at time.Time, by agenda.AgentID, args agenda.Args) {
	if at.Before(t.now) {
		t.acts = append(t.acts, act{at, by, args})
	}
}

// add notes the birth of a setting.
func (t *town) add(at time.Time, r agenda.Record) error {
	add, err := agenda.AddOf(r)
	if err != nil {
		return err
	}
	t.do(at, "", add)
	return nil
}

// found makes the territoire, its organisation, services, lieux and motifs.
func (t *town) found() error {
	born := t.at(t.week(-founded), 9*60)
	t.territoire, t.organisation = agenda.TerritoireID(t.chance.id(born)), agenda.OrganisationID(t.chance.id(born))
	optional := []agenda.Field{agenda.FieldNotes, agenda.FieldCaisse, agenda.FieldCaseNumber, agenda.FieldAddressDetails, agenda.FieldContext}
	records := []agenda.Record{
		&agenda.Territoire{ID: t.territoire, Name: territoireName, Departement: departement, Zone: zone, Holidays: "metropole", Permits: optional},
		&agenda.Organisation{
			ID: t.organisation, Territoire: t.territoire, Name: organisationName, Zone: zone, Mail: organisationMail,
			Phone: "+33353011840", Website: "https://ccas.example.org", Hours: "Du lundi au vendredi, de 9 h à 12 h et de 14 h à 17 h",
			Enables: optional, Controller: "Le président du CCAS de Val-Fleuri", DPOContact: "dpo@example.org",
			PostalAddress: "CCAS de Val-Fleuri, 4 place du Marché, 62990 Val-Fleuri",
		},
	}
	for _, name := range []string{"Action sociale", "France services"} {
		id := agenda.ServiceID(t.chance.id(born))
		t.services[name] = id
		records = append(records, &agenda.Service{ID: id, Territoire: t.territoire, Name: name})
	}
	records = append(records, t.makeLieux(born)...)
	motifs, err := t.makeMotifs(born)
	if err != nil {
		return err
	}
	for _, r := range append(records, motifs...) {
		if err := t.add(born, r); err != nil {
			return err
		}
	}
	return t.hire(born.Add(time.Hour))
}

func (t *town) makeLieux(born time.Time) []agenda.Record {
	var records []agenda.Record
	for _, c := range rows(lieuRows) {
		l := &agenda.Lieu{ID: agenda.LieuID(t.chance.id(born)), Organisation: t.organisation, Name: c[1], Address: c[2], Phone: c[3], Zone: zone}
		t.lieux[c[0]] = l
		records = append(records, l)
	}
	return records
}

func (t *town) makeMotifs(born time.Time) ([]agenda.Record, error) {
	var records []agenda.Record
	for _, c := range rows(motifRows) {
		minutes, err := number(c[4])
		if err != nil {
			return nil, fmt.Errorf("motif %s: %w", c[0], err)
		}
		if t.seats[c[0]], err = number(c[6]); err != nil {
			return nil, fmt.Errorf("motif %s: %w", c[0], err)
		}
		m := &agenda.Motif{
			ID: agenda.MotifID(t.chance.id(born)), Organisation: t.organisation, Service: t.services[c[2]], Name: c[1], Color: c[3],
			DurationMin: minutes, Place: agenda.Place(c[5]), Collectif: t.seats[c[0]] > 0, MinDelayS: 1800, MaxDelayS: 90 * 24 * 3600,
			Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents, Instruction: c[7],
		}
		t.motifs[c[0]] = m
		records = append(records, m)
	}
	return records, nil
}

// hire makes the agents and gives them their roles.
func (t *town) hire(at time.Time) error {
	for _, c := range rows(agentRows) {
		a := &agenda.Agent{ID: agenda.AgentID(t.chance.id(at)), FirstName: c[1], LastName: c[2], Email: mailOf(c[1], c[2])}
		role := agenda.Role{ID: agenda.RoleOf(a.ID, t.organisation), Agent: a.ID, Organisation: t.organisation, Level: agenda.Level(c[3])}
		for _, s := range list(c[4], ",") {
			role.Services = append(role.Services, t.services[s])
		}
		t.team, t.agents[c[0]], t.roles[c[0]] = append(t.team, c[0]), a, role
		if err := t.add(at, a); err != nil {
			return err
		}
		t.do(at, "", &agenda.GrantRole{Role: role})
	}
	return nil
}

// mailOf is an address under the domain kept for examples.
func mailOf(first, last string) string {
	return strings.ReplaceAll(agenda.Fold(first), " ", "-") + "." + strings.ReplaceAll(agenda.Fold(last), " ", "-") + "@example.org"
}

// works reports whether the CCAS is open on a day.
func (t *town) works(d civil.Date) bool {
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday && !t.days.Is(d)
}

// workday is the first day from d on, one after the other by step, on which the
// CCAS is open.
func (t *town) workday(d, step civil.Date) civil.Date {
	for !t.works(d) {
		d += step
	}
	return d
}

// officeHour is some instant of the opening hours of a day, or of the first day
// before it that has some.
func (t *town) officeHour(d civil.Date) time.Time {
	return t.at(t.workday(d, -1), civil.Time(8*60+30+t.chance.IntN(9*60)))
}
