// Command lab puts this program beside others in a bench of synchronisation
// that starts each of them with the same few words:
//
//	lab serve                  a server (PORT, DATA_DIR); prints READY
//	lab seed URL FILE          appointments, one JSON object a line
//	lab pull URL DIR N         a fresh desktop fetches everything
//	lab push URL DIR N K       K rdvs moved offline, then acknowledged
//	lab live URL DIR N K       K edits on one desktop, seen on another
//	lab many URL DIR N K       K fresh desktops at once
//
// and three of its own:
//
//	lab enrol URL DIR N K      K desktops that only log in
//	lab make N                 N invented appointments, for seed
//	lab idle URL DIR N K       K live streams; once more for each line read
//
// Each prints one line of JSON. The server, the desktops and their files are the
// real ones; nothing of them is switched off. PERMANENCE_DB puts the server on
// PostgreSQL.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"strconv"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := profiled(func() error { return run(ctx, os.Args[1:]) })
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// profiled writes where the processor's time went to the file of LAB_PROFILE.
func profiled(f func() error) error {
	path := os.Getenv("LAB_PROFILE")
	if path == "" {
		return f()
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return errors.Join(err, out.Close())
	}
	err = f()
	pprof.StopCPUProfile()
	return errors.Join(err, out.Close())
}

var errUsage = errors.New("usage: lab serve | seed URL FILE | pull URL DIR N | push URL DIR N K | live URL DIR N K | many URL DIR N K | enrol URL DIR N K | make N | idle URL DIR N K")

func run(ctx context.Context, words []string) error {
	if len(words) == 1 && words[0] == "serve" {
		return serve(ctx, os.Getenv("PORT"), os.Getenv("DATA_DIR"))
	}
	if len(words) == 2 && words[0] == "make" {
		return invent(os.Stdout, words[1])
	}
	if len(words) < 3 {
		return errUsage
	}
	word, url, at := words[0], words[1], words[2]
	var numbers [2]int // N, K
	for i, text := range words[3:] {
		n, err := strconv.Atoi(text)
		if err != nil || i > 1 || n < 1 {
			return errUsage
		}
		numbers[i] = n
	}
	answer, err := ask(ctx, word, url, at, numbers[1])
	if err != nil {
		return err
	}
	answer["rss_kb"], answer["cpu_s"] = usage()
	return json.NewEncoder(os.Stdout).Encode(answer)
}

// figures is what one word answers.
type figures map[string]any

func ask(ctx context.Context, word, url, at string, k int) (figures, error) {
	switch {
	case word == "seed":
		return seed(ctx, url, at)
	case word == "pull":
		return pull(ctx, url, at)
	case word == "push" && k > 0:
		return push(ctx, url, at, k)
	case word == "live" && k > 0:
		return live(ctx, url, at, k)
	case word == "many" && k > 0:
		return many(ctx, url, at, k)
	case word == "enrol" && k > 0:
		return enrol(ctx, url, at, k)
	case word == "idle" && k > 0:
		return idle(ctx, url, at, k)
	}
	return nil, errUsage
}

// usage is what this process has used: memory at its peak, processor.
func usage() (rssKB int64, cpuS float64) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, 0
	}
	return u.Maxrss, float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
