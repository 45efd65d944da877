package verbes

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/desktop"
)

func TestWhatIsNotUnderstood(t *testing.T) {
	b := enrolled(t)
	book := []string{"rdv", "book", "--motif", motifID("suivi"), "--usager", usagerID("camille")}
	tests := []struct {
		name, args, says string
	}{
		{"an unknown verb", "zorglub", "verbe ou argument inconnu : zorglub"},
		{"a verb without its verb", "rdv", "attendu"},
		{"an unknown option", "status --couleur rouge", "option inconnue : --couleur"},
		{"a missing option", "agenda --from 2026-11-23", "option obligatoire absente : --to"},
		{"a day that does not exist", "agenda --from 2026-02-30 --to 2026-03-01", "--from : « 2026-02-30 » ne convient pas : attendu un jour qui existe"},
		{"days out of order", "agenda --from 2026-11-24 --to 2026-11-23", "finit avant de commencer"},
		{"a month in letters", "agenda --from 24-nov-2026 --to 2026-11-25", "attendu un jour"},
		{"an hour that does not exist", strings.Join(book, " ") + " --start 2026-11-24T25:00", "--start : « 2026-11-24T25:00 » ne convient pas"},
		{"midnight as a start", strings.Join(book, " ") + " --start 2026-11-24T24:00", "--start"},
		{"a day without hour", strings.Join(book, " ") + " --start 2026-11-24", "--start"},
		{"a duration of nothing", strings.Join(book, " ") + " --start 2026-11-24T09:00 --duration-min 0", "nombre de minutes"},
		{"a duration in words", strings.Join(book, " ") + " --start 2026-11-24T09:00 --duration-min une-heure", "nombre de minutes"},
		{"a status of elsewhere", "rdv mark x --status excused", "--status : attendu l’un de"},
		{"nobody who cancels", "rdv cancel x --by moi", "--by : attendu l’un de"},
		{"an absence with an offset", "absence add --from 2026-11-24T14:00Z --to 2026-11-24T18:00 --title T", "sans décalage"},
		{"a repetition of elsewhere", "absence add --from 2026-11-24T14:00 --to 2026-11-24T18:00 --title T --rrule FREQ=DAILY", "attendu une répétition"},
		{"a field without value", "usager edit x --set phone", "attendu champ=valeur"},
		{"a clock that is none", "status --now hier", "--now"},
		{"a passphrase from nowhere", "status --phrase-fd 250", "--phrase-fd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := b.run(strings.Fields(tt.args)...)
			if a.code != exitUsage || a.out != "" || !strings.Contains(a.err, tt.says) {
				t.Errorf("%+v, want code 2 and %q", a, tt.says)
			}
			a = b.run(append(strings.Fields(tt.args), "--json")...)
			var said struct {
				Error struct{ Code, Message string }
			}
			if err := json.Unmarshal([]byte(a.err), &said); err != nil || said.Error.Code != "usage" || !strings.Contains(said.Error.Message, tt.says) {
				t.Errorf("with --json: %+v, %v", a, err)
			}
		})
	}
	if n := b.pending(); n != 0 {
		t.Errorf("%d commands were written", n)
	}
}

