package access

import (
	"container/list"
	"net/netip"
	"sync"
	"time"
)

// Rule is a bucket of tries: Burst at once, then one more each Every. Keys is
// how many buckets are remembered; beyond, the one unused for longest goes.
type Rule struct {
	Burst int
	Every time.Duration
	Keys  int
}

// Gate slows down whoever tries too much, by several rules at once: per
// account, per address, all together. It counts in memory only, for one
// process; it may be used by several goroutines.
type Gate struct {
	mu    sync.Mutex
	now   func() time.Time
	rules []*buckets
}

// NewGate makes a gate whose keys are given to Take in the order of rules.
func NewGate(now func() time.Time, rules ...Rule) *Gate {
	g := &Gate{now: now}
	for _, r := range rules {
		g.rules = append(g.rules, &buckets{rule: r, order: list.New(), byKey: map[string]*list.Element{}})
	}
	return g
}

// Take counts one try under each key. When one of the buckets is empty it
// counts nothing and answers a *Refusal that says how long to wait.
func (g *Gate) Take(keys ...string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	now, wait := g.now(), time.Duration(0)
	for i, b := range g.rules {
		wait = max(wait, b.get(keys[i], now).wait(b.rule))
	}
	if wait > 0 {
		return refuseWait(wait)
	}
	for i, b := range g.rules {
		b.get(keys[i], now).left--
	}
	return nil
}

// Give takes back a try that turned out well: people who know their password
// do not use up the tries of their office.
func (g *Gate) Give(keys ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	for i, b := range g.rules {
		u := b.get(keys[i], now)
		u.left = min(u.left+1, float64(b.rule.Burst))
	}
}

// buckets are those of one rule, the most recently used first.
type buckets struct {
	rule  Rule
	order *list.List
	byKey map[string]*list.Element
}

type bucket struct {
	key  string
	left float64   // tries, possibly a fraction
	at   time.Time // when left was true
}

// get gives the bucket of key, refilled to now, made full if it is new.
func (b *buckets) get(key string, now time.Time) *bucket {
	if e := b.byKey[key]; e != nil {
		b.order.MoveToFront(e)
		u := e.Value.(*bucket)
		u.refill(b.rule, now)
		return u
	}
	if len(b.byKey) >= b.rule.Keys {
		oldest := b.order.Back()
		delete(b.byKey, b.order.Remove(oldest).(*bucket).key)
	}
	u := &bucket{key: key, left: float64(b.rule.Burst), at: now}
	b.byKey[key] = b.order.PushFront(u)
	return u
}

// refill adds what the time since the last look earned. A clock that went back
// earns nothing.
func (u *bucket) refill(r Rule, now time.Time) {
	if passed := now.Sub(u.at); passed > 0 {
		u.left = min(float64(r.Burst), u.left+float64(passed)/float64(r.Every))
	}
	u.at = now
}

// wait gives how long until one try is there.
func (u *bucket) wait(r Rule) time.Duration {
	if u.left >= 1 {
		return 0
	}
	return time.Duration((1 - u.left) * float64(r.Every))
}

// NetworkKey gives the key under which an address is counted: itself, or for
// IPv6 its /64, which is what one subscriber holds.
func NetworkKey(ip netip.Addr) string {
	ip = ip.Unmap()
	if ip.Is4() || !ip.IsValid() {
		return ip.String()
	}
	prefix, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return ip.String()
	}
	return prefix.String()
}
