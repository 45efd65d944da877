package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/server/fiction"
)

// measureGrowth exchanges one change on a small and on a large database, the
// same rows on both sides.
func measureGrowth(ctx context.Context, dir string, s sizes) ([]result, error) {
	var results []result
	for _, rows := range s.growth {
		r, err := oneChange(ctx, in(dir, fmt.Sprintf("taille-%d.db", rows)), in(dir, fmt.Sprintf("poste-taille-%d.db", rows)), rows, s)
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	first, last := results[0], results[len(results)-1]
	return append(results, result{
		what:   fmt.Sprintf("Échange après un changement, %s lignes rapportées à %s", thousands(s.growth[len(s.growth)-1]), thousands(s.growth[0])),
		amount: float64(last.cpu()) / float64(max(1, first.cpu())), unit: "×", limit: 1.5, note: "processeur des deux côtés ; 1,5 laisse place au bruit",
	}), nil
}

func oneChange(ctx context.Context, serverPath, deskPath string, rows int, s sizes) (result, error) {
	site, err := startSite(ctx, serverPath, fiction.Size{Agents: 4, Usagers: 50, Rdvs: 40})
	if err != nil {
		return result{}, err
	}
	if err := site.swell(ctx, rows); err != nil {
		return result{}, errors.Join(err, site.stop())
	}
	d, err := newDesktop(ctx, site, deskPath)
	if err != nil {
		return result{}, errors.Join(err, site.stop())
	}
	r, err := d.oneChange(ctx, site, rows, s)
	return r, errors.Join(err, d.db.Close(), site.stop())
}

func (d *desktop) oneChange(ctx context.Context, site *site, rows int, s sizes) (result, error) {
	tally, err := d.replica.Sync(ctx)
	if err == nil && tally.Pulled < rows {
		err = fmt.Errorf("%d rows here, of %d", tally.Pulled, rows)
	}
	if err != nil {
		return result{}, err
	}
	m, err := d.material(ctx)
	if err != nil {
		return result{}, err
	}
	laps, err := cold(s.runs/4+1, func(i int) (lap, error) {
		if err := site.do(ctx, m.booking(i)); err != nil {
			return lap{}, err
		}
		w := start()
		tally, err := d.replica.Sync(ctx)
		if err == nil && tally.Pulled == 0 {
			err = errors.New("the change did not come")
		}
		return w.stop(), err
	})
	return result{what: fmt.Sprintf("Échange après un changement, %s lignes de chaque côté", thousands(rows)), laps: laps}, err
}

// swell adds occupations to an agenda that the first agent reads, each as a
// commit of its own would note it.
func (s *site) swell(ctx context.Context, rows int) error {
	agent := s.accounts[1].Agent
	start := time.Now().UTC().Truncate(time.Hour).AddDate(2, 0, 0)
	for from := 0; from < rows; from += 10_000 {
		err := s.db.WriteServer(ctx, func(tx *store.ServerTx) error {
			ledger := guichet.Remember(tx)
			for i := from; i < min(rows, from+10_000); i++ {
				at := start.Add(time.Duration(i) * 5 * time.Minute)
				o := &agenda.Occupation{ID: agenda.OccupationID(newID()), Agent: agent, Start: at, End: at.Add(5 * time.Minute), Stamp: agenda.Stamp{Revision: 1}}
				if err := noted(ledger, o); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// noted writes a new record with its lines.
func noted(tx guichet.LedgerTx, r agenda.Record) error {
	if err := tx.Put(r); err != nil {
		return err
	}
	var n int64
	for i, p := range agenda.Readers(tx, r) {
		if i == 0 {
			var err error
			if n, err = tx.Draw(p.Territoire); err != nil {
				return err
			}
			line := guichet.JournalLine{Territoire: p.Territoire, Number: n, Ref: agenda.RefOf(r), Revision: 1, Kind: guichet.KindBorn, Author: agenda.AuthorSystem, At: time.Now()}
			if err := tx.Journal(line); err != nil {
				return err
			}
		}
		if err := tx.Feed(guichet.FeedLine{Territoire: p.Territoire, Number: n, Scope: p.Scope, Ref: agenda.RefOf(r), In: true}); err != nil {
			return err
		}
	}
	return tx.Err()
}
