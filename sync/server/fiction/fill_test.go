package fiction

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
)

// noon of a Thursday with nothing special.
var thursday = time.Date(2026, 11, 19, 10, 20, 0, 0, time.UTC)

func filled(t *testing.T, now time.Time) (*store.DB, []Account) {
	t.Helper()
	db, err := store.OpenMemory("", store.Options{Kind: store.Server})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	accounts, err := Fill(context.Background(), db, 1, now)
	if err != nil {
		t.Fatal(err)
	}
	return db, accounts
}

func all[T agenda.Record](t *testing.T, db *store.DB, n agenda.Noun) []T {
	t.Helper()
	var list []T
	err := db.Read(context.Background(), func(v *store.View) error {
		records, err := v.All(n)
		for _, r := range records {
			list = append(list, r.(T))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// One filling serves what only reads it.
func TestValFleuri(t *testing.T) {
	db, accounts := filled(t, thursday)
	t.Run("holds what it promises", func(t *testing.T) { holdsWhatItPromises(t, db, accounts) })
	t.Run("history is not mailed", func(t *testing.T) { historyIsNotMailed(t, db) })
	t.Run("the same day gives the same agendas", func(t *testing.T) { givesTheSame(t, db) })
	t.Run("accounts are given again", func(t *testing.T) {
		again, err := Accounts(context.Background(), db, 1)
		if err != nil || !slices.Equal(accounts, again) {
			t.Errorf("accounts = %+v, %v; want %+v", again, err, accounts)
		}
	})
	t.Run("a base in use is left alone", func(t *testing.T) {
		if _, err := Fill(context.Background(), db, 1, thursday); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("a second filling: %v", err)
		}
	})
}

func holdsWhatItPromises(t *testing.T, db *store.DB, accounts []Account) {
	for noun, want := range map[agenda.Noun]int{
		agenda.NounTerritoire: 1, agenda.NounOrganisation: 1, agenda.NounService: 2, agenda.NounAgent: 6, agenda.NounRole: 6,
		agenda.NounLieu: 3, agenda.NounMotif: 8, agenda.NounUsager: usagers, agenda.NounProfil: usagers,
	} {
		if got := len(all[agenda.Record](t, db, noun)); got != want {
			t.Errorf("%s: %d, want %d", noun, got, want)
		}
	}
	states := map[string]int{}
	for _, r := range all[*agenda.Rdv](t, db, agenda.NounRdv) {
		state := string(r.Status)
		switch {
		case r.Status != agenda.StatusUnknown:
		case r.ArrivedAt != nil:
			state = "waiting"
		case r.Start.After(thursday):
			state = "coming"
		default:
			state = "to fill in"
		}
		states[state]++
	}
	for _, s := range []string{"seen", "noshow", "excused", "revoked", "waiting", "coming", "to fill in"} {
		if states[s] == 0 {
			t.Errorf("no rdv is %s: %v", s, states)
		}
	}
	codes := map[agenda.ConflitCode]int{}
	for _, c := range all[*agenda.Conflit](t, db, agenda.NounConflit) {
		codes[c.Code]++
	}
	want := map[agenda.ConflitCode]int{agenda.ConflitOverlap: 1, agenda.ConflitAbsenceOver: 1, agenda.ConflitDuplicateUsager: 1}
	if !maps.Equal(codes, want) {
		t.Errorf("conflits = %v, want %v", codes, want)
	}
	if len(accounts) != 6 || accounts[0].Email != "claire.fournier@example.org" || accounts[0].Role != agenda.LevelAdmin {
		t.Errorf("accounts = %+v", accounts)
	}
	for _, a := range accounts {
		if err := access.CheckPassword(a.Password, access.Owner{Email: a.Email, Organisation: organisationName}); err != nil {
			t.Errorf("password of %s: %v", a.Email, err)
		}
	}
}

// sketch is what may not depend on the hour: each rdv, its place and its people.
func sketch(t *testing.T, db *store.DB) map[agenda.RdvID]string {
	t.Helper()
	found := map[agenda.RdvID]string{}
	for _, r := range all[*agenda.Rdv](t, db, agenda.NounRdv) {
		found[r.ID] = fmt.Sprint(r.Start, r.End, r.Lieu, r.Agents, r.Usagers())
	}
	return found
}

func givesTheSame(t *testing.T, db *store.DB) {
	morning, _ := filled(t, thursday.Add(-4*time.Hour))
	if a, b := sketch(t, morning), sketch(t, db); !maps.Equal(a, b) || len(a) < 300 {
		t.Errorf("%d rdvs in the morning, %d at noon, or others", len(a), len(b))
	}
	again, _ := filled(t, thursday)
	for _, n := range agenda.Nouns() {
		a, b := bodies(t, db, n), bodies(t, again, n)
		keyed := n == agenda.NounOccupation || n == agenda.NounConflit || n == agenda.NounRdv || n == agenda.NounImporte // named by a key that each server draws
		if !keyed && !maps.Equal(a, b) || len(a) != len(b) {
			t.Errorf("%s differ between two fillings", n)
		}
	}
}

func bodies(t *testing.T, db *store.DB, n agenda.Noun) map[agenda.Ref]string {
	t.Helper()
	found := map[agenda.Ref]string{}
	for _, r := range all[agenda.Record](t, db, n) {
		body, err := agenda.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		found[agenda.RefOf(r)] = string(body)
	}
	return found
}

// The mailer has passed everything, and knows who was told what.
func historyIsNotMailed(t *testing.T, db *store.DB) {
	err := db.Read(context.Background(), func(v *store.View) error {
		heads, err := v.Heads()
		if err != nil {
			return err
		}
		for _, h := range heads {
			if at, err := v.Bookmark(mailerName, h.Territoire); err != nil || at != h.Number || at == 0 {
				t.Errorf("the mailer is at %d of %d, %v", at, h.Number, err)
			}
		}
		told := 0
		for _, r := range all[*agenda.Rdv](t, db, agenda.NounRdv) {
			lines, err := v.Told(r.ID)
			if err != nil {
				return err
			}
			if len(lines) > 0 && r.Start.After(thursday) {
				told++
			}
		}
		if told < 50 {
			t.Errorf("%d usagers to come were told of their rdv", told)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
