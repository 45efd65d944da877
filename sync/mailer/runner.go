package mailer

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"permanence/app/agenda"

	"golang.org/x/sync/errgroup"
)

// Links gives the address of the page where a recipient sees and cancels an
// Rdv. Asking again never invalidates what was given before.
type Links interface {
	Link(ctx context.Context, rdv agenda.RdvID, usager agenda.UsagerID) (string, error)
}

// Settings of the runner; Defaults gives the usual ones.
type Settings struct {
	Delay time.Duration // after the last change, so that an undo costs no mail
	Soon  time.Duration // an Rdv that starts within this is told at once
	Poll  time.Duration // how often to look without being woken
	Lease time.Duration // how long a process keeps what it took; longer than any send
}

// Defaults: one minute, two hours, one second, ten minutes.
func Defaults() Settings {
	return Settings{Delay: time.Minute, Soon: 2 * time.Hour, Poll: time.Second, Lease: 10 * time.Minute}
}

// Runner follows the ledgers, writes what is due and sends what is written.
type Runner struct {
	store    Store
	sender   Sender
	links    Links
	post     Post
	settings Settings
	now      func() time.Time
	newID    func() string // mints UUIDv7
	log      *slog.Logger
	wake     chan struct{}
}

// NewRunner wires a runner; now is the server's clock.
func NewRunner(store Store, sender Sender, links Links, post Post, s Settings, now func() time.Time, newID func() string, log *slog.Logger) *Runner {
	return &Runner{store, sender, links, post, s, now, newID, log, make(chan struct{}, 1)}
}

// Wake makes the runner look at once: something was committed. It never blocks.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends and then returns nil. What fails is logged and
// tried again: the mailer never stops for one Rdv.
func (r *Runner) Run(ctx context.Context) error {
	var g errgroup.Group
	written := make(chan struct{}, 1)
	g.Go(func() error {
		r.repeat(ctx, r.wake, func() time.Duration { return r.prepare(ctx, written) })
		return nil
	})
	g.Go(func() error {
		r.repeat(ctx, written, func() time.Duration { return r.send(ctx) })
		return nil
	})
	return g.Wait()
}

// repeat calls step, then waits for signal or for what step asked.
func (r *Runner) repeat(ctx context.Context, signal <-chan struct{}, step func() time.Duration) {
	for ctx.Err() == nil {
		pause := time.NewTimer(step())
		select {
		case <-ctx.Done():
		case <-signal:
		case <-pause.C:
		}
		pause.Stop()
	}
}

func (r *Runner) prepare(ctx context.Context, written chan<- struct{}) time.Duration {
	_, err := r.Follow(ctx)
	settled, errSettle := r.Settle(ctx)
	if err := errors.Join(err, errSettle); err != nil && ctx.Err() == nil {
		r.log.ErrorContext(ctx, "mails not prepared", "error", err)
	}
	if settled > 0 {
		select {
		case written <- struct{}{}:
		default:
		}
	}
	return r.settings.Poll
}

// send empties the queue. After trouble with the relay it pauses: what waits
// would only meet the same.
func (r *Runner) send(ctx context.Context) time.Duration {
	_, err := r.Deliver(ctx)
	if err == nil || ctx.Err() != nil {
		return r.settings.Poll
	}
	if trouble, ok := errors.AsType[*Trouble](err); ok {
		r.log.WarnContext(ctx, "no relay", "reason", trouble.Reason, "code", trouble.Code)
		return 30 * r.settings.Poll
	}
	r.log.ErrorContext(ctx, "mails not sent", "error", err)
	return r.settings.Poll
}

// Follow passes every new number, noting when each Rdv is due. It gives how
// many numbers were passed.
func (r *Runner) Follow(ctx context.Context) (int64, error) {
	var passed int64
	for {
		page, err := r.store.Changes(ctx, 500)
		if err != nil || page.To == page.From {
			return passed, err
		}
		if err := r.store.SetDue(ctx, page, r.due(page.Changes)); err != nil {
			return passed, err
		}
		passed += page.To - page.From
	}
}

// due keeps the newest change of each Rdv.
func (r *Runner) due(changes []Change) []Due {
	newest := map[agenda.RdvID]Due{}
	for _, c := range changes {
		at := c.At.Add(r.settings.Delay)
		if c.Start.Sub(c.At) < r.settings.Soon {
			at = c.At
		}
		if c.Number >= newest[c.Rdv].Number {
			newest[c.Rdv] = Due{c.Rdv, c.Number, at}
		}
	}
	return slices.SortedFunc(maps.Values(newest), func(a, b Due) int { return int(a.Number - b.Number) })
}

// Settle compares every Rdv that is due with what was told and writes the
// mails. It gives how many rdvs were looked at. One that cannot be settled is
// looked at again a minute later.
func (r *Runner) Settle(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		now := r.now()
		due, ok, err := r.store.TakeDue(ctx, now, now.Add(r.settings.Lease))
		if err != nil || !ok {
			return n, err
		}
		if err := r.settle(ctx, due, now); err != nil {
			r.log.ErrorContext(ctx, "rdv not settled", "rdv", due.Rdv, "error", err)
			if err := r.store.Commit(ctx, due, Settlement{Again: now.Add(time.Minute)}); err != nil {
				return n, err
			}
		}
	}
}

func (r *Runner) settle(ctx context.Context, due Due, now time.Time) error {
	reading, ok, err := r.store.RdvView(ctx, due.Rdv)
	if err != nil {
		return err
	}
	if !ok {
		return r.store.Commit(ctx, due, Settlement{})
	}
	letters, withdrawn := compare(reading, now)
	s, err := r.write(ctx, reading, letters, now)
	if err != nil {
		return err
	}
	for usager, told := range withdrawn.told {
		if _, newer := s.Told[usager]; !newer {
			s.Told[usager] = told
		}
	}
	s.Withdraw = withdrawn.messages
	err = r.store.Commit(ctx, due, s)
	if errors.Is(err, ErrTaken) {
		return r.store.Commit(ctx, due, Settlement{Again: now.Add(r.settings.Poll)})
	}
	return err
}

// withdrawal is what never left and is overtaken: the messages, and what each
// usager was really told before them.
type withdrawal struct {
	messages []agenda.RecuID
	told     map[agenda.UsagerID]*Told
}

// compare decides from what was told. Where that leads to a mail while an
// earlier one has not left yet, the earlier is withdrawn and the decision is
// taken again from what had been told before it: after an outage people get
// one mail that is true, not the story.
func compare(reading Reading, now time.Time) ([]Letter, withdrawal) {
	w := withdrawal{told: map[agenda.UsagerID]*Told{}}
	var told []Told
	for _, s := range reading.Standings {
		told = append(told, s.Told)
	}
	letters := Letters(reading.View, told, now)
	var before []Told
	for _, s := range reading.Standings {
		overtaken := len(s.Unsent) > 0 && slices.ContainsFunc(letters, func(l Letter) bool { return l.After.Usager == s.Told.Usager })
		switch {
		case !overtaken:
			before = append(before, s.Told)
		case s.Before != nil:
			before = append(before, *s.Before)
		}
		if overtaken {
			w.messages = append(w.messages, s.Unsent...)
			w.told[s.Told.Usager] = s.Before
		}
	}
	if len(w.messages) == 0 {
		return letters, w
	}
	return Letters(reading.View, before, now), w
}
