package simulation

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/hub"
	"permanence/sync/server"
)

// central is the server. Restarting keeps its disk and nothing else.
type central struct {
	disk      *disk
	counter   *guichet.Counter
	hub       *hub.Hub
	pageLines int
	schema    int // of its release
	backups   []backup
}

// backup is the server as it stood, with what was expected of it then.
type backup struct {
	image []byte
	at    time.Time
	past  past
}

// startServer starts the server's program on its disk.
func (w *world) startServer() {
	w.counter = guichet.NewCounter(ledger{w}, w.now)
	w.hub = hub.New(serverStore{w}, w.counter, hub.NewLocalBus(), hub.Config{
		Now: w.now, PageLines: w.pageLines, Deadline: func(d time.Duration) time.Time { return w.clock.Add(d) },
		Schema: w.schema, Forms: w.forms, Heard: server.Heard,
	})
}

// keepBackup copies the server and what is expected of it.
func (w *world) keepBackup() {
	w.backups = append(w.backups, backup{w.central.disk.image(), w.clock, w.past.clone()})
}

func (p past) clone() past {
	return past{p.model.clone(), maps.Clone(p.ran), slices.Clone(p.order)}
}

// The ways a transaction can end badly.
var (
	errCrash    = errors.New("crash before commit")
	errSilent   = errors.New("crash after commit")
	errDeadlock = errors.New("deadlock")
)

// crashed reports whether the program died.
func crashed(err error) bool { return errors.Is(err, errCrash) || errors.Is(err, errSilent) }

// serverStore is the server's database as its rooms see it. Now and then the
// program dies before the commit or right after it, or the database asks to
// begin again; after each commit what was settled is folded into the model.
type serverStore struct{ w *world }

func (s serverStore) Read(ctx context.Context, f func(*store.View) error) error {
	return s.w.central.disk.db.Read(ctx, f)
}

func (s serverStore) WriteServer(ctx context.Context, f func(*store.ServerTx) error) error {
	w, db, chance := s.w, s.w.central.disk.db, 3
	if !s.w.quiet {
		chance = w.rng.IntN(100)
	}
	if chance == 0 {
		err := db.WriteServer(ctx, func(tx *store.ServerTx) error { return errors.Join(f(tx), errDeadlock) })
		if !errors.Is(err, errDeadlock) {
			return err
		}
	}
	err := db.WriteServer(ctx, func(tx *store.ServerTx) error {
		if err := f(tx); err != nil || chance != 1 {
			return err
		}
		return errCrash
	})
	if err == nil {
		w.learn()
		if chance == 2 {
			err = errSilent
		}
	}
	if crashed(err) {
		w.note("  the server dies: %v", err)
		w.startServer()
	}
	return err
}

// ledger is the same database as the counter sees it.
type ledger struct{ w *world }

func (l ledger) Write(ctx context.Context, f func(guichet.LedgerTx) error) error {
	return serverStore(l).WriteServer(ctx, func(tx *store.ServerTx) error { return f(tx) })
}

// serverRun runs a command on the server directly, as a link, a calendar app
// or the command line does, and folds it into the model. A refusal is an
// answer; a server that dies says nothing, and is not asked again.
func (w *world) serverRun(a agenda.Args, by agenda.Author) error {
	cmd := agenda.NewCommand(w.newID(), w.clock, a)
	_, err := w.counter.Do(ctxb, cmd, by)
	switch {
	case agenda.RefusalOf(err) != nil:
		w.note("  refused: %s", agenda.RefusalOf(err).Code)
		return nil
	case errors.Is(err, errCrash):
		return nil
	case err != nil && !errors.Is(err, errSilent):
		return err
	}
	w.order = append(w.order, cmd.ID)
	w.born[cmd.ID] = cmd
	w.ran[cmd.ID] = store.Outcome{Command: cmd.ID, Verdict: agenda.Applied}
	if want := w.model.run(cmd, w.limit(cmd)); want == agenda.Refused {
		w.fail("%s by %s: the model refuses it, the server does not", cmd.Name, by.Kind)
	}
	return nil
}

