package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDoctorOfAHealthyBase(t *testing.T) {
	d, territoire, _, _ := founded(t)
	got := d.do("", "doctor")
	found := decode[diagnosis](t, got.out)
	if got.code != exitDone || !found.OK || len(found.Troubles) != 0 || len(found.Territoires) != 1 {
		t.Fatalf("= %+v", got)
	}
	p := found.Territoires[0]
	if string(p.ID) != territoire || p.Number == 0 || !p.Dense {
		t.Errorf("territoire = %+v", p)
	}
	if !strings.Contains(strings.Join(found.Missing, "\n"), "aucun administrateur") {
		t.Errorf("missing = %v", found.Missing)
	}
}

func TestDoctorComparesADesktop(t *testing.T) {
	d, _, _, _ := founded(t)
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "inventaire.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, tt := range map[string]struct{ compared, says string }{
		"not an inventory":   {write("oups"), "inventaire illisible"},
		"an unknown key":     {write(`{"agent":"a","root":true}`), "inventaire illisible"},
		"never connected":    {write(`{"agent":"","pending":0,"territoires":[],"rows":[]}`), "jamais été connecté"},
		"nothing there":      {filepath.Join(t.TempDir(), "rien"), "introuvable"},
		"a row of nobody's":  {write(`{"agent":"a","pending":2,"territoires":[],"rows":[{"noun":"lieu","id":"x","sum":"y"}]}`), "2 en attente d’envoi ; fiches qui manquent 0, en trop 1, différentes 0"},
		"nothing, but in it": {write(`{"agent":"a","pending":1,"territoires":[],"rows":[]}`), "diffèrent : 1 en attente d’envoi"},
	} {
		got := d.do("", "doctor --compare "+strings.ReplaceAll(tt.compared, " ", "~"))
		if got.code != exitFailure || !strings.Contains(got.err, tt.says) {
			t.Errorf("%s = %+v, want %q", name, got, tt.says)
		}
	}
}

func TestDoctorOfADamagedBase(t *testing.T) {
	for name, spoil := range map[string]func(page []byte){
		"another program's": func(all []byte) { copy(all, "MZ\x90\x00") },
		"a page of noise": func(all []byte) {
			for i := 4096 * 2; i < 4096*4; i++ {
				all[i] = byte(i * 7)
			}
		},
	} {
		d, _, _, _ := founded(t)
		text, err := os.ReadFile(d.db)
		if err != nil {
			t.Fatal(err)
		}
		spoil(text)
		if err := os.WriteFile(d.db, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := d.do("", "doctor"); got.code != exitFailure || got.out != "" || !strings.Contains(got.err, "endommagée") {
			t.Errorf("%s = %+v", name, got)
		}
	}
}
