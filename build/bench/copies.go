package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"permanence/app/agenda"
	"permanence/app/store"
)

// measureCopies takes first copies in processes of their own, beside what the
// same rows cost without any of this program.
func measureCopies(ctx context.Context, dir string, s sizes) ([]result, error) {
	p, err := s.program(ctx, dir)
	if err != nil {
		return nil, err
	}
	var results []result
	for _, records := range s.copies {
		some, err := copiesOf(ctx, p, records, s)
		if err != nil {
			return nil, err
		}
		results = append(results, some...)
	}
	return results, nil
}

func copiesOf(ctx context.Context, p *program, records int, s sizes) ([]result, error) {
	server, err := p.seeded(ctx, records, "")
	if err != nil {
		return nil, err
	}
	results, err := copiesFrom(ctx, p, server, s)
	return results, errors.Join(err, server.stop())
}

func copiesFrom(ctx context.Context, p *program, server *child, s sizes) ([]result, error) {
	var laps []lap
	var usable, memory []float64
	var last answer
	var dir string
	before := server.cpu()
	for range 3 {
		var err error
		if dir, err = p.fresh(); err != nil {
			return nil, err
		}
		if last, err = p.ask(ctx, "pull", server.url, dir, "1"); err != nil {
			return nil, err
		}
		laps = append(laps, lap{wall: ms(last.MS), cpu: time.Duration(last.CPU * float64(time.Second))})
		usable, memory = append(usable, 100*last.Usable/max(1, last.MS)), append(memory, float64(last.RSS)/1024)
	}
	each := (server.cpu() - before) / 3
	bytes, err := weigh(ctx, p, server)
	if err != nil {
		return nil, err
	}
	floor, err := floorOf(ctx, filepath.Join(dir, "poste.db"), p.dir)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("Première copie, %s fiches", thousands(last.Records))
	whole := result{what: what, laps: laps, budget: 2 * floor.at(0.5),
		note: fmt.Sprintf("%s rendez-vous avec leur usager, son profil et l’occupation de l’agent ; processeur du poste seul, celui du serveur en plus : %s ; plancher (décompresser, décoder, écrire les mêmes fiches dans une table) : %s, soit un rapport de %s",
			thousands(last.Rows), inMS(each), inMS(floor.at(0.5)), decimal(float64(whole50(laps))/float64(max(1, floor.at(0.5))), 1))}
	return []result{whole,
		{what: what + ", part jusqu’à la quinzaine utilisable", amount: middle(usable), unit: "%", limit: 15},
		{what: what + ", octets par fiche", amount: float64(bytes) / float64(max(1, last.Records)), unit: "octets", limit: 90},
		{what: what + ", mémoire du poste au plus", amount: middle(memory), unit: "Mio", limit: 64, note: "le processus entier, tables de SQLite comprises"},
	}, nil
}

func whole50(laps []lap) time.Duration { return result{laps: laps}.at(0.5) }

func ms(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }

// weigh counts the bytes of one more first copy, both ways, enrolment included.
func weigh(ctx context.Context, p *program, server *child) (int64, error) {
	dir, err := p.fresh()
	if err != nil {
		return 0, err
	}
	scale, err := newScale(strings.TrimPrefix(server.url, "http://"))
	if err != nil {
		return 0, err
	}
	_, err = p.ask(ctx, "pull", "http://"+scale.addr(), dir, "1")
	return scale.bytes.Load(), errors.Join(err, scale.close())
}

// floorOf is what the records of a desktop cost at least: inflated, decoded, and
// written to a table of their own a thousand at a time.
func floorOf(ctx context.Context, desk, dir string) (result, error) {
	bodies, err := bodiesOf(ctx, desk)
	if err != nil {
		return result{}, err
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return result{}, err
	}
	var page []byte
	for _, b := range bodies {
		page = append(append(page, b.body...), '\n')
	}
	packed := z.EncodeAll(page, nil)
	laps, err := cold(3, func(i int) (lap, error) {
		w := start()
		err := leastOf(ctx, packed, bodies, filepath.Join(dir, fmt.Sprintf("plancher-%d-%d.db", len(bodies), i)))
		return w.stop(), err
	})
	return result{laps: laps}, errors.Join(err, z.Close())
}

type body struct {
	noun agenda.Noun
	id   string
	body []byte
}

func bodiesOf(ctx context.Context, path string) ([]body, error) {
	db, err := store.Open(path, profileKey(), store.Options{Kind: store.Desktop})
	if err != nil {
		return nil, err
	}
	var all []body
	err = db.Read(ctx, func(v *store.View) error {
		for _, n := range agenda.Nouns() {
			found, err := v.Bodies(n)
			if err != nil {
				return err
			}
			for ref, b := range found {
				all = append(all, body{n, ref.ID, b})
			}
		}
		return nil
	})
	return all, errors.Join(err, db.Close())
}

func leastOf(ctx context.Context, packed []byte, bodies []body, path string) error {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer z.Close()
	if _, err := z.DecodeAll(packed, nil); err != nil {
		return err
	}
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL&_cache_size=-16000")
	if err != nil {
		return err
	}
	return errors.Join(writeAll(ctx, db, bodies), db.Close())
}

func writeAll(ctx context.Context, db *sql.DB, bodies []body) error {
	_, err := db.ExecContext(ctx, "CREATE TABLE least (id TEXT PRIMARY KEY, noun TEXT, revision INTEGER, body TEXT) WITHOUT ROWID")
	if err != nil {
		return err
	}
	for from := 0; from < len(bodies); from += 1000 {
		if err := writeSome(ctx, db, bodies[from:min(len(bodies), from+1000)]); err != nil {
			return err
		}
	}
	return nil
}

func writeSome(ctx context.Context, db *sql.DB, bodies []body) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	put, err := tx.PrepareContext(ctx, "INSERT INTO least (id, noun, revision, body) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, body = excluded.body")
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	for _, b := range bodies {
		r, err := agenda.Decode(b.noun, b.body)
		if err == nil {
			_, err = put.ExecContext(ctx, b.id, b.noun, r.Stamped().Revision, string(b.body))
		}
		if err != nil {
			return errors.Join(err, put.Close(), tx.Rollback())
		}
	}
	return errors.Join(put.Close(), tx.Commit())
}
