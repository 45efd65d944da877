package hub

import (
	"maps"
	"slices"
	"sync"

	"permanence/app/agenda"
	"permanence/app/store"
)

// rights remembers which scopes each agent holds. They follow from roles,
// organisations and services alone, so that a commit that touches none of these
// leaves them as they are, however many desktops ask.
type rights struct {
	mu   sync.Mutex
	seen map[agenda.TerritoireID]store.Head // up to where the journals were looked at
	held map[agenda.AgentID]held
}

// held are the scopes that an agent holds, sorted, by territoire. They are shared
// by whoever follows for that agent: nobody changes them.
type held map[agenda.TerritoireID][]agenda.Scope

func newRights() *rights {
	return &rights{seen: map[agenda.TerritoireID]store.Head{}, held: map[agenda.AgentID]held{}}
}

// of gives the scopes an agent holds in the snapshot of v.
func (r *rights) of(v *store.View, a agenda.AgentID) (held, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	newest, err := r.follow(v)
	if err != nil {
		return nil, err
	}
	if held, known := r.held[a]; known && newest {
		return held, nil
	}
	held := placed(agenda.Held(v, a))
	if newest && v.Err() == nil {
		r.held[a] = held
	}
	return held, v.Err()
}

// follow reads what the journals tell since the last look and forgets
// everything when a right may have changed. It reports whether v is at least
// as new as that look: what an older snapshot reads is not to be kept.
func (r *rights) follow(v *store.View) (newest bool, err error) {
	heads, err := v.Heads()
	if err != nil {
		return false, err
	}
	changed := len(heads) < len(r.seen)
	for _, h := range heads {
		was := r.seen[h.Territoire]
		switch {
		case was == h:
			continue
		case was.Epoch == h.Epoch && h.Number < was.Number:
			return false, nil
		case was.Epoch != h.Epoch:
			changed = true
			continue
		}
		lines, err := v.JournalSince(h.Territoire, was.Number, 1, agenda.NounRole, agenda.NounOrganisation, agenda.NounService)
		if err != nil {
			return false, err
		}
		changed = changed || len(lines) > 0
	}
	if changed {
		clear(r.held)
	}
	clear(r.seen)
	for _, h := range heads {
		r.seen[h.Territoire] = h
	}
	return true, nil
}

func placed(all []agenda.Placed) held {
	by := held{}
	for _, p := range all {
		by[p.Territoire] = append(by[p.Territoire], p.Scope)
	}
	for t, scopes := range by {
		by[t] = slices.Clip(scopes)
		slices.Sort(by[t])
	}
	return by
}

// territoires lists those where something is held, sorted.
func (h held) territoires() []agenda.TerritoireID { return slices.Sorted(maps.Keys(h)) }
