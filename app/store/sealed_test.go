package store_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/app/store/seal"
	"permanence/app/store/storetest"
)

// testKey is a key like another.
func testKey(of string) []byte {
	return append([]byte(of), bytes.Repeat([]byte{7}, seal.KeySize-len(of))...)
}

func openSealed(path, key string, kind store.Kind) (*store.DB, error) {
	return store.Open(path, testKey(key), store.Options{Kind: kind, Check: true})
}

// TestSealed is the whole contract, on sealed files.
func TestSealed(t *testing.T) {
	storetest.Run(t, storetest.Engine{
		Open: func(t *testing.T, kind store.Kind) *store.DB {
			return closing(t)(openSealed(filepath.Join(t.TempDir(), "permanence.db"), "a", kind))
		},
		Files: func(db *store.DB) []string {
			return []string{db.Path(), db.Path() + "-wal", db.Path() + "-shm"}
		},
		Sealed: true,
	})
}

// shown lists the files of a folder that hold a word as it is, in UTF-8 or in
// UTF-16.
func shown(t *testing.T, dir, word string) []string {
	t.Helper()
	var low, high []byte
	for _, u := range utf16.Encode([]rune(word)) {
		low, high = append(low, byte(u), byte(u>>8)), append(high, byte(u>>8), byte(u))
	}
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if bytes.Contains(body, []byte(word)) || bytes.Contains(body, low) || bytes.Contains(body, high) {
			found = append(found, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// sealedFile is file, sealed.
func sealedFile(t *testing.T, kind store.Kind) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "permanence.db")
	db, err := openSealed(path, "a", kind)
	if err != nil {
		t.Fatal(err)
	}
	add(t, db, "Fournier")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestNothingShows: no word, nor the shape of the tables, can be read in any
// file while the database is used, and after.
func TestNothingShows(t *testing.T) {
	for _, kind := range []store.Kind{store.Desktop, store.Server} {
		path := filepath.Join(t.TempDir(), "permanence.db")
		db := closing(t)(openSealed(path, "a", kind))
		if !db.Sealed() {
			t.Error("not sealed, it says")
		}
		look := func(when string) {
			for _, word := range []string{"Canarienne", "canarienne", "SQLite format", "CREATE TABLE", "revision"} {
				if found := shown(t, filepath.Dir(path), word); len(found) > 0 {
					t.Errorf("%s, %s: %q shows in %v", kind, when, word, found)
				}
			}
		}
		look("new")
		add(t, db, "Canarienne")
		look("in the log")
		if err := db.CleanUp(ctx); err != nil {
			t.Fatal(err)
		}
		look("in the file")
		if agents(t, db) != "Canarienne" {
			t.Errorf("it holds %q", agents(t, db))
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		look("closed")
	}
}

func TestWrongKey(t *testing.T) {
	for _, kind := range []store.Kind{store.Desktop, store.Server} {
		path := sealedFile(t, kind)
		before := content(t, path)
		for name, key := range map[string][]byte{"another key": testKey("b"), "no key": nil} {
			_, err := store.Open(path, key, store.Options{Kind: kind, Check: true})
			e := store.ErrorOf(err)
			if e == nil || e.Code != store.CodeKey || e.Path != path || e.Aside != "" || !strings.Contains(e.Message, "la clé donnée ne l’ouvre pas") {
				t.Errorf("%s, %s: %+v, %v", kind, name, e, err)
			}
			if content(t, path) != before {
				t.Errorf("%s, %s: the file was changed", kind, name)
			}
		}
		db := closing(t)(openSealed(path, "a", kind))
		if agents(t, db) != "Fournier" {
			t.Errorf("afterwards it holds %q", agents(t, db))
		}
	}
	if _, err := store.Open(filepath.Join(t.TempDir(), "p.db"), []byte("short"), store.Options{Kind: store.Desktop}); err == nil {
		t.Error("a key of five bytes was taken")
	}
}

// TestSealedBadFiles: an altered page is noise once opened, and noise is found.
func TestSealedBadFiles(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(t *testing.T, path string)
	}{
		{"a header cut short", func(t *testing.T, path string) { truncate(t, path, 60) }},
		{"half a file", func(t *testing.T, path string) { truncate(t, path, 6000) }},
		{"one byte of the first page", func(t *testing.T, path string) { overwrite(t, path, 40, []byte{1, 2, 3}) }},
		{"one byte of another page", func(t *testing.T, path string) { overwrite(t, path, 4096*3+2000, []byte("x")) }},
		{"a page of zeros", func(t *testing.T, path string) { overwrite(t, path, 4096*3, make([]byte, 4096)) }},
		{"half a page", func(t *testing.T, path string) { overwrite(t, path, 4096*4+2048, make([]byte, 2048)) }},
		{"two pages changed round", func(t *testing.T, path string) {
			body := content(t, path)
			overwrite(t, path, 4096*3, []byte(body[4096*4:4096*5]))
			overwrite(t, path, 4096*4, []byte(body[4096*3:4096*4]))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := sealedFile(t, store.Server)
			tt.spoil(t, path)
			before := content(t, path)
			_, err := openSealed(path, "a", store.Server)
			if e := store.ErrorOf(err); e == nil || e.Code != store.CodeDamaged || content(t, path) != before {
				t.Errorf("a server says %v", err)
			}

			path = sealedFile(t, store.Desktop)
			tt.spoil(t, path)
			before = content(t, path)
			_, err = openSealed(path, "a", store.Desktop)
			e := store.ErrorOf(err)
			if e == nil || e.Code != store.CodeDamaged || e.Aside == "" {
				t.Fatalf("a desktop says %+v, %v", e, err)
			}
			if content(t, e.Aside) != before {
				t.Error("what was set aside is not what was there")
			}
			if again := closing(t)(openSealed(path, "a", store.Desktop)); !again.Born() {
				t.Error("the next opening did not begin anew")
			}
		})
	}
}

// TestPlainIsSealed: a file from before sealing keeps what it holds, and no
// byte of it stays readable.
func TestPlainIsSealed(t *testing.T) {
	for _, kind := range []store.Kind{store.Desktop, store.Server} {
		path := file(t, kind)
		body := content(t, path)
		for _, kept := range []string{".corrompu", ".corrompu.2", ".corrompu-wal", ".avant-2"} {
			if err := os.WriteFile(path+kept, []byte(body[100:]), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		db := closing(t)(openSealed(path, "a", kind))
		if db.Born() || agents(t, db) != "Fournier" {
			t.Errorf("%s: born %v, it holds %q", kind, db.Born(), agents(t, db))
		}
		add(t, db, "Diallo")
		if found := shown(t, filepath.Dir(path), "Fournier"); len(found) > 0 {
			t.Errorf("%s: it still shows in %v", kind, found)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(left) != 6 { // with the door, and what was beside
			t.Errorf("%s: left %v, %v", kind, left, err)
		}
		if _, err := store.Open(path, nil, store.Options{Kind: kind}); store.ErrorOf(err) == nil {
			t.Errorf("%s: it opens without its key: %v", kind, err)
		}
	}
}

// TestPlainWithItsLog: what a program that died left in the log is sealed too.
func TestPlainWithItsLog(t *testing.T) {
	path := file(t, store.Desktop)
	db, err := store.Open(path, nil, store.Options{Kind: store.Desktop})
	if err != nil {
		t.Fatal(err)
	}
	add(t, db, "Diallo")
	dead := filepath.Join(t.TempDir(), "permanence.db")
	for _, suffix := range []string{"", "-wal"} {
		if err := os.WriteFile(dead+suffix, []byte(content(t, path+suffix)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err = openSealed(path, "a", store.Desktop)
	if e := store.ErrorOf(err); e == nil || e.Code != store.CodeInUse {
		t.Errorf("open elsewhere: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, dead} {
		db := closing(t)(openSealed(path, "a", store.Desktop))
		if got := agents(t, db); !strings.Contains(got, "Diallo") || !strings.Contains(got, "Fournier") {
			t.Errorf("it holds %q", got)
		}
		if found := shown(t, filepath.Dir(path), "Diallo"); len(found) > 0 {
			t.Errorf("it still shows in %v", found)
		}
	}
}

// TestPlainAndDamaged: what cannot be read is kept aside, and does not show.
func TestPlainAndDamaged(t *testing.T) {
	path := file(t, store.Desktop)
	overwrite(t, path, 4096*3, make([]byte, 4096))
	_, err := openSealed(path, "a", store.Desktop)
	e := store.ErrorOf(err)
	if e == nil || e.Code != store.CodeDamaged || e.Aside == "" {
		t.Fatalf("got %+v, %v", e, err)
	}
	if found := shown(t, filepath.Dir(path), "Fournier"); len(found) > 0 {
		t.Errorf("it still shows in %v", found)
	}
	if db := closing(t)(openSealed(path, "a", store.Desktop)); !db.Born() {
		t.Error("the next opening did not begin anew")
	}

	path = file(t, store.Server)
	overwrite(t, path, 4096*3, make([]byte, 4096))
	before := content(t, path)
	_, err = openSealed(path, "a", store.Server)
	if e := store.ErrorOf(err); e == nil || e.Code != store.CodeDamaged || content(t, path) != before {
		t.Errorf("a server says %v", err)
	}
}

func TestRekey(t *testing.T) {
	path := sealedFile(t, store.Desktop)
	db, err := openSealed(path, "a", store.Desktop)
	if err != nil {
		t.Fatal(err)
	}
	if e := store.ErrorOf(store.Rekey(path, testKey("a"), testKey("b"))); e == nil || e.Code != store.CodeInUse {
		t.Errorf("while it is open: %v", e)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if e := store.ErrorOf(store.Rekey(path, testKey("c"), testKey("b"))); e == nil || e.Code != store.CodeKey {
		t.Errorf("from a key that does not open it: %v", e)
	}
	for range 2 { // the second time there is nothing to do
		if err := store.Rekey(path, testKey("a"), testKey("b")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := openSealed(path, "a", store.Desktop); store.ErrorOf(err) == nil || store.ErrorOf(err).Code != store.CodeKey {
		t.Errorf("the key of before: %v", err)
	}
	if again := closing(t)(openSealed(path, "b", store.Desktop)); agents(t, again) != "Fournier" {
		t.Errorf("it holds %q", agents(t, again))
	}
	if err := store.Rekey(filepath.Join(t.TempDir(), "none.db"), testKey("a"), testKey("b")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// TestRekeyCutShort stops the sealing anew at each of its instants: the next
// opening finds everything, under one key or the other.
func TestRekeyCutShort(t *testing.T) {
	path := sealedFile(t, store.Desktop)
	before := content(t, path)
	if err := store.Rekey(path, testKey("a"), testKey("b")); err != nil {
		t.Fatal(err)
	}
	after := content(t, path)
	zeros := string(make([]byte, 8192))
	tests := []struct {
		name  string
		files map[string]string // suffix → content
		key   string            // that opens it
	}{
		{"nothing done", map[string]string{"": before}, "a"},
		{"an empty copy", map[string]string{"": before, ".en-cours": ""}, "a"},
		{"half a copy", map[string]string{"": before, ".en-cours": after[:8192]}, "a"},
		{"half a copy and its journal", map[string]string{"": before, ".en-cours": after[:8192], ".en-cours-journal": zeros}, "a"},
		{"a whole copy, not read back", map[string]string{"": before, ".en-cours": after}, "a"},
		{"a checked copy", map[string]string{"": before, ".scelle": after}, "b"},
		{"half erased", map[string]string{"": zeros + before[8192:], ".scelle": after}, "b"},
		{"erased", map[string]string{".scelle": after}, "b"},
		{"a log left behind", map[string]string{"": before, "-wal": zeros, ".scelle": after}, "b"},
		{"done", map[string]string{"": after}, "b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "permanence.db")
			for suffix, body := range tt.files {
				if err := os.WriteFile(path+suffix, []byte(body), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			db := closing(t)(openSealed(path, tt.key, store.Desktop))
			if agents(t, db) != "Fournier" {
				t.Errorf("it holds %q", agents(t, db))
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if err := store.Rekey(path, testKey("a"), testKey("b")); err != nil {
				t.Fatalf("asked again: %v", err)
			}
			db = closing(t)(openSealed(path, "b", store.Desktop))
			if agents(t, db) != "Fournier" {
				t.Errorf("afterwards it holds %q", agents(t, db))
			}
		})
	}
}

// TestSealedTogether: several openings of one sealed file see each other.
func TestSealedTogether(t *testing.T) {
	path := sealedFile(t, store.Desktop)
	one := closing(t)(openSealed(path, "a", store.Desktop))
	two := closing(t)(openSealed(path, "a", store.Desktop))
	done := make(chan error, 2)
	for i, db := range []*store.DB{one, two} {
		go func() {
			var err error
			for n := range 50 {
				name := string(rune('a'+i)) + strings.Repeat("n", n)
				err = errors.Join(err, db.WriteDesk(context.Background(), func(tx *store.DeskTx) error { return tx.Put(agent(name)) }))
				err = errors.Join(err, db.Read(context.Background(), func(v *store.View) error {
					if _, ans := v.Record(agenda.NounAgent, agent(name).Key()); ans != agenda.Yes {
						return errors.New("what was written is not there")
					}
					return nil
				}))
			}
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := len(strings.Fields(agents(t, one))); n != 101 || agents(t, one) != agents(t, two) {
		t.Errorf("%d agents; the two do not hold the same", n)
	}
}
