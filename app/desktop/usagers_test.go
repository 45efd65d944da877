package desktop

import (
	"slices"
	"strings"
	"testing"

	"permanence/app/agenda"
)

func TestSearchWhileTyping(t *testing.T) {
	m := nouveau(t, person("ele", "Éléonore", "Hadot", "1999-08-30", "", "e.hadot@example.org")...)
	stranger := &agenda.Usager{ID: usagerID("autre"), Territoire: id[agenda.TerritoireID]("territoire"), FirstName: "Hadrien", LastName: "Hadju", Stamp: rev()}
	m.put(stranger)
	tests := []struct{ name, typed, want string }{
		{"first letters, accents folded", "had", "Éléonore Hadot, Nadia Haddad, Yanis Haddad"},
		{"two words", "nadia had", "Nadia Haddad"},
		{"accents", "LEA", "Léa Meunier"},
		{"a phone", "01 99 00 41", "Nadia Haddad"},
		{"a birth date", "11/9/1972", "Daniel Rousseau"},
		{"a file number", "7701", "Daniel Rousseau"},
		{"nobody", "zzz", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			vue := ok[VueUsagers](t)(m.SearchUsagers(tt.typed, 0))
			var got []string
			for _, u := range vue.Items {
				got = append(got, u.Name)
			}
			slices.Sort(got)
			want := strings.Split(tt.want, ", ")
			slices.Sort(want)
			if strings.Join(got, ", ") != strings.Join(want, ", ") {
				t.Errorf("found %q, want %q", got, want)
			}
		})
	}
	vue := ok[VueUsagers](t)(m.SearchUsagers("had", 2))
	if len(vue.Items) != 2 || !strings.HasPrefix(vue.Label, "Les 2 premières personnes") {
		t.Errorf("%d found, %q", len(vue.Items), vue.Label)
	}
	nadia := ok[VueUsagers](t)(m.SearchUsagers("nadia", 0)).Items[0]
	if nadia.Age != "39 ans" || nadia.Detail != "4 mars 1987 · 01 99 00 41 20 · 2026-0418" {
		t.Errorf("%+v", nadia)
	}
	if yanis := ok[VueUsagers](t)(m.SearchUsagers("yanis", 0)).Items[0]; yanis.Detail != "proche de Nadia Haddad" {
		t.Errorf("%+v", yanis)
	}
}

func TestPartsOfAName(t *testing.T) {
	tests := []struct{ name, typed, want string }{
		{"Nadia Haddad", "had", "Nadia [Had]dad"},
		{"Éléonore Hadot", "ele had", "[Élé]onore [Had]ot"},
		{"Jean-Pierre Le Goff", "pierre", "Jean-[Pierre] Le Goff"},
		{"Zoé O’Neil", "nei", "Zoé O’[Nei]l"},
		{"Nadia Haddad", "ddad", "Nadia Haddad"},
		{"Nadia Haddad", "", "Nadia Haddad"},
		{"Œuvrard", "oeu", "[Œu]vrard"},
	}
	for _, tt := range tests {
		got := ""
		for _, p := range parts(tt.name, tt.typed) {
			if p.Hit {
				got += "[" + p.Text + "]"
			} else {
				got += p.Text
			}
		}
		if got != tt.want {
			t.Errorf("%q typed %q: %s, want %s", tt.name, tt.typed, got, tt.want)
		}
	}
}

func TestSeenLately(t *testing.T) {
	m := nouveau(t, status(rdv(t, "1", "claire", "2026-11-09 09:00", 30, "droits", "lea"), agenda.StatusSeen),
		status(rdv(t, "2", "claire", aujourdhui+" 09:45", 30, "droits", "nadia"), agenda.StatusSeen),
		status(rdv(t, "3", "claire", aujourdhui+" 09:00", 30, "droits", "daniel"), agenda.StatusNoShow),
		status(rdv(t, "4", "karim", aujourdhui+" 09:00", 30, "droits", "daniel"), agenda.StatusSeen))
	vue := ok[VueUsagers](t)(m.SearchUsagers(" ", 0))
	var got []string
	for _, u := range vue.Items {
		got = append(got, plain(u.Name+" "+u.Age))
	}
	if want := []string{"Nadia Haddad 9 h 45", "Léa Meunier lun. 9 nov."}; !slices.Equal(got, want) || vue.Label != "Vues récemment" {
		t.Errorf("%q %q", vue.Label, got)
	}
}

