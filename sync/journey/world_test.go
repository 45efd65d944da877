package journey

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"permanence/sync/journey/programs"
)

// password opens every account of the world.
const password = "marmotte bleue sous la pluie"

// world is what every script starts from: a database, made once by the
// server's own verbs, and the ids in it.
type world struct {
	db     string
	ids    map[string]string // name → id of an organisation, agent, lieu or motif
	app    map[string]string // agent → password for calendars
	places map[string]bool   // motifs that need a lieu
}

// email is an agent's login, or an usager's address.
func email(name string) string { return name + "@example.org" }

// newWorld fills a database with the server's own verbs.
func newWorld(t *testing.T, p programs.Built) *world {
	t.Helper()
	w := &world{db: filepath.Join(t.TempDir(), "monde.db"), ids: map[string]string{}, app: map[string]string{}, places: map[string]bool{}}
	add := func(name, in string, args ...string) {
		out, err := w.verb(p, in, args...)
		if err != nil {
			t.Fatal(err)
		}
		if w.ids[name] = out["id"]; out["id"] == "" {
			t.Fatalf("permanenced %s printed no id: %v", strings.Join(args, " "), out)
		}
	}
	for _, o := range []struct{ territoire, organisation, mail string }{
		{"Pays de l’Orme", "CCAS de Valmont", "accueil@ccas.example.org"},
		{"Vallée du Lys", "Mairie de Beaulieu", "accueil@mairie.example.org"},
	} {
		add(o.territoire, "", "territoire", "add", "--name", o.territoire, "--departement", "62", "--holidays", "metropole", "--zone", "Europe/Paris")
		add(o.organisation, "", "organisation", "add", "--territoire", w.ids[o.territoire], "--name", o.organisation, "--zone", "Europe/Paris", "--mail", o.mail)
		add("service de "+o.organisation, "", "service", "add", "--territoire", w.ids[o.territoire], "--name", "Accueil social")
		add("lieu de "+o.organisation, "", "lieu", "add", "--organisation", w.ids[o.organisation], "--name", "Maison des services", "--address", "4 place du Marché, 62000 Valmont")
	}
	const ccas, mairie = "CCAS de Valmont", "Mairie de Beaulieu"
	for _, a := range []struct{ name, last, role, organisation string }{
		{"claire", "Fournier", "admin", ccas}, {"karim", "Benali", "basic", ccas}, {"sylvie", "Martin", "secretariat", ccas}, {"olivia", "Petit", "admin", mairie},
	} {
		add(a.name, password+"\n", "agent", "add", "--organisation", w.ids[a.organisation], "--email", email(a.name), "--first-name", capital(a.name),
			"--last-name", a.last, "--role", a.role, "--service", w.ids["service de "+a.organisation], "--password-stdin")
	}
	for _, m := range []struct{ name, title, minutes, place, organisation string }{
		{"demande-logement", "Demande de logement", "30", "public_office", ccas},
		{"suivi", "Suivi par téléphone", "45", "phone", ccas},
		{"etat-civil", "État civil", "20", "public_office", mairie},
	} {
		add(m.name, "", "motif", "add", "--organisation", w.ids[m.organisation], "--service", w.ids["service de "+m.organisation],
			"--name", m.title, "--duration-min", m.minutes, "--place", m.place)
		w.places[m.name] = m.place == "public_office"
	}
	for _, a := range []string{"claire", "karim"} {
		out, err := w.verb(p, "", "app-password", "add", "--agent", email(a), "--label", "Agenda", "--level", "motif")
		if err != nil {
			t.Fatal(err)
		}
		if w.app[a] = out["password"]; w.app[a] == "" {
			t.Fatalf("no app password was printed: %v", out)
		}
	}
	return w
}

// verb runs one verb of the server's command line and reads its answer.
func (w *world) verb(p programs.Built, in string, args ...string) (map[string]string, error) {
	cmd := exec.Command(p.Server, append(args, "--db", w.db)...)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &out, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("permanenced %s: %w\n%s", strings.Join(args, " "), err, said.String())
	}
	var answer map[string]any
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		return nil, fmt.Errorf("permanenced %s printed %q: %w", strings.Join(args, " "), out.String(), err)
	}
	texts := map[string]string{}
	for k, v := range answer {
		texts[k] = fmt.Sprint(v)
	}
	return texts, nil
}

func capital(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// takeWorld gives a script its own copy of the world.
func (j *journey) takeWorld() error {
	for _, suffix := range []string{"", "-wal"} {
		err := copyFile(filepath.Join(j.dir, "server.db")+suffix, j.world.db+suffix)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}
