package main

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/replica"
)

// live makes k edits, 40 ms apart, on a desktop that follows its server, and
// tells how long each took to be in the file of another one.
func live(ctx context.Context, url, dir string, k int) (figures, error) {
	here, err := open(ctx, url, filepath.Join(dir, "a"))
	if err != nil {
		return nil, err
	}
	defer here.db.Close()
	there, err := open(ctx, url, filepath.Join(dir, "b"))
	if err != nil {
		return nil, err
	}
	defer there.db.Close()
	w := &waiting{began: map[agenda.RdvID]time.Time{}, due: map[agenda.RdvID]time.Time{}, db: there.db}
	if err := follow(ctx, here, there, func(ctx context.Context) error { return edits(ctx, here, there, w, k) }); err != nil {
		return nil, err
	}
	return w.figures(), nil
}

// follow runs f while both desktops follow their server.
func follow(ctx context.Context, a, b *desktop, f func(context.Context) error) error {
	for _, d := range []*desktop{a, b} {
		if _, err := d.replica.Sync(ctx); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	for _, d := range []*desktop{a, b} {
		done.Go(func() { _ = d.replica.Follow(ctx) }) // it ends with ctx, and says so
	}
	err := f(ctx)
	cancel()
	done.Wait()
	return err
}

func edits(ctx context.Context, here, there *desktop, w *waiting, k int) error {
	time.Sleep(1500 * time.Millisecond) // both streams are open by then
	rdvs, err := here.movable(ctx, k)
	if err != nil {
		return err
	}
	there.hear(w.look)
	for _, r := range rdvs {
		w.expect(r.ID, r.Start.Add(time.Hour))
		if err := here.move(ctx, r, time.Hour); err != nil {
			return err
		}
		here.replica.Wake()
		time.Sleep(40 * time.Millisecond)
	}
	for end := time.Now().Add(5 * time.Second); w.left() > 0 && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// waiting are the edits that the other desktop does not hold yet.
type waiting struct {
	db *store.DB

	mu    sync.Mutex
	began map[agenda.RdvID]time.Time
	due   map[agenda.RdvID]time.Time // the start expected
	took  []float64                  // ms
}

func (w *waiting) expect(id agenda.RdvID, start time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.began[id], w.due[id] = time.Now(), start
}

// look reads, in the file, the rdvs that a page changed.
func (w *waiting) look(t replica.Tally) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range t.Changed {
		id := agenda.RdvID(r.ID)
		if r.Noun == agenda.NounRdv && w.arrived(id) {
			w.took = append(w.took, float64(now.Sub(w.began[id]).Microseconds())/1000)
			delete(w.due, id)
		}
	}
}

func (w *waiting) arrived(id agenda.RdvID) bool {
	due, asked := w.due[id]
	if !asked {
		return false
	}
	found := false
	err := w.db.Read(context.Background(), func(v *store.View) error {
		r, ans := agenda.Get[*agenda.Rdv](v, agenda.NounRdv, string(id))
		found = ans == agenda.Yes && r.Start.Equal(due)
		return nil
	})
	return err == nil && found
}

func (w *waiting) left() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.due)
}

var errNone = errors.New("no edit arrived")

func (w *waiting) figures() figures {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.took) == 0 {
		return figures{"error": errNone.Error(), "lost": len(w.due)}
	}
	slices.Sort(w.took)
	at := func(share float64) float64 {
		i := min(len(w.took)-1, int(share*float64(len(w.took))))
		return math.Round(w.took[i]*100) / 100
	}
	return figures{"edits": len(w.took), "min": at(0), "p50": at(0.5), "p99": at(0.99), "max": at(1), "lost": len(w.due)}
}
