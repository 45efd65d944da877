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

	"permanence/app/agenda"
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
	welcome   func(ctx context.Context, device string) (bool, error)
	heard     func(tx *store.ServerTx, d Device, told []wire.Told) error
	differs   func(d Device, t agenda.TerritoireID, parts int)
	sums      *sums
	schema    int
	forms     wire.Chain
	pageLines int
	packers   packers
	deadline  func(time.Duration) time.Time
	after     func(time.Duration) <-chan time.Time
}

// Config sets a hub up. PageLines bounds the lines of a page, 1,000 when 0.
type Config struct {
	Now       func() time.Time
	PageLines int
	// Welcome tells whether a device that listens is still let in; nil: always.
	Welcome func(ctx context.Context, device string) (bool, error)
	// Deadline gives the machine's own time in d: sockets know no other clock.
	Deadline func(d time.Duration) time.Time
	// Heard takes in what mail said before this server was restored, as a desktop
	// saw it, in the transaction that comes before its commands; nil: nothing.
	Heard func(tx *store.ServerTx, d Device, told []wire.Told) error
	// Differs is called when a desktop shows that it holds other rows than it was
	// sent; they are sent again. nil: nobody is told.
	Differs func(d Device, t agenda.TerritoireID, parts int)
	// Schema and Forms are wire's own when 0: a test brings others.
	Schema int
	Forms  wire.Chain
}

// New serves the store through the counter; bus wakes who follows.
func New(s Store, c *guichet.Counter, b Bus, cfg Config) *Hub {
	if cfg.PageLines == 0 {
		cfg.PageLines = 1000
	}
	if cfg.Welcome == nil {
		cfg.Welcome = func(context.Context, string) (bool, error) { return true, nil }
	}
	if cfg.Heard == nil {
		cfg.Heard = func(*store.ServerTx, Device, []wire.Told) error { return nil }
	}
	if cfg.Differs == nil {
		cfg.Differs = func(Device, agenda.TerritoireID, int) {}
	}
	if cfg.Schema == 0 {
		cfg.Schema, cfg.Forms = wire.Schema, wire.Conversions()
	}
	return &Hub{store: s, counter: c, rights: newRights(), sums: newSums(), bus: b, schema: cfg.Schema, forms: cfg.Forms,
		now: cfg.Now, after: time.After, deadline: cfg.Deadline, pageLines: cfg.PageLines,
		welcome: cfg.Welcome, heard: cfg.Heard, differs: cfg.Differs}
}

// Exchange runs what req pushes, then calls send with the frames of the
// answer, in order, a page at a time. A desktop whose cursor is of another epoch
// and that has not queued again what may be missing here (Hello.Again) is told
// so, and nothing more is done. It returns ErrForked or ErrForeign when nothing
// was done, an error of send when the line is cut, any other error when the
// server failed: what was committed before stays, and is answered again.
func (h *Hub) Exchange(ctx context.Context, d Device, req wire.Request, send func([]wire.Frame) error) error {
	elsewhere, err := h.elsewhere(ctx, req)
	if err != nil {
		return err
	}
	f := h.newFollower(d, req)
	send = h.formed(f, send)
	if elsewhere && !req.Hello.Again {
		if err := h.hello(ctx, f, req.Hello, elsewhere, send); err != nil {
			return err
		}
		return send([]wire.Frame{{T: wire.TypeEnd, End: &wire.End{}}})
	}
	if err := h.take(ctx, d, req, elsewhere); err != nil {
		return err
	}
	wake, stop := h.bus.Follow()
	defer stop()
	if err := h.hello(ctx, f, req.Hello, false, send); err != nil {
		return err
	}
	end, err := h.catchUp(ctx, f, send)
	if err == nil && req.Hello.WaitS > 0 && !end.told && !end.ask {
		end, err = h.await(ctx, f, wake, time.Duration(req.Hello.WaitS)*time.Second, send)
	}
	if err != nil {
		return err
	}
	return send([]wire.Frame{{T: wire.TypeEnd, End: &wire.End{Scopes: end.ask, Digests: end.digests}}})
}

// elsewhere reports whether a cursor is of another history than this server's.
func (h *Hub) elsewhere(ctx context.Context, req wire.Request) (bool, error) {
	other := false
	err := h.store.Read(ctx, func(v *store.View) error {
		for _, c := range req.Cursors {
			head, err := v.Head(c.Territoire)
			if err != nil {
				return err
			}
			other = other || c.Epoch != head.Epoch
		}
		return nil
	})
	return other, err
}

// take runs what a desktop brings. What mail said before a restoration is known
// before the commands that would say it again, and noted once they have run.
func (h *Hub) take(ctx context.Context, d Device, req wire.Request, elsewhere bool) error {
	if req.Hello.Schema > h.schema {
		return nil // a newer desktop reads in hello what this server understands
	}
	if !elsewhere || len(req.Told) == 0 {
		return h.push(ctx, d, req)
	}
	if err := h.store.WriteServer(ctx, func(tx *store.ServerTx) error { return h.heard(tx, d, req.Told) }); err != nil {
		return err
	}
	if err := h.push(ctx, d, req); err != nil {
		return err
	}
	return h.store.WriteServer(ctx, func(tx *store.ServerTx) error { return h.noteRecus(tx, req.Told) })
}

