package desktop

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"permanence/app/agenda"
)

// slots lists what is offered: "lieu: 2026-11-16 09:00/CF 09:45/CF; …".
func slots(vue VueCreneaux) string {
	var lieux []string
	for _, l := range vue.Lieux {
		var days []string
		for _, d := range l.Days {
			line := d.Day[5:]
			for _, c := range d.Creneaux {
				line += " " + c.From + "/" + strings.Fields(c.AgentLabel)[1][:1]
			}
			days = append(days, line)
		}
		lieux = append(lieux, l.Name+": "+strings.Join(days, "; "))
	}
	return strings.Join(lieux, " | ")
}

func search(t *testing.T, m *monde, change func(*DemandeCreneaux)) VueCreneaux {
	t.Helper()
	d := DemandeCreneaux{Motif: string(motifID("accompagnement")), From: "2026-11-16", To: "2026-11-20", Morning: true, Afternoon: true}
	if change != nil {
		change(&d)
	}
	return ok[VueCreneaux](t)(m.Creneaux(d))
}

func TestSlots(t *testing.T) {
	m := nouveau(t,
		plage(t, "claire", "claire", "maison", "MO", "09:00", "10:30", "accompagnement"),
		plage(t, "karim", "karim", "tilleuls", "TH", "13:00", "14:30", "accompagnement"),
		plage(t, "thomas", "thomas", "maison", "MO", "09:00", "12:00", "accompagnement"), // not Claire's to see
		rdv(t, "pris", "karim", "2026-11-19 13:00", 45, "accompagnement", "nadia"))
	tests := []struct {
		name   string
		change func(*DemandeCreneaux)
		want   string
		label  string
	}{
		{"all", nil, "Maison des services: 11-16 09:00/F 09:45/F | Antenne des Tilleuls: 11-19 13:45/B", "3 créneaux dans 2 lieux"},
		{"in the morning", func(d *DemandeCreneaux) { d.Afternoon = false }, "Maison des services: 11-16 09:00/F 09:45/F | Antenne des Tilleuls: ", "2 créneaux dans 1 lieu"},
		{"in the afternoon", func(d *DemandeCreneaux) { d.Morning = false }, "Antenne des Tilleuls: 11-19 13:45/B | Maison des services: ", "1 créneau dans 1 lieu"},
		{"shorter", func(d *DemandeCreneaux) { d.DurationMin = 30 }, "Maison des services: 11-16 09:00/F 09:30/F 10:00/F | Antenne des Tilleuls: 11-19 13:45/B", "4 créneaux dans 2 lieux"},
		{"one agent", func(d *DemandeCreneaux) { d.Agents = []string{string(agentID("karim"))} }, "Antenne des Tilleuls: 11-19 13:45/B | Maison des services: ", "1 créneau dans 1 lieu"},
		{"one lieu", func(d *DemandeCreneaux) { d.Lieux = []string{string(lieuID("maison"))} }, "Maison des services: 11-16 09:00/F 09:45/F", "2 créneaux dans 1 lieu"},
		{"a motif nobody receives", func(d *DemandeCreneaux) { d.Motif = string(motifID("droits")) }, "Antenne des Tilleuls:  | Maison des services: ", "Aucun créneau"},
		{"by phone", func(d *DemandeCreneaux) { d.Motif = string(motifID("suivi")) }, "Au téléphone: ", "Aucun créneau"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			vue := search(t, m, tt.change)
			if got := slots(vue); got != tt.want || vue.Label != tt.label {
				t.Errorf("got  %s (%s)\nwant %s (%s)", got, vue.Label, tt.want, tt.label)
			}
		})
	}
	vue := search(t, m, nil)
	if vue.First == nil || vue.First.Start != "2026-11-16T08:00:00Z" || vue.First.Lieu != string(lieuID("maison")) {
		t.Errorf("first %+v", vue.First)
	}
	if len(vue.Loads) != 2 || vue.Loads[0].Count != 2 || len(vue.Loads[0].Creneaux) != 0 {
		t.Errorf("loads %+v", vue.Loads)
	}
}

