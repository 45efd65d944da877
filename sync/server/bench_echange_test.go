package server

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"permanence/app/agenda"
)

// weighing counts the bytes of bodies, both ways, as they travel.
type weighing struct {
	http.RoundTripper
	up, down *atomic.Int64
}

func (w weighing) RoundTrip(r *http.Request) (*http.Response, error) {
	w.up.Add(r.ContentLength)
	resp, err := w.RoundTripper.RoundTrip(r)
	if err == nil {
		w.down.Add(resp.ContentLength)
	}
	return resp, err
}

// An exchange that brings nothing new costs at most 500 bytes of content.
func TestNothingNewIsSmall(t *testing.T) {
	m := newMonde(t)
	a := m.newPoste(m.alice)
	a.sync()
	var up, down atomic.Int64
	a.client.Transport = weighing{a.client.Transport, &up, &down}
	a.connect(m.url)
	a.sync() // a new line proves its key first
	up.Store(0)
	down.Store(0)
	a.sync()
	if up.Load() <= 0 || down.Load() <= 0 || up.Load()+down.Load() > 500 {
		t.Errorf("%d bytes up, %d down", up.Load(), down.Load())
	}
	t.Logf("%d bytes up, %d down", up.Load(), down.Load())
}

func BenchmarkExchange(b *testing.B) {
	m := newMonde(b)
	ids := m.crowd(1000)
	a := m.newPoste(m.alice)
	a.sync()
	b.Run("nothing new", func(b *testing.B) {
		for b.Loop() {
			a.sync()
		}
	})
	b.Run("one change", func(b *testing.B) {
		hours := []string{"09:00", "10:00"}
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			m.as(agenda.Author{Kind: agenda.AuthorSystem}, m.moveTo(ids[0], hours[i%2]))
			b.StartTimer()
			a.sync()
		}
	})
	b.Run("first copy of 1000", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			fresh := m.newPoste(m.alice)
			b.StartTimer()
			fresh.sync()
		}
	})
}

// A thousand rdvs taken offline, until they are acknowledged.
func BenchmarkThousandCommands(b *testing.B) {
	m := newMonde(b)
	var people []agenda.UsagerID
	for range 100 {
		people = append(people, m.usager("Ines", "Garnier", m.ccas))
	}
	a := m.newPoste(m.alice)
	a.sync()
	day := 0
	for b.Loop() {
		b.StopTimer()
		for i := range 1000 {
			book := m.booking("09:00", []agenda.AgentID{m.alice}, people[i%100])
			book.Start = book.Start.AddDate(0, 0, day+i/20).Add(time.Duration(i%20) * 30 * time.Minute)
			book.End = book.Start.Add(30 * time.Minute)
			a.do(book)
		}
		day += 50
		b.StartTimer()
		a.sync()
		if a.pending() != 0 {
			b.Fatal("still pending")
		}
	}
}

// One edit on a desktop, until another shows it through its live stream.
func BenchmarkEditToEdit(b *testing.B) {
	m := newMonde(b)
	here, there := m.newPoste(m.alice), m.newPoste(m.bruno)
	here.sync()
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	here.do(book)
	here.follow()
	there.follow()
	eventually(b, "there shows the rdv", func() bool { return there.rdv(book.Rdv) != nil })
	hours := []string{"10:00", "09:00"}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		time.Sleep(20 * time.Millisecond) // people's edits do not follow on one another's heels
		move, want := m.moveHere(here, book.Rdv, hours[i%2]), at(b, hours[i%2])
		began := time.Now()
		b.StartTimer()
		here.do(move)
		here.replica.Wake()
		for end := time.Now().Add(5 * time.Second); !there.rdv(book.Rdv).Start.Equal(want); time.Sleep(200 * time.Microsecond) {
			if time.Now().After(end) {
				b.Fatal("lost")
			}
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
