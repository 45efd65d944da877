package soak

import (
	"math/rand/v2"
	"testing"
	"time"

	"permanence/sync/journey/programs"
)

// Processes die at any instant; nobody loses anything.
func TestFaults(t *testing.T) {
	p := build(t)
	t.Run("the server is killed", func(t *testing.T) { serverKilled(t, p) })
	t.Run("the desktop is killed", func(t *testing.T) { desktopKilled(t, p) })
	t.Run("cables are pulled", func(t *testing.T) { cablesPulled(t, p) })
	t.Run("PostgreSQL is stopped", func(t *testing.T) { postgresStopped(t, p) })
	t.Run("a second server on the same file", func(t *testing.T) { secondServer(t, p) })
}

// serverKilled kills the server while two desktops work with all their might.
func serverKilled(t *testing.T, p programs.Built) {
	m := newMonde(t, p, t.TempDir())
	m.start()
	postes := []*poste{m.newPoste(0), m.newPoste(1), m.newPoste(2)}
	stop := working(postes)
	for range kills(t) {
		time.Sleep(time.Duration(20+rand.IntN(300)) * time.Millisecond)
		m.kill(m.processes[0])
		m.start()
	}
	time.Sleep(time.Second) // what the last one left is said again
	stop()
	m.settled(postes...)
	m.toldOnce()
}

// secondServer starts another one on the file of the first, which goes on.
func secondServer(t *testing.T, p programs.Built) {
	m := newMonde(t, p, t.TempDir())
	m.start()
	poste := m.newPoste(0)
	second := &process{addr: freeAddress(t)}
	if err := m.tryStart(second); err == nil {
		m.kill(second)
		t.Error("a second server started on the same file")
	}
	poste.book()
	poste.inStep()
	poste.acknowledge(idsOf(poste))
	m.settled(poste)
}
