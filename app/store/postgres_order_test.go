package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/app/store/storetest/pgtest"
)

// opening gives several DBs on one new PostgreSQL database, as several server
// processes have.
func opening(t testing.TB, cluster *pgtest.Cluster, n int) []*store.DB {
	t.Helper()
	address := cluster.Address(cluster.Database(t))
	all := make([]*store.DB, n)
	for i := range all {
		all[i] = closing(t)(store.Open(address, nil, store.Options{Kind: store.Server}))
	}
	return all
}

// numbered commits one change under the next number of a territoire.
func numbered(db *store.DB, t agenda.TerritoireID, who string) (int64, error) {
	var n int64
	err := db.WriteServer(ctx, func(tx *store.ServerTx) error {
		about := agenda.Command{Args: &agenda.AddRecord{Body: []byte(`{"territoire":"` + t + `"}`)}}
		if err := tx.Hold(about); err != nil {
			return err
		}
		u := agent(who)
		if err := tx.Put(u); err != nil {
			return err
		}
		var err error
		if n, err = tx.Draw(t); err != nil {
			return err
		}
		return errors.Join(tx.Feed(guichet.FeedLine{Territoire: t, Number: n, Scope: "conf:x", Ref: agenda.RefOf(u), In: true}),
			tx.Journal(guichet.JournalLine{Territoire: t, Number: n, Ref: agenda.RefOf(u), Kind: guichet.KindBorn, At: time.Unix(1, 0)}))
	})
	return n, err
}

// polling follows a territoire as a desktop does, and tells what it missed: a
// number that it never saw because a later one was there first.
type polling struct {
	db   *store.DB
	t    agenda.TerritoireID
	at   int64
	seen int
}

func (p *polling) look() error {
	return p.db.Read(ctx, func(v *store.View) error {
		lines, err := v.JournalSince(p.t, p.at, 1000)
		if err != nil {
			return err
		}
		page, err := v.FeedAfter(p.t, []agenda.Scope{"conf:x"}, p.at, 1000)
		if err != nil {
			return err
		}
		if len(page.Lines) != len(lines) {
			return fmt.Errorf("after number %d the journal has %d lines and the feed %d", p.at, len(lines), len(page.Lines))
		}
		for _, l := range lines {
			if l.Number != p.at+1 {
				return fmt.Errorf("after number %d came %d", p.at, l.Number)
			}
			p.at, p.seen = l.Number, p.seen+1
		}
		return nil
	})
}

// TestReaderMissesNothing: eight writers in four processes, a reader who polls
// without pause; every number comes once, in order, and none is missing.
//
// It can fail: with the number drawn from a plain sequence (SELECT nextval) and
// nothing held, the reader met "after number 5 came 7", "after number 14 came
// 16", "after number 160 came 164"… on each of five runs: the later one was
// committed while the earlier was still being written.
func TestReaderMissesNothing(t *testing.T) {
	const writers, commits = 8, 40
	dbs := opening(t, pgtest.Shared(t), 5)
	territoire := agenda.TerritoireID(agenda.DeriveID(nil, "t"))
	if _, err := numbered(dbs[0], territoire, "first"); err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	failed := make(chan error, writers)
	for w := range writers {
		running.Go(func() {
			for c := range commits {
				if _, err := numbered(dbs[w%4], territoire, fmt.Sprint(w, " ", c)); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { running.Wait(); close(done) }()
	p := &polling{db: dbs[4], t: territoire}
	for busy := true; busy; {
		select {
		case <-done:
			busy = false
		default:
		}
		if err := p.look(); err != nil {
			t.Fatal(err)
		}
	}
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	if p.seen != writers*commits+1 {
		t.Errorf("%d numbers seen, want %d", p.seen, writers*commits+1)
	}
}

// away tells a reading that was cut: whoever reads asks again.
func away(err error) bool {
	e := store.ErrorOf(err)
	return e != nil && e.Code == store.CodeUnreachable
}

// TestRestarts: PostgreSQL stops at once, as in a crash, and comes back, while
// several processes write and one reads. What was acknowledged is there once,
// numbers are dense, and no writer met an error.
func TestRestarts(t *testing.T) {
	cluster, err := pgtest.Start() // its own: others go on meanwhile
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	dbs := opening(t, cluster, 3)
	territoire := agenda.TerritoireID(agenda.DeriveID(nil, "t"))
	stop := make(chan struct{})
	var running sync.WaitGroup
	acknowledged := make([][]int64, 4)
	for w := range acknowledged {
		running.Go(func() {
			for c := 0; ; c++ {
				select {
				case <-stop:
					return
				default:
				}
				n, err := numbered(dbs[w%2], territoire, fmt.Sprint(w, " ", c))
				if err != nil {
					t.Errorf("a writer met %v", err)
					return
				}
				acknowledged[w] = append(acknowledged[w], n)
			}
		})
	}
	p := &polling{db: dbs[2], t: territoire}
	for range 3 {
		for began := p.at; p.at < began+20 && !t.Failed(); { // it works before it is stopped
			if err := p.look(); err != nil && !away(err) {
				t.Fatal(err)
			}
		}
		if err := errors.Join(cluster.Down("immediate"), cluster.Up()); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	running.Wait()
	if err := p.look(); err != nil {
		t.Fatal(err)
	}
	met := map[int64]bool{}
	for _, all := range acknowledged {
		for _, n := range all {
			if met[n] {
				t.Errorf("number %d was acknowledged twice", n)
			}
			met[n] = true
		}
	}
	if int64(len(met)) != p.at {
		t.Errorf("%d acknowledged, %d there", len(met), p.at)
	}
}
