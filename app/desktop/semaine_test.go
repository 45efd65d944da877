package desktop

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
)

func TestWeekOfOneAgent(t *testing.T) {
	m := nouveau(t,
		plage(t, "matin", "claire", "maison", "MO,TU,WE,TH,FR", "09:00", "12:30", "accompagnement"),
		absence(t, "formation", "claire", "2026-11-10", "14:00", "18:00"),
		rdv(t, "nadia", "claire", aujourdhui+" 11:30", 45, "accompagnement", "nadia"),
		rdv(t, "de karim", "karim", aujourdhui+" 11:30", 45, "accompagnement", "lea"))
	vue := ok[VueAgenda](t)(m.Agenda.Agenda(DemandeAgenda{Span: "week"}))
	if vue.From != "2026-11-09" || vue.To != "2026-11-13" || vue.Week != 46 || vue.Previous != "2026-11-02" || vue.Next != "2026-11-16" {
		t.Errorf("week = %s … %s, n° %d, %s, %s", vue.From, vue.To, vue.Week, vue.Previous, vue.Next)
	}
	if vue.Label != "9 – 13 novembre 2026" || vue.Zone != "Europe/Paris" || vue.Opens != "08:00" || vue.Closes != "19:00" || vue.StepMin != 15 {
		t.Errorf("label %q, zone %s, %s–%s, step %d", vue.Label, vue.Zone, vue.Opens, vue.Closes, vue.StepMin)
	}
	if vue.Present.Time != "11:20" || vue.Present.Day != aujourdhui {
		t.Errorf("present = %+v", vue.Present)
	}
	want := []string{
		"2026-11-09 0 Maison des services: plage 09:00-12:30 Maison des services",
		"2026-11-10 0 Maison des services: plage 09:00-12:30 Maison des services; absence 14:00-18:00 Absence · formation",
		"2026-11-11 0 Jour férié: ferie 00:00-24:00 Armistice de 1918",
		"2026-11-12 1 Maison des services: plage 09:00-12:30 Maison des services; rdv 11:30-12:15 Nadia Haddad",
		"2026-11-13 0 Maison des services: plage 09:00-12:30 Maison des services",
	}
	for i, c := range vue.Columns {
		var items []string
		for _, it := range c.Items {
			items = append(items, fmt.Sprintf("%s %s-%s %s", it.Kind, it.From, it.To, it.Title))
		}
		got := fmt.Sprintf("%s %d %s: %s", c.Day, c.Rdvs, c.Detail, strings.Join(items, "; "))
		if got != want[i] {
			t.Errorf("column %d\n got %s\nwant %s", i, got, want[i])
		}
		if c.Today != (c.Day == aujourdhui) || c.Holiday != (c.Day == "2026-11-11") {
			t.Errorf("%s: today %v, holiday %v", c.Day, c.Today, c.Holiday)
		}
	}
}

func TestStatesOfARdv(t *testing.T) {
	arrived := func(r *agenda.Rdv, paris string) *agenda.Rdv {
		at := instant(t, paris, "Europe/Paris")
		r.ArrivedAt = &at
		return r
	}
	at := func(key, hour string) *agenda.Rdv {
		return rdv(t, key, "claire", aujourdhui+" "+hour, 45, "accompagnement", "nadia")
	}
	tests := []struct {
		name  string
		rdv   *agenda.Rdv
		state string
		label string
		note  string
	}{
		{"to come", at("a", "14:00"), "coming", "À venir", ""},
		{"begun, not filled in yet", at("b", "11:00"), "coming", "À venir", ""},
		{"over, not filled in", at("c", "10:00"), "todo", "À renseigner", "Vu ou absent ?"},
		{"in the waiting room", arrived(at("d", "12:00"), aujourdhui+" 11:12"), "waiting", "En salle", "En salle depuis 11 h 12"},
		{"arrived the day before, by mistake", arrived(rdv(t, "e", "claire", "2026-11-13 09:00", 45, "accompagnement", "nadia"), aujourdhui+" 11:12"), "coming", "À venir", ""},
		{"seen", status(at("f", "09:00"), agenda.StatusSeen), "seen", "Vu", ""},
		{"no show", status(at("g", "09:00"), agenda.StatusNoShow), "noshow", "Absent", ""},
		{"excused", status(at("h", "15:00"), agenda.StatusExcused), "excused", "Excusé", ""},
		{"revoked", status(at("i", "15:00"), agenda.StatusRevoked), "revoked", "Annulé", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := nouveau(t, tt.rdv)
			it := item(t, m.jour(tt.rdv.Day.String()), tt.rdv.Key())
			if it.State != tt.state || it.StateLabel != tt.label || plain(it.Note) != tt.note || it.Status != string(tt.rdv.Status) {
				t.Errorf("state %q label %q note %q status %q", it.State, it.StateLabel, it.Note, it.Status)
			}
			if movable := slices.Contains(it.Can, "move"); movable == tt.rdv.Cancelled() {
				t.Errorf("can %v", it.Can)
			}
		})
	}
}

