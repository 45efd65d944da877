package desktop

import (
	"slices"
	"strings"
	"testing"

	"permanence/app/civil"
)

func TestPlagesFromForms(t *testing.T) {
	m := nouveau(t)
	f := PlageForm{Agent: string(agentID("claire")), Motifs: []string{string(motifID("droits"))}, Lieu: string(lieuID("maison")), FirstDay: "2026-11-16",
		From: "09:00", To: "12:00", BreakMin: 5, Repeat: Recurrence{Kind: "weekly", Interval: 1, Days: []string{"MO", "TH"}}}
	fait := ok[Fait](t)(m.SavePlage(f))
	if fait.Said != "Plage d’ouverture enregistrée." || fait.Day != "2026-11-16" {
		t.Errorf("%+v", fait)
	}
	got := ok[PlageForm](t)(m.Plage(fait.ID, "2026-11-19"))
	if got.Scope != "one" || got.Repeat.Label != "Toutes les semaines, le lundi et le jeudi" || got.BreakMin != 5 || got.From != "09:00" || got.Agent != f.Agent {
		t.Errorf("%+v", got)
	}

	got.From, got.To = "10:00", "11:00"
	ok[Fait](t)(m.SavePlage(got))
	if hours(t, m, fait.ID, "2026-11-19") != "10:00-11:00" || hours(t, m, fait.ID, "2026-11-16") != "09:00-12:00" || hours(t, m, fait.ID, "2026-11-26") != "09:00-12:00" {
		t.Error("the hours of one day change that day only")
	}
	if one := ok[PlageForm](t)(m.Plage(fait.ID, "2026-11-19")); one.From != "10:00" {
		t.Errorf("the form of that day says %s", one.From)
	}
	ok[Fait](t)(m.DeletePlage(EffacerForm{ID: fait.ID, Scope: "one", Day: "2026-11-23"}))
	if hours(t, m, fait.ID, "2026-11-23") != "" || hours(t, m, fait.ID, "2026-11-30") != "09:00-12:00" {
		t.Error("one day is taken out")
	}

	all := ok[PlageForm](t)(m.Plage(fait.ID, ""))
	all.To, all.Repeat = "12:30", Recurrence{Kind: "weekly", Interval: 2, Days: []string{"MO"}, Until: "2026-12-31"}
	ok[Fait](t)(m.SavePlage(all))
	if hours(t, m, fait.ID, "2026-11-16") != "09:00-12:30" || hours(t, m, fait.ID, "2026-11-26") != "" || hours(t, m, fait.ID, "2026-12-14") != "09:00-12:30" || hours(t, m, fait.ID, "2027-01-11") != "" {
		t.Error("the whole series changed")
	}
	if all := ok[PlageForm](t)(m.Plage(fait.ID, "")); plain(all.Repeat.Label) != "Toutes les deux semaines, le lundi, jusqu’au 31 décembre 2026" || len(all.Exdates) != 1 {
		t.Errorf("%+v", all)
	}
	gone := ok[Fait](t)(m.DeletePlage(EffacerForm{ID: fait.ID, Scope: "all"}))
	if gone.Said != "Plage d’ouverture supprimée." || hours(t, m, fait.ID, "2026-12-14") != "" {
		t.Errorf("%+v", gone)
	}
	ok[Fait](t)(m.Undo(gone.Command))
	if hours(t, m, fait.ID, "2026-12-14") != "09:00-12:30" {
		t.Error("what was deleted comes back")
	}
}

// hours gives when a plage or an absence takes place on a day, "" when it does not.
func hours(t *testing.T, m *monde, id, day string) string {
	t.Helper()
	vue := m.jour(day)
	for _, it := range vue.Columns[0].Items {
		if it.ID == id {
			return it.From + "-" + it.To
		}
	}
	return ""
}

