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
	// compareEvery is how long a live stream may last before an exchange compares
	// both sides.
	compareEvery = time.Hour
	// pollWait is how long a server is asked to wait for news where no live stream
	// passes, and pollLimit how long its answer may take.
	pollWait  = 25 * time.Second
	pollLimit = 40 * time.Second
	// pollEvery is the fallback where nobody waits.
	pollEvery = 5 * time.Second
	// roundsWithout is how many of those come before a live stream is tried again.
	roundsWithout = 40
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
// Where a proxy holds the stream back the server is asked to wait for news, and
// where it does not wait it is asked again every few seconds.
func (r *Replica) Follow(ctx context.Context) error {
	wait, without := firstWait, 0
	for ctx.Err() == nil {
		_, err := r.Sync(ctx)
		switch {
		case errors.Is(err, ErrForked), errors.Is(err, ErrRefused):
			return err
		case err != nil:
			r.pause(ctx, max(r.jittered(wait), askedWait(err)))
			wait = min(2*wait, longestWait)
			continue
		}
		wait = firstWait
		if without > 0 {
			without--
			r.poll(ctx)
			continue
		}
		switch r.live(ctx) {
		case ended: // its server restarts, perhaps: not everybody at once
			r.pause(ctx, r.jittered(firstWait))
		case silent:
			without = roundsWithout
		}
	}
	return ctx.Err()
}

// jittered is anything up to d.
func (r *Replica) jittered(d time.Duration) time.Duration {
	return time.Duration(r.jitter() * float64(d))
}

// askedWait is how long a server or a proxy asked to be left alone.
func askedWait(err error) time.Duration {
	if answer, ok := errors.AsType[*Answered](err); ok {
		return min(answer.Wait, longestWait)
	}
	return 0
}

// pause waits, or less when woken.
func (r *Replica) pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-r.wake:
	case <-r.clock.After(d):
	}
}

// lived is how a live stream came to its end.
type lived int

const (
	woken  lived = iota // something has to be pushed, or the program stops
	ended               // the line was cut, or the server closed it
	silent              // nothing passes: polling is what is left
)

// live listens until something has to be pushed or the stream ends.
func (r *Replica) live(ctx context.Context) lived {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	q, err := r.standing(ctx)
	if err != nil || q.left || len(q.Commands) > 0 {
		return woken // something was queued meanwhile: push it first
	}
	heard := make(chan struct{}, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.listen(ctx, q.Request, func() { signal(heard) })
	}()
	how := r.watch(ctx, heard, done)
	cancel()
	<-done
	return how
}

// poll asks the server to answer when there is news. It ends with the answer, at
// a wake, or, when nobody waited, after pollEvery.
func (r *Replica) poll(ctx context.Context) {
	q, err := r.standing(ctx)
	if err != nil || q.left || len(q.Commands) > 0 {
		return
	}
	q.Hello.WaitS = int(pollWait / time.Second)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began := r.clock.Now()
	var tally Tally
	p := &pager{r: r, tally: &tally, spoke: q.Hello.Schema}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.net.Exchange(ctx, q.Request, r.between(ctx, p, func() {})) // as for listen
	}()
	select {
	case <-r.wake:
	case <-ctx.Done():
	case <-done:
		waited := r.clock.Now().Sub(began).Abs() >= pollWait/2
		if tally.Pulled == 0 && !(p.ended && waited) {
			r.pause(ctx, pollEvery)
		}
	case <-r.clock.After(pollLimit):
		r.pause(ctx, pollEvery)
	}
	cancel()
	<-done
}

// between applies the frames of one answer, one after the other with those of
// any exchange; alive is called at each.
func (r *Replica) between(ctx context.Context, p *pager, alive func()) func(wire.Frame) error {
	return func(f wire.Frame) error {
		alive()
		r.one.Lock()
		defer r.one.Unlock()
		return p.frame(ctx, f)
	}
}

// standing reads what this desktop holds, between two exchanges.
func (r *Replica) standing(ctx context.Context) (question, error) {
	r.one.Lock()
	defer r.one.Unlock()
	return r.request(ctx, asking{})
}

// watch ends at a wake, at the end of the stream, or when it stays silent.
func (r *Replica) watch(ctx context.Context, heard, done <-chan struct{}) lived {
	end, patience, began := silent, helloWait, r.clock.Now()
	for {
		select {
		case <-ctx.Done():
			return woken
		case <-r.wake:
			return woken
		case <-done:
			if len(heard) > 0 {
				return ended
			}
			return end
		case <-heard:
			end, patience = ended, silence
			if r.clock.Now().Sub(began) >= compareEvery {
				return woken
			}
		case <-r.clock.After(patience):
			return end
		}
	}
}

// listen applies the pages of one live stream.
func (r *Replica) listen(ctx context.Context, req wire.Request, alive func()) {
	var tally Tally
	p := &pager{r: r, tally: &tally, spoke: req.Hello.Schema}
	// The stream ends with the line or with ctx; either way the next exchange
	// tells the truth, so that its error needs no other answer.
	_ = r.net.Live(ctx, req, r.between(ctx, p, alive), alive)
}

// networkEvery is how often the addresses of the computer are looked at.
const networkEvery = 3 * time.Second

// WakeWithNetwork asks for an exchange as soon as the computer's addresses are
// others: a cable plugged in, another Wi-Fi, a VPN. It returns when ctx ends.
func (r *Replica) WakeWithNetwork(ctx context.Context, addresses func() string) {
	before := addresses()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.clock.After(networkEvery):
		}
		if now := addresses(); now != before {
			before = now
			r.Wake()
		}
	}
}

func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
