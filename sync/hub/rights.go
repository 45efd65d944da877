package hub

import (
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
	held map[agenda.AgentID][]agenda.Placed
}

func newRights() *rights {
	return &rights{seen: map[agenda.TerritoireID]store.Head{}, held: map[agenda.AgentID][]agenda.Placed{}}
}

// of gives the scopes an agent holds in the snapshot of v. The result is shared.
func (r *rights) of(v *store.View, a agenda.AgentID) ([]agenda.Placed, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	newest, err := r.follow(v)
	if err != nil {
		return nil, err
	}
	if held, known := r.held[a]; known && newest {
		return held, nil
	}
	held := agenda.Held(v, a)
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

// territoires lists those of some scopes, each once.
func territoires(held []agenda.Placed) []agenda.TerritoireID {
	var ids []agenda.TerritoireID
	for _, p := range held {
		if !slices.Contains(ids, p.Territoire) {
			ids = append(ids, p.Territoire)
		}
	}
	return ids
}

// scopesIn gives those of one territoire, sorted.
func scopesIn(held []agenda.Placed, t agenda.TerritoireID) []agenda.Scope {
	var scopes []agenda.Scope
	for _, p := range held {
		if p.Territoire == t {
			scopes = append(scopes, p.Scope)
		}
	}
	slices.Sort(scopes)
	return scopes
}
