package store

import "testing"

func TestCaseKey(t *testing.T) {
	tests := []struct{ typed, want string }{
		{"2026-0418", "20260418"},
		{"2026 0418", "20260418"},
		{"CCAS/2026/7", "CCAS20267"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := caseKey(tt.typed); got != tt.want {
			t.Errorf("caseKey(%q) = %q, want %q", tt.typed, got, tt.want)
		}
	}
}