// await waits for news, wait at most; what wakes it may be for somebody else.
func (h *Hub) await(ctx context.Context, f *follower, wake <-chan struct{}, wait time.Duration, send func([]wire.Frame) error) (ending, error) {
	limit := h.after(wait)
	for {
		select {
		case <-ctx.Done():
			return ending{}, ctx.Err()
		case <-limit:
			return h.catchUp(ctx, f, send)
		case <-wake:
			if end, err := h.catchUp(ctx, f, send); err != nil || end.told || end.ask {
				return end, err
			}
		}
	}
}

// Live sends the same frames as they come, until ctx ends, send fails, or the
// device must ask anew: it is welcome no more, its history is another one, or
// it has to list its scopes (nil: its next request is told). idle is called
// when nothing came for ping.
func (h *Hub) Live(ctx context.Context, d Device, req wire.Request, ping time.Duration, send func([]wire.Frame) error, idle func() error) error {
	wake, stop := h.bus.Follow()
	defer stop()
	f := h.newFollower(d, req)
	send = h.formed(f, send)
	elsewhere, err := h.elsewhere(ctx, req)
	if err != nil {
		return err
	}
	if err := h.hello(ctx, f, req.Hello, elsewhere, send); err != nil || elsewhere {
		return err
	}
	for {
		if ok, err := h.welcome(ctx, d.ID); err != nil || !ok {
			return err
		}
		if end, err := h.catchUp(ctx, f, send); err != nil || end.ask {
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
func (h *Hub) hello(ctx context.Context, f *follower, hello wire.Hello, elsewhere bool, send func([]wire.Frame) error) error {
	next, err := h.meet(ctx, f.device, hello)
	if err != nil {
		return err
	}
	s := &wire.ServerHello{Protocol: wire.Protocol, Schema: h.schema, Elsewhere: elsewhere, Clock: h.now().UTC().Truncate(time.Second), Next: next}
	err = h.store.Read(ctx, func(v *store.View) error {
		s.Heads = nil // read again, perhaps
		held, err := h.rights.of(v, f.device.Agent)
		for _, t := range held.territoires() {
			head, headErr := v.Head(t)
			if err = cmp.Or(err, headErr); err != nil {
				return err
			}
			if c := f.cursors[t]; c.Epoch != head.Epoch || c.Number != head.Number {
				s.Heads = append(s.Heads, wire.Head{Territoire: t, Epoch: head.Epoch, Number: head.Number})
			}
		}
		s.LeaseS = int64(shortestLease(v, held.territoires()) / time.Second)
		return err
	})
	if err != nil {
		return err
	}
	return send([]wire.Frame{{T: wire.TypeHello, Server: s}})
}

// shortestLease gives how long a copy of these territoires may be read without
// contact: the strictest decides.
func shortestLease(v *store.View, all []agenda.TerritoireID) time.Duration {
	least := (&agenda.Territoire{}).Lease()
	for i, id := range all {
		t, ans := agenda.Get[*agenda.Territoire](v, agenda.NounTerritoire, string(id))
		if ans == agenda.Yes && (i == 0 || t.Lease() < least) {
			least = t.Lease()
		}
	}
	return least
}

// ending is where catching up has led.
type ending struct {
	told    bool // a page was sent
	ask     bool // a territoire stays where it was until the desktop lists its scopes
	digests []wire.Digest
}

// catchUp sends pages until every territoire is at its head.
func (h *Hub) catchUp(ctx context.Context, f *follower, send func([]wire.Frame) error) (ending, error) {
	var end ending
	for {
		var pages []page
		more, was, read := false, f.stand(), 0
		err := h.store.Read(ctx, func(tx *store.View) error {
			if read++; read > 1 {
				f.stepBack(was) // the line to the database was cut: from the beginning
			}
			var err error
			pages, err = h.pages(tx, f)
			for _, p := range pages {
				more, end.ask = more || p.more, end.ask || p.ask
			}
			if err != nil || more || f.tooOld {
				return err
			}
			end.digests, err = h.digests(tx, f)
			return err
		})
		if err != nil {
			return ending{}, err
		}
		for _, p := range pages {
			if len(p.frames) == 0 {
				continue
			}
			end.told = true
			if err := send(p.frames); err != nil {
				return ending{}, err
			}
		}
		if !more {
			return end, nil
		}
	}
}

// pages reads one page of each territoire the agent holds scopes in, or still
// has a cursor for: withdrawn rights are told too.
func (h *Hub) pages(tx *store.View, f *follower) ([]page, error) {
	if f.tooOld {
		return h.outcomesAlone(tx, f) // its rows cannot be written any more
	}
	held, err := h.rights.of(tx, f.device.Agent)
	if err != nil {
		return nil, err
	}
	ids := held.territoires()
	for t := range f.cursors {
		if !slices.Contains(ids, t) {
			ids = append(ids, t)
		}
	}
	slices.Sort(ids)
	var all []page
	for _, t := range ids {
		p, err := h.next(tx, f, t, held[t])
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if len(ids) > 0 {
		return all, nil
	}
	return h.outcomesAlone(tx, f) // an agent without any right left
}

// outcomesAlone tells what became of commands to whom gets no rows.
func (h *Hub) outcomesAlone(tx *store.View, f *follower) ([]page, error) {
	b := &builder{tx: tx}
	err := b.outcomes(f)
	return []page{{frames: b.frames}}, err
}
