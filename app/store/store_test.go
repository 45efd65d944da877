package store_test

import (
	"path/filepath"
	"testing"

	"permanence/app/store"
	"permanence/app/store/storetest"
)

func TestFiles(t *testing.T) {
	storetest.Run(t, storetest.Engine{
		Open: func(t *testing.T, kind store.Kind) *store.DB {
			return closing(t)(store.Open(filepath.Join(t.TempDir(), "permanence.db"), nil, store.Options{Kind: kind}))
		},
		Files: func(db *store.DB) []string {
			return []string{db.Path(), db.Path() + "-wal", db.Path() + "-shm"}
		},
	})
}

func TestMemory(t *testing.T) {
	storetest.Run(t, storetest.Engine{
		Open: func(t *testing.T, kind store.Kind) *store.DB {
			return closing(t)(store.OpenMemory("", store.Options{Kind: kind}))
		},
	})
}

// closing fails the test when a database does not open, and closes it at its end.
func closing(t testing.TB) func(*store.DB, error) *store.DB {
	return func(db *store.DB, err error) *store.DB {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return db
	}
}
