package access

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"
)

// clock is a time that tests move by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time       { return c.at }
func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }
func newClock() *clock                { return &clock{hour(0)} }
func waits(err error) (s int, yes bool) {
	r, ok := errors.AsType[*Refusal](err)
	if !ok || r.Code != CodeThrottled {
		return 0, false
	}
	return int(r.Wait.Seconds()), true
}

func TestGate(t *testing.T) {
	c := newClock()
	g := NewGate(c.now, Rule{Burst: 3, Every: 10 * time.Second, Keys: 10}, Rule{Burst: 5, Every: time.Second, Keys: 10})
	for i := range 3 {
		if err := g.Take("alice", "office"); err != nil {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	err := g.Take("alice", "office")
	if s, _ := waits(err); s != 10 {
		t.Fatalf("fourth try: %v, want to wait 10 s", err)
	}
	if r, _ := errors.AsType[*Refusal](err); r.Message != "Trop de tentatives. Réessayez dans 10 secondes." {
		t.Errorf("message %q", r.Message)
	}
	if err := g.Take("bruno", "office"); err != nil {
		t.Errorf("a colleague is held back: %v", err)
	}
	if err := g.Take("bruno", "office"); err != nil {
		t.Errorf("a refused try was counted against the office: %v", err)
	}
	if s, held := waits(g.Take("chloe", "office")); !held || s != 1 {
		t.Errorf("the office is not held back (%d s)", s)
	}
	c.pass(10 * time.Second)
	if err := g.Take("alice", "home"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	if _, held := waits(g.Take("alice", "home")); !held {
		t.Error("a second try after one wait")
	}
}

func TestGateGivesBack(t *testing.T) {
	g := NewGate(newClock().now, Rule{Burst: 2, Every: time.Minute, Keys: 10})
	for i := range 50 {
		if err := g.Take("office"); err != nil {
			t.Fatalf("good login %d: %v", i, err)
		}
		g.Give("office")
	}
}

func TestGateMemoryIsBounded(t *testing.T) {
	c := newClock()
	g := NewGate(c.now, Rule{Burst: 1, Every: time.Hour, Keys: 100})
	for i := range 5000 {
		if err := g.Take(fmt.Sprint("attacker ", i)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(g.rules[0].byKey); n != 100 || g.rules[0].order.Len() != 100 {
		t.Errorf("%d buckets are remembered, want 100", n)
	}
}

func TestGateClockSetBack(t *testing.T) {
	c := newClock()
	g := NewGate(c.now, Rule{Burst: 1, Every: time.Second, Keys: 1})
	if err := g.Take("a"); err != nil {
		t.Fatal(err)
	}
	c.pass(-24 * time.Hour)
	if s, held := waits(g.Take("a")); !held || s > 1 {
		t.Errorf("a clock set back: wait %d s", s)
	}
	c.pass(time.Second)
	if err := g.Take("a"); err != nil {
		t.Errorf("a second later: %v", err)
	}
}

func TestNetworkKey(t *testing.T) {
	tests := []struct {
		name, a, b string
		same       bool
	}{
		{"one address", "192.0.2.1", "192.0.2.1", true},
		{"two addresses", "192.0.2.1", "192.0.2.2", false},
		{"mapped into IPv6", "192.0.2.1", "::ffff:192.0.2.1", true},
		{"one subscriber of IPv6", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
		{"two subscribers of IPv6", "2001:db8:1:2::1", "2001:db8:1:3::1", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := NetworkKey(netip.MustParseAddr(tt.a)), NetworkKey(netip.MustParseAddr(tt.b))
			if (a == b) != tt.same {
				t.Errorf("%s and %s: %s, %s", tt.a, tt.b, a, b)
			}
		})
	}
	if NetworkKey(netip.Addr{}) == "" {
		t.Error("an unknown address has no key")
	}
}
