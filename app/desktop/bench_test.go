package desktop

import (
	"context"
	"fmt"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// grand is Claire's window on a large file: years of rdvs of forty agents, and
// thousands of persons, most of them strangers to her.
func grand(b *testing.B, agents, rdvs, people int) *monde {
	b.Helper()
	m := nouveau(b)
	fill := func(n int, put func(tx *store.DeskTx, i int) error) {
		const batch = 10_000
		for from := 0; from < n; from += batch {
			err := m.p.db.WriteDesk(context.Background(), func(tx *store.DeskTx) error {
				for i := from; i < min(n, from+batch); i++ {
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
	noms := []string{"Haddad", "Hadj", "Martin", "Rousseau", "Meunier", "Diallo", "Lefèvre", "Petit", "Nguyen", "Garnier"}
	fill(people, func(tx *store.DeskTx, i int) error {
		for _, r := range person(fmt.Sprint("p", i), fmt.Sprintf("Prénom%d", i), noms[i%len(noms)]+fmt.Sprint(i%97), "1980-01-01", "", "") {
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
	monday := instant(b, "2026-11-09 08:00", "Europe/Paris")
	fill(rdvs, func(tx *store.DeskTx, i int) error {
		agent, nth := i%agents, i/agents
		week, slot := nth/50, nth%50 // fifty a week, back from next month
		start := monday.AddDate(0, 0, 28-7*week).Add(time.Duration(slot/10)*24*time.Hour + time.Duration(slot%10)*45*time.Minute)
		r := rdv(b, fmt.Sprint(i), "claire", "2026-11-12 08:00", 45, "accompagnement", fmt.Sprint("p", i%max(1, people)))
		r.Start, r.End = start, start.Add(45*time.Minute)
		r.Day, r.From = zone(b, r.Zone).Civil(start)
		if agent > 0 {
			r.Agents = []agenda.AgentID{agentID(fmt.Sprint("a", agent))}
		}
		return tx.Put(r)
	})
	m.put(plage(b, "p", "claire", "maison", "MO,TU,WE,TH,FR", "08:00", "18:00", "accompagnement"),
		absence(b, "a", "claire", "2026-11-10", "14:00", "18:00"))
	return m
}

func BenchmarkWeek(b *testing.B) {
	m := grand(b, 40, 200_000, 5_000)
	for b.Loop() {
		vue, err := m.Agenda.Agenda(DemandeAgenda{Span: "week"})
		if err != nil || len(vue.Columns) < 5 || vue.Columns[0].Rdvs == 0 {
			b.Fatal(err, len(vue.Columns))
		}
	}
}

func BenchmarkSearchUsagers(b *testing.B) {
	m := grand(b, 1, 0, 50_000)
	for b.Loop() {
		vue, err := m.SearchUsagers("had", 0)
		if err != nil || len(vue.Items) != mostFound {
			b.Fatal(err, len(vue.Items))
		}
	}
}

func BenchmarkCreneaux(b *testing.B) {
	m := grand(b, 40, 50_000, 1_000)
	for b.Loop() {
		if _, err := m.Creneaux(DemandeCreneaux{Motif: string(motifID("accompagnement")), Morning: true, Afternoon: true}); err != nil {
			b.Fatal(err)
		}
	}
}