func TestRefused(t *testing.T) {
	b := enrolled(t)
	rdv := b.book("2026-11-24T09:00")
	waiting := b.pending()
	nowhere := id[string]("nowhere")
	tests := []struct{ name, args, code, says string }{
		{"a warning not accepted", "rdv book --motif " + motifID("suivi") + " --usager " + usagerID("leila") + " --start 2026-11-24T09:15", "warnings", "overlap"},
		{"another one than accepted", "rdv book --motif " + motifID("suivi") + " --usager " + usagerID("leila") + " --start 2026-11-24T09:15 --accept hole,ferie", "warnings", "overlap"},
		{"exactly the same rdv", "rdv book --motif " + motifID("suivi") + " --usager " + usagerID("camille") + " --start 2026-11-24T09:00 --accept all", "duplicate", ""},
		{"no lieu", "rdv book --motif " + motifID("accueil") + " --usager " + usagerID("camille") + " --start 2026-11-24T11:00", "invalid", "lieu"},
		{"a motif that is nowhere", "rdv book --motif " + nowhere + " --usager " + usagerID("camille") + " --start 2026-11-24T11:00", "invalid", "motif"},
		{"an rdv that is nowhere", "rdv move " + nowhere + " --start 2026-11-24T11:00", "not_found", ""},
		{"an id that is none", "rdv show n’importe-quoi", "not_found", ""},
		{"seen before it begins", "rdv mark " + rdv + " --status seen", "transition", ""},
		{"a person who is nowhere", "usager edit " + nowhere + " --set phone=0199004121", "not_found", ""},
		{"a field that does not exist", "usager edit " + usagerID("camille") + " --set taille=180", "invalid", "taille"},
		{"an address that is none", "usager edit " + usagerID("camille") + " --set email=camille", "invalid", "email"},
		{"the file of nobody", "usager show " + nowhere, "not_found", ""},
		{"slots of a motif that is nowhere", "creneaux --motif " + nowhere + " --from 2026-11-24", "not_found", ""},
		{"a case that is nowhere", "review keep " + nowhere, "settled", ""},
		{"nothing of that name to undo", "undo " + nowhere, "nothing_to_undo", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := b.run(append(strings.Fields(tt.args), "--json")...)
			var said struct{ Refused refusal }
			if err := json.Unmarshal([]byte(a.out), &said); err != nil {
				t.Fatalf("%+v: %v", a, err)
			}
			if a.code != exitRefused || said.Refused.Code != tt.code || said.Refused.Message == "" || a.err != a.out || !strings.Contains(a.out, tt.says) {
				t.Errorf("%+v, want code 3, %s and %q on both outputs", a, tt.code, tt.says)
			}
			a = b.run(strings.Fields(tt.args)...)
			if a.code != exitRefused || a.out != "" || !strings.HasPrefix(a.err, tt.code) || !strings.Contains(a.err, tt.says) {
				t.Errorf("as text: %+v", a)
			}
		})
	}
	if n := b.pending(); n != waiting {
		t.Errorf("%d commands were written by what was refused", n-waiting)
	}
}

func TestStartsAreReadOnTheWallWhereTheyTakePlace(t *testing.T) {
	b := enrolled(t)
	tests := []struct{ name, motif, lieu, start, want string }{
		{"by phone: the organisation's", "suivi", "", "2026-11-24T09:00", "2026-11-24T08:00:00Z"},
		{"in Paris", "accueil", "valmont", "2026-11-25T09:00", "2026-11-25T08:00:00Z"},
		{"in Saint-Denis", "accueil", "saint-denis", "2026-11-26T09:00", "2026-11-26T05:00:00Z"},
		{"in Saint-Denis, with seconds", "accueil", "saint-denis", "2026-11-27T09:00:00", "2026-11-27T05:00:00Z"},
		{"an instant", "accueil", "saint-denis", "2026-11-30T09:00:00Z", "2026-11-30T09:00:00Z"},
		{"an offset", "suivi", "", "2026-12-01T09:00:00+04:00", "2026-12-01T05:00:00Z"},
		{"after the clocks change", "suivi", "", "2027-03-30T09:00", "2027-03-30T07:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := b.on(t)
			verb := []string{"rdv", "book", "--motif", motifID(tt.motif), "--usager", usagerID("camille"), "--start", tt.start}
			if tt.lieu != "" {
				verb = append(verb, "--lieu", lieuID(tt.lieu))
			}
			var done actResult
			b.read(&done, verb...)
			var shown rdvResult
			b.read(&shown, "rdv", "show", done.ID)
			if shown.Start != tt.want || !done.Pending || done.Revision != 1 {
				t.Errorf("%+v starts %s, want %s", done, shown.Start, tt.want)
			}
		})
	}
}

