package verbes

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"permanence/app/agenda"
	"permanence/app/desktop"
	"permanence/app/store"
)

// Saturday 21 November 2026, 10:00 in Paris.
const present = "2026-11-21T09:00:00Z"

const password = "marmotte bleue sous la pluie"

// id gives the same UUID for the same words.
func id[T ~string](words ...string) T { return T(agenda.DeriveID(nil, words...)) }

func agentID(name string) string  { return id[string]("agent", name) }
func motifID(name string) string  { return id[string]("motif", name) }
func lieuID(name string) string   { return id[string]("lieu", name) }
func usagerID(name string) string { return id[string]("usager", name) }

func rev() agenda.Stamp { return agenda.Stamp{Revision: 1} }

// world is an invented CCAS with a lieu far away, as a first page would bring it.
func world() []agenda.Record {
	territoire, ccas := id[agenda.TerritoireID]("territoire"), id[agenda.OrganisationID]("ccas")
	social := id[agenda.ServiceID]("social")
	records := []agenda.Record{
		&agenda.Territoire{ID: territoire, Name: "Pays de l’Orme", Departement: "62", Zone: "Europe/Paris", Holidays: "metropole", Stamp: rev()},
		&agenda.Organisation{ID: ccas, Territoire: territoire, Name: "CCAS de Valmont", Zone: "Europe/Paris", Mail: "accueil@ccas.example.org", Stamp: rev()},
		&agenda.Service{ID: social, Territoire: territoire, Name: "Accueil social", Stamp: rev()},
	}
	for name, zone := range map[string]string{"valmont": "Europe/Paris", "saint-denis": "Indian/Reunion"} {
		records = append(records, &agenda.Lieu{ID: agenda.LieuID(lieuID(name)), Organisation: ccas, Name: "Maison des services", Address: "4 place du Marché", Zone: zone, Stamp: rev()})
	}
	for name, place := range map[string]agenda.Place{"accueil": agenda.PlacePublicOffice, "suivi": agenda.PlacePhone} {
		records = append(records, &agenda.Motif{ID: agenda.MotifID(motifID(name)), Organisation: ccas, Service: social, Name: "Motif " + name, Color: "lagon",
			DurationMin: 30, Place: place, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents, Stamp: rev()})
	}
	for _, name := range []string{"Claire", "Karim"} {
		a := agenda.AgentID(agentID(strings.ToLower(name)))
		records = append(records, &agenda.Agent{ID: a, FirstName: name, LastName: "Fournier", Stamp: rev()},
			&agenda.Role{ID: agenda.RoleOf(a, ccas), Agent: a, Organisation: ccas, Level: agenda.LevelAdmin, Services: []agenda.ServiceID{social}, Stamp: rev()})
	}
	for _, name := range []string{"Camille", "Leila"} {
		u := agenda.UsagerID(usagerID(strings.ToLower(name)))
		records = append(records, &agenda.Usager{ID: u, Territoire: territoire, FirstName: name, LastName: "Durand", Phone: "+33199004120",
			Email: strings.ToLower(name) + "@example.org", CreatedAt: time.Date(2026, 1, 6, 9, 0, 0, 0, time.UTC), Stamp: rev()},
			&agenda.Profil{ID: agenda.ProfilOf(u, ccas), Usager: u, Organisation: ccas, Stamp: rev()})
	}
	return records
}

// network stands for the server: it enrols claire, and answers or not.
type network struct {
	at       desktop.Place
	down     bool
	exchange int    // how many times it was asked
	refuses  string // a code with which the server turns this desktop away
	postes   []desktop.Appareil
	asked    []string         // what was asked of them
	clock    func() time.Time // of the program that runs
	passages []agenda.Passage // the history of any record
}

func (n *network) Open(_ context.Context, at desktop.Place) (desktop.Sync, error) {
	n.at = at
	return n, nil
}

