package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// devices lists those of claire.
func (d desk) devices() []deviceLine {
	d.t.Helper()
	got := d.do("", "device list --agent claire@example.org")
	if got.code != exitDone {
		d.t.Fatalf("list = %+v", got)
	}
	return decode[struct{ Items []deviceLine }](d.t, got.out).Items
}

func TestDevices(t *testing.T) {
	d, _, o, _ := founded(t)
	claire := d.id(goodPassword, "agent add --email claire@example.org --first-name Claire --last-name Fournier --role admin --password-stdin --organisation "+o)
	karim := d.id(goodPassword, "agent add --email karim@example.org --first-name Karim --last-name Benali --role basic --password-stdin --organisation "+o)
	db, err := store.Open(d.db, nil, store.Options{Kind: store.Server})
	if err != nil {
		t.Fatal(err)
	}
	ids, seen := []string{newID(), newID(), newID()}, time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	err = db.WriteServer(t.Context(), func(tx *store.ServerTx) error {
		for i, agent := range []string{claire, claire, karim} {
			if err := tx.AddDevice(store.Device{ID: ids[i], Agent: agenda.AgentID(agent), Name: "Poste", Tokens: []byte("{}"), EnrolledAt: seen, SeenAt: seen}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || db.Close() != nil {
		t.Fatal(err)
	}
	if all := d.devices(); len(all) != 2 || all[0].RevokedAt != nil || all[0].Key {
		t.Fatalf("%+v", all)
	}
	if got := d.do("", "device rename --agent claire@example.org --name Guichet~2 --device "+ids[0]); got.code != exitDone {
		t.Fatalf("rename = %+v", got)
	}
	if got := d.do("", "device revoke --agent claire@example.org --device "+ids[0]); got.code != exitDone || !strings.Contains(got.out, ids[0]) {
		t.Fatalf("revoke = %+v", got)
	}
	if got := d.do("", "device wipe --agent claire@example.org --all"); got.code != exitDone || !strings.Contains(got.out, ids[1]) || strings.Contains(got.out, ids[2]) {
		t.Fatalf("wipe = %+v", got)
	}
	for _, one := range d.devices() {
		if one.RevokedAt == nil || one.WipeAt == nil || one.ToldAt != nil || one.ID == ids[0] && one.Name != "Guichet 2" {
			t.Errorf("%+v", one)
		}
	}
}

func TestDevicesRefused(t *testing.T) {
	d, _, o, _ := founded(t)
	d.id(goodPassword, "agent add --email claire@example.org --first-name Claire --last-name Fournier --role admin --password-stdin --organisation "+o)
	tests := []struct {
		name, line string
		code       int
	}{
		{"an agent nobody knows", "device list --agent personne@example.org", exitRefused},
		{"a device nobody knows", "device revoke --agent claire@example.org --device " + newID(), exitRefused},
		{"no device named", "device wipe --agent claire@example.org", exitUsage},
		{"one and all", "device wipe --agent claire@example.org --all --device " + newID(), exitUsage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := d.do("", tt.line); got.code != tt.code {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestLeaseOfATerritoire(t *testing.T) {
	d, territoire, _, _ := founded(t)
	for _, tt := range []struct {
		days string
		code int
	}{{"6", exitRefused}, {"91", exitRefused}, {"7", exitDone}, {"90", exitDone}} {
		if got := d.do("", "territoire lease --territoire "+territoire+" --days "+tt.days); got.code != tt.code {
			t.Errorf("%s days: %+v", tt.days, got)
		}
	}
	if got := d.do("", "territoire lease --days 10 --territoire "+newID()); got.code != exitRefused {
		t.Errorf("a territoire nobody knows: %+v", got)
	}
}

func TestLogMasksSecrets(t *testing.T) {
	var out bytes.Buffer
	newLog(&out).WarnContext(context.Background(), "said too much", "email", "claire@example.org", "token", "abcd", "device", "d1")
	if text := out.String(); strings.Contains(text, "claire@") || strings.Contains(text, "abcd") || !strings.Contains(text, "d1") {
		t.Error(text)
	}
}
