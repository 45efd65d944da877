package main

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// scale stands between desktops and a server and counts what passes, both ways.
type scale struct {
	bytes    atomic.Int64
	listener net.Listener
	to       string
	lines    sync.WaitGroup
}

func newScale(to string) (*scale, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &scale{listener: l, to: to}
	s.lines.Go(s.accept)
	return s, nil
}

func (s *scale) addr() string { return s.listener.Addr().String() }

func (s *scale) accept() {
	for {
		client, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		s.lines.Go(func() { s.relay(client) })
	}
}

// relay ends when either side does.
func (s *scale) relay(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", s.to)
	if err != nil {
		return
	}
	defer server.Close()
	var ways sync.WaitGroup
	pass := func(to, from net.Conn) {
		_, _ = io.Copy(to, weighed{from, s}) // a line that is cut ends both ways
		_, _ = client.Close(), server.Close()
	}
	ways.Go(func() { pass(server, client) })
	ways.Go(func() { pass(client, server) })
	ways.Wait()
}

type weighed struct {
	net.Conn
	s *scale
}

func (w weighed) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.s.bytes.Add(int64(n))
	return n, err
}

// close stops listening and waits for the lines, which whoever asked has closed.
func (s *scale) close() error {
	err := s.listener.Close()
	s.lines.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
