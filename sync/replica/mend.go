package replica

import (
	"cmp"
	"context"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

// Mended tells that this desktop did not hold what it had been sent, and what
// was done about it. It names records by id.
type Mended struct {
	Territoire agenda.TerritoireID // "" for what an audit of the rows found
	Missing    []agenda.Ref        // were not here
	Altered    []agenda.Ref        // had another revision
	Extra      []agenda.Ref        // should not have been here
	// Stuck says that they still differ after they were sent again.
	Stuck bool
}

// Count is the number of records concerned.
func (m Mended) Count() int { return len(m.Missing) + len(m.Altered) + len(m.Extra) }

// auditEvery is how often the rows themselves are read against what is held;
// the first time is when a program begins to sync.
const auditEvery = 24 * time.Hour

// audit recounts the rows that are not what was received, so that the next
// comparison finds them.
func (r *Replica) audit(ctx context.Context) error {
	now := r.clock.Now()
	if !r.audited.IsZero() && now.Sub(r.audited).Abs() < auditEvery {
		return nil
	}
	var found []agenda.Ref
	err := r.store.WriteDesk(ctx, func(tx *store.DeskTx) error {
		var err error
		found, err = tx.Audit()
		return err
	})
	if err != nil {
		return err
	}
	r.audited = now
	if len(found) > 0 {
		r.noteMended(Mended{Altered: found})
	}
	return nil
}

// mender follows one difference from the digests to the records that are sent
// again.
type mender struct {
	// before is where this desktop stood when it last showed its parts.
	before map[agenda.TerritoireID]stuckAt
	rounds int
}

// rounds bounds the exchanges of one repair.
const rounds = 200

// mend gives what the next exchange has to show or to ask for, nil when
// nothing differs, or nothing more can be done.
func (r *Replica) mend(ctx context.Context, m *mender, p *pager) (*mending, error) {
	if m.rounds++; m.rounds > rounds {
		return nil, nil // more another time
	}
	if len(p.lists) > 0 {
		wants, err := r.missing(ctx, p.lists)
		if err != nil || len(wants) == 0 {
			return nil, err
		}
		return &mending{wants: wants}, nil
	}
	next := &mending{parts: map[agenda.TerritoireID][]wire.Part{}}
	for _, d := range p.digests {
		parts, sum, err := r.compare(ctx, d)
		if err != nil {
			return nil, err
		}
		switch {
		case sum == d.Sum || sum == "":
			continue
		case m.before[d.Territoire] == stuckAt{d, sum}: // asking again would bring the same
			r.noteStuck(d, sum)
			continue
		}
		m.before[d.Territoire] = stuckAt{d, sum}
		next.parts[d.Territoire] = parts
	}
	if len(next.parts) == 0 {
		return nil, nil
	}
	return next, nil
}

// mending is what an exchange adds to its cursors.
type mending struct {
	parts map[agenda.TerritoireID][]wire.Part
	wants map[agenda.TerritoireID][]agenda.Ref
}

func (m *mending) addTo(cursors []wire.Cursor) {
	if m == nil {
		return
	}
	for i := range cursors {
		c := &cursors[i]
		c.Parts, c.Wants = m.parts[c.Territoire], m.wants[c.Territoire]
	}
}

// compare gives what this desktop sums up to where the server told its digest;
// "" when it stands elsewhere, or is known not to agree.
func (r *Replica) compare(ctx context.Context, d wire.Digest) (parts []wire.Part, sum string, err error) {
	err = r.store.Read(ctx, func(v *store.View) error {
		cursors, err := readCursors(v)
		if err != nil {
			return err
		}
		c := cursors[d.Territoire]
		if c.Number != d.Number || len(c.Loading) > 0 {
			return nil
		}
		digests, err := v.Digests(d.Territoire, c.Scopes, store.MonthFrom(c.WindowFrom))
		if err != nil {
			return err
		}
		for k, s := range digests {
			parts = append(parts, wire.Part{Scope: k.Scope, Noun: k.Noun, Month: k.Month, Sum: s})
		}
		sum = wire.HashParts(parts)
		return nil
	})
	if stuck, ok := r.stuck[d.Territoire]; ok && stuck.digest == d && stuck.sum == sum {
		return nil, "", err // said already
	}
	return parts, sum, err
}

// missing compares the lists of the server with what is held, and gives the
// records that it has to send again: those that are not the same, and those
// that it does not list.
func (r *Replica) missing(ctx context.Context, lists []wire.Frame) (map[agenda.TerritoireID][]agenda.Ref, error) {
	byPart := map[agenda.TerritoireID]map[store.DigestKey]map[string]int64{}
	for _, f := range lists {
		parts := byPart[f.Territoire]
		if parts == nil {
			parts = map[store.DigestKey]map[string]int64{}
			byPart[f.Territoire] = parts
		}
		key := store.DigestKey{Scope: f.List.Scope, Noun: f.List.Noun, Month: f.List.Month}
		if parts[key] == nil {
			parts[key] = map[string]int64{}
		}
		for _, row := range f.List.Rows {
			parts[key][row.ID] = row.Revision
		}
	}
	wants := map[agenda.TerritoireID][]agenda.Ref{}
	for t, parts := range byPart {
		m, err := r.difference(ctx, t, parts)
		if err != nil {
			return nil, err
		}
		refs := slices.Concat(m.Missing, m.Altered, m.Extra)
		slices.SortFunc(refs, func(a, b agenda.Ref) int { return cmp.Or(cmp.Compare(a.Noun, b.Noun), cmp.Compare(a.ID, b.ID)) })
		refs = slices.Compact(refs)
		if len(refs) > 0 {
			wants[t] = refs[:min(len(refs), wire.MaxWants)]
			r.noteMended(m)
		}
	}
	return wants, nil
}

func (r *Replica) difference(ctx context.Context, t agenda.TerritoireID, theirs map[store.DigestKey]map[string]int64) (Mended, error) {
	m := Mended{Territoire: t}
	err := r.store.Read(ctx, func(v *store.View) error {
		for key, rows := range theirs {
			ours, err := v.Digested(t, key)
			if err != nil {
				return err
			}
			m.compare(key.Noun, ours, rows)
		}
		return nil
	})
	return m, err
}

// compare adds how one part differs.
func (m *Mended) compare(n agenda.Noun, ours []store.Imprint, theirs map[string]int64) {
	here := map[string]bool{}
	for _, o := range ours {
		here[o.ID] = true
		ref := agenda.Ref{Noun: n, ID: o.ID}
		if revision, listed := theirs[o.ID]; !listed {
			m.Extra = append(m.Extra, ref)
		} else if revision != o.Revision {
			m.Altered = append(m.Altered, ref)
		}
	}
	for id := range theirs {
		if !here[id] {
			m.Missing = append(m.Missing, agenda.Ref{Noun: n, ID: id})
		}
	}
}

// stuckAt is a difference that sending again did not mend.
type stuckAt struct {
	digest wire.Digest
	sum    string
}

func (r *Replica) noteStuck(d wire.Digest, sum string) {
	r.stuck[d.Territoire] = stuckAt{d, sum}
	r.noteMended(Mended{Territoire: d.Territoire, Stuck: true})
}

// noteMended keeps and tells what was found.
func (r *Replica) noteMended(m Mended) {
	r.mu.Lock()
	r.health.Mended += m.Count()
	r.health.Stuck = m.Stuck
	r.mu.Unlock()
	if r.onMend != nil {
		r.onMend(m)
	}
}
