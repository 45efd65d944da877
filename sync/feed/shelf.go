package feed

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"fmt"
	"io"
	"sync"
)

// copied is a document as it was served, kept compressed.
type copied struct {
	state State
	gzip  []byte
	size  int // of the document, in bytes
}

func compress(d Document) (*copied, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(d.Data); err != nil {
		return nil, fmt.Errorf("compress a feed: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress a feed: %w", err)
	}
	return &copied{d.State, b.Bytes(), len(d.Data)}, nil
}

// inflate writes the document as it is. What it reads is its own work: only
// the client's departure can stop it.
func (c *copied) inflate(w io.Writer) {
	z, err := gzip.NewReader(bytes.NewReader(c.gzip))
	if err == nil {
		io.Copy(w, z)
	}
}

// shelf remembers the last document of each feed, the most recently asked for
// first, within a number of bytes.
type shelf struct {
	mu    sync.Mutex
	limit int
	used  int
	order *list.List // of *kept
	byKey map[string]*list.Element
}

type kept struct {
	key  string
	copy *copied
}

func newShelf(limit int) *shelf {
	return &shelf{limit: limit, order: list.New(), byKey: map[string]*list.Element{}}
}

// get gives the copy of a feed at that validator, nil when there is none.
func (s *shelf) get(key, validator string) *copied {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.byKey[key]
	if e == nil || e.Value.(*kept).copy.state.Validator != validator {
		return nil
	}
	s.order.MoveToFront(e)
	return e.Value.(*kept).copy
}

// put replaces the copy of a feed; those unused for longest make room.
func (s *shelf) put(key string, c *copied) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.byKey[key]; e != nil {
		s.drop(e)
	}
	s.byKey[key] = s.order.PushFront(&kept{key, c})
	s.used += len(c.gzip)
	for s.used > s.limit {
		s.drop(s.order.Back())
	}
}

func (s *shelf) drop(e *list.Element) {
	k := s.order.Remove(e).(*kept)
	delete(s.byKey, k.key)
	s.used -= len(k.copy.gzip)
}
