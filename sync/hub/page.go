package hub

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

// follower is one desktop being brought up to date: where it stands, page
// after page. It lives for one exchange or one live stream.
type follower struct {
	device   Device
	cursors  map[agenda.TerritoireID]wire.Cursor
	outcomes int64   // highest n whose outcome was sent
	waiting  []int64 // those below it whose final outcome was not
}

func newFollower(d Device, req wire.Request) *follower {
	f := &follower{device: d, cursors: map[agenda.TerritoireID]wire.Cursor{}, outcomes: req.Hello.Acked, waiting: slices.Clone(req.Hello.Waiting)}
	for _, c := range req.Cursors {
		f.cursors[c.Territoire] = c
	}
	return f
}

// page is what one transaction gives one territoire.
type page struct {
	frames []wire.Frame
	more   bool
	// ask: the cursor has no list of scopes, and its hash is not that of the
	// rights now.
	ask bool
}

// next reads one page of territoire t, held there by the scopes; it moves the
// follower's cursor. A page without rows, outcomes or news of scopes is empty.
func (h *Hub) next(tx *store.View, f *follower, t agenda.TerritoireID, held []agenda.Scope) (page, error) {
	head, err := tx.Head(t)
	if err != nil {
		return page{}, err
	}
	c, known := f.cursors[t]
	reset := false
	if !known || c.Epoch != head.Epoch || c.Number > head.Number || c.Number < head.Horizon {
		c = wire.Cursor{Territoire: t, Epoch: head.Epoch, Number: head.Number}
		reset, known = known, false
	}
	if c.Hash != "" && known {
		if c.Hash != wire.HashScopes(held) {
			return page{ask: true}, nil
		}
		c.Hash, c.Scopes = "", held
	}
	b := &builder{tx: tx, t: t, held: held, holds: set(held), head: head.Number, from: c.Number, window: h.window(tx, t), limit: h.pageLines}
	b.compareScopes(&c)
	if err := b.delta(&c); err != nil {
		return page{}, err
	}
	if err := b.load(&c); err != nil {
		return page{}, err
	}
	if err := b.outcomes(f); err != nil {
		return page{}, err
	}
	same := known && len(b.frames) == 0 && c.Number == b.from && !b.news && c.WindowFrom == b.window.day
	c.WindowFrom = b.window.day
	f.cursors[t] = c
	if same {
		return page{}, nil
	}
	b.frames = append(b.frames, wire.Frame{T: wire.TypeMark, Territoire: t, Number: c.Number, Mark: &wire.Mark{
		From: b.from, To: c.Number, Reset: reset, Epoch: head.Epoch, Loading: c.Loading, Scopes: c.Scopes, WindowFrom: c.WindowFrom, WindowAt: b.window.from,
	}})
	return page{frames: b.frames, more: len(c.Loading) > 0 || c.Number < head.Number}, cmp.Or(b.err, tx.Err())
}

// window is what bounds the Rdvs a desktop holds.
type window struct {
	day  string // first civil day, "2026-08-01"
	from time.Time
}

// window begins on the first day of a civil month in the territoire's zone.
func (h *Hub) window(tx *store.View, t agenda.TerritoireID) window {
	territoire, ans := agenda.Get[*agenda.Territoire](tx, agenda.NounTerritoire, string(t))
	if ans != agenda.Yes {
		return window{}
	}
	day, from := territoire.WindowFrom(h.now())
	return window{day.String(), from}
}

// builder gathers the frames of one page.
type builder struct {
	tx     *store.View
	t      agenda.TerritoireID
	held   []agenda.Scope
	holds  map[agenda.Scope]bool
	err    error // first failure met on the way
	head   int64
	from   int64
	window window
	limit  int
	news   bool // scopes were granted, withdrawn or completed
	frames []wire.Frame
}

func set(scopes []agenda.Scope) map[agenda.Scope]bool {
	m := make(map[agenda.Scope]bool, len(scopes))
	for _, s := range scopes {
		m[s] = true
	}
	return m
}

