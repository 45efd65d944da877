package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// desk runs verbs on one database.
type desk struct {
	t  *testing.T
	db string
}

func newDesk(t *testing.T) desk { return desk{t, filepath.Join(t.TempDir(), "permanence.db")} }

// do runs a verb; words are split at spaces, « ~ » stands for one.
func (d desk) do(in, line string) outcome {
	d.t.Helper()
	var args []string
	for _, w := range strings.Fields(line) {
		args = append(args, strings.ReplaceAll(w, "~", " "))
	}
	return permanenced(d.t, in, append(args, "--db", d.db)...)
}

// id runs a verb that must print one.
func (d desk) id(in, line string) string {
	d.t.Helper()
	got := d.do(in, line)
	if got.code != exitDone || got.err != "" {
		d.t.Fatalf("%s = %+v", line, got)
	}
	id := decode[born](d.t, got.out).ID
	if len(id) != 36 {
		d.t.Fatalf("%s prints %q", line, got.out)
	}
	return id
}

const goodPassword = "brouette citron falaise 47\n"

// founded is a desk with a territoire, an organisation and a service.
func founded(t *testing.T) (d desk, territoire, organisation, service string) {
	t.Helper()
	d = newDesk(t)
	territoire = d.id("", "territoire add --name Aubreval --departement 974")
	organisation = d.id("", "organisation add --name CCAS~d’Aubreval --mail ccas@example.org --territoire "+territoire)
	service = d.id("", "service add --name Action~sociale --territoire "+territoire)
	return d, territoire, organisation, service
}

func TestAnOrganisationFromTheCommandLine(t *testing.T) {
	d, _, o, s := founded(t)
	claire := d.id(goodPassword, "agent add --email Claire.Fournier@Example.org --first-name Claire --last-name Fournier --role admin --password-stdin --service "+s+" --organisation "+o)
	d.id("", "agent add --first-name Ana --last-name Vidal --role intervenant --organisation "+o)
	d.id("", "lieu add --name Mairie --address 1~place~du~Marché --organisation "+o)
	d.id("", "motif add --name Accueil --duration-min 30 --place public_office --service "+s+" --organisation "+o)
	second := d.id("", "organisation add --name MDS~d’Aubreval --territoire "+decodeTerritoire(t, d))
	if again := d.id("", "agent add --email claire.fournier@example.org --first-name C --last-name F --role basic --organisation "+second); again != claire {
		t.Errorf("a known address gave another agent: %s, want %s", again, claire)
	}
	got := d.do("", "app-password add --label Téléphone --agent claire.fournier@example.org")
	if p := decode[struct{ ID, Password string }](t, got.out).Password; len(strings.ReplaceAll(p, "-", "")) != 28 {
		t.Errorf("app password = %+v", got)
	}
	got = d.do("", "feed add --label Téléphone --level complet --url https://agenda.example.org/ --agent claire.fournier@example.org")
	if url := decode[struct{ ID, URL string }](t, got.out).URL; !strings.HasPrefix(url, "https://agenda.example.org/ics/") || !strings.HasSuffix(url, ".ics") {
		t.Errorf("feed = %+v", got)
	}
	examined := decode[diagnosis](t, d.do("", "doctor").out)
	if !examined.OK || examined.Accounts != 1 || examined.Counts["agent"] != 2 || examined.Counts["role"] != 3 || examined.Territoires[0].Name != "Aubreval" {
		t.Errorf("doctor = %+v", examined)
	}
	if missing := strings.Join(examined.Missing, "\n"); !strings.Contains(missing, second+" : pas de boîte") || strings.Contains(missing, o+" : pas de boîte") {
		t.Errorf("missing = %s", missing)
	}
}

func decodeTerritoire(t *testing.T, d desk) string {
	t.Helper()
	return string(decode[diagnosis](t, d.do("", "doctor").out).Territoires[0].ID)
}

