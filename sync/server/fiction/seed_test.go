package fiction

import (
	"context"
	"errors"
	"maps"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
)

func memory(t *testing.T, k store.Kind) *store.DB {
	t.Helper()
	db, err := store.OpenMemory("", store.Options{Kind: k})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestSeed(t *testing.T) {
	ctx, size := context.Background(), Size{Agents: 27, Usagers: 60, Rdvs: 500}
	db := memory(t, store.Server)
	commands := 0
	made, err := Seed(ctx, db, size, 3, thursday, func(n int) { commands = n })
	if err != nil {
		t.Fatal(err)
	}
	if made.Agents != 27 || made.Usagers != 60 || made.Rdvs != 500 || len(made.Organisations) != 2 || len(made.Accounts) != 27 || commands < 600 {
		t.Errorf("made %+v by %d commands", made, commands)
	}
	for noun, want := range map[agenda.Noun]int{
		agenda.NounTerritoire: 1, agenda.NounOrganisation: 2, agenda.NounAgent: 27, agenda.NounRole: 27, agenda.NounPlage: 54,
		agenda.NounUsager: 60, agenda.NounProfil: 60, agenda.NounRdv: 500, agenda.NounConflit: 0,
	} {
		if got := len(all[agenda.Record](t, db, noun)); got != want {
			t.Errorf("%s: %d, want %d", noun, got, want)
		}
	}
	past := 0
	for _, r := range all[*agenda.Rdv](t, db, agenda.NounRdv) {
		if r.Start.Before(thursday.AddDate(0, 0, -1)) {
			past++
		}
	}
	if past < 300 || past > 450 {
		t.Errorf("%d of 500 rdvs are past", past)
	}
	if err := access.CheckPassword(made.Accounts[0].Password, access.Owner{Email: made.Accounts[0].Email}); err != nil {
		t.Error(err)
	}
	if _, err := Seed(ctx, db, size, 3, thursday, nil); agenda.RefusalOf(err) == nil {
		t.Errorf("the same again: %v", err)
	}
	if _, err := Seed(ctx, db, Size{Agents: 1, Usagers: 1, Rdvs: 1}, 4, thursday, nil); err != nil {
		t.Errorf("another beside it: %v", err)
	}
}

func TestSeedRefusesWhatCannotBe(t *testing.T) {
	for name, size := range map[string]Size{
		"no agent": {Usagers: 3}, "nobody to come": {Agents: 1, Rdvs: 1}, "an organisation without people": {Agents: 26, Usagers: 1, Rdvs: 1},
		"less than none": {Agents: 1, Usagers: -1},
	} {
		if _, err := Seed(context.Background(), memory(t, store.Server), size, 1, thursday, nil); !errors.Is(err, ErrSize) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A desktop holds what the server of the same seed would have sent, but what a
// server's own key names.
func TestDeskHoldsWhatTheServerHas(t *testing.T) {
	ctx, size := context.Background(), Size{Agents: 2, Usagers: 5, Rdvs: 7}
	server, desk := memory(t, store.Server), memory(t, store.Desktop)
	if _, err := Seed(ctx, server, size, 5, thursday, nil); err != nil {
		t.Fatal(err)
	}
	agents, err := Desk(ctx, desk, size, 5, thursday)
	if err != nil || len(agents) != 2 {
		t.Fatalf("agents = %v, %v", agents, err)
	}
	for _, n := range []agenda.Noun{agenda.NounTerritoire, agenda.NounOrganisation, agenda.NounService, agenda.NounMotif, agenda.NounLieu, agenda.NounAgent, agenda.NounProfil} {
		if a, b := bodies(t, server, n), bodies(t, desk, n); !maps.Equal(a, b) {
			t.Errorf("%s: the desktop holds %v, the server %v", n, b, a)
		}
	}
	there, here := sketch(t, server), sketch(t, desk)
	if !maps.Equal(there, here) {
		t.Errorf("rdvs: the desktop holds %v, the server %v", here, there)
	}
	err = desk.Read(ctx, func(v *store.View) error {
		scopes, err := v.HeldScopes(agenda.Ref{Noun: agenda.NounRdv, ID: string(all[*agenda.Rdv](t, server, agenda.NounRdv)[0].ID)})
		if len(scopes) != 2 {
			t.Errorf("an rdv is held through %v", scopes)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
