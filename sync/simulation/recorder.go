package simulation

import (
	"context"
	"fmt"
	"maps"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// recorder is the server's database as the hub sees it. After each commit it
// reads what was settled and folds it into the model, in the same order; now
// and then the process dies before the commit.
type recorder struct {
	db *store.DB
	w  *world
}

func (r recorder) Read(ctx context.Context, f func(*store.View) error) error {
	return r.db.Read(ctx, f)
}

func (r recorder) WriteServer(ctx context.Context, f func(*store.ServerTx) error) error {
	dies := r.w.opt.Steps > 0 && r.w.rng.IntN(40) == 0
	err := r.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		if err := f(tx); err != nil {
			return err
		}
		if dies {
			return errCrash
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.w.learn()
	return nil
}

// learn folds the outcomes committed since the last time.
func (w *world) learn() {
	for _, d := range w.desks {
		if err := w.learnOf(d); err != nil {
			w.fail("read outcomes: %v", err)
		}
	}
}

func (w *world) learnOf(d *desk) error {
	return w.db.Read(context.Background(), func(v *store.View) error {
		outs, err := v.OutcomesAfter(d.device, 0) // those acknowledged are gone
		if err != nil {
			return err
		}
		for _, o := range outs {
			w.settled(d, o)
		}
		return nil
	})
}

// settled compares what the server made of a command with what the model
// expects (invariant 2: never a second outcome, never of a command nobody gave).
func (w *world) settled(d *desk, o store.Outcome) {
	cmd, born := w.born[o.Command]
	if !born {
		w.fail("outcome of %s n %d, a command nobody gave", d.name, o.N)
		return
	}
	if was, known := w.ran[o.Command]; known {
		if was.Verdict != o.Verdict || !maps.Equal(was.Numbers, o.Numbers) {
			w.fail("%s n %d has two outcomes: %s %v, %s %v", d.name, o.N, was.Verdict, was.Numbers, o.Verdict, o.Numbers)
		}
		return
	}
	w.ran[o.Command] = o
	w.order = append(w.order, o.Command)
	w.note("  server: %s n %d %s → %s %s", d.name, o.N, cmd.Name, o.Verdict, o.Code)
	if emptied(w, d, cmd) {
		return
	}
	want := w.model.run(cmd, w.clock)
	if !agrees(want, o.Verdict) {
		w.fail("%s n %d %s: the model says %s, the server %s %s", d.name, o.N, cmd.Name, want, o.Verdict, o.Code)
	}
}

// emptied reports whether the desk had to send the command without its
// content: the person it names was erased before, and it is refused.
func emptied(w *world, d *desk, cmd agenda.Command) bool {
	return w.ran[cmd.ID].Verdict == agenda.Refused && d.lost[cmd.ID]
}

// agrees: a warning that the server alone found lifts applied and merged to
// conflict, which the model does not know.
func agrees(model, server agenda.Verdict) bool {
	return model == server || server == agenda.Conflict && model != agenda.Refused
}

// fail keeps the first thing that went wrong.
func (w *world) fail(format string, args ...any) {
	if w.failure == nil {
		w.failure = fmt.Errorf(format, args...)
		w.note("FAILED: %v", w.failure)
	}
}

// enrol makes the server know a desk's device.
func (w *world) enrol(d *desk) error {
	return w.db.WriteServer(context.Background(), func(tx *store.ServerTx) error {
		return tx.AddDevice(store.Device{ID: d.device, Agent: d.agent, Name: d.name, Tokens: []byte("{}"), EnrolledAt: time.Unix(0, 0), SeenAt: time.Unix(0, 0)})
	})
}