// compareScopes tells what was withdrawn and begins to load what was granted.
func (b *builder) compareScopes(c *wire.Cursor) {
	drop := func(s agenda.Scope) bool {
		if slices.Contains(b.held, s) {
			return false
		}
		b.frames = append(b.frames, wire.Frame{T: wire.TypeScope, Territoire: b.t, Scope: s})
		b.news = true
		return true
	}
	c.Scopes = slices.DeleteFunc(slices.Clone(c.Scopes), drop)
	c.Loading = slices.DeleteFunc(slices.Clone(c.Loading), func(l wire.Loading) bool { return drop(l.Scope) })
	for _, s := range b.held {
		loading := slices.ContainsFunc(c.Loading, func(l wire.Loading) bool { return l.Scope == s })
		if loading || slices.Contains(c.Scopes, s) {
			continue
		}
		b.frames = append(b.frames, wire.Frame{T: wire.TypeScope, Territoire: b.t, Scope: s, Add: true})
		c.Loading = append(c.Loading, wire.Loading{Scope: s, N: b.head})
		b.news = true
	}
}

// delta brings the complete scopes from the cursor's number towards the head.
func (b *builder) delta(c *wire.Cursor) error {
	if len(c.Scopes) == 0 {
		c.Number = b.head
		return nil
	}
	to, err := b.lines(c.Scopes, c.Number, 0)
	if err != nil {
		return err
	}
	c.Number = to
	return nil
}

// lines adds the frames of one page of the feed above after, and gives the
// number up to which it tells everything. A desktop that begins to load at
// fresh never held what was out of its reach by then: that is not told.
func (b *builder) lines(scopes []agenda.Scope, after, fresh int64) (int64, error) {
	page, err := b.tx.FeedAfter(b.t, scopes, after, b.limit)
	if err != nil {
		return 0, err
	}
	for _, l := range page.Lines {
		if f := b.record(l); f.T == wire.TypePut || l.Number > fresh {
			b.frames = append(b.frames, f)
		}
	}
	return page.Through, nil
}

// record gives the frame that brings a desktop the present state of one record.
func (b *builder) record(l store.Line) wire.Frame {
	f := wire.Frame{T: wire.TypeLeave, Territoire: b.t, Noun: l.Ref.Noun, ID: l.Ref.ID, Number: l.Number}
	body, ans := b.tx.Body(l.Ref.Noun, l.Ref.ID)
	switch {
	case ans == agenda.Erased:
		f.T = wire.TypeErase
	case ans != agenda.Yes:
		f.T = wire.TypeGone
	case b.before(l.Ref, body):
	default:
		f.Scopes = b.scopesOf(l.Ref)
	}
	if len(f.Scopes) > 0 {
		f.T, f.Body = wire.TypePut, body
	}
	return f
}

// before reports whether a record is an Rdv that started before the window.
func (b *builder) before(ref agenda.Ref, body []byte) bool {
	if ref.Noun != agenda.NounRdv {
		return false
	}
	var r struct {
		Start time.Time `json:"start"`
	}
	if err := json.Unmarshal(body, &r); err != nil {
		return false // sent as it is: the desktop says what is wrong with it
	}
	return r.Start.Before(b.window.from)
}

// scopesOf gives the held scopes through which a record can be read now, as
// the feed says; a failure ends the transaction.
func (b *builder) scopesOf(ref agenda.Ref) []agenda.Scope {
	present, err := b.tx.ScopesOf(b.t, ref)
	if err != nil {
		b.err = cmp.Or(b.err, err)
	}
	return slices.DeleteFunc(present, func(s agenda.Scope) bool { return !b.holds[s] })
}

// outcomes adds those of this device that were settled when the page was read,
// so that no page shows the effect of a command still thought pending.
func (b *builder) outcomes(f *follower) error {
	stored, err := b.finals(f)
	if err != nil {
		return err
	}
	fresh, err := b.tx.OutcomesAfter(f.device.ID, f.outcomes)
	if err != nil {
		return err
	}
	for _, o := range append(stored, fresh...) {
		out, err := outcomeOf(o)
		if err != nil {
			return err
		}
		b.frames = append(b.frames, wire.Frame{T: wire.TypeOutcome, Outcome: &out})
		f.outcomes = max(f.outcomes, o.N)
	}
	return nil
}

// finals gives the outcomes of commands that waited when the desktop last heard
// of them and are settled now; each is told once.
func (b *builder) finals(f *follower) ([]store.Outcome, error) {
	var settled []store.Outcome
	var left []int64
	for _, n := range f.waiting {
		o, err := b.tx.OutcomeAt(f.device.ID, n)
		if err != nil && !errors.Is(err, store.ErrUnknown) {
			return nil, err
		}
		if err == nil && o.Verdict != agenda.Waiting {
			settled = append(settled, o)
		} else {
			left = append(left, n)
		}
	}
	f.waiting = left
	return settled, nil
}
