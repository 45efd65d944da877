package replica

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

// question is what one exchange asks and pushes.
type question struct {
	wire.Request
	first   int64 // n of the first command pushed, 0 for none
	left    bool  // commands stayed behind
	pending int   // commands in the queue, answered or not
}

// request reads what this desktop holds and what it has to push. a.list shows
// every scope it holds; otherwise their hash is enough.
func (r *Replica) request(ctx context.Context, a asking) (question, error) {
	var q question
	err := r.store.Read(ctx, func(v *store.View) error {
		var err error
		q, err = r.requestIn(v, a)
		return err
	})
	return q, err
}

func (r *Replica) requestIn(v *store.View, a asking) (question, error) {
	cursors, err := readCursors(v)
	if err != nil {
		return question{}, err
	}
	last, err := v.LastN()
	if err != nil {
		return question{}, err
	}
	device, err := v.DeviceID()
	if err != nil {
		return question{}, err
	}
	queue, err := v.PendingHeads()
	if err != nil {
		return question{}, err
	}
	q := question{Request: wire.Request{Cursors: sorted(cursors), Hello: wire.Hello{
		Protocol: wire.Protocol, Schema: r.speaks, Last: last, Again: a.again, Clock: r.clock.Now().UTC().Truncate(time.Second),
	}}}
	if !a.list {
		shorten(q.Cursors)
	}
	a.mending.addTo(q.Cursors)
	if a.again {
		if q.Told, err = told(v, r.served()); err != nil {
			return question{}, err
		}
	}
	q.pending = len(queue)
	queue, err = q.unanswered(queue)
	if err != nil {
		return question{}, err
	}
	if err := signed(v, queue); err != nil {
		return question{}, err
	}
	q.Hello.Acked = last
	if len(queue) > 0 {
		q.Hello.Acked = queue[0].Command.N - 1 // outcomes come in order of n
	}
	return q, r.fill(&q, device, queue)
}

// signed refuses (ErrRefused) to push a command of another author than whose
// session this is: they have to log in themselves.
func signed(v *store.View, queue []store.Queued) error {
	line, err := Line(v)
	if err != nil || line.Agent == "" {
		return err
	}
	for _, q := range queue {
		if q.Author != line.Agent {
			return fmt.Errorf("%w: n %d is another agent's", ErrRefused, q.Command.N)
		}
	}
	return nil
}

// shorten puts a hash where the server can be expected to know the scopes.
func shorten(cursors []wire.Cursor) {
	for i := range cursors {
		if c := &cursors[i]; len(c.Loading) == 0 {
			c.Hash, c.Scopes = wire.HashScopes(c.Scopes), nil
		}
	}
}

// unanswered keeps the commands that got no outcome under the number they have,
// and notes those whose outcome is not the final one.
func (q *question) unanswered(queue []store.Queued) (left []store.Queued, err error) {
	for _, c := range queue {
		if c.Outcome == nil {
			left = append(left, c)
			continue
		}
		o, err := outcomeOf(c)
		switch {
		case err != nil:
			return nil, err
		case o.N != c.Command.N: // numbered again since
			left = append(left, c)
		case o.Verdict == agenda.Waiting:
			q.Hello.Waiting = append(q.Hello.Waiting, o.N)
			q.Hello.WaitingIDs = append(q.Hello.WaitingIDs, c.Command.ID)
		}
	}
	return left, nil
}

// fill adds the commands whose outcome is not known, within the bounds of one
// push.
func (r *Replica) fill(q *question, device string, queue []store.Queued) error {
	size := 4096 // hello and cursors
	for _, c := range q.Cursors {
		size += 256 + 128*(len(c.Scopes)+2*len(c.Loading)+len(c.Parts)+len(c.Wants))
	}
	size += 512 * len(q.Told)
	r.behind = false
	for _, c := range queue {
		body, err := r.body(device, c)
		if err == nil {
			body, err = r.forms.Command(body, r.schema, r.speaks)
		}
		if errors.Is(err, wire.ErrForm) { // it waits, and what comes after it
			r.behind = true
			return nil
		}
		if err != nil {
			return err
		}
		size += len(body) + 32
		if len(q.Commands) == wire.MaxCommands || size > wire.MaxBody && len(q.Commands) > 0 {
			q.left = true
			return nil
		}
		if q.first == 0 {
			q.first = c.Command.N
		}
		q.Commands = append(q.Commands, body)
	}
	return nil
}

// body is a command as it travels. One whose content an erasure destroyed is
// still sent, emptied, so that numbers stay dense.
func (r *Replica) body(device string, q store.Queued) ([]byte, error) {
	if q.Raw != nil {
		return q.Raw, nil
	}
	c := agenda.NewCommand(q.Command.ID, r.clock.Now().UTC(), &agenda.Emptied{})
	c.Device, c.N = device, q.Command.N
	return json.Marshal(c)
}
