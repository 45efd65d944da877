package access

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func kinds() []Kind {
	return []Kind{KindDevice, KindSession, KindAppPassword, KindFeed, KindLink, KindInvitation}
}

// drawn gives a secret made of one byte repeated, to be told apart at a glance.
func drawn(t testing.TB, kind Kind, b byte) Secret {
	t.Helper()
	s, err := NewSecret(bytes.NewReader(bytes.Repeat([]byte{b}, 64)), kind)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSecretsAreLongEnough(t *testing.T) {
	for _, k := range kinds() {
		if bits := k.length() * 5; bits < 128 {
			t.Errorf("%s has %d bits", k, bits)
		}
	}
}

func TestSecretRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(kinds()).Draw(t, "kind")
		s, err := NewSecret(bytes.NewReader(rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "random")), kind)
		if err != nil {
			t.Fatal(err)
		}
		back, ok := ParseSecret(kind, s.Reveal())
		if !ok || !back.Hash().Equal(s.Hash()) {
			t.Fatalf("%s does not come back", s.Reveal())
		}
		for _, other := range kinds() {
			if other == kind || other.length() != kind.length() {
				continue
			}
			taken, ok := ParseSecret(other, s.Reveal())
			if ok && taken.Hash().Equal(s.Hash()) {
				t.Fatalf("a %s opens a %s", kind, other)
			}
		}
	})
}

func TestParseSecretForgives(t *testing.T) {
	s := drawn(t, KindAppPassword, 0)
	tests := []struct {
		name, text string
		want       bool
	}{
		{"as shown", s.Reveal(), true},
		{"without hyphens", strings.ReplaceAll(s.Reveal(), "-", ""), true},
		{"with spaces around", "  " + s.Reveal() + " ", true},
		{"the letter O for the zero", strings.ReplaceAll(s.Reveal(), "0", "O"), true},
		{"one character less", s.Reveal()[1:], false},
		{"one character more", s.Reveal() + "0", false},
		{"a letter that is never used", "u" + s.Reveal()[1:], false},
		{"a regular expression", ".*", false},
		{"endless", strings.Repeat("0", 1<<20), false},
		{"empty", "", false},
		{"invisible", strings.Repeat("\u200b", 28), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := ParseSecret(KindAppPassword, tt.text); ok != tt.want || ok && got.Hash() != s.Hash() {
				t.Errorf("ParseSecret = %v, want %v", ok, tt.want)
			}
		})
	}
	if _, ok := ParseSecret("unheard of", s.Reveal()); ok {
		t.Error("an unknown kind is read")
	}
}

func TestSecretIsNeverWritten(t *testing.T) {
	s := drawn(t, KindLink, 0xa7)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "in", struct{ S Secret }{s})
	raw, err := json.Marshal(map[string]any{"s": s, "in": struct{ S Secret }{s}})
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(raw) + fmt.Sprintf("%v %+v %#v %s", s, struct{ S Secret }{s}, s, s)
	if strings.Contains(all, s.Reveal()) {
		t.Errorf("the secret is written: %s", all)
	}
}

func TestNewSecretWithoutRandom(t *testing.T) {
	if _, err := NewSecret(strings.NewReader("short"), KindLink); err == nil {
		t.Error("a secret was made of nothing")
	}
	if _, err := NewSecret(strings.NewReader(strings.Repeat("x", 64)), "unheard of"); err == nil {
		t.Error("a secret of an unknown kind was made")
	}
}
