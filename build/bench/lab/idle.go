package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"permanence/app/store"
	"permanence/sync/replica"
	"permanence/sync/wire"
)

// perDevice is how many streams one device opens: enrolling is a login, which is
// slow on purpose, and a server keeps the same for each stream.
const perDevice = 100

// idle opens k live streams of desktops that are up to date and keeps them. For
// each line of its input they are closed and opened again; it ends with it.
func idle(ctx context.Context, url, dir string, k int) (figures, error) {
	lines, err := newStreams(ctx, url, dir, k)
	if err != nil {
		return nil, err
	}
	for input := bufio.NewScanner(os.Stdin); ; {
		began := time.Now()
		stop, err := lines.open(ctx, k)
		if err != nil {
			return nil, err
		}
		said := json.NewEncoder(os.Stdout).Encode(figures{"connected": k, "ms": time.Since(began).Milliseconds()})
		more := input.Scan()
		stop()
		if said != nil || !more {
			return figures{"errors": lines.failed.Load()}, said
		}
	}
}

// streams are the lines of a few devices, each with the same question.
type streams struct {
	nets   []*replica.HTTP
	asks   []wire.Request
	failed atomic.Int64 // lines that ended before they were told to
}

func newStreams(ctx context.Context, url, dir string, k int) (*streams, error) {
	s := &streams{}
	for i := range (k + perDevice - 1) / perDevice {
		d, err := open(ctx, url, filepath.Join(dir, fmt.Sprint(i)))
		if err != nil {
			return nil, err
		}
		_, err = d.replica.Sync(ctx)
		var ask wire.Request
		if err == nil {
			ask, err = d.standing(ctx)
		}
		if err := errors.Join(err, d.db.Close()); err != nil {
			return nil, err
		}
		net, err := d.line(url, &http.Client{Transport: &http.Transport{}})
		if err != nil {
			return nil, err
		}
		s.nets, s.asks = append(s.nets, net), append(s.asks, ask)
	}
	return s, nil
}

// standing is the question of a desktop that has everything.
func (d *desktop) standing(ctx context.Context) (wire.Request, error) {
	ask := wire.Request{Hello: wire.Hello{Protocol: wire.Protocol, Schema: wire.Schema, Clock: time.Now().UTC()}}
	err := d.db.Read(ctx, func(v *store.View) error {
		cursors, err := v.Cursors()
		for _, c := range cursors {
			at := wire.Cursor{Territoire: c.Territoire, Epoch: c.Epoch, Number: c.Number, Hash: wire.HashScopes(c.Scopes)}
			if err := json.Unmarshal(c.Loading, &at); err != nil {
				return err
			}
			ask.Cursors = append(ask.Cursors, at)
		}
		return err
	})
	return ask, err
}

// open opens k lines, sixteen at a time, and gives what closes them all.
func (s *streams) open(ctx context.Context, k int) (stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	stop = func() { cancel(); running.Wait() }
	slots, opened := make(chan struct{}, 16), make(chan error, k)
	for i := range k {
		slots <- struct{}{}
		running.Go(func() {
			var once sync.Once
			up := func(err error) { once.Do(func() { opened <- err; <-slots }) }
			n := i % len(s.nets)
			err := s.nets[n].Live(ctx, s.asks[n], func(wire.Frame) error { up(nil); return nil }, func() {})
			if ctx.Err() == nil {
				s.failed.Add(1)
				err = errors.Join(errors.New("a live stream ended"), err)
			}
			up(err)
		})
	}
	for range k {
		if err := <-opened; err != nil {
			stop()
			return nil, err
		}
	}
	return stop, nil
}
