package server

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/replica"
)

// poste is a desktop of an agent: a real file, a real counter, a real replica
// over HTTP.
type poste struct {
	m       *monde
	agent   agenda.AgentID
	db      *store.DB
	counter *guichet.Comptoir
	client  *http.Client
	net     *replica.HTTP
	replica *replica.Replica

	mu      sync.Mutex
	renewed []string // credentials that replaced the first
	mended  []replica.Mended
}

type horlogePoste struct{ *horloge }

func (horlogePoste) After(d time.Duration) <-chan time.Time { return time.After(d) }

// newPoste enrols a desktop at home: without a password.
func (m *monde) newPoste(agent agenda.AgentID) *poste {
	m.t.Helper()
	db, err := store.Open(filepath.Join(m.t.TempDir(), "poste.db"), nil, store.Options{Kind: store.Desktop})
	if err != nil {
		m.t.Fatal(err)
	}
	p := &poste{m: m, agent: agent, db: db, counter: guichet.NewComptoir(db.Desk(), m.clock.Now, newID), client: &http.Client{Transport: &http.Transport{}}}
	m.t.Cleanup(func() {
		p.client.CloseIdleConnections()
		db.Close()
	})
	p.enrol("")
	return p
}

// enrol gives the profile a device of the server: the one it names, or a new one.
func (p *poste) enrol(device string) {
	p.m.t.Helper()
	credential, d, last, err := p.m.srv.Place(context.Background(), p.agent, "Guichet", device)
	if err != nil {
		p.m.t.Fatal(err)
	}
	e := replica.Enrolled{Credential: credential, Device: d.ID, LastN: last}
	e.Agent.ID = p.agent
	if err := replica.Keep(context.Background(), p.db, p.m.url, e); err != nil {
		p.m.t.Fatal(err)
	}
	p.connect(p.m.url)
}

// connect makes the replica anew, as a program that starts does; it keeps only
// what the profile's file holds.
func (p *poste) connect(url string) {
	p.m.t.Helper()
	var line replica.Known
	p.read(func(v *store.View) error {
		var err error
		line, err = replica.Line(v)
		return err
	})
	key, err := replica.Key(context.Background(), p.db)
	if err != nil {
		p.m.t.Fatal(err)
	}
	net, err := replica.NewHTTP(url, line.Credential, key, p.client, func(credential string) error {
		p.mu.Lock()
		p.renewed = append(p.renewed, credential)
		p.mu.Unlock()
		return replica.KeepCredential(context.Background(), p.db, credential)
	})
	if err != nil {
		p.m.t.Fatal(err)
	}
	p.net = net
	p.replica = replica.New(p.db, p.counter, net, replica.Config{Clock: horlogePoste{p.m.clock}, Jitter: rand.Float64,
		OnMend: func(m replica.Mended) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.mended = append(p.mended, m)
		}})
}

// sync runs one whole exchange, which must work.
func (p *poste) sync() replica.Tally {
	p.m.t.Helper()
	tally, err := p.replica.Sync(p.m.t.Context())
	if err != nil {
		p.m.t.Fatalf("sync: %v", err)
	}
	return tally
}

// follow keeps the desktop in step until the test ends, or stop is called.
func (p *poste) follow() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := p.replica.Follow(ctx); !errors.Is(err, context.Canceled) {
			p.m.t.Errorf("follow: %v", err)
		}
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
	})
	p.m.t.Cleanup(stop)
	return stop
}

// do queues what the agent asks, warnings accepted.
func (p *poste) do(a agenda.Args) guichet.Proposed {
	p.m.t.Helper()
	done, err := p.counter.Do(context.Background(), guichet.Proposal{Args: a, AcceptAll: true}, p.agent)
	if err != nil {
		p.m.t.Fatalf("%s: %v", a.CommandName(), err)
	}
	return done
}

func (p *poste) read(f func(v *store.View) error) {
	p.m.t.Helper()
	if err := p.db.Read(context.Background(), f); err != nil {
		p.m.t.Fatal(err)
	}
}

// rdv reads one rdv here, nil when there is none.
func (p *poste) rdv(id agenda.RdvID) *agenda.Rdv {
	var r *agenda.Rdv
	p.read(func(v *store.View) error {
		r, _ = agenda.Get[*agenda.Rdv](v, agenda.NounRdv, string(id))
		return nil
	})
	return r
}

// complete reports whether every first copy is whole.
func (p *poste) complete() bool {
	whole := false
	p.read(func(v *store.View) error {
		var err error
		_, whole, err = replica.Standing(v)
		return err
	})
	return whole
}

func (p *poste) pending() int {
	var n int
	p.read(func(v *store.View) error {
		var err error
		n, err = v.CountPending()
		return err
	})
	return n
}

// count gives how many records of a noun are here.
func (p *poste) count(n agenda.Noun) int {
	var all []agenda.Record
	p.read(func(v *store.View) error {
		var err error
		all, err = v.All(n)
		return err
	})
	return len(all)
}

func (p *poste) review() []store.ReviewItem {
	var all []store.ReviewItem
	p.read(func(v *store.View) error {
		var err error
		all, err = v.Review()
		return err
	})
	return all
}
