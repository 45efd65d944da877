package soak

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/journey/programs"
	"permanence/sync/replica"
)

// poste is a desktop: its own file, its counter, its replica over HTTP, and
// beside it the list of what the server acknowledged.
type poste struct {
	m       *monde
	account account
	agent   agenda.AgentID
	db      *store.DB
	counter *guichet.Comptoir
	client  *http.Client
	replica *replica.Replica
	told    *os.File

	motif *agenda.Motif
	lieu  agenda.LieuID
	who   []agenda.UsagerID
	mine  map[agenda.RdvID]bool // what it booked

	passed, failed atomic.Int64 // exchanges
}

type horloge struct{}

func (horloge) Now() time.Time                         { return time.Now() }
func (horloge) After(d time.Duration) <-chan time.Time { return time.After(d) }

// newPoste connects a new profile to the server and fills it.
func (m *monde) newPoste(i int) *poste { return m.newPosteAt(i, m.addr()) }

// newPosteAt connects it through another address.
func (m *monde) newPosteAt(i int, addr string) *poste { return m.newPosteIn(i, addr, m.t.TempDir()) }

// newPosteIn keeps its database in a folder; the list of what was acknowledged
// has its own.
func (m *monde) newPosteIn(i int, addr, dir string) *poste {
	m.t.Helper()
	db, err := store.Open(filepath.Join(dir, "poste.db"), nil, store.Options{Kind: store.Desktop})
	if err != nil {
		m.t.Fatal(err)
	}
	told, err := os.Create(filepath.Join(m.t.TempDir(), "acquittes"))
	if err != nil {
		m.t.Fatal(err)
	}
	p := &poste{m: m, account: m.accounts[i], db: db, client: &http.Client{Transport: &http.Transport{}}, told: told, mine: map[agenda.RdvID]bool{},
		counter: guichet.NewComptoir(db.Desk(), time.Now, newID)}
	m.t.Cleanup(func() {
		p.client.CloseIdleConnections()
		if err := errors.Join(db.Close(), told.Close()); err != nil {
			m.t.Error(err)
		}
	})
	p.enter("http://" + addr)
	p.inStep()
	p.look()
	return p
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func (p *poste) enter(base string) {
	p.m.t.Helper()
	ctx := context.Background()
	key, err := replica.Key(ctx, p.db)
	if err != nil {
		p.m.t.Fatal(err)
	}
	e, err := replica.Login(ctx, p.client, key, base, p.account.Email, p.account.Password, "Poste", "")
	if err == nil {
		err = replica.Keep(ctx, p.db, base, e)
	}
	if err != nil {
		p.m.t.Fatal(err)
	}
	p.agent = e.Agent.ID
	net, err := replica.NewHTTP(base, e.Credential, key, p.client, func(credential string) error {
		return replica.KeepCredential(ctx, p.db, credential)
	})
	if err != nil {
		p.m.t.Fatal(err)
	}
	p.replica = replica.New(p.db, p.counter, net, replica.Config{Clock: horloge{}, Jitter: rand.Float64})
}

// look picks what its rdvs are made of.
func (p *poste) look() {
	p.m.t.Helper()
	err := p.db.Read(context.Background(), func(v *store.View) error {
		motifs, err := v.All(agenda.NounMotif)
		if err != nil {
			return err
		}
		lieux, err := v.All(agenda.NounLieu)
		if err != nil {
			return err
		}
		for _, r := range motifs {
			if m := r.(*agenda.Motif); !m.Archived && !m.Collectif && m.Place == agenda.PlacePublicOffice {
				p.motif = m
			}
		}
		for _, r := range lieux {
			if l := r.(*agenda.Lieu); p.motif != nil && l.Organisation == p.motif.Organisation {
				p.lieu = l.ID
			}
		}
		usagers, err := v.All(agenda.NounUsager)
		for _, r := range usagers {
			p.who = append(p.who, r.(*agenda.Usager).ID)
		}
		return err
	})
	if err != nil || p.motif == nil || p.lieu == "" || len(p.who) == 0 {
		p.m.t.Fatalf("%s has nothing to work with: %v", p.account.Email, err)
	}
}

// book queues one rdv of next week or later, half an hour after the last one.
func (p *poste) book() agenda.RdvID {
	p.m.t.Helper()
	id, err := p.tryBook()
	if err != nil {
		p.m.t.Errorf("book: %v", err)
	}
	return id
}

func (p *poste) tryBook() (agenda.RdvID, error) {
	start := time.Now().UTC().Truncate(30*time.Minute).AddDate(0, 0, 7).Add(time.Duration(len(p.mine)) * 30 * time.Minute)
	id := agenda.RdvID(newID())
	_, err := p.counter.Do(context.Background(), guichet.Proposal{AcceptAll: true, Args: &agenda.BookRdv{
		Rdv: id, Organisation: p.motif.Organisation, Motif: p.motif.ID, Lieu: p.lieu, Start: start, End: start.Add(30 * time.Minute), Zone: "Europe/Paris",
		Agents: []agenda.AgentID{p.agent}, Participations: []agenda.Participation{{Usager: p.who[len(p.mine)%len(p.who)]}},
	}}, p.agent)
	if err == nil {
		p.mine[id] = true
	}
	return id, err
}

// mostWaiting bounds what an agent books while the line is down.
const mostWaiting = 100

// work books and syncs until stop; what the server acknowledged is written down.
func (p *poste) work(stop <-chan struct{}) {
	var waiting []agenda.RdvID
	for {
		select {
		case <-stop:
			p.sayPending(waiting)
			return
		default:
		}
		for range rand.IntN(4) {
			if len(waiting) < mostWaiting {
				waiting = append(waiting, p.book())
			}
		}
		if _, err := p.replica.Sync(context.Background()); err == nil {
			p.acknowledge(waiting)
			waiting = nil
			p.passed.Add(1)
		} else {
			p.failed.Add(1)
		}
	}
}

// sayPending leaves for the end what nobody acknowledged yet.
func (p *poste) sayPending(ids []agenda.RdvID) {
	p.m.t.Logf("%s: %d not acknowledged when the line fell", p.account.Email, len(ids))
}

// acknowledge writes ids to the disk, and only then returns.
func (p *poste) acknowledge(ids []agenda.RdvID) {
	for _, id := range ids {
		fmt.Fprintln(p.told, id) // Sync tells a full disk
	}
	if err := p.told.Sync(); err != nil {
		p.m.t.Errorf("note what was acknowledged: %v", err)
	}
}

// inStep syncs until it works.
func (p *poste) inStep() {
	p.m.t.Helper()
	var err error
	for end := time.Now().Add(programs.Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if _, err = p.replica.Sync(context.Background()); err == nil {
			return
		}
	}
	p.m.t.Fatalf("%s never got in step: %v", p.account.Email, err)
}

// inventory lists what the desktop holds.
func (p *poste) inventory() store.Inventory {
	p.m.t.Helper()
	var held store.Inventory
	err := p.db.Read(context.Background(), func(v *store.View) error {
		var err error
		held, err = v.Inventory(p.agent)
		return err
	})
	if err != nil {
		p.m.t.Fatal(err)
	}
	return held
}

// idsOf lists what a desktop booked.
func idsOf(p *poste) []agenda.RdvID { return slices.Collect(maps.Keys(p.mine)) }

// allThere looks for every rdv that was acknowledged, and every one booked.
func (p *poste) allThere(db *store.DB) {
	p.m.t.Helper()
	text, err := os.Open(p.told.Name())
	if err != nil {
		p.m.t.Fatal(err)
	}
	defer text.Close()
	acknowledged, booked := 0, 0
	err = db.Read(context.Background(), func(v *store.View) error {
		for s := bufio.NewScanner(text); s.Scan(); acknowledged++ {
			if _, ans := agenda.Get[*agenda.Rdv](v, agenda.NounRdv, s.Text()); ans != agenda.Yes {
				p.m.t.Errorf("%s: rdv %s was acknowledged and is lost", p.account.Email, s.Text())
			}
		}
		all, err := v.All(agenda.NounRdv)
		for _, r := range all {
			if p.mine[r.(*agenda.Rdv).ID] {
				booked++
			}
		}
		return err
	})
	if err != nil {
		p.m.t.Fatal(err)
	}
	if acknowledged == 0 || booked != len(p.mine) {
		p.m.t.Errorf("%s booked %d, %d acknowledged, the server has %d", p.account.Email, len(p.mine), acknowledged, booked)
	}
}

// working runs desktops until stop is called, which waits for them.
func working(postes []*poste) (stop func()) {
	end := make(chan struct{})
	var wg sync.WaitGroup
	for _, p := range postes {
		wg.Go(func() { p.work(end) })
	}
	return func() {
		close(end)
		wg.Wait()
	}
}
