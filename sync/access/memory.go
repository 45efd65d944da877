package access

import (
	"sync"
	"time"
)

// What is remembered of app passwords: for so long, so many at most. A second
// is enough for the burst of requests of one refresh, and short enough for
// what another process revoked.
const (
	memoryAge  = time.Second
	memoryKeys = 4096
)

// holder is who an app password belongs to.
type holder struct {
	session Session
	email   string // LoginEmail's form
}

// memory keeps right answers, never wrong ones, and only under a hash. It may
// be used by several goroutines.
type memory struct {
	now  func() time.Time
	mu   sync.Mutex
	held map[Hash]remembered
}

type remembered struct {
	holder
	at time.Time
}

func newMemory(now func() time.Time) *memory {
	return &memory{now: now, held: map[Hash]remembered{}}
}

func (m *memory) get(h Hash) (holder, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.held[h]
	if !ok || !m.fresh(r) {
		delete(m.held, h)
		return holder{}, false
	}
	return r.holder, true
}

// put remembers a right answer; when there is no room left, what is stale goes
// first, then everything: one more look-up each costs little.
func (m *memory) put(h Hash, known holder) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.held) >= memoryKeys {
		m.drop(func(r remembered) bool { return !m.fresh(r) })
	}
	if len(m.held) >= memoryKeys {
		clear(m.held)
	}
	m.held[h] = remembered{known, m.now()}
}

func (m *memory) forget(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drop(func(r remembered) bool { return r.session.Key == key })
}

func (m *memory) drop(which func(remembered) bool) {
	for h, r := range m.held {
		if which(r) {
			delete(m.held, h)
		}
	}
}

// fresh is false also for what a clock set back would keep too long.
func (m *memory) fresh(r remembered) bool {
	age := m.now().Sub(r.at)
	return age >= 0 && age < memoryAge
}
