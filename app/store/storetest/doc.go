// Package storetest is the contract of the store: what every engine must do,
// on a file as in memory. Run puts an engine through it.
//
// It is for tests only, and its people are invented.
package storetest

import (
	"testing"

	"permanence/app/store"
)

// Engine is one way of keeping a database.
type Engine struct {
	// Open makes a new, empty database that the test closes. Of an engine for
	// servers alone, the desktop beside it is of another.
	Open func(t *testing.T, kind store.Kind) *store.DB
	// Files lists what a database has on disk; nil when it has nothing there.
	Files func(db *store.DB) []string
	// Slow says that a new database takes its time: what asks for hundreds of
	// them is left to the others.
	Slow bool
	// Sealed tells that nothing can be read in the files.
	Sealed bool
}

// Run puts an engine through the contract.
func Run(t *testing.T, e Engine) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, Engine)
	}{
		{"records", records}, {"facts", facts}, {"people", people},
		{"ledger", ledger}, {"feed", feed}, {"savepoints", savepoints},
		{"answers", answers}, {"replica", replica}, {"replay", replay},
		{"doors", doors}, {"mail", mail}, {"erasure", erasure}, {"history", history}, {"snapshot", snapshot}, {"digests", digests}, {"restored", restored}, {"beyond", beyond},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, e) })
	}
}