// learn folds the outcomes committed since the last time.
func (w *world) learn() {
	for _, device := range w.devices {
		var outs []store.Outcome
		w.read(w.central.disk.db, func(v *store.View) error {
			var err error
			outs, err = v.OutcomesAfter(device, 0) // those acknowledged are gone
			return err
		})
		for _, o := range outs {
			w.settled(o)
		}
	}
}

// settled compares what the server made of a command with what the model
// expects (invariant 2: never a second outcome, never of a command nobody
// gave).
func (w *world) settled(o store.Outcome) {
	cmd, born := w.born[o.Command]
	if !born {
		w.fail("outcome of n %d, a command nobody gave", o.N)
		return
	}
	was, known := w.ran[o.Command]
	if known && was.Verdict != agenda.Waiting {
		if was.Verdict != o.Verdict || !maps.Equal(was.Numbers, o.Numbers) {
			w.fail("%s %s has two outcomes: %s %v, %s %v", cmd.Name, cmd.ID, was.Verdict, was.Numbers, o.Verdict, o.Numbers)
		}
		return
	}
	w.ran[o.Command] = o
	if o.Verdict == agenda.Waiting {
		return
	}
	w.order = append(w.order, o.Command)
	w.note("  server: n %d %s %s → %s %s", o.N, cmd.Name, short(cmd.ID), o.Verdict, o.Code)
	if o.Verdict == agenda.Refused && (judged(o, cmd) || w.beyond(cmd, was, o)) {
		return
	}
	want := w.model.run(cmd, w.limit(cmd))
	if !agrees(want, o.Verdict) {
		w.fail("%s %s: the model says %s, the server %s %s", cmd.Name, cmd.ID, want, o.Verdict, o.Code)
	}
	if a, ok := cmd.Args.(*agenda.SettleWaiting); ok && a.Accept && o.Verdict.Done() {
		w.accepted(cmd, a.Conflit)
	}
}

// limit is the latest instant a command may say it was given at.
func (w *world) limit(c agenda.Command) time.Time { return earlier(c.At, w.clock.Add(5*time.Minute)) }

// accepted folds the command that somebody's word let through: it runs where
// that word stands in the order, as if their desktop had made it.
func (w *world) accepted(word agenda.Command, k agenda.ConflitID) {
	var o store.Outcome
	w.read(w.central.disk.db, func(v *store.View) error {
		c, ans := agenda.Get[*agenda.Conflit](v, agenda.NounConflit, string(k))
		if ans != agenda.Yes {
			return nil
		}
		var err error
		o, err = v.OutcomeOf(c.Command)
		if errors.Is(err, store.ErrUnknown) {
			return nil
		}
		return err
	})
	if was := w.ran[o.Command]; was.Verdict != agenda.Waiting {
		return // the first word stands
	}
	cmd := w.born[o.Command]
	w.ran[o.Command] = o
	w.order = append(w.order, o.Command)
	w.note("  server: %s %s, accepted → %s %s", cmd.Name, short(cmd.ID), o.Verdict, o.Code)
	w.model.by = word.Device
	want := w.model.run(cmd, earlier(cmd.At, w.limit(word)))
	w.model.by = ""
	if !agrees(want, o.Verdict) {
		w.fail("%s %s, accepted: the model says %s, the server %s %s", cmd.Name, cmd.ID, want, o.Verdict, o.Code)
	}
}

func short(id string) string { return id[len(id)-6:] }

// agrees: a warning that the server alone found lifts applied and merged to
// conflict, which the model does not know; "" is what it has no opinion of.
func agrees(model, server agenda.Verdict) bool {
	return model == "" || model == server || server == agenda.Conflict && model != agenda.Refused
}
