package hub

import (
	"sync"

	"permanence/app/agenda"
)

// LocalBus wakes the followers inside one process.
type LocalBus struct {
	mu        sync.Mutex
	followers map[chan struct{}]bool
}

// NewLocalBus gives a bus without followers.
func NewLocalBus() *LocalBus { return &LocalBus{followers: map[chan struct{}]bool{}} }

// Notify wakes every follower: each reads its own index and finds out whether
// something is for it.
func (b *LocalBus) Notify(...agenda.TerritoireID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.followers {
		select {
		case c <- struct{}{}:
		default: // already awake
		}
	}
}

// Follow gives a channel of its own to one follower.
func (b *LocalBus) Follow() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.followers[c] = true
	return c, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.followers, c)
	}
}
