package simulation

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

// world is one run: what exists, what happened, what is expected.
type world struct {
	seed   uint64
	dir    string // of real files; "" keeps every database in memory
	memory string // sets its databases in memory apart from another run's
	acts   []act
	forms  wire.Chain
	rng    *rand.Rand
	quiet  bool      // nothing goes wrong any more
	clock  time.Time // true time; desks read it with their own skew
	ids    uint64
	central
	desks   []*desk
	devices []string // every one ever enrolled
	relay   *relay
	mid     func()  // happens between two pages of the next answer
	reading *rights // nil: to be worked out
	// rightsMoved is how many pages are still to be looked at since a right changed.
	rightsMoved int
	// erasedAt is the number of the first erasure.
	erasedAt int64
	witness  []witness
	tops     map[agenda.Ref][2]int64 // revision and SEQUENCE seen last
	// born keeps every command that a desk made durable, by id; gone those among
	// them that went with their disk before anybody had heard of them.
	born map[string]agenda.Command
	gone map[string]bool
	past
	trace []string
	cast  cast

	failure error
}

// past is what the server's history is expected to be: it is set back with it.
type past struct {
	model *model
	// ran keeps what the server settled, with the verdict; order tells in which
	// order.
	ran   map[string]store.Outcome
	order []string
}

// newWorld opens the databases on a territoire that is founded already. The
// world it gives is never nil.
func newWorld(g *Stage, s Script, dir string) (*world, error) {
	w := emptyWorld(s.Seed, dir)
	f, err := g.founded(s.Desks)
	if err != nil {
		return w, err
	}
	if err := w.enter(f); err != nil {
		return w, err
	}
	w.pageLines = 1 + w.rng.IntN(40)
	w.releases()
	w.startServer()
	for i := range s.Desks {
		d, err := w.newDesk(i)
		if err != nil {
			return w, err
		}
		w.desks = append(w.desks, d)
	}
	w.backups = append(w.backups, backup{f.image, w.clock, w.past.clone()})
	w.quiet, w.erasedAt = false, math.MaxInt64
	return w, nil
}

func emptyWorld(seed uint64, dir string) *world {
	w := &world{
		seed: seed, dir: dir, memory: uuid.NewString(), acts: acts(), forms: forms(), rng: rand.New(rand.NewPCG(seed, 0)),
		clock: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), quiet: true,
		born: map[string]agenda.Command{}, gone: map[string]bool{}, tops: map[agenda.Ref][2]int64{},
		past: past{newModel(), map[string]store.Outcome{}, nil},
	}
	w.relay = &relay{w: w, told: map[string][]letter{}, doubtful: map[string]bool{}}
	w.central.disk = &disk{w: w, name: "server", kind: store.Server}
	return w
}

func (w *world) close() {
	for _, d := range w.desks {
		d.disk.close()
	}
	w.central.disk.close()
}

// random gives a database its secrets from the seed.
type random struct{ w *world }

func (r random) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r.w.rng.Uint32())
	}
	return len(p), nil
}

func (w *world) now() time.Time { return w.clock }

// newID mints ids in order, UUIDv7 in form, from the seed alone.
func (w *world) newID() string {
	w.ids++
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(w.clock.UnixMilli())<<16)
	binary.BigEndian.PutUint64(u[8:], w.ids<<8|w.seed&0xff)
	u[8] = u[8]&0x3f | 0x80
	binary.BigEndian.PutUint16(u[6:8], 0x7000|uint16(w.ids&0x0fff))
	return u.String()
}