func TestTheLifeOfAnRdv(t *testing.T) {
	b := enrolled(t)
	rdv := b.book("2026-11-24T09:00")
	var done actResult
	b.read(&done, "rdv", "move", rdv, "--start", "2026-11-24T14:30", "--duration-min", "45")
	if done.ID != rdv || done.Revision != 2 {
		t.Errorf("moved: %+v", done)
	}
	var seen list[agendaItem]
	b.read(&seen, "agenda", "--from", "2026-11-24", "--to", "2026-11-24")
	if len(seen.Items) != 1 {
		t.Fatalf("agenda: %+v", seen)
	}
	it := seen.Items[0]
	if it.ID != rdv || it.From != "14:30" || it.To != "15:15" || it.Day != "2026-11-24" || it.Zone != "Europe/Paris" || !it.Pending || it.Status != "unknown" ||
		len(it.Usagers) != 1 || it.Usagers[0].Name != "Camille Durand" || !slices.Equal(it.Agents, []string{agentID("claire")}) {
		t.Errorf("agenda: %+v", it)
	}
	b.read(&done, "rdv", "cancel", rdv, "--by", "usager")
	if a := b.run("rdv", "cancel", rdv, "--by", "service"); a.code != exitRefused || !strings.HasPrefix(a.err, "already_cancelled : ") {
		t.Errorf("cancelled twice: %+v", a)
	}
	b.read(&done, "undo")
	var shown rdvResult
	b.read(&shown, "rdv", "show", rdv)
	if shown.Status != "unknown" || shown.Revision != 4 || len(shown.History) == 0 {
		t.Errorf("undone: %+v", shown)
	}
	if n := b.pending(); n != 4 {
		t.Errorf("%d commands wait, want 4", n)
	}
}

func TestWarningsAreAcceptedByName(t *testing.T) {
	b := enrolled(t)
	b.book("2026-11-24T09:00")
	var done actResult
	verb := []string{"rdv", "book", "--motif", motifID("suivi"), "--usager", usagerID("leila"), "--start", "2026-11-24T09:15", "--accept", "overlap"}
	b.read(&done, verb...)
	if len(done.Warnings) != 1 || done.Warnings[0].Code != "overlap" || done.Warnings[0].Message == "" {
		t.Errorf("%+v", done)
	}
	var seen list[agendaItem]
	b.read(&seen, "agenda", "--from", "2026-11-24", "--to", "2026-11-24")
	for _, it := range seen.Items {
		if !slices.Equal(it.Conflicts, []string{"overlap"}) {
			t.Errorf("%s is not flagged: %+v", it.Title, it)
		}
	}
}

// TestForms holds the keys that scripts rely on.
func TestForms(t *testing.T) {
	b := enrolled(t)
	rdv := b.book("2026-11-24T09:00")
	act := "id pending revision warnings"
	tests := []struct{ verb, want string }{
		{"status", "agent complete last_sync locked numbers online pending progress refused review sealed server"},
		{"sync --once", "numbers pulled pushed refused took_ms"},
		{"agenda --from 2026-11-23 --to 2026-11-29", "items"},
		{"motifs", "items"},
		{"lieux", "items"},
		{"agents", "items"},
		{"organisations", "items"},
		{"review", "items"},
		{"usager search dur", "items"},
		{"creneaux --motif " + motifID("suivi") + " --from 2026-11-23", "creneaux without"},
		{"rdv move " + rdv + " --start 2026-11-24T11:00", act},
		{"rdv cancel " + rdv + " --by service", act},
		{"rdv mark " + rdv + " --status unknown", act},
		{"undo", act},
		{"usager add --first-name Noé --last-name Lambert", "duplicates id"},
		{"usager show " + usagerID("camille"), "actions champs detail duplicates id initials kept_until messages name pending proches rdvs rdvs_label responsable revision"},
		{"usager edit " + usagerID("camille") + " --set birth_date=1987-03-04", act},
		{"absence add --from 2026-11-26T14:00 --to 2026-11-26T18:00 --title Formation", act},
		{"plage add --motif " + motifID("suivi") + " --first-day 2026-11-27 --from 09:00 --to 12:00 --rrule FREQ=WEEKLY;BYDAY=FR", act},
		{"rdv show " + rdv, "agents conflicts context day end from history history_full id lieu motif pending receipts revision sequence start status title to usagers where zone"},
		{"wipe", "wiped"},
	}
	for _, tt := range tests {
		t.Run(tt.verb, func(t *testing.T) {
			b := b.on(t)
			var got map[string]any
			b.read(&got, strings.Fields(tt.verb)...)
			if keys := strings.Join(slices.Sorted(maps.Keys(got)), " "); keys != tt.want {
				t.Errorf("keys %q, want %q", keys, tt.want)
			}
		})
	}
}

