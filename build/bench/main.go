// Command bench measures the budgets of this project on real parts: a file of
// the desktop, the search for slots, servers and desktops over loopback. It prints the
// figures and writes them to a page named after the day, beside a description
// of the machine that names neither it nor its folders.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	out := flag.String("out", "", "folder of the page; none: print only")
	only := flag.String("only", "", "groups to measure, separated by commas: desk, slots, exchange, caldav, replay, copies, crowd, growth, remote, peers; nothing is then written")
	lab := flag.String("lab", "", "folder of a bench of synchronisation, whose peers run beside this program")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	sizes := wholeSizes()
	sizes.lab = *lab
	err := run(ctx, *out, *only, sizes)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// group is a set of measures made on the same parts.
type group struct {
	name    string
	measure func(ctx context.Context, dir string, s sizes) ([]result, error)
}

func groups() []group {
	return []group{{"desk", measureDesk}, {"slots", measureSlots}, {"exchange", measureExchange}, {"caldav", measureCalDAV}, {"replay", measureReplay},
		{"copies", measureCopies}, {"crowd", measureCrowd}, {"growth", measureGrowth}, {"remote", measureRemote}, {"peers", measurePeers}}
}

// sizes are how much is measured; tests ask for less.
type sizes struct {
	deskRdvs, deskUsagers, deskAgents int
	lieux, plages, agents             int           // of the search for slots
	rows, commands                    int           // of the exchange
	events                            int           // of one agenda over CalDAV
	copies                            []int         // records of the first copies
	crowd, crowdRows                  int           // desktops at once, and what each copies
	edits, streams                    int           // followed live; held open
	rest                              time.Duration // of the streams before they are weighed
	replays                           []replaySize
	growth                            []int // rows on both sides
	remoteRows                        int   // on PostgreSQL
	runs                              int   // of what is quick; what is long runs less
	lab                               string
}

// program builds what runs as processes of its own.
func (s sizes) program(ctx context.Context, dir string) (*program, error) {
	path := filepath.Join(dir, "permanence-lab")
	if _, err := os.Stat(path); err == nil {
		own, err := os.MkdirTemp(dir, "essai")
		return &program{path: path, dir: own}, err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "permanence/build/bench/lab")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("build the program of the bench: %w", err)
	}
	own, err := os.MkdirTemp(dir, "essai")
	return &program{path: path, dir: own}, err
}

func wholeSizes() sizes {
	return sizes{
		deskRdvs: 200_000, deskUsagers: 50_000, deskAgents: 50, lieux: 64, plages: 28, agents: 300,
		rows: 10_000, commands: 1_000, events: 10_000, runs: 400,
		copies: []int{10_000, 100_000}, crowd: 50, crowdRows: 1_000, edits: 100, streams: 2_000, rest: 20 * time.Second,
		replays: []replaySize{{100, 1_000, 50 * time.Millisecond}, {1_000, 10_000, 500 * time.Millisecond}},
		growth:  []int{10_000, 1_000_000}, remoteRows: 10_000,
	}
}

func run(ctx context.Context, out, only string, size sizes) error {
	dir, err := os.MkdirTemp("", "permanence-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	wanted := strings.FieldsFunc(only, func(r rune) bool { return r == ',' })
	page := report{day: time.Now(), machine: thisMachine()}
	for _, g := range groups() {
		if len(wanted) > 0 && !slices.Contains(wanted, g.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s…\n", g.name)
		results, err := g.measure(ctx, dir, size)
		if err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
		page.results = append(page.results, results...)
	}
	text := page.String()
	fmt.Print(text)
	if out == "" || only != "" {
		return nil // part of the measures would replace the whole page
	}
	return os.WriteFile(filepath.Join(out, page.day.Format(time.DateOnly)+".md"), []byte(text), 0o644)
}