func (n *network) Enrol(ctx context.Context, who desktop.Identifiants) (desktop.Enrole, error) {
	switch {
	case n.down:
		return desktop.Enrole{}, desktop.Refuser(desktop.CodeUnreachable)
	case who.Password != password:
		return desktop.Enrole{}, desktop.Refuser(desktop.CodeBadCredentials)
	}
	name := strings.TrimSuffix(who.Email, "@example.org")
	e := desktop.Enrole{Agent: agenda.AgentID(agentID(name)), FirstName: "Claire", LastName: "Fournier", Server: who.Server}
	if who.Agent != "" && who.Agent != e.Agent {
		return desktop.Enrole{}, desktop.Refuser(desktop.CodeOtherAgent)
	}
	return e, n.at.DB.WriteDesk(ctx, func(tx *store.DeskTx) error {
		for _, r := range world() {
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return tx.Enrol(id[string]("device"), 0)
	})
}

func (n *network) History(context.Context, agenda.Ref) ([]agenda.Passage, error) {
	if n.down {
		return nil, desktop.Refuser(desktop.CodeUnreachable)
	}
	return n.passages, nil
}

func (n *network) Exchange(context.Context) (desktop.Bilan, error) {
	n.exchange++
	if n.down {
		return desktop.Bilan{}, desktop.Refuser(desktop.CodeUnreachable)
	}
	if n.refuses != "" {
		return desktop.Bilan{}, desktop.Refuser(n.refuses)
	}
	n.at.Heard.Contact(n.clock(), 0)
	return desktop.Bilan{Pushed: 1, Pulled: 2}, nil
}

func (n *network) Follow(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
func (n *network) Wake()                            {}
func (n *network) Status() desktop.Ligne            { return desktop.Ligne{Complete: true} }
func (n *network) Appareils(context.Context, agenda.AgentID) ([]desktop.Appareil, error) {
	if n.refuses != "" {
		return nil, desktop.Refuser(n.refuses)
	}
	return n.postes, nil
}

func (n *network) Appareil(_ context.Context, id, geste, name string) error {
	n.asked = append(n.asked, geste+" "+id+" "+name)
	return nil
}

func (n *network) Close() error { return nil }

// bench is one profile on which verbs are run.
type bench struct {
	testing.TB
	dir  string
	net  *network
	now  string // "" for present
	ring desktop.Keyring
	env  map[string]string
}

// ring is a keyring in memory.
type ring map[string]string

func (r ring) Get(name string) (string, error) {
	if secret, ok := r[name]; ok {
		return secret, nil
	}
	return "", desktop.ErrNotInKeyring
}

func (r ring) Set(name, secret string) error {
	r[name] = secret
	return nil
}

func (r ring) Delete(name string) error {
	delete(r, name)
	return nil
}

// answer is what a verb printed.
type answer struct {
	code     int
	out, err string
}

func newBench(t testing.TB) *bench {
	t.Helper()
	return &bench{TB: t, dir: filepath.Join(t.TempDir(), "claire"), net: &network{}, ring: ring{}}
}

// enrolled is a bench where claire is connected.
func enrolled(t testing.TB) *bench {
	t.Helper()
	b := newBench(t)
	if a := b.login("claire"); a.code != exitDone {
		t.Fatalf("login: %+v", a)
	}
	return b
}

// on is the same bench for a test below.
func (b *bench) on(t testing.TB) *bench { return &bench{t, b.dir, b.net, b.now, b.ring, b.env} }

func (b *bench) login(name string) answer {
	return b.typing(password+"\n", "login", "--server", "https://rdv.example.org", "--email", name+"@example.org", "--password-stdin")
}

func (b *bench) wiring(now func() time.Time) desktop.Ports {
	b.net.clock = now
	return desktop.Ports{Now: now, NewID: func() string { return uuid.Must(uuid.NewV7()).String() }, Lines: b.net,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Keyring: b.ring}
}

// run runs a verb on the profile, at the present of these tests.
func (b *bench) run(args ...string) answer { return b.typing("", args...) }

func (b *bench) typing(in string, args ...string) answer {
	return b.during(context.Background(), in, args...)
}

func (b *bench) during(ctx context.Context, in string, args ...string) answer {
	var out, said bytes.Buffer
	args = append(slices.Clone(args), "--profile", b.dir, "--now", cmp.Or(b.now, present))
	code := Run(ctx, args, strings.NewReader(in), &out, &said, func(name string) string { return b.env[name] }, b.wiring)
	return answer{code, out.String(), said.String()}
}

// read runs a verb that must succeed and reads its JSON.
func (b *bench) read(into any, args ...string) {
	b.Helper()
	a := b.run(append(args, "--json")...)
	if a.code != exitDone || a.err != "" {
		b.Fatalf("%v: %+v", args, a)
	}
	if err := json.Unmarshal([]byte(a.out), into); err != nil {
		b.Fatalf("%v printed %q: %v", args, a.out, err)
	}
}

// book books at claire's desk and gives the rdv's id.
func (b *bench) book(start string, more ...string) string {
	b.Helper()
	var done actResult
	b.read(&done, append([]string{"rdv", "book", "--motif", motifID("suivi"), "--usager", usagerID("camille"), "--start", start}, more...)...)
	return done.ID
}

// pending gives how many commands wait.
func (b *bench) pending() int {
	b.Helper()
	var at statusResult
	b.read(&at, "status")
	return at.Pending
}
