package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"permanence/app/agenda"

	"github.com/google/uuid"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// The territoire of the bench: one organisation, and what the appointments name.
const (
	labAgents, labServices, labLieux, labMotifs = 300, 24, 12, 90
	labAgent                                    = "g0000"
	labZone                                     = "Europe/Paris"
)

// idOf gives what an appointment names the id it has here.
func idOf(name string) string { return agenda.DeriveID(nil, "lab", name) }

func agentID(name string) agenda.AgentID { return agenda.AgentID(idOf(name)) }

// settings makes everything but people and rdvs.
func (s scribe) settings(ctx context.Context) error {
	at := time.Now().UTC()
	territoire, org := agenda.TerritoireID(idOf("t1")), agenda.OrganisationID(idOf("o12"))
	records := []agenda.Record{
		&agenda.Territoire{ID: territoire, Name: "Mesure", Departement: "62", Zone: labZone, Holidays: "metropole", Permits: []agenda.Field{agenda.FieldContext}},
		&agenda.Organisation{ID: org, Territoire: territoire, Name: "Maison du département", Zone: labZone, Mail: "maison@lab.example.org", Enables: []agenda.Field{agenda.FieldContext}},
	}
	for i := range labServices {
		name := fmt.Sprintf("s%02d", i)
		records = append(records, &agenda.Service{ID: agenda.ServiceID(idOf(name)), Territoire: territoire, Name: "Service " + name})
	}
	for i := range labLieux {
		name := fmt.Sprintf("p%02d", i)
		records = append(records, &agenda.Lieu{ID: agenda.LieuID(idOf(name)), Organisation: org, Name: "Lieu " + name, Address: "1 rue Neuve, 62990 Val-Fleuri", Zone: labZone})
	}
	for i := range labMotifs {
		name := fmt.Sprintf("m%03d", i)
		records = append(records, &agenda.Motif{ID: agenda.MotifID(idOf(name)), Organisation: org, Service: agenda.ServiceID(idOf(fmt.Sprintf("s%02d", i%labServices))),
			Name: "Motif " + name, Color: "lagon", DurationMin: 30, Place: agenda.PlacePublicOffice, MaxDelayS: 90 * 24 * 3600,
			Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents})
	}
	for i := range labAgents {
		name := fmt.Sprintf("g%04d", i)
		records = append(records, &agenda.Agent{ID: agentID(name), FirstName: "Camille", LastName: "Agent", Email: name + "@lab.example.org"})
	}
	orders, err := additions(records, at)
	if err != nil {
		return err
	}
	for i := range labAgents {
		agent := agentID(fmt.Sprintf("g%04d", i))
		orders = append(orders, order{at, "", &agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(agent, org), Agent: agent, Organisation: org, Level: agenda.LevelSecretariat}}})
	}
	return s.write(ctx, orders)
}

func additions(records []agenda.Record, at time.Time) ([]order, error) {
	var orders []order
	for _, r := range records {
		add, err := agenda.AddOf(r)
		if err != nil {
			return nil, err
		}
		orders = append(orders, order{at, "", add})
	}
	return orders, nil
}

// appointment is one line of the file: twenty fields, about 413 bytes.
type appointment struct {
	ID, Org, Agent, Svc, Place, Motif string
	Start, End                        stamp
	Dur                               int
	Status, Fn, Ln, Tel, Mail         string
	Chan, Note, By                    string
	Created, Updated                  stamp
	Ver                               int
}

// stamp is an instant as the file writes it: "2026-01-05T08:15Z".
type stamp time.Time

func (s *stamp) UnmarshalText(b []byte) error {
	t, err := time.Parse("2006-01-02T15:04Z", string(b))
	*s = stamp(t)
	return err
}

func (s stamp) later(days int) time.Time { return time.Time(s).AddDate(0, 0, days) }

// perWrite is how many appointments are written in one transaction.
const perWrite = 500

