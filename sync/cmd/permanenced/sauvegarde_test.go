package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"permanence/app/store"
)

// A copy encrypted to somebody is readable by nobody else, and comes back whole.
func TestEncryptedBackup(t *testing.T) {
	dir := t.TempDir()
	db, out, keys := filepath.Join(dir, "s.db"), filepath.Join(dir, "copie.age"), filepath.Join(dir, "clés")
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keys, []byte(key.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	territoire(t, db)
	var copied struct{ Sealed bool }
	decoded(t, &copied, "backup", "--db", db, "--out", out, "--recipient", key.Recipient().String())
	body, err := os.ReadFile(out)
	if err != nil || !copied.Sealed || bytes.Contains(body, []byte("SQLite format")) || bytes.Contains(body, []byte("Aubreval")) {
		t.Fatalf("sealed %v, %d bytes, %v", copied.Sealed, len(body), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.copie*")); len(left) > 0 {
		t.Errorf("left in clear: %v", left)
	}
	tests := []struct {
		name string
		code int
		args []string
	}{
		{"no key", exitUsage, []string{"restore", "--db", db, "--from", out}},
		{"somebody else's key", exitUsage, []string{"restore", "--db", db, "--from", out, "--identity", otherKey(t, dir)}},
		{"no copy", exitUsage, []string{"restore", "--db", db}},
		{"a copy that is not there", exitFailure, []string{"restore", "--db", db, "--from", filepath.Join(dir, "absente")}},
		{"something else", exitFailure, []string{"restore", "--db", db, "--from", keys}},
		{"no such key", exitUsage, []string{"backup", "--db", db, "--out", out + "2", "--recipient", "age1rien"}},
		{"over another copy", exitUsage, []string{"backup", "--db", db, "--out", out}},
	}
	before := epochs(t, db)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if a := permanenced(t, "", tt.args...); a.code != tt.code || a.out != "" || a.err == "" {
				t.Errorf("code %d, out %q, err %q", a.code, a.out, a.err)
			}
		})
	}
	if after := epochs(t, db); after != before {
		t.Errorf("a refused restoration changed the history: %s then %s", before, after)
	}
	held, err := store.Hold(db, "server")
	if err != nil {
		t.Fatal(err)
	}
	if a := permanenced(t, "", "restore", "--db", db, "--from", out, "--identity", keys); a.code != exitRefused {
		t.Errorf("beside a server: %d, %q", a.code, a.err)
	}
	if err := held(); err != nil {
		t.Fatal(err)
	}
	var done struct{ Kept string }
	decoded(t, &done, "restore", "--db", db, "--from", out, "--identity", keys)
	if _, err := os.Stat(done.Kept); err != nil {
		t.Errorf("the former database: %v", err)
	}
	if after := epochs(t, db); after == before || strings.Count(after, " ") != 1 {
		t.Errorf("epochs %q then %q", before, after)
	}
}

// territoire makes a database with one territoire in it.
func territoire(t *testing.T, db string) {
	t.Helper()
	if a := permanenced(t, "", "territoire", "add", "--db", db, "--name", "Aubreval", "--departement", "62"); a.code != exitDone {
		t.Fatalf("territoire add: %q", a.err)
	}
}

func otherKey(t *testing.T, dir string) string {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "autres")
	if err := os.WriteFile(path, []byte(key.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// epochs gives the epoch of each territoire, each followed by a space.
func epochs(t *testing.T, path string) string {
	t.Helper()
	db, err := store.Open(path, nil, store.Options{Kind: store.Server})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all := ""
	err = db.Read(t.Context(), func(v *store.View) error {
		heads, err := v.Heads()
		for _, h := range heads {
			all += h.Epoch + " "
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// decoded runs a verb that must succeed and reads what it printed.
func decoded(t *testing.T, into any, args ...string) {
	t.Helper()
	a := permanenced(t, "", args...)
	if a.code != exitDone {
		t.Fatalf("%s: code %d, %q", args[0], a.code, a.err)
	}
	if err := json.Unmarshal([]byte(a.out), into); err != nil {
		t.Fatal(err)
	}
}
