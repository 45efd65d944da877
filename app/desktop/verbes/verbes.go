// Package verbes is the command line of the desktop program: arguments in, the
// window's own methods, one JSON object or a short French text out. It works
// without a display, on the same profile as the window and beside it.
//
// A verb is a struct that kong fills from its flags, with a Run method. The
// package holds no rule of the field and no SQL.
package verbes

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"permanence/app/desktop"
)

// Wiring gives a profile what it needs of the program around it; now is its
// clock.
type Wiring func(now func() time.Time) desktop.Ports

// grammar is what may be written on the command line.
type grammar struct {
	Help     helpFlag `short:"h" help:"Montre cette aide."`
	Profile  string   `placeholder:"DOSSIER" help:"Dossier du profil (ou la variable PERMANENCE_PROFILE)."`
	JSON     bool     `name:"json" help:"Répond par un objet JSON."`
	Now      instant  `placeholder:"INSTANT" help:"Instant RFC 3339 où commence l’horloge ; pour une démonstration."`
	PhraseFD int      `name:"phrase-fd" default:"-1" placeholder:"N" help:"Descripteur d’où lire la phrase de passe (ou la variable PERMANENCE_PHRASE)."`

	Login         loginVerb         `cmd:"" help:"Connecte ce profil à un serveur."`
	Sync          syncVerb          `cmd:"" help:"Échange avec le serveur, puis continue de suivre."`
	Status        statusVerb        `cmd:"" help:"Dit où en est le profil."`
	Agenda        agendaVerb        `cmd:"" help:"Montre un agenda, jour par jour."`
	Motifs        motifsVerb        `cmd:"" help:"Liste les motifs."`
	Lieux         lieuxVerb         `cmd:"" help:"Liste les lieux."`
	Agents        agentsVerb        `cmd:"" help:"Liste les agents dont l’agenda est visible."`
	Organisations organisationsVerb `cmd:"" help:"Liste les organisations de l’agent."`
	Creneaux      creneauxVerb      `cmd:"" help:"Cherche des créneaux libres."`
	Rdv           rdvVerbs          `cmd:"" help:"Prend, déplace, annule ou montre un rendez-vous."`
	Usager        usagerVerbs       `cmd:"" help:"Ajoute, corrige ou cherche un usager."`
	Absence       absenceVerbs      `cmd:"" help:"Déclare une absence."`
	Plage         plageVerbs        `cmd:"" help:"Ouvre une plage d’ouverture."`
	Undo          undoVerb          `cmd:"" help:"Défait le dernier geste de ce profil."`
	Review        reviewVerbs       `cmd:"" help:"Ce que le serveur a refusé ou signalé."`
	Devices       devicesVerbs      `cmd:"" help:"Les postes de l’agent : liste, nom, révocation, effacement."`
	Inventory     inventoryVerb     `cmd:"" help:"Nomme ce que le profil contient, sans le contenu."`
	Phrase        phraseVerb        `cmd:"" help:"Change la phrase de passe du profil, ou confie sa clé au trousseau."`
	Rekey         rekeyVerb         `cmd:"" help:"Scelle le profil sous une nouvelle clé."`
	Recover       recoverVerb       `cmd:"" help:"Rouvre le profil par son code de secours."`
	Wipe          wipeVerb          `cmd:"" help:"Efface le profil de cet ordinateur."`
}

// Run runs the verb that args name and returns the exit code: 0 done,
// 1 failure, 2 not understood, 3 refused. env reads a variable of the
// environment. ctx ends the verbs that stay.
func Run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer, env func(string) string, wiring Wiring) int {
	w := writer{out: out, err: errOut, json: slices.Contains(args, "--json")}
	err := run(ctx, args, in, w, env, wiring)
	if errors.Is(err, errHelped) {
		return exitDone
	}
	w.fail(err)
	return exitCode(err)
}

func run(ctx context.Context, args []string, in io.Reader, w writer, env func(string) string, wiring Wiring) error {
	var g grammar
	s := &session{ctx: ctx, in: in, writer: w, wiring: wiring}
	parser, err := kong.New(&g, kong.Name("permanence"), kong.NoDefaultHelp(), kong.Bind(s))
	if err != nil {
		return err
	}
	if len(args) == 0 {
		writeHelp(w.err, parser.Model.Node)
		return usage("verbe attendu")
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return err
	}
	if err := s.prepare(g, env); err != nil {
		return err
	}
	err = parsed.Run()
	if _, yes := desktop.Condemned(err); yes && s.poste != nil {
		return s.poste.Erase(err)
	}
	return errors.Join(err, s.close())
}

// session is one run of one verb: where it reads and writes, and its profile.
type session struct {
	writer
	ctx    context.Context
	in     io.Reader
	wiring Wiring
	dir    string
	phrase string // "" when none was given
	now    func() time.Time
	poste  *desktop.Poste // nil until opened
}

// prepare takes over what every verb has in common.
func (s *session) prepare(g grammar, env func(string) string) (err error) {
	s.json, s.dir = g.JSON, g.Profile
	if s.dir == "" {
		s.dir = env("PERMANENCE_PROFILE")
	}
	if s.dir == "" {
		return usage("option obligatoire absente : --profile")
	}
	s.now = time.Now
	if !g.Now.IsZero() {
		began := time.Now()
		s.now = func() time.Time { return g.Now.Add(time.Since(began)) }
	}
	s.phrase, err = readPhrase(g.PhraseFD, env("PERMANENCE_PHRASE"))
	return err
}

// longestPhrase bounds a passphrase, in bytes.
const longestPhrase = 4096

// readPhrase reads the passphrase of the profile: the first line of a
// descriptor, else what the environment holds, "" for none.
func readPhrase(fd int, env string) (string, error) {
	if fd < 0 {
		return env, nil
	}
	file := os.NewFile(uintptr(fd), "phrase")
	if file == nil {
		return "", usage("--phrase-fd : le descripteur %s n’est pas ouvert", strconv.Itoa(fd))
	}
	body, err := io.ReadAll(io.LimitReader(file, longestPhrase))
	if err != nil {
		return "", usage("--phrase-fd : le descripteur %s ne peut pas être lu", strconv.Itoa(fd))
	}
	line, _, _ := strings.Cut(string(body), "\n")
	return strings.TrimRight(line, "\r"), nil
}

// ports gives the profile what it needs, the passphrase with it.
func (s *session) ports() desktop.Ports {
	p := s.wiring(s.now)
	p.Phrase = s.phrase
	return p
}

func (s *session) close() error {
	if s.poste == nil {
		return nil
	}
	return s.poste.Close()
}
