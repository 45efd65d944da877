package hub

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

// sums remembers the digest of each set of scopes at its last number: desktops
// of one service ask for the same.
type sums struct {
	mu    sync.Mutex
	known map[sumKey]sumAt
}

type sumKey struct {
	territoire agenda.TerritoireID
	scopes     string // hash
	form       int
}

type sumAt struct {
	epoch  string
	number int64
	from   int
	sum    string
}

func newSums() *sums { return &sums{known: map[sumKey]sumAt{}} }

// sumsMax bounds what is remembered: sets of scopes follow roles, of which there
// are few.
const sumsMax = 4096

// get gives the sum remembered for k at this very place of its history.
func (s *sums) get(k sumKey, at sumAt) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.known[k]
	sum := kept.sum
	kept.sum = ""
	return sum, ok && kept == at
}

func (s *sums) put(k sumKey, at sumAt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= sumsMax {
		clear(s.known)
	}
	s.known[k] = at
}

// digests gives, in the snapshot of tx, what the territoires whose cursor is
// complete sum up to.
func (h *Hub) digests(tx *store.View, f *follower) ([]wire.Digest, error) {
	var all []wire.Digest
	for _, t := range f.territoires() {
		c := f.cursors[t]
		if len(c.Loading) > 0 || c.Hash != "" || len(c.Scopes) == 0 {
			continue
		}
		head, err := tx.Head(t)
		if err != nil {
			return nil, err
		}
		if head.Epoch != c.Epoch || head.Number != c.Number {
			continue
		}
		d, err := h.digest(tx, c, f.form)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

func (h *Hub) digest(tx *store.View, c wire.Cursor, form int) (wire.Digest, error) {
	key := sumKey{c.Territoire, wire.HashScopes(c.Scopes), form}
	at := sumAt{epoch: c.Epoch, number: c.Number, from: store.MonthFrom(c.WindowFrom)}
	if sum, ok := h.sums.get(key, at); ok {
		return wire.Digest{Territoire: c.Territoire, Number: c.Number, Sum: sum}, nil
	}
	parts, err := tx.Digests(c.Territoire, c.Scopes, at.from)
	if err != nil {
		return wire.Digest{}, err
	}
	maps.DeleteFunc(parts, func(k store.DigestKey, _ uint64) bool { return !h.forms.Knows(form, k.Noun) })
	at.sum = wire.HashParts(partsOf(parts))
	h.sums.put(key, at)
	return wire.Digest{Territoire: c.Territoire, Number: c.Number, Sum: at.sum}, nil
}

func partsOf(digests map[store.DigestKey]uint64) []wire.Part {
	parts := make([]wire.Part, 0, len(digests))
	for k, sum := range digests {
		parts = append(parts, wire.Part{Scope: k.Scope, Noun: k.Noun, Month: k.Month, Sum: sum})
	}
	return parts
}

// territoires lists those that a follower has a cursor for, sorted.
func (f *follower) territoires() []agenda.TerritoireID {
	return slices.Sorted(maps.Keys(f.cursors))
}

// listRows bounds the records of one list.
const listRows = 5000

// lists adds what the parts that a desktop showed are made of here, when they
// are other ones, and gives how many differ.
func (b *builder) lists(c *wire.Cursor) (int, error) {
	ours, err := b.tx.Digests(b.t, c.Scopes, store.MonthFrom(b.window.day))
	if err != nil {
		return 0, err
	}
	shown := map[store.DigestKey]uint64{}
	for _, p := range c.Parts {
		shown[store.DigestKey{Scope: p.Scope, Noun: p.Noun, Month: p.Month}] = p.Sum
	}
	differ := 0
	for _, k := range union(ours, shown) {
		if ours[k] == shown[k] || !b.holds[k.Scope] {
			continue
		}
		differ++
		if err := b.list(k); err != nil {
			return 0, err
		}
	}
	return differ, nil
}

// union gives the keys of both, sorted.
func union(a, b map[store.DigestKey]uint64) []store.DigestKey {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.SortFunc(all, func(x, y store.DigestKey) int {
		return cmp.Or(cmp.Compare(x.Scope, y.Scope), cmp.Compare(x.Noun, y.Noun), cmp.Compare(x.Month, y.Month))
	})
	return slices.Compact(all)
}

// list adds what one part is made of; one that holds nothing is listed too.
func (b *builder) list(k store.DigestKey) error {
	found, err := b.tx.Digested(b.t, k)
	if err != nil {
		return err
	}
	rows := make([]wire.ListRow, 0, len(found))
	for _, i := range found {
		rows = append(rows, wire.ListRow(i))
	}
	for {
		n := min(len(rows), listRows)
		b.frames = append(b.frames, wire.Frame{T: wire.TypeList, Territoire: b.t,
			List: &wire.List{Scope: k.Scope, Noun: k.Noun, Month: k.Month, Rows: rows[:n]}})
		if rows = rows[n:]; len(rows) == 0 {
			return nil
		}
	}
}

// wanted sends records again as they are now. One that the desktop may not read
// leaves it, whether it exists or not.
func (b *builder) wanted(refs []agenda.Ref) error {
	lines := make([]store.Line, len(refs))
	for i, r := range refs {
		lines[i].Ref = r
	}
	standings, err := b.standings(lines)
	if err != nil {
		return err
	}
	for _, l := range lines {
		now := standings[l.Ref]
		l.Number = now.Number
		f := b.record(l, now)
		if f.T != wire.TypePut {
			f.T = wire.TypeLeave
		}
		f.Again = true
		b.frames = append(b.frames, f)
	}
	return nil
}
