package hub

import (
	"context"

	"permanence/app/agenda"
	"permanence/app/store"
)

// Store is the server's database: *store.DB, or one that dies on purpose.
type Store interface {
	WriteServer(ctx context.Context, f func(tx *store.ServerTx) error) error
	Read(ctx context.Context, f func(v *store.View) error) error
}

// Bus wakes who follows a territoire. It carries no data.
type Bus interface {
	// Notify tells that the territoires have new numbers. It never blocks.
	Notify(...agenda.TerritoireID)
	// Follow gives a channel that receives after each Notify of a territoire
	// followed, coalesced; stop releases it.
	Follow() (wake <-chan struct{}, stop func())
}
