package verbes

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/desktop"
	"permanence/app/store"
)

// codeNoProfile refuses a folder where nobody connected yet.
const codeNoProfile = "no_profile"

func noProfile() error {
	return &desktop.Erreur{Code: codeNoProfile, Message: "Aucun profil dans ce dossier : connectez-le d’abord (permanence login)."}
}

// profile opens the profile, which must exist and may be read.
func (s *session) profile() (*desktop.Poste, error) {
	p, err := s.lockedProfile()
	if err != nil {
		return p, err
	}
	if locked := p.Locked(); locked != nil {
		return p, locked
	}
	return p, nil
}

// lockedProfile opens the profile, which must exist, even if nothing of it may
// be shown: to speak with the server, or to erase it.
func (s *session) lockedProfile() (*desktop.Poste, error) {
	d, ok, err := desktop.ReadDossier(s.dir)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, noProfile()
	}
	return s.open(d)
}

func (s *session) open(d desktop.Dossier) (*desktop.Poste, error) {
	p, err := desktop.OpenPoste(s.ctx, d, s.ports(), false, nil)
	s.poste = p
	return p, err
}

type loginVerb struct {
	Server   string `required:"" placeholder:"ADRESSE" help:"Adresse du serveur, https://…"`
	Email    string `required:"" placeholder:"COURRIEL" help:"Adresse électronique du compte."`
	Password bool   `name:"password-stdin" required:"" help:"Lit le mot de passe sur l’entrée standard."`
	Device   string `placeholder:"NOM" help:"Nom de cet ordinateur ; le serveur en choisit un sinon."`
}

type loginResult struct {
	Agent         loginAgent     `json:"agent"`
	Organisations []organisation `json:"organisations"`
	RecoveryCode  string         `json:"recovery_code,omitempty"` // told once, when the profile is made
}