func TestWhatABlockTells(t *testing.T) {
	seats := rdv(t, "atelier", "claire", "2026-11-13 10:00", 120, "atelier", "nadia lea")
	seats.Title, seats.Capacity = "Budget de Noël", 10
	full := rdv(t, "plein", "claire", "2026-11-13 14:00", 120, "atelier", "nadia lea")
	full.Capacity = 2
	gone := rdv(t, "parti", "claire", "2026-11-16 10:00", 120, "atelier", "nadia lea")
	gone.Capacity, gone.Presence = 2, map[agenda.UsagerID]agenda.Status{usagerID("lea"): agenda.StatusExcused}
	tests := []struct {
		name                string
		rdv                 *agenda.Rdv
		title, detail, note string
		taken               int
		spoken              string
	}{
		{"two usagers", rdv(t, "1", "claire", "2026-11-13 09:00", 30, "droits", "nadia yanis"), "Nadia Haddad, Yanis Haddad", "Accès aux droits", "", 2,
			"vendredi 13 novembre, jusqu’à 9 h 30, à venir"},
		{"at home", rdv(t, "2", "claire", "2026-11-13 09:00", 60, "visite", "yanis"), "Yanis Haddad", "Visite à domicile", "7 rue des Saules", 1,
			"vendredi 13 novembre, jusqu’à 10 h 00, à venir, à domicile"},
		{"by phone", rdv(t, "3", "claire", "2026-11-13 09:00", 30, "suivi", "nadia"), "Nadia Haddad", "Suivi", "", 1,
			"vendredi 13 novembre, jusqu’à 9 h 30, à venir, au téléphone"},
		{"collectif", seats, "Budget de Noël", "Atelier budget", "2 inscrits, 8 places libres", 2, "vendredi 13 novembre, jusqu’à 12 h 00, à venir"},
		{"collectif, full", full, "Atelier budget", "Atelier budget", "Complet", 2, "vendredi 13 novembre, jusqu’à 16 h 00, à venir"},
		{"collectif, one has cancelled", gone, "Atelier budget", "Atelier budget", "1 inscrit, 1 place libre", 1, "lundi 16 novembre, jusqu’à 12 h 00, à venir"},
		{"somebody who is not on this desk", rdv(t, "4", "claire", "2026-11-13 09:00", 30, "droits", "inconnu"), "Usager", "Accès aux droits", "", 1,
			"vendredi 13 novembre, jusqu’à 9 h 30, à venir"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := nouveau(t, tt.rdv)
			it := item(t, m.jour(tt.rdv.Day.String()), tt.rdv.Key())
			if it.Title != tt.title || it.Detail != tt.detail || it.Note != tt.note || it.Taken != tt.taken {
				t.Errorf("title %q detail %q note %q taken %d", it.Title, it.Detail, it.Note, it.Taken)
			}
			if plain(it.Spoken) != tt.spoken {
				t.Errorf("spoken %q, want %q", it.Spoken, tt.spoken)
			}
		})
	}
}

