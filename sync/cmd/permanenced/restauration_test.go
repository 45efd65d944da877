package main

import (
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/app/store/storetest/pgtest"
)

// A PostgreSQL that was put back by its own means: another history begins, the
// rdvs to come outrank what their usagers hold, who was erased since is erased
// again; none of it beside a server.
func TestRestoreOnPostgres(t *testing.T) {
	cluster := pgtest.Shared(t)
	former, back := cluster.Database(t), cluster.Database(t)
	if a := permanenced(t, "", "seed", "--db", cluster.Address(former), "--agents", "2", "--usagers", "9", "--rdvs", "30"); a.code != exitDone {
		t.Fatalf("seed: %q", a.err)
	}
	for _, statement := range []string{"DROP DATABASE " + back, "CREATE DATABASE " + back + " TEMPLATE " + former} {
		if err := cluster.Say(statement); err != nil {
			t.Fatal(err)
		}
	}
	former, back = cluster.Address(former), cluster.Address(back)
	gone := eraseOne(t, former)
	before := epochs(t, back)

	server, err := store.Open(back, nil, store.Options{Kind: store.Server})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Lock("server"); err != nil {
		t.Fatal(err)
	}
	if a := permanenced(t, "", "restore", "--db", back); a.code != exitRefused || a.out != "" {
		t.Errorf("beside a server: %+v", a)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"a file":                {"restore", "--db", back, "--from", "copie.db"},
		"former base of a file": {"restore", "--db", "serveur.db", "--from", "copie.db", "--former", former},
		"no such former base":   {"restore", "--db", back, "--former", "absente.db"},
	} {
		if a := permanenced(t, "", args...); a.code == exitDone || a.out != "" || a.err == "" {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if epochs(t, back) != before {
		t.Error("a refused restoration changed the history")
	}

	var done restored
	decoded(t, &done, "restore", "--db", back, "--former", former)
	if done.Purged != 1 || done.Future == 0 || done.Kept != "" || strings.Contains(done.DB, pgtest.Password) {
		t.Errorf("told %+v", done)
	}
	if after := epochs(t, back); after == before || strings.Count(after, " ") != strings.Count(before, " ") {
		t.Errorf("epochs %q then %q", before, after)
	}
	db, err := store.Open(back, nil, store.Options{Kind: store.Server})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Read(t.Context(), func(v *store.View) error {
		if _, ans := v.Record(agenda.NounUsager, string(gone)); ans == agenda.Yes {
			t.Error("who was erased is back")
		}
		all, err := v.All(agenda.NounRdv)
		for _, r := range all {
			if rdv := r.(*agenda.Rdv); rdv.Start.After(time.Now()) != (rdv.Sequence >= 1000) {
				t.Errorf("an rdv of %v has sequence %d", rdv.Start, rdv.Sequence)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := decode[diagnosis](t, permanenced(t, "", "doctor", "--db", back).out); !d.OK {
		t.Errorf("doctor: %+v", d)
	}
}

// eraseOne erases one usager of a database.
func eraseOne(t *testing.T, path string) agenda.UsagerID {
	t.Helper()
	db, err := store.Open(path, nil, store.Options{Kind: store.Server})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var gone agenda.UsagerID
	err = db.Read(t.Context(), func(v *store.View) error {
		all, err := v.All(agenda.NounUsager)
		gone = all[0].(*agenda.Usager).ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	erase := agenda.NewCommand(newID(), now, &agenda.EraseUsager{Usager: gone, Reason: "request"})
	if _, err := guichet.NewCounter(db.Ledger(), func() time.Time { return now }).Do(t.Context(), erase, agenda.Author{Kind: agenda.AuthorSystem}); err != nil {
		t.Fatal(err)
	}
	return gone
}
