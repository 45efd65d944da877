// Package replica is the desktop's side of the sync: it pushes what the desk
// queued, pulls what the scopes grant, and keeps the visible rows equal to the
// server's images with the pending commands run on top. It never decides; the
// desktop's counter does, through Replayer.
package replica

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

// Replica syncs one profile with one server.
type Replica struct {
	store   Store
	counter Replayer
	net     Transport
	clock   Clock
	jitter  func() float64 // uniform in [0, 1)
	onApply func(Tally)    // after each page that is in; may be nil
	changed func()         // when Health may answer something else; may be nil
	contact func(there time.Time, lease time.Duration)

	onMend func(Mended) // what was found to differ; may be nil
	schema int          // of the records here
	forms  wire.Chain

	// Of one exchange at a time:
	audited time.Time // when the rows were last read against what is held
	stuck   map[agenda.TerritoireID]stuckAt
	speaks  int  // schema of the next request: the older of both, as far as is known
	form    int  // schema of the answer being read: that of its request, or an older server's
	behind  bool // a command has no words in it: the server has to be upgraded

	mu     sync.Mutex
	health Health
	wake   chan struct{}
	one    sync.Mutex // one exchange at a time: pages are strictly serial
}

// Config sets a replica up. Jitter gives numbers in [0, 1) for the back-off.
type Config struct {
	Clock   Clock
	Jitter  func() float64
	OnApply func(Tally)
	// OnHealth is called when Health may answer something else; it returns at once.
	OnHealth func()
	// OnContact is called each time the server lets this desktop in, with its
	// clock and how long the copy may be read from now on; nil: nobody asks.
	OnContact func(there time.Time, lease time.Duration)
	// OnMend is told of rows that were not what had been sent, by id; may be nil.
	OnMend func(Mended)
	// Schema and Forms are wire's own when 0: a test brings others.
	Schema int
	Forms  wire.Chain
}

// New syncs the store over the transport.
func New(s Store, r Replayer, t Transport, cfg Config) *Replica {
	if cfg.Schema == 0 {
		cfg.Schema, cfg.Forms = wire.Schema, wire.Conversions()
	}
	return &Replica{store: s, counter: r, net: t, clock: cfg.Clock, jitter: cfg.Jitter, onApply: cfg.OnApply, changed: cfg.OnHealth, contact: cfg.OnContact,
		onMend: cfg.OnMend, stuck: map[agenda.TerritoireID]stuckAt{}, schema: cfg.Schema, forms: cfg.Forms, speaks: cfg.Schema, form: cfg.Schema, wake: make(chan struct{}, 1)}
}

// Health is what the window shows of the sync.
type Health struct {
	Online   bool
	Since    time.Time     // of the present state; zero before the first try
	LastSync time.Time     // end of the last whole exchange
	Skew     time.Duration // desktop's clock less the server's, when last heard
	Err      string        // last failure, as a code: "network", "refused", "forked", "server", "upgrade_server"
	Mended   int           // records that were not what had been sent, and were sent again, since the start
	Stuck    bool          // they still differ
}

// Health gives the present state.
func (r *Replica) Health() Health {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.health
}

// The failures that call for a person.
var (
	ErrForked  = errors.New("device forked")
	ErrRefused = errors.New("session refused")
)

// Sync runs whole exchanges until nothing is left to push. The tally counts
// what they brought; a failure leaves what was applied before it.
func (r *Replica) Sync(ctx context.Context) (Tally, error) {
	r.one.Lock()
	defer r.one.Unlock()
	var tally Tally
	err := r.exchanges(ctx, &tally)
	if errors.Is(err, ErrForked) {
		err = errors.Join(err, noteForked(ctx, r.store))
	}
	r.noteResult(err)
	return tally, err
}

func (r *Replica) exchanges(ctx context.Context, tally *Tally) error {
	if err := r.audit(ctx); err != nil {
		return err
	}
	m := &mender{before: map[agenda.TerritoireID]stuckAt{}}
	var a asking
	for {
		p, err := r.exchange(ctx, a, tally)
		if errors.Is(err, errElsewhere) && !a.again {
			if err := r.offerAgain(ctx, p.next); err != nil {
				return err
			}
			a = asking{again: true}
			continue
		}
		if err != nil {
			return err
		}
		reload, err := r.outgrown(ctx)
		if err != nil {
			return err
		}
		if reload || p.older {
			a = asking{}
			continue
		}
		if a.list && p.asked {
			return fmt.Errorf("%w: asked again for what it was told", wire.ErrTruncated)
		}
		next, err := r.mend(ctx, m, p)
		if err != nil || !p.left && !p.asked && next == nil {
			return err
		}
		a = asking{list: p.asked, mending: next}
	}
}

// asking is what one exchange asks for beside what it pushes.
type asking struct {
	list    bool // every scope is shown
	again   bool // what a restored server may have lost was queued again
	mending *mending
}

// exchange pushes one batch and pulls to the end. The pager tells how it ended.
func (r *Replica) exchange(ctx context.Context, a asking, tally *Tally) (*pager, error) {
	q, err := r.request(ctx, a)
	p := &pager{r: r, tally: tally, first: q.first, pending: q.pending, left: q.left, spoke: q.Hello.Schema, pushes: len(q.Commands)}
	if err != nil {
		return p, err
	}
	if err := r.net.Exchange(ctx, q.Request, func(f wire.Frame) error { return p.frame(ctx, f) }); err != nil {
		return p, p.rest(ctx, err)
	}
	switch {
	case !p.ended:
		return p, p.rest(ctx, wire.ErrTruncated)
	case p.elsewhere:
		return p, errElsewhere
	}
	return p, nil
}

func (r *Replica) noteHello(h wire.ServerHello) {
	if r.contact != nil {
		r.contact(h.Clock, time.Duration(h.LeaseS)*time.Second)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.health.Skew = r.clock.Now().Sub(h.Clock)
}

// noteResult keeps what the window shows.
func (r *Replica) noteResult(err error) {
	if r.changed != nil {
		defer r.changed()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	online := err == nil
	if online != r.health.Online || r.health.Since.IsZero() {
		r.health.Since = now
	}
	r.health.Online, r.health.Err = online, failure(err)
	if online && r.behind {
		r.health.Err = "upgrade_server"
	}
	if online {
		r.health.LastSync = now
	}
}

func failure(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrForked):
		return "forked"
	case errors.Is(err, ErrRefused):
		return "refused"
	}
	if a, ok := errors.AsType[*Answered](err); ok && a.Code != "" {
		return "server"
	}
	return "network"
}

// Standing tells, without asking the server, what this desktop holds: the
// number of each territoire, and whether every first copy is whole.
func Standing(v *store.View) (numbers map[agenda.TerritoireID]int64, complete bool, err error) {
	cursors, err := readCursors(v)
	numbers, complete = map[agenda.TerritoireID]int64{}, len(cursors) > 0
	for t, c := range cursors {
		numbers[t] = c.Number
		complete = complete && len(c.Loading) == 0
	}
	return numbers, complete, err
}

// Progress tells how many rows of the first copies are here, of how many in all
// the server announced: about, and 0 of 0 when nothing is being loaded.
func Progress(v *store.View) (done, total int, err error) {
	places, err := readPlaces(v)
	for _, p := range places {
		done, total = done+min(p.Got, p.Expected), total+p.Expected
	}
	return done, total, err
}
