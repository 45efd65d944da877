package desktop

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"permanence/app/agenda"
)

// ailleurs adds an organisation on another clock, where the agent works too.
func ailleurs(agent, key, name, zoneName string) []agenda.Record {
	return []agenda.Record{
		&agenda.Organisation{ID: orgID(key), Territoire: id[agenda.TerritoireID]("territoire"), Name: name, Zone: zoneName, Stamp: rev()},
		&agenda.Role{ID: agenda.RoleOf(agentID(agent), orgID(key)), Agent: agentID(agent), Organisation: orgID(key), Level: agenda.LevelAdmin, Stamp: rev()},
		&agenda.Motif{ID: motifID(key), Organisation: orgID(key), Service: serviceID("social"), Name: "Accueil", Color: "azur", DurationMin: 30,
			Place: agenda.PlacePhone, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents, Stamp: rev()},
	}
}

// seulement gives a world where the agent works only there.
func seulement(t *testing.T, key, name, zoneName string, more ...agenda.Record) *monde {
	t.Helper()
	records := ailleurs("outremer", key, name, zoneName)
	records = append(records, &agenda.Agent{ID: agentID("outremer"), FirstName: "Hina", LastName: "Teva", Stamp: rev()})
	return deQui(t, "outremer", append(records, more...)...)
}

// rdvLa makes an rdv on the wall of a zone.
func rdvLa(t *testing.T, key, agent, org, zoneName, wall string, minutes int) *agenda.Rdv {
	t.Helper()
	r := rdv(t, key, agent, "2026-11-12 09:00", minutes, org, "nadia")
	r.Organisation, r.Zone, r.Lieu = orgID(org), zoneName, ""
	r.Start = instant(t, wall, zoneName)
	r.End = r.Start.Add(time.Duration(minutes) * time.Minute)
	r.Day, r.From = zone(t, zoneName).Civil(r.Start)
	return r
}

func TestE8ReunionSeenFromParis(t *testing.T) {
	m := nouveau(t, append(ailleurs("claire", "reunion", "Mairie de Saint-Benoît", "Indian/Reunion"),
		rdvLa(t, "la-bas", "claire", "reunion", "Indian/Reunion", "2027-07-06 09:00", 30))...)
	it := item(t, m.jour("2027-07-06"), rdvKey("la-bas"))
	if it.Start != "2027-07-06T05:00:00Z" || it.From != "07:00" || it.Zone != "Indian/Reunion" || plain(it.LocalLabel) != "9 h 00 à Saint-Denis" {
		t.Errorf("start %s, from %s, zone %s, local %q", it.Start, it.From, it.Zone, it.LocalLabel)
	}
	fiche := ok[FicheRdv](t)(m.Rdv(rdvKey("la-bas")))
	if plain(fiche.When) != "mar. 6 juil. 2027, 9 h 00 – 9 h 30 à Saint-Denis" {
		t.Errorf("when %q", fiche.When)
	}
}

func TestE13AnRdvIsListedOnItsOwnDay(t *testing.T) {
	const papeete = "Pacific/Tahiti"
	m := seulement(t, "papeete", "Mairie de Papeete", papeete, rdvLa(t, "soir", "outremer", "papeete", papeete, "2027-07-06 20:00", 30))
	it := item(t, m.jour("2027-07-06"), rdvKey("soir"))
	if it.From != "20:00" || it.Start != "2027-07-07T06:00:00Z" || it.LocalLabel != "" {
		t.Errorf("from %s, start %s, local %q", it.From, it.Start, it.LocalLabel)
	}
	if has(m.jour("2027-07-07"), rdvKey("soir")) {
		t.Error("it is listed on the day of Paris")
	}
}

func TestE14AParisRdvBlocksReunion(t *testing.T) {
	open := &agenda.PlageOuverture{ID: id[agenda.PlageID]("reunion"), Organisation: orgID("reunion"), Agent: agentID("claire"), Zone: "Indian/Reunion",
		Motifs: []agenda.MotifID{motifID("reunion")}, FirstDay: date(t, "2027-07-06"), From: heure(t, "10:30"), To: heure(t, "12:30"), Stamp: rev()}
	m := nouveau(t, append(ailleurs("claire", "reunion", "Mairie de Saint-Benoît", "Indian/Reunion"), open,
		rdv(t, "paris", "claire", "2027-07-06 09:00", 60, "droits", "nadia"))...)
	m.at("2027-07-01 08:00")
	vue := ok[VueCreneaux](t)(m.Creneaux(DemandeCreneaux{Motif: string(motifID("reunion")), From: "2027-07-06", To: "2027-07-06"}))
	var got []string
	for _, d := range vue.Lieux[0].Days {
		for _, c := range d.Creneaux {
			got = append(got, c.From)
		}
	}
	if strings.Join(got, " ") != "10:30 12:00" {
		t.Errorf("slots in Réunion %v, want 10:30 12:00: 9 h in Paris is 11 h there", got)
	}
}

