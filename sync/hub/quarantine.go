package hub

import (
	"errors"
	"slices"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/wire"
)

// codeRejected tells an author that the organisation did not want what they had
// entered without the right to it.
const codeRejected agenda.Code = "rejected"

// rightLost reports whether a refusal may come from a right that the author had.
func rightLost(r *agenda.Refusal) bool {
	return r != nil && (r.Code == agenda.CodeForbidden || r.Code == agenda.CodeNotFound)
}

// aside keeps a refused command for the admins and the secretariat to decide,
// when its author lost the right to it while offline. kept says so; the outcome
// is then waiting, and the final one comes with their word.
func (h *Hub) aside(tx *store.ServerTx, ledger guichet.LedgerTx, d Device, cmd pushed, refusal error) (out wire.Outcome, kept bool, err error) {
	lost := agenda.RefusalOf(refusal)
	if !rightLost(lost) {
		return out, false, nil
	}
	by := agenda.Author{Kind: agenda.AuthorAgent, Agent: d.Agent, Device: d.ID}
	var res guichet.Result
	err = ledger.Savepoint(func() error {
		res, kept, err = h.counter.Quarantine(ledger, cmd.Command, by, lost)
		return err
	})
	if err != nil || !kept {
		return out, false, err
	}
	out = wire.Outcome{N: cmd.N, ID: cmd.ID, Verdict: res.Decision.Verdict, Code: res.Decision.Code,
		Message: "En attente de l’accord de l’organisation : vos droits ont changé entre-temps."}
	return out, true, tx.KeepWaiting(store.Held{Command: cmd.ID, Device: d.ID, N: cmd.N, Agent: d.Agent,
		Reason: res.Decision.Code, At: h.now().UTC(), Body: cmd.raw})
}

// answered gives the final outcome of the command that an accepted or rejected
// conflit kept aside: its desktop is told with its next page.
func (h *Hub) answered(tx *store.ServerTx, res guichet.Result) error {
	k := settledAside(res.Decision)
	if k == nil {
		return nil
	}
	before, err := tx.OutcomeOf(k.Command)
	if errors.Is(err, store.ErrUnknown) {
		return tx.DropWaiting(k.Command)
	}
	if err != nil {
		return err
	}
	out := wire.Outcome{N: before.N, ID: k.Command, Verdict: agenda.Refused, Code: codeRejected,
		Message: "Votre saisie n’a pas été retenue par l’organisation : vos droits avaient changé."}
	if k.Choice == "accepted" {
		out = wire.Outcome{N: before.N, ID: k.Command, Verdict: res.Decision.Verdict, Code: res.Decision.Code, Numbers: res.Numbers}
	}
	if err := h.putOutcome(tx, Device{ID: before.Device}, out); err != nil {
		return err
	}
	return tx.DropWaiting(k.Command)
}

// settledAside gives the quarantined command's conflit that a decision closes,
// nil when it closes none.
func settledAside(d agenda.Decision) *agenda.Conflit {
	at := slices.IndexFunc(d.Changes, func(c agenda.Change) bool {
		k, ok := c.After.(*agenda.Conflit)
		return ok && c.Before != nil && k.Code == agenda.ConflitQuarantined && !k.Open()
	})
	if at < 0 {
		return nil
	}
	return d.Changes[at].After.(*agenda.Conflit)
}
