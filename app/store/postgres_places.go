package store

import (
	"maps"
	"sync"

	"permanence/app/agenda"
)

// placesMet remembers the short numbers of places that were committed: they
// never change, and every write asks for several. After a connection was lost
// it begins anew: another server may have taken over, which never had what was
// committed last.
type placesMet struct {
	mu  sync.Mutex
	age int64 // of the pool
	all map[agenda.Placed]int64
}

// mostPlaces bounds them; a territoire has some hundreds.
const mostPlaces = 100_000

func (m *placesMet) get(age int64, p agenda.Placed) (int64, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.age != age {
		return 0, false
	}
	place, ok := m.all[p]
	return place, ok
}

// keep adds those of a transaction that was committed.
func (m *placesMet) keep(age int64, met map[agenda.Placed]int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.age != age || m.all == nil || len(m.all) > mostPlaces {
		m.age, m.all = age, map[agenda.Placed]int64{}
	}
	maps.Copy(m.all, met)
}
