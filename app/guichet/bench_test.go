package guichet_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/app/store/storetest/pgtest"
)

// BenchmarkCommits books rdvs of one territoire through the counter, with every
// check of the rules, eight askers at once: as many as a busy territoire has,
// on PostgreSQL that waits for its disk. The budget is 300 a second.
func BenchmarkCommits(b *testing.B) {
	for name, open := range map[string]func(b *testing.B) *store.DB{
		"postgres": func(b *testing.B) *store.DB {
			cluster, err := pgtest.Start("fsync=on")
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				if err := cluster.Stop(); err != nil {
					b.Error(err)
				}
			})
			return opened(b, cluster.Address(cluster.Database(b)))
		},
		"sqlite": func(b *testing.B) *store.DB { return opened(b, b.TempDir()+"/serveur.db") },
	} {
		b.Run(name, func(b *testing.B) { commits(b, open(b)) })
	}
}

// opened opens a server's database, and closes it at the end.
func opened(t testing.TB, path string) *store.DB {
	t.Helper()
	db, err := store.Open(path, nil, store.Options{Kind: store.Server})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func commits(b *testing.B, db *store.DB) {
	m := newMondeOn(b, db)
	agents := make([]agenda.AgentID, 40)
	for i := range agents {
		agents[i] = m.agent(fmt.Sprint("agent ", i))
		m.grant(agents[i], m.ccas, agenda.LevelBasic, m.ccas.social)
	}
	people := make([]agenda.UsagerID, 200)
	for i := range people {
		people[i] = name[agenda.UsagerID](m, fmt.Sprint("usager ", i))
		m.system(&agenda.AddUsager{Organisation: m.ccas.id, Usager: agenda.Usager{ID: people[i], Territoire: m.ccas.territoire,
			FirstName: "Lise", LastName: fmt.Sprint("Invente", i), Origin: agenda.OriginAgent, CreatedAt: m.now}})
	}
	counter := guichet.NewCounter(db.Ledger(), claimClock)
	var asked atomic.Int64
	b.SetParallelism(4)
	began := time.Now()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := int(asked.Add(1))
			a := agents[n%len(agents)]
			start := claimClock().Add(time.Duration(24+n/len(agents)) * time.Hour)
			cmd := agenda.NewCommand(agenda.DeriveID(nil, "command", fmt.Sprint(n)), claimClock(), &agenda.BookRdv{
				Rdv: agenda.RdvID(agenda.DeriveID(nil, "rdv", fmt.Sprint(n))), Organisation: m.ccas.id, Motif: m.ccas.motif, Lieu: m.ccas.lieu,
				Start: start, End: start.Add(30 * time.Minute), Zone: "Europe/Paris", Agents: []agenda.AgentID{a}, Participations: []agenda.Participation{{Usager: people[n%len(people)]}}})
			if _, err := counter.Do(context.Background(), cmd, agenda.Author{Kind: agenda.AuthorSystem}); err != nil && agenda.RefusalOf(err) == nil {
				b.Error(errors.Join(errors.New("book"), err))
			}
		}
	})
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "commits/s")
}
