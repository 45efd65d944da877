package simulation

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// mishaps lists what goes wrong with machines, clocks and rights.
func mishaps() []act {
	return []act{
		{"clock", 3, (*world).clockJumps},
		{"restart", 3, func(w *world, d *desk) { d.restart() }},
		{"power", 1, func(w *world, d *desk) { d.disk.tear(); d.restart() }},
		{"dies", 4, func(w *world, d *desk) { d.fate = fate(1 + w.rng.IntN(4)) }},
		{"late", 3, func(w *world, d *desk) { d.deliverLate() }},
		{"sleep", 1, (*world).sleep},
		{"window", 2, (*world).secondWindow},
		{"copy", 2, func(w *world, d *desk) { d.copies = append(d.copies, d.disk.image()) }},
		{"rollback", 1, (*world).rollback},
		{"clone", 1, (*world).clone},
		{"computer", 1, (*world).newComputer},
		{"server", 1, func(w *world, _ *desk) { w.central.disk.tear(); w.startServer() }},
		{"horizon", 1, (*world).horizon},
		{"grant", 1, (*world).grants},
		{"withdraw", 1, (*world).withdraws},
		{"poison", 1, (*world).poison},
		{"backup", 2, func(w *world, _ *desk) { w.keepBackup() }},
		{"restore", 1, (*world).restores},
		{"failover", 1, (*world).failover},
		{"alter", 1, (*world).alters},
		{"upgrade", 1, (*world).upgrades},
		{"witness", 1, (*world).watches},
	}
}

// clockJumps sets a desk's clock anywhere within ten years.
func (w *world) clockJumps(d *desk) {
	d.skew = time.Duration(w.rng.IntN(21)-10) * 365 * 24 * time.Hour / time.Duration(1+w.rng.IntN(400))
	w.note("%s clock %v off", d.name, d.skew)
}

// sleep: nothing happens for weeks.
func (w *world) sleep(*desk) {
	w.clock = w.clock.Add(time.Duration(1+w.rng.IntN(6)) * 7 * 24 * time.Hour)
	w.note("weeks pass")
	w.mayBeLost()
}

// secondWindow: another program works on the same file, in the middle of an
// exchange; it cannot sync beside the first.
func (w *world) secondWindow(d *desk) {
	other := *d.disk
	if err := other.open(); err != nil {
		w.fail("%s: a second program does not open: %v", d.name, err)
		return
	}
	defer other.db.Close()
	w.onlyOneSyncs(d, &other)
	w.mid = func() {
		counter := guichet.NewComptoir(other.db.Desk(), d.now, w.newID)
		p, err := counter.Do(ctxb, guichet.Proposal{Args: w.book(d), AcceptAll: true}, d.agent)
		w.note("  second window of %s: n %d %v", d.name, p.Command.N, err)
		if err != nil && agenda.RefusalOf(err) == nil {
			w.fail("second window of %s: %v", d.name, err)
		}
		d.disk.anew = true
		d.learn()
	}
	_ = d.sync()
	w.meanwhile()
}

func (w *world) onlyOneSyncs(d *desk, other *disk) {
	if err := other.db.Lock("sync"); err != nil {
		w.fail("%s: nobody syncs, and the place is taken: %v", d.name, err)
	}
	if e := store.ErrorOf(d.disk.db.Lock("sync")); e == nil || e.Code != store.CodeInUse {
		w.fail("%s: two programs sync", d.name)
	}
}

// rollback: the disk of a desk is set back to an earlier copy.
func (w *world) rollback(d *desk) {
	if len(d.copies) == 0 {
		return
	}
	w.setBack(d, d.copies[w.rng.IntN(len(d.copies))])
	w.note("%s is set back to a copy", d.name)
}

// setBack gives a desk another disk; what only the former one held is gone.
func (w *world) setBack(d *desk, image []byte) {
	had := slices.Concat(d.queue(), d.week())
	d.disk.plant(image)
	d.restart()
	clear(d.at)
	clear(d.owed)
	d.learn()
	d.lose(had)
}

// clone: the disk of a desk is copied onto another computer of the same agent,
// and both go on.
func (w *world) clone(d *desk) {
	if len(w.desks) > 4 {
		return
	}
	c := &desk{w: w, name: fmt.Sprintf("%s.%d", d.name, len(w.desks)), agent: d.agent, schema: d.schema, at: map[agenda.TerritoireID]store.Cursor{}, owed: map[string]bool{}}
	c.enrolled = slices.Clone(d.enrolled)
	c.disk = &disk{w: w, name: c.name, kind: store.Desktop}
	if err := c.disk.put(d.disk.image()); err != nil {
		w.fail("clone: %v", err)
		return
	}
	c.restart()
	c.learn()
	w.desks = append(w.desks, c)
	w.note("%s is a copy of %s", c.name, d.name)
}

