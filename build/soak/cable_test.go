package soak

import (
	"io"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"permanence/sync/journey/programs"
)

// cable carries connections to the server and cuts each somewhere.
type cable struct {
	listener net.Listener
	target   string
	whole    atomic.Bool // cuts nothing
	cuts     atomic.Int64
}

func newCable(t *testing.T, target string) *cable {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{listener: listener, target: target}
	c.whole.Store(true)
	t.Cleanup(func() { listener.Close() })
	go c.accept()
	return c
}

func (c *cable) accept() {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			return // closed at the end
		}
		go c.carry(conn)
	}
}

// carry joins a connection to the server until a byte of the request or of the
// answer that nobody chose.
func (c *cable) carry(desk net.Conn) {
	defer desk.Close()
	server, err := net.Dial("tcp", c.target)
	if err != nil {
		return
	}
	defer server.Close()
	up, down := io.Reader(desk), io.Reader(server)
	if !c.whole.Load() {
		c.cuts.Add(1)
		switch rand.IntN(3) {
		case 0:
			up = io.LimitReader(desk, rand.Int64N(3000))
		case 1:
			down = io.LimitReader(server, rand.Int64N(6000))
		default:
			time.AfterFunc(time.Duration(rand.IntN(30))*time.Millisecond, func() { desk.Close() })
		}
	}
	go func() {
		defer server.Close()
		defer desk.Close()
		io.Copy(server, up) // ends with either side
	}()
	io.Copy(desk, down) // ends with either side
}

// cablesPulled cuts every connection of two desktops at work, at any byte.
func cablesPulled(t *testing.T, p programs.Built) {
	m := newMonde(t, p, t.TempDir())
	m.start()
	cables := []*cable{newCable(t, m.addr()), newCable(t, m.addr())}
	var postes []*poste
	for i, c := range cables {
		postes = append(postes, m.newPosteAt(i, c.listener.Addr().String()))
	}
	for _, c := range cables {
		c.whole.Store(false)
	}
	stop := working(postes)
	cuts := int64(4 * kills(t))
	for end := time.Now().Add(10 * programs.Patience); cables[0].cuts.Load() < cuts || cables[1].cuts.Load() < cuts; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("only %d and %d connections were cut", cables[0].cuts.Load(), cables[1].cuts.Load())
		}
		for _, p := range postes {
			p.client.CloseIdleConnections()
		}
	}
	for _, c := range cables {
		c.whole.Store(true)
	}
	time.Sleep(time.Second) // a last exchange passes
	stop()
	m.settled(postes...)
	m.toldOnce()
}
