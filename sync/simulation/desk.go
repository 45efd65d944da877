package simulation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/hub"
	"permanence/sync/replica"
	"permanence/sync/wire"
)

// desk is one desktop of one agent: its database, its counter, its replica.
// Restarting keeps the database and nothing else.
type desk struct {
	w       *world
	name    string
	agent   agenda.AgentID
	device  string
	skew    time.Duration
	db      *store.DB
	counter *guichet.Comptoir
	replica *replica.Replica
	crash   bool // the next transaction dies before its commit
	late    []wire.Request
	sent    []wire.Request  // every request that carried commands
	lost    map[string]bool // commands that an erasure emptied here
	acked   int64           // highest n that a request acknowledged
}

func (w *world) newDesk(i int) (*desk, error) {
	d := &desk{w: w, lost: map[string]bool{}, name: fmt.Sprintf("desk%d", i), agent: w.cast.agents[i], device: w.newID()}
	db, err := w.open(d.name, store.Desktop)
	if err != nil {
		return nil, err
	}
	d.db = db
	if err := db.WriteDesk(context.Background(), func(tx *store.DeskTx) error { return tx.Enrol(d.device, 0) }); err != nil {
		return nil, err
	}
	if err := w.enrol(d); err != nil {
		return nil, err
	}
	d.restart()
	return d, nil
}

// restart forgets everything but the database.
func (d *desk) restart() {
	d.counter = guichet.NewComptoir(d.db.Desk(), d.now, d.w.newID)
	d.replica = replica.New(crashing{d}, d.counter, wireNet{d}, replica.Config{Clock: deskClock{d}, Jitter: func() float64 { return 0 }})
}

func (d *desk) now() time.Time { return d.w.clock.Add(d.skew) }

type deskClock struct{ d *desk }

func (c deskClock) Now() time.Time { return c.d.now() }

// After never comes: nothing waits in a simulation.
func (c deskClock) After(time.Duration) <-chan time.Time { return nil }

// errCrash is a process that died inside a transaction.
var errCrash = errors.New("crash before commit")

// crashing is the replica's store, with a process that may die at any write;
// after each transaction visible must equal fold(pending, base).
type crashing struct{ d *desk }

func (c crashing) WriteDesk(ctx context.Context, f func(*store.DeskTx) error) error {
	dies := c.d.crash
	c.d.crash = false
	return c.d.db.WriteDesk(ctx, func(tx *store.DeskTx) error {
		if err := f(tx); err != nil {
			return err
		}
		if dies {
			return errCrash
		}
		return nil
	})
}

func (c crashing) Read(ctx context.Context, f func(*store.View) error) error {
	return c.d.db.Read(ctx, f)
}

// propose runs what an agent does at this desk. A refusal is an answer.
func (d *desk) propose(a agenda.Args) {
	p, err := d.counter.Do(context.Background(), guichet.Proposal{Args: a, AcceptAll: d.w.rng.IntN(4) > 0}, d.agent)
	if r := agenda.RefusalOf(err); r != nil {
		d.w.note("%s %s refused at the desk: %s", d.name, a.CommandName(), r.Code)
		return
	}
	if err != nil {
		d.w.fail("%s %s: %v", d.name, a.CommandName(), err)
		return
	}
	d.w.born[p.Command.ID] = p.Command
	d.w.note("%s %s n %d", d.name, a.CommandName(), p.Command.N)
}

// sync runs one exchange over a faulty network.
func (d *desk) sync() error {
	_, err := d.replica.Sync(context.Background())
	if err != nil {
		d.w.note("%s sync: %v", d.name, err)
	} else {
		d.w.note("%s sync", d.name)
	}
	return err
}

// fault is what the network does to one exchange.
type fault int

const (
	faultNone    fault = iota
	faultDropped       // the request never arrives
	faultLost          // it is done, and no answer comes back
	faultCut           // the answer is cut at a byte
	faultDoubled       // the request arrives twice
	faultLate          // it arrives later, its answer is thrown away
)

var errNetwork = errors.New("network fault")

// wireNet carries bytes between a desk and the server, and loses some.
type wireNet struct{ d *desk }

func (n wireNet) Exchange(ctx context.Context, req wire.Request, frame func(wire.Frame) error) error {
	w := n.d.w
	switch f := w.fault(); f {
	case faultDropped:
		return errNetwork
	case faultLate:
		n.d.late = append(n.d.late, req)
		return errNetwork
	case faultLost:
		if _, err := n.answer(ctx, req); err != nil {
			return err
		}
		return errNetwork
	case faultCut:
		body, err := n.answer(ctx, req)
		if err != nil {
			return err
		}
		return readAll(body[:w.rng.IntN(len(body)+1)], frame)
	case faultDoubled:
		if _, err := n.answer(ctx, req); err != nil {
			return err
		}
	}
	body, err := n.answer(ctx, req)
	if err != nil {
		return err
	}
	return readAll(body, frame)
}

// Live is not simulated: it carries the pages of an exchange.
func (wireNet) Live(context.Context, wire.Request, func(wire.Frame) error, func()) error {
	return errNetwork
}

// answer is what the server sends back, as bytes.
func (n wireNet) answer(ctx context.Context, req wire.Request) ([]byte, error) {
	if len(req.Commands) > 0 && len(n.d.sent) < 50 {
		n.d.sent = append(n.d.sent, req)
	}
	var up bytes.Buffer
	if err := wire.WriteRequest(&up, req); err != nil {
		return nil, err
	}
	got, err := wire.ReadRequest(&up)
	if err != nil {
		return nil, err
	}
	n.d.noteLost(got)
	var down bytes.Buffer
	out := wire.NewWriter(&down)
	err = n.d.w.hub.Exchange(ctx, hub.Device{ID: n.d.device, Agent: n.d.agent}, got, func(frames []wire.Frame) error {
		for _, f := range frames {
			if err := out.Write(f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, errCrash) && !n.d.overtaken(req, err) {
		n.d.w.fail("%s exchange: %v", n.d.name, err)
	}
	n.d.acked = max(n.d.acked, req.Hello.Acked)
	return down.Bytes(), err
}

// overtaken reports whether a request was refused because a later one has
// acknowledged its commands meanwhile: a server cannot tell it from a copied
// profile, and nobody reads the answer.
func (d *desk) overtaken(req wire.Request, err error) bool {
	return errors.Is(err, hub.ErrForked) && req.Hello.Acked < d.acked
}

// noteLost remembers the commands that arrive without their content.
func (d *desk) noteLost(req wire.Request) {
	for _, raw := range req.Commands {
		if c, err := agenda.DecodeCommand(raw); err == nil && c.Name == "Emptied" {
			d.lost[c.ID] = true
		}
	}
}

func readAll(body []byte, frame func(wire.Frame) error) error {
	in := wire.NewReader(bytes.NewReader(body))
	for {
		f, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := frame(f); err != nil {
			return err
		}
	}
}

// deliverLate lets the requests that lingered in the network arrive now, in
// any order; nobody listens to the answers.
func (d *desk) deliverLate() {
	d.w.rng.Shuffle(len(d.late), func(i, j int) { d.late[i], d.late[j] = d.late[j], d.late[i] })
	for _, req := range d.late {
		_, err := wireNet{d}.answer(context.Background(), req)
		d.w.note("%s late request with %d commands: %v", d.name, len(req.Commands), err)
	}
	d.late = nil
}
