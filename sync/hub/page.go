package hub

import (
	"bytes"
	"errors"
	"maps"
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
	outcomes int64     // highest n whose outcome was sent
	waiting  []awaited // those below it whose final outcome was not
	ahead    map[agenda.TerritoireID]*store.Ahead
	form     int  // schema in which it is written to
	tooOld   bool // its schema is none that this server still writes
}

func (h *Hub) newFollower(d Device, req wire.Request) *follower {
	form := min(req.Hello.Schema, h.schema)
	f := &follower{device: d, form: form, tooOld: form < h.forms.Oldest(h.schema), cursors: map[agenda.TerritoireID]wire.Cursor{}, outcomes: req.Hello.Acked, waiting: awaitedBy(req.Hello),
		ahead: map[agenda.TerritoireID]*store.Ahead{}}
	for _, c := range req.Cursors {
		f.cursors[c.Territoire] = c
	}
	return f
}

// stand is where a follower is before a page.
func (f *follower) stand() follower {
	return follower{cursors: maps.Clone(f.cursors), outcomes: f.outcomes, waiting: slices.Clone(f.waiting)}
}

// stepBack puts it there again.
func (f *follower) stepBack(to follower) {
	f.cursors, f.outcomes, f.waiting = maps.Clone(to.cursors), to.outcomes, slices.Clone(to.waiting)
	f.ahead = map[agenda.TerritoireID]*store.Ahead{}
}

// noEpoch is the history of a territoire that is not here.
const noEpoch = "none"

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
	if head.Epoch == "" {
		head.Epoch = noEpoch // a territoire that a restored server never had
	}
	c, known := f.cursors[t]
	reset := false
	if !known || c.Epoch != head.Epoch || c.Number > head.Number || c.Number < head.Horizon || overtaken(c, head.Horizon) {
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
	if err := b.compareScopes(&c); err != nil {
		return page{}, err
	}
	if reset {
		if err := b.erased(); err != nil {
			return page{}, err
		}
	}
	if err := b.mend(&c, h, f); err != nil {
		return page{}, err
	}
	if err := b.delta(&c); err != nil {
		return page{}, err
	}
	if f.ahead[t] == nil {
		f.ahead[t] = &store.Ahead{}
	}
	if err := b.load(&c, f.ahead[t]); err != nil {
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
		From: b.from, To: c.Number, Reset: reset, Epoch: head.Epoch, Loading: c.Loading, Scopes: c.Scopes, WindowFrom: c.WindowFrom, WindowAt: b.window.from, Expect: b.expect,
	}})
	return page{frames: b.frames, more: len(c.Loading) > 0 || c.Number < head.Number}, tx.Err()
}

// overtaken reports whether what left since a load began is forgotten: what it
// brought already may be gone, and nothing would tell.
func overtaken(c wire.Cursor, horizon int64) bool {
	return slices.ContainsFunc(c.Loading, func(l wire.Loading) bool {
		if l.Phase >= wire.Tail {
			return l.After < horizon
		}
		return l.N < horizon
	})
}

// mend answers a desktop whose digests differed: it lists the parts that are
// others, and sends again what was wanted.
func (b *builder) mend(c *wire.Cursor, h *Hub, f *follower) error {
	parts, wants := c.Parts, c.Wants
	if len(parts) > 0 && c.Number == b.head && len(c.Loading) == 0 {
		differ, err := b.lists(c)
		if err != nil {
			return err
		}
		h.differs(f.device, b.t, differ)
	}
	c.Parts, c.Wants = nil, nil
	return b.wanted(wants)
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
	head   int64
	from   int64
	window window
	limit  int
	news   bool // scopes were granted, withdrawn or completed
	expect int  // rows of the loads that begin
	frames []wire.Frame
}

func set(scopes []agenda.Scope) map[agenda.Scope]bool {
	m := make(map[agenda.Scope]bool, len(scopes))
	for _, s := range scopes {
		m[s] = true
	}
	return m
}

// compareScopes tells what was withdrawn and begins to load what was granted. A
// cursor that lists what is held keeps that very list, which many share.
func (b *builder) compareScopes(c *wire.Cursor) error {
	if len(c.Loading) == 0 && slices.Equal(c.Scopes, b.held) {
		c.Scopes = b.held
		return nil
	}
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
	var granted []agenda.Scope
	for _, s := range b.held {
		loading := slices.ContainsFunc(c.Loading, func(l wire.Loading) bool { return l.Scope == s })
		if loading || slices.Contains(c.Scopes, s) {
			continue
		}
		b.frames = append(b.frames, wire.Frame{T: wire.TypeScope, Territoire: b.t, Scope: s, Add: true})
		c.Loading = append(c.Loading, wire.Loading{Scope: s, N: b.head})
		granted = append(granted, s)
		b.news = true
	}
	var err error
	b.expect, err = b.tx.Sizes(b.t, granted, store.MonthFrom(b.window.day))
	return err
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
	standings, err := b.standings(page.Lines)
	if err != nil {
		return 0, err
	}
	for _, l := range page.Lines {
		if f := b.record(l, standings[l.Ref]); f.T == wire.TypePut || l.Number > fresh {
			b.frames = append(b.frames, f)
		}
	}
	return page.Through, nil
}

