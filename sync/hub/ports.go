package hub

import (
	"context"

	"permanence/app/agenda"
	"permanence/app/guichet"
)

// Store is what the hub needs of the server's database.
type Store interface {
	// Write runs f in one exclusive transaction; its error rolls back.
	Write(ctx context.Context, f func(Tx) error) error
	// Read runs f on one snapshot.
	Read(ctx context.Context, f func(ReadTx) error) error
}

// ReadTx reads what pages are made of.
type ReadTx interface {
	agenda.Facts
	Err() error
	// Head gives the last number of a territoire and its epoch.
	Head(agenda.TerritoireID) (number int64, epoch string, err error)
	// FeedAfter gives, for the records that have a line of one of the scopes
	// above after, the line with the highest number, by number; limit at most.
	FeedAfter(t agenda.TerritoireID, scopes []agenda.Scope, after int64, limit int) ([]guichet.FeedLine, error)
	// Body gives the canonical bytes of a record; nil when it is not there.
	Body(agenda.Ref) ([]byte, error)
	// Outcomes gives the stored outcomes of a device above n, by n.
	Outcomes(device string, n int64) ([][]byte, error)
}

// Tx is what one push writes.
type Tx interface {
	guichet.LedgerTx
	// LastN is the highest n the device was answered for, 0 when none.
	LastN(device string) (int64, error)
	// Outcome gives the stored outcome of n and its command's id; body is nil
	// when it was acknowledged and dropped, or never was.
	Outcome(device string, n int64) (id string, body []byte, err error)
	// KeepOutcome stores the outcome and moves LastN to n.
	KeepOutcome(device string, n int64, id string, body []byte) error
	// DropOutcomes forgets those the device has stored.
	DropOutcomes(device string, upTo int64) error
	// KeepRaw stores a command this program does not understand yet.
	KeepRaw(device string, n int64, id string, body []byte) error
}

// Bus wakes who follows a territoire. It carries no data.
type Bus interface {
	// Notify tells that the territoires have new numbers. It never blocks.
	Notify(...agenda.TerritoireID)
	// Follow gives a channel that receives after each Notify of a territoire
	// followed, coalesced; stop releases it.
	Follow() (wake <-chan struct{}, stop func())
}
