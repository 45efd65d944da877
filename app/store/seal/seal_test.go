package seal_test

import (
	"bytes"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"permanence/app/store/seal"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, seal.KeySize) }

func newSeal(t *testing.T, b byte) *seal.Seal {
	t.Helper()
	s, err := seal.New(key(b))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// open opens a connection, alone in its pool, with options of the driver's.
func open(t *testing.T, path string, s *seal.Seal, options ...string) *sql.DB {
	t.Helper()
	q := url.Values{"_busy_timeout": {"5000"}}
	for i := 0; i < len(options); i += 2 {
		q.Set(options[i], options[i+1])
	}
	if s != nil {
		s.Address(q)
	}
	db, err := sql.Open("sqlite3", "file:"+path+"?"+q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func exec(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%.60s: %v", s, err)
		}
	}
}

func text(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	var out string
	if err := db.QueryRow(query).Scan(&out); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out
}

const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
	INSERT INTO people (name, note) SELECT 'Canarienne ' || i, hex(randomblob(400)) FROM n`

// TestModes writes under each way of keeping a transaction, rolls one back, and
// looks at every file while it lasts.
func TestModes(t *testing.T) {
	for _, mode := range []string{"WAL", "DELETE", "TRUNCATE", "PERSIST", "MEMORY"} {
		t.Run(mode, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "p.db")
			db := open(t, path, newSeal(t, 1), "_journal_mode", mode)
			exec(t, db, "PRAGMA temp_store = MEMORY", "PRAGMA cache_size = 10", "CREATE TABLE people (name TEXT, note TEXT)", fill, "CREATE INDEX names ON people (name)")
			exec(t, db, "BEGIN", "UPDATE people SET name = 'Autre', note = 'x'")
			hidden(t, path)
			exec(t, db, "ROLLBACK")
			if got := text(t, db, "SELECT count(*) || min(name) FROM people"); got != "500Canarienne 1" {
				t.Errorf("after rolling back: %s", got)
			}
			exec(t, db, "VACUUM")
			if got := text(t, db, "PRAGMA integrity_check"); got != "ok" {
				t.Error(got)
			}
			hidden(t, path)
		})
	}
}

// hidden fails when a word, or SQLite's own mark, can be read in a file beside.
func hidden(t *testing.T, path string) {
	t.Helper()
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"Canarienne", "SQLite format", "people"} {
			if bytes.Contains(body, []byte(word)) {
				t.Errorf("%q shows in %s", word, filepath.Base(name))
			}
		}
	}
}

// TestHotJournal: a journal left by a program that died is played back.
func TestHotJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.db")
	s := newSeal(t, 1)
	db := open(t, path, s, "_sync", "FULL")
	exec(t, db, "PRAGMA temp_store = MEMORY", "PRAGMA cache_size = 5", "CREATE TABLE people (name TEXT, note TEXT)", fill)
	exec(t, db, "BEGIN", "UPDATE people SET name = 'Autre'")
	dead := filepath.Join(t.TempDir(), "p.db")
	for _, suffix := range []string{"", "-journal"} {
		body, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dead+suffix, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	exec(t, db, "ROLLBACK")
	again := open(t, dead, s)
	if got := text(t, again, "SELECT count(*) || min(name) FROM people"); got != "500Canarienne 1" {
		t.Errorf("after the crash: %s", got)
	}
	if got := text(t, again, "PRAGMA integrity_check"); got != "ok" {
		t.Error(got)
	}
}

// TestNoTemporaryFile: what would be written in clear is refused.
func TestNoTemporaryFile(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "p.db"), newSeal(t, 1))
	exec(t, db, "PRAGMA temp_store = FILE", "PRAGMA cache_size = 5", "CREATE TABLE people (name TEXT, note TEXT)", fill,
		"CREATE TEMP TABLE copied (name TEXT, note TEXT)")
	exec(t, db, "PRAGMA temp.cache_size = 2", "PRAGMA cache_spill = 1")
	_, err := db.Exec("INSERT INTO copied SELECT p.name, p.note || q.note FROM people p JOIN people q LIMIT 20000")
	if err == nil || !strings.Contains(err.Error(), "unable to open") {
		t.Errorf("a temporary file: %v", err)
	}
}

// TestMapping: asking for a mapped file changes nothing.
func TestMapping(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "p.db"), newSeal(t, 1), "_journal_mode", "WAL")
	exec(t, db, "PRAGMA mmap_size = 100000000", "CREATE TABLE people (name TEXT, note TEXT)", fill)
	if got := text(t, db, "SELECT count(*) FROM people"); got != "500" {
		t.Errorf("%s rows", got)
	}
}

func TestAnotherSeal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.db")
	right, wrong, closed := newSeal(t, 1), newSeal(t, 2), newSeal(t, 1)
	exec(t, open(t, path, right), "CREATE TABLE people (name TEXT, note TEXT)", fill)
	closed.Close()
	for name, s := range map[string]*seal.Seal{"another": wrong, "none": nil, "one that was closed": closed} {
		var n int
		if err := open(t, path, s).QueryRow("SELECT count(*) FROM people").Scan(&n); err == nil {
			t.Errorf("%s opens it: %d rows", name, n)
		}
	}
	for _, handle := range []string{"", "0", "-1", "99999", "x"} {
		db := open(t, path, nil, "vfs", "permanence-seal", "seal", handle)
		if err := db.Ping(); err == nil {
			t.Errorf("the seal %q opens it", handle)
		}
	}
	if got := text(t, open(t, path, right), "SELECT count(*) FROM people"); got != "500" {
		t.Errorf("%s rows", got)
	}
}

// TestCopies: VACUUM INTO another seal, and the pages of the file, one by one.
func TestCopies(t *testing.T) {
	dir := t.TempDir()
	one, two := newSeal(t, 1), newSeal(t, 2)
	db := open(t, filepath.Join(dir, "p.db"), one, "_journal_mode", "WAL")
	exec(t, db, "PRAGMA temp_store = MEMORY", "CREATE TABLE people (name TEXT, note TEXT)", fill)
	q := url.Values{}
	two.Address(q)
	copied := filepath.Join(dir, "q.db")
	exec(t, db, "VACUUM INTO 'file:"+copied+"?"+q.Encode()+"'")
	hidden(t, copied)
	if got := text(t, open(t, copied, two), "SELECT count(*) FROM people"); got != "500" {
		t.Errorf("the copy has %s rows", got)
	}
	if _, err := db.Exec("VACUUM INTO '" + filepath.Join(dir, "clear.db") + "'"); err == nil {
		t.Error("a copy under no seal was made")
	}
	body, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	page := bytes.Clone(body[:seal.PageSize])
	two.OpenPage(page, 0)
	if !bytes.HasPrefix(page, []byte("SQLite format 3\x00")) {
		t.Error("the first page does not open")
	}
	two.SealPage(page, 0)
	if !bytes.Equal(page, body[:seal.PageSize]) {
		t.Error("sealed again, the first page is another")
	}
	two.SealPage(page, seal.PageSize)
	if bytes.Equal(page, body[:seal.PageSize]) {
		t.Error("a page is sealed the same at another place")
	}
}

func TestKeys(t *testing.T) {
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := seal.New(make([]byte, n)); err == nil {
			t.Errorf("a key of %d bytes was taken", n)
		}
	}
	s := newSeal(t, 1)
	s.Close()
	s.Close()
}

func BenchmarkPage(b *testing.B) {
	s, err := seal.New(key(1))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	page := make([]byte, seal.PageSize)
	b.SetBytes(seal.PageSize)
	b.ReportAllocs()
	for b.Loop() {
		s.OpenPage(page, 4096)
	}
}
