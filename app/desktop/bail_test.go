package desktop

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// jour gives an instant in days after the last contact.
func jour(d float64) time.Time {
	return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC).Add(time.Duration(d * 24 * float64(time.Hour)))
}

// TestBail plays what a computer's clock shows, in days since the last contact,
// and how the copy stands then: ouvert, verrou or efface.
func TestBail(t *testing.T) {
	tests := []struct {
		name  string
		begin bail
		steps []float64
		want  string
	}{
		{"the next day", bailFrom(jour(0), jour(0), 0), []float64{1}, "ouvert"},
		{"the last day", bailFrom(jour(0), jour(0), 0), []float64{29.9}, "ouvert"},
		{"thirty days", bailFrom(jour(0), jour(0), 0), []float64{30}, "verrou"},
		{"a shorter lease", bailFrom(jour(0), jour(0), 7*24*time.Hour), []float64{6.9, 7}, "ouvert verrou"},
		{"a longer lease", bailFrom(jour(0), jour(0), 90*24*time.Hour), []float64{89, 90, 179, 180}, "ouvert verrou verrou efface"},
		{"locked, then sixty days", bailFrom(jour(0), jour(0), 0), []float64{31, 61}, "verrou efface"},
		{"in a drawer for sixty days, then a day more", bailFrom(jour(0), jour(0), 0), []float64{61, 61.5, 62}, "verrou verrou efface"},
		{"the clock set back to read on", bailFrom(jour(0), jour(0), 0), []float64{29, 31, 3}, "ouvert verrou verrou"},
		{"the clock set back before the contact", bailFrom(jour(0), jour(0), 0), []float64{10, -3000}, "ouvert ouvert"},
		{"ten years ahead, then corrected", bailFrom(jour(0), jour(0), 0), []float64{3650, 3650.5, 1, 2}, "verrou verrou verrou verrou"},
		{"ten years ahead, corrected, and then really sixty days", bailFrom(jour(0), jour(0), 0), []float64{3650, 1, 30, 59, 60}, "verrou verrou verrou verrou efface"},
		{"ten years ahead, for good", bailFrom(jour(0), jour(0), 0), []float64{3650, 3650.8, 3651}, "verrou verrou efface"},
		{"ten years behind at the contact, then corrected", bailFrom(jour(-3650), jour(0), 0), []float64{1, 2, 59, 60}, "verrou verrou verrou efface"},
		{"ten years behind all along", bailFrom(jour(-3650), jour(0), 0), []float64{-3640, -3619, -3590}, "ouvert verrou verrou"},
		{"ten years ahead all along", bailFrom(jour(3650), jour(0), 0), []float64{3660, 3681, 3710}, "ouvert verrou efface"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, said := tt.begin, []string{}
			for _, d := range tt.steps {
				var expired bool
				b, expired = b.observe(jour(d))
				said = append(said, stand(b, jour(d), expired))
			}
			if got := strings.Join(said, " "); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func stand(b bail, now time.Time, expired bool) string {
	switch {
	case expired:
		return "efface"
	case b.locked(now):
		return "verrou"
	}
	return "ouvert"
}

// Whatever the clock showed before, no copy is erased that is younger than
// twice its lease by the clock that erases it, and one that was locked stays so.
func TestBailProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		skew := rapid.Float64Range(-4000, 4000).Draw(t, "skew")
		b := bailFrom(jour(skew), jour(0), 0)
		locked := false
		for range rapid.IntRange(1, 30).Draw(t, "looks") {
			at := rapid.Float64Range(-4000, 4000).Draw(t, "shows")
			var expired bool
			b, expired = b.observe(jour(at))
			if expired && (at-skew < 60 || at < 60) {
				t.Fatalf("erased on day %v, skewed by %v", at, skew)
			}
			if locked && !b.locked(jour(at)) {
				t.Fatal("opened without a contact")
			}
			locked = b.locked(jour(at))
		}
	})
}

func TestBailWarns(t *testing.T) {
	tests := []struct {
		day          float64
		silent, left int
		soon         bool
	}{{24.9, 0, 0, false}, {25, 25, 5, true}, {27.5, 27, 3, true}, {29.9, 29, 1, true}, {30, 0, 0, false}}
	for _, tt := range tests {
		silent, left, soon := bailFrom(jour(0), jour(0), 0).warning(jour(tt.day))
		if silent != tt.silent || left != tt.left || soon != tt.soon {
			t.Errorf("day %v: %d, %d, %v", tt.day, silent, left, soon)
		}
	}
}
