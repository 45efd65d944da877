package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// history: former values are kept beside the journal, tell what was and who was
// there, and go with the erased and with time.
func history(t *testing.T, e Engine) {
	t.Run("former values", func(t *testing.T) { formerValues(t, e.Open(t, store.Server)) })
	t.Run("roles", func(t *testing.T) { formerRoles(t, e.Open(t, store.Server)) })
	t.Run("erased and old", func(t *testing.T) { forgottenValues(t, e.Open(t, store.Server)) })
	t.Run("logins", func(t *testing.T) { loginsFollow(t, e.Open(t, store.Server)) })
	t.Run("merged fiches", func(t *testing.T) { mergedFiches(t, e.Open(t, store.Server)) })
}

// passed writes one change of a record in the journal and what it overwrote.
func passed(tx *store.ServerTx, r agenda.Ref, revision int64, kind guichet.ChangeKind, at time.Time, was map[string]json.RawMessage) error {
	n, err := tx.Draw(territoireID())
	if err != nil {
		return err
	}
	l := guichet.JournalLine{Territoire: territoireID(), Number: n, Ref: r, Revision: revision, Kind: kind,
		Command: id[string]("command", string(kind), fmt.Sprint(revision), r.ID), Author: agenda.AuthorAgent, Agent: agentID("claire"), At: at}
	if err := tx.Journal(l); err != nil || was == nil {
		return err
	}
	return tx.Overwrite(l, was)
}

func formerValues(t *testing.T, db *store.DB) {
	u := usager("Nadia", "Haddad")
	ref, gone := agenda.RefOf(u), agenda.RefOf(usager("Sami", "Haddad"))
	image, err := agenda.Encode(usager("Sami", "Haddad"))
	if err != nil {
		t.Fatal(err)
	}
	serve(t, db, func(tx *store.ServerTx) error {
		if err := passed(tx, ref, 1, guichet.KindBorn, at(20, 9, 0), nil); err != nil {
			return err
		}
		if err := passed(tx, ref, 2, guichet.KindChanged, at(21, 9, 0), map[string]json.RawMessage{"phone": []byte(`{"phone":"+33610000001"}`)}); err != nil {
			return err
		}
		return passed(tx, gone, 0, guichet.KindRemoved, at(22, 9, 0), map[string]json.RawMessage{agenda.WholeRecord: image})
	})
	read(t, db, func(v *store.View) {
		past, err := v.PastOf(ref)
		if err != nil || len(past) != 2 || string(past[0].Was["phone"]) != `{"phone":"+33610000001"}` || past[1].Kind != guichet.KindBorn || past[1].Was != nil {
			t.Errorf("past = %+v, %v", past, err)
		}
		if s := v.Signature(ref, 2); s == nil || s.Agent != agentID("claire") || !s.At.Equal(at(21, 9, 0)) {
			t.Errorf("signature = %+v", s)
		}
		if s := v.Signature(ref, 9); s != nil {
			t.Errorf("a revision that never was is signed %+v", s)
		}
		if r, ok := v.Former(gone.Noun, gone.ID).(*agenda.Usager); !ok || r.FirstName != "Sami" {
			t.Errorf("former = %+v", r)
		}
		if r := v.Former(ref.Noun, ref.ID); r != nil {
			t.Errorf("what is here was never removed: %+v", r)
		}
	})
}

func formerRoles(t *testing.T, db *store.DB) {
	role := agenda.Role{ID: agenda.RoleOf(agentID("claire"), organisationID()), Agent: agentID("claire"), Organisation: organisationID(),
		Level: agenda.LevelBasic, Stamp: rev(3)}
	left := role
	left.Organisation = id[agenda.OrganisationID]("organisation", "autre")
	left.ID = agenda.RoleOf(left.Agent, left.Organisation)
	image, err := agenda.Encode(&left)
	if err != nil {
		t.Fatal(err)
	}
	serve(t, db, func(tx *store.ServerTx) error {
		if err := tx.Put(&role); err != nil {
			return err
		}
		if err := passed(tx, agenda.RefOf(&role), 2, guichet.KindChanged, at(10, 9, 0), map[string]json.RawMessage{"services": []byte(`{}`)}); err != nil {
			return err
		}
		if err := passed(tx, agenda.RefOf(&role), 3, guichet.KindChanged, at(20, 9, 0), map[string]json.RawMessage{"level": []byte(`{"level":"admin"}`)}); err != nil {
			return err
		}
		return passed(tx, agenda.RefOf(&left), 0, guichet.KindRemoved, at(21, 9, 0), map[string]json.RawMessage{agenda.WholeRecord: image})
	})
	read(t, db, func(v *store.View) {
		roles, err := v.FormerRoles(agentID("claire"), at(15, 0, 0))
		levels := map[agenda.OrganisationID]agenda.Level{}
		for _, r := range roles {
			levels[r.Organisation] = r.Level
		}
		if err != nil || len(roles) != 2 || levels[role.Organisation] != agenda.LevelAdmin || levels[left.Organisation] != agenda.LevelBasic {
			t.Errorf("roles = %+v, %v", levels, err)
		}
		if roles, err = v.FormerRoles(agentID("bruno"), at(15, 0, 0)); err != nil || len(roles) != 0 {
			t.Errorf("of somebody else: %+v, %v", roles, err)
		}
	})
}

