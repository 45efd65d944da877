package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/store"
)

// id gives the same UUID for the same words.
func id[T ~string](words ...string) T { return T(agenda.DeriveID(nil, words...)) }

// at is an instant of the week of the tests, Monday 23 November 2026 in UTC.
func at(day, hour, minute int) time.Time {
	return time.Date(2026, 11, 23+day, hour, minute, 0, 0, time.UTC)
}

func span(day, fromHour, toHour int) agenda.Span {
	return agenda.Span{Start: at(day, fromHour, 0), End: at(day, toHour, 0)}
}

func rev(n int64) agenda.Stamp { return agenda.Stamp{Revision: n} }

// The cast: one CCAS of one territoire.
func territoireID() agenda.TerritoireID     { return id[agenda.TerritoireID]("territoire") }
func organisationID() agenda.OrganisationID { return id[agenda.OrganisationID]("ccas") }
func serviceID() agenda.ServiceID           { return id[agenda.ServiceID]("action sociale") }
func agentID(name string) agenda.AgentID    { return id[agenda.AgentID]("agent", name) }
func motifID() agenda.MotifID               { return id[agenda.MotifID]("motif") }
func lieuID() agenda.LieuID                 { return id[agenda.LieuID]("lieu") }
func usagerID(name string) agenda.UsagerID  { return id[agenda.UsagerID]("usager", name) }
func rdvID(name string) agenda.RdvID        { return id[agenda.RdvID]("rdv", name) }

func territoire() *agenda.Territoire {
	return &agenda.Territoire{ID: territoireID(), Name: "Aubreval", Departement: "62", Zone: "Europe/Paris", Holidays: "metropole", Stamp: rev(1)}
}

func organisation() *agenda.Organisation {
	return &agenda.Organisation{ID: organisationID(), Territoire: territoireID(), Name: "CCAS d’Aubreval", Zone: "Europe/Paris", Mail: "ccas@example.org", Stamp: rev(1)}
}

func rdv(name string, s agenda.Span, agents []agenda.AgentID, usagers ...agenda.UsagerID) *agenda.Rdv {
	r := &agenda.Rdv{ID: rdvID(name), Organisation: organisationID(), Motif: motifID(), Lieu: lieuID(),
		Start: s.Start, End: s.End, Zone: "Europe/Paris", Agents: agents, Status: agenda.StatusUnknown,
		CreatedAt: at(0, 7, 0), ChangedAt: at(0, 7, 0), Stamp: rev(1)}
	for _, u := range usagers {
		r.Participations = append(r.Participations, agenda.Participation{Usager: u})
	}
	return r
}

func usager(first, last string) *agenda.Usager {
	return &agenda.Usager{ID: usagerID(first + " " + last), Territoire: territoireID(), FirstName: first, LastName: last,
		CreatedAt: at(0, 7, 0), Stamp: rev(1)}
}

func profil(u agenda.UsagerID) *agenda.Profil {
	return &agenda.Profil{ID: agenda.ProfilOf(u, organisationID()), Usager: u, Organisation: organisationID(), Stamp: rev(1)}
}

