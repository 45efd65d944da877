package guichet

import (
	"cmp"
	"context"
	"slices"
	"time"

	"permanence/app/agenda"
)

// Comptoir is the desktop's counter: it decides optimistically and queues the
// command for the server.
type Comptoir struct {
	desk  Desk
	now   func() time.Time
	newID func() string
}

// NewComptoir serves a desktop's database; now is its clock, newID mints UUIDv7.
func NewComptoir(d Desk, now func() time.Time, newID func() string) *Comptoir {
	return &Comptoir{d, now, newID}
}

// Proposal is what an agent asks at the desk.
type Proposal struct {
	Args     agenda.Args
	Accepted []agenda.Accepted
	// AcceptAll accepts every warning that the rule finds, each stored with the
	// records it named.
	AcceptAll bool
}

// Proposed is what was written on this desk; the server has not heard of it yet.
type Proposed struct {
	Command  agenda.Command
	Decision agenda.Decision
}

// Do runs one proposal of an agent and queues its command, in one transaction.
// It returns a *agenda.Refusal (CodeWarnings lists what to accept first);
// nothing is then written.
func (c *Comptoir) Do(ctx context.Context, p Proposal, agent agenda.AgentID) (Proposed, error) {
	var out Proposed
	err := c.desk.Write(ctx, func(tx DeskTx) error {
		o, err := c.doIn(RememberDesk(tx), p, agent)
		out = o
		return err
	})
	if err != nil {
		return Proposed{}, err
	}
	return out, nil
}

func (c *Comptoir) doIn(tx DeskTx, p Proposal, agent agenda.AgentID) (Proposed, error) {
	now := c.now().UTC().Truncate(time.Microsecond)
	cmd := agenda.NewCommand(c.newID(), now, p.Args)
	cmd.Device = tx.Device()
	cmd.Accepted = p.Accepted
	by := agenda.Author{Kind: agenda.AuthorAgent, Agent: agent, Device: cmd.Device}
	d, err := agenda.Decide(tx, cmd, by, agenda.Propose, now, now)
	if w := warningsOf(err); p.AcceptAll && w != nil {
		cmd.Accepted = append(cmd.Accepted, acceptedOf(w)...)
		d, err = agenda.Decide(tx, cmd, by, agenda.Propose, now, now)
	}
	if err := cmp.Or(tx.Err(), err); err != nil {
		return Proposed{}, err
	}
	if cmd.N, err = tx.NextN(); err != nil {
		return Proposed{}, err
	}
	cmd.Seen = seenOf(tx, d)
	undo, err := undoOf(d)
	if err != nil {
		return Proposed{}, err
	}
	if err := apply(tx, cmd.N, d); err != nil {
		return Proposed{}, err
	}
	return Proposed{cmd, d}, tx.Queue(Pending{Command: cmd, Author: agent, Undo: undo})
}

// Replay runs a pending command again on newer rows, inside the transaction
// that pulled them; only its changes to records that over accepts are laid.
// The code tells why it no longer holds here, "" when it does; it is pushed all
// the same.
func (c *Comptoir) Replay(tx DeskTx, p Pending, over func(agenda.Ref) bool) (agenda.Code, error) {
	by := agenda.Author{Kind: agenda.AuthorAgent, Agent: p.Author, Device: p.Command.Device}
	d, err := agenda.Decide(tx, p.Command, by, agenda.Replay, p.Command.At, c.now())
	if err := tx.Err(); err != nil {
		return "", err
	}
	if r := agenda.RefusalOf(err); r != nil {
		return r.Code, nil
	}
	if err != nil {
		return "", err
	}
	d.Changes = slices.DeleteFunc(d.Changes, func(ch agenda.Change) bool { return !over(ch.Ref()) })
	return "", apply(tx, p.Command.N, d)
}

// apply keeps the server's images of what d touches, then writes it.
func apply(tx DeskTx, n int64, d agenda.Decision) error {
	for _, ch := range d.Changes {
		if err := tx.Keep(n, ch.Ref()); err != nil {
			return err
		}
		if err := write(tx, ch); err != nil {
			return err
		}
	}
	return nil
}

func warningsOf(err error) []agenda.Warning {
	r := agenda.RefusalOf(err)
	if r == nil || r.Code != agenda.CodeWarnings {
		return nil
	}
	return r.Warnings
}

func acceptedOf(ws []agenda.Warning) []agenda.Accepted {
	var as []agenda.Accepted
	for _, w := range ws {
		as = append(as, agenda.Accepted{Code: w.Code, Records: w.Records})
	}
	return as
}

// seenOf gives the last revision received from the server of each record that
// d changes or went by; a record born here was never received.
func seenOf(tx DeskTx, d agenda.Decision) map[string]int64 {
	seen := map[string]int64{}
	for _, ch := range d.Changes {
		if ch.Before != nil {
			seen[ch.Ref().ID] = tx.Received(ch.Ref())
		}
	}
	for _, r := range d.Relied {
		seen[r.ID] = tx.Received(r)
	}
	return seen
}

// undoOf keeps, for each group that d changed, its former and its new value.
func undoOf(d agenda.Decision) ([]agenda.UndoEdit, error) {
	var edits []agenda.UndoEdit
	for _, ch := range d.Changes {
		if slices.Contains(d.Erased, ch.Ref()) {
			continue // nothing may bring an erased person back
		}
		e, err := agenda.UndoEdits(ch)
		if err != nil {
			return nil, err
		}
		edits = append(edits, e...)
	}
	return edits, nil
}
