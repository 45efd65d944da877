package desktop

import (
	"cmp"
	"context"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"permanence/app/agenda"
	"permanence/app/store/coffre"
)

// demonstrationID names the one profile of the demonstration.
const demonstrationID = "demonstration"

// firstWait is how long entering waits for the first page, which tells what the
// agent's organisations are made of.
const firstWait = 20 * time.Second

func profilesDir(dir string) string { return filepath.Join(dir, "profils") }

// etat tells which screen the page shows.
func (f *Fenetre) etat() (EtatProfil, error) {
	e := EtatProfil{Profils: []Profil{}, Version: f.cfg.Version, Demonstration: f.cfg.Demonstration}
	all, err := f.dossiers.List()
	if err != nil {
		return e, err
	}
	for _, d := range all {
		e.Profils = append(e.Profils, d.vue())
	}
	f.mu.Lock()
	p, login, scelle := f.poste, f.login, f.scelle
	e.Notice = f.notice
	f.mu.Unlock()
	if p != nil && p.Agent() != "" {
		if locked := p.Locked(); locked != nil {
			return e, f.locked(&e, p, locked)
		}
	}
	switch {
	case login != nil:
		asked := login.vue()
		e.Phase, e.Profil = "login", &asked
	case p != nil:
		return e, f.ready(&e, p)
	case scelle != nil:
		asked := scelle.vue()
		e.Phase, e.Profil = "phrase", &asked
	case len(all) == 0:
		e.Phase = "first_run"
	default:
		e.Phase = "choose"
	}
	return e, nil
}

func (f *Fenetre) ready(e *EtatProfil, p *Poste) error {
	opened := p.Dossier().vue()
	e.Phase, e.Profil = "ready", &opened
	return p.read(f.ctx, func(l *lecture) error {
		e.Agent = &AgentBref{ID: string(l.agent), Name: opened.Label, Services: []string{}, Me: true}
		if a := get[*agenda.Agent](l, agenda.NounAgent, string(l.agent)); a != nil {
			brief := l.agentBref(a)
			e.Agent = &brief
		}
		if o := l.home(); o != nil {
			e.Organisation = string(o.ID)
		}
		return nil
	})
}

func (f *Fenetre) locked(e *EtatProfil, p *Poste, why *Erreur) error {
	profil := p.Dossier().vue()
	at, err := p.Status(f.ctx)
	e.Phase, e.Profil = "locked", &profil
	e.Lock = &Verrou{Code: why.Code, Title: "Agenda verrouillé", Message: typeset(why.Message), Password: why.Code != CodeLeaseLocked}
	if at.Pending > 0 {
		e.Lock.Pending = typeset(plural(at.Pending, "modification reste à envoyer", "modifications restent à envoyer") + " : rien n’est perdu.")
	}
	return err
}

func (d Dossier) vue() Profil {
	p := Profil{ID: d.ID, Mode: d.Mode, Label: d.Label, Server: d.Server, Email: d.Email, Sealed: d.coffre().HasKey()}
	if !d.LastUsed.IsZero() {
		p.LastUsed = instantText(d.LastUsed)
	}
	return p
}

// label is how the profile is listed: « Claire Fournier, CCAS de Montrelay ».
func (p *Poste) label(ctx context.Context) string {
	label := ""
	err := p.read(ctx, func(l *lecture) error {
		if a := get[*agenda.Agent](l, agenda.NounAgent, string(l.agent)); a != nil {
			label = a.Name()
		}
		if o := l.home(); o != nil && label != "" {
			label += ", " + o.Name
		}
		return nil
	})
	if err != nil {
		return ""
	}
	return label
}

