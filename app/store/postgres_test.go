package store_test

import (
	"testing"

	"permanence/app/store"
	"permanence/app/store/storetest"
	"permanence/app/store/storetest/pgtest"
)

// TestPostgres puts a server on PostgreSQL through the contract; the desktop
// beside it is SQLite's.
func TestPostgres(t *testing.T) {
	cluster := pgtest.Shared(t)
	storetest.Run(t, storetest.Engine{
		Slow: true,
		Open: func(t *testing.T, kind store.Kind) *store.DB {
			if kind == store.Desktop {
				return closing(t)(store.OpenMemory("", store.Options{Kind: kind}))
			}
			return closing(t)(store.Open(cluster.Address(cluster.Database(t)), nil, store.Options{Kind: kind}))
		},
	})
}