// oneOfEach gives a record of every noun, with what each may hold.
func oneOfEach() []agenda.Record {
	agent, other := agentID("Claire"), agentID("Karim")
	nadia, yanis := usager("Nadia", "Haddad"), usager("Yanis", "Haddad")
	born := civil.Date(700000)
	nadia.BirthName, nadia.BirthDate, nadia.Email, nadia.Phone, nadia.Address = "Benali", born, "nadia@example.org", "+33639984120", "3 rue des Tilleuls"
	yanis.Responsable = nadia.ID
	children := 2
	arrived := at(1, 8, 55)
	r := rdv("one", span(1, 9, 10), []agenda.AgentID{agent, other}, nadia.ID, yanis.ID)
	r.Presence = map[agenda.UsagerID]agenda.Status{yanis.ID: agenda.StatusExcused}
	r.ArrivedAt, r.Context, r.Occupations = &arrived, "apporte son dossier", []agenda.OccupationID{id[agenda.OccupationID]("o")}
	r.Stamp = agenda.Stamp{Revision: 3, Born: id[string]("device"), Groups: map[string]agenda.Mark{"slot": {Revision: 2}, "note": {Revision: 3, Device: id[string]("device")}}}
	p := profil(nadia.ID)
	p.Caisse, p.Children, p.Notes, p.CaseNumber = "caf", &children, "préfère le matin", "2026-0417"
	zone, day := "Europe/Paris", civil.Date(739900)
	nine, noon := civil.Time(9*60), civil.Time(12*60)
	return []agenda.Record{
		territoire(), organisation(),
		&agenda.Service{ID: serviceID(), Territoire: territoireID(), Name: "Action sociale", Stamp: rev(1)},
		&agenda.Agent{ID: agent, FirstName: "Claire", LastName: "Fournier", Email: "claire@example.org", Stamp: rev(1)},
		&agenda.Role{ID: agenda.RoleOf(agent, organisationID()), Agent: agent, Organisation: organisationID(), Level: agenda.LevelAdmin, Services: []agenda.ServiceID{serviceID()}, Stamp: rev(1)},
		&agenda.Motif{ID: motifID(), Organisation: organisationID(), Service: serviceID(), Name: "Aide sociale", Color: "lagon", DurationMin: 30, Place: agenda.PlacePublicOffice, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents, Stamp: rev(1)},
		&agenda.Lieu{ID: lieuID(), Organisation: organisationID(), Name: "Maison des services", Address: "1 place de la Mairie", Zone: zone, Stamp: rev(1)},
		&agenda.PlageOuverture{ID: id[agenda.PlageID]("plage"), Organisation: organisationID(), Agent: agent, Lieu: lieuID(), Motifs: []agenda.MotifID{motifID()}, Zone: zone, FirstDay: day, From: nine, To: noon, ExDates: []civil.Date{day + 7}, Overrides: []civil.Override{{Day: day + 14, From: nine, To: noon}}, Stamp: rev(1)},
		&agenda.Absence{ID: id[agenda.AbsenceID]("absence"), Agent: agent, Title: "Formation", Zone: zone, FirstDay: day, From: nine, LastDay: day, To: noon, Stamp: rev(1)},
		nadia, yanis, p, r,
		&agenda.Conflit{ID: id[agenda.ConflitID]("conflit"), Territoire: territoireID(), Code: agenda.ConflitOverlap, Sides: []agenda.Ref{agenda.RefOf(r)}, OpenedAt: at(0, 8, 0), Wanted: map[string]string{"start": "2026-11-24T09:30:00Z"}, Stamp: rev(1)},
		&agenda.Occupation{ID: id[agenda.OccupationID]("o"), Agent: agent, Start: at(1, 9, 0), End: at(1, 10, 0), Stamp: rev(1)},
		&agenda.Importe{ID: id[agenda.ImporteID]("importe"), Agent: agent, Source: "agenda.ics", UID: "a@example.org", Summary: "Réunion", Zone: zone, Spans: []agenda.Span{span(2, 9, 10), span(3, 9, 10)}, ChangedAt: at(0, 8, 0), Stamp: rev(1)},
		&agenda.Recu{ID: id[agenda.RecuID]("recu"), Rdv: r.ID, Usager: nadia.ID, Channel: "mail", Kind: "request", State: agenda.RecuSent, Attempt: 1, At: at(0, 8, 0), Stamp: rev(1)},
	}
}

// put writes records in one transaction, on either kind.
func put(t *testing.T, db *store.DB, records ...agenda.Record) {
	t.Helper()
	var err error
	each := func(putOne func(agenda.Record) error) error {
		for _, r := range records {
			if err := putOne(r); err != nil {
				return err
			}
		}
		return nil
	}
	if db.Kind() == store.Server {
		err = db.WriteServer(context.Background(), func(tx *store.ServerTx) error { return each(tx.Put) })
	} else {
		err = db.WriteDesk(context.Background(), func(tx *store.DeskTx) error { return each(tx.Put) })
	}
	if err != nil {
		t.Fatal(err)
	}
}

// read runs f on a view and fails the test with its error.
func read(t *testing.T, db *store.DB, f func(v *store.View)) {
	t.Helper()
	if err := db.Read(context.Background(), func(v *store.View) error { f(v); return nil }); err != nil {
		t.Fatal(err)
	}
}

func serve(t *testing.T, db *store.DB, f func(tx *store.ServerTx) error) {
	t.Helper()
	if err := db.WriteServer(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func work(t *testing.T, db *store.DB, f func(tx *store.DeskTx) error) {
	t.Helper()
	if err := db.WriteDesk(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func encode(t *testing.T, r agenda.Record) string {
	t.Helper()
	b, err := agenda.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// keys lists records by the beginning of their ids.
func keys[T agenda.Record](rs []T) string {
	s := ""
	for _, r := range rs {
		s += fmt.Sprintf(" %s", r.Key()[:8])
	}
	return s
}