func TestPlageRefused(t *testing.T) {
	good := PlageForm{Motifs: []string{string(motifID("droits"))}, Lieu: string(lieuID("maison")), FirstDay: "2026-11-16", From: "09:00", To: "12:00"}
	tests := []struct {
		name   string
		change func(*PlageForm)
		code   string
		field  string
	}{
		{"upside down", func(f *PlageForm) { f.To = "08:00" }, "invalid", "to"},
		{"no motif", func(f *PlageForm) { f.Motifs = nil }, "invalid", "motifs"},
		{"no such day", func(f *PlageForm) { f.FirstDay = "2026-11-31" }, "invalid", "first_day"},
		{"no such hour", func(f *PlageForm) { f.From = "9h" }, "invalid", "from"},
		{"an office without a lieu", func(f *PlageForm) { f.Lieu = "" }, "invalid", "lieu"},
		{"a break too long", func(f *PlageForm) { f.BreakMin = 1000 }, "invalid", "break_min"},
		{"ends before it begins", func(f *PlageForm) {
			f.Repeat = Recurrence{Kind: "weekly", Days: []string{"MO"}, Until: "2026-01-01"}
		}, "invalid", "repeat"},
		{"a sixth Monday", func(f *PlageForm) { f.Repeat = Recurrence{Kind: "monthly", Ordinal: 6, Days: []string{"MO"}} }, "invalid", "repeat"},
		{"shorter than the motif", func(f *PlageForm) { f.To = "09:20" }, "warnings", ""},
		{"over another", func(f *PlageForm) { f.FirstDay = "2026-11-17" }, "warnings", ""},
		{"of a colleague of another service", func(f *PlageForm) { f.Agent = string(agentID("thomas")) }, "forbidden", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := nouveau(t, plage(t, "p", "claire", "maison", "TU", "11:00", "13:00", "droits"))
			f := good
			tt.change(&f)
			_, err := m.SavePlage(f)
			e := refus(t, err, tt.code)
			if tt.field != "" && e.Fields[tt.field] == "" {
				t.Errorf("fields %v, want %s", e.Fields, tt.field)
			}
			for _, w := range e.Warnings {
				if w.Code != "overlap_plage" && w.Code != "motif_too_long" {
					t.Errorf("code %q", w.Code)
				}
				f.Accept = append(f.Accept, w.Code)
			}
			if tt.code == "warnings" {
				ok[Fait](t)(m.SavePlage(f))
			}
		})
	}
}

func TestAbsences(t *testing.T) {
	m := nouveau(t, rdv(t, "nadia", "claire", "2026-11-24 15:00", 45, "accompagnement", "nadia"))
	f := AbsenceForm{Title: "formation", FirstDay: "2026-11-24", From: "14:00", LastDay: "2026-11-24", To: "18:00"}
	_, err := m.SaveAbsence(f)
	e := refus(t, err, "warnings")
	if codes(e.Warnings) != "overlap" || plain(e.Warnings[0].Records[0].Label) != "Nadia Haddad, mar. 24 nov., 15 h 00" {
		t.Errorf("%+v", e.Warnings)
	}
	f.Accept = []string{"overlap"}
	fait := ok[Fait](t)(m.SaveAbsence(f))
	if hours(t, m, fait.ID, "2026-11-24") != "14:00-18:00" {
		t.Error("it is not shown")
	}
	if got := item(t, m.jour("2026-11-24"), rdvKey("nadia")); strings.Join(got.Conflicts, " ") != "absent" || got.Note != "Pendant une absence" {
		t.Errorf("%v %q", got.Conflicts, got.Note)
	}
	read := ok[AbsenceForm](t)(m.Absence(fait.ID, "2026-11-24"))
	if read.Scope != "all" || read.Repeat.Kind != "none" || read.Title != "formation" {
		t.Errorf("%+v", read)
	}
	read.To, read.LastDay, read.Accept = "12:00", "2026-11-25", []string{"overlap"}
	ok[Fait](t)(m.SaveAbsence(read))
	if hours(t, m, fait.ID, "2026-11-25") != "00:00-12:00" {
		t.Error("it lasts longer")
	}
	gone := ok[Fait](t)(m.DeleteAbsence(EffacerForm{ID: fait.ID, Scope: "all"}))
	if gone.Said != "Absence supprimée." || hours(t, m, fait.ID, "2026-11-24") != "" {
		t.Errorf("%+v", gone)
	}
}

