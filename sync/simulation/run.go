package simulation

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

var ctxb = context.Background()

// Run plays one seed. The error tells what does not hold, followed by the
// steps that lead there.
func Run(opt Options) error {
	w, err := newWorld(opt)
	if err != nil {
		return fmt.Errorf("seed %d: %w", opt.Seed, err)
	}
	defer w.close()
	for range opt.Steps {
		w.visibleIsFold(w.step())
		if w.failure != nil {
			return w.report()
		}
	}
	w.heal()
	w.check()
	if w.failure != nil {
		return w.report()
	}
	return nil
}

// heal ends the faults and lets everybody catch up.
func (w *world) heal() {
	w.opt.Steps = 0
	for _, d := range w.desks {
		d.crash = false
		d.deliverLate()
	}
	for range 3 {
		for _, d := range w.desks {
			if err := d.sync(); err != nil {
				w.fail("%s cannot sync on a quiet network: %v", d.name, err)
				return
			}
		}
	}
}

// check looks at everything that must hold once nothing is pending.
func (w *world) check() {
	w.nothingLeft()
	for _, d := range w.desks {
		w.visibleIsFold(d)
		w.replicaEqual(d)
	}
	w.modelEqual()
	w.everyOverlapTold()
	w.feedTellsAll()
	w.replayChangesNothing()
}

// replayChangesNothing (invariant 8): every request again, doubled, is no news.
func (w *world) replayChangesNothing() {
	before := w.rows(w.db)
	for _, d := range w.desks {
		for _, req := range d.sent {
			if _, err := (wireNet{d}).answer(ctxb, req); err != nil && !errors.Is(err, errCrash) && !d.overtaken(req, err) {
				w.fail("%s replay: %v", d.name, err)
			}
		}
	}
	if diff := compare(before, w.rows(w.db)); diff != "" {
		w.fail("replaying requests changed something: %s", diff)
	}
}

// report is the failure and the script that leads to it.
func (w *world) report() error {
	return fmt.Errorf("seed %d: %w\n%s", w.opt.Seed, w.failure, strings.Join(w.trace, "\n"))
}
