package server

import (
	"context"
	"fmt"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/hub"
	"permanence/sync/mailer"
	"permanence/sync/wire"
)

const (
	// resequenced is what a restoration adds to the SEQUENCE of the rdvs to come:
	// more than they can have gained since the backup, so that what is sent from
	// now on outranks what was.
	resequenced = 1000
	// mailAfterKey is the setting that says when mail leaves again.
	mailAfterKey = "mail.after"
)

// Restored tells a database that it was put back from a backup: every
// territoire begins another history, the rdvs to come outrank what their usagers
// hold, and no mail leaves before grace has passed, so that the desktops can say
// first what was sent. It gives how many rdvs are to come.
func Restored(ctx context.Context, db *store.DB, now time.Time, grace time.Duration) (int, error) {
	future := 0
	err := db.WriteServer(ctx, func(tx *store.ServerTx) error {
		if err := tx.Restored(now.Add(grace)); err != nil {
			return err
		}
		if err := tx.SetSetting(mailAfterKey, []byte(now.Add(grace).UTC().Format(time.RFC3339))); err != nil {
			return err
		}
		var err error
		future, err = resequence(tx, now)
		return err
	})
	return future, err
}

// resequence raises the SEQUENCE of the rdvs to come, under one number a
// territoire.
func resequence(tx *store.ServerTx, now time.Time) (int, error) {
	all, err := tx.All(agenda.NounRdv)
	if err != nil {
		return 0, err
	}
	numbers := map[agenda.TerritoireID]int64{}
	future := 0
	for _, rec := range all {
		before := rec.(*agenda.Rdv)
		if !before.Start.After(now) {
			continue
		}
		future++
		after := agenda.Clone(before)
		after.Sequence += resequenced
		if err := agenda.Restamp(before, after, ""); err != nil {
			return 0, err
		}
		if err := tx.Put(after); err != nil {
			return 0, err
		}
		if err := republish(tx, after, numbers, now); err != nil {
			return 0, fmt.Errorf("publish rdv %s again: %w", after.ID, err)
		}
	}
	return future, tx.Err()
}

// republish feeds a record again where it can be read, and notes it.
func republish(tx *store.ServerTx, r *agenda.Rdv, numbers map[agenda.TerritoireID]int64, now time.Time) error {
	ref := agenda.RefOf(r)
	noted := map[agenda.TerritoireID]bool{}
	for _, p := range agenda.Readers(tx, r) {
		if numbers[p.Territoire] == 0 {
			n, err := tx.Draw(p.Territoire)
			if err != nil {
				return err
			}
			numbers[p.Territoire] = n
		}
		n := numbers[p.Territoire]
		if err := tx.Feed(guichet.FeedLine{Territoire: p.Territoire, Number: n, Scope: p.Scope, Ref: ref, In: true}); err != nil {
			return err
		}
		if noted[p.Territoire] {
			continue
		}
		noted[p.Territoire] = true
		if err := tx.Journal(guichet.JournalLine{Territoire: p.Territoire, Number: n, Ref: ref, Revision: r.Revision, Kind: guichet.KindNoted,
			Author: agenda.AuthorSystem, At: now}); err != nil {
			return err
		}
	}
	return nil
}

// Heard keeps what mail said before this server was restored, as a desktop knows
// it from its receipts: nothing is said twice. A receipt that is here already
// tells nothing new, and one about an rdv that its agent may not read nothing at
// all.
func Heard(tx *store.ServerTx, d hub.Device, told []wire.Told) error {
	held := agenda.Held(tx, d.Agent)
	for _, t := range told {
		if _, ans := tx.Record(agenda.NounRecu, string(t.Recu.ID)); ans == agenda.Yes || !plausible(t) {
			continue
		}
		if !reads(tx, held, t.Recu.Rdv) {
			continue
		}
		if err := keepTold(tx, t.Recu.Rdv, t.Recu.Usager, toldFrom(t)); err != nil {
			return err
		}
	}
	return tx.Err()
}

func plausible(t wire.Told) bool {
	_, err := mailer.Address(t.Address)
	return err == nil && agenda.ValidID(string(t.Recu.ID)) && agenda.ValidID(string(t.Recu.Rdv)) && agenda.ValidID(string(t.Recu.Usager)) &&
		t.End.After(t.Start) && !t.Start.IsZero()
}

// reads reports whether an rdv can be read through what is held; one that is
// not here yet comes with the commands that follow.
func reads(tx *store.ServerTx, held []agenda.Placed, id agenda.RdvID) bool {
	r, ans := agenda.Get[*agenda.Rdv](tx, agenda.NounRdv, string(id))
	return ans != agenda.Yes || agenda.ReadThrough(tx, held, r)
}

func toldFrom(t wire.Told) *mailer.Told {
	address, _ := mailer.Address(t.Address) // checked already
	told := &mailer.Told{Usager: t.Recu.Usager, Method: mailer.Request, Sequence: t.Sequence, Start: t.Start.UTC(), End: t.End.UTC(),
		Zone: t.Zone, Lieu: t.Lieu, Address: address}
	if t.Cancelled {
		told.Method = mailer.Cancel
	}
	return told
}

// mailAfter gives the instant before which no mail leaves, zero for none: a
// restored server waits for what its desktops know.
func mailAfter(v *store.View) (time.Time, error) {
	text, err := v.Setting(mailAfterKey)
	if err != nil || text == nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, string(text))
}

// Purge erases again the people who were erased since a backup was made, and
// remembers those it never had. gone are the usagers and Rdvs erased by then. It
// gives how many people were there.
func Purge(ctx context.Context, db *store.DB, gone []agenda.Ref, now time.Time) (int, error) {
	counter := guichet.NewCounter(db.Ledger(), func() time.Time { return now })
	purged := 0
	for _, r := range gone {
		if r.Noun != agenda.NounUsager {
			continue
		}
		cmd := agenda.NewCommand(newID(), now, &agenda.EraseUsager{Usager: agenda.UsagerID(r.ID), Reason: "request"})
		_, err := counter.Do(ctx, cmd, agenda.Author{Kind: agenda.AuthorSystem})
		if err != nil && agenda.RefusalOf(err) == nil {
			return purged, fmt.Errorf("purge usager %s: %w", r.ID, err)
		}
		if err == nil {
			purged++
		}
	}
	return purged, RememberErased(ctx, db, gone)
}

// RememberErased notes as erased those of some records that were born and erased
// since a backup was made: a desktop that offers its week again may be about to
// bring them back. What is here stays.
func RememberErased(ctx context.Context, db *store.DB, gone []agenda.Ref) error {
	return db.WriteServer(ctx, func(tx *store.ServerTx) error {
		for _, r := range gone {
			if _, ans := tx.Record(r.Noun, r.ID); ans != agenda.No {
				continue
			}
			if err := tx.Erase(r); err != nil {
				return fmt.Errorf("remember that %s %s was erased: %w", r.Noun, r.ID, err)
			}
		}
		return tx.Err()
	})
}
