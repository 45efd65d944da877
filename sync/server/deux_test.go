package server

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"permanence/app/store"
)

// Two servers never share a file: the second is told so, and the first goes on.
func TestSecondServerIsRefused(t *testing.T) {
	cfg := Config{Listen: "127.0.0.1:0", DB: filepath.Join(t.TempDir(), "serveur.db"), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	first, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := Open(cfg)
	if err == nil {
		second.Close()
		t.Fatal("a second server opened the same file")
	}
	if e := store.ErrorOf(err); e == nil || e.Code != store.CodeInUse {
		t.Errorf("got %v, want in_use", err)
	}
}
