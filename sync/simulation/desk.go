package simulation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/replica"
	"permanence/sync/wire"
)

// desk is one desktop of one agent: its disk, its counter, its replica.
// Restarting keeps the disk and nothing else.
type desk struct {
	w       *world
	name    string
	agent   agenda.AgentID
	skew    time.Duration
	schema  int // of its release
	disk    *disk
	counter *guichet.Comptoir
	replica *replica.Replica
	fate    fate // of the next transaction
	late    []wire.Request
	sent    []wire.Request // requests that carried commands
	copies  [][]byte       // of its disk, as somebody kept them
	at      map[agenda.TerritoireID]store.Cursor
	// owed are the commands that this disk has held in its queue: whoever gave
	// them here is to see what became of them here.
	owed map[string]bool
	// enrolled are the devices this profile, or the one it is a copy of, has had.
	enrolled []string
}

// fate is how a transaction of a desktop ends.
type fate int

const (
	lives  fate = iota
	dies        // the program dies before the commit
	silent      // it dies right after it
	full        // the disk is full
	broken      // the disk does not write
)

// errForked is a profile that has to log in again.
var errForked = errors.New("logged in again")

func (w *world) newDesk(i int) (*desk, error) {
	d := &desk{w: w, name: fmt.Sprintf("desk%d", i), agent: w.cast.agents[i], schema: w.releaseOf(i), at: map[agenda.TerritoireID]store.Cursor{}, owed: map[string]bool{}}
	d.disk = &disk{w: w, name: d.name, kind: store.Desktop}
	if err := d.disk.open(); err != nil {
		return d, err
	}
	return d, d.login()
}

// restart forgets everything but the disk.
func (d *desk) restart() {
	d.counter = guichet.NewComptoir(deskOf{d}, d.now, d.w.newID)
	d.replica = replica.New(deskStore{d}, d.counter, line{d}, replica.Config{
		Clock: deskClock{d}, Jitter: func() float64 { return 0 }, Schema: d.schema, Forms: d.w.forms,
	})
}

// login enrols the profile, under the device it had if it may keep it.
func (d *desk) login() error {
	d.restart()
	var device string
	err := d.disk.db.Read(ctxb, func(v *store.View) (err error) {
		device, err = replica.Former(v)
		return err
	})
	if err != nil {
		return err
	}
	e := replica.Enrolled{Credential: "secret", Device: device}
	e.Agent.ID = d.agent
	if err := d.w.enrol(d, &e); err != nil {
		return err
	}
	return replica.Keep(ctxb, deskStore{d}, "https://agenda.example.org", e)
}

// enrol makes the server know the desk's device, or a new one.
func (w *world) enrol(d *desk, e *replica.Enrolled) error {
	return w.central.disk.db.WriteServer(ctxb, func(tx *store.ServerTx) error {
		known, err := tx.Device(e.Device)
		if err == nil && known.Agent == d.agent {
			e.LastN = known.LastN
			return nil
		}
		if err != nil && !errors.Is(err, store.ErrUnknown) {
			return err
		}
		e.Device, e.LastN = w.newID(), 0
		w.devices = append(w.devices, e.Device)
		d.enrolled = append(d.enrolled, e.Device)
		w.note("%s enrols as %s", d.name, short(e.Device))
		return tx.AddDevice(store.Device{ID: e.Device, Agent: d.agent, Name: d.name, Tokens: []byte("{}"), EnrolledAt: w.clock, SeenAt: w.clock})
	})
}

func (d *desk) now() time.Time { return d.w.clock.Add(d.skew) }

type deskClock struct{ d *desk }

func (c deskClock) Now() time.Time { return c.d.now() }

// After never comes: nothing waits in a simulation.
func (c deskClock) After(time.Duration) <-chan time.Time { return nil }

// deskStore is the desk's database as its replica sees it: a transaction meets
// its fate, and what it committed is looked at.
type deskStore struct{ d *desk }

func (s deskStore) Read(ctx context.Context, f func(*store.View) error) error {
	return s.d.disk.db.Read(ctx, f)
}