// newComputer: a desk begins again on an empty disk, perhaps to die during its
// first sync.
func (w *world) newComputer(d *desk) {
	had := slices.Concat(d.queue(), d.week())
	if err := d.disk.wipe(); err != nil {
		w.fail("%s: a new disk: %v", d.name, err)
		return
	}
	clear(d.at)
	clear(d.owed)
	d.copies, d.late, d.fate = nil, nil, lives
	w.note("%s begins on an empty disk", d.name)
	if err := d.login(); err != nil {
		w.fail("%s login: %v", d.name, err)
	}
	d.lose(had)
	d.fate = fate(w.rng.IntN(5))
	_ = d.sync()
}

// horizon: the server forgets, between two pages, what left long ago. An
// erasure is remembered for longer than any copy may be read.
func (w *world) horizon(d *desk) {
	w.mid = func() {
		err := w.central.disk.db.WriteServer(ctxb, func(tx *store.ServerTx) error {
			head, err := tx.Head(w.cast.territoire)
			if err != nil {
				return err
			}
			_, err = tx.RaiseHorizon(w.cast.territoire, max(head.Horizon, min(head.Number-int64(w.rng.IntN(30)), w.erasedAt-1)))
			return err
		})
		w.note("  the horizon is raised: %v", err)
		if err != nil {
			w.fail("horizon: %v", err)
		}
	}
	_ = d.sync()
	w.meanwhile()
}

// grants gives an agent, between two pages, a role it may not have had.
func (w *world) grants(d *desk) {
	agent, org := w.rng.IntN(len(w.cast.agents)), w.rng.IntN(2)
	level := []agenda.Level{agenda.LevelBasic, agenda.LevelSecretariat, agenda.LevelAdmin}[w.rng.IntN(3)]
	a := w.grant(agent, org, level).(*agenda.GrantRole)
	if org == 0 && w.rng.IntN(2) == 0 {
		a.Role.Services = append(a.Role.Services, w.cast.services[2])
	}
	w.rights(d, a)
}

// withdraws takes a role away, or narrows it, between two pages.
func (w *world) withdraws(d *desk) {
	agent, org := w.rng.IntN(len(w.cast.agents)), w.rng.IntN(2)
	if w.rng.IntN(2) == 0 {
		w.rights(d, w.grant(agent, org, agenda.LevelBasic))
		return
	}
	w.rights(d, &agenda.RevokeRole{Agent: w.cast.agents[agent], Organisation: w.cast.orgs[org]})
}

func (w *world) rights(d *desk, a agenda.Args) {
	w.mid = func() {
		w.note("  %s", a.CommandName())
		w.rightsMoved = 30
		if err := w.serverRun(a, system()); err != nil {
			w.fail("rights: %v", err)
		}
	}
	_ = d.sync()
	w.meanwhile()
}

// poison queues a command that no server of this release can run: of a name to
// come, or with arguments that make no sense. Its successors must pass.
func (w *world) poison(d *desk) {
	var args agenda.Args = future{}
	if w.rng.IntN(2) == 0 {
		args = broke{}
	}
	err := deskStore{d}.WriteDesk(ctxb, func(tx *store.DeskTx) error {
		cmd := agenda.NewCommand(w.newID(), d.now().UTC().Truncate(time.Microsecond), args)
		cmd.Device = tx.Device()
		n, err := tx.NextN()
		if err != nil {
			return err
		}
		cmd.N = n
		return tx.Queue(guichet.Pending{Command: cmd, Author: d.agent})
	})
	w.note("%s queues a poison: %v", d.name, err)
	if err != nil && !crashed(err) && store.ErrorOf(err) == nil {
		w.fail("poison: %v", err)
	}
}

// future is a command of a later release.
type future struct{}

func (future) CommandName() string          { return "PromenerRdv" }
func (future) CommandVersion() int          { return 1 }
func (future) MarshalJSON() ([]byte, error) { return json.RawMessage(`{"pas":3}`), nil }

// broke is a command whose arguments have another form.
type broke struct{}

func (broke) CommandName() string          { return "CancelRdv" }
func (broke) CommandVersion() int          { return 1 }
func (broke) MarshalJSON() ([]byte, error) { return json.RawMessage(`{"rdv":7}`), nil }
