package server

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// cutting is a line to a server that breaks after so many bytes of answer.
type cutting struct {
	url  string
	left atomic.Int64
}

func newCutting(t *testing.T, server string) *cutting {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutting{url: "http://" + l.Addr().String()}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { c.carry(conn, strings.TrimPrefix(server, "http://")) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		open.Wait()
	})
	return c
}

// allow lets so many more bytes come back.
func (c *cutting) allow(bytes int64) { c.left.Store(bytes) }

func (c *cutting) carry(near net.Conn, server string) {
	defer near.Close()
	far, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer far.Close()
	go func() {
		io.Copy(far, near) // ends when either end is closed
		far.Close()
	}()
	part := make([]byte, 64)
	for {
		n, err := far.Read(part)
		if err != nil || c.left.Add(-int64(n)) < 0 {
			return
		}
		if _, err := near.Write(part[:n]); err != nil {
			return
		}
	}
}

// serveOnLoopback answers everything with one handler.
func serveOnLoopback(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}