func TestItemsOfTheAgenda(t *testing.T) {
	b := enrolled(t)
	b.book("2026-11-11T09:00", "--accept", "all") // a public holiday, in the past
	b.run("absence", "add", "--from", "2026-11-12T18:00", "--to", "2026-11-12T24:00", "--title", "Congé")
	var seen list[map[string]any]
	b.read(&seen, "agenda", "--from", "2026-11-11", "--to", "2026-11-12")
	const keys = "agents conflicts day end from id kind lieu motif pending revision start status title to usagers zone"
	kinds := map[any]any{}
	for _, it := range seen.Items {
		if got := strings.Join(slices.Sorted(maps.Keys(it)), " "); got != keys {
			t.Errorf("keys %q, want %q", got, keys)
		}
		kinds[it["kind"]] = it["to"]
	}
	want := map[any]any{"rdv": "09:30", "ferie": "24:00", "absence": "24:00"}
	if !maps.Equal(kinds, want) {
		t.Errorf("kinds and their ends %v, want %v", kinds, want)
	}
	a := b.run("agenda", "--from", "2026-11-11", "--to", "2026-11-12")
	if !strings.Contains(a.out, "3 lignes\n2026-11-11  00:00–24:00  Armistice") && !strings.Contains(a.out, "(jour férié)") {
		t.Errorf("as text: %s", a.out)
	}
}

func TestDuplicatesAreTold(t *testing.T) {
	b := enrolled(t)
	var done addResult
	b.read(&done, "usager", "add", "--first-name", "Camille", "--last-name", "Durand", "--email", "camille@example.org")
	if len(done.Duplicates) == 0 || done.Duplicates[0].ID != usagerID("camille") || done.Duplicates[0].Why == "" {
		t.Errorf("%+v", done)
	}
	var found list[person]
	b.read(&found, "usager", "search", "camille", "dur")
	if len(found.Items) != 2 {
		t.Errorf("both files are kept: %+v", found)
	}
}

func TestLogin(t *testing.T) {
	t.Run("the profile is made", func(t *testing.T) {
		b := newBench(t)
		var done loginResult
		a := b.typing(password+"\n", "login", "--server", "https://rdv.example.org", "--email", "claire@example.org", "--password-stdin", "--json")
		if err := json.Unmarshal([]byte(a.out), &done); err != nil || a.code != exitDone {
			t.Fatalf("%+v: %v", a, err)
		}
		if done.Agent.ID != agentID("claire") || len(done.Organisations) != 1 || done.Organisations[0].Role != "admin" || done.Organisations[0].Zone != "Europe/Paris" {
			t.Errorf("%+v", done)
		}
		if a := b.login("claire"); a.code != exitDone {
			t.Errorf("a second time: %+v", a)
		}
		if a := b.login("karim"); a.code != exitRefused || !strings.HasPrefix(a.err, desktop.CodeOtherAgent) {
			t.Errorf("by somebody else: %+v", a)
		}
	})
	t.Run("refused, nothing stays", func(t *testing.T) {
		b := newBench(t)
		a := b.typing("faux\n", "login", "--server", "https://rdv.example.org", "--email", "claire@example.org", "--password-stdin")
		if a.code != exitRefused || !strings.HasPrefix(a.err, desktop.CodeBadCredentials) {
			t.Errorf("%+v", a)
		}
		if _, err := os.Stat(b.dir); !os.IsNotExist(err) {
			t.Errorf("the folder stays: %v", err)
		}
	})
	t.Run("no password", func(t *testing.T) {
		if a := newBench(t).typing("\n", "login", "--server", "https://rdv.example.org", "--email", "c@example.org", "--password-stdin"); a.code != exitUsage {
			t.Errorf("%+v", a)
		}
	})
	t.Run("a folder of something else", func(t *testing.T) {
		b := newBench(t)
		b.dir = t.TempDir()
		mine := filepath.Join(b.dir, "a-moi.txt")
		if err := os.WriteFile(mine, []byte("à moi"), 0o600); err != nil {
			t.Fatal(err)
		}
		if a := b.login("claire"); a.code != exitUsage {
			t.Errorf("%+v", a)
		}
		if a := b.run("wipe"); a.code != exitRefused || !strings.HasPrefix(a.err, codeNoProfile) {
			t.Errorf("wipe: %+v", a)
		}
		if _, err := os.Stat(mine); err != nil {
			t.Error(err)
		}
	})
	t.Run("before it, nothing works", func(t *testing.T) {
		b := newBench(t)
		if a := b.run("status"); a.code != exitRefused || !strings.HasPrefix(a.err, codeNoProfile) {
			t.Errorf("%+v", a)
		}
		if _, err := os.Stat(b.dir); !os.IsNotExist(err) {
			t.Errorf("a folder was made: %v", err)
		}
	})
}

