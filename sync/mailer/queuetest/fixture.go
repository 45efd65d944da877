package queuetest

import (
	"time"

	"permanence/app/agenda"
	"permanence/sync/mailer"
)

// Ids of the fixture.
const (
	TheTerritoire = agenda.TerritoireID("01930000-0000-7000-8000-000000000001")
	TheRdv        = agenda.RdvID("01930000-0000-7000-8000-0000000000aa")
	Nadia         = agenda.UsagerID("01930000-0000-7000-8000-000000000101")
	Yanis         = agenda.UsagerID("01930000-0000-7000-8000-000000000102") // proche of Nadia
	Lina          = agenda.UsagerID("01930000-0000-7000-8000-000000000103") // proche of Nadia
	Karim         = agenda.UsagerID("01930000-0000-7000-8000-000000000104")
	Maison        = agenda.LieuID("01930000-0000-7000-8000-000000000201")
	Annexe        = agenda.LieuID("01930000-0000-7000-8000-000000000202")
)

// Now is the instant the fixture is read at: Saturday 21 November 2026, 9 h in Paris.
func Now() time.Time { return time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC) }

// Fixture is an invented Rdv of Nadia Haddad with Claire Fournier at the CCAS
// de Montrelay, Thursday 26 November 2026 at 14 h 30 in Paris. Yanis, Lina and
// Karim are known and take no part.
func Fixture() mailer.View {
	start := time.Date(2026, 11, 26, 13, 30, 0, 0, time.UTC)
	return mailer.View{
		Rdv: agenda.Rdv{
			ID: TheRdv, Lieu: Maison, Start: start, End: start.Add(45 * time.Minute), Zone: "Europe/Paris",
			Participations: []agenda.Participation{{Usager: Nadia}},
			Status:         agenda.StatusUnknown, ChangedAt: Now().Add(-time.Hour),
		},
		Motif: agenda.Motif{
			Name: "Demande d’aide", Place: agenda.PlacePublicOffice, Visibility: agenda.VisibleNotified,
			Instruction: "Apportez votre dernier avis d’imposition.\nUne photo sur votre téléphone convient.",
		},
		Organisation: agenda.Organisation{
			Territoire: TheTerritoire, Name: "CCAS de Montrelay", Zone: "Europe/Paris",
			Mail: "rdv@montrelay.example.org", Phone: "+33199001820", Hours: "du lundi au vendredi, de 9 h à 12 h",
		},
		Lieu:   &agenda.Lieu{ID: Maison, Name: "Maison des services", Address: "4 place du Marché, Montrelay"},
		Agents: []agenda.Agent{{FirstName: "Claire", LastName: "Fournier", Email: "claire.fournier@montrelay.example.org"}},
		Usagers: map[agenda.UsagerID]agenda.Usager{
			Nadia: {ID: Nadia, FirstName: "Nadia", LastName: "Haddad", Email: "nadia.haddad@example.org"},
			Yanis: {ID: Yanis, FirstName: "Yanis", LastName: "Haddad", Responsable: Nadia},
			Lina:  {ID: Lina, FirstName: "Lina", LastName: "Haddad", Responsable: Nadia},
			Karim: {ID: Karim, FirstName: "Karim", LastName: "Benali", Email: "karim.benali@example.org"},
		},
	}
}

// With changes a fixture.
func With(changes ...func(*mailer.View)) mailer.View {
	v := Fixture()
	for _, c := range changes {
		c(&v)
	}
	return v
}

// Moved puts the Rdv d later, same length, with the next sequence.
func Moved(d time.Duration) func(*mailer.View) {
	return func(v *mailer.View) {
		v.Rdv.Start, v.Rdv.End = v.Rdv.Start.Add(d), v.Rdv.End.Add(d)
		v.Rdv.Sequence++
	}
}

// Ended gives the Rdv a cancelled status, with the next sequence.
func Ended(s agenda.Status) func(*mailer.View) {
	return func(v *mailer.View) {
		v.Rdv.Status = s
		v.Rdv.Sequence++
	}
}

// Attended says who takes part, with the next sequence.
func Attended(usagers ...agenda.UsagerID) func(*mailer.View) {
	return func(v *mailer.View) {
		v.Rdv.Participations = nil
		for _, u := range usagers {
			v.Rdv.Participations = append(v.Rdv.Participations, agenda.Participation{Usager: u})
		}
		v.Rdv.Sequence++
	}
}

// Mailed gives an usager another address, with the next sequence.
func Mailed(u agenda.UsagerID, email string) func(*mailer.View) {
	return func(v *mailer.View) {
		known := map[agenda.UsagerID]agenda.Usager{}
		for id, one := range v.Usagers {
			if id == u {
				one.Email = email
			}
			known[id] = one
		}
		v.Usagers = known
		v.Rdv.Sequence++
	}
}
