package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mattn/go-sqlite3"

	"permanence/app/agenda"
	"permanence/app/store/schema"
	"permanence/app/store/seal"
)

// opened makes a file of a kind and leaves it open.
func opened(t *testing.T, kind Kind) *DB { return openedUnder(t, nil, kind) }

// both runs a test on a plain file and on a sealed one.
func both(t *testing.T, kind Kind, f func(t *testing.T, db *DB)) {
	t.Run("plain", func(t *testing.T) { f(t, opened(t, kind)) })
	t.Run("sealed", func(t *testing.T) { f(t, openedUnder(t, make([]byte, seal.KeySize), kind)) })
}

func openedUnder(t *testing.T, key []byte, kind Kind) *DB {
	t.Helper()
	db, err := Open(filepath.Join(t.TempDir(), "p.db"), key, Options{Kind: kind})
	return closing(t, db, err)
}

// closing fails the test when a database does not open, and closes it at its end.
func closing(t *testing.T, db *DB, err error) *DB {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestReadOnlyFolder(t *testing.T) { both(t, Desktop, readOnlyFolder) }

func readOnlyFolder(t *testing.T, db *DB) {
	u := &agenda.Usager{ID: agenda.UsagerID(agenda.DeriveID(nil, "u")), LastName: "Haddad"}
	if err := db.WriteDesk(context.Background(), func(tx *DeskTx) error { return tx.Put(u) }); err != nil {
		t.Fatal(err)
	}
	if err := db.CleanUp(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, at := range []place{
		{path: db.place.path, readOnly: true},
		{path: db.place.path, readOnly: true, immutable: true},
	} {
		if db.Sealed() {
			var err error
			if at.seal, err = seal.New(make([]byte, seal.KeySize)); err != nil {
				t.Fatal(err)
			}
		}
		shown, err := open(at, Options{Kind: Desktop, Check: true})
		if err != nil {
			t.Fatal(err)
		}
		err = shown.Read(context.Background(), func(v *View) error {
			if _, ans := v.Record(agenda.NounUsager, u.Key()); ans != agenda.Yes || !shown.ReadOnly() {
				t.Errorf("consultation answers %d", ans)
			}
			return nil
		})
		wrong := shown.WriteDesk(context.Background(), func(*DeskTx) error { return nil })
		if e := ErrorOf(wrong); err != nil || e == nil || e.Code != CodeReadOnly || !strings.Contains(e.Message, "consultation possible") {
			t.Errorf("read %v, write %v", err, wrong)
		}
		if err := errors.Join(shown.CleanUp(context.Background()), shown.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestUpgrade(t *testing.T) { both(t, Desktop, upgradeAndBack) }

func upgradeAndBack(t *testing.T, db *DB) {
	const v = schema.Version
	steps := fstest.MapFS{
		number(v+1) + ".sql": {Data: []byte("-- why\nCREATE TABLE extra (id TEXT) STRICT; INSERT INTO extra VALUES ('a');")},
		number(v+2) + ".sql": {Data: []byte("-- why\nALTER TABLE extra ADD COLUMN more TEXT;")},
	}
	s, err := db.write.take(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer db.write.give(s, false)
	if err := db.shape(s, steps, v+2); err != nil {
		t.Fatal(err)
	}
	var more any
	if err := s.one("SELECT more FROM extra").Scan(&more); err != nil {
		t.Errorf("after the upgrade: %v", err)
	}
	if _, version, _ := s.header(); version != v+2 {
		t.Errorf("version %d", version)
	}
	if left := copies(t, db); len(left) != 0 {
		t.Errorf("copies left after a good upgrade: %v", left)
	}
	if err := db.shape(s, steps, v+2); err != nil {
		t.Errorf("nothing to do: %v", err)
	}
	if err := db.shape(s, steps, v+1); ErrorOf(err) == nil || ErrorOf(err).Code != CodeNewer {
		t.Errorf("going back: %v", err)
	}
}

func TestUpgradeThatFails(t *testing.T) { both(t, Desktop, upgradeThatFails) }

func upgradeThatFails(t *testing.T, db *DB) {
	const v = schema.Version
	steps := fstest.MapFS{
		number(v+1) + ".sql": {Data: []byte("CREATE TABLE half (id TEXT) STRICT; INSERT INTO nowhere VALUES (1);")},
	}
	s, err := db.write.take(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer db.write.give(s, false)
	if err := db.shape(s, steps, v+1); err == nil {
		t.Fatal("a step that fails was taken")
	}
	if _, version, _ := s.header(); version != v {
		t.Errorf("version %d after a failed step", version)
	}
	var half int
	if err := s.one("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").Scan(&half); err != nil || half != 0 {
		t.Errorf("half of the step stayed: %d, %v", half, err)
	}
	if left := copies(t, db); len(left) != 1 {
		t.Errorf("the copy made before: %v", left)
	}
	if err := db.shape(s, fstest.MapFS{}, v+1); err == nil {
		t.Error("a missing step was not missed")
	}
}

func number(n int) string { return string([]byte{'0', '0', '0' + byte(n/10), '0' + byte(n%10)}) }

func copies(t *testing.T, db *DB) []string {
	t.Helper()
	left, err := filepath.Glob(db.place.path + ".avant-*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range left {
		body, err := os.ReadFile(name)
		if err != nil || len(body) == 0 {
			t.Errorf("copy %s: %v", name, err)
		}
		if strings.HasPrefix(string(body), sqliteMagic) == db.Sealed() {
			t.Errorf("copy %s is not sealed as its file is (%v)", name, db.Sealed())
		}
	}
	return left
}

func TestPathsOnWindows(t *testing.T) {
	for path, want := range map[string]string{
		`C:\Users\Agent Un\permanence.db`: "/C:/Users/Agent%20Un/permanence.db",
		`\\serveur\part\p.db`:             "//serveur/part/p.db",
		"/home/a b/100%.db":               "/home/a%20b/100%25.db",
	} {
		if got := escapePath(path); got != want {
			t.Errorf("%s gives %s, want %s", path, got, want)
		}
	}
}

// TestFullDisk: what does not fit is refused whole, what was acknowledged
// stays, and writing goes on once there is room.
func TestFullDisk(t *testing.T) { both(t, Server, fullDisk) }

func fullDisk(t *testing.T, db *DB) {
	write := func(name string, size int) error {
		return db.WriteServer(context.Background(), func(tx *ServerTx) error {
			u := &agenda.Usager{ID: agenda.UsagerID(agenda.DeriveID(nil, name)), LastName: name, Address: strings.Repeat("x", size)}
			if err := tx.Put(u); err != nil {
				return err
			}
			_, err := tx.Draw("t")
			return err
		})
	}
	limit := func(pages string) {
		s, err := db.write.take(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer db.write.give(s, false)
		if err := s.run("PRAGMA max_page_count = " + pages); err != nil {
			t.Fatal(err)
		}
	}
	if err := write("Before", 10); err != nil {
		t.Fatal(err)
	}
	limit("1") // no page more than there are
	err := write("TooMuch", 100_000)
	if e := ErrorOf(err); e == nil || e.Code != CodeFull || !strings.Contains(e.Message, "disque est plein") {
		t.Errorf("a full disk says %v", err)
	}
	limit("100000")
	if err := write("After", 10); err != nil {
		t.Fatal(err)
	}
	err = db.Read(context.Background(), func(v *View) error {
		all, err := v.All(agenda.NounUsager)
		head, err2 := v.Head("t")
		if len(all) != 2 || head.Number != 2 {
			t.Errorf("%d usagers, head %d", len(all), head.Number)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTroublesArePutInWords(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"nothing", nil, ""},
		{"a refusal of the rules", agenda.Refuse(agenda.CodeExists, ""), ""},
		{"full", sqlite3.Error{Code: sqlite3.ErrFull}, CodeFull},
		{"a file at its limit", sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrWrite}, CodeFull},
		{"a disk that fails", sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrIoErrRead}, CodeDisk},
		{"corrupt", sqlite3.Error{Code: sqlite3.ErrCorrupt}, CodeDamaged},
		{"busy", sqlite3.Error{Code: sqlite3.ErrBusy}, CodeBusy},
		{"read only", sqlite3.Error{Code: sqlite3.ErrReadonly}, CodeReadOnly},
		{"a mistake of ours", sqlite3.Error{Code: sqlite3.ErrConstraint}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := understood(tt.err)
			if tt.want == "" {
				if got != tt.err {
					t.Errorf("changed into %v", got)
				}
				return
			}
			e := ErrorOf(fmt.Errorf("while testing: %w", got))
			if e == nil || e.Code != tt.want || !strings.HasSuffix(e.Message, ".") || !errors.Is(e, tt.err) {
				t.Errorf("got %+v", e)
			}
		})
	}
}
