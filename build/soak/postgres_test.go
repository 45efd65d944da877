package soak

import (
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"permanence/app/store/storetest/pgtest"
	"permanence/sync/journey/programs"
)

// front is the one address behind which several processes answer: it joins each
// connection to one that lives.
type front struct {
	listener net.Listener
	m        *monde
}

func newFront(t *testing.T) *front {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return &front{listener: listener}
}

func (f *front) serve() {
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			return // closed at the end
		}
		go f.carry(conn)
	}
}

func (f *front) carry(desk net.Conn) {
	defer desk.Close()
	for _, i := range rand.Perm(len(f.m.processes)) {
		server, err := net.Dial("tcp", f.m.processes[i].addr)
		if err != nil {
			continue // dead: the next one
		}
		defer server.Close()
		go func() {
			defer server.Close()
			io.Copy(server, desk) // ends with either side
		}()
		io.Copy(desk, server) // ends with either side
		return
	}
}

// postgresStopped stops PostgreSQL at once, and kills server processes, while
// three desktops work through one address. Each of them may die at any instant:
// that costs a retry, nothing else.
func postgresStopped(t *testing.T, p programs.Built) {
	cluster, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	f := newFront(t)
	m := newMondeOn(t, p, t.TempDir(), cluster.Address(cluster.Database(t)), 3)
	m.url = "http://" + f.listener.Addr().String()
	f.m = m
	go f.serve()
	m.start()
	var postes []*poste
	for i := range 3 {
		postes = append(postes, m.newPosteAt(i, f.listener.Addr().String()))
	}
	stop := working(postes)
	for i := range max(2, kills(t)/6) {
		time.Sleep(time.Duration(50+rand.IntN(1500)) * time.Millisecond)
		if err := cluster.Down("immediate"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
		if err := cluster.Up(); err != nil {
			t.Fatal(err)
		}
		victim := m.processes[i%len(m.processes)]
		time.Sleep(time.Duration(rand.IntN(500)) * time.Millisecond)
		m.kill(victim)
		if err := m.tryStart(victim); err != nil {
			t.Fatal(err)
		}
	}
	passed := postes[0].passed.Load()
	m.until("the last one passes", func() bool { return postes[0].passed.Load() > passed+1 })
	stop()
	m.settled(postes...)
	m.toldOnce()
}