type loginAgent struct {
	ID        string `json:"id"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

func (v *loginVerb) Run(s *session) error {
	password, err := readSecret(s.in, "aucun mot de passe sur l’entrée standard")
	if err != nil {
		return err
	}
	p, undo, err := s.profileToLogin()
	if err != nil {
		return err
	}
	if err := p.Lock("sync"); err != nil {
		return inUse(err, beside)
	}
	who, err := p.Login(s.ctx, desktop.Identifiants{Server: v.Server, Email: v.Email, Password: password, Device: v.Device})
	if err != nil {
		return errors.Join(err, undo())
	}
	if _, err := p.Exchange(s.ctx); err != nil {
		return err
	}
	ref, err := p.Referentiel(s.ctx)
	if err != nil {
		return err
	}
	agent := loginAgent{string(who.Agent), who.FirstName, who.LastName}
	code := p.RecoveryCode()
	return s.print(loginResult{agent, organisationsOf(ref), code}, "Connexion établie : "+who.FirstName+" "+who.LastName+"."+codeText(code))
}

// longestSecret bounds what is read, in bytes.
const longestSecret = 4096

// readSecret reads one line; an empty one is misused, and missing says so.
func readSecret(in io.Reader, missing string) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, longestSecret)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", fmt.Errorf("read the standard input: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", usage("%s", missing)
	}
	return line, nil
}

// profileToLogin opens the profile, making its folder when there is none; undo
// takes a folder made here away again. It refuses a folder that holds something
// else, which erasing the profile would take along.
func (s *session) profileToLogin() (p *desktop.Poste, undo func() error, err error) {
	d, ok, err := desktop.ReadDossier(s.dir)
	if err != nil {
		return nil, nil, err
	}
	entries, err := os.ReadDir(s.dir)
	if !ok && len(entries) > 0 {
		return nil, nil, usage("--profile : ce dossier contient autre chose qu’un profil")
	}
	made := errors.Is(err, fs.ErrNotExist)
	undo = func() error {
		if !made {
			return nil
		}
		err := s.close()
		s.poste = nil
		return errors.Join(err, d.Wipe(s.ports().Keyring))
	}
	if p, err = s.open(d); err != nil {
		return nil, nil, errors.Join(err, undo())
	}
	return p, undo, nil
}

type syncVerb struct {
	Once bool `help:"Un seul échange."`
}

type syncResult struct {
	Pushed  int                           `json:"pushed"`
	Pulled  int                           `json:"pulled"`
	Refused int                           `json:"refused"`
	Numbers map[agenda.TerritoireID]int64 `json:"numbers"`
	TookMs  int64                         `json:"took_ms"`
	Warning string                        `json:"warning,omitempty"` // of a wrong clock, of a server too old
}

func (v *syncVerb) Run(s *session) error {
	p, err := s.lockedProfile()
	if err != nil {
		return err
	}
	if err := p.Lock("sync"); err != nil {
		return inUse(err, beside)
	}
	began := time.Now()
	quiet := s.watchLoad(p)
	b, err := p.Exchange(s.ctx)
	quiet()
	offline := desktop.ErreurOf(err) != nil && desktop.ErreurOf(err).Code == desktop.CodeUnreachable
	if err != nil && (v.Once || !offline) {
		return err
	}
	if err := s.printExchange(p, b, time.Since(began), offline); err != nil || v.Once {
		return err
	}
	return follow(s.ctx, p)
}

// beside is said when another program of the computer exchanges for the profile.
const beside = "Un autre programme de ce poste échange déjà pour cet agenda : ce qui est saisi ici part avec lui."

// inUse says in its own words that another program has a place of the profile;
// other errors are returned as they are.
func inUse(err error, message string) error {
	if e := store.ErrorOf(err); e == nil || e.Code != store.CodeInUse {
		return err
	}
	return &desktop.Erreur{Code: desktop.CodeLocked, Message: message}
}

// printExchange gives the result of one exchange.
func (s *session) printExchange(p *desktop.Poste, b desktop.Bilan, took time.Duration, offline bool) error {
	at, err := p.Status(s.ctx)
	if err != nil {
		return err
	}
	shown, err := p.EtatSync(s.ctx)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("Envoyé : %d ; reçu : %d ; refusé : %d.", b.Pushed, b.Pulled, b.Refused)
	if offline {
		text = "Le serveur ne répond pas ; l’échange se fera dès son retour."
	}
	if shown.Detail != "" {
		text += "\n" + shown.Detail
	}
	return s.print(syncResult{b.Pushed, b.Pulled, b.Refused, at.Numbers, took.Milliseconds(), shown.Detail}, text)
}

// look is how often a program that follows looks for what other programs wrote
// in the same profile.
const look = 250 * time.Millisecond

// follow keeps the profile in step until ctx ends, and sends at once what verbs
// write beside it.
func follow(ctx context.Context, p *desktop.Poste) error {
	following, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- p.Follow(following) }()
	err := watch(following, p, ended)
	if ctx.Err() != nil {
		return nil // told to stop
	}
	return err
}

// watch exchanges whenever more waits than what the server could not be told
// already, until following ends. What failed is tried again by following.
func watch(ctx context.Context, p *desktop.Poste, ended <-chan error) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	tried := 0
	for {
		select {
		case err := <-ended:
			return whyEnded(p, err)
		case <-tick.C:
		}
		at, err := p.Status(ctx)
		if err != nil {
			continue // the next look tells more
		}
		tried = min(tried, at.Pending)
		if at.Pending == tried {
			continue
		}
		tried = at.Pending
		if _, err := p.Exchange(ctx); err == nil {
			tried = 0
		}
	}
}

// whyEnded asks for a person when following ended by itself.
func whyEnded(p *desktop.Poste, err error) error {
	if at, statusErr := p.Status(context.Background()); statusErr == nil && at.Line.Login {
		return desktop.Refuser(desktop.CodeLogin)
	}
	return err
}

type statusVerb struct{}

type statusResult struct {
	Server   string                        `json:"server"`
	Agent    string                        `json:"agent"`
	Online   bool                          `json:"online"`
	Pending  int                           `json:"pending"`
	Refused  int                           `json:"refused"`
	Review   int                           `json:"review"`
	LastSync string                        `json:"last_sync"` // instant, or ""
	Complete bool                          `json:"complete"`
	Progress float64                       `json:"progress"` // of the first copy, 0 to 1
	Numbers  map[agenda.TerritoireID]int64 `json:"numbers"`
	Sealed   bool                          `json:"sealed"`
	Locked   string                        `json:"locked"` // the code of why nothing is shown, or ""
}

func (*statusVerb) Run(s *session) error {
	p, err := s.lockedProfile()
	if err != nil {
		return err
	}
	at, err := p.Status(s.ctx)
	if err != nil {
		return err
	}
	r := statusResult{Server: at.Server, Agent: string(at.Agent), Online: at.Line.Online || answers(s.ctx, at.Server), Pending: at.Pending, Refused: at.Refused,
		Review: at.Review, Complete: at.Line.Complete, Progress: progress(at.Line), Numbers: at.Numbers, Sealed: at.Sealed}
	if !at.Last.IsZero() {
		r.LastSync = at.Last.UTC().Format(time.RFC3339)
	}
	text := fmt.Sprintf("%s en attente d’envoi, %s à revoir ; dernier échange : %s.",
		counted(at.Pending, "modification", "modifications"), counted(at.Review, "cas", "cas"), lastSaid(at))
	if locked := p.Locked(); locked != nil {
		r.Locked = locked.Code
		text += "\n" + locked.Message
	}
	return s.print(r, text)
}

// lastSaid tells when the last exchange ended, on the agent's own walls.
func lastSaid(at desktop.Etat) string {
	if at.Last.IsZero() {
		return "jamais"
	}
	there := at.Last.In(at.Zone.Location())
	return civil.FrenchFullDay(there) + " à " + civil.FrenchHour(there)
}

// progress is the part of the first copy that is here; nothing is until the
// server has said how much comes.
func progress(l desktop.Ligne) float64 {
	switch {
	case l.Complete:
		return 1
	case l.Total == 0:
		return 0
	}
	return float64(l.Done) / float64(l.Total)
}

// probe is how long a server has to say that it is there.
const probe = 2 * time.Second

// answers reports whether the server can be reached now; a verb that has just
// opened the profile cannot know otherwise.
func answers(ctx context.Context, server string) bool {
	if server == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, probe)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server+"/healthz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
}

type wipeVerb struct{}

// Run erases the profile, its key first. One that cannot be opened any more is
// erased too; one that another program has open is refused.
func (*wipeVerb) Run(s *session) error {
	var kept error // by a keyring that does not answer
	err := s.alone(func(d desktop.Dossier) error {
		kept = d.DestroyKey(s.ports().Keyring)
		return nil
	})
	if err != nil {
		return err
	}
	if err := errors.Join(kept, desktop.Dossier{Dir: s.dir}.Erase()); err != nil {
		return err
	}
	return s.print(struct {
		Wiped bool `json:"wiped"`
	}{true}, "Profil effacé de cet ordinateur.")
}