func TestTheNextFreeSlotAfterTheDaysAsked(t *testing.T) {
	far := plage(t, "p", "claire", "maison", "MO", "09:00", "10:00", "accompagnement")
	far.FirstDay = date(t, "2027-04-05")
	m := nouveau(t, far)
	if vue := search(t, m, nil); vue.First == nil || vue.First.Day != "2027-04-05" || vue.Total != 0 {
		t.Errorf("first %+v", vue.First)
	}
	far.FirstDay = date(t, "2027-09-06")
	m.put(far)
	if vue := search(t, m, nil); vue.First != nil {
		t.Errorf("beyond six months: %+v", vue.First)
	}
}

func TestAgentsAreBoundByNoDelay(t *testing.T) {
	late := motif("accompagnement", "Accompagnement social", "lagon", 45, agenda.PlacePublicOffice, "social")
	late.MinDelayS, late.MaxDelayS = 30*86400, 40*86400
	m := nouveau(t, late, plage(t, "p", "claire", "maison", "TH", "11:00", "14:00", "accompagnement"))
	vue := search(t, m, func(d *DemandeCreneaux) { d.From, d.To = aujourdhui, aujourdhui })
	if got := slots(vue); got != "Maison des services: 11-12 11:45/F 12:30/F 13:15/F" {
		t.Errorf("got %s", got)
	}
}