// standings reads how the records of some lines stand now.
func (b *builder) standings(lines []store.Line) (map[agenda.Ref]store.Standing, error) {
	refs := make([]agenda.Ref, len(lines))
	for i, l := range lines {
		refs[i] = l.Ref
	}
	if len(refs) == 0 {
		return nil, nil
	}
	names, err := b.tx.ScopeNames(b.t)
	if err != nil {
		return nil, err
	}
	return b.tx.Standings(names, refs)
}

// record gives the frame that brings a desktop the present state of one record.
func (b *builder) record(l store.Line, now store.Standing) wire.Frame {
	f := wire.Frame{T: wire.TypeLeave, Territoire: b.t, Noun: l.Ref.Noun, ID: l.Ref.ID, Number: l.Number}
	switch {
	case now.Body == nil:
		f.T = b.missing(l.Ref)
	case b.before(l.Ref, now.Body):
	default:
		f.Scopes = b.heldOf(now.Scopes)
	}
	if len(f.Scopes) > 0 {
		f.T, f.Body = wire.TypePut, now.Body
	}
	return f
}

// erased tells a desktop that begins again who was erased, whenever that was,
// and what went with them: what it keeps beside the rows, its week of commands,
// may still name them.
func (b *builder) erased() error {
	refs, err := b.tx.ErasedIn(b.t, b.held)
	for _, r := range refs {
		b.frames = append(b.frames, wire.Frame{T: wire.TypeErase, Territoire: b.t, Noun: r.Noun, ID: r.ID, Number: b.head})
	}
	return err
}

// missing tells how a record that is not here went.
func (b *builder) missing(ref agenda.Ref) wire.Type {
	if _, ans := b.tx.Body(ref.Noun, ref.ID); ans == agenda.Erased {
		return wire.TypeErase
	}
	return wire.TypeGone
}

// before reports whether a record is an Rdv that started before the window.
func (b *builder) before(ref agenda.Ref, body []byte) bool {
	if ref.Noun != agenda.NounRdv {
		return false
	}
	_, text, _ := bytes.Cut(body, []byte(`"start":"`)) // a quote is never alone inside a text
	text, _, _ = bytes.Cut(text, []byte(`"`))
	start, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return false // sent as it is: the desktop says what is wrong with it
	}
	return start.Before(b.window.from)
}

// heldOf gives those of some scopes that are held, sorted.
func (b *builder) heldOf(present []agenda.Scope) []agenda.Scope {
	held := slices.DeleteFunc(present, func(s agenda.Scope) bool { return !b.holds[s] })
	slices.Sort(held)
	return held
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

// awaited is a command whose final outcome is still to come: its n under this
// device and, from a desktop that tells it, its id.
type awaited struct {
	n  int64
	id string
}

func awaitedBy(hello wire.Hello) []awaited {
	var all []awaited
	for i, n := range hello.Waiting {
		a := awaited{n: n}
		if i < len(hello.WaitingIDs) {
			a.id = hello.WaitingIDs[i]
		}
		all = append(all, a)
	}
	return all
}

// outcomeOfSame gives the outcome of a command that a former device of the same
// agent sent; store.ErrUnknown of anybody else's.
func outcomeOfSame(v *store.View, d Device, command string) (store.Outcome, error) {
	o, err := v.OutcomeOf(command)
	if err == nil && errors.Is(sameAgent(v, d, o), ErrForeign) {
		return store.Outcome{}, store.ErrUnknown
	}
	return o, err
}

// finals gives the outcomes of commands that waited when the desktop last heard
// of them and are settled now; each is told once.
func (b *builder) finals(f *follower) ([]store.Outcome, error) {
	var settled []store.Outcome
	var left []awaited
	for _, a := range f.waiting {
		o, err := b.tx.OutcomeAt(f.device.ID, a.n)
		if errors.Is(err, store.ErrUnknown) && a.id != "" {
			o, err = outcomeOfSame(b.tx, f.device, a.id)
		}
		if err != nil && !errors.Is(err, store.ErrUnknown) {
			return nil, err
		}
		if err == nil && o.Verdict != agenda.Waiting {
			o.N = a.n
			settled = append(settled, o)
		} else {
			left = append(left, a)
		}
	}
	f.waiting = left
	return settled, nil
}
