package main

import (
	"bytes"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unicode/utf16"

	"permanence/app/desktop"
)

// TestNothingShowsInTheDemonstration opens the fictional CCAS, which carries
// its own server, works in it, and looks for its people in every file of the
// profile, while it is open and after.
func TestNothingShowsInTheDemonstration(t *testing.T) {
	dir := t.TempDir()
	now := func() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	window := desktop.New(desktop.Config{Dir: dir, Version: version, Emit: func(string, any) {},
		Ports: desktop.Ports{Now: now, NewID: newID, Lines: lines{now: now, log: log}, Log: log, Phrase: "une phrase pour la démonstration"}})
	closed := false
	defer func() {
		if !closed {
			window.Close()
		}
	}()
	agenda := window.Agenda()
	e, err := agenda.StartDemonstration()
	if err != nil || e.Phase != "ready" || !e.Profil.Sealed {
		t.Fatalf("%+v, %v", e, err)
	}
	var found desktop.VueUsagers
	until(t, "the people of the demonstration are here", func() bool {
		found, err = agenda.SearchUsagers("ma", 10)
		return err != nil || len(found.Items) > 0
	})
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"SQLite format 3\x00", "CREATE TABLE"}
	for _, u := range found.Items {
		f, err := agenda.Usager(u.ID)
		if err != nil {
			t.Fatal(err)
		}
		words = append(words, f.Name)
	}
	if _, err := agenda.SaveUsager(desktop.UsagerForm{Set: map[string]string{"first_name": "Zénobie", "last_name": "Canarienne"}}); err != nil {
		t.Fatal(err)
	}
	words = append(words, "Canarienne", "canarienne")
	until(t, "the server has it too", func() bool {
		at, err := agenda.SyncNow()
		return err == nil && at.Pending == 0
	})
	profil := filepath.Join(dir, "profils", e.Profil.ID)
	if _, err := os.Stat(filepath.Join(profil, "serveur", "serveur.db")); err != nil {
		t.Fatalf("it carries no server: %v", err)
	}
	look(t, "open", profil, words)
	closed = true
	if err := window.Close(); err != nil {
		t.Error(err)
	}
	look(t, "closed", profil, words)
}

// until waits for something, as long as a slow machine may need.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// look fails for each file that holds one of the words, in UTF-8 or UTF-16.
func look(t *testing.T, when, dir string, words []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		for _, word := range words {
			if bytes.Contains(body, []byte(word)) || bytes.Contains(body, wide(word)) {
				t.Errorf("%s: %s holds %q", when, filepath.Base(path), word)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func wide(word string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(word)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}
