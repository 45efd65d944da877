package desktop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/guichet"
	"permanence/app/store"
)

// Poste is one open profile: everything that the window and the command line
// ask of it. Its methods may be called from several goroutines; refusals are
// *agenda.Refusal, or *Erreur for what no rule knows.
type Poste struct {
	ports   Ports
	db      *store.DB
	counter *guichet.Comptoir
	line    Sync
	heard   func(Nouvelle)

	mu       sync.Mutex
	dossier  Dossier
	agent    agenda.AgentID // "" until enrolled
	lastSync time.Time      // as kept on the disk
	lastN    int64          // number of the last command known here
	code     string         // of recovery, "" unless this opening made the key, and once taken
	verrou   string         // the code with which the server turned this desktop away, "" when it did not
	bail     bail
	bailed   bool                          // bail is on the disk
	places   map[string]bool               // taken by Lock
	dropped  map[string][]store.ReviewItem // given up in À revoir, until Close
	formers  map[string]former             // offered by the last history read, by key
}

// Nouvelle tells who shows the profile that something may be out of date.
type Nouvelle struct {
	Changes []agenda.Change // made on this desk
	Refs    []agenda.Ref    // what a page from the server may have changed
	Health  bool            // the line is doing otherwise
	Lock    bool            // the profile may be read no more, or again
}

// Settings of a profile's database.
const (
	settingAgent    = "agent"
	settingLastSync = "last_sync"
)

