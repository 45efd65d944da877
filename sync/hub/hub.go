// Package hub is the server's side of push and pull: it runs the commands a
// desktop queued, through the counter and in order, and gives back the rows its
// scopes grant, page by page, each page read in one transaction. It also wakes
// the desktops that listen. It knows nothing of who may ask: access does.
package hub

import (
	"cmp"
	"context"
	"slices"
	"time"

	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/wire"
)

// Hub serves the exchange.
type Hub struct {
	store     Store
	counter   *guichet.Counter
	rights    *rights
	bus       Bus
	now       func() time.Time
	lease     time.Duration
	welcome   func(ctx context.Context, device string) (bool, error)
	pageLines int
	deadline  func(time.Duration) time.Time
}

// Config sets a hub up. PageLines bounds the lines of a page, 1,000 when 0;
// Lease is how long a desktop may go without contact.
type Config struct {
	Now       func() time.Time
	Lease     time.Duration
	PageLines int
	// Welcome tells whether a device that listens is still let in; nil: always.
	Welcome func(ctx context.Context, device string) (bool, error)
	// Deadline gives the machine's own time in d: sockets know no other clock.
	Deadline func(d time.Duration) time.Time
}

// New serves the store through the counter; bus wakes who follows.
func New(s Store, c *guichet.Counter, b Bus, cfg Config) *Hub {
	if cfg.PageLines == 0 {
		cfg.PageLines = 1000
	}
	if cfg.Welcome == nil {
		cfg.Welcome = func(context.Context, string) (bool, error) { return true, nil }
	}
	return &Hub{store: s, counter: c, rights: newRights(), bus: b, now: cfg.Now, lease: cfg.Lease, welcome: cfg.Welcome, pageLines: cfg.PageLines, deadline: cfg.Deadline}
}

// Exchange runs what req pushes, then calls send with the frames of the
// answer, in order, a page at a time. It returns ErrForked or ErrForeign when
// nothing was done, an error of send when the line is cut, any other error when
// the server failed: what was committed before stays, and is answered again.
func (h *Hub) Exchange(ctx context.Context, d Device, req wire.Request, send func([]wire.Frame) error) error {
	if err := h.push(ctx, d, req); err != nil {
		return err
	}
	f := newFollower(d, req)
	if err := h.hello(ctx, f, req.Hello, send); err != nil {
		return err
	}
	ask, err := h.catchUp(ctx, f, send)
	if err != nil {
		return err
	}
	return send([]wire.Frame{{T: wire.TypeEnd, End: &wire.End{Scopes: ask}}})
}

// Live sends the same frames as they come, until ctx ends, send fails, or the
// device must ask anew: it is welcome no more, or has to list its scopes (nil:
// its next request is told). idle is called when nothing came for ping.
func (h *Hub) Live(ctx context.Context, d Device, req wire.Request, ping time.Duration, send func([]wire.Frame) error, idle func() error) error {
	wake, stop := h.bus.Follow()
	defer stop()
	f := newFollower(d, req)
	if err := h.hello(ctx, f, req.Hello, send); err != nil {
		return err
	}
	for {
		if ok, err := h.welcome(ctx, d.ID); err != nil || !ok {
			return err
		}
		if ask, err := h.catchUp(ctx, f, send); err != nil || ask {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
		case <-time.After(ping):
			if err := idle(); err != nil {
				return err
			}
		}
	}
}

// hello opens an answer. It names the territoires of which there is news.
func (h *Hub) hello(ctx context.Context, f *follower, hello wire.Hello, send func([]wire.Frame) error) error {
	next, err := h.meet(ctx, f.device, hello)
	if err != nil {
		return err
	}
	s := &wire.ServerHello{Protocol: wire.Protocol, Schema: wire.Schema, Clock: h.now().UTC().Truncate(time.Second), LeaseS: int64(h.lease / time.Second), Next: next}
	err = h.store.Read(ctx, func(v *store.View) error {
		held, err := h.rights.of(v, f.device.Agent)
		for _, t := range territoires(held) {
			head, headErr := v.Head(t)
			if err = cmp.Or(err, headErr); err != nil {
				return err
			}
			if c := f.cursors[t]; c.Epoch != head.Epoch || c.Number != head.Number {
				s.Heads = append(s.Heads, wire.Head{Territoire: t, Epoch: head.Epoch, Number: head.Number})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return send([]wire.Frame{{T: wire.TypeHello, Server: s}})
}

// catchUp sends pages until every territoire is at its head. ask tells that one
// stays where it was until the desktop lists its scopes.
func (h *Hub) catchUp(ctx context.Context, f *follower, send func([]wire.Frame) error) (ask bool, err error) {
	for {
		var pages []page
		err := h.store.Read(ctx, func(tx *store.View) error {
			var err error
			pages, err = h.pages(tx, f)
			return err
		})
		if err != nil {
			return false, err
		}
		more := false
		for _, p := range pages {
			more, ask = more || p.more, ask || p.ask
			if len(p.frames) == 0 {
				continue
			}
			if err := send(p.frames); err != nil {
				return false, err
			}
		}
		if !more {
			return ask, nil
		}
	}
}

// pages reads one page of each territoire the agent holds scopes in, or still
// has a cursor for: withdrawn rights are told too.
func (h *Hub) pages(tx *store.View, f *follower) ([]page, error) {
	held, err := h.rights.of(tx, f.device.Agent)
	if err != nil {
		return nil, err
	}
	ids := territoires(held)
	for t := range f.cursors {
		if !slices.Contains(ids, t) {
			ids = append(ids, t)
		}
	}
	slices.Sort(ids)
	var all []page
	for _, t := range ids {
		p, err := h.next(tx, f, t, scopesIn(held, t))
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if len(ids) > 0 {
		return all, nil
	}
	b := &builder{tx: tx} // an agent without any right left still hears what became of their commands
	err = b.outcomes(f)
	return []page{{frames: b.frames}}, err
}
