package hub

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"permanence/sync/wire"
)

// stopped is an answer whose reader reads nothing until let.
type stopped struct {
	header http.Header
	let    chan struct{}
	mu     sync.Mutex
	body   bytes.Buffer
	failed bool
}

func (s *stopped) Header() http.Header { return s.header }
func (s *stopped) WriteHeader(int)     {}
func (s *stopped) Flush()              {}

func (s *stopped) Write(b []byte) (int, error) {
	<-s.let
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed {
		return 0, errors.New("past the deadline")
	}
	return s.body.Write(b)
}

func (s *stopped) SetWriteDeadline(at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.Before(someMonday) && !s.failed {
		s.failed = true
		close(s.let)
	}
	return nil
}

var someMonday = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func newStopped() (*stopped, *events) {
	s := &stopped{header: http.Header{}, let: make(chan struct{})}
	return s, newEvents(s, func(d time.Duration) time.Time { return someMonday.Add(d) })
}

func frameOf(size int) []wire.Frame {
	return []wire.Frame{{T: wire.TypeScope, Scope: "x"}, {T: wire.TypeScope, ID: strings.Repeat("a", size)}}
}

// A reader who reads nothing is dropped once a mebibyte waits, and holds nobody
// up until then.
func TestSlowReaderIsDropped(t *testing.T) {
	s, e := newStopped()
	sent := 0
	for ; sent < 100; sent++ {
		if err := e.send(frameOf(100 << 10)); err != nil {
			if !errors.Is(err, errSlow) {
				t.Fatal(err)
			}
			break
		}
	}
	if sent < 9 || sent > 10 {
		t.Errorf("dropped after %d pages of 100 KiB", sent)
	}
	e.end(false)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.body.Len() > 0 {
		t.Errorf("%d bytes were written past the end", s.body.Len())
	}
}

// One page may be longer than what may wait, and is written whole.
func TestLongPage(t *testing.T) {
	s, e := newStopped()
	if err := e.send(frameOf(3 << 20)); err != nil {
		t.Fatal(err)
	}
	if err := e.ping(); !errors.Is(err, errSlow) {
		t.Errorf("more behind it: %v", err)
	}
	close(s.let)
	e.end(true)
	if n := s.body.Len(); n < 3<<20 {
		t.Errorf("%d bytes", n)
	}
}

// Nobody writes between two pages: who has read everything costs no goroutine.
func TestNobodyWritesBetweenPages(t *testing.T) {
	s, e := newStopped()
	close(s.let)
	for n := 1; n <= 3; n++ {
		if err := e.ping(); err != nil {
			t.Fatal(err)
		}
		e.end(true)
		if e.writing != nil || e.size != 0 || strings.Count(s.body.String(), "ping") != n {
			t.Errorf("after page %d: writing %v, %d bytes wait, %q is written", n, e.writing != nil, e.size, s.body.String())
		}
	}
}
