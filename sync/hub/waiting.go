package hub

import (
	"context"
	"encoding/json"
	"fmt"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/wire"
)

// RunWaiting runs the commands that were kept raw because this program did not
// understand them, and does now. Each gets its final outcome, under its own n,
// which its desktop is told with its next page. A program calls it when it
// starts. It gives how many were settled.
func (h *Hub) RunWaiting(ctx context.Context) (int, error) {
	var kept []store.Held
	err := h.store.Read(ctx, func(v *store.View) error {
		var err error
		kept, err = v.WaitingCommands()
		return err
	})
	if err != nil {
		return 0, err
	}
	settled := 0
	for _, held := range kept {
		if held.Reason != agenda.CodeUnknownCommand {
			continue // somebody has to decide
		}
		done, err := h.runWaiting(ctx, held)
		if err != nil {
			return settled, err
		}
		if done {
			settled++
		}
	}
	return settled, nil
}

// runWaiting settles one; false when it is still not understood. One whose
// content was erased meanwhile is refused.
func (h *Hub) runWaiting(ctx context.Context, held store.Held) (bool, error) {
	var cmd pushed
	if held.Body == nil {
		cmd.Command = agenda.NewCommand(held.Command, held.At, &agenda.Emptied{})
	} else {
		var k kept
		if err := json.Unmarshal(held.Body, &k); err != nil {
			return false, fmt.Errorf("read waiting command %s: %w", held.Command, err)
		}
		if cmd.Command, cmd.refusal = h.read(k.Command, k.Schema); unknown(cmd.refusal) {
			return false, nil
		}
		cmd.raw, cmd.schema = k.Command, k.Schema
	}
	cmd.ID, cmd.N = held.Command, held.N
	d := Device{held.Device, held.Agent}
	var touched map[agenda.TerritoireID]int64
	err := h.store.WriteServer(ctx, func(tx *store.ServerTx) error {
		if err := tx.DropWaiting(held.Command); err != nil {
			return err
		}
		if err := tx.Hold(cmd.Command); err != nil {
			return err
		}
		out, err := h.run(tx, guichet.Remember(tx), d, cmd)
		if err != nil {
			return err
		}
		touched = out.Numbers
		return h.putOutcome(tx, d, out)
	})
	if err != nil {
		return false, err
	}
	for t := range touched {
		h.bus.Notify(t)
	}
	return true, nil
}

// unknown reports whether a refusal says that a name or a version is not known
// here.
func unknown(err error) bool {
	r := agenda.RefusalOf(err)
	return r != nil && r.Code == agenda.CodeUnknownCommand
}

// noteRecus keeps the receipts that a restoration lost, now that the Rdvs they
// are about are back. One about something that is not here is kept by nobody.
func (h *Hub) noteRecus(tx *store.ServerTx, told []wire.Told) error {
	ledger := guichet.Remember(tx)
	for _, t := range told {
		cmd := agenda.NewCommand(string(t.Recu.ID), h.now().UTC(), &agenda.NoteRecu{Recu: t.Recu})
		err := ledger.Savepoint(func() error {
			_, err := h.counter.DoIn(ledger, cmd, agenda.Author{Kind: agenda.AuthorSystem})
			return err
		})
		if err != nil && agenda.RefusalOf(err) == nil {
			return err
		}
	}
	return nil
}

// putOutcome keeps what a command was answered.
func (h *Hub) putOutcome(tx *store.ServerTx, d Device, out wire.Outcome) error {
	content, err := json.Marshal(more{out.Message, out.Conflits})
	if err != nil {
		return err
	}
	return tx.PutOutcome(store.Outcome{Command: out.ID, Device: d.ID, N: out.N, At: h.now().UTC(), Verdict: out.Verdict,
		Code: out.Code, Numbers: out.Numbers, Content: content})
}
