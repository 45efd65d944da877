// Command bench measures the budgets of this project on real parts: a file of
// the desktop, the search for slots, a server over loopback. It prints the
// figures and writes them to a page named after the day, beside a description
// of the machine that names neither it nor its folders.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	out := flag.String("out", "", "folder of the page; none: print only")
	only := flag.String("only", "", "groups to measure, separated by commas: desk, slots, exchange, caldav; nothing is then written")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *out, *only)
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
	return []group{{"desk", measureDesk}, {"slots", measureSlots}, {"exchange", measureExchange}, {"caldav", measureCalDAV}}
}

// sizes are how much is measured; tests ask for less.
type sizes struct {
	deskRdvs, deskUsagers, deskAgents int
	lieux, plages, agents             int // of the search for slots
	rows, commands                    int // of the exchange
	events                            int // of one agenda over CalDAV
	runs                              int // of what is quick; what is long runs less
}

func wholeSizes() sizes {
	return sizes{
		deskRdvs: 200_000, deskUsagers: 50_000, deskAgents: 50, lieux: 64, plages: 28, agents: 300,
		rows: 10_000, commands: 1_000, events: 10_000, runs: 400,
	}
}

func run(ctx context.Context, out, only string) error {
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
		results, err := g.measure(ctx, dir, wholeSizes())
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
