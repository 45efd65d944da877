package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/replica"
	"permanence/sync/server/fiction"
)

// measureExchange syncs desktops with a server: the first time, with what was
// done offline, and with nothing new.
func measureExchange(ctx context.Context, dir string, s sizes) ([]result, error) {
	// Of each rdv a desktop gets its row and its busy time, of each usager the
	// fiche and the profil.
	rdvs, usagers := s.rows*26/100, s.rows*23/100
	site, err := startSite(ctx, in(dir, "echange.db"), fiction.Size{Agents: 6, Usagers: usagers, Rdvs: rdvs})
	if err != nil {
		return nil, err
	}
	results, err := exchanges(ctx, dir, site, s)
	return results, errors.Join(err, site.stop())
}

func exchanges(ctx context.Context, dir string, site *site, s sizes) ([]result, error) {
	pulled, bytes := 0, int64(0)
	laps, err := cold(5, func(i int) (lap, error) {
		d, err := newDesktop(ctx, site, in(dir, fmt.Sprintf("premier%d.db", i)))
		if err != nil {
			return lap{}, err
		}
		before, w := d.meter.bytes.Load(), start()
		tally, err := d.replica.Sync(ctx)
		took := w.stop()
		pulled, bytes = tally.Pulled, d.meter.bytes.Load()-before
		return took, errors.Join(err, d.db.Close())
	})
	if err != nil {
		return nil, err
	}
	results := []result{{
		what: fmt.Sprintf("Première synchronisation, %s lignes", thousands(pulled)), laps: laps,
		note: fmt.Sprintf("%s octets sur le réseau, %d par ligne", thousands(int(bytes)), int(bytes)/max(1, pulled)),
	}}
	d, err := newDesktop(ctx, site, in(dir, "poste-echange.db"))
	if err != nil {
		return nil, err
	}
	if _, err := d.replica.Sync(ctx); err != nil {
		return nil, errors.Join(err, d.db.Close())
	}
	for _, measure := range []func(context.Context, *desktop, sizes) (result, error){nothingNew, pushed} {
		r, err := measure(ctx, d, s)
		if err != nil {
			return nil, errors.Join(err, d.db.Close())
		}
		results = append(results, r)
	}
	return results, d.db.Close()
}

// desktop is one profile, connected.
type desktop struct {
	db      *store.DB
	desk    *guichet.Comptoir
	replica *replica.Replica
	meter   *meter
	agent   agenda.AgentID
}

func newDesktop(ctx context.Context, site *site, path string) (*desktop, error) {
	db, err := store.Open(path, profileKey(), store.Options{Kind: store.Desktop})
	if err != nil {
		return nil, err
	}
	m := &meter{}
	account := site.accounts[0]
	key, err := replica.Key(ctx, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	enrolled, err := replica.Login(ctx, m.client(), key, site.url, account.Email, account.Password, "Mesure", "")
	if err == nil {
		err = replica.Keep(ctx, db, site.url, enrolled)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	net, err := replica.NewHTTP(site.url, enrolled.Credential, key, m.client(), func(string) error { return nil })
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	desk := guichet.NewComptoir(db.Desk(), time.Now, newID)
	r := replica.New(db, desk, net, replica.Config{Clock: machineClock{}, Jitter: func() float64 { return 0 }})
	return &desktop{db, desk, r, m, enrolled.Agent.ID}, nil
}

// machineClock is this machine's.
type machineClock struct{}

func (machineClock) Now() time.Time                         { return time.Now() }
func (machineClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// nothingNew exchanges when neither side has anything to say.
func nothingNew(ctx context.Context, d *desktop, s sizes) (result, error) {
	before := d.meter.bytes.Load()
	laps, err := timed(s.runs, func(int) error {
		_, err := d.replica.Sync(ctx)
		return err
	})
	each := int(d.meter.bytes.Load()-before) / (s.runs + 1)
	return result{
		what: "Échange sans rien de nouveau", laps: laps, budget: 3 * time.Millisecond,
		note: fmt.Sprintf("%d octets, en-têtes HTTP compris (budget : 500)", each),
	}, err
}

// pushed books offline, then waits until all is acknowledged.
func pushed(ctx context.Context, d *desktop, s sizes) (result, error) {
	made, err := d.material(ctx)
	if err != nil {
		return result{}, err
	}
	var written []lap
	laps, err := cold(3, func(round int) (lap, error) {
		for i := range s.commands {
			w := start()
			if _, err := d.desk.Do(ctx, guichet.Proposal{Args: made.booking(round*s.commands + i), AcceptAll: true}, d.agent); err != nil {
				return lap{}, err
			}
			written = append(written, w.stop())
		}
		w := start()
		tally, err := d.replica.Sync(ctx)
		took := w.stop()
		if err == nil && (tally.Pushed != s.commands || tally.Refused > 0) {
			err = fmt.Errorf("%d commands pushed, %d refused, of %d", tally.Pushed, tally.Refused, s.commands)
		}
		return took, err
	})
	offline := result{laps: written}
	return result{
		what: fmt.Sprintf("%s rdv pris hors ligne, jusqu’à l’accusé de réception", thousands(s.commands)), laps: laps, budget: 150 * time.Millisecond,
		note: fmt.Sprintf("chacun avait été enregistré sur le poste en %s (médiane)", inMS(offline.at(0.5))),
	}, err
}

// material is what bookings are made of.
type material struct {
	motif   *agenda.Motif
	lieu    *agenda.Lieu
	agent   agenda.AgentID
	usagers []*agenda.Usager
}

func (d *desktop) material(ctx context.Context) (material, error) {
	m := material{agent: d.agent}
	err := d.db.Read(ctx, func(v *store.View) error {
		orgs, err := v.Organisations()
		if err != nil {
			return err
		}
		for _, o := range orgs {
			for _, r := range v.Records(agenda.NounMotif, string(o.ID)) {
				m.motif = r.(*agenda.Motif)
			}
			for _, r := range v.Records(agenda.NounLieu, string(o.ID)) {
				m.lieu = r.(*agenda.Lieu)
			}
		}
		m.usagers, err = v.SearchUsagers("a", nil, 200)
		return err
	})
	if err == nil && (m.motif == nil || m.lieu == nil || len(m.usagers) == 0) {
		err = errors.New("nothing to book with")
	}
	return m, err
}

// booking is the i-th: five-minute rdvs one after the other, from next year on.
func (m material) booking(i int) *agenda.BookRdv {
	day := time.Now().UTC().Truncate(24*time.Hour).AddDate(1, 0, i/100)
	start := day.Add(8*time.Hour + time.Duration(i%100)*5*time.Minute)
	return &agenda.BookRdv{
		Rdv: agenda.RdvID(newID()), Organisation: m.motif.Organisation, Motif: m.motif.ID, Lieu: m.lieu.ID, Start: start, End: start.Add(5 * time.Minute),
		Zone: m.lieu.Zone, Agents: []agenda.AgentID{m.agent}, Participations: []agenda.Participation{{Usager: m.usagers[i%len(m.usagers)].ID}},
	}
}
