package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store/schema"
)

// freeze writes testdata anew. A release does it once, for its own version;
// between two releases the shape may still change, and it is done again.
var freeze = flag.Bool("freeze", false, "write the frozen database of this version into testdata")

// TestFrozen opens what each release froze: everything is read, and the shape
// it is brought to is the newest.
func TestFrozen(t *testing.T) {
	for _, kind := range []Kind{Server, Desktop} {
		current := filepath.Join("testdata", fmt.Sprintf("%s-%d.db.gz", kind, schema.Version))
		if *freeze {
			freezeAt(t, current, kind)
		}
		names, err := filepath.Glob(filepath.Join("testdata", string(kind)+"-*.db.gz"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(names, " "), current) {
			t.Errorf("version %d has no frozen %s: run this test with -freeze", schema.Version, kind)
		}
		for _, name := range names {
			t.Run(filepath.Base(name), func(t *testing.T) { thaw(t, name, kind) })
		}
	}
}

func thaw(t *testing.T, name string, kind Kind) {
	db, err := Open(unzip(t, name), nil, Options{Kind: kind, Check: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	fresh, err := OpenMemory("", Options{Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	if got, want := shapeOf(t, db), shapeOf(t, fresh); got != want {
		t.Errorf("the shape changed without a migration (if no release had it, run this test with -freeze):\n%s", firstDifference(got, want))
	}
	err = db.Read(context.Background(), func(v *View) error {
		var errs []error
		for _, n := range agenda.Nouns() {
			all, err := v.All(n)
			if len(all) != 1 {
				t.Errorf("%d records of %s", len(all), n)
			}
			errs = append(errs, err)
		}
		found, err := v.SearchUsagers("haddad", nil, 1)
		if len(found) != 1 {
			t.Error("nobody is found by name")
		}
		return errors.Join(append(errs, err)...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// shapeOf gives every statement that made the database, in order of names.
func shapeOf(t *testing.T, db *DB) string {
	t.Helper()
	var all []string
	err := db.Read(context.Background(), func(v *View) error {
		var err error
		all, err = scanAll(v, func(rows *sql.Rows) (string, error) {
			var name, statement string
			err := rows.Scan(&name, &statement)
			return name + ": " + strings.Join(strings.Fields(statement), " "), err
		}, "SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return g[i]
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

func unzip(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "frozen.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// freezeAt makes a small database with one record of each noun.
func freezeAt(t *testing.T, name string, kind Kind) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "new.db")
	db, err := Open(path, nil, Options{Kind: kind, Random: bytes.NewReader(make([]byte, 1<<12))})
	if err != nil {
		t.Fatal(err)
	}
	err = db.writing(context.Background(), func(w *Writer) error {
		for _, n := range agenda.Nouns() {
			if err := w.Put(frozenRecord(t, n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err = w.Write(b)
	if err := errors.Join(err, w.Close(), os.WriteFile(name, z.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// frozenRecord is a record of a noun as this version writes it.
func frozenRecord(t *testing.T, n agenda.Noun) agenda.Record {
	t.Helper()
	body := fmt.Sprintf(`{"id":%q,"last_name":"Haddad","first_name":"Nadia","start":"2026-11-24T09:00:00Z","end":"2026-11-24T09:30:00Z",
		"opened_at":"2026-11-24T09:00:00Z","revision":1}`, agenda.DeriveID(nil, string(n)))
	r, err := agenda.Decode(n, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