// OpenPoste opens the profile in a folder, and makes it when there is none yet.
// check reads the whole file first: for a program that stays open. heard is
// told what changes, from any goroutine; it may be nil. An *store.Error tells
// what a person can do about the file. Who opens closes.
func OpenPoste(ctx context.Context, d Dossier, ports Ports, check bool, heard func(Nouvelle)) (*Poste, error) {
	if heard == nil {
		heard = func(Nouvelle) {}
	}
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of a profile: %w", err)
	}
	keys, err := d.coffre().Unlock(ports.gardiens())
	if err != nil {
		return nil, err
	}
	db, err := store.Open(d.Database(), keys.Poste, store.Options{Kind: store.Desktop, Check: check})
	if err != nil {
		return nil, err
	}
	p := &Poste{ports: ports, db: db, dossier: d, heard: heard, code: keys.Code, counter: guichet.NewComptoir(db.Desk(), ports.Now, ports.NewID)}
	if err := p.readSettings(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if code, err := p.doomed(ctx); err != nil || code != "" {
		return nil, p.giveUp(code, err)
	}
	p.line, err = ports.Lines.Open(ctx, Place{
		Dir: d.Dir, Mode: d.Mode, Server: d.Server, Key: keys.Serveur, DB: db, Counter: p.counter, Founds: d.Founds,
		Heard: Heard{
			Applied: func(refs []agenda.Ref) { heard(Nouvelle{Refs: refs}) },
			Health:  func() { heard(Nouvelle{Health: true}) },
			Contact: p.noteContact,
		},
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return p, nil
}

// giveUp closes a profile that is not opened: its copy is to be erased, or err
// says why.
func (p *Poste) giveUp(code string, err error) error {
	if err != nil {
		return errors.Join(err, p.db.Close())
	}
	return p.erase(code)
}

func (p *Poste) readSettings(ctx context.Context) error {
	return p.db.Read(ctx, func(v *store.View) error {
		agent, err := v.Setting(settingAgent)
		if err != nil {
			return err
		}
		p.agent = agenda.AgentID(agent)
		if err := p.readLock(v); err != nil {
			return err
		}
		if p.lastN, err = v.LastN(); err != nil {
			return err
		}
		last, err := v.Setting(settingLastSync)
		if err != nil || last == nil {
			return err
		}
		return p.lastSync.UnmarshalText(last)
	})
}

// Close stops the line and closes the database. Nothing is lost: what waits is
// on the disk.
func (p *Poste) Close() error {
	return errors.Join(p.keepLastSync(context.Background()), p.line.Close(), p.db.Close())
}

// Lock takes one of the two places of a profile, "window" or "sync", until
// Close, or refuses (store.CodeInUse).
func (p *Poste) Lock(name string) error {
	if err := p.db.Lock(name); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.places == nil {
		p.places = map[string]bool{}
	}
	p.places[name] = true
	return nil
}

// RecoveryCode recovers the key of the profile. It is "" but for the opening
// that made the key: it is to be shown then, and is told once.
func (p *Poste) RecoveryCode() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	code := p.code
	p.code = ""
	return code
}

// Agent is whose profile it is, "" until enrolled.
func (p *Poste) Agent() agenda.AgentID {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.agent
}

// Dossier describes the profile.
func (p *Poste) Dossier() Dossier {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dossier
}

// Now is the clock of the program.
func (p *Poste) Now() time.Time { return p.ports.Now() }

// Login enrols the profile, or gives it its session back. It waits for the
// network. It refuses (*Erreur) as Sync.Enrol does.
func (p *Poste) Login(ctx context.Context, who Identifiants) (Enrole, error) {
	d := p.Dossier()
	if who.Server == "" {
		who.Server = d.Server
	}
	who.Agent = p.Agent()
	e, err := p.line.Enrol(ctx, who)
	if err != nil {
		return Enrole{}, err
	}
	if who.Agent != "" && e.Agent != who.Agent {
		return Enrole{}, Refuser(CodeOtherAgent)
	}
	err = p.db.WriteDesk(ctx, func(tx *store.DeskTx) error { return tx.SetSetting(settingAgent, []byte(e.Agent)) })
	if err != nil {
		return Enrole{}, err
	}
	if err := p.welcomed(ctx); err != nil {
		return Enrole{}, err
	}
	d.Server, d.Email, d.Founds = e.Server, who.Email, nil
	d.LastUsed = p.ports.Now().UTC()
	if d.Label == "" {
		d.Label = agentName(e.FirstName, e.LastName)
	}
	p.mu.Lock()
	p.agent, p.dossier = e.Agent, d
	p.mu.Unlock()
	return e, d.Save()
}

func agentName(first, last string) string {
	return (&agenda.Agent{FirstName: first, LastName: last}).Name()
}

// Exchange sends what waits and receives what is new. It waits for the network.
func (p *Poste) Exchange(ctx context.Context) (Bilan, error) {
	b, err := p.line.Exchange(ctx)
	if err != nil {
		return b, p.turned(ctx, err)
	}
	return b, p.keepLastSync(ctx)
}

// Follow keeps the profile in step until ctx ends.
func (p *Poste) Follow(ctx context.Context) error { return p.turned(ctx, p.line.Follow(ctx)) }

// keepLastSync remembers the last exchange beyond this program.
func (p *Poste) keepLastSync(ctx context.Context) error {
	last := p.line.Status().LastSync
	p.mu.Lock()
	before := p.lastSync
	news := last.After(before)
	if news {
		p.lastSync = last
	}
	p.mu.Unlock()
	if !news || p.db.ReadOnly() {
		return nil
	}
	text, err := last.UTC().MarshalText()
	if err != nil {
		return err
	}
	return p.db.WriteDesk(ctx, func(tx *store.DeskTx) error {
		if err := noteReturn(tx, before, last); err != nil {
			return err
		}
		return tx.SetSetting(settingLastSync, text)
	})
}

// known notes the number of a command of this program.
func (p *Poste) known(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastN = max(p.lastN, n)
}

// noticeOthers tells who shows the profil, and the line, that another program
// wrote commands in it.
func (p *Poste) noticeOthers(ctx context.Context) error {
	var n int64
	err := p.db.Read(ctx, func(v *store.View) error {
		var err error
		n, err = v.LastN()
		return err
	})
	if err != nil {
		return err
	}
	p.mu.Lock()
	news := n > p.lastN
	p.lastN = max(p.lastN, n)
	p.mu.Unlock()
	if !news {
		return nil
	}
	var any []agenda.Ref
	for _, noun := range []agenda.Noun{agenda.NounRdv, agenda.NounUsager, agenda.NounPlage, agenda.NounAbsence} {
		any = append(any, agenda.Ref{Noun: noun})
	}
	p.heard(Nouvelle{Refs: any})
	p.line.Wake()
	return nil
}

// touch notes that the profile was opened, and what it shows in the list.
func (p *Poste) touch(label string) error {
	p.mu.Lock()
	p.dossier.LastUsed = p.ports.Now().UTC()
	if label != "" {
		p.dossier.Label = label
	}
	d := p.dossier
	p.mu.Unlock()
	return d.Save()
}

// Etat is where the profile stands.
type Etat struct {
	Server  string
	Agent   agenda.AgentID
	Line    Ligne
	Pending int        // commands not answered yet
	Refused int        // that wait in À revoir
	Review  int        // cases of À revoir, refused ones included
	Last    time.Time  // of the last exchange that ended well; zero before the first
	Zone    civil.Zone // on whose walls the agent reads hours
	Numbers map[agenda.TerritoireID]int64
	Sealed  bool
}

// Status tells where the profile stands, without the network.
func (p *Poste) Status(ctx context.Context) (Etat, error) {
	d := p.Dossier()
	e := Etat{Server: d.Server, Agent: p.Agent(), Line: p.line.Status(), Numbers: map[agenda.TerritoireID]int64{}, Sealed: p.db.Sealed()}
	p.mu.Lock()
	e.Last = p.lastSync
	p.mu.Unlock()
	if e.Line.LastSync.After(e.Last) {
		e.Last = e.Line.LastSync
	}
	err := p.read(ctx, func(l *lecture) error {
		var err error
		if e.Pending, err = l.CountPending(); err != nil {
			return err
		}
		cases, err := l.cases()
		if err != nil {
			return err
		}
		e.Review = len(cases)
		for _, c := range cases {
			if c.Kind == caseRefused {
				e.Refused++
			}
		}
		e.Zone = l.homeZone()
		cursors, err := l.Cursors()
		for _, c := range cursors {
			e.Numbers[c.Territoire] = c.Number
		}
		return err
	})
	return e, err
}
