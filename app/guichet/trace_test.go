package guichet_test

import (
	"context"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// A record that comes to answer a question is known to whoever asked it; another
// of the same noun is not.
func TestATraceKnowsWhatWouldAnswer(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	span := agenda.Span{Start: at, End: at.Add(time.Hour)}
	rev := agenda.Stamp{Revision: 1}
	usager := func(id string) *agenda.Usager {
		return &agenda.Usager{ID: agenda.UsagerID(id), Territoire: "t", FirstName: "Ines", LastName: "Garnier " + id, Email: id + "@example.org",
			Phone: "+33199" + id, Responsable: agenda.UsagerID("r" + id), Merged: []agenda.UsagerID{agenda.UsagerID("m" + id)}, Stamp: rev}
	}
	rdv := func(id string) *agenda.Rdv {
		return &agenda.Rdv{ID: agenda.RdvID(id), Motif: agenda.MotifID("m" + id), Lieu: agenda.LieuID("l" + id), Start: at, End: at.Add(time.Hour),
			Agents: []agenda.AgentID{agenda.AgentID("a" + id)}, Participations: []agenda.Participation{{Usager: agenda.UsagerID("u" + id)}}, Stamp: rev}
	}
	conflit := func(id string, closed *time.Time) *agenda.Conflit {
		return &agenda.Conflit{ID: agenda.ConflitID(id), Territoire: "t", Sides: []agenda.Ref{{Noun: agenda.NounRdv, ID: "r" + id}}, OpenedAt: at, ClosedAt: closed, Stamp: rev}
	}
	profil := func(id string) agenda.Record {
		return &agenda.Profil{ID: agenda.ProfilID(id), Usager: agenda.UsagerID("u" + id), Organisation: "o", Stamp: rev}
	}
	occupation := func(id string) agenda.Record {
		return &agenda.Occupation{ID: agenda.OccupationID(id), Agent: agenda.AgentID("a" + id), Start: at, End: at.Add(time.Hour), Stamp: rev}
	}
	recu := func(id string) agenda.Record {
		return &agenda.Recu{ID: agenda.RecuID(id), Rdv: agenda.RdvID("r" + id), Usager: "u", Stamp: rev}
	}
	for name, c := range map[string]struct {
		ask       func(f agenda.Facts) int
		one, none agenda.Record
	}{
		"email": {func(f agenda.Facts) int { return len(f.Usagers(agenda.UsagerQuery{Email: "1@example.org"})) }, usager("1"), usager("2")},
		"phone": {func(f agenda.Facts) int { return len(f.Usagers(agenda.UsagerQuery{Phone: "+331991"})) }, usager("1"), usager("2")},
		"name": {func(f agenda.Facts) int {
			return len(f.Usagers(agenda.UsagerQuery{Identity: agenda.IdentityKey("Ines", "Garnier 1")}))
		}, usager("1"), usager("2")},
		"responsable":      {func(f agenda.Facts) int { return len(f.Usagers(agenda.UsagerQuery{Responsable: "r1"})) }, usager("1"), usager("2")},
		"merged":           {func(f agenda.Facts) int { return len(f.Usagers(agenda.UsagerQuery{Merged: "m1"})) }, usager("1"), usager("2")},
		"rdv of an agent":  {func(f agenda.Facts) int { return len(f.Rdvs(agenda.RdvQuery{Agent: "a1", Within: span})) }, rdv("1"), rdv("2")},
		"rdv of an usager": {func(f agenda.Facts) int { return len(f.Rdvs(agenda.RdvQuery{Usager: "u1"})) }, rdv("1"), rdv("2")},
		"rdv of a motif":   {func(f agenda.Facts) int { return len(f.Rdvs(agenda.RdvQuery{Motif: "m1"})) }, rdv("1"), rdv("2")},
		"rdv at a lieu":    {func(f agenda.Facts) int { return len(f.Rdvs(agenda.RdvQuery{Lieu: "l1"})) }, rdv("1"), rdv("2")},
		"rdv at a time":    {func(f agenda.Facts) int { return len(f.Rdvs(agenda.RdvQuery{Within: span})) }, rdv("1"), usager("2")},
		"one record": {func(f agenda.Facts) int {
			if _, ans := f.Record(agenda.NounRdv, "1"); ans == agenda.Yes {
				return 1
			}
			return 0
		}, rdv("1"), rdv("2")},
		"profil":         {func(f agenda.Facts) int { return len(f.Profils("u1")) }, profil("1"), profil("2")},
		"occupation":     {func(f agenda.Facts) int { return len(f.Occupations("a1", span)) }, occupation("1"), occupation("2")},
		"conflit":        {func(f agenda.Facts) int { return len(f.Conflits(agenda.Ref{Noun: agenda.NounRdv, ID: "r1"})) }, conflit("1", nil), conflit("2", nil)},
		"closed conflit": {func(f agenda.Facts) int { return len(f.Settled(agenda.Ref{Noun: agenda.NounRdv, ID: "r1"})) }, conflit("1", &at), conflit("2", &at)},
		"recu":           {func(f agenda.Facts) int { return len(f.Records(agenda.NounRecu, "r1")) }, recu("1"), recu("2")},
		"a setting":      {func(f agenda.Facts) int { return len(f.Plages("a1")) }, &agenda.PlageOuverture{ID: "1", Agent: "a1", Stamp: rev}, usager("2")},
	} {
		t.Run(name, func(t *testing.T) {
			db, err := store.OpenMemory("", store.Options{Kind: store.Desktop})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			err = db.WriteDesk(context.Background(), func(tx *store.DeskTx) error {
				trace := guichet.NewTrace()
				if n := c.ask(trace.Follow(tx)); n != 0 {
					t.Errorf("%d found in nothing", n)
				}
				if !trace.Knows(c.one) || trace.Knows(c.none) {
					t.Errorf("knows what answers: %v; what does not: %v", trace.Knows(c.one), trace.Knows(c.none))
				}
				if err := tx.Put(c.one); err != nil {
					return err
				}
				found := guichet.NewTrace()
				if n := c.ask(found.Follow(tx)); n != 1 {
					t.Errorf("%d found", n)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// What was read or written is known whatever it becomes.
func TestATraceKnowsWhatItMet(t *testing.T) {
	db, err := store.OpenMemory("", store.Options{Kind: store.Desktop})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	usager := func(id, email string) *agenda.Usager {
		return &agenda.Usager{ID: agenda.UsagerID(id), Territoire: "t", FirstName: "Ines", LastName: "Garnier", Email: email, Stamp: agenda.Stamp{Revision: 1}}
	}
	err = db.WriteDesk(context.Background(), func(tx *store.DeskTx) error {
		if err := tx.Put(usager("read", "ines@example.org")); err != nil {
			return err
		}
		trace := guichet.NewTrace()
		f := trace.Follow(tx)
		f.Usagers(agenda.UsagerQuery{Email: "ines@example.org"})
		for _, err := range []error{f.Put(usager("written", "")), f.Remove(agenda.Ref{Noun: agenda.NounUsager, ID: "removed"}), f.Keep(1, agenda.Ref{Noun: agenda.NounUsager, ID: "kept"})} {
			if err != nil {
				return err
			}
		}
		for _, id := range []string{"read", "written", "removed", "kept"} {
			if !trace.Knows(usager(id, "other@example.org")) {
				t.Errorf("%s is not known", id)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
