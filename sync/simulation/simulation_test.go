package simulation

import (
	"os"
	"strconv"
	"sync"
	"testing"
)

// seeds reads how many runs are asked for; few by default, so that the package
// stays quick to test by itself.
func seeds(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestConverges plays many seeds in memory.
//
// Each thing it looks at was seen to fail, on 40 seeds, when the code was
// broken on purpose:
//
//	invariant 1 (rows)      the hub leaves out every seventh number         40 seeds
//	invariant 2 (outcomes)  the last n is not kept with one effect in three 25
//	invariant 3 (overlaps)  an overlap found by the server opens nothing     2
//	invariant 4 (fold)      images are not put back before the replay       38
//	invariant 5 (numbers)   a number is drawn and not used                  40
//	invariant 8 (doubles)   an old request is run again                      3
//	the model               a cancelled rdv moves all the same              14
func TestConverges(t *testing.T) {
	n := seeds(t, "PERMANENCE_SEEDS", 60)
	next := make(chan uint64)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for seed := range next {
				if err := Run(Options{Seed: seed, Steps: 25 + int(seed%50), Desks: 3}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for seed := range uint64(n) {
		next <- seed + 1
	}
	close(next)
	wg.Wait()
}

// TestConvergesOnFiles plays a few seeds on real files.
func TestConvergesOnFiles(t *testing.T) {
	for seed := range uint64(seeds(t, "PERMANENCE_FILE_SEEDS", 5)) {
		if err := Run(Options{Seed: 1_000_000 + seed, Steps: 40, Desks: 3, Dir: t.TempDir()}); err != nil {
			t.Error(err)
		}
	}
}
