package fiction

import (
	"context"
	"fmt"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
)

// Fill makes the CCAS of Val-Fleuri in an empty server database, as it stands
// at the instant now: six agents, three lieux, eight motifs, 120 usagers, the
// two weeks before the present one and the two after. It gives the agents'
// accounts, first the one that a demonstration opens. Either everything is
// written or nothing is; it refuses (ErrNotEmpty) a database that is in use.
func Fill(ctx context.Context, db *store.DB, seed uint64, now time.Time) ([]Account, error) {
	t, err := newTown(seed, now)
	if err != nil {
		return nil, err
	}
	if err := t.imagine(); err != nil {
		return nil, fmt.Errorf("imagine Val-Fleuri: %w", err)
	}
	accounts := t.accounts(seed)
	hashes, err := hashAll(ctx, accounts)
	if err != nil {
		return nil, err
	}
	err = db.WriteServer(ctx, func(tx *store.ServerTx) error {
		if err := empty(&tx.View); err != nil {
			return err
		}
		if err := newTeller(tx, db, newChance(seed, "actes")).play(t.acts); err != nil {
			return fmt.Errorf("tell Val-Fleuri: %w", err)
		}
		if err := openAccounts(tx, accounts, hashes, t.at(t.week(-founded), 12*60)); err != nil {
			return err
		}
		return catchUp(tx)
	})
	if err != nil {
		return nil, err
	}
	return accounts, nil
}

// Accounts gives again what Fill gave, for a database that it filled with the
// same seed. A password that was changed since is not known here.
func Accounts(ctx context.Context, db *store.DB, seed uint64) ([]Account, error) {
	var all []Account
	err := db.Read(ctx, func(v *store.View) error {
		for _, c := range rows(agentRows) {
			email := mailOf(c[1], c[2])
			a, err := v.AccountByEmail(email)
			if err != nil {
				return fmt.Errorf("read the account of %s: %w", c[0], err)
			}
			all = append(all, Account{email, password(seed, email), agenda.Level(c[3]), a.Agent})
		}
		return nil
	})
	return all, err
}

// imagine makes the list of everything that was done.
func (t *town) imagine() error {
	if err := t.found(); err != nil {
		return err
	}
	if err := t.welcome(); err != nil {
		return err
	}
	openings, err := t.openings()
	if err != nil {
		return err
	}
	t.open(openings)
	if err := t.away(); err != nil {
		return err
	}
	if err := t.claireWeek(openings); err != nil {
		return err
	}
	if err := t.ateliers(); err != nil {
		return err
	}
	t.fill(openings)
	t.unexpected()
	t.elsewhere()
	return nil
}

func (t *town) accounts(seed uint64) []Account {
	var all []Account
	for _, key := range t.team {
		a := t.agents[key]
		all = append(all, Account{a.Email, password(seed, a.Email), t.roles[key].Level, a.ID})
	}
	return all
}

// empty refuses a database that holds a territoire.
func empty(v *store.View) error {
	heads, err := v.Heads()
	if err != nil {
		return err
	}
	if len(heads) > 0 {
		return ErrNotEmpty
	}
	return nil
}

// hashAll hashes the passwords, in the order of the accounts.
func hashAll(ctx context.Context, accounts []Account) ([]string, error) {
	hasher, err := access.NewHasher(1)
	if err != nil {
		return nil, err
	}
	hashes := make([]string, len(accounts))
	for i, a := range accounts {
		if hashes[i], err = hasher.Hash(ctx, a.Password); err != nil {
			return nil, err
		}
	}
	return hashes, nil
}

func openAccounts(tx *store.ServerTx, accounts []Account, hashes []string, at time.Time) error {
	for i, a := range accounts {
		err := tx.AddAccount(store.Account{Agent: a.Agent, Email: access.LoginEmail(a.Email), PasswordHash: hashes[i], CreatedAt: at})
		if err != nil {
			return err
		}
	}
	return nil
}

// mailer is its name among those who follow the ledger.
const mailerName = "mailer"

// catchUp moves the mailer to the end of what was written: it is history.
func catchUp(tx *store.ServerTx) error {
	heads, err := tx.Heads()
	if err != nil {
		return err
	}
	for _, h := range heads {
		at, err := tx.Bookmark(mailerName, h.Territoire)
		if err != nil {
			return err
		}
		if _, err := tx.MoveBookmark(mailerName, h.Territoire, at, h.Number); err != nil {
			return err
		}
	}
	return nil
}
