package store_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// The sizes of the budgets: 50 agents over two years.
const (
	benchRdvs    = 200_000
	benchUsagers = 50_000
	benchAgents  = 50
)

var benchFrom = time.Date(2026, 1, 5, 7, 0, 0, 0, time.UTC)

func benchID[T ~string](kind string, n int) T {
	return T(fmt.Sprintf("01930000-0000-7000-8000-%s%09d", kind, n))
}

// benchDB fills a file once for all the benchmarks of one run.
func benchDB(b *testing.B) *store.DB {
	b.Helper()
	db, err := store.Open(filepath.Join(b.TempDir(), "bench.db"), nil, store.Options{Kind: store.Desktop})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	started := time.Now()
	rng := rand.New(rand.NewPCG(1, 2))
	benchFill(b, db, benchUsagers, func(tx *store.DeskTx, i int) error {
		u := benchUsager(rng, i)
		if err := tx.Put(u); err != nil {
			return err
		}
		o := benchID[agenda.OrganisationID]("00a", 1)
		return tx.Put(&agenda.Profil{ID: agenda.ProfilOf(u.ID, o), Usager: u.ID, Organisation: o, Stamp: agenda.Stamp{Revision: 1}})
	})
	benchFill(b, db, benchRdvs, func(tx *store.DeskTx, i int) error { return tx.Put(benchRdv(rng, i)) })
	b.Logf("%d usagers and %d rdvs written in %v", benchUsagers, benchRdvs, time.Since(started).Round(time.Millisecond))
	return db
}

func benchFill(b *testing.B, db *store.DB, n int, put func(tx *store.DeskTx, i int) error) {
	b.Helper()
	for from := 0; from < n; from += 10_000 {
		err := db.WriteDesk(ctx, func(tx *store.DeskTx) error {
			for i := from; i < min(n, from+10_000); i++ {
				if err := put(tx, i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func benchUsager(rng *rand.Rand, i int) *agenda.Usager {
	first := []string{"Nadia", "Élodie", "Karim", "Jean-Pierre", "Thị", "Aïssatou", "Marie", "Paul", "Lucie", "Mehdi"}
	start := []string{"Be", "Le", "Du", "Mar", "Ngu", "Ha", "Pe", "Ro", "Fou", "Di"}
	middle := []string{"ber", "fè", "mo", "ti", "yễ", "dda", "lli", "ssi", "rni", "all"}
	end := []string{"nard", "vre", "ulin", "net", "n", "d", "er", "aud", "ez", "o"}
	pick := func(words []string) string { return words[rng.IntN(len(words))] }
	return &agenda.Usager{ID: benchID[agenda.UsagerID]("001", i), Territoire: benchID[agenda.TerritoireID]("000", 1),
		FirstName: pick(first), LastName: pick(start) + pick(middle) + pick(end) + pick(end),
		Phone: fmt.Sprintf("+336399%05d", i), Email: fmt.Sprintf("u%d@example.org", i), CreatedAt: benchFrom, Stamp: agenda.Stamp{Revision: 1}}
}

func benchRdv(rng *rand.Rand, i int) *agenda.Rdv {
	slot := i / benchAgents // each agent has a full day of rdvs of half an hour
	start := benchFrom.AddDate(0, 0, slot/8+slot/40*2).Add(time.Duration(slot%8) * 30 * time.Minute)
	return &agenda.Rdv{ID: benchID[agenda.RdvID]("002", i), Organisation: benchID[agenda.OrganisationID]("00a", 1), Motif: benchID[agenda.MotifID]("003", i%8),
		Lieu: benchID[agenda.LieuID]("004", i%3), Start: start, End: start.Add(30 * time.Minute), Zone: "Europe/Paris",
		Agents:         []agenda.AgentID{benchID[agenda.AgentID]("005", i%benchAgents)},
		Participations: []agenda.Participation{{Usager: benchID[agenda.UsagerID]("001", rng.IntN(benchUsagers))}},
		Status:         agenda.StatusUnknown, CreatedAt: benchFrom, ChangedAt: benchFrom, Stamp: agenda.Stamp{Revision: 1}}
}

// BenchmarkStore holds the budgets of the window: a week < 5 ms among 200,000
// rdvs, a typed name < 20 ms among 50,000 usagers.
func BenchmarkStore(b *testing.B) {
	db := benchDB(b)
	week := func(n int) agenda.Span {
		from := benchFrom.AddDate(0, 0, 7*n)
		return agenda.Span{Start: from, End: from.AddDate(0, 0, 7)}
	}
	b.Run("week", func(b *testing.B) {
		rng := rand.New(rand.NewPCG(3, 4))
		rdvs := 0
		for b.Loop() {
			err := db.Read(ctx, func(v *store.View) error {
				a, err := v.Week([]agenda.AgentID{benchID[agenda.AgentID]("005", rng.IntN(benchAgents))}, week(rng.IntN(100)))
				rdvs = len(a.Rdvs)
				return err
			})
			if err != nil || rdvs == 0 {
				b.Fatal(rdvs, err)
			}
		}
		b.ReportMetric(float64(rdvs), "rdvs")
	})
	for _, text := range []string{"be", "ngu", "lefev", "le mar", "ber nad", "06 39 91", "zzzz", "n"} {
		b.Run("name/"+text, func(b *testing.B) {
			found := 0
			for b.Loop() {
				err := db.Read(ctx, func(v *store.View) error {
					us, err := v.SearchUsagers(text, []agenda.OrganisationID{benchID[agenda.OrganisationID]("00a", 1)}, 50)
					found = len(us)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(found), "found")
		})
	}
	b.Run("command", func(b *testing.B) {
		rng := rand.New(rand.NewPCG(5, 6))
		for i := 0; b.Loop(); i++ {
			err := db.WriteDesk(ctx, func(tx *store.DeskTx) error {
				r := benchRdv(rng, i)
				if err := tx.Keep(int64(i), agenda.RefOf(r)); err != nil {
					return err
				}
				return tx.Put(r)
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkFirstLoad is what a desktop pays for each row it receives, pages of
// a thousand committed one by one.
func BenchmarkFirstLoad(b *testing.B) {
	const rows, page = 10_000, 1_000
	rng := rand.New(rand.NewPCG(7, 8))
	images := make([]store.Image, rows)
	for i := range images {
		var r agenda.Record = benchUsager(rng, i)
		scopes := []agenda.Scope{agenda.UsagersScope(benchID[agenda.OrganisationID]("00a", 1))}
		if i%2 == 0 {
			rdv := benchRdv(rng, i)
			r, scopes = rdv, []agenda.Scope{agenda.AgendaScope(rdv.Agents[0]), agenda.ServiceScope(benchID[agenda.ServiceID]("006", 1), rdv.Organisation)}
		}
		body, err := agenda.Encode(r)
		if err != nil {
			b.Fatal(err)
		}
		images[i] = store.Image{Territoire: benchID[agenda.TerritoireID]("000", 1), Ref: agenda.RefOf(r), Body: body, Number: int64(i + 1), Scopes: scopes}
	}
	for b.Loop() {
		db, err := store.Open(filepath.Join(b.TempDir(), "load.db"), nil, store.Options{Kind: store.Desktop})
		if err != nil {
			b.Fatal(err)
		}
		for part := range slices.Chunk(images, page) {
			err := db.WriteDesk(ctx, func(tx *store.DeskTx) error {
				for _, i := range part {
					if err := tx.PutImage(i); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*rows), "µs/row")
}

func BenchmarkOpenMemory(b *testing.B) {
	for b.Loop() {
		db, err := store.OpenMemory("", store.Options{Kind: store.Server})
		if err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
