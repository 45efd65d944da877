package mailer

import (
	"context"
	"time"

	"permanence/app/agenda"
)

// patience is how long to wait after each try, the last one again and again.
func patience(attempt int) time.Duration {
	steps := [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	return steps[min(max(attempt, 1), len(steps))-1]
}

// Deliver sends what waits no more, one after the other in one conversation,
// until the queue is empty or the relay gives trouble, which is returned. It
// gives how many messages were settled for good.
func (r *Runner) Deliver(ctx context.Context) (int, error) {
	session := &conversation{sender: r.sender}
	defer session.close()
	settled := 0
	for ctx.Err() == nil {
		now := r.now()
		m, ok, err := r.store.TakeMessage(ctx, now, now.Add(r.settings.Lease))
		if err != nil || !ok {
			return settled, err
		}
		out, trouble := r.attempt(ctx, session, m, now)
		result := r.result(m, out)
		// What the relay has taken is kept even when we are told to stop.
		if err := r.store.Result(context.WithoutCancel(ctx), m.ID, result); err != nil {
			return settled, err
		}
		r.log.InfoContext(ctx, "mail tried", "message", m.ID, "rdv", m.Rdv, "state", result.State, "reason", result.Reason, "attempt", result.Attempt)
		if result.State != agenda.RecuWaiting {
			settled++
		}
		if trouble != nil {
			return settled, trouble
		}
	}
	return settled, nil
}

// dropped is the outcome of a message whose Rdv has begun.
const dropped Fate = -1

// attempt sends one message, unless its Rdv has begun.
func (r *Runner) attempt(ctx context.Context, session *conversation, m Message, now time.Time) (Outcome, error) {
	if !now.Before(m.Start) {
		return Outcome{Fate: dropped, Reason: reasonBegan}, nil
	}
	if err := session.open(ctx); err != nil {
		out := Outcome{Fate: Later, Reason: "connect"}
		if trouble, ok := err.(*Trouble); ok {
			out.Reason, out.Code = trouble.Reason, trouble.Code
		}
		return out, err
	}
	return session.send(ctx, m.Parcel), nil
}

// result turns an outcome into what is kept of it.
func (r *Runner) result(m Message, out Outcome) Result {
	res := Result{Reason: out.Reason, Attempt: m.Attempt + 1, At: r.now()}
	switch out.Fate {
	case Delivered:
		res.State = agenda.RecuSent
	case Never:
		res.State = agenda.RecuFailed
	case dropped:
		res.State, res.Attempt = agenda.RecuDropped, m.Attempt
	default:
		res.State, res.Doubtful = agenda.RecuWaiting, out.Fate == Unknown
		res.Next = res.At.Add(patience(res.Attempt))
	}
	return res
}

// conversation keeps one session open from a message to the next, as long as
// it holds.
type conversation struct {
	sender  Sender
	session Session
}

func (c *conversation) open(ctx context.Context) error {
	if c.session != nil {
		return nil
	}
	s, err := c.sender.Open(ctx)
	if err != nil {
		return err
	}
	c.session = s
	return nil
}

func (c *conversation) send(ctx context.Context, p Parcel) Outcome {
	out := c.session.Send(ctx, p)
	if out.Broken {
		c.close()
	}
	return out
}

// close hangs up; there is nobody left to tell that it went badly.
func (c *conversation) close() {
	if c.session != nil {
		_ = c.session.Close()
		c.session = nil
	}
}