// copy writes every appointment of a file and gives their count.
func (s scribe) copy(ctx context.Context, file string) (int, error) {
	in, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	d := newDiary(time.Now().UTC())
	var orders []order
	n := 0
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var a appointment
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			return n, fmt.Errorf("line %d: %w", n+1, err)
		}
		more, err := d.orders(a)
		if err != nil {
			return n, fmt.Errorf("line %d: %w", n+1, err)
		}
		orders = append(orders, more...)
		if n++; n%perWrite > 0 {
			continue
		}
		if err := s.write(ctx, orders); err != nil {
			return n, err
		}
		orders = orders[:0]
	}
	return n, s.write(ctx, orders)
}

// diary turns appointments into commands. It moves their days so that the whole
// lies in what a desktop holds, and gives an appointment to the next agent who
// is free: chance would have people in two places at once.
type diary struct {
	now   time.Time
	later int // days
	taken map[string]bool
}

// first is the day on which the appointments of every file begin.
func first() time.Time { return time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC) }

func newDiary(now time.Time) *diary {
	monday := now.AddDate(0, 0, -42)
	for monday.Weekday() != time.Monday {
		monday = monday.AddDate(0, 0, -1)
	}
	return &diary{now, int(monday.Sub(first()).Hours() / 24), map[string]bool{}}
}

var errFull = errors.New("every agent is taken at this time")

// orders gives the commands of one appointment: the person, the rdv, and what
// became of it. Its service is its motif's.
func (d *diary) orders(a appointment) ([]order, error) {
	start, end := a.Start.later(d.later), a.End.later(d.later)
	agent, err := d.free(a.Agent, start, end)
	if err != nil {
		return nil, err
	}
	at := a.Created.later(d.later)
	if at.After(d.now) {
		at = d.now
	}
	org, by := agenda.OrganisationID(idOf(a.Org)), agentID(a.By)
	u := agenda.Usager{ID: agenda.UsagerID(newID()), Territoire: agenda.TerritoireID(idOf("t1")), FirstName: a.Fn, LastName: a.Ln,
		Email: a.Mail, Phone: "+3319900" + a.Tel[max(0, len(a.Tel)-4):]} // a range that nobody is ever given
	rdv := agenda.RdvID(newID())
	orders := []order{
		{at, by, &agenda.AddUsager{Usager: u, Organisation: org}},
		{at, by, &agenda.BookRdv{Rdv: rdv, Organisation: org, Motif: agenda.MotifID(idOf(a.Motif)), Lieu: agenda.LieuID(idOf(a.Place)), Start: start, End: end,
			Zone: labZone, Agents: []agenda.AgentID{agent}, Participations: []agenda.Participation{{Usager: u.ID}}, Context: a.Note + " (" + a.Chan + ")"}},
	}
	switch {
	case a.Status == "cancelled":
		orders = append(orders, order{d.now, by, &agenda.CancelRdv{Rdv: rdv, By: "usager"}})
	case a.Status != "booked" && end.Before(d.now):
		orders = append(orders, order{d.now, by, &agenda.MarkRdv{Rdv: rdv, Status: agenda.Status(a.Status), Was: agenda.StatusUnknown}})
	}
	return orders, nil
}

// free gives the agent named, or the next one who has nothing at that time; it
// takes the time.
func (d *diary) free(name string, start, end time.Time) (agenda.AgentID, error) {
	first, err := strconv.Atoi(strings.TrimPrefix(name, "g"))
	if err != nil {
		return "", err
	}
	for i := range labAgents {
		agent := agentID(fmt.Sprintf("g%04d", (first+i)%labAgents))
		if d.take(agent, start, end) {
			return agent, nil
		}
	}
	return "", errFull
}

// take notes the quarters of an hour of an agent, unless one is taken.
func (d *diary) take(agent agenda.AgentID, start, end time.Time) bool {
	var keys []string
	for t := start.Truncate(5 * time.Minute); t.Before(end); t = t.Add(5 * time.Minute) {
		key := string(agent) + strconv.FormatInt(t.Unix(), 36)
		if d.taken[key] {
			return false
		}
		keys = append(keys, key)
	}
	for _, k := range keys {
		d.taken[k] = true
	}
	return true
}
