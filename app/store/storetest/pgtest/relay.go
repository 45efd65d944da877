package pgtest

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
)

// Relay stands between a program and PostgreSQL, and cuts a line when told.
type Relay struct {
	listener net.Listener
	to       string

	mu   sync.Mutex
	at   []byte // cut the line that carries it; nil: none
	lost bool   // before it arrives; else its answer is lost
	cuts int
	open map[net.Conn]bool
}

// NewRelay relays to an address until the end of the test.
func NewRelay(tb testing.TB, to string) *Relay {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	r := &Relay{listener: l, to: to, open: map[net.Conn]bool{}}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { r.relay(conn) })
		}
	})
	tb.Cleanup(func() {
		l.Close()
		r.CutAll()
		running.Wait()
	})
	return r
}

// Addr is where programs call.
func (r *Relay) Addr() string { return r.listener.Addr().String() }

// CutAt cuts the next line that carries the text, once: before it arrives when
// lost, else when its answer comes back.
func (r *Relay) CutAt(text string, lost bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at, r.lost = []byte(text), lost
}

// Cuts is how many lines were cut by CutAt.
func (r *Relay) Cuts() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cuts
}

// CutAll cuts every line there is.
func (r *Relay) CutAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.open {
		c.Close() // both ways: whoever copies ends
	}
}

func (r *Relay) keep(conns ...net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range conns {
		r.open[c] = true
	}
}

func (r *Relay) relay(client net.Conn) {
	server, err := net.Dial("tcp", r.to)
	if err != nil {
		client.Close()
		return
	}
	r.keep(client, server)
	line := &line{relay: r, client: client, server: server}
	var both sync.WaitGroup
	both.Go(func() { line.up() })
	both.Go(func() { line.down() })
	both.Wait()
}

// line is one connection and its other half.
type line struct {
	relay          *Relay
	client, server net.Conn
	mute           bool // the next answer is lost; guarded by relay.mu
}

func (l *line) cut() {
	l.client.Close()
	l.server.Close()
}

// up carries requests.
func (l *line) up() {
	defer l.cut()
	buf := make([]byte, 64<<10)
	for {
		n, err := l.client.Read(buf)
		if n > 0 && l.meets(buf[:n]) {
			return
		}
		if _, failed := l.server.Write(buf[:n]); err != nil || failed != nil {
			return
		}
	}
}

// meets reports whether the line ends here, its request lost.
func (l *line) meets(request []byte) bool {
	r := l.relay
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at == nil || !bytes.Contains(request, r.at) {
		return false
	}
	r.at = nil
	r.cuts++
	l.mute = !r.lost
	return r.lost
}

// down carries answers.
func (l *line) down() {
	defer l.cut()
	_, _ = io.Copy(answers{l}, l.server) // ends when either half does
}

type answers struct{ line *line }

func (a answers) Write(p []byte) (int, error) {
	a.line.relay.mu.Lock()
	mute := a.line.mute
	a.line.relay.mu.Unlock()
	if mute {
		return 0, io.ErrClosedPipe
	}
	return a.line.client.Write(p)
}