func TestConflictsAreDrawn(t *testing.T) {
	first := rdv(t, "un", "claire", "2026-11-13 14:00", 45, "accompagnement", "daniel")
	second := rdv(t, "deux", "claire", "2026-11-13 14:30", 30, "droits", "lea")
	touching := rdv(t, "suite", "claire", "2026-11-13 15:00", 30, "droits", "nadia")
	other := rdv(t, "autre agent", "karim", "2026-11-13 14:00", 45, "accompagnement", "nadia")
	moved := rdv(t, "deplace", "claire", "2026-11-13 17:00", 30, "droits", "nadia")
	m := nouveau(t, first, second, touching, other, moved,
		status(rdv(t, "annule", "claire", "2026-11-13 15:15", 30, "droits", "daniel"), agenda.StatusExcused),
		rdv(t, "absent", "claire", "2026-11-13 11:00", 30, "droits", "daniel"), absence(t, "a", "claire", "2026-11-13", "11:15", "12:00"),
		&agenda.Conflit{ID: id[agenda.ConflitID]("c"), Territoire: id[agenda.TerritoireID]("territoire"), Code: agenda.ConflitMoved,
			Sides: []agenda.Ref{agenda.RefOf(moved)}, OpenedAt: instant(t, "2026-11-09 08:47", "Europe/Paris"), Stamp: rev()})
	vue := m.jour("2026-11-13", "claire", "karim")
	for key, want := range map[string]string{"un": "overlap", "deux": "overlap", "suite": "", "autre agent": "", "annule": "", "absent": "absent", "deplace": "moved"} {
		if got := strings.Join(item(t, vue, rdvKey(key)).Conflicts, " "); got != want {
			t.Errorf("%s: conflicts %q, want %q", key, got, want)
		}
	}
	if it := item(t, vue, rdvKey("un")); !strings.Contains(it.Spoken, "en conflit") || it.Note != "Autre rendez-vous à la même heure" {
		t.Errorf("note %q, spoken %q", it.Note, it.Spoken)
	}
}

func TestWhoIsShown(t *testing.T) {
	hidden := rdv(t, "de thomas", "thomas", "2026-11-13 14:00", 30, "aide", "lea")
	shared := rdv(t, "a deux", "claire", "2026-11-13 16:00", 30, "aide", "lea")
	shared.Agents = []agenda.AgentID{agentID("claire"), agentID("thomas")}
	m := nouveau(t, hidden, shared, rdv(t, "de karim", "karim", "2026-11-13 09:00", 30, "droits", "nadia"))
	vue := m.jour("2026-11-13", "karim", "thomas", "claire", "karim")
	var columns []string
	for _, c := range vue.Columns {
		columns = append(columns, c.Key)
	}
	want := []string{"2026-11-13/" + string(agentID("karim")), "2026-11-13/" + string(agentID("claire"))}
	if !slices.Equal(columns, want) {
		t.Errorf("columns %v, want %v", columns, want)
	}
	if !has(vue, rdvKey("de karim")) || !has(vue, rdvKey("a deux")) || has(vue, rdvKey("de thomas")) {
		t.Error("not what Claire may see")
	}
}