func forgottenValues(t *testing.T, db *store.DB) {
	u := usager("Nadia", "Haddad")
	r := rdv("r1", agenda.Span{Start: at(24, 9, 0), End: at(24, 9, 30)}, []agenda.AgentID{agentID("claire")})
	old := agenda.RefOf(usager("Sami", "Haddad"))
	serve(t, db, func(tx *store.ServerTx) error {
		for _, p := range []struct {
			ref agenda.Ref
			was string
			day int
		}{
			{agenda.RefOf(u), `{"address":"ici"}`, 20},
			{agenda.RefOf(r), `{"context":"Nadia a appelé"}`, 20},
			{agenda.RefOf(r), `{"participations":[{"usager":"` + u.Key() + `"}]}`, 21},
			{old, `{"address":"là"}`, 1},
		} {
			if err := passed(tx, p.ref, int64(p.day), guichet.KindChanged, at(p.day, 9, 0), map[string]json.RawMessage{"x": []byte(p.was)}); err != nil {
				return err
			}
		}
		return nil
	})
	serve(t, db, func(tx *store.ServerTx) error {
		if n, err := tx.ForgetHistory(at(10, 0, 0)); err != nil || n != 1 {
			t.Errorf("forgot %d, %v", n, err)
		}
		return tx.Erase(agenda.RefOf(u))
	})
	read(t, db, func(v *store.View) {
		for _, ref := range []agenda.Ref{agenda.RefOf(u), agenda.RefOf(r), old} {
			past, err := v.PastOf(ref)
			if err != nil || len(past) == 0 {
				t.Errorf("%s: the journal points still: %v, %v", ref.Noun, past, err)
			}
			for _, p := range past {
				if p.Was != nil {
					t.Errorf("%s still tells %s", ref.Noun, p.Was)
				}
			}
		}
	})
}

func mergedFiches(t *testing.T, db *store.DB) {
	u, double := usager("Nadia", "Haddad"), usagerID("double")
	u.Merged = []agenda.UsagerID{double}
	serve(t, db, func(tx *store.ServerTx) error { return tx.Put(u) })
	read(t, db, func(v *store.View) {
		if found := v.Usagers(agenda.UsagerQuery{Merged: double}); len(found) != 1 || found[0].ID != u.ID {
			t.Errorf("found %+v", found)
		}
	})
	serve(t, db, func(tx *store.ServerTx) error { return tx.Erase(agenda.RefOf(u)) })
	err := db.Read(context.Background(), func(v *store.View) error {
		if _, ans := v.Record(agenda.NounUsager, string(double)); ans != agenda.Erased {
			t.Errorf("the merged fiche is %v, want erased with the person", ans)
		}
		return v.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}

// loginsFollow: an account has the address of its agent's fiche, and never that
// of another account.
func loginsFollow(t *testing.T, db *store.DB) {
	claire := &agenda.Agent{ID: agentID("claire"), LastName: "Fournier", Email: "claire@example.org", Stamp: rev(1)}
	karim := &agenda.Agent{ID: agentID("karim"), LastName: "Benali", Email: "karim@example.org", Stamp: rev(1)}
	serve(t, db, func(tx *store.ServerTx) error {
		return errors.Join(tx.AddAccount(store.Account{Agent: claire.ID, Email: claire.Email, CreatedAt: at(0, 8, 0)}),
			tx.AddAccount(store.Account{Agent: karim.ID, Email: karim.Email, CreatedAt: at(0, 8, 0)}), tx.Put(claire), tx.Put(karim))
	})
	claire.Email, karim.Email = "c.fournier@example.org", "c.fournier@example.org"
	serve(t, db, func(tx *store.ServerTx) error { return errors.Join(tx.Put(claire), tx.Put(karim)) })
	read(t, db, func(v *store.View) {
		first, err := v.Account(claire.ID)
		if err != nil || first.Email != "c.fournier@example.org" {
			t.Errorf("account = %+v, %v", first, err)
		}
		second, err := v.Account(karim.ID)
		if err != nil || second.Email != "karim@example.org" {
			t.Errorf("account = %+v, %v", second, err)
		}
		if all := v.Logins("c.fournier@example.org"); len(all) != 2 {
			t.Errorf("logins = %+v", all)
		}
	})
}