func TestWhyThereIsNone(t *testing.T) {
	m := nouveau(t,
		plage(t, "p", "claire", "maison", "MO,TU,WE,TH", "09:00", "10:30", "accompagnement"),
		plage(t, "autre", "karim", "maison", "MO", "14:00", "15:00", "accompagnement"),
		absence(t, "a", "claire", "2026-11-10", "00:00", "24:00"),
		rdv(t, "1", "claire", "2026-11-09 09:00", 45, "droits", "nadia"), rdv(t, "2", "claire", "2026-11-09 09:45", 30, "droits", "lea"))
	m.at("2026-11-09 08:00")
	vue := search(t, m, func(d *DemandeCreneaux) {
		d.From, d.To, d.Agents = "2026-11-09", "2026-11-11", []string{string(agentID("claire"))}
	})
	if vue.Total != 0 || vue.Lieux[0].Why == nil {
		t.Fatalf("%s", slots(vue))
	}
	var got []string
	for _, l := range vue.Lieux[0].Why.Lines {
		got = append(got, fmt.Sprintf("%s %d (%d+%d) %s", l.Code, l.Min, l.At, l.Width, plain(l.Label)))
	}
	want := []string{
		"open 330 (0+1000) Ouvert à ce motif (4 plages)",
		"other_agent 60 (0+181) Autres agents",
		"ferie 90 (181+272) Jours fériés",
		"absence 90 (453+272) Absence, Claire Fournier, mar. 10",
		"rdv 75 (725+227) Déjà pris (2 rendez-vous)",
		"too_short 15 (952+45) Trous de moins de 45 min",
		"rest 0 (0+0) Reste",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var ways []string
	for _, w := range vue.Lieux[0].Why.Ways {
		ways = append(ways, fmt.Sprintf("%s %s %d %d", w.Code, w.To, w.DurationMin, w.Count))
	}
	if got := strings.Join(ways, "; "); got != "extend 2026-11-25 0 16; shorter  15 1; any_agent  0 1; open_plage  0 0" {
		t.Errorf("ways %s", got)
	}
}

// Whatever takes the time, the subtraction ends at zero.
func TestTheSubtractionEndsAtZero(t *testing.T) {
	m := nouveau(t, plage(t, "p", "claire", "maison", "MO,TU,WE,TH,FR", "08:00", "12:00", "accompagnement"),
		plage(t, "q", "karim", "maison", "MO,WE", "13:00", "18:00", "accompagnement"))
	rapid.Check(t, func(r *rapid.T) {
		hour := func(label string) time.Time {
			return instant(t, "2026-11-09 00:00", "Europe/Paris").Add(time.Duration(rapid.IntRange(0, 5*24*4).Draw(r, label)) * 15 * time.Minute)
		}
		week := map[agenda.AgentID]*occupe{}
		for _, a := range []string{"claire", "karim"} {
			o := &occupe{}
			for i := range rapid.IntRange(0, 6).Draw(r, "n") {
				start := hour("start")
				span := agenda.Span{Start: start, End: start.Add(time.Duration(rapid.IntRange(1, 40).Draw(r, "length")) * 5 * time.Minute)}
				switch i % 3 {
				case 0:
					o.absences = append(o.absences, span)
				case 1:
					o.busy = append(o.busy, span)
				default:
					o.rdvs = append(o.rdvs, &agenda.Rdv{ID: agenda.RdvID(fmt.Sprint(i)), Start: span.Start, End: span.End})
				}
			}
			week[agentID(a)] = o
		}
		err := m.p.read(m.f.ctx, func(l *lecture) error {
			l.now = hour("now")
			q := Question{Motif: motifID("accompagnement"), From: date(t, "2026-11-09"), To: date(t, "2026-11-13"), Half: Half(rapid.IntRange(0, 2).Draw(r, "half"))}
			s := &soustraction{lecture: l, q: q, motif: l.motif(q.Motif), plages: l.plagesFor(q), week: week, days: l.holidaysOf(l.agent)}
			lines := s.pourquoi().Lines
			left := lines[0].Min
			for _, line := range lines[1:] {
				if line.Min < 0 || line.At < 0 || line.At+line.Width > 1000 {
					r.Fatalf("%+v", line)
				}
				left -= line.Min
			}
			if left != 0 || lines[len(lines)-1].Code != "rest" {
				r.Fatalf("%d minutes are left: %+v", left, lines)
			}
			return nil
		})
		if err != nil {
			r.Fatal(err)
		}
	})
}

func TestANoticeAboutThePerson(t *testing.T) {
	m := nouveau(t, rdv(t, "nadia", "claire", aujourdhui+" 11:30", 45, "accompagnement", "nadia"))
	vue := search(t, m, func(d *DemandeCreneaux) { d.Usager = string(usagerID("nadia")) })
	if len(vue.Notice) != 1 || plain(vue.Notice[0].Message) != "Nadia Haddad a déjà un rendez-vous de ce motif aujourd’hui à 11 h 30." {
		t.Errorf("%+v", vue.Notice)
	}
	if vue := search(t, m, func(d *DemandeCreneaux) { d.Usager = string(usagerID("lea")) }); len(vue.Notice) != 0 {
		t.Errorf("%+v", vue.Notice)
	}
}

func TestSearchRefused(t *testing.T) {
	m := nouveau(t)
	for _, tt := range []struct {
		name   string
		demand DemandeCreneaux
		code   string
	}{
		{"no motif", DemandeCreneaux{}, "not_found"},
		{"no such day", DemandeCreneaux{Motif: string(motifID("droits")), From: "2026-02-30"}, "invalid"},
		{"ends before it begins", DemandeCreneaux{Motif: string(motifID("droits")), From: "2026-11-20", To: "2026-11-16"}, "invalid"},
		{"a length below zero", DemandeCreneaux{Motif: string(motifID("droits")), DurationMin: -1}, "invalid"},
	} {
		_, err := m.Creneaux(tt.demand)
		refus(t, err, tt.code)
	}
	vue := ok[VueCreneaux](t)(m.Creneaux(DemandeCreneaux{Motif: string(motifID("droits")), From: "2026-11-16", To: "2030-01-01"}))
	if vue.To != "2027-05-16" {
		t.Errorf("clipped to %s", vue.To)
	}
}
