package storetest

import (
	"strings"
	"testing"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/store"
)

// facts: what the rules may ask.
func facts(t *testing.T, e Engine) {
	t.Run("rdvs", func(t *testing.T) { rdvQueries(t, e) })
	t.Run("usagers", func(t *testing.T) { usagerQueries(t, e) })
	t.Run("others", func(t *testing.T) { otherQueries(t, e) })
	t.Run("answers", func(t *testing.T) { answersOf(t, e) })
}

func rdvQueries(t *testing.T, e Engine) {
	db := e.Open(t, store.Server)
	claire, karim := agentID("Claire"), agentID("Karim")
	nadia, paul := usagerID("Nadia"), usagerID("Paul")
	named := map[agenda.RdvID]string{}
	add := func(name string, s agenda.Span, agents []agenda.AgentID, usagers ...agenda.UsagerID) *agenda.Rdv {
		r := rdv(name, s, agents, usagers...)
		named[r.ID] = name
		return r
	}
	night := add("night", agenda.Span{Start: at(0, 12, 0), End: at(1, 12, 0)}, []agenda.AgentID{karim}, paul) // the longest there is
	cancelled := add("cancelled", span(0, 14, 15), []agenda.AgentID{claire}, nadia)
	cancelled.Status = agenda.StatusExcused
	elsewhere := add("elsewhere", span(2, 9, 10), []agenda.AgentID{claire}, nadia)
	elsewhere.Lieu, elsewhere.Motif = "", id[agenda.MotifID]("other")
	put(t, db,
		add("early", span(0, 9, 10), []agenda.AgentID{claire}, nadia),
		add("both", span(0, 10, 11), []agenda.AgentID{claire, karim}, nadia, paul), night, cancelled, elsewhere)

	tests := []struct {
		name string
		q    agenda.RdvQuery
		want string
	}{
		{"everything, by start", agenda.RdvQuery{}, "early both night cancelled elsewhere"},
		{"an agent", agenda.RdvQuery{Agent: claire}, "early both cancelled elsewhere"},
		{"an usager", agenda.RdvQuery{Usager: paul}, "both night"},
		{"an agent with an usager", agenda.RdvQuery{Agent: karim, Usager: nadia}, "both"},
		{"a lieu", agenda.RdvQuery{Lieu: lieuID()}, "early both night cancelled"},
		{"a motif of an agent", agenda.RdvQuery{Agent: claire, Motif: id[agenda.MotifID]("other")}, "elsewhere"},
		{"a day of an agent", agenda.RdvQuery{Agent: claire, Within: span(0, 0, 23)}, "early both cancelled"},
		{"what touches does not overlap", agenda.RdvQuery{Agent: claire, Within: span(0, 10, 11)}, "both"},
		{"inside", agenda.RdvQuery{Agent: claire, Within: agenda.Span{Start: at(0, 9, 20), End: at(0, 9, 21)}}, "early"},
		{"the end of one of 24 hours", agenda.RdvQuery{Agent: karim, Within: agenda.Span{Start: at(1, 11, 59), End: at(1, 13, 0)}}, "night"},
		{"after it", agenda.RdvQuery{Agent: karim, Within: span(1, 12, 13)}, ""},
		{"no agent, a span", agenda.RdvQuery{Within: span(1, 0, 1)}, "night"},
		{"a span of no length", agenda.RdvQuery{Agent: claire, Within: agenda.Span{Start: at(0, 9, 30), End: at(0, 9, 30)}}, ""},
		{"an usager in a span", agenda.RdvQuery{Usager: nadia, Within: span(2, 0, 23)}, "elsewhere"},
		{"nobody", agenda.RdvQuery{Agent: agentID("Nobody")}, ""},
	}
	check := func(t *testing.T) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				read(t, db, func(v *store.View) {
					var got []string
					for _, r := range v.Rdvs(tt.q) {
						got = append(got, named[r.ID])
					}
					if s := strings.Join(got, " "); s != tt.want {
						t.Errorf("got %q, want %q", s, tt.want)
					}
				})
			})
		}
	}
	check(t)
	// Moved and handed over, then back: nothing of the other place stays.
	moved := add("early", span(3, 9, 10), []agenda.AgentID{karim}, paul)
	put(t, db, moved)
	read(t, db, func(v *store.View) {
		if rs := v.Rdvs(agenda.RdvQuery{Agent: claire, Within: span(0, 9, 10)}); len(rs) != 0 {
			t.Errorf("the moved rdv is still where it was")
		}
		if rs := v.Rdvs(agenda.RdvQuery{Agent: karim, Usager: paul, Within: span(3, 9, 10)}); len(rs) != 1 {
			t.Errorf("the moved rdv is not where it went")
		}
	})
	put(t, db, add("early", span(0, 9, 10), []agenda.AgentID{claire}, nadia))
	check(t)
}

