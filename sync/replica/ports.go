package replica

import (
	"context"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/sync/wire"
)

// Store is what the replica needs of a desktop's database.
type Store interface {
	// Write runs f in one transaction; its error rolls back.
	Write(ctx context.Context, f func(Tx) error) error
}

// Tx is one transaction of a desktop.
type Tx interface {
	guichet.DeskTx
	// Rewind gives every touched row its base image back and forgets bases and
	// touches: visible rows are then the server's images.
	Rewind() error
	// PutImage writes the server's image of a record, at its number, readable
	// through the scopes.
	PutImage(r agenda.Record, number int64, scopes []agenda.Scope) error
	// ImageNumber is the number of the server's image of a record, 0 when none.
	ImageNumber(agenda.Ref) (int64, error)
	// Drop removes a record that is gone, or that no held scope reads any more.
	Drop(agenda.Ref) error
	// Forget erases a person's record: rows, search index, images, and the
	// content of commands that name it.
	Forget(agenda.Ref) error
	// DropRdvsBefore drops the Rdvs that started before at: the window moved on.
	DropRdvsBefore(at time.Time) error
	// DropScope forgets a scope and the records that no other scope reads.
	DropScope(agenda.Scope) error
	// Pendings gives the commands not yet settled, by n, from the first above after.
	Pendings(after int64, limit int) ([]guichet.Pending, error)
	// SetState writes the state and the outcome's numbers of a pending command.
	SetState(n int64, state agenda.Code, numbers map[agenda.TerritoireID]int64) error
	// Settle takes a command out of the queue and keeps it for undo.
	Settle(n int64) error
	// Review keeps a refused command, with its content, until a person closes it.
	Review(p guichet.Pending, code agenda.Code, message string) error
	// LastN is the highest n given, 0 when none.
	LastN() (int64, error)
	// Setting reads one value; "" when never set.
	Setting(key string) (string, error)
	SetSetting(key, value string) error
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