func TestBusyTimesOfOthers(t *testing.T) {
	known := rdv(t, "connu", "claire", "2026-11-13 09:00", 30, "droits", "nadia")
	known.Occupations = []agenda.OccupationID{id[agenda.OccupationID]("connue")}
	busy := func(key, hour string) *agenda.Occupation {
		start := instant(t, "2026-11-13 "+hour, "Europe/Paris")
		return &agenda.Occupation{ID: id[agenda.OccupationID](key), Agent: agentID("claire"), Start: start, End: start.Add(30 * time.Minute), Stamp: rev()}
	}
	dentist := &agenda.Importe{ID: id[agenda.ImporteID]("dentiste"), Agent: agentID("claire"), Source: "perso.ics", UID: "a@example.org",
		Summary: "Dentiste", Zone: "Europe/Paris", Spans: []agenda.Span{busy("", "17:00").Span()}, Stamp: rev()}
	m := nouveau(t, known, busy("connue", "09:00"), busy("ailleurs", "11:00"), dentist)
	vue := m.jour("2026-11-13")
	var got []string
	for _, it := range vue.Columns[0].Items {
		got = append(got, fmt.Sprintf("%s %s %s %v", it.Kind, it.From, it.Title, it.Private))
	}
	want := []string{"rdv 09:00 Nadia Haddad false", "busy 11:00 Occupé true", "busy 17:00 Dentiste false"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestFilters(t *testing.T) {
	m := nouveau(t,
		rdv(t, "maison", "claire", "2026-11-13 09:00", 30, "droits", "nadia"),
		rdv(t, "telephone", "claire", "2026-11-13 10:00", 30, "suivi", "nadia"),
		status(rdv(t, "annule", "claire", "2026-11-13 11:00", 30, "droits", "nadia"), agenda.StatusRevoked),
		plage(t, "p", "claire", "tilleuls", "FR", "09:00", "12:00", "droits"))
	plageKey := id[string]("plage", "p")
	tests := []struct {
		name   string
		demand DemandeAgenda
		want   string
	}{
		{"everything", DemandeAgenda{ShowCancelled: true}, "maison telephone annule plage"},
		{"cancelled hidden", DemandeAgenda{}, "maison telephone plage"},
		{"one lieu", DemandeAgenda{Lieux: []string{string(lieuID("maison"))}}, "maison"},
		{"one lieu and elsewhere", DemandeAgenda{Lieux: []string{string(lieuID("tilleuls"))}, Elsewhere: true}, "telephone plage"},
		{"elsewhere only", DemandeAgenda{Elsewhere: true}, "telephone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.demand.Day, tt.demand.Span = "2026-11-13", "day"
			vue := ok[VueAgenda](t)(m.Agenda.Agenda(tt.demand))
			var got []string
			for _, key := range []string{"maison", "telephone", "annule"} {
				if has(vue, rdvKey(key)) {
					got = append(got, key)
				}
			}
			if has(vue, plageKey) {
				got = append(got, "plage")
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("shown %v, want %s", got, tt.want)
			}
		})
	}
}

func TestPeriods(t *testing.T) {
	m := nouveau(t, rdv(t, "dimanche", "claire", "2026-11-29 10:00", 30, "droits", "nadia"))
	tests := []struct {
		name     string
		demand   DemandeAgenda
		from, to string
		label    string
	}{
		{"a day", DemandeAgenda{Span: "day", Day: "2026-11-12"}, "2026-11-12", "2026-11-12", "jeudi 12 novembre"},
		{"a day of another year", DemandeAgenda{Span: "day", Day: "2027-01-01"}, "2027-01-01", "2027-01-01", "vendredi 1er janvier 2027"},
		{"a week over two months", DemandeAgenda{Span: "week", Day: "2026-12-01"}, "2026-11-30", "2026-12-04", "30 novembre – 4 décembre 2026"},
		{"a week over two years", DemandeAgenda{Span: "week", Day: "2027-01-01"}, "2026-12-28", "2027-01-01", "28 décembre 2026 – 1er janvier 2027"},
		{"a week with a rdv on Sunday", DemandeAgenda{Span: "week", Day: "2026-11-25"}, "2026-11-23", "2026-11-29", "23 – 29 novembre 2026"},
		{"a range", DemandeAgenda{From: "2026-11-12", To: "2026-11-14"}, "2026-11-12", "2026-11-14", "12 – 14 novembre 2026"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			vue := ok[VueAgenda](t)(m.Agenda.Agenda(tt.demand))
			if vue.From != tt.from || vue.To != tt.to || vue.Label != tt.label {
				t.Errorf("%s … %s %q", vue.From, vue.To, vue.Label)
			}
			if vue.Columns[0].Day != tt.from || vue.Columns[len(vue.Columns)-1].Day != tt.to {
				t.Error("the columns are not those days")
			}
		})
	}
	for _, bad := range []DemandeAgenda{
		{From: "2026-11-01", To: "2026-12-31"}, {From: "2026-11-12", To: "2026-11-11"}, {From: "2026-02-30", To: "2026-03-01"},
		{Span: "day", Day: "demain"}, {Span: "fortnight"}, {},
	} {
		if _, err := m.Agenda.Agenda(bad); err == nil {
			t.Errorf("%+v was answered", bad)
		} else {
			refus(t, err, "invalid")
		}
	}
}

func TestSaturdayAsPreferred(t *testing.T) {
	m := nouveau(t)
	prefs := defaultPreferences()
	prefs.ShowSaturday = true
	ok[Preferences](t)(m.SavePreferences(prefs))
	if vue := ok[VueAgenda](t)(m.Agenda.Agenda(DemandeAgenda{Span: "week"})); vue.To != "2026-11-14" {
		t.Errorf("the week ends on %s", vue.To)
	}
}