func TestE15TodayIsTheWallsDay(t *testing.T) {
	const martinique = "America/Martinique"
	tonight := rdvLa(t, "ce soir", "outremer", "fort", martinique, "2026-11-12 20:30", 30)
	m := seulement(t, "fort", "Ville de Fort-de-France", martinique, tonight, rdvLa(t, "demain", "outremer", "fort", martinique, "2026-11-13 08:00", 30))
	m.at("2026-11-13 01:00") // 20:00 the evening before, there
	fiche := ok[FicheRdv](t)(m.Rdv(rdvKey("ce soir")))
	if got := strings.Join(fiche.Actions, " "); got != "seen excused revoked waiting move edit copy" {
		t.Errorf("tonight: %s", got)
	}
	tomorrow := ok[FicheRdv](t)(m.Rdv(rdvKey("demain")))
	if got := strings.Join(tomorrow.Actions, " "); got != "excused revoked move edit copy" {
		t.Errorf("tomorrow: %s", got)
	}
	if now := ok[Present](t)(m.Present()); now.Day != "2026-11-12" || now.Time != "20:00" || now.Zone != martinique {
		t.Errorf("present %+v", now)
	}
	ok[Fait](t)(m.MarkRdv(rdvKey("ce soir"), "waiting"))
	if it := item(t, m.jour("2026-11-12"), rdvKey("ce soir")); it.State != "waiting" || plain(it.Note) != "En salle depuis 20 h 00" {
		t.Errorf("state %s, note %q", it.State, it.Note)
	}
	m.at("2026-11-13 12:00") // the next morning, there: the waiting room was emptied
	if it := item(t, m.jour("2026-11-12"), rdvKey("ce soir")); it.State != "todo" {
		t.Errorf("the next day: %s", it.State)
	}
}

func TestE17NeverTheMachinesClock(t *testing.T) {
	r := rdv(t, "nadia", "claire", aujourdhui+" 11:30", 45, "accompagnement", "nadia")
	drawn := map[string]string{}
	for _, machine := range []string{"UTC", "America/New_York", "Pacific/Kiritimati"} {
		t.Setenv("TZ", machine)
		loc, err := time.LoadLocation(machine)
		if err != nil {
			t.Fatal(err)
		}
		was := time.Local
		time.Local = loc
		m := nouveau(t, r)
		it := item(t, m.jour(aujourdhui), r.Key())
		when := ok[FicheRdv](t)(m.Rdv(r.Key())).When
		time.Local = was
		drawn[it.Day+" "+it.From+" "+it.To+" "+plain(when)] = machine
	}
	if len(drawn) != 1 || drawn["2026-11-12 11:30 12:15 jeu. 12 nov., 11 h 30 – 12 h 15"] == "" {
		t.Errorf("drawn by machine: %v", drawn)
	}
}

func TestBookingOnAWall(t *testing.T) {
	const papeete = "Pacific/Tahiti"
	tests := []struct{ name, start, zone, want string }{
		{"on the wall of the organisation", "2026-11-20T09:00", "", "2026-11-20T19:00:00Z"},
		{"on the wall of the grid", "2026-11-20T09:00", "Europe/Paris", "2026-11-20T08:00:00Z"},
		{"an instant", "2026-11-20T09:00:00Z", "", "2026-11-20T09:00:00Z"},
		{"an instant with its offset", "2026-11-20T09:00:00+04:00", "", "2026-11-20T05:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := seulement(t, "papeete", "Mairie de Papeete", papeete, person("teva", "Teva", "Salmon", "1990-01-01", "+68987123456", "")...)
			m.put(&agenda.Profil{ID: agenda.ProfilOf(usagerID("teva"), orgID("papeete")), Usager: usagerID("teva"), Organisation: orgID("papeete"), Stamp: rev()})
			fait := ok[Fait](t)(m.BookRdv(RdvForm{Motif: string(motifID("papeete")), Usagers: []string{string(usagerID("teva"))}, Start: tt.start, Zone: tt.zone}))
			r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, fait.ID))
			if got := instantText(r.Start); got != tt.want || r.Zone != papeete {
				t.Errorf("start %s in %s, want %s", got, r.Zone, tt.want)
			}
		})
	}
	for _, bad := range []string{"2026-11-20", "2026-02-30T09:00", "2026-11-20T24:00", "2026-11-20T09:60", "demain", "2026-11-20T09:00:00"} {
		_, err := ParseMoment(bad, "")
		if bad == "2026-11-20T09:00:00" {
			ok[Moment](t)(ParseMoment(bad, "")) // what a time input may add
			continue
		}
		if e := refus(t, err, "invalid"); e.Fields["start"] == "" {
			t.Errorf("%q: fields %v", bad, e.Fields)
		}
	}
	_, err := ParseMoment("2026-11-20T09:00", "Europe/Nulle-Part")
	refus(t, err, "invalid")
}

// Whatever the zones, the hour and the length, an entree shows on each day it
// falls on, and nowhere else.
func TestNothingFallsBetweenTheColumns(t *testing.T) {
	zones := []string{"Europe/Paris", "Indian/Reunion", "America/Martinique", "America/Miquelon", "Pacific/Marquesas", "Pacific/Noumea"}
	rapid.Check(t, func(r *rapid.T) {
		home := zone(t, rapid.SampledFrom(zones).Draw(r, "home"))
		own := zone(t, rapid.SampledFrom(zones).Draw(r, "own"))
		around := rapid.SampledFrom([]string{"2026-03-29", "2026-10-25", "2026-11-01", "2026-07-14"}).Draw(r, "around")
		start := instant(t, around+" 00:00", "Europe/Paris").Add(time.Duration(rapid.IntRange(-48*12, 48*12).Draw(r, "start")) * 5 * time.Minute)
		end := start.Add(time.Duration(rapid.IntRange(1, 24*12).Draw(r, "length")) * 5 * time.Minute)
		g := grille{newLecture(nil, "", start), home}
		e := Entree{Kind: KindAbsence, Span: agenda.Span{Start: start, End: end}, Zone: own, Absence: &agenda.Absence{}}
		first, last := home.Date(start), home.Date(end.Add(-time.Second))
		for day := first - 3; day <= last+3; day++ {
			from, to, shown := g.hours(e, day)
			if shown != (first <= day && day <= last) || shown && from >= to {
				r.Fatalf("%s … %s on %s in %s: %s–%s %v", start, end, day, home.Name(), from, to, shown)
			}
		}
	})
}