// find gives a profile by its id: one of this computer, or the one of a folder that was
// named. Refusal: not_found.
func (f *Fenetre) find(id string) (Dossier, error) {
	d, ok, err := f.dossiers.Find(id)
	if err != nil || ok {
		return d, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.poste != nil && f.poste.Dossier().ID == id {
		return f.poste.Dossier(), nil
	}
	for _, asked := range []*Dossier{f.login, f.scelle} {
		if asked != nil && asked.ID == id {
			return *asked, nil
		}
	}
	return Dossier{}, agenda.Refuse(agenda.CodeNotFound, id)
}

// open opens one of the profiles by its id.
func (f *Fenetre) open(id string) error {
	d, err := f.find(id)
	if err != nil {
		return err
	}
	p, err := f.openDossier(d)
	if err != nil {
		f.askPhrase(d, err)
		return err
	}
	f.mu.Lock()
	if p.Agent() != "" {
		f.login = nil // an agenda opens without the network; the pill tells what is missing
	}
	f.mu.Unlock()
	if p.Agent() == "" {
		return Refuser(CodeLogin)
	}
	return nil
}

// demonstration opens the fictional CCAS, made the first time.
func (f *Fenetre) demonstration() error {
	d, ok, err := f.dossiers.Find(demonstrationID)
	if err != nil {
		return err
	}
	if !ok {
		d = f.dossiers.New(demonstrationID, ModeDemonstration)
		d.Label = "Démonstration"
	}
	return f.enter(d, Identifiants{}, !ok)
}

// eraseDemonstration removes it, when it is what is open.
func (f *Fenetre) eraseDemonstration() error {
	p := f.current()
	if p == nil || p.Dossier().Mode != ModeDemonstration {
		return Refuser(CodeNotDemonstration)
	}
	d := p.Dossier()
	if err := f.closePoste(); err != nil {
		return err
	}
	return d.Wipe(f.cfg.Keyring)
}

// withCode adds to an answer the recovery code of a profile that was just made.
func (f *Fenetre) withCode(e EtatProfil, err error) (EtatProfil, error) {
	if p := f.current(); err == nil && p != nil {
		e.RecoveryCode = p.RecoveryCode()
	}
	return e, err
}

// unlock opens a profile by its passphrase; with no profile, the passphrase is
// for the next one made.
func (f *Fenetre) unlock(id, phrase string) error {
	if utf8.RuneCountInString(phrase) < coffre.ShortestPhrase && id == "" {
		return invalidField("phrase", shortPhrase)
	}
	former := f.givePhrase(phrase)
	if id == "" {
		return nil
	}
	err := f.open(id)
	if e := ErreurOf(err); e != nil && e.Code == CodeBadPhrase {
		f.givePhrase(former)
	}
	return err
}

// recover opens a profile by its recovery code, and keeps its key behind a
// passphrase, or in the keyring when there is none.
func (f *Fenetre) recover(id, code, phrase string) error {
	d, err := f.find(id)
	if err != nil {
		return err
	}
	ports := f.cfg.Ports
	ports.Phrase = phrase
	if err := d.Recover(ports, code); err != nil {
		return err
	}
	f.givePhrase(phrase)
	return f.open(id)
}

// alone founds an organisation on this computer.
func (f *Fenetre) alone(s SeulForm) error {
	founds, err := s.fondation()
	if err != nil {
		return err
	}
	d := f.dossiers.New(f.cfg.NewID(), ModeAlone)
	d.Email, d.Label, d.Founds = founds.Email, agentName(founds.FirstName, founds.LastName), &founds
	return f.enter(d, Identifiants{Email: founds.Email}, true)
}

// fondation checks the form.
func (s SeulForm) fondation() (Fondation, error) {
	wrong := map[string]string{}
	out := Fondation{Organisation: strings.TrimSpace(s.Organisation), Departement: departementTyped(s.Departement)}
	if n := utf8.RuneCountInString(out.Organisation); n == 0 || n > 200 {
		wrong["organisation"] = "Donnez un nom à l’organisation, de 200 caractères au plus."
	}
	zone, holidays, ok := territoireOf(out.Departement)
	if !ok {
		wrong["departement"] = "Ce numéro n’est pas celui d’un département."
	}
	out.Zone, out.Holidays = zone, string(holidays)
	for field, name := range map[string]*string{"first_name": &out.FirstName, "last_name": &out.LastName} {
		typed := map[string]string{"first_name": s.FirstName, "last_name": s.LastName}[field]
		if reason := setName(name, typed, true); reason != "" {
			wrong[field] = reason
		}
	}
	if reason := setEmail(&out.Email, s.Email); reason != "" || out.Email == "" {
		wrong["email"] = cmp.Or(reason, "L’adresse électronique manque.")
	}
	if len(wrong) > 0 {
		return out, invalid(wrong)
	}
	return out, nil
}

// join enrols this computer on a server; a profile of the same account is used
// again.
func (f *Fenetre) join(form RejoindreForm) error {
	server, email, err := form.check()
	if err != nil {
		return err
	}
	all, err := f.dossiers.List()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(d Dossier) bool { return d.Mode == ModeJoined && d.Server == server && d.Email == email })
	d := f.dossiers.New(f.cfg.NewID(), ModeJoined)
	if at >= 0 {
		d = all[at]
	}
	d.Server, d.Email = server, email
	return f.enter(d, Identifiants{Server: server, Email: email, Password: form.Password, Device: form.Device}, at < 0)
}

