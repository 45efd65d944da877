package main

import (
	"os"
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