// beside is another program that has the profile open and keeps a place in it.
func (b *bench) beside(place string) {
	b.Helper()
	d, ok, err := desktop.ReadDossier(b.dir)
	if err != nil || !ok {
		b.Fatalf("no profile: %v", err)
	}
	p, err := desktop.OpenPoste(context.Background(), d, b.wiring(time.Now), false, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := p.Close(); err != nil {
			b.Error(err)
		}
	})
	if err := p.Lock(place); err != nil {
		b.Fatal(err)
	}
}

func TestBesideAnotherProgram(t *testing.T) {
	b := enrolled(t)
	b.beside("sync")
	b.beside("window")
	b.book("2026-11-24T09:00")
	for _, verb := range []string{"sync --once", "sync", "wipe"} {
		if a := b.run(strings.Fields(verb)...); a.code != exitRefused || !strings.HasPrefix(a.err, desktop.CodeLocked) {
			t.Errorf("%s: %+v", verb, a)
		}
	}
	if n := b.pending(); n != 1 {
		t.Errorf("%d commands wait, want 1", n)
	}
}

func TestSync(t *testing.T) {
	b := enrolled(t)
	b.net.down = true
	if a := b.run("sync", "--once"); a.code != exitRefused || !strings.HasPrefix(a.err, desktop.CodeUnreachable) {
		t.Errorf("once, offline: %+v", a)
	}
	b.net.down = false
	ctx, stop := context.WithTimeout(context.Background(), 4*look)
	defer stop()
	b.book("2026-11-24T09:00")
	b.net.exchange = 0
	if a := b.during(ctx, "", "sync"); a.code != exitDone || !strings.HasPrefix(a.out, "Envoyé : 1 ; reçu : 2 ; refusé : 0.") {
		t.Errorf("following: %+v", a)
	}
	if b.net.exchange < 2 {
		t.Errorf("what waits was offered %d times, want again while following", b.net.exchange)
	}
}

func TestWipe(t *testing.T) {
	b := enrolled(t)
	if a := b.run("wipe"); a.code != exitDone {
		t.Fatalf("%+v", a)
	}
	if _, err := os.Stat(b.dir); !os.IsNotExist(err) {
		t.Errorf("the folder stays: %v", err)
	}
	b = enrolled(t)
	if err := os.WriteFile(filepath.Join(b.dir, "agenda.db"), []byte(strings.Repeat("abîmé", 400)), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := b.run("wipe"); a.code != exitDone {
		t.Errorf("a damaged profile: %+v", a)
	}
	if _, err := os.Stat(b.dir); !os.IsNotExist(err) {
		t.Errorf("the folder of a damaged profile stays: %v", err)
	}
}

func TestHelpIsInFrench(t *testing.T) {
	b := newBench(t)
	for _, verb := range []string{"", "login", "sync", "status", "agenda", "rdv", "rdv book", "usager add", "absence add", "plage add", "review", "review move", "undo", "wipe"} {
		a := b.run(append(strings.Fields(verb), "--help")...)
		if a.code != exitDone || a.err != "" || !strings.HasPrefix(a.out, "Usage : permanence "+verb) || strings.Contains(a.out, "Flags") {
			t.Errorf("help of %q: %+v", verb, a)
		}
	}
}
