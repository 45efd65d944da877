package hub

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"permanence/sync/wire"
)

// backlogMax is how much may wait for a reader of a live stream, in bytes, when
// more comes: who is slower is dropped, and catches up by an exchange.
const backlogMax = 1 << 20

// errSlow ends the stream of a reader who does not read.
var errSlow = errors.New("slow reader")

// events writes frames as server-sent events, from a goroutine that lasts as long
// as something is to be written: a reader who does not read holds nobody up, and
// one who has read everything costs none.
type events struct {
	w        http.ResponseWriter
	rc       *http.ResponseController
	deadline func(time.Duration) time.Time
	begun    bool

	mu      sync.Mutex
	queue   [][]byte
	size    int // of what waits, what is being written included
	failed  error
	writing chan struct{} // closed once what was queued is written, or cannot be; nil: nobody writes
}

func newEvents(w http.ResponseWriter, deadline func(time.Duration) time.Time) *events {
	return &events{w: w, rc: http.NewResponseController(w), deadline: deadline}
}

// send queues a page; it answers errSlow when too much waits already, and what
// writing met before.
func (e *events) send(frames []wire.Frame) error {
	var page []byte
	for _, f := range frames {
		body, err := json.Marshal(f)
		if err != nil {
			return err
		}
		page = append(append(append(page, "data: "...), body...), "\n\n"...)
	}
	return e.add(page)
}

func (e *events) ping() error { return e.add([]byte(": ping\n\n")) }

func (e *events) add(b []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.begun = true
	if e.failed != nil {
		return e.failed
	}
	if e.size > 0 && e.size+len(b) > backlogMax {
		return errSlow
	}
	e.queue, e.size = append(e.queue, b), e.size+len(b)
	if e.writing == nil {
		e.writing = make(chan struct{})
		go e.write(e.writing)
	}
	return nil
}

// end stops writing: at once, or when whole once everything was written.
func (e *events) end(whole bool) {
	e.mu.Lock()
	if !whole {
		e.size -= length(e.queue)
		e.queue = nil
	}
	writing := e.writing
	e.mu.Unlock()
	if !whole && e.begun {
		_ = e.rc.SetWriteDeadline(e.deadline(-time.Second)) // a write in hand fails: the line is given up
	}
	if writing != nil {
		<-writing
	}
}

func length(pages [][]byte) int {
	n := 0
	for _, p := range pages {
		n += len(p)
	}
	return n
}

// write writes what is queued, page by page, until nothing is.
func (e *events) write(done chan<- struct{}) {
	defer close(done)
	for page, ok := e.next(); ok; page, ok = e.next() {
		err := e.put(page)
		e.mu.Lock()
		e.size -= len(page)
		e.failed = err
		e.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// next gives the page to write; false when there is none, and nobody writes then.
func (e *events) next() ([]byte, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.queue) == 0 {
		e.queue, e.writing = nil, nil
		return nil, false
	}
	page := e.queue[0]
	e.queue = e.queue[1:]
	return page, true
}

func (e *events) put(b []byte) error {
	if err := e.rc.SetWriteDeadline(e.deadline(writeWait)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := e.w.Write(b); err != nil {
		return err
	}
	return e.rc.Flush()
}
