package desktop

import (
	"context"
	"errors"
	"sync"
	"time"

	"permanence/app/store"
)

// Config is what the window needs of the program around it.
type Config struct {
	Ports
	// Dir is the folder of the program on this computer: preferences, and one
	// folder a profile below.
	Dir string
	// Emit tells the page an event; it may be called from any goroutine, before
	// the page is there and after it is gone.
	Emit          func(name string, payload any)
	Version       string
	Demonstration DemoContenu
}

// Fenetre is the program behind the window: the profiles of this computer, the
// one that is open, and what the page is told.
type Fenetre struct {
	cfg      Config
	dossiers Dossiers
	bound    *Agenda
	ctx      context.Context
	end      context.CancelFunc
	running  sync.WaitGroup
	news     chan struct{} // something waits in heard
	arrived  chan struct{} // a page came in

	mu     sync.Mutex
	poste  *Poste
	stop   context.CancelFunc // of the following of poste; nil when not following
	synced bool               // the place "sync" of poste is ours
	login  *Dossier           // whose password the page must ask
	scelle *Dossier           // whose passphrase the page must ask
	phrase string             // last given, "" for that of the program's start
	heard  Nouvelle
	review int    // cases of À revoir when last told, -1 before
	locks  bool   // the page was told that the profile is locked
	notice string // what became of the profile that was open, "" when nothing did
}

// New readies the window; no profile is open yet. Close ends it.
func New(cfg Config) *Fenetre {
	ctx, end := context.WithCancel(context.Background())
	f := &Fenetre{cfg: cfg, dossiers: NewDossiers(profilesDir(cfg.Dir)), ctx: ctx, end: end,
		news: make(chan struct{}, 1), arrived: make(chan struct{}, 1)}
	f.bound = &Agenda{f}
	f.running.Go(f.tell)
	return f
}

// Agenda is what the page calls: the one thing to bind.
func (f *Fenetre) Agenda() *Agenda { return f.bound }

// Resume opens the only profile of this computer, before the page is shown;
// with several, or none, the page asks. A refusal is left to the page, which
// meets it again when it opens the profile.
func (f *Fenetre) Resume() error {
	all, err := f.dossiers.List()
	if err != nil || len(all) != 1 {
		return err
	}
	return f.openFirst(all[0])
}

// OpenFolder opens the profile in a folder that need not be among those of this
// computer: the one a command line named. A refusal is left to the page.
func (f *Fenetre) OpenFolder(dir string) error {
	d, _, err := ReadDossier(dir)
	if err != nil {
		return err
	}
	return f.openFirst(d)
}

// openFirst opens a profile before the page is there to be refused it.
func (f *Fenetre) openFirst(d Dossier) error {
	_, err := f.openDossier(d)
	f.askPhrase(d, err)
	if ErreurOf(err) != nil {
		return nil
	}
	return err
}

// Close stops everything and closes the profile. What waits to be sent is on
// the disk.
func (f *Fenetre) Close() error {
	err := f.closePoste()
	f.end()
	f.running.Wait()
	return err
}

// current is the open profile, nil when none is.
func (f *Fenetre) current() *Poste {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.poste
}

// openDossier opens a profile in place of the one that was open. One that
// nobody is enrolled in stays open and asks for a login.
func (f *Fenetre) openDossier(d Dossier) (*Poste, error) {
	if p := f.current(); p != nil && p.Dossier().Dir == d.Dir {
		return p, nil
	}
	if err := f.closePoste(); err != nil {
		return nil, err
	}
	p, err := OpenPoste(f.ctx, d, f.ports(), true, f.hear)
	if err != nil {
		return nil, err
	}
	if err := p.Lock("window"); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	f.mu.Lock()
	f.poste, f.synced, f.login, f.scelle, f.heard, f.review, f.notice, f.locks = p, false, nil, nil, Nouvelle{}, -1, "", p.Locked() != nil
	f.mu.Unlock()
	if p.Agent() == "" {
		f.askLogin(d)
		return p, nil
	}
	if err := p.touch(p.label(f.ctx)); err != nil {
		f.cfg.Log.Warn("the profile's description was not written", "profile", d.ID, "error", err.Error())
	}
	f.follow(p)
	return p, nil
}

// ports are those of the program, with the last passphrase given.
func (f *Fenetre) ports() Ports {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.cfg.Ports
	if f.phrase != "" {
		p.Phrase = f.phrase
	}
	return p
}

// givePhrase keeps a passphrase for the next openings, and gives the former.
func (f *Fenetre) givePhrase(phrase string) (former string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	former, f.phrase = f.phrase, phrase
	return former
}

// askPhrase brings the passphrase to the page when that is what err asks for.
func (f *Fenetre) askPhrase(d Dossier, err error) {
	e := ErreurOf(err)
	if e == nil || e.Code != CodePhrase && e.Code != CodeBadPhrase {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scelle = &d
}

func (f *Fenetre) askLogin(d Dossier) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.login = &d
}