func (s deskStore) WriteDesk(ctx context.Context, f func(*store.DeskTx) error) error {
	d, end := s.d, s.d.fate
	d.fate = lives
	err := d.disk.db.WriteDesk(ctx, func(tx *store.DeskTx) error {
		if err := f(tx); err != nil {
			return err
		}
		switch end {
		case dies:
			return errCrash
		case full:
			return &store.Error{Code: store.CodeFull}
		case broken:
			return &store.Error{Code: store.CodeDisk}
		}
		return nil
	})
	if err == nil {
		d.learn()
		if end == silent {
			err = errSilent
		}
	}
	if crashed(err) {
		d.w.note("  %s dies: %v", d.name, err)
		d.restart()
	}
	return err
}

// deskOf is the same database as the desk's counter sees it.
type deskOf struct{ d *desk }

func (o deskOf) Write(ctx context.Context, f func(guichet.DeskTx) error) error {
	return deskStore(o).WriteDesk(ctx, func(tx *store.DeskTx) error { return f(tx) })
}

// learn notes the commands that have become durable, and that no cursor went
// back (invariant 5).
func (d *desk) learn() {
	d.w.read(d.disk.db, func(v *store.View) error {
		queue, err := v.PendingCommands()
		if err != nil {
			return err
		}
		for _, q := range queue {
			if _, known := d.w.born[q.Command.ID]; !known && q.Raw != nil {
				d.w.born[q.Command.ID] = q.Command
			}
			delete(d.w.gone, q.Command.ID)
			d.owed[q.Command.ID] = true
		}
		cursors, err := v.Cursors()
		for _, c := range cursors {
			if was, ok := d.at[c.Territoire]; ok && was.Epoch == c.Epoch && c.Number < was.Number {
				d.w.fail("the cursor of %s went from %d back to %d", d.name, was.Number, c.Number)
			}
			d.at[c.Territoire] = c
		}
		return err
	})
}

// queue lists the ids of the commands that this disk alone may hold: those of
// the queue.
func (d *desk) queue() []string {
	var ids []string
	d.w.read(d.disk.db, func(v *store.View) error {
		queue, err := v.PendingCommands()
		for _, q := range queue {
			ids = append(ids, q.Command.ID)
		}
		return err
	})
	return ids
}

// lose notes the commands that went with a disk: nobody can be asked for them,
// unless a copy or the network brings them back.
func (d *desk) lose(ids []string) {
	for _, id := range ids {
		kept := slices.ContainsFunc(d.w.desks, func(o *desk) bool { return slices.Contains(slices.Concat(o.queue(), o.week()), id) })
		if _, ran := d.w.ran[id]; !ran && !kept {
			d.w.gone[id] = true
		}
	}
}

// propose runs what an agent does at this desk. A refusal is an answer.
func (d *desk) propose(a agenda.Args) {
	if a == nil {
		return
	}
	p, err := d.counter.Do(ctxb, guichet.Proposal{Args: a, AcceptAll: d.w.rng.IntN(4) > 0}, d.agent)
	switch r := agenda.RefusalOf(err); {
	case r != nil:
		d.w.note("%s %s refused at the desk: %s", d.name, a.CommandName(), r.Code)
	case err == nil:
		d.w.note("%s n %d %s %s", d.name, p.Command.N, a.CommandName(), short(p.Command.ID))
	case crashed(err) || store.ErrorOf(err) != nil:
		d.w.note("%s %s: %v", d.name, a.CommandName(), err)
	default:
		d.w.fail("%s %s: %v", d.name, a.CommandName(), err)
	}
}

// sync runs one exchange; a profile that is told to log in again does.
func (d *desk) sync() error {
	_, err := d.replica.Sync(ctxb)
	if err == nil {
		d.w.note("%s sync", d.name)
		return nil
	}
	d.w.note("%s sync: %v", d.name, err)
	if !errors.Is(err, replica.ErrForked) && !errors.Is(err, replica.ErrRefused) {
		return err
	}
	if err := d.login(); err != nil && !crashed(err) && store.ErrorOf(err) == nil {
		d.w.fail("%s login: %v", d.name, err)
	}
	return errForked
}

// deliverLate lets the requests that lingered in the network arrive now, in
// any order; nobody listens to the answers.
func (d *desk) deliverLate() {
	d.w.rng.Shuffle(len(d.late), func(i, j int) { d.late[i], d.late[j] = d.late[j], d.late[i] })
	late := d.late
	d.late = nil
	for _, req := range late {
		_, err := line{d}.answer(ctxb, req)
		d.w.note("%s late request with %d commands: %v", d.name, len(req.Commands), err)
	}
}
