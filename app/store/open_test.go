package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
)

var ctx = context.Background()

// file makes a database of a kind with one agent in it, and closes it.
func file(t *testing.T, kind store.Kind) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "permanence.db")
	db, err := store.Open(path, nil, store.Options{Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	if !db.Born() || db.Path() != path || db.Kind() != kind || db.ReadOnly() {
		t.Errorf("a new database says %v %q %s %v", db.Born(), db.Path(), db.Kind(), db.ReadOnly())
	}
	add(t, db, "Fournier")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func agent(name string) *agenda.Agent {
	return &agenda.Agent{ID: agenda.AgentID(agenda.DeriveID(nil, name)), LastName: name, Stamp: agenda.Stamp{Revision: 1}}
}

func add(t *testing.T, db *store.DB, name string) {
	t.Helper()
	var err error
	if db.Kind() == store.Server {
		err = db.WriteServer(ctx, func(tx *store.ServerTx) error { return tx.Put(agent(name)) })
	} else {
		err = db.WriteDesk(ctx, func(tx *store.DeskTx) error { return tx.Put(agent(name)) })
	}
	if err != nil {
		t.Fatal(err)
	}
}

// agents lists the last names kept, in the order of ids.
func agents(t *testing.T, db *store.DB) string {
	t.Helper()
	var names []string
	err := db.Read(ctx, func(v *store.View) error {
		all, err := v.Agents()
		for _, a := range all {
			names = append(names, a.LastName)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

// alter writes to a file behind our back.
func alter(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func overwrite(t *testing.T, path string, at int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(b, at)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestOwnerAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // a profile's folder has its own rights there
	}
	db := closing(t)(store.Open(filepath.Join(t.TempDir(), "p.db"), nil, store.Options{Kind: store.Server}))
	add(t, db, "Fournier")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(db.Path() + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%q can be read by others: %v", suffix, info.Mode())
		}
	}
}

func TestOpenAgain(t *testing.T) {
	path := file(t, store.Desktop)
	db := closing(t)(store.Open(path, nil, store.Options{Kind: store.Desktop, Check: true}))
	if db.Born() || agents(t, db) != "Fournier" {
		t.Errorf("opened again: born %v, %q", db.Born(), agents(t, db))
	}
}

func TestOpenBadFiles(t *testing.T) {
	const (
		damaged = "endommagée. Une copie a été mise de côté"
		newer   = "version plus récente : mettez l’application à jour"
	)
	tests := []struct {
		name    string
		spoil   func(t *testing.T, path string)
		desktop string // code, "" when it opens
		server  string
		says    string // to an agent
	}{
		{"zero bytes", func(t *testing.T, path string) { truncate(t, path, 0) }, "", store.CodeDamaged, ""},
		{"a header cut short", func(t *testing.T, path string) { truncate(t, path, 60) }, store.CodeDamaged, store.CodeDamaged, damaged},
		{"half a file", func(t *testing.T, path string) { truncate(t, path, 6000) }, store.CodeDamaged, store.CodeDamaged, damaged},
		{"a false header", func(t *testing.T, path string) { overwrite(t, path, 0, []byte("SQLite f0rmat 3")) }, store.CodeDamaged, store.CodeDamaged, damaged},
		{"a text", func(t *testing.T, path string) { overwrite(t, path, 0, []byte(strings.Repeat("Bonjour. ", 50))) }, store.CodeDamaged, store.CodeDamaged, damaged},
		{"a page of zeros", func(t *testing.T, path string) { overwrite(t, path, 4096*3, make([]byte, 4096)) }, store.CodeDamaged, store.CodeDamaged, damaged},
		{"another program's mark", func(t *testing.T, path string) { alter(t, path, "PRAGMA application_id = 7") }, store.CodeDamaged, store.CodeForeign, damaged},
		{"a newer version", func(t *testing.T, path string) { alter(t, path, "PRAGMA user_version = 999") }, store.CodeNewer, store.CodeNewer, newer},
	}
	for _, tt := range tests {
		t.Run(tt.name+", desktop", func(t *testing.T) {
			path := file(t, store.Desktop)
			tt.spoil(t, path)
			openBad(t, path, store.Desktop, tt.desktop, tt.says)
		})
		t.Run(tt.name+", server", func(t *testing.T) {
			path := file(t, store.Server)
			tt.spoil(t, path)
			before := content(t, path)
			openBad(t, path, store.Server, tt.server, "")
			if content(t, path) != before {
				t.Error("the file of a server was changed")
			}
		})
	}
}

// openBad opens a spoilt file and checks what is said and where it went.
func openBad(t *testing.T, path string, kind store.Kind, code, says string) {
	t.Helper()
	before := content(t, path)
	db, err := store.Open(path, nil, store.Options{Kind: kind, Check: true})
	if code == "" {
		if err != nil || !db.Born() || agents(t, db) != "" {
			t.Fatalf("not begun anew: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		return
	}
	trouble := store.ErrorOf(err)
	if trouble == nil || trouble.Code != code || trouble.Path != path || !strings.Contains(trouble.Message, says) || !strings.HasSuffix(trouble.Message, ".") {
		t.Fatalf("got %+v (%v), want %s", trouble, err, code)
	}
	if kind == store.Server || code != store.CodeDamaged {
		if content(t, path) != before {
			t.Error("the file was changed")
		}
		return
	}
	if content(t, trouble.Aside) != before {
		t.Error("what was set aside is not what was there")
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still in the way: %v", err)
	}
	again := closing(t)(store.Open(path, nil, store.Options{Kind: kind}))
	if !again.Born() {
		t.Error("the next opening did not begin anew")
	}
}

func truncate(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOpenForeignDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.db")
	alter(t, path, "CREATE TABLE notes (text); INSERT INTO notes VALUES ('x')")
	before := content(t, path)
	_, err := store.Open(path, nil, store.Options{Kind: store.Server})
	trouble := store.ErrorOf(err)
	if trouble == nil || trouble.Code != store.CodeForeign || !strings.Contains(trouble.Message, "n’est pas une base de Permanence") {
		t.Errorf("got %+v, %v", trouble, err)
	}
	if content(t, path) != before {
		t.Error("the file of another program was changed")
	}
	if _, err := store.Open(filepath.Dir(path), nil, store.Options{Kind: store.Server}); store.ErrorOf(err) == nil {
		t.Errorf("a folder: %v", err)
	}
	if _, err := store.Open(filepath.Join(path, "under", "a file.db"), nil, store.Options{Kind: store.Server}); err == nil {
		t.Error("a path that cannot be")
	}
	if _, err := store.Open(filepath.Join(t.TempDir(), "x.db"), nil, store.Options{}); err == nil {
		t.Error("neither a server nor a desktop")
	}
}

func TestOpenOtherKind(t *testing.T) {
	for kind, other := range map[store.Kind]store.Kind{store.Server: store.Desktop, store.Desktop: store.Server} {
		path := file(t, kind)
		_, err := store.Open(path, nil, store.Options{Kind: other})
		if trouble := store.ErrorOf(err); trouble == nil || trouble.Code != store.CodeOtherKind {
			t.Errorf("a %s opened as a %s: %v", kind, other, err)
		}
		closing(t)(store.Open(path, nil, store.Options{Kind: kind}))
	}
}

func TestOpenOddPaths(t *testing.T) {
	for _, name := range []string{"deux mots.db", "quoi?.db", "n#1.db", "100%.db", "été.db", "a&b=c.db", "l'autre.db", "%20.db"} {
		path := filepath.Join(t.TempDir(), name)
		db := closing(t)(store.Open(path, nil, store.Options{Kind: store.Desktop}))
		add(t, db, "Fournier")
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(entries) != 3 { // with its log and the index of it
			t.Errorf("%q left %v, %v", name, entries, err)
		}
	}
}

func TestLock(t *testing.T) {
	path := file(t, store.Server)
	for _, open := range map[string]func() (*store.DB, error){
		"file":   func() (*store.DB, error) { return store.Open(path, nil, store.Options{Kind: store.Server}) },
		"memory": func() (*store.DB, error) { return store.OpenMemory(t.Name(), store.Options{Kind: store.Server}) },
	} {
		first, second := closing(t)(open()), closing(t)(open())
		if err := first.Lock("server"); err != nil {
			t.Fatal(err)
		}
		err := second.Lock("server")
		if trouble := store.ErrorOf(err); trouble == nil || trouble.Code != store.CodeInUse || !strings.Contains(trouble.Message, "déjà ouverte") {
			t.Errorf("a second server: %v", err)
		}
		if err := second.Lock("window"); err != nil {
			t.Errorf("another lock: %v", err)
		}
		add(t, second, "Diallo") // a command beside the server
		if !strings.Contains(agents(t, first), "Diallo") {
			t.Error("the server does not see what the command wrote")
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		if err := second.Lock("server"); err != nil {
			t.Errorf("after the first closed: %v", err)
		}
	}
}
