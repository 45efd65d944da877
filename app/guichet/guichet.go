// Package guichet is the counter: the only door through which anything
// changes, on both sides. It loads what the rule needs, calls the rule and
// commits rows, journal and feed (on a desktop: rows and the pending command)
// in one transaction. It holds no rule about the field; those are in agenda.
package guichet

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"permanence/app/agenda"
)

// skew is how far a command's clock may run ahead of the server's.
const skew = 5 * time.Minute

// Counter is the server's counter: it decides with authority.
type Counter struct {
	ledger Ledger
	now    func() time.Time
}

// NewCounter serves a ledger; now is the server's clock.
func NewCounter(l Ledger, now func() time.Time) *Counter { return &Counter{l, now} }

// Result is what a done command gave.
type Result struct {
	Decision agenda.Decision
	Numbers  map[agenda.TerritoireID]int64
}

// Do runs one command in a transaction of its own. It returns a
// *agenda.Refusal when the rule refuses; nothing is then written.
func (c *Counter) Do(ctx context.Context, cmd agenda.Command, by agenda.Author) (Result, error) {
	var res Result
	err := c.ledger.Write(ctx, func(tx LedgerTx) error {
		r, err := c.DoIn(Remember(tx), cmd, by)
		res = r
		return err
	})
	if err != nil {
		return Result{}, err
	}
	return res, nil
}

// DoIn runs one command inside a transaction that the caller commits.
func (c *Counter) DoIn(tx LedgerTx, cmd agenda.Command, by agenda.Author) (Result, error) {
	if err := tx.Hold(cmd); err != nil {
		return Result{}, err
	}
	clock := c.now()
	d, err := agenda.Decide(tx, cmd, by, agenda.Authority, capped(cmd.At, clock), clock)
	if err := cmp.Or(tx.Err(), err); err != nil {
		return Result{}, err
	}
	numbers, err := publish(tx, d, cmd, by, clock)
	if err != nil {
		return Result{}, err
	}
	return Result{d, numbers}, nil
}

// capped is the instant of the act, never more than skew ahead of clock.
func capped(at, clock time.Time) time.Time {
	if limit := clock.Add(skew); at.After(limit) {
		return limit
	}
	return at
}

// publish writes the rows of d, then one feed line for every scope through
// which a record could be read before or can be read after, and one journal
// line a record and territoire.
func publish(tx LedgerTx, d agenda.Decision, cmd agenda.Command, by agenda.Author, clock time.Time) (map[agenda.TerritoireID]int64, error) {
	noted := refsOf(d)
	if err := tx.Noting(noted...); err != nil {
		return nil, err
	}
	before := readers(tx, noted)
	for _, c := range d.Changes {
		if err := write(tx, c); err != nil {
			return nil, err
		}
	}
	after := readers(tx, noted)
	p := publisher{tx: tx, numbers: map[agenda.TerritoireID]int64{}}
	for _, r := range noted {
		line := JournalLine{Ref: r, Kind: kindOf(d, r), Revision: revisionOf(d, r), Command: cmd.ID,
			Author: by.Kind, Agent: by.Agent, Device: by.Device, At: clock}
		p.record(line, before[r], after[r])
		p.overwritten(line, d)
	}
	for _, r := range d.Erased {
		p.keep(tx.Erase(r))
	}
	p.keep(tx.Err())
	return p.numbers, p.err
}

// write puts or removes the row of one change.
func write(tx RecordTx, c agenda.Change) error {
	if c.After == nil {
		return tx.Remove(c.Ref())
	}
	return tx.Put(c.After)
}

// publisher keeps the first error, so that the loop above reads straight.
type publisher struct {
	tx      LedgerTx
	numbers map[agenda.TerritoireID]int64
	noted   []agenda.TerritoireID // those that note the record at hand
	err     error
}

func (p *publisher) keep(err error) { p.err = cmp.Or(p.err, err) }

func (p *publisher) record(line JournalLine, before, after []agenda.Placed) {
	territoires := map[agenda.TerritoireID]bool{}
	for _, pl := range union(before, after) {
		territoires[pl.Territoire] = true
		in := slices.Contains(after, pl)
		p.keep(p.tx.Feed(FeedLine{pl.Territoire, p.number(pl.Territoire), pl.Scope, line.Ref, in}))
	}
	p.noted = slices.Sorted(maps.Keys(territoires))
	for _, t := range p.noted {
		line.Territoire, line.Number = t, p.number(t)
		p.keep(p.tx.Journal(line))
	}
}

// overwritten keeps the former values of a changed record, once, under the first
// of the territoires that note it.
func (p *publisher) overwritten(line JournalLine, d agenda.Decision) {
	if !agenda.Historical(line.Ref.Noun) || line.Kind != KindChanged && line.Kind != KindRemoved || len(p.noted) == 0 {
		return
	}
	line.Territoire, line.Number = p.noted[0], p.number(p.noted[0])
	for _, c := range d.Changes {
		if c.Ref() != line.Ref {
			continue
		}
		was, err := agenda.FormerValues(c)
		p.keep(err)
		if len(was) > 0 {
			p.keep(p.tx.Overwrite(line, was))
		}
	}
}

func (p *publisher) number(t agenda.TerritoireID) int64 {
	if n, ok := p.numbers[t]; ok {
		return n
	}
	n, err := p.tx.Draw(t)
	p.keep(err)
	p.numbers[t] = n
	return n
}

// refsOf lists what d touches, changed records first, each once.
func refsOf(d agenda.Decision) []agenda.Ref {
	var refs []agenda.Ref
	for _, c := range d.Changes {
		refs = append(refs, c.Ref())
	}
	for _, r := range d.Refeed {
		if !slices.Contains(refs, r) {
			refs = append(refs, r)
		}
	}
	return refs
}

// readers gives the scopes through which each record can be read now.
func readers(tx RecordTx, refs []agenda.Ref) map[agenda.Ref][]agenda.Placed {
	m := make(map[agenda.Ref][]agenda.Placed, len(refs))
	for _, r := range refs {
		if rec, ans := tx.Record(r.Noun, r.ID); ans == agenda.Yes {
			m[r] = agenda.Readers(tx, rec)
		}
	}
	return m
}

func union(a, b []agenda.Placed) []agenda.Placed {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(x, y agenda.Placed) int {
		return cmp.Or(cmp.Compare(x.Territoire, y.Territoire), cmp.Compare(x.Scope, y.Scope))
	})
	return slices.Compact(all)
}

func kindOf(d agenda.Decision, r agenda.Ref) ChangeKind {
	if slices.Contains(d.Erased, r) {
		return KindErased
	}
	for _, c := range d.Changes {
		if c.Ref() != r {
			continue
		}
		switch {
		case c.Before == nil:
			return KindBorn
		case c.After == nil:
			return KindRemoved
		}
		return KindChanged
	}
	return KindNoted
}

func revisionOf(d agenda.Decision, r agenda.Ref) int64 {
	for _, c := range d.Changes {
		if c.Ref() == r && c.After != nil {
			return c.After.Stamped().Revision
		}
	}
	return 0
}