func TestAddRefuses(t *testing.T) {
	d, territoire, o, s := founded(t)
	agent := "agent add --first-name Karim --last-name Benali --organisation " + o
	tests := []struct {
		name, in, line string
		code           int
		says           string
	}{
		{"an unknown option", "", "lieu add --nom Mairie --name Mairie --address x --organisation " + o, exitUsage, "option inconnue : --nom"},
		{"a missing option", "", "lieu add --name Mairie --organisation " + o, exitUsage, "--address"},
		{"an organisation twice", "", "organisation add --name ccas~d’AUBREVAL --territoire " + territoire, exitRefused, "name_taken : "},
		{"a service twice", "", "service add --name Action~Sociale --territoire " + territoire, exitRefused, "name_taken : "},
		{"a territoire that is not there", "", "service add --name x --territoire 019d85da-c400-7960-979f-48644e69b364", exitRefused, "not_found : "},
		{"an id that is none", "", "service add --name x --territoire 62", exitRefused, "not_found : "},
		{"a zone that is none", "", "lieu add --name x --address y --zone Europe/Pari --organisation " + o, exitRefused, "invalid : "},
		{"holidays that are none", "", "territoire add --name x --departement 62 --holidays bretagne", exitRefused, "invalid : "},
		{"a duration that is none", "", "motif add --name x --duration-min 0 --place phone --service " + s + " --organisation " + o, exitRefused, "durée"},
		{"a duration in words", "", "motif add --name x --duration-min une --place phone --service " + s + " --organisation " + o, exitUsage, "--duration-min"},
		{"a place that is none", "", "motif add --name x --duration-min 30 --place bureau --service " + s + " --organisation " + o, exitRefused, "invalid : "},
		{"a mailbox that is none", "", "organisation add --name x --mail nobody --territoire " + territoire, exitRefused, "boîte de l’organisation"},
		{"a short password", "court\n", agent + " --email k@example.org --role basic --password-stdin", exitRefused, "password_short : "},
		{"a common password", "motdepasse2026motdepasse\n", agent + " --email k@example.org --role basic --password-stdin", exitRefused, "password_common : "},
		{"no password", "", agent + " --email k@example.org --role basic", exitUsage, "--password-stdin"},
		{"no address", "", agent + " --role basic", exitUsage, "--email"},
		{"an address that is none", goodPassword, agent + " --email karim --role basic --password-stdin", exitRefused, "courriel"},
		{"a role that is none", goodPassword, agent + " --email k@example.org --role chef --password-stdin", exitRefused, "invalid : "},
		{"a service that is not there", goodPassword, agent + " --email k@example.org --role basic --password-stdin --service 019d85da-c400-7960-979f-48644e69b364", exitRefused, "not_found : "},
		{"an app password for nobody", "", "app-password add --label x --agent nobody@example.org", exitRefused, "not_found : "},
		{"a level that is none", "", "app-password add --label x --level tout --agent nobody@example.org", exitUsage, "--level"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := d.do(tt.in, tt.line)
			if got.code != tt.code || got.out != "" || !strings.Contains(got.err, tt.says) {
				t.Errorf("= %+v, want code %d and %q", got, tt.code, tt.says)
			}
		})
	}
	examined := decode[diagnosis](t, d.do("", "doctor").out)
	if examined.Accounts != 0 || examined.Counts["agent"] != 0 || examined.Counts["organisation"] != 1 || examined.Counts["lieu"] != 0 {
		t.Errorf("something was half applied: %+v", examined)
	}
}

func TestNoBaseIsMadeByAccident(t *testing.T) {
	d := newDesk(t)
	for _, line := range []string{"doctor", "service add --name x --territoire y", "import ics --agent a@example.org " + d.db} {
		if got := d.do("", line); got.code != exitFailure || !strings.Contains(got.err, "introuvable") {
			t.Errorf("%s = %+v", line, got)
		}
	}
	t.Setenv("PERMANENCE_DB", "")
	if got := permanenced(t, "", "doctor"); got.code != exitUsage || !strings.Contains(got.err, "--db") {
		t.Errorf("no base = %+v", got)
	}
	if got := permanenced(t, "", "doctor", "--db", "mysql://h/b"); got.code != exitUsage {
		t.Errorf("an engine that is not known = %+v", got)
	}
	t.Setenv("PERMANENCE_DB", d.db)
	if got := permanenced(t, "", "territoire", "add", "--name", "Aubreval", "--departement", "62"); got.code != exitDone {
		t.Errorf("the variable = %+v", got)
	}
}

func TestTheDayAndHourOfADepartement(t *testing.T) {
	for departement, want := range map[string][2]string{
		"62": {"Europe/Paris", "metropole"}, "67": {"Europe/Paris", "alsace-moselle"}, "974": {"Indian/Reunion", "la-reunion"},
		"975": {"America/Miquelon", "metropole"}, "976": {"Indian/Mayotte", "mayotte"}, "2A": {"Europe/Paris", "metropole"},
	} {
		if zone, holidays := habits(departement); zone != want[0] || holidays != want[1] {
			t.Errorf("%s: %s, %s; want %v", departement, zone, holidays, want)
		}
	}
}
