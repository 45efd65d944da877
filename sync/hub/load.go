package hub

import (
	"slices"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/store"
	"permanence/sync/wire"
)

// load reads on in the scopes whose first copy is not complete, once the others
// are up to date: the copy as it stood at N, the most useful first, then what
// changed meanwhile. Scopes whose tail reached the head enter the cursor.
func (b *builder) load(c *wire.Cursor, ahead *store.Ahead) error {
	if len(c.Loading) == 0 || c.Number < b.head {
		return nil
	}
	b.news = true
	at := c.Loading[0]
	same := func(l wire.Loading) bool { return l.N == at.N && l.Phase == at.Phase && l.After == at.After }
	var scopes []agenda.Scope
	for _, l := range c.Loading {
		if same(l) {
			scopes = append(scopes, l.Scope)
		}
	}
	to, err := b.loadPage(scopes, at, ahead)
	if err != nil {
		return err
	}
	for i, l := range c.Loading {
		if same(l) {
			to.Scope = l.Scope
			c.Loading[i] = to
		}
	}
	b.complete(c)
	return nil
}

// loadPage adds one page of the scopes that stand at at, and gives where they
// stand after it.
func (b *builder) loadPage(scopes []agenda.Scope, at wire.Loading, ahead *store.Ahead) (wire.Loading, error) {
	if at.Phase >= wire.Tail {
		to, err := b.lines(scopes, at.After, at.N)
		at.After = to
		return at, err
	}
	near, known, err := b.near(at.N)
	if err != nil {
		return at, err
	}
	if !known { // nobody remembers when it began: it begins again
		return wire.Loading{N: b.head, Phase: wire.Tail}, nil
	}
	page, err := b.tx.SnapshotAhead(store.SnapshotQuery{Territoire: b.t, Scopes: scopes, N: at.N, Near: near, From: b.window.from,
		Phase: at.Phase, After: at.After, Limit: b.limit}, ahead)
	if err != nil {
		return at, err
	}
	standings, err := b.standings(page.Lines)
	if err != nil {
		return at, err
	}
	for _, l := range page.Lines {
		now := standings[l.Ref]
		if now.Number > at.N {
			continue // it changed since: the tail brings it
		}
		if f := b.record(l, now); f.T == wire.TypePut {
			b.frames = append(b.frames, f)
		}
	}
	at.Phase, at.After = page.Phase, page.After
	if page.Done {
		at.Phase, at.After = wire.Tail, at.N
	}
	return at, nil
}

// near gives the days that come first in a load begun at head n: the week in
// which it began, and the next, by a clock that no setting changes. Every page
// of the load must say the same.
func (b *builder) near(n int64) (agenda.Span, bool, error) {
	at, known, err := b.tx.CommittedAt(b.t, n)
	if err != nil || !known {
		return agenda.Span{}, n == 0, err
	}
	monday := civil.Zone{}.Date(at).Monday()
	return agenda.Span{Start: civil.Zone{}.Instant(monday, 0), End: civil.Zone{}.Instant(monday+14, 0)}, true, nil
}

// complete moves the scopes whose tail reached the head into the cursor.
func (b *builder) complete(c *wire.Cursor) {
	c.Loading = slices.DeleteFunc(c.Loading, func(l wire.Loading) bool {
		whole := l.Phase >= wire.Tail && l.After >= b.head
		if whole {
			c.Scopes = append(c.Scopes, l.Scope)
		}
		return whole
	})
	slices.Sort(c.Scopes)
}
