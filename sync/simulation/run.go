package simulation

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"permanence/app/store"
)

var ctxb = context.Background()

// Run plays a script, in memory when dir is "", else on real files below it.
// The error tells what does not hold, followed by the shortest script found
// that leads there and by what happened in it.
func (g *Stage) Run(s Script, dir string) error {
	w := g.play(s, dir)
	if w.failure == nil {
		return nil
	}
	if dir == "" {
		s = shorter(s, func(less Script) bool { return g.play(less, "").failure != nil }, 80)
		w = g.play(s, "")
	}
	return fmt.Errorf("%w\n%s\n%s", w.failure, s, strings.Join(w.trace, "\n"))
}

// play runs a script to its end or to the first thing that does not hold.
func (g *Stage) play(s Script, dir string) *world {
	w, err := newWorld(g, s, dir)
	if err != nil {
		w.fail("%v", err)
		return w
	}
	defer w.close()
	for _, st := range s.Steps {
		w.step(st)
		if w.failure != nil {
			return w
		}
	}
	w.heal()
	w.check()
	w.note("the server ends as %016x", w.fingerprint())
	return w
}

// fingerprint stands for every row of the server, derived ids included.
func (w *world) fingerprint() uint64 {
	var sum uint64
	for ref, body := range w.rows(w.central.disk.db) {
		h := fnv.New64a()
		h.Write([]byte(ref.Noun + " "))
		h.Write(body)
		sum ^= h.Sum64()
	}
	return sum
}

// step makes one thing happen.
func (w *world) step(st Step) {
	w.rng = rand.New(rand.NewPCG(st.Roll, w.seed))
	w.clock = w.clock.Add(time.Duration(w.rng.IntN(20)) * time.Minute)
	d := w.desks[st.Desk]
	i := slices.IndexFunc(w.acts, func(a act) bool { return a.name == st.Kind })
	w.acts[i].do(w, d)
	w.visibleIsFold(d)
	w.onlyRises()
}

// heal ends the faults and lets everybody catch up.
func (w *world) heal() {
	w.rng = rand.New(rand.NewPCG(w.seed, 1))
	w.quiet, w.mid = true, nil
	for _, d := range w.desks {
		d.fate = lives
		d.deliverLate()
	}
	for range 2 { // what one sends, the others receive
		for _, d := range w.desks {
			w.catchUp(d)
		}
	}
	w.postman(time.Hour)
	for _, d := range w.desks { // the receipts
		w.catchUp(d)
	}
}

// catchUp syncs a desk on a quiet network. A profile that was copied or set
// back logs in again first; everything else must pass at once.
func (w *world) catchUp(d *desk) {
	for range 4 {
		err := d.sync()
		if err == nil {
			return
		}
		if !errors.Is(err, errForked) {
			w.fail("%s cannot sync on a quiet network: %v", d.name, err)
			return
		}
	}
	w.fail("%s is told again and again that its profile was copied", d.name)
}

// check looks at everything that must hold once nothing is pending.
func (w *world) check() {
	if w.failure != nil {
		return
	}
	w.queuesEmpty()
	for _, d := range w.desks {
		w.visibleIsFold(d)
		w.replicaEqual(d)
		w.authorSees(d)
	}
	w.modelEqual()
	w.everyMeetingTold()
	w.everySeatTold()
	w.numbersDense()
	w.oneEffectEach()
	w.feedTellsAll()
	w.mailsTell()
	w.replayChangesNothing()
	w.conflictsClose()
	w.nothingLingers()
}

// fail keeps the first thing that went wrong.
func (w *world) fail(format string, args ...any) {
	if w.failure == nil {
		w.failure = fmt.Errorf(format, args...)
		w.note("FAILED: %v", w.failure)
	}
}

// note writes a line of what happened.
func (w *world) note(format string, args ...any) {
	w.trace = append(w.trace, fmt.Sprintf("%s  ", w.clock.Format("02/01 15:04:05"))+fmt.Sprintf(format, args...))
}

// read looks at one instant of a database.
func (w *world) read(db *store.DB, f func(v *store.View) error) {
	if err := db.Read(ctxb, f); err != nil {
		w.fail("read %s: %v", db.Kind(), err)
	}
}
