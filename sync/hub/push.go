package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/wire"
)

// ErrForked says that two profiles push under one device: a copied disk. The
// desktop enrols anew and keeps its pending commands.
var ErrForked = errors.New("device forked")

// ErrForeign says that a command names another device than the session's.
var ErrForeign = errors.New("command of another device")

// batch bounds the commands of one transaction, so that nobody waits long.
const batch = 250

// Device is who pushes, as the session tells.
type Device struct {
	ID    string
	Agent agenda.AgentID
}

// push runs the commands of a device in order, each in its own savepoint and
// with its outcome in the same transaction. It stops at a gap, without an
// error: the answer's Next tells what is missing.
func (h *Hub) push(ctx context.Context, d Device, req wire.Request) error {
	for commands := range slices.Chunk(req.Commands, batch) {
		touched := map[agenda.TerritoireID]bool{}
		err := h.store.WriteServer(ctx, func(tx *store.ServerTx) error {
			clear(touched)
			return h.pushIn(tx, d, commands, req.Hello.Schema, touched)
		})
		if err != nil {
			return err
		}
		for t := range touched {
			h.bus.Notify(t)
		}
	}
	return nil
}

// seenEvery is how precisely it is kept when a device was last heard of: an
// exchange without news writes nothing.
const seenEvery = 10 * time.Minute