// closePoste stops following and closes the open profile, if any.
func (f *Fenetre) closePoste() error {
	f.mu.Lock()
	p, stop := f.poste, f.stop
	f.poste, f.stop, f.login, f.scelle = nil, nil, nil, nil
	f.mu.Unlock()
	if stop != nil {
		stop()
	}
	if p == nil {
		return nil
	}
	return p.Close()
}

// follow keeps the open profile in step with its server, once.
func (f *Fenetre) follow(p *Poste) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.poste != p || f.stop != nil {
		return
	}
	ctx, cancel := context.WithCancel(f.ctx)
	var both sync.WaitGroup
	f.stop = func() {
		cancel()
		both.Wait()
	}
	both.Go(func() { f.others(ctx, p) })
	both.Go(func() {
		if !f.takeSync(ctx, p) {
			return
		}
		err := p.Follow(ctx)
		if _, yes := Condemned(err); yes {
			go f.condemn(p, err)
			return
		}
		if err != nil && ctx.Err() == nil {
			f.cfg.Log.Warn("the exchange stopped", "error", err.Error())
		}
		f.hear(Nouvelle{Health: true})
	})
}

// takeSync waits for the place of who exchanges: a command line may hold it for
// a while.
func (f *Fenetre) takeSync(ctx context.Context, p *Poste) bool {
	const again = 10 * time.Second
	f.mu.Lock()
	mine := f.synced && f.poste == p
	f.mu.Unlock()
	for !mine {
		err := p.Lock("sync")
		if err == nil {
			f.mu.Lock()
			f.synced = f.poste == p
			f.mu.Unlock()
			return true
		}
		if e := store.ErrorOf(err); e == nil || e.Code != store.CodeInUse {
			f.cfg.Log.Error("the place of the exchange", "error", err.Error())
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(again):
		}
	}
	return true
}

// sessionLost brings the login to the page; the agenda may still be opened
// again without it.
func (f *Fenetre) sessionLost(p *Poste) {
	f.askLogin(p.Dossier())
	f.tellProfil()
}

// unfollow stops following, so that it may begin anew.
func (f *Fenetre) unfollow() {
	f.mu.Lock()
	stop := f.stop
	f.stop = nil
	f.mu.Unlock()
	if stop != nil {
		stop()
	}
}

// hear keeps what changed until it is told; it returns at once.
func (f *Fenetre) hear(n Nouvelle) {
	f.mu.Lock()
	f.heard.Changes = append(f.heard.Changes, n.Changes...)
	f.heard.Refs = append(f.heard.Refs, n.Refs...)
	f.heard.Health = f.heard.Health || n.Health
	f.heard.Lock = f.heard.Lock || n.Lock
	f.mu.Unlock()
	signal(f.news)
	if len(n.Refs) > 0 {
		signal(f.arrived)
	}
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// tell emits to the page what was heard, several changes at once counting for
// one.
func (f *Fenetre) tell() {
	for {
		select {
		case <-f.ctx.Done():
			return
		case <-f.news:
		}
		f.mu.Lock()
		p, n := f.poste, f.heard
		f.heard = Nouvelle{}
		f.mu.Unlock()
		if p != nil {
			f.emit(p, n)
		}
	}
}

func (f *Fenetre) emit(p *Poste, n Nouvelle) {
	if n.Lock {
		f.tellProfil()
	}
	if p.Locked() != nil {
		return // what changed is not for now
	}
	changes, refs := n.Changes, n.Refs
	for _, part := range []Nouvelle{{Changes: changes}, {Refs: refs}} {
		if len(part.Changes)+len(part.Refs) == 0 {
			continue
		}
		c, err := p.changement(f.ctx, part)
		if err != nil {
			f.cfg.Log.Error("what changed could not be read", "error", err.Error())
			continue
		}
		f.cfg.Emit(EventChanged, c)
	}
	e, err := p.EtatSync(f.ctx)
	if err != nil {
		f.cfg.Log.Error("the state of the exchange could not be read", "error", err.Error())
		return
	}
	f.cfg.Emit(EventSync, e)
	f.announce(p, e.Review)
}

// announce tells that more waits for a person than before.
func (f *Fenetre) announce(p *Poste, review int) {
	f.mu.Lock()
	more := f.poste == p && f.review >= 0 && review > f.review
	f.review = review
	f.mu.Unlock()
	if more {
		f.cfg.Emit(EventAnnounce, Annonce{"warn", capital(plural(review, "point à revoir", "points à revoir")) + "."})
	}
}

// others notices, every few seconds, what a command line wrote beside this
// window: it is shown, and sent.
func (f *Fenetre) others(ctx context.Context, p *Poste) {
	const often = 5 * time.Second
	tick := time.NewTicker(often)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if f.watchLease(ctx, p) {
			return
		}
		if err := p.noticeOthers(ctx); err != nil && ctx.Err() == nil {
			f.cfg.Log.Error("what others wrote could not be read", "error", err.Error())
		}
	}
}
