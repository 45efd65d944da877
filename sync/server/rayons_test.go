package server

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/caldav"
)

// shown lists the names that a delta changed and removed, each sorted.
func shown(d caldav.Delta) string {
	var changed []string
	for _, i := range d.Changed {
		changed = append(changed, i.Name)
	}
	slices.Sort(changed)
	return strings.Join(changed, " ") + " | " + strings.Join(sortedText(d.Removed...), " ")
}

func (m *monde) changes(a agendas, who access.Session, since caldav.Token, limit int) caldav.Delta {
	m.t.Helper()
	d, err := a.Changes(m.t.Context(), who, "rendez-vous", since, limit, true)
	if err != nil {
		m.t.Fatal(err)
	}
	return d
}

func (m *monde) session() access.Session {
	return access.Session{Agent: m.alice, Content: access.ContentMotif, Roles: []agenda.Role{{Organisation: m.ccas.id, Agent: m.alice, Level: agenda.LevelAdmin}}}
}

// onDay is an rdv of alice's on another day than Tuesday.
func (m *monde) onDay(day time.Time) *agenda.BookRdv {
	b := m.booking("10:00", []agenda.AgentID{m.alice}, m.nadia)
	b.Start = time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, time.UTC)
	b.End = b.Start.Add(30 * time.Minute)
	m.system(b)
	return b
}

// When the day turns, a calendar tells what entered and what left its window,
// to who kept a token of the day before.
func TestWindowTurns(t *testing.T) {
	m := newMonde(t)
	a := newAgendas(m.srv.db, m.clock.Now, 1000)
	today := m.clock.Now()
	leaving, staying, entering := m.onDay(today.AddDate(0, -1, 0)), m.onDay(today), m.onDay(today.AddDate(0, 12, 0))
	first := m.changes(a, m.session(), caldav.Token{}, 0)
	name := func(b *agenda.BookRdv) string { return string(b.Rdv) + ".ics" }
	if got, want := shown(first), strings.Join(sortedText(name(leaving), name(staying)), " ")+" | "; got != want {
		t.Fatalf("today: %s, want %s", got, want)
	}
	m.clock.advance(24 * time.Hour)
	for _, asked := range []agendas{a, newAgendas(m.srv.db, m.clock.Now, 1000)} { // followed on, and filled anew
		if got, want := shown(m.changes(asked, m.session(), first.Next, 0)), name(entering)+" | "+name(leaving); got != want {
			t.Errorf("tomorrow: %s, want %s", got, want)
		}
		items, err := asked.items(t.Context(), m.session(), "rendez-vous", agenda.Span{}, false)
		if err != nil || len(items) != 2 || items[0].Name != name(staying) || items[1].Name != name(entering) {
			t.Errorf("tomorrow holds %+v, %v", items, err)
		}
	}
	if got := shown(m.changes(a, m.session(), m.changes(a, m.session(), caldav.Token{}, 0).Next, 0)); got != " | " {
		t.Errorf("nothing happened since, but %s", got)
	}
}

// In pages or whole, a delta tells the same.
func TestDeltaInPages(t *testing.T) {
	m := newMonde(t)
	a := newAgendas(m.srv.db, m.clock.Now, 1000)
	token := m.changes(a, m.session(), caldav.Token{}, 0).Next
	for i := range 7 {
		m.onDay(m.clock.Now().AddDate(0, 0, i))
	}
	want := shown(m.changes(a, m.session(), token, 0))
	for _, from := range []caldav.Token{token, {}} {
		var all caldav.Delta
		at := from
		for rounds := 0; ; rounds++ {
			d := m.changes(a, m.session(), at, 2)
			if len(d.Changed) > 2 || rounds > 10 {
				t.Fatalf("%d at once, round %d", len(d.Changed), rounds)
			}
			all.Changed, at = append(all.Changed, d.Changed...), d.Next
			if !d.More {
				break
			}
		}
		if got := shown(all); got != want {
			t.Errorf("in pages %s, whole %s", got, want)
		}
	}
}