func TestFicheUsager(t *testing.T) {
	m := nouveau(t, rdv(t, "bientot", "claire", "2026-11-19 14:30", 45, "accompagnement", "nadia"),
		status(rdv(t, "vu", "karim", "2026-10-20 09:00", 30, "droits", "nadia"), agenda.StatusSeen),
		status(rdv(t, "absent", "claire", "2026-10-02 14:00", 30, "droits", "nadia"), agenda.StatusNoShow),
		rdv(t, "de thomas", "thomas", "2026-11-20 14:30", 30, "aide", "nadia"),
		rdv(t, "proche", "claire", "2026-11-18 09:00", 45, "accompagnement", "yanis"))
	m.put(person("double", "Nadia", "Hadad", "1987-03-04", "+33199004120", "")...)
	f := ok[FicheUsager](t)(m.Usager(string(usagerID("nadia"))))
	if f.Name != "Nadia Haddad" || f.Initials != "NH" || f.Detail != "39 ans · suivi depuis le 6 janv." || f.KeptUntil != "" {
		t.Errorf("%q %q %q", f.Name, f.Initials, f.Detail)
	}
	var rdvs []string
	for _, r := range f.Rdvs {
		rdvs = append(rdvs, plain(r.When+" "+r.Motif+" "+r.Agents+" "+r.StateLabel))
	}
	want := []string{"jeu. 19 nov., 14 h 30 Accompagnement social C. Fournier À venir",
		"mar. 20 oct., 9 h 00 Accès aux droits K. Benali Vu", "ven. 2 oct., 14 h 00 Accès aux droits C. Fournier Absent"}
	if !slices.Equal(rdvs, want) {
		t.Errorf("rdvs %q", rdvs)
	}
	if f.RdvsLabel != "1 à venir · 1 vu, 1 absence" {
		t.Errorf("label %q", f.RdvsLabel)
	}
	if len(f.Proches) != 1 || f.Proches[0].Name != "Yanis Haddad" || f.Proches[0].Birth != "14 mai 2018 · 8 ans" || plain(f.Proches[0].Next) != "mer. 18 nov., 9 h 00" {
		t.Errorf("proches %+v", f.Proches)
	}
	if len(f.Duplicates) != 1 || f.Duplicates[0].Code != "same_phone" || f.Duplicates[0].Message != "Nadia Hadad a le même téléphone." {
		t.Errorf("duplicates %+v", f.Duplicates)
	}
	yanis := ok[FicheUsager](t)(m.Usager(string(usagerID("yanis"))))
	if yanis.Responsable == nil || yanis.Responsable.Label != "Nadia Haddad" {
		t.Errorf("responsable %+v", yanis.Responsable)
	}
	_, err := m.Usager(string(usagerID("rien")))
	refus(t, err, "not_found")
}

func TestOnlyTheFieldsThatExist(t *testing.T) {
	m := nouveau(t)
	f := ok[FicheUsager](t)(m.Usager(string(usagerID("nadia"))))
	var got []string
	for _, c := range f.Champs {
		got = append(got, c.code())
	}
	if want := "first_name last_name birth_name birth_date phone email address notify_by_email numero_dossier caisse*"; strings.Join(got, " ") != want {
		t.Errorf("fields %q\nwant %q", strings.Join(got, " "), want)
	}
	masked := champOf(t, f.Champs, "caisse")
	if masked.Value != "" || masked.Shown != "" {
		t.Errorf("a sensitive value is told: %+v", masked)
	}
	shown := champOf(t, ok[FicheUsager](t)(m.RevealUsager(string(usagerID("nadia")))).Champs, "caisse")
	if shown.Value != "caf" || shown.Shown != "CAF" {
		t.Errorf("revealed %+v", shown)
	}
	if birth := champOf(t, f.Champs, "birth_date"); birth.Value != "1987-03-04" || birth.Shown != "4 mars 1987" || birth.Kind != "date" {
		t.Errorf("%+v", birth)
	}
	for _, c := range ok[[]Champ](t)(m.ChampsUsager()) {
		if c.Value != "" && c.Code != champMail {
			t.Errorf("an empty file holds %+v", c)
		}
	}
}

func (c Champ) code() string {
	if c.Sensitive {
		return c.Code + "*"
	}
	return c.Code
}

func champOf(t *testing.T, all []Champ, code string) Champ {
	t.Helper()
	at := slices.IndexFunc(all, func(c Champ) bool { return c.Code == code })
	if at < 0 {
		t.Fatalf("no field %s", code)
	}
	return all[at]
}