func (form RejoindreForm) check() (server, email string, err error) {
	wrong := map[string]string{}
	server, ok := serverAddress(form.Server)
	if !ok {
		wrong["server"] = "Cette adresse ne convient pas. Écrivez-la https://rdv.exemple.fr."
	}
	if reason := setEmail(&email, form.Email); reason != "" || email == "" {
		wrong["email"] = cmp.Or(reason, "L’adresse électronique manque.")
	}
	if form.Password == "" {
		wrong["password"] = "Le mot de passe manque."
	}
	if len(wrong) > 0 {
		return "", "", invalid(wrong)
	}
	return server, email, nil
}

// serverAddress reads what was typed: https unless it says otherwise, and http
// on this computer only.
func serverAddress(typed string) (string, bool) {
	typed = strings.TrimRight(strings.TrimSpace(typed), "/")
	if !strings.Contains(typed, "://") {
		typed = "https://" + typed
	}
	u, err := url.Parse(typed)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	if u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()) {
		return u.String(), true
	}
	return "", false
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// relogin gives a profile its session back.
func (f *Fenetre) relogin(id, password string) error {
	d, err := f.find(id)
	if err != nil {
		return err
	}
	return f.enter(d, Identifiants{Server: d.Server, Email: d.Email, Password: password}, false)
}

// enter opens a profile, enrols it when it must be, and waits for the first
// page. A new one that cannot be enrolled leaves nothing behind.
func (f *Fenetre) enter(d Dossier, who Identifiants, fresh bool) error {
	p, err := f.openDossier(d)
	if e := ErreurOf(err); e != nil && e.Code == CodeKeyLost && who.Password != "" {
		// The server has everything that can still be read.
		if err := d.Wipe(f.cfg.Keyring); err != nil {
			return err
		}
		p, err = f.openDossier(d)
	}
	if err != nil {
		return err
	}
	if p.Agent() != "" && who.Password == "" {
		return nil
	}
	f.unfollow()
	if _, err := p.Login(f.ctx, who); err != nil {
		return f.back(p, d, fresh, err)
	}
	f.mu.Lock()
	f.login = nil
	f.mu.Unlock()
	f.follow(p)
	if err := f.waitFirst(p); err != nil {
		return err
	}
	return p.touch(p.label(f.ctx))
}

// back undoes an entrance that was refused.
func (f *Fenetre) back(p *Poste, d Dossier, fresh bool, refused error) error {
	if !fresh {
		if p.Agent() != "" {
			f.follow(p)
		}
		return refused
	}
	if err := f.closePoste(); err != nil {
		f.cfg.Log.Warn("a profile that was not entered did not close", "profile", d.ID, "error", err.Error())
	}
	if err := d.Wipe(f.cfg.Keyring); err != nil {
		f.cfg.Log.Warn("a profile that was not entered was not erased", "profile", d.ID, "error", err.Error())
	}
	return refused
}

// waitFirst waits until the agent's organisation is here, or for a while: the
// rest arrives by itself.
func (f *Fenetre) waitFirst(p *Poste) error {
	late := time.After(firstWait)
	for {
		here := false
		err := p.read(f.ctx, func(l *lecture) error {
			here = l.home() != nil && get[*agenda.Agent](l, agenda.NounAgent, string(l.agent)) != nil
			return nil
		})
		if err != nil || here {
			return err
		}
		select {
		case <-f.arrived:
		case <-late:
			return nil
		case <-f.ctx.Done():
			return f.ctx.Err()
		}
	}
}