func TestOneDayOfARecurringAbsence(t *testing.T) {
	m := nouveau(t)
	f := AbsenceForm{Title: "réunion", FirstDay: "2026-11-16", From: "09:00", To: "10:00", Repeat: Recurrence{Kind: "weekly", Interval: 1, Days: []string{"MO"}}}
	fait := ok[Fait](t)(m.SaveAbsence(f))
	one := ok[AbsenceForm](t)(m.Absence(fait.ID, "2026-11-23"))
	if one.Scope != "one" || one.Repeat.Kind != "weekly" {
		t.Fatalf("%+v", one)
	}
	one.From, one.To = "10:00", "11:00"
	moved := ok[Fait](t)(m.SaveAbsence(one))
	if hours(t, m, fait.ID, "2026-11-23") != "" || hours(t, m, moved.ID, "2026-11-23") != "10:00-11:00" || hours(t, m, fait.ID, "2026-11-30") != "09:00-10:00" {
		t.Error("that day only has other hours")
	}
	ok[Fait](t)(m.Undo(moved.Command))
	if hours(t, m, fait.ID, "2026-11-23") != "09:00-10:00" || hours(t, m, moved.ID, "2026-11-23") != "" {
		t.Error("one gesture is undone as one")
	}
	ok[Fait](t)(m.DeleteAbsence(EffacerForm{ID: fait.ID, Scope: "one", Day: "2026-11-30"}))
	if hours(t, m, fait.ID, "2026-11-30") != "" || hours(t, m, fait.ID, "2026-12-07") != "09:00-10:00" {
		t.Error("one day is taken out")
	}
	_, err := m.DeleteAbsence(EffacerForm{ID: fait.ID, Scope: "one", Day: "2026-12-01"})
	refus(t, err, "invalid")
	f.LastDay = "2026-11-17"
	_, err = m.SaveAbsence(f)
	refus(t, err, "invalid")
	_, err = m.SaveAbsence(AbsenceForm{FirstDay: "2026-11-16", From: "10:00", To: "09:00"})
	if e := refus(t, err, "invalid"); e.Fields["to"] == "" {
		t.Errorf("%v", e.Fields)
	}
}

func TestRepetitions(t *testing.T) {
	tests := []struct{ day, want string }{
		{"2026-11-10", "Une seule fois; Toutes les semaines, le mardi; Toutes les deux semaines, le mardi; Tous les mois, le 2ᵉ mardi"},
		{"2026-11-24", "Une seule fois; Toutes les semaines, le mardi; Toutes les deux semaines, le mardi; Tous les mois, le 4ᵉ mardi; Tous les mois, le dernier mardi"},
		{"2026-12-01", "Une seule fois; Toutes les semaines, le mardi; Toutes les deux semaines, le mardi; Tous les mois, le 1er mardi"},
		{"2026-11-30", "Une seule fois; Toutes les semaines, le lundi; Toutes les deux semaines, le lundi; Tous les mois, le 5ᵉ lundi; Tous les mois, le dernier lundi"},
	}
	m := nouveau(t)
	for _, tt := range tests {
		var got []string
		for _, r := range ok[[]Recurrence](t)(m.Repetitions(tt.day)) {
			got = append(got, r.Label)
			rule, reason := r.rule(date(t, tt.day))
			if reason != "" {
				t.Errorf("%s: %s", r.Label, reason)
			}
			if r.Kind != "none" && !(civil.Recurrence{FirstDay: date(t, tt.day), Rule: rule}).Has(date(t, tt.day)) {
				t.Errorf("%s does not hold its first day %s", r.Label, tt.day)
			}
		}
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%s: %s", tt.day, strings.Join(got, "; "))
		}
	}
	_, err := m.Repetitions("2026-11-31")
	refus(t, err, "invalid")
}

func TestRecurrenceBothWays(t *testing.T) {
	for _, text := range []string{"", "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TH", "FREQ=WEEKLY;INTERVAL=3;BYDAY=SU;UNTIL=20261231",
		"FREQ=MONTHLY;INTERVAL=1;BYDAY=-1FR", "FREQ=MONTHLY;INTERVAL=2;BYDAY=5MO"} {
		rule, err := ruleOf(text)
		if err != nil {
			t.Fatal(err)
		}
		back, reason := recurrence(rule, date(t, "2026-11-16")).rule(date(t, "2026-11-16"))
		if reason != "" || back.String() != text {
			t.Errorf("%q came back %q (%s)", text, back, reason)
		}
	}
	noDay, err := civil.ParseRule("FREQ=WEEKLY")
	if err != nil {
		t.Fatal(err)
	}
	if r := recurrence(noDay, date(t, "2026-11-18")); !slices.Equal(r.Days, []string{"WE"}) {
		t.Errorf("the weekday of the first day: %v", r.Days)
	}
}
