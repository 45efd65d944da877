package queuetest

import "testing"

func TestMemory(t *testing.T) {
	Contract(t, func(*testing.T) House { return NewMemory() })
}
