package verbes

import (
	"bytes"
	"strings"
	"testing"
)

func TestLoadText(t *testing.T) {
	tests := []struct {
		done, total int
		want        string
	}{
		{0, 12345, "[····················] 0 % ; encore 12 345 lignes"},
		{520, 1000, "[##########··········] 52 % ; encore 480 lignes"},
		{999, 1000, "[###################·] 99 % ; encore 1 ligne"},
		{1000, 1000, "[####################] 100 % ; encore 0 ligne"},
	}
	plain := strings.NewReplacer("\u00a0", " ", "\u202f;", " ;", "\u202f", " ")
	for _, tt := range tests {
		if got := plain.Replace(loadText(tt.done, tt.total)); got != tt.want {
			t.Errorf("%d of %d: %q, want %q", tt.done, tt.total, got, tt.want)
		}
	}
}

func TestNobodyReads(t *testing.T) {
	if terminal(&bytes.Buffer{}) {
		t.Error("a buffer is taken for a terminal")
	}
}
