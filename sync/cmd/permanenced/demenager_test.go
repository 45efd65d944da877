package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"permanence/app/store/storetest/pgtest"
)

// TestMoveAServer takes a whole server from a file to PostgreSQL and back to a
// file: the three exports hold the same rows, and the counts are told.
func TestMoveAServer(t *testing.T) {
	cluster := pgtest.Shared(t)
	dir := t.TempDir()
	first, last := filepath.Join(dir, "first.db"), filepath.Join(dir, "last.db")
	remote := cluster.Address(cluster.Database(t))
	ok := func(line ...string) outcome {
		t.Helper()
		got := permanenced(t, "", line...)
		if got.code != exitDone {
			t.Fatalf("%v = %+v", line, got)
		}
		return got
	}
	ok("seed", "--db", first, "--agents", "4", "--usagers", "60", "--rdvs", "120")
	one, two, three := filepath.Join(dir, "1"), filepath.Join(dir, "2"), filepath.Join(dir, "3")
	told := decode[moved](t, ok("export", "--db", first, "--out", one).out)
	arrived := decode[moved](t, ok("import", "server", "--db", remote, one).out)
	if strings.Contains(arrived.DB, pgtest.Password) || told.Rows["rdvs"] < 100 || told.Rows["feed"] == 0 || told.Rows["journal"] == 0 {
		t.Errorf("exported %v, imported %v", told, arrived)
	}
	for table, n := range told.Rows {
		if arrived.Rows[table] != n {
			t.Errorf("%s: %d rows exported, %d imported", table, n, arrived.Rows[table])
		}
	}
	if d := decode[diagnosis](t, ok("doctor", "--db", remote).out); !d.OK || len(d.Territoires) != 1 || !d.Territoires[0].Dense {
		t.Errorf("on PostgreSQL: %+v", d)
	}
	ok("export", "--db", remote, "--out", two)
	ok("import", "server", "--db", last, two)
	ok("export", "--db", last, "--out", three)
	want := linesOf(t, one)
	for _, name := range []string{two, three} {
		if got := linesOf(t, name); !slices.Equal(got, want) {
			t.Errorf("%s tells something else than %s: %d lines, %d", name, one, len(got), len(want))
		}
	}
	if info, err := os.Stat(one); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is readable by others: %v, %v", info, err)
	}
	// The server there goes on: what is added has the next numbers and places.
	ok("seed", "--db", remote, "--agents", "1", "--usagers", "3", "--rdvs", "3", "--seed", "2")
	if d := decode[diagnosis](t, ok("doctor", "--db", remote).out); !d.OK || len(d.Territoires) != 2 {
		t.Errorf("after more on PostgreSQL: %+v", d)
	}
}

func linesOf(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	slices.Sort(lines)
	return lines
}

func TestMoveRefused(t *testing.T) {
	dir := t.TempDir()
	first, out := filepath.Join(dir, "first.db"), filepath.Join(dir, "out")
	if got := permanenced(t, "", "seed", "--db", first, "--agents", "1", "--usagers", "5", "--rdvs", "5"); got.code != exitDone {
		t.Fatalf("%+v", got)
	}
	if got := permanenced(t, "", "export", "--db", first, "--out", out); got.code != exitDone {
		t.Fatalf("%+v", got)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	shorter := func(n int) string { return strings.Join(lines[:len(lines)-n], "\n") }
	without := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, `"table":"rdvs"`) }) + 1
	tests := []struct {
		name, in, db, says string
		code               int
	}{
		{"into a server", string(text), first, "contient déjà un serveur", exitRefused},
		{"no export", "{}", "", "pas l’export entier", exitRefused},
		{"empty", "", "", "pas l’export entier", exitRefused},
		{"words", "bonjour", "", "pas l’export entier", exitRefused},
		{"cut before its end", shorter(1), "", "pas l’export entier", exitRefused},
		{"cut in a line", string(text[:len(text)/2]), "", "pas l’export entier", exitRefused},
		{"a row is missing", strings.Join(slices.Delete(slices.Clone(lines), without, without+1), "\n"), "", "pas l’export entier", exitRefused},
		{"an unknown table", lines[0] + "\n" + `{"table":"clients","columns":["id"]}`, "", "pas l’export entier", exitRefused},
		{"an older version", `{"permanence":"server","version":1}`, "", "plus ancienne", exitRefused},
		{"a newer version", `{"permanence":"server","version":1000}`, "", "plus récente", exitRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db := tt.db
			if db == "" {
				db = filepath.Join(t.TempDir(), "new.db")
			}
			got := permanenced(t, tt.in, "import", "server", "--db", db, "-")
			if got.code != tt.code || !strings.Contains(got.err, tt.says) || got.out != "" {
				t.Errorf("= %+v", got)
			}
			if tt.db != "" {
				return
			}
			if again := permanenced(t, string(text), "import", "server", "--db", db, "-"); again.code != exitDone {
				t.Errorf("something was left behind: %+v", again)
			}
		})
	}
	if got := permanenced(t, "", "export", "--db", first, "--out", out); got.code != exitFailure || !strings.Contains(got.err, "existe déjà") {
		t.Errorf("over a file that is there: %+v", got)
	}
}