func TestAddUsager(t *testing.T) {
	m := nouveau(t)
	fait := ok[Fait](t)(m.SaveUsager(UsagerForm{Set: map[string]string{"first_name": " Inès ", "last_name": "Morvan", "birth_date": "1984-07-22",
		"phone": "01 99 00 21 44", "email": "Ines.Morvan@Example.org", "numero_dossier": "2026-9", champMail: "false"}}))
	if plain(fait.Said) != "Fiche créée : Inès Morvan." || !fait.CanUndo {
		t.Errorf("%+v", fait)
	}
	f := ok[FicheUsager](t)(m.Usager(fait.ID))
	for code, want := range map[string]string{"first_name": "Inès", "phone": "+33199002144", "email": "ines.morvan@example.org", "numero_dossier": "2026-9", champMail: "false"} {
		if got := champOf(t, f.Champs, code).Value; got != want {
			t.Errorf("%s = %q, want %q", code, got, want)
		}
	}
	if !f.Pending {
		t.Error("it waits to be sent")
	}
	proche := ok[Fait](t)(m.SaveUsager(UsagerForm{Responsable: fait.ID, Set: map[string]string{"first_name": "Malo", "last_name": "Morvan"}}))
	if f := ok[FicheUsager](t)(m.Usager(proche.ID)); f.Responsable == nil || f.Responsable.ID != fait.ID {
		t.Errorf("responsable %+v", f.Responsable)
	}
}

func TestUsagerRefused(t *testing.T) {
	m := nouveau(t)
	tests := []struct {
		name  string
		set   map[string]string
		field string
	}{
		{"no name", map[string]string{"first_name": "Inès"}, "last_name"},
		{"a letter in the phone", map[string]string{"phone": "01 99 00 21 4X"}, "phone"},
		{"a birth date that does not exist", map[string]string{"birth_date": "30/02/1984"}, "birth_date"},
		{"a birth date to come", map[string]string{"birth_date": "2031-01-01"}, "birth_date"},
		{"not an address", map[string]string{"email": "ines.morvan"}, "email"},
		{"a field that is off", map[string]string{"notes": "x"}, "notes"},
		{"a field that does not exist", map[string]string{"religion": "x"}, "religion"},
		{"a control character", map[string]string{"first_name": "In\u202eès"}, "first_name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := map[string]string{"first_name": "Inès", "last_name": "Morvan"}
			if tt.name == "no name" {
				set = map[string]string{}
			}
			for k, v := range tt.set {
				set[k] = v
			}
			_, err := m.SaveUsager(UsagerForm{Set: set})
			if e := refus(t, err, "invalid"); e.Fields[tt.field] == "" {
				t.Errorf("fields %v, want %s", e.Fields, tt.field)
			}
		})
	}
	if n := len(pending(t, m)); n != 0 {
		t.Errorf("%d commands were written", n)
	}
	_, err := m.SaveUsager(UsagerForm{ID: string(usagerID("nadia")), Set: map[string]string{"responsable": string(usagerID("yanis"))}})
	if e := refus(t, err, "invalid"); e.Fields["responsable"] == "" {
		t.Errorf("a cycle: %v", e.Fields)
	}
}

func TestDuplicatesWhileTyping(t *testing.T) {
	m := nouveau(t)
	set := map[string]string{"first_name": "nadia", "last_name": "HADDAD", "birth_date": "4/3/1987", "phone": "0199004120"}
	found := ok[[]Avertissement](t)(m.CheckUsager(UsagerForm{Set: set}))
	if codes(found) != "same_name_birth same_phone" || found[0].Records[0].ID != string(usagerID("nadia")) {
		t.Errorf("%+v", found)
	}
	if found := ok[[]Avertissement](t)(m.CheckUsager(UsagerForm{Set: set, Responsable: string(usagerID("nadia"))})); codes(found) != "same_name_birth" {
		t.Errorf("a family shares its phone: %+v", found)
	}
	_, err := m.SaveUsager(UsagerForm{Set: set})
	if got := codes(refus(t, err, "warnings").Warnings); got != "same_name_birth same_phone" {
		t.Errorf("warnings %q", got)
	}
	ok[Fait](t)(m.SaveUsager(UsagerForm{Set: set, Accept: []string{"same_name_birth", "same_phone"}}))
}

