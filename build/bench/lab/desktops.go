package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/app/store/seal"
	"permanence/sync/replica"

	"golang.org/x/sync/errgroup"
)

// desktop is one profile, connected. It counts what it was given.
type desktop struct {
	db      *store.DB
	desk    *guichet.Comptoir
	replica *replica.Replica
	agent   agenda.AgentID
	line    func(url string, client *http.Client) (*replica.HTTP, error) // one more, of the same device

	mu    sync.Mutex
	heard func(replica.Tally) // told of each page that is in
}

// profileKey seals the files of desktops, as those of profiles are.
func profileKey() []byte { return bytes.Repeat([]byte{1}, seal.KeySize) }

// open makes a fresh profile in a folder and enrols it.
func open(ctx context.Context, url, dir string) (*desktop, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	db, err := store.Open(filepath.Join(dir, "poste.db"), profileKey(), store.Options{Kind: store.Desktop})
	if err != nil {
		return nil, err
	}
	d := &desktop{db: db}
	if err := d.connect(ctx, url); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return d, nil
}

func (d *desktop) connect(ctx context.Context, url string) error {
	client := &http.Client{Transport: &http.Transport{}}
	key, err := replica.Key(ctx, d.db)
	if err != nil {
		return err
	}
	enrolled, err := replica.Login(ctx, client, key, url, labEmail, labPassword, "Mesure", "")
	if err != nil {
		return err
	}
	if err := replica.Keep(ctx, d.db, url, enrolled); err != nil {
		return err
	}
	d.line = func(url string, client *http.Client) (*replica.HTTP, error) {
		return replica.NewHTTP(url, enrolled.Credential, key, client, func(string) error { return nil })
	}
	net, err := d.line(url, client)
	if err != nil {
		return err
	}
	d.agent = enrolled.Agent.ID
	d.desk = guichet.NewComptoir(d.db.Desk(), time.Now, newID)
	d.replica = replica.New(d.db, d.desk, net, replica.Config{Clock: machineClock{}, Jitter: func() float64 { return 0 }, OnApply: d.applied})
	return nil
}

func (d *desktop) applied(t replica.Tally) {
	d.mu.Lock()
	heard := d.heard
	d.mu.Unlock()
	if heard != nil {
		heard(t)
	}
}

func (d *desktop) hear(f func(replica.Tally)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.heard = f
}

// machineClock is this machine's.
type machineClock struct{}

