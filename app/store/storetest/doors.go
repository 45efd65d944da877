package storetest

import (
	"context"
	"errors"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
)

// doors: accounts, secrets and settings.
func doors(t *testing.T, e Engine) {
	db := e.Open(t, store.Server)
	claire, karim := agentID("Claire"), agentID("Karim")
	link := store.Secret{Hash: "aa", ID: id[string]("link"), Kind: "link", Usager: usagerID("Nadia"), Rdv: rdvID("one"), CreatedAt: at(0, 8, 0), ExpiresAt: at(3, 0, 0)}
	app := store.Secret{Hash: "bb", ID: id[string]("app"), Kind: "app-password", Agent: claire, Label: "Téléphone", Level: "motif", CreatedAt: at(0, 8, 0)}
	serve(t, db, func(tx *store.ServerTx) error {
		return errors.Join(
			tx.AddAccount(store.Account{Agent: claire, Email: "claire@example.org", CreatedAt: at(0, 8, 0)}),
			tx.AddAccount(store.Account{Agent: karim, Email: "karim@example.org", PasswordHash: "$argon2id$", CreatedAt: at(0, 8, 0)}),
			tx.AddSecret(link), tx.AddSecret(link), tx.AddSecret(app), tx.SetSetting("mail", []byte("on")))
	})
	for name, refused := range map[string]func(tx *store.ServerTx) error{
		"a second account": func(tx *store.ServerTx) error {
			return tx.AddAccount(store.Account{Agent: agentID("Other"), Email: "claire@example.org", CreatedAt: at(0, 8, 0)})
		},
		"a new address": func(tx *store.ServerTx) error { return tx.SetAccountEmail(karim, "claire@example.org") },
	} {
		err := db.WriteServer(context.Background(), refused)
		if r := agenda.RefusalOf(err); r == nil || r.Code != agenda.CodeEmailTaken {
			t.Errorf("%s under a taken address: %v", name, err)
		}
	}
	serve(t, db, func(tx *store.ServerTx) error {
		first, err1 := tx.SetPassword(claire, "", "h1")
		stale, err2 := tx.SetPassword(claire, "", "h2")
		used, err3 := tx.UseSecret(link.ID, at(1, 0, 0))
		again, err4 := tx.UseSecret(link.ID, at(2, 0, 0))
		if !first || stale || !used || again {
			t.Errorf("compare and set: %v %v %v %v", first, stale, used, again)
		}
		return errors.Join(err1, err2, err3, err4, tx.NoteLogin(claire, at(1, 0, 0)), tx.DisableAccount(karim, true), tx.RevokeSecret(app.ID, at(1, 0, 0)))
	})
	read(t, db, func(v *store.View) {
		a, err := v.AccountByEmail("claire@example.org")
		if err != nil || a.Agent != claire || a.PasswordHash != "h1" || a.Disabled || !a.LoginAt.Equal(at(1, 0, 0)) {
			t.Errorf("account: %+v, %v", a, err)
		}
		if k, err := v.Account(karim); err != nil || !k.Disabled {
			t.Errorf("closed account: %+v, %v", k, err)
		}
		s, err := v.SecretByHash("link", "aa")
		if err != nil || s.Rdv != link.Rdv || s.Usager != link.Usager || s.Agent != "" || !s.ExpiresAt.Equal(link.ExpiresAt) || !s.UsedAt.Equal(at(2, 0, 0)) {
			t.Errorf("link: %+v, %v", s, err)
		}
		if _, err := v.SecretByHash("feed", "aa"); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("a link taken for a feed: %v", err)
		}
		if all, err := v.SecretsOf(claire, "app-password"); err != nil || len(all) != 1 || !all[0].RevokedAt.Equal(at(1, 0, 0)) || all[0].Level != "motif" {
			t.Errorf("app passwords: %+v, %v", all, err)
		}
		if b, err := v.Setting("mail"); err != nil || string(b) != "on" {
			t.Errorf("setting: %q, %v", b, err)
		}
	})
	serve(t, db, func(tx *store.ServerTx) error {
		n, err := tx.ForgetSecrets(at(4, 0, 0))
		if n != 1 {
			t.Errorf("%d secrets expired", n)
		}
		return errors.Join(err, tx.RemoveAccount(claire), tx.DropSetting("mail"))
	})
	read(t, db, func(v *store.View) {
		if all, err := v.Accounts(); err != nil || len(all) != 1 {
			t.Errorf("accounts left: %+v, %v", all, err)
		}
		if _, err := v.Secret(app.ID); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("the secret of a removed account: %v", err)
		}
		if b, err := v.Setting("mail"); err != nil || b != nil {
			t.Errorf("a dropped setting: %q, %v", b, err)
		}
	})
}
