package journey

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// line is the network cable between one desktop and the server.
type line struct {
	listener net.Listener
	target   func() string

	mu    sync.Mutex
	down  bool
	cut   string // "", "request", "answer": what happens to the next connection
	conns map[net.Conn]bool
	heard string // the last Authorization that went through, as a thief on the line hears it
}

func newLine(target func() string) (*line, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &line{listener: listener, target: target, conns: map[net.Conn]bool{}}
	go l.accept()
	return l, nil
}

// url is where the desktop believes the server to be.
func (l *line) url() string { return "http://" + l.listener.Addr().String() }

func (l *line) accept() {
	for {
		c, err := l.listener.Accept()
		if err != nil {
			return // closed at the end of the script
		}
		go l.carry(c)
	}
}

// carry joins one connection to the server, as long as the cable holds.
func (l *line) carry(desk net.Conn) {
	defer desk.Close()
	cut, ok := l.take(desk)
	if !ok {
		return
	}
	defer l.drop(desk)
	server, err := net.Dial("tcp", l.target())
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		defer server.Close()
		if cut == "request" {
			halve(server, desk)
			desk.Close()
			return
		}
		io.Copy(server, io.TeeReader(desk, ear{l})) // ends with either side
	}()
	if cut == "answer" {
		challenges(desk, server) // the server has answered; nobody hears it
		return
	}
	io.Copy(desk, server) // ends with either side
}

// challenges lets through what only asks for a proof, until the first answer to
// what was said, which is kept from the desktop.
func challenges(desk io.Writer, server io.Reader) {
	piece := make([]byte, 64<<10)
	for {
		n, err := server.Read(piece)
		if err != nil || !bytes.HasPrefix(piece[:n], []byte("HTTP/1.1 401")) {
			return
		}
		desk.Write(piece[:n]) // the other end says so if it has gone
	}
}

// ear hears the tokens that go through a line.
type ear struct{ l *line }

func (e ear) Write(p []byte) (int, error) {
	const name = "Authorization: "
	if at := bytes.LastIndex(p, []byte(name)); at >= 0 {
		value, _, _ := strings.Cut(string(p[at+len(name):]), "\r\n")
		e.l.mu.Lock()
		e.l.heard = value
		e.l.mu.Unlock()
	}
	return len(p), nil
}

// halve carries half of the first piece of a request.
func halve(to io.Writer, from io.Reader) {
	piece := make([]byte, 64<<10)
	n, err := from.Read(piece)
	if err == nil {
		to.Write(piece[:n-n/4]) // the other end is about to be cut anyway
	}
}

// take notes a connection, and how it will end. It refuses one while the cable
// is pulled.
func (l *line) take(c net.Conn) (cut string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return "", false
	}
	l.conns[c] = true
	cut, l.cut = l.cut, ""
	return cut, true
}

func (l *line) drop(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// plug pulls the cable or puts it back; what is being said is lost.
func (l *line) plug(in bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = !in
	if in {
		return
	}
	for c := range l.conns {
		c.Close()
	}
}

func (l *line) cutNext(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = what
}

func (l *line) close() error {
	l.plug(false)
	if err := l.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func cmdOffline(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 1, -1, "offline DESK…")
	for _, name := range args {
		of(ts).desk(ts, name).line.plug(false)
	}
}

func cmdOnline(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 1, -1, "online DESK…")
	for _, name := range args {
		of(ts).desk(ts, name).line.plug(true)
	}
}

func cmdCut(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 2, 2, "cut DESK request|answer")
	if args[1] != "request" && args[1] != "answer" {
		ts.Fatalf("usage: cut DESK request|answer")
	}
	of(ts).desk(ts, args[0]).line.cutNext(args[1])
}
