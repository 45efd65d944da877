package replica

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/wire"
)

// followed runs Follow until the test ends; err gives how it ended.
func (b *bureau) followed() (err func() error, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.replica.Follow(ctx) }()
	ended := sync.OnceValue(func() error { return <-done })
	b.t.Cleanup(func() {
		cancel()
		ended()
	})
	return ended, cancel
}

// While the line is down, the wait doubles up to five minutes, and any part of
// it may be drawn.
func TestBackOff(t *testing.T) {
	for _, jitter := range []float64{0, 0.5, 0.999} {
		b := newBureau(t)
		b.replica.jitter = func() float64 { return jitter }
		b.line.answers = []func(wire.Request) ([]wire.Frame, error){fails(errDown)}
		b.followed()
		bound := time.Second
		for i := range 12 {
			w := b.clock.next(t)
			if want := time.Duration(jitter * float64(bound)); w.d != want {
				t.Errorf("jitter %v, wait %d: %v, want %v", jitter, i, w.d, want)
			}
			bound = min(2*bound, 5*time.Minute)
			w.fire <- monday()
		}
		if h := b.replica.Health(); h.Online || h.Err != "network" {
			t.Errorf("health %+v", h)
		}
	}
}

// A line that comes back starts the waits again from the shortest.
func TestBackOffStartsAgain(t *testing.T) {
	b := newBureau(t)
	b.line.live = func(context.Context, func(wire.Frame) error, func()) error { return errDown }
	up := answers(b.mark(1))
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){fails(errDown), fails(errDown), up, fails(errDown)}
	b.line.asked = nil
	b.followed()
	for i, want := range []time.Duration{500 * time.Millisecond, time.Second} {
		w := b.clock.next(t)
		if w.d != want {
			t.Errorf("wait %d: %v, want %v", i, w.d, want)
		}
		w.fire <- monday()
	}
	for { // the live stream fails at once; then polling, which fails
		w := b.clock.next(t)
		if w.d == 500*time.Millisecond {
			return
		}
		if w.d != helloWait && w.d != pollEvery {
			t.Fatalf("waits %v", w.d)
		}
		w.fire <- monday()
	}
}

// What the server asks for is respected, and no more than five minutes.
func TestAskedToWait(t *testing.T) {
	for asked, want := range map[time.Duration]time.Duration{time.Minute: time.Minute, time.Hour: 5 * time.Minute, 0: 500 * time.Millisecond} {
		b := newBureau(t)
		b.line.answers = []func(wire.Request) ([]wire.Frame, error){fails(&Answered{Status: http.StatusServiceUnavailable, Code: "failure", Wait: asked})}
		b.followed()
		if w := b.clock.next(t); w.d != want {
			t.Errorf("asked %v: waits %v, want %v", asked, w.d, want)
		}
		if h := b.replica.Health(); h.Err != "server" {
			t.Errorf("health %+v", h)
		}
	}
}

// Wake ends a wait at once.
func TestWake(t *testing.T) {
	b := newBureau(t)
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){fails(errDown)}
	b.followed()
	b.clock.next(t)
	before := b.line.count()
	b.replica.Wake()
	b.clock.next(t)
	if n := b.line.count() - before; n != 1 {
		t.Errorf("%d exchanges", n)
	}
}

// A proxy that holds the stream back: five seconds, then the server is asked to
// wait; one that does not wait is asked again every five seconds.
func TestSilentStreamIsPolled(t *testing.T) {
	b := newBureau(t)
	b.gives(b.mark(1))
	lives := 0
	b.line.live = func(ctx context.Context, _ func(wire.Frame) error, _ func()) error {
		lives++
		<-ctx.Done()
		return ctx.Err()
	}
	b.followed()
	if w := b.clock.next(t); w.d != helloWait {
		t.Fatalf("patience %v", w.d)
	} else {
		w.fire <- monday()
	}
	for round := range 3 {
		for w := b.clock.next(t); ; w = b.clock.next(t) {
			if w.d == pollEvery {
				if b.line.last().Hello.WaitS == 0 {
					t.Errorf("round %d: the server was not asked to wait", round)
				}
				w.fire <- monday()
				break
			}
			if w.d != pollLimit {
				t.Fatalf("round %d: waits %v", round, w.d)
			}
		}
	}
	if lives != 1 {
		t.Errorf("%d streams", lives)
	}
}