func TestMidnightAndTwoAgents(t *testing.T) {
	night := rdv(t, "nuit", "claire", "2026-11-13 23:30", 60, "droits", "nadia")
	night.Agents = append(night.Agents, agentID("karim"))
	away := absence(t, "longue", "claire", "2026-11-13", "14:00", "10:00")
	away.LastDay = date(t, "2026-11-15")
	m := nouveau(t, night, away)
	vue := ok[VueAgenda](t)(m.Agenda.Agenda(DemandeAgenda{From: "2026-11-13", To: "2026-11-15", Agents: []string{string(agentID("claire")), string(agentID("karim"))}}))
	var got []string
	for _, c := range vue.Columns {
		for _, it := range c.Items {
			got = append(got, fmt.Sprintf("%s %s %s-%s", c.Day[8:], it.Kind, it.From, it.To))
		}
	}
	want := []string{"13 absence 14:00-24:00", "13 rdv 23:30-24:00", "13 rdv 23:30-24:00", "14 absence 00:00-24:00", "14 rdv 00:00-00:30", "14 rdv 00:00-00:30", "15 absence 00:00-10:00"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestPendingMark(t *testing.T) {
	m := nouveau(t, rdv(t, "nadia", "claire", "2026-11-13 09:00", 30, "droits", "nadia"), rdv(t, "lea", "claire", "2026-11-13 10:00", 30, "droits", "lea"))
	ok[Fait](t)(m.CancelRdv(rdvKey("nadia"), "usager"))
	vue := m.jour("2026-11-13")
	if !item(t, vue, rdvKey("nadia")).Pending || item(t, vue, rdvKey("lea")).Pending {
		t.Error("the pending mark is not where the command was")
	}
	if it := item(t, vue, rdvKey("nadia")); !strings.Contains(it.Spoken, "en attente d’envoi") {
		t.Errorf("spoken %q", it.Spoken)
	}
}

func TestMonth(t *testing.T) {
	m := nouveau(t, rdv(t, "1", "claire", "2026-11-13 09:00", 60, "droits", "nadia"),
		rdv(t, "2", "claire", "2026-11-16 09:00", 180, "droits", "nadia"), rdv(t, "3", "claire", "2026-11-17 09:00", 300, "droits", "nadia"),
		status(rdv(t, "4", "claire", "2026-11-18 09:00", 300, "droits", "nadia"), agenda.StatusRevoked))
	vue := ok[MiniMois](t)(m.Mois("2026-11", nil))
	if vue.Label != "novembre 2026" || vue.Previous != "2026-10" || vue.Next != "2026-12" || len(vue.Weeks) != 6 || vue.Weeks[0].Number != 44 {
		t.Errorf("%q %s %s, %d weeks from %d", vue.Label, vue.Previous, vue.Next, len(vue.Weeks), vue.Weeks[0].Number)
	}
	days := map[string]MiniJour{}
	for _, w := range vue.Weeks {
		for _, d := range w.Days {
			days[d.Day] = d
		}
	}
	for day, want := range map[string]int{"2026-11-12": 0, "2026-11-13": 1, "2026-11-16": 2, "2026-11-17": 3, "2026-11-18": 0} {
		if days[day].Load != want {
			t.Errorf("%s: load %d, want %d", day, days[day].Load, want)
		}
	}
	if d := days["2026-11-17"]; d.Label != "mardi 17 novembre, très chargé" || d.Out || d.Number != 17 {
		t.Errorf("%+v", d)
	}
	if d := days["2026-11-11"]; !d.Holiday || d.Label != "mercredi 11 novembre, férié, Armistice de 1918" {
		t.Errorf("%+v", d)
	}
	if d := days["2026-10-26"]; !d.Out {
		t.Errorf("%+v", d)
	}
	_, err := m.Mois("2026-13", nil)
	refus(t, err, "invalid")
}

func TestReferentiel(t *testing.T) {
	old := motif("vieux", "Ancien motif", "azur", 30, agenda.PlacePublicOffice, "social")
	old.Archived = true
	m := nouveau(t, old)
	ref := ok[Referentiel](t)(m.Referentiel())
	var agents, motifs []string
	for _, a := range ref.Agents {
		agents = append(agents, a.Short+" "+a.Initials)
	}
	for _, x := range ref.Motifs {
		motifs = append(motifs, x.Name)
	}
	if want := []string{"C. Fournier CF", "K. Benali KB"}; !slices.Equal(agents, want) {
		t.Errorf("agents %q, want %q", agents, want)
	}
	if !ref.Agents[0].Me || ref.Agents[1].Me {
		t.Error("who I am")
	}
	if !slices.IsSortedFunc(motifs, compareNames) || slices.Contains(motifs, "Ancien motif") || motifs[0] != "Accès aux droits" {
		t.Errorf("motifs %q", motifs)
	}
	if len(ref.Lieux) != 2 || len(ref.Services) != 2 || ref.Organisations[0].Role != "basic" {
		t.Errorf("%+v", ref)
	}
}
