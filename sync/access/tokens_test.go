package access

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// day gives an instant in hours after Monday noon.
func hour(h float64) time.Time {
	return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC).Add(time.Duration(h * float64(time.Hour)))
}

func hashOf(name string) Hash {
	var h Hash
	copy(h[:], name)
	return h
}

// TestDeviceTokens plays what happens to the tokens of one device: "A" presents
// token A, "+B" offers B, "x" revokes, "30h" moves the clock. Each presentation
// is followed by its answer: yes, no (denied), or ? (unknown).
func TestDeviceTokens(t *testing.T) {
	tests := []struct{ name, play string }{
		{"one token serves all day", "A yes 23h A yes"},
		{"a stranger", "Z ? A yes"},
		{"the previous one serves until the next was used", "25h A yes +B A yes A yes B yes"},
		{"the previous one after that", "25h +B B yes A no B no"},
		{"an older one, copied", "25h +B B yes 25h +C C yes A no C no"},
		{"a cut answer locks nobody out", "25h +B A yes 1h A yes +C C yes"},
		{"a late answer accuses nobody", "25h +B 1h +C C yes B ? C yes"},
		{"a late answer taken first", "25h +B 1h +C B yes C ? B yes"},
		{"revoked by somebody", "x A no"},
		{"revoked with an offer on its way", "25h +B x B no A no"},
		{"a stranger at a revoked device", "x Z no"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := hour(0)
			tokens := Enrol(hashOf("A"), now)
			verdict := Unknown
			for i, step := range strings.Fields(tt.play) {
				switch {
				case step == "yes" || step == "no" || step == "?":
					want := map[string]Verdict{"yes": Accepted, "no": Denied, "?": Unknown}[step]
					if verdict != want {
						t.Fatalf("step %d: verdict %d, want %s", i, verdict, step)
					}
				case step == "x":
					tokens = tokens.Revoke(now)
				case strings.HasSuffix(step, "h"):
					d, err := time.ParseDuration(step)
					if err != nil {
						t.Fatal(err)
					}
					now = now.Add(d)
				case step[0] == '+':
					tokens = tokens.Offer(hashOf(step[1:]), now)
				default:
					tokens, verdict = tokens.Present(hashOf(step), now)
				}
			}
		})
	}
}

func TestDeviceTokensDue(t *testing.T) {
	fresh := Enrol(hashOf("A"), hour(0))
	offered := fresh.Offer(hashOf("B"), hour(24))
	used, _ := offered.Present(hashOf("B"), hour(25))
	tests := []struct {
		name   string
		tokens DeviceTokens
		at     float64
		want   bool
	}{
		{"the first day", fresh, 23.9, false},
		{"a day later", fresh, 24, true},
		{"just offered", offered, 24.01, false},
		{"offered and never used", offered, 24.2, true},
		{"offered and used", used, 26, false},
		{"a day after it was used", used, 49, true},
		{"revoked", fresh.Revoke(hour(1)), 48, false},
		{"a clock set back", fresh, -1000, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.tokens.Due(hour(tt.at)); got != tt.want {
				t.Errorf("Due = %v, want %v", got, tt.want)
			}
		})
	}
}

// A client that follows the rules, whatever answers are cut, is never locked
// out; and what is remembered stays bounded.
func TestDeviceTokensProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := hour(0)
		tokens, holds, minted := Enrol(hashOf("t0"), now), "t0", 0
		for range rapid.IntRange(1, 80).Draw(t, "requests") {
			now = now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "hours")) * time.Hour)
			before := tokens
			var v Verdict
			if tokens, v = tokens.Present(hashOf(holds), now); v != Accepted {
				t.Fatalf("%s is locked out: %d", holds, v)
			}
			if again, v := tokens.Present(hashOf(holds), now); v != Accepted || !again.Same(tokens) {
				t.Fatalf("asking twice is not asking once")
			}
			if !before.Revoked.IsZero() {
				t.Fatal("revoked by its own owner")
			}
			if !tokens.Due(now) {
				continue
			}
			minted++
			next := fmt.Sprintf("t%d", minted)
			tokens = tokens.Offer(hashOf(next), now)
			if rapid.Bool().Draw(t, "the answer arrives") {
				holds = next
			}
			if len(tokens.Retired) > retiredKept || len(tokens.Offered) > offersKept {
				t.Fatalf("%d retired, %d offered", len(tokens.Retired), len(tokens.Offered))
			}
		}
		if len(tokens.Retired) > 0 {
			stolen := tokens.Retired[rapid.IntRange(0, len(tokens.Retired)-1).Draw(t, "stolen")]
			after, v := tokens.Present(stolen, now)
			if v != Denied || !after.Betrayed || slices.Contains(after.Offered, stolen) {
				t.Fatal("a retired token passes")
			}
		}
	})
}
