package guichet

import (
	"cmp"
	"time"

	"permanence/app/agenda"
)

// offline is how long, at most, a desktop may have gone on with rights that its
// agent had lost: the longest lease a territoire grants.
const offline = 90 * 24 * time.Hour

// Quarantine keeps aside a command that was refused because its author has no
// right to it any more, inside a transaction that the caller commits. It
// returns false, and writes nothing, when they never had it lately, or when the
// command could not be run with it either: the refusal stands.
func (c *Counter) Quarantine(tx LedgerTx, cmd agenda.Command, by agenda.Author) (Result, bool, error) {
	if _, answers := cmd.Args.(*agenda.SettleWaiting); answers || by.Kind != agenda.AuthorAgent || by.Device == "" {
		return Result{}, false, nil
	}
	clock := c.now()
	roles, err := tx.FormerRoles(by.Agent, clock.Add(-offline))
	if err != nil {
		return Result{}, false, err
	}
	for _, role := range roles {
		would, err := agenda.Decide(agenda.WithRole(tx, role), cmd, by, agenda.Authority, capped(cmd.At, clock), clock)
		if err := tx.Err(); err != nil {
			return Result{}, false, err
		}
		if agenda.RefusalOf(err) != nil {
			continue
		}
		if err != nil {
			return Result{}, false, err
		}
		res, err := c.keepAside(tx, cmd, by, role, would)
		return res, err == nil, err
	}
	return Result{}, false, nil
}

func (c *Counter) keepAside(tx LedgerTx, cmd agenda.Command, by agenda.Author, role *agenda.Role, would agenda.Decision) (Result, error) {
	clock := c.now()
	d, err := agenda.Quarantine(tx, cmd, by, role, would, clock)
	if err := cmp.Or(tx.Err(), err); err != nil {
		return Result{}, err
	}
	numbers, err := publish(tx, d, cmd, by, clock)
	return Result{d, numbers}, err
}
