package store

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// channel is where the processes of one database tell each other the numbers
// they drew: "territoire number", never anything about a person.
const channel = "permanence"

// bell tells the other processes of a PostgreSQL database what was committed
// here, and wakes this one when another tells. It rings after the commit, from
// a connection of its own: a notification inside a transaction would make the
// commits of all territoires wait for one another. A ring that is lost (a
// process dies just after its commit, a line is cut) is made up for by whoever
// looks at the heads now and then.
type bell struct {
	config *pgx.ConnConfig
	wake   func()

	mu      sync.Mutex
	hears   bool // the listener runs
	rings   bool // the teller runs
	waiting []string
	more    chan struct{} // something waits to be told
	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup
}

func newBell(config *pgx.ConnConfig, wake func()) *bell {
	b := &bell{config: config.Copy(), wake: wake, more: make(chan struct{}, 1)}
	b.config.RuntimeParams["synchronous_commit"] = "off" // a ring writes nothing that must last
	b.ctx, b.stop = context.WithCancel(context.Background())
	return b
}

// close stops listening; what waits to be told is told first, if it can be at
// once.
func (b *bell) close() {
	b.stop()
	b.running.Wait()
	if len(b.waiting) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, b.config)
	if err != nil {
		return // the others look by themselves
	}
	_ = b.tellAll(conn)
	_ = conn.Close(ctx)
}

// listen begins to hear the other processes, once.
func (b *bell) listen() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hears {
		return
	}
	b.hears = true
	b.running.Go(func() { b.keep(b.hear) })
}

// ring tells what was drawn. It never waits.
func (b *bell) ring(drawn []string) {
	if len(drawn) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, drawn...)
	if len(b.waiting) > mostWaiting {
		b.waiting = b.waiting[len(b.waiting)-mostWaiting:] // nobody reads them one by one
	}
	if !b.rings {
		b.rings = true
		b.running.Go(func() { b.keep(b.tell) })
	}
	select {
	case b.more <- struct{}{}:
	default:
	}
}

// mostWaiting bounds what is kept while PostgreSQL is away.
const mostWaiting = 256

// keep runs f on a connection, and on another when that one is cut.
func (b *bell) keep(f func(ctx context.Context, conn *pgx.Conn) error) {
	pause := firstPause
	for b.ctx.Err() == nil {
		conn, err := pgx.ConnectConfig(b.ctx, b.config)
		if err == nil {
			err = f(b.ctx, conn)
			last, cancel := context.WithTimeout(context.Background(), time.Second)
			_ = conn.Close(last) // cut or not, it is of no more use
			cancel()
			pause = firstPause
		}
		if err == nil {
			return
		}
		select {
		case <-b.ctx.Done():
		case <-time.After(pause):
			pause = min(2*pause, worstPause)
		}
	}
}

// hear wakes this process at each ring, and once at first: something may have
// been missed.
func (b *bell) hear(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		b.wake()
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
	}
}

// tell sends what waits, several rings at once.
func (b *bell) tell(ctx context.Context, conn *pgx.Conn) error {
	for {
		select {
		case <-ctx.Done():
			return b.tellAll(conn)
		case <-b.more:
		}
		if err := b.tellAll(conn); err != nil {
			return err
		}
	}
}

func (b *bell) tellAll(conn *pgx.Conn) error {
	b.mu.Lock()
	told := b.waiting
	b.waiting = nil
	b.mu.Unlock()
	if len(told) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := conn.Exec(ctx, "SELECT pg_notify('"+channel+"', line) FROM unnest(string_to_array($1, ',')) AS line", strings.Join(told, ","))
	if err != nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.waiting = append(told, b.waiting...)
		select {
		case b.more <- struct{}{}:
		default:
		}
	}
	return err
}