func usagerQueries(t *testing.T, e Engine) {
	db := e.Open(t, store.Server)
	day, other := civil.Date(700000), civil.Date(700001)
	elodie, homonym, child, foreign := usager("Élodie", "Lefèvre"), usager("Elodie", "LEFEVRE"), usager("Tom", "Lefèvre"), usager("Zoé", "Lefèvre")
	elodie.BirthDate, homonym.BirthDate = day, other
	elodie.Email, elodie.Phone = "elodie@example.org", "+33639980001"
	homonym.Phone = elodie.Phone
	child.Responsable = elodie.ID
	foreign.Territoire, foreign.Email = id[agenda.TerritoireID]("elsewhere"), elodie.Email
	put(t, db, elodie, homonym, child, foreign)
	here := territoireID()
	tests := []struct {
		name string
		q    agenda.UsagerQuery
		want []*agenda.Usager
	}{
		{"email, in a territoire", agenda.UsagerQuery{Territoire: here, Email: "elodie@example.org"}, []*agenda.Usager{elodie}},
		{"phone", agenda.UsagerQuery{Territoire: here, Phone: elodie.Phone}, []*agenda.Usager{elodie, homonym}},
		{"responsable", agenda.UsagerQuery{Territoire: here, Responsable: elodie.ID}, []*agenda.Usager{child}},
		{"folded names", agenda.UsagerQuery{Territoire: here, Identity: agenda.IdentityKey("elodie", "lefevre")}, []*agenda.Usager{elodie, homonym}},
		{"folded names with a birth date", agenda.UsagerQuery{Territoire: here, Identity: agenda.IdentityKey("ELODIE", "Lefèvre"), BirthDate: day}, []*agenda.Usager{elodie}},
		{"nothing asked", agenda.UsagerQuery{Territoire: here}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			read(t, db, func(v *store.View) {
				got := v.Usagers(tt.q)
				if len(got) != len(tt.want) {
					t.Fatalf("%d found, want %d", len(got), len(tt.want))
				}
				for _, w := range tt.want {
					if !strings.Contains(keys(got), w.Key()[:8]) {
						t.Errorf("%s %s is missing", w.FirstName, w.LastName)
					}
				}
			})
		})
	}
}

