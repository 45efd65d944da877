package guichet_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// What a transaction remembers is always what the database would answer,
// whatever was written, removed, undone or asked before.
func TestMemoryAnswersAsTheDatabase(t *testing.T) {
	db, err := store.OpenMemory("", store.Options{Kind: store.Server})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	undone := errors.New("undone")
	rapid.Check(t, func(r *rapid.T) {
		err := db.WriteServer(context.Background(), func(tx *store.ServerTx) error {
			w := wanderer{r, guichet.Remember(tx), tx}
			for range rapid.IntRange(1, 30).Draw(r, "steps") {
				if err := w.step(); err != nil {
					return err
				}
			}
			return undone
		})
		if !errors.Is(err, undone) {
			r.Fatal(err)
		}
	})
}

// wanderer reads and writes through a memory, and compares with what is below.
type wanderer struct {
	*rapid.T
	ledger guichet.LedgerTx
	tx     *store.ServerTx
}

func (w wanderer) step() error {
	switch what := rapid.IntRange(0, 9).Draw(w.T, "what"); what {
	case 0, 1, 2:
		return w.ledger.Put(w.rdv())
	case 3:
		return w.ledger.Put(w.occupation())
	case 4:
		return w.ledger.Remove(agenda.Ref{Noun: agenda.NounRdv, ID: w.id("rdv", 6)})
	case 5:
		return w.ledger.Remove(agenda.Ref{Noun: agenda.NounOccupation, ID: w.id("occupation", 4)})
	case 6:
		return w.savepoint()
	}
	w.compare()
	return w.ledger.Err()
}

// savepoint writes, and undoes it or not.
func (w wanderer) savepoint() error {
	refused := errors.New("refused")
	err := w.ledger.Savepoint(func() error {
		if rapid.Bool().Draw(w.T, "writes") {
			if err := w.ledger.Put(w.rdv()); err != nil {
				return err
			}
		}
		w.compare()
		if rapid.Bool().Draw(w.T, "refuses") {
			return refused
		}
		return nil
	})
	if errors.Is(err, refused) {
		err = nil
	}
	w.compare()
	return err
}

func (w wanderer) compare() {
	start := w.instant()
	q := agenda.RdvQuery{Within: agenda.Span{Start: start, End: start.Add(time.Duration(rapid.SampledFrom([]int{-1, 0, 1, 30, 24 * 60, 90 * 24 * 60}).Draw(w.T, "minutes")) * time.Minute)}}
	if rapid.Bool().Draw(w.T, "agent") {
		q.Agent = agenda.AgentID(w.id("agent", 2))
	} else {
		q.Usager = agenda.UsagerID(w.id("usager", 2))
	}
	if rapid.Bool().Draw(w.T, "motif") {
		q.Motif = agenda.MotifID(w.id("motif", 2))
	}
	w.same(q, w.ledger.Rdvs(q), w.tx.Rdvs(q))
	agent := agenda.AgentID(w.id("agent", 2))
	w.same(q.Within, w.ledger.Occupations(agent, q.Within), w.tx.Occupations(agent, q.Within))
	id := w.id("rdv", 6)
	now, is := w.ledger.Record(agenda.NounRdv, id)
	there, was := w.tx.Record(agenda.NounRdv, id)
	w.same(id, fmt.Sprint(is), fmt.Sprint(was))
	w.same(id, now, there)
}

func (w wanderer) same(asked, got, want any) {
	w.Helper()
	if g, n := reflect.ValueOf(got), reflect.ValueOf(want); g.Kind() == reflect.Slice && g.Len() == 0 && n.Len() == 0 {
		return
	}
	if !reflect.DeepEqual(got, want) {
		w.Fatalf("asked %+v\n got %+v\nwant %+v", asked, got, want)
	}
}

func (w wanderer) id(word string, of int) string {
	return agenda.DeriveID(nil, word, fmt.Sprint(rapid.IntRange(1, of).Draw(w.T, word)))
}

// instant is one of a few days, on the hour.
func (w wanderer) instant() time.Time {
	hours := rapid.SampledFrom([]int{0, 1, 2, 12, 13, 23, 24, 25, 36, 37, 47, 72, 240}).Draw(w.T, "hours")
	return time.Date(2026, 11, 24, hours, 0, 0, 0, time.UTC)
}

func (w wanderer) rdv() *agenda.Rdv {
	start := w.instant()
	r := &agenda.Rdv{ID: agenda.RdvID(w.id("rdv", 6)), Organisation: "o", Motif: agenda.MotifID(w.id("motif", 2)), Start: start,
		End: start.Add(time.Duration(rapid.SampledFrom([]int{5, 60, 24 * 60}).Draw(w.T, "length")) * time.Minute), Status: agenda.StatusUnknown,
		Agents: []agenda.AgentID{agenda.AgentID(w.id("agent", 2))}, CreatedAt: start, ChangedAt: start, Stamp: agenda.Stamp{Revision: rapid.Int64Range(1, 3).Draw(w.T, "revision")}}
	if rapid.Bool().Draw(w.T, "alone") {
		r.Participations = []agenda.Participation{{Usager: agenda.UsagerID(w.id("usager", 2))}}
	}
	return r
}

func (w wanderer) occupation() *agenda.Occupation {
	start := w.instant()
	return &agenda.Occupation{ID: agenda.OccupationID(w.id("occupation", 4)), Agent: agenda.AgentID(w.id("agent", 2)), Start: start,
		End: start.Add(time.Duration(rapid.SampledFrom([]int{0, 30, 60 * 24 * 20}).Draw(w.T, "length")) * time.Minute), Stamp: agenda.Stamp{Revision: 1}}
}
