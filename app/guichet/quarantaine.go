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
// right to it any more, or because it follows one that is kept aside, inside a
// transaction that the caller commits. It returns false, and writes nothing,
// when they never had the right lately, or when the command could not be run
// with it either: the refusal stands.
func (c *Counter) Quarantine(tx LedgerTx, cmd agenda.Command, by agenda.Author, refusal *agenda.Refusal) (Result, bool, error) {
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
	return c.follows(tx, cmd, by, refusal)
}

// follows keeps aside what is about a record that a command kept aside would
// make: it waits for the same people.
func (c *Counter) follows(tx LedgerTx, cmd agenda.Command, by agenda.Author, refusal *agenda.Refusal) (Result, bool, error) {
	if refusal.Code != agenda.CodeNotFound || !agenda.ValidID(refusal.Record) {
		return Result{}, false, nil
	}
	first, err := tx.Aside(by.Device, refusal.Record)
	if err != nil || first == "" {
		return Result{}, false, err
	}
	k, ans := agenda.Get[*agenda.Conflit](tx, agenda.NounConflit, string(agenda.QuarantineOf(tx, first)))
	if ans != agenda.Yes || !k.Open() {
		return Result{}, false, tx.Err()
	}
	role := &agenda.Role{Agent: by.Agent, Organisation: k.Organisation}
	res, err := c.keepAside(tx, cmd, by, role, agenda.Decision{})
	return res, err == nil, err
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
