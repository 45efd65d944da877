package replica

import (
	"context"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/wire"
)

// Store is a desktop's database: *store.DB, or one that dies on purpose.
type Store interface {
	WriteDesk(ctx context.Context, f func(tx *store.DeskTx) error) error
	Read(ctx context.Context, f func(v *store.View) error) error
}

// Transport carries one exchange. Implementations turn everything that is not
// an answer of our server (a captive portal, a cut, a proxy) into an error.
type Transport interface {
	// Exchange sends req and calls frame for each frame of the answer, in
	// order, until end. An error of frame stops it and is returned.
	Exchange(ctx context.Context, req wire.Request, frame func(wire.Frame) error) error
	// Live calls frame for each frame as it comes, until ctx ends or the line
	// is cut; alive is called at each sign of life.
	Live(ctx context.Context, req wire.Request, frame func(wire.Frame) error, alive func()) error
}

// Replayer runs a pending command again inside the transaction that pulled:
// the desktop's counter.
type Replayer interface {
	Replay(tx guichet.DeskTx, p guichet.Pending, over func(agenda.Ref) bool) (agenda.Code, error)
}

// Clock is the desktop's clock and its waiting.
type Clock interface {
	Now() time.Time
	// After gives a channel that receives once d has passed.
	After(d time.Duration) <-chan time.Time
}