func (machineClock) Now() time.Time                         { return time.Now() }
func (machineClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// rdvs gives those held here, by id.
func (d *desktop) rdvs(ctx context.Context) ([]*agenda.Rdv, error) {
	var all []*agenda.Rdv
	err := d.db.Read(ctx, func(v *store.View) error {
		records, err := v.All(agenda.NounRdv)
		for _, r := range records {
			all = append(all, r.(*agenda.Rdv))
		}
		return err
	})
	return all, err
}

// pull fetches everything once: rows are the rdvs held, records all there is.
// usable_ms is when this week and the next were whole.
func pull(ctx context.Context, url, dir string) (figures, error) {
	d, err := open(ctx, url, dir)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	var usable time.Duration
	d.hear(func(replica.Tally) {
		if usable == 0 && d.usable(ctx) {
			usable = time.Since(began)
		}
	})
	_, before := usage()
	tally, err := d.replica.Sync(ctx)
	ms := time.Since(began)
	if err != nil {
		return nil, errors.Join(err, d.db.Close())
	}
	rss, after := usage()
	rdvs, err := d.rdvs(ctx)
	return figures{"ms": ms.Milliseconds(), "rows": len(rdvs), "records": tally.Pulled, "usable_ms": usable.Milliseconds(), "sync_cpu_s": after - before,
		"sync_rss_kb": rss}, errors.Join(err, d.db.Close())
}

// usable reports whether this week and the next are whole: every first copy
// under way has come to what follows them.
func (d *desktop) usable(ctx context.Context) bool {
	near := true
	err := d.db.Read(ctx, func(v *store.View) error {
		cursors, err := v.Cursors()
		near = near && len(cursors) > 0
		for _, c := range cursors {
			var left struct{ Loading []struct{ Phase int } }
			if err := json.Unmarshal(c.Loading, &left); err != nil {
				return err
			}
			for _, l := range left.Loading {
				near = near && l.Phase > store.PhaseNear
			}
		}
		return err
	})
	return err == nil && near
}

// push moves k rdvs offline, each in a transaction of its own, then exchanges
// until every one is acknowledged and the server's rows are here.
func push(ctx context.Context, url, dir string, k int) (figures, error) {
	d, err := open(ctx, url, dir)
	if err != nil {
		return nil, err
	}
	f, err := d.push(ctx, k)
	return f, errors.Join(err, d.db.Close())
}

func (d *desktop) push(ctx context.Context, k int) (figures, error) {
	if _, err := d.replica.Sync(ctx); err != nil {
		return nil, err
	}
	rdvs, err := d.movable(ctx, k)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	for i := range k { // once more around when fewer can be moved
		if err := d.move(ctx, rdvs[i%len(rdvs)], time.Hour); err != nil {
			return nil, err
		}
	}
	edit := time.Since(began)
	began = time.Now()
	tally, err := d.replica.Sync(ctx)
	ms := time.Since(began)
	if err == nil && (tally.Pushed != k || tally.Refused > 0) {
		err = fmt.Errorf("%d commands pushed, %d refused, of %d", tally.Pushed, tally.Refused, k)
	}
	return figures{"edit_ms": edit.Milliseconds(), "ms": ms.Milliseconds(), "pushed": tally.Pushed}, err
}

// movable gives k rdvs that stand, fewer when there are not as many.
func (d *desktop) movable(ctx context.Context, k int) ([]*agenda.Rdv, error) {
	rdvs, err := d.rdvs(ctx)
	rdvs = slices.DeleteFunc(rdvs, func(r *agenda.Rdv) bool { return r.Cancelled() || r.Status != agenda.StatusUnknown })
	if err == nil && len(rdvs) == 0 {
		err = errors.New("no rdv to move")
	}
	return rdvs[:min(k, len(rdvs))], err
}

// move puts an rdv later, whatever warns.
func (d *desktop) move(ctx context.Context, r *agenda.Rdv, by time.Duration) error {
	from := r.Slot()
	r.Start, r.End = r.Start.Add(by), r.End.Add(by)
	_, err := d.desk.Do(ctx, guichet.Proposal{Args: &agenda.MoveRdv{Rdv: r.ID, From: from, To: r.Slot()}, AcceptAll: true}, d.agent)
	return err
}

// many fetches everything to k fresh desktops at once.
func many(ctx context.Context, url, dir string, k int) (figures, error) {
	desks := make([]*desktop, k)
	for i := range desks {
		d, err := open(ctx, url, filepath.Join(dir, fmt.Sprint(i)))
		if err != nil {
			return nil, err
		}
		defer d.db.Close()
		desks[i] = d
	}
	each := make([]int64, k)
	g, ctx := errgroup.WithContext(ctx)
	for i, d := range desks {
		g.Go(func() error {
			began := time.Now()
			_, err := d.replica.Sync(ctx)
			each[i] = time.Since(began).Milliseconds()
			return err
		})
	}
	return figures{"each_ms": each}, g.Wait()
}

// enrol makes k desktops that ask for nothing: what a login costs by itself.
func enrol(ctx context.Context, url, dir string, k int) (figures, error) {
	for i := range k {
		d, err := open(ctx, url, filepath.Join(dir, fmt.Sprint(i)))
		if err != nil {
			return nil, err
		}
		if err := d.db.Close(); err != nil {
			return nil, err
		}
	}
	return figures{"enrolled": k}, nil
}