func otherQueries(t *testing.T, e Engine) {
	db := e.Open(t, store.Server)
	put(t, db, oneOfEach()...)
	claire := agentID("Claire")
	long := &agenda.Occupation{ID: id[agenda.OccupationID]("weeks"), Agent: claire, Start: at(-20, 0, 0), End: at(20, 0, 0), Stamp: rev(1)}
	closedAt := at(0, 9, 0)
	closed := &agenda.Conflit{ID: id[agenda.ConflitID]("closed"), Territoire: territoireID(), Code: agenda.ConflitOverlap,
		Sides: []agenda.Ref{{Noun: agenda.NounRdv, ID: string(rdvID("one"))}}, OpenedAt: at(0, 8, 0), ClosedAt: &closedAt, Stamp: rev(1)}
	put(t, db, long, closed)
	read(t, db, func(v *store.View) {
		counts := []struct {
			what string
			got  int
			want int
		}{
			{"plages of an agent", len(v.Plages(claire)), 1},
			{"absences of an agent", len(v.Absences(claire)), 1},
			{"occupations, one of them weeks long", len(v.Occupations(claire, span(1, 9, 10))), 2},
			{"occupations beside the short one", len(v.Occupations(claire, span(1, 10, 11))), 1},
			{"occupations of no time", len(v.Occupations(claire, agenda.Span{Start: at(1, 9, 0), End: at(1, 9, 0)})), 0},
			{"roles of an agent", len(v.Roles(agenda.RoleQuery{Agent: claire})), 1},
			{"roles of an organisation", len(v.Roles(agenda.RoleQuery{Organisation: organisationID()})), 1},
			{"roles of an agent elsewhere", len(v.Roles(agenda.RoleQuery{Agent: claire, Organisation: id[agenda.OrganisationID]("other")})), 0},
			{"profils of an usager", len(v.Profils(usagerID("Nadia Haddad"))), 1},
			{"open conflits of a record", len(v.Conflits(agenda.Ref{Noun: agenda.NounRdv, ID: string(rdvID("one"))})), 1},
			{"closed conflits of a record", len(v.Settled(agenda.Ref{Noun: agenda.NounRdv, ID: string(rdvID("one"))})), 1},
			{"conflits of another record", len(v.Conflits(agenda.Ref{Noun: agenda.NounUsager, ID: string(rdvID("one"))})), 0},
			{"motifs of an organisation", len(v.Records(agenda.NounMotif, string(organisationID()))), 1},
			{"lieux of an organisation", len(v.Records(agenda.NounLieu, string(organisationID()))), 1},
			{"plages of an organisation", len(v.Records(agenda.NounPlage, string(organisationID()))), 1},
			{"organisations of a territoire", len(v.Records(agenda.NounOrganisation, string(territoireID()))), 1},
			{"services of a territoire", len(v.Records(agenda.NounService, string(territoireID()))), 1},
			{"a noun without owner", len(v.Records(agenda.NounRdv, string(organisationID()))), 0},
		}
		for _, c := range counts {
			if c.got != c.want {
				t.Errorf("%s: %d, want %d", c.what, c.got, c.want)
			}
		}
		if v.Err() != nil {
			t.Error(v.Err())
		}
	})
}

// answersOf: yes, no, erased on a server; unknown where a desktop cannot tell.
func answersOf(t *testing.T, e Engine) {
	ref := agenda.Ref{Noun: agenda.NounUsager, ID: string(usagerID("Nobody"))}
	server, desktop := e.Open(t, store.Server), e.Open(t, store.Desktop)
	read(t, server, func(v *store.View) {
		if _, ans := v.Record(ref.Noun, ref.ID); ans != agenda.No || !v.Whole() {
			t.Errorf("a server answers %d about what is nowhere", ans)
		}
		a, b, c := v.Derive("x", "y"), v.Derive("x", "y"), v.Derive("x", "z")
		if a != b || a == c || !agenda.ValidID(a) {
			t.Errorf("derived %q, %q, %q", a, b, c)
		}
		if len(v.Key("links")) != 32 || string(v.Key("links")) == string(v.Key("feeds")) {
			t.Error("keys of two purposes are alike")
		}
	})
	read(t, desktop, func(v *store.View) {
		if _, ans := v.Record(ref.Noun, ref.ID); ans != agenda.Unknown || v.Whole() {
			t.Errorf("a desktop answers %d about what is not here", ans)
		}
		if v.Derive("x") != "" || v.Key("x") != nil {
			t.Error("a desktop derives ids")
		}
	})
	serve(t, server, func(tx *store.ServerTx) error { return tx.Erase(ref) })
	work(t, desktop, func(tx *store.DeskTx) error { return tx.Erase(ref) })
	for _, db := range []*store.DB{server, desktop} {
		read(t, db, func(v *store.View) {
			if _, ans := v.Record(ref.Noun, ref.ID); ans != agenda.Erased {
				t.Errorf("an erased record is answered %d", ans)
			}
		})
	}
	// A desktop knows what it removed itself.
	absence := oneOfEach()[8].(*agenda.Absence)
	put(t, desktop, absence)
	work(t, desktop, func(tx *store.DeskTx) error {
		if err := tx.Keep(1, agenda.RefOf(absence)); err != nil {
			return err
		}
		return tx.Remove(agenda.RefOf(absence))
	})
	read(t, desktop, func(v *store.View) {
		if _, ans := v.Record(agenda.NounAbsence, absence.Key()); ans != agenda.No {
			t.Errorf("what was removed here is answered %d", ans)
		}
	})
}
