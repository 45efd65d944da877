package replica

import (
	"context"
	"errors"
	"time"

	"permanence/sync/wire"
)

const (
	firstWait   = time.Second
	longestWait = 5 * time.Minute
	// helloWait is how long a live stream may stay silent before it is given up
	// for polling: a proxy is holding it back.
	helloWait = 5 * time.Second
	// silence is three pings without a sign of life.
	silence = 45 * time.Second
	// pollEvery is the fallback where no live stream passes.
	pollEvery = 5 * time.Second
)

// Wake asks for an exchange now: something was queued, or the network is back.
// It never blocks.
func (r *Replica) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Follow keeps the profile in step until ctx ends: an exchange at each wake,
// the live stream in between, back-off with full jitter when the line is down.
func (r *Replica) Follow(ctx context.Context) error {
	wait := firstWait
	for ctx.Err() == nil {
		_, err := r.Sync(ctx)
		switch {
		case errors.Is(err, ErrForked), errors.Is(err, ErrRefused):
			return err
		case err != nil:
			r.pause(ctx, time.Duration(r.jitter()*float64(wait)))
			wait = min(2*wait, longestWait)
			continue
		}
		wait = firstWait
		if lived := r.live(ctx); !lived {
			r.pause(ctx, pollEvery)
		}
	}
	return ctx.Err()
}

// pause waits, or less when woken.
func (r *Replica) pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-r.wake:
	case <-r.clock.After(d):
	}
}

// live listens until something has to be pushed or the stream ends. It tells
// whether the server was heard: if not, polling is what is left.
func (r *Replica) live(ctx context.Context) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, left, err := r.request(ctx)
	if err != nil || left || len(req.Commands) > 0 {
		return true // something was queued meanwhile: push it first
	}
	heard := make(chan struct{}, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.listen(ctx, req, func() { signal(heard) })
	}()
	lived := r.watch(ctx, heard, done)
	cancel()
	<-done
	return lived
}

// watch ends at a wake, at the end of the stream, or when it stays silent.
func (r *Replica) watch(ctx context.Context, heard, done <-chan struct{}) bool {
	lived, patience := false, helloWait
	for {
		select {
		case <-ctx.Done():
			return true
		case <-r.wake:
			return true
		case <-done:
			return lived
		case <-heard:
			lived, patience = true, silence
		case <-r.clock.After(patience):
			return lived
		}
	}
}

// listen applies the pages of one live stream.
func (r *Replica) listen(ctx context.Context, req wire.Request, alive func()) {
	var tally Tally
	p := &pager{r: r, tally: &tally}
	// The stream ends with the line or with ctx; either way the next exchange
	// tells the truth, so that its error needs no other answer.
	_ = r.net.Live(ctx, req, func(f wire.Frame) error {
		alive()
		r.one.Lock()
		defer r.one.Unlock()
		return p.frame(ctx, f)
	}, alive)
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
