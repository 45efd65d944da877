package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/sync/wire"
)

// ErrForked says that two profiles push under one device: a copied disk. The
// desktop enrols anew and keeps its pending commands.
var ErrForked = errors.New("device forked")

// ErrForeign says that a command names another device than the session's.
var ErrForeign = errors.New("command of another device")

// batch bounds the commands of one transaction, so that nobody waits long.
const batch = 50

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
		err := h.store.Write(ctx, func(tx Tx) error {
			return h.pushIn(tx, d, commands, touched)
		})
		if err != nil {
			return err
		}
		h.notify(touched)
	}
	if req.Hello.Acked == 0 {
		return nil
	}
	return h.store.Write(ctx, func(tx Tx) error { return tx.DropOutcomes(d.ID, req.Hello.Acked) })
}

func (h *Hub) notify(touched map[agenda.TerritoireID]bool) {
	for t := range touched {
		h.bus.Notify(t)
	}
}

func (h *Hub) pushIn(tx Tx, d Device, commands []json.RawMessage, touched map[agenda.TerritoireID]bool) error {
	last, err := tx.LastN(d.ID)
	if err != nil {
		return err
	}
	for _, raw := range commands {
		cmd, refusal := agenda.DecodeCommand(raw)
		if cmd.Device != d.ID {
			return ErrForeign
		}
		if cmd.N <= last {
			if err := h.again(tx, d, cmd); err != nil {
				return err
			}
			continue
		}
		if cmd.N != last+1 {
			return nil
		}
		out, err := h.run(tx, d, cmd, raw, refusal)
		if err != nil {
			return err
		}
		for t := range out.Numbers {
			touched[t] = true
		}
		if err := h.keep(tx, d, out); err != nil {
			return err
		}
		last = cmd.N
	}
	return nil
}

// again meets an n that was answered already: the stored outcome is sent with
// the pages. Another id under the same n is another profile.
func (h *Hub) again(tx Tx, d Device, cmd agenda.Command) error {
	id, body, err := tx.Outcome(d.ID, cmd.N)
	if err != nil {
		return err
	}
	if body == nil || id != cmd.ID {
		return fmt.Errorf("%w: n %d", ErrForked, cmd.N)
	}
	return nil
}

func (h *Hub) keep(tx Tx, d Device, out wire.Outcome) error {
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return tx.KeepOutcome(d.ID, out.N, out.ID, body)
}

// run gives one command its outcome. A refusal is one; an error is a failure
// of the server, and rolls everything back.
func (h *Hub) run(tx Tx, d Device, cmd agenda.Command, raw []byte, refusal error) (wire.Outcome, error) {
	out := wire.Outcome{N: cmd.N, ID: cmd.ID}
	if r := agenda.RefusalOf(refusal); r != nil && r.Code == agenda.CodeUnknownCommand {
		out.Verdict, out.Code, out.Message = agenda.Waiting, r.Code, r.Message
		return out, tx.KeepRaw(d.ID, cmd.N, cmd.ID, raw)
	}
	if refusal != nil {
		return refuse(out, refusal)
	}
	by := agenda.Author{Kind: agenda.AuthorAgent, Agent: d.Agent, Device: d.ID}
	var res guichet.Result
	err := tx.Savepoint(func() error {
		var err error
		res, err = h.counter.DoIn(tx, cmd, by)
		return err
	})
	if err != nil {
		return refuse(out, err)
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