// An answer that took too long is given up, and the stream is tried again after
// a while.
func TestPollThatHangs(t *testing.T) {
	b := newBureau(t)
	whole := answers(b.mark(1))
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){func(req wire.Request) ([]wire.Frame, error) {
		if req.Hello.WaitS > 0 {
			<-hang
			return nil, errDown
		}
		return whole(req)
	}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.replica.poll(context.Background())
	}()
	w := b.clock.next(t)
	if w.d != pollLimit {
		t.Fatalf("waits %v", w.d)
	}
	w.fire <- monday()
	if w := b.clock.next(t); w.d != pollEvery {
		t.Fatalf("then %v", w.d)
	} else {
		w.fire <- monday()
	}
	hang <- struct{}{}
	<-done
}

// The network that comes back is noticed at once.
func TestWakesWithTheNetwork(t *testing.T) {
	b := newBureau(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var address atomic.Value
	address.Store("")
	go b.replica.WakeWithNetwork(ctx, func() string { return address.Load().(string) })
	b.clock.next(t).fire <- monday()
	w := b.clock.next(t)
	if len(b.replica.wake) != 0 {
		t.Error("woken by nothing")
	}
	address.Store("192.0.2.7")
	w.fire <- monday()
	select {
	case <-b.replica.wake:
	case <-time.After(30 * time.Second):
		t.Error("not woken")
	}
}

// A stream that was heard and falls silent, or is cut, is asked for again, not
// by everybody at once.
func TestStreamThatEnds(t *testing.T) {
	t.Run("three pings missed", func(t *testing.T) {
		b := newBureau(t)
		b.gives(b.mark(1))
		b.line.live = func(ctx context.Context, _ func(wire.Frame) error, alive func()) error {
			alive()
			<-ctx.Done()
			return ctx.Err()
		}
		b.followed()
		if w := b.clock.next(t); w.d != helloWait {
			t.Errorf("patience %v", w.d)
		}
		w := b.clock.next(t)
		if w.d != silence {
			t.Errorf("then %v", w.d)
		}
		w.fire <- monday()
		if w := b.clock.next(t); w.d != firstWait/2 {
			t.Errorf("asks again after %v", w.d)
		}
	})
	t.Run("cut at once, again and again", func(t *testing.T) {
		b := newBureau(t)
		b.gives(b.mark(1))
		b.line.live = func(_ context.Context, _ func(wire.Frame) error, alive func()) error {
			alive()
			return errDown
		}
		before := b.line.count()
		b.followed()
		for range 3 {
			for w := b.clock.next(t); ; w = b.clock.next(t) {
				if w.d == firstWait/2 {
					w.fire <- monday()
					break
				}
			}
		}
		if n := b.line.count() - before; n > 4 {
			t.Errorf("%d exchanges in three waits", n)
		}
	})
}

// What calls for a person ends the following.
func TestFollowEnds(t *testing.T) {
	for _, end := range []error{ErrForked, ErrRefused} {
		b := newBureau(t)
		b.line.answers = []func(wire.Request) ([]wire.Frame, error){fails(fmt.Errorf("exchange: %w", end))}
		err, _ := b.followed()
		if got := err(); !errors.Is(got, end) {
			t.Errorf("Follow = %v, want %v", got, end)
		}
	}
	b := newBureau(t)
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){fails(errDown)}
	err, stop := b.followed()
	b.clock.next(t)
	stop()
	if got := err(); !errors.Is(got, context.Canceled) {
		t.Errorf("Follow = %v", got)
	}
}

// Pages of the live stream and exchanges asked for by hand come one after the
// other, and the cursor never goes back.
func TestSyncBesideALivePage(t *testing.T) {
	b := newBureau(t)
	var head atomic.Int64
	head.Store(1)
	answer := func(req wire.Request) ([]wire.Frame, error) {
		n := head.Add(1)
		lieu := agenda.Clone(b.records()[4].(*agenda.Lieu))
		lieu.Name, lieu.Revision = fmt.Sprintf("Lieu %d", n), n
		return answers(b.page(n, lieu)...)(req)
	}
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){answer}
	ctx, cancel := context.WithCancel(t.Context())
	b.line.live = func(ctx context.Context, frame func(wire.Frame) error, alive func()) error {
		for range 50 {
			frames, err := answer(wire.Request{})
			if err != nil {
				return err
			}
			for _, f := range frames[1 : len(frames)-1] {
				if err := frame(f); err != nil {
					return err
				}
			}
		}
		cancel()
		return nil
	}
	var all sync.WaitGroup
	var lowest atomic.Int64
	all.Go(func() {
		if err := b.replica.Follow(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("follow: %v", err)
		}
	})
	all.Go(func() {
		for range 50 {
			if _, err := b.replica.Sync(t.Context()); err != nil {
				t.Errorf("sync: %v", err)
			}
			if n := b.number(); n < lowest.Swap(n) {
				t.Errorf("went back to %d", n)
			}
		}
	})
	all.Wait()
	if n := b.number(); n != head.Load() {
		t.Errorf("number %d of %d", n, head.Load())
	}
}