func TestE140EditAFieldOfAUsager(t *testing.T) {
	m := nouveau(t)
	nadia := string(usagerID("nadia"))
	fait := ok[Fait](t)(m.SaveUsager(UsagerForm{ID: nadia, Revision: 1, Set: map[string]string{"phone": "01 99 00 00 00", "numero_dossier": "2026-1", "first_name": "Nadia"}}))
	queue := pending(t, m)
	if len(queue) != 2 || strings.Count(fait.Command, "+") != 1 {
		t.Fatalf("%d commands, %q", len(queue), fait.Command)
	}
	person := queue[0].Command.Args.(*agenda.ReviseUsager)
	if len(person.Fields) != 1 || string(person.Fields["phone"].Was) != `"+33199004120"` || string(person.Fields["phone"].Now) != `"+33199000000"` {
		t.Errorf("it says more than what changed: %+v", person.Fields)
	}
	kept := queue[1].Command.Args.(*agenda.ReviseProfil)
	if len(kept.Fields) != 1 || string(kept.Fields["numero_dossier"].Now) != `"2026-1"` {
		t.Errorf("%+v", kept.Fields)
	}
	if again := ok[Fait](t)(m.SaveUsager(UsagerForm{ID: nadia, Set: map[string]string{"phone": "+33 1 99 00 00 00"}})); again.Command != "" {
		t.Errorf("nothing changed, and yet %+v", again)
	}
	ok[Fait](t)(m.Undo(fait.Command))
	f := ok[FicheUsager](t)(m.Usager(nadia))
	if champOf(t, f.Champs, "phone").Value != "+33199004120" || champOf(t, f.Champs, "numero_dossier").Value != "2026-0418" {
		t.Error("one gesture is undone as one")
	}
}

func TestFind(t *testing.T) {
	m := nouveau(t, rdv(t, "1", "claire", "2026-11-19 14:30", 45, "accompagnement", "nadia"),
		status(rdv(t, "2", "claire", "2026-11-20 14:30", 45, "accompagnement", "nadia"), agenda.StatusRevoked))
	found := ok[[]Trouvaille](t)(m.Find("nadia"))
	var got []string
	for _, f := range found {
		got = append(got, plain(f.Kind+" "+f.Label+" | "+f.Detail))
	}
	want := []string{"usager Nadia Haddad | 4 mars 1987 · 01 99 00 41 20 · 2026-0418", "rdv jeu. 19 nov., 14 h 30 | Nadia Haddad · Accompagnement social"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q", got)
	}
	if day := ok[[]Trouvaille](t)(m.Find("mardi prochain")); len(day) != 1 || day[0].Day != "2026-11-17" || day[0].Label != "Mardi 17 novembre 2026" {
		t.Errorf("%+v", day)
	}
	for _, short := range []string{"", " ", "n"} {
		if found := ok[[]Trouvaille](t)(m.Find(short)); len(found) != 0 {
			t.Errorf("%q found %+v", short, found)
		}
	}
}

func TestFindDay(t *testing.T) {
	tests := []struct{ text, want string }{
		{"24/11", "2026-11-24"}, {"24/11/2027", "2027-11-24"}, {"24/11/27", "2027-11-24"}, {"3.2", "2027-02-03"}, {"5/11", "2026-11-05"},
		{"24 novembre", "2026-11-24"}, {"1er janvier 2027", "2027-01-01"}, {"14 févr", "2027-02-14"}, {"lundi 16 novembre", "2026-11-16"},
		{"demain", "2026-11-13"}, {"après-demain", "2026-11-14"}, {"Aujourd’hui", "2026-11-12"}, {"hier", "2026-11-11"},
		{"mardi", "2026-11-17"}, {"jeudi", "2026-11-19"}, {"mardi prochain", "2026-11-17"}, {"vendredi prochain", "2026-11-20"}, {"mardi dernier", "2026-11-10"}, {"jeudi dernier", "2026-11-05"},
		{"j+15", "2026-11-27"}, {"J-3", "2026-11-09"}, {"dans 3 jours", "2026-11-15"}, {"dans 2 semaines", "2026-11-26"}, {"dans 1 mois", "2026-12-12"},
		{"29/2", "2028-02-29"}, {"30/2", ""}, {"45/12", ""}, {"nadia", ""}, {"j", ""}, {"j15", ""}, {"mardi matin", ""}, {"dans longtemps", ""}, {"", ""}, {"12", ""},
	}
	for _, tt := range tests {
		got, ok := findDay(tt.text, date(t, aujourdhui))
		if (tt.want == "") == ok || got.String() != tt.want {
			t.Errorf("%q = %s (%v), want %q", tt.text, got, ok, tt.want)
		}
	}
}
