package coffre

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

const phrase = "marmotte bleue sous la pluie"

func TestTheSameKeysEachTime(t *testing.T) {
	c := Coffre{t.TempDir()}
	if c.HasKey() {
		t.Error("a new folder has a key")
	}
	first, err := c.Unlock(Gardiens{Phrase: phrase})
	if err != nil || first.Code == "" || !c.HasKey() {
		t.Fatalf("%v, code %q", err, first.Code)
	}
	again, err := c.Unlock(Gardiens{Phrase: phrase})
	if err != nil || again.Code != "" || !bytes.Equal(first.Poste, again.Poste) || !bytes.Equal(first.Serveur, again.Serveur) {
		t.Errorf("the second time: %v", err)
	}
	if bytes.Equal(first.Poste, first.Serveur) || len(first.Poste) != cleSize {
		t.Error("two files are sealed alike")
	}
	left, err := os.ReadDir(c.Dir)
	if err != nil || len(left) != 1 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}

// TestAnotherKeyIsNeverMade: a sealed file without what tells how its key is
// kept has lost it; no new one takes its place.
func TestAnotherKeyIsNeverMade(t *testing.T) {
	c := Coffre{t.TempDir()}
	if err := os.WriteFile(Database(c.Dir), bytes.Repeat([]byte("bruit "), 2000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Unlock(Gardiens{Phrase: phrase}); RefusOf(err) != KeyLost {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(c.Dir, cleFile)); !os.IsNotExist(err) {
		t.Errorf("a key was made: %v", err)
	}
}

// TestTwoProgramsAtOnce make one key between them.
func TestTwoProgramsAtOnce(t *testing.T) {
	c := Coffre{t.TempDir()}
	found := make(chan Cles, 2)
	for range 2 {
		go func() {
			keys, err := c.Unlock(Gardiens{Phrase: phrase})
			if err != nil {
				t.Error(err)
			}
			found <- keys
		}()
	}
	one, two := <-found, <-found
	if !bytes.Equal(one.Poste, two.Poste) {
		t.Error("two keys were made")
	}
	if (one.Code == "") == (two.Code == "") {
		t.Error("the code was told twice, or never")
	}
}

func TestCodesAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]string{
		"abcd-EF01":      "ABCDEF01",
		" ab cd ef 01 ":  "ABCDEF01",
		"OoIl-\u00a01":   "001" + "11",
		"":               "",
		"0123-4567-89AB": "0123456789AB",
	} {
		if got := cleanCode(typed); got != want {
			t.Errorf("%q is read %q, want %q", typed, got, want)
		}
	}
}