// meet notes that the device was heard of, drops the outcomes it has stored and
// gives the n that is expected of it. What waits, and what came after it, is
// kept until the final outcome was received.
func (h *Hub) meet(ctx context.Context, d Device, hello wire.Hello) (next int64, err error) {
	var known store.Device
	err = h.store.Read(ctx, func(v *store.View) error {
		known, err = v.Device(d.ID)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read device %s: %w", d.ID, err)
	}
	acked := min(hello.Acked, known.LastN)
	if len(hello.Waiting) > 0 {
		acked = min(acked, hello.Waiting[0]-1)
	}
	now := h.now().UTC()
	if acked <= known.AckedN && now.Sub(known.SeenAt).Abs() < seenEvery {
		return known.LastN + 1, nil
	}
	err = h.store.WriteServer(ctx, func(tx *store.ServerTx) error {
		if err := tx.AckOutcomes(d.ID, acked); err != nil {
			return err
		}
		return tx.SeeDevice(d.ID, now)
	})
	return known.LastN + 1, err
}

func (h *Hub) pushIn(tx *store.ServerTx, d Device, commands []json.RawMessage, schema int, touched map[agenda.TerritoireID]bool) error {
	all := make([]pushed, len(commands))
	named := make([]agenda.Command, len(commands))
	for i, raw := range commands {
		cmd, refusal, err := h.decode(raw, schema)
		all[i], named[i] = pushed{cmd, raw, schema, refusal, err}, cmd
	}
	ledger := guichet.Remember(tx)
	if err := ledger.Hold(named...); err != nil {
		return err
	}
	known, err := tx.Device(d.ID)
	if err != nil {
		return fmt.Errorf("read device %s: %w", d.ID, err)
	}
	if err := tx.LookForOutcomes(idsOf(all, known.LastN)); err != nil {
		return err
	}
	last, err := h.answerAll(tx, ledger, d, all, known.LastN, touched)
	if err != nil || last == known.LastN {
		return err
	}
	return tx.SetLastN(d.ID, last)
}

// idsOf lists the commands above the number last.
func idsOf(all []pushed, last int64) []string {
	var ids []string
	for _, cmd := range all {
		if cmd.malformed == nil && cmd.N > last {
			ids = append(ids, cmd.ID)
		}
	}
	return ids
}

// answerAll gives each command its outcome, up to a gap after the number last;
// it gives the last one that has one.
func (h *Hub) answerAll(tx *store.ServerTx, ledger guichet.LedgerTx, d Device, all []pushed, last int64, touched map[agenda.TerritoireID]bool) (int64, error) {
	for _, cmd := range all {
		switch {
		case cmd.malformed != nil:
			return last, cmd.malformed
		case cmd.Device != d.ID:
			return last, ErrForeign
		case cmd.N > last+1:
			return last, nil
		case cmd.N <= last:
			if err := again(tx, d, cmd.Command); err != nil {
				return last, err
			}
			continue
		}
		out, err := h.settle(tx, ledger, d, cmd)
		if err != nil {
			return last, err
		}
		for t := range out.Numbers {
			touched[t] = true
		}
		if err := h.putOutcome(tx, d, out); err != nil {
			return last, err
		}
		last = cmd.N
	}
	return last, nil
}

// decode reads one command. One that breaks its own form is refused by itself,
// so that it blocks nobody; what has no id and number is no command at all
// (wire.ErrMalformed).
func (h *Hub) decode(raw []byte, schema int) (cmd agenda.Command, refusal, err error) {
	cmd, refusal = h.read(raw, schema)
	if cmd.ID == "" {
		var head struct {
			ID, Device string
			N          int64
		}
		if json.Unmarshal(raw, &head) != nil {
			return cmd, refusal, wire.ErrMalformed
		}
		cmd.ID, cmd.Device, cmd.N = head.ID, head.Device, head.N
	}
	if !agenda.ValidID(cmd.ID) || cmd.N < 1 {
		return cmd, refusal, wire.ErrMalformed
	}
	return cmd, refusal, nil
}

// again meets an n that was answered already: the stored outcome is sent with
// the pages. Another id under the same n is another profile, and so is an n
// whose outcome was received: a profile never goes back. (A request that was
// only late meets the same answer, which nobody reads.)
func again(tx *store.ServerTx, d Device, cmd agenda.Command) error {
	out, err := tx.OutcomeAt(d.ID, cmd.N)
	if err != nil && !errors.Is(err, store.ErrUnknown) {
		return err
	}
	if err != nil || out.Command != cmd.ID {
		return fmt.Errorf("%w: n %d", ErrForked, cmd.N)
	}
	return nil
}

// pushed is one command as it was read: refusal tells why it cannot be run,
// malformed that it is none.
type pushed struct {
	agenda.Command
	raw       []byte
	schema    int // in which raw is written
	refusal   error
	malformed error
}

// settle gives a command its outcome: the one it got under another number or
// device, if the profile was enrolled anew since, or is
// offered again.
func (h *Hub) settle(tx *store.ServerTx, ledger guichet.LedgerTx, d Device, cmd pushed) (wire.Outcome, error) {
	before, err := tx.OutcomeOf(cmd.ID)
	if errors.Is(err, store.ErrUnknown) {
		return h.run(tx, ledger, d, cmd)
	}
	if err != nil {
		return wire.Outcome{}, err
	}
	if err := sameAgent(&tx.View, d, before); err != nil {
		return wire.Outcome{}, err
	}
	if before.Verdict == agenda.Waiting {
		if err := tx.MoveWaiting(cmd.ID, d.ID, cmd.N); err != nil {
			return wire.Outcome{}, err
		}
	}
	out, err := outcomeOf(before)
	out.N = cmd.N
	return out, err
}

// sameAgent lets a device hear of the commands of its own agent only, from
// whichever of the agent's devices they came: colleagues read the ids of
// commands in the history, and may not ask for their answers. An outcome that
// names no device tells nothing of anybody.
func sameAgent(v *store.View, d Device, o store.Outcome) error {
	if o.Device == "" || o.Device == d.ID {
		return nil
	}
	of, err := v.Device(o.Device)
	if err != nil && !errors.Is(err, store.ErrUnknown) {
		return err
	}
	if of.Agent != d.Agent {
		return ErrForeign
	}
	return nil
}

// more is what an outcome says beside what the store knows of it.
type more struct {
	Message  string             `json:"message,omitempty"`
	Conflits []agenda.ConflitID `json:"conflits,omitempty"`
}

// outcomeOf reads a stored outcome back.
func outcomeOf(o store.Outcome) (wire.Outcome, error) {
	out := wire.Outcome{N: o.N, ID: o.Command, Verdict: o.Verdict, Numbers: o.Numbers, Code: o.Code}
	if o.Content == nil {
		return out, nil
	}
	var m more
	if err := json.Unmarshal(o.Content, &m); err != nil {
		return out, fmt.Errorf("read the outcome of %s: %w", o.Command, err)
	}
	out.Message, out.Conflits = m.Message, m.Conflits
	return out, nil
}

// run gives one command its outcome. A refusal is one; an error is a failure
// of the server, and rolls everything back.
func (h *Hub) run(tx *store.ServerTx, ledger guichet.LedgerTx, d Device, cmd pushed) (wire.Outcome, error) {
	out := wire.Outcome{N: cmd.N, ID: cmd.ID}
	if r := agenda.RefusalOf(cmd.refusal); r != nil && r.Code == agenda.CodeUnknownCommand {
		out.Verdict, out.Code, out.Message = agenda.Waiting, r.Code, r.Message
		body, err := json.Marshal(kept{cmd.schema, cmd.raw})
		if err != nil {
			return out, err
		}
		return out, tx.KeepWaiting(store.Held{Command: cmd.ID, Device: d.ID, N: cmd.N, Agent: d.Agent, Reason: r.Code, At: h.now().UTC(), Body: body})
	}
	if cmd.refusal != nil {
		return refuse(out, cmd.refusal)
	}
	by := agenda.Author{Kind: agenda.AuthorAgent, Agent: d.Agent, Device: d.ID}
	var res guichet.Result
	err := ledger.Savepoint(func() error {
		var err error
		res, err = h.counter.DoIn(ledger, cmd.Command, by)
		return err
	})
	if err != nil {
		if waits, kept, e := h.aside(tx, ledger, d, cmd, err); kept || e != nil {
			return waits, e
		}
		return refuse(out, err)
	}
	if err := h.answered(tx, res); err != nil {
		return out, err
	}
	out.Verdict, out.Code, out.Numbers = res.Decision.Verdict, res.Decision.Code, res.Numbers
	for _, c := range res.Decision.Changes {
		if k, ok := c.After.(*agenda.Conflit); ok && k.Open() {
			out.Conflits = append(out.Conflits, k.ID)
		}
	}
	return out, nil
}

func refuse(out wire.Outcome, err error) (wire.Outcome, error) {
	r := agenda.RefusalOf(err)
	if r == nil {
		return out, err
	}
	out.Verdict, out.Code, out.Message = agenda.Refused, r.Code, r.Message
	return out, nil
}