// A shelf that followed serves what one filled anew does, whatever happened.
func TestShelfFollows(t *testing.T) {
	m := newMonde(t)
	followed := newAgendas(m.srv.db, m.clock.Now, 1000)
	book := m.onDay(m.clock.Now().AddDate(0, 0, 1))
	other := m.onDay(m.clock.Now().AddDate(0, 0, 2))
	steps := []struct {
		name string
		does func()
	}{
		{"as it is", func() {}},
		{"moved", func() { m.system(m.moveTo(book.Rdv, "15:00")) }},
		{"a motif renamed", func() { m.system(renamed(m.ccas.motif, "Demande d’aide", "Logement")) }},
		{"out of the window", func() {
			r := m.rdv(book.Rdv)
			far := r.Start.AddDate(3, 0, 0)
			m.system(&agenda.MoveRdv{Rdv: r.ID, From: r.Slot(), To: agenda.Slot{Start: far, End: far.Add(30 * time.Minute), Zone: r.Zone, Lieu: r.Lieu}})
		}},
		{"cancelled, then deleted", func() {
			m.system(&agenda.CancelRdv{Rdv: other.Rdv, By: "service"})
			m.system(&agenda.DeleteRdv{Rdv: other.Rdv})
		}},
		{"days later", func() { m.clock.advance(72 * time.Hour) }},
		{"another history", func() {
			m.write(func(tx *store.ServerTx) error {
				_, err := tx.NewEpoch(m.ccas.territoire)
				return err
			})
		}},
		{"without any role left there", func() { m.system(&agenda.RevokeRole{Agent: m.bruno, Organisation: m.ccas.id}) }},
	}
	serve := func(a agendas) string {
		items, err := a.items(t.Context(), m.session(), "rendez-vous", agenda.Span{}, true)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, i := range items {
			all = append(all, i.Name+" "+i.ETag+" "+string(i.Data))
		}
		return strings.Join(all, "\n")
	}
	for _, s := range steps {
		s.does()
		if got, want := serve(followed), serve(newAgendas(m.srv.db, m.clock.Now, 1000)); got != want {
			t.Errorf("%s: followed\n%s\nfilled anew\n%s", s.name, got, want)
		}
	}
}

// Many readers while the agenda changes: each sees a whole calendar.
func TestReadersAndWriters(t *testing.T) {
	m := newMonde(t)
	a := newAgendas(m.srv.db, m.clock.Now, 1000)
	for i := range 5 {
		m.onDay(m.clock.Now().AddDate(0, 0, i))
	}
	book := m.onDay(m.clock.Now().AddDate(0, 0, 20))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 20 {
				if items, err := a.items(t.Context(), m.session(), "rendez-vous", agenda.Span{}, true); err != nil || len(items) != 6 {
					t.Errorf("%d items, %v", len(items), err)
				}
			}
		})
	}
	all.Go(func() {
		for i := range 20 {
			m.system(m.moveTo(book.Rdv, fmt.Sprintf("%d:00", 9+i%8)))
		}
	})
	all.Wait()
}

// Calendars asked for longest ago are forgotten first, never the one in hand.
func TestShelvesAreTrimmed(t *testing.T) {
	s := newShelves(10)
	key := func(n int) shelfKey { return shelfKey{slug: fmt.Sprint(n)} }
	for n := range 4 {
		one := s.of(key(n))
		one.count.Store(4)
		s.trim(one)
	}
	if len(s.all) != 2 || s.all[key(2)] == nil || s.all[key(3)] == nil {
		t.Errorf("kept %v", s.all)
	}
	s.of(key(2))
	large := s.of(key(4))
	large.count.Store(100)
	s.trim(large)
	if len(s.all) != 1 || s.all[key(4)] != large {
		t.Errorf("kept %v", s.all)
	}
}
