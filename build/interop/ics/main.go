// Command ics imports every .ics file of a directory and says what became of
// each: accepted with its counts, or refused with the reason. It exits 1 when
// a file makes the import panic or take longer than -timeout, because a
// foreign file may be refused but must never hurt.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata"

	"permanence/app/icalendar"
)

func main() {
	corpus := flag.String("corpus", "", "directory of .ics files, read with what it holds")
	zone := flag.String("zone", "Europe/Paris", "clock of floating times")
	from := flag.String("from", "2010-01-01", "first day of the window")
	to := flag.String("to", "2035-01-01", "day after the window")
	timeout := flag.Duration("timeout", 5*time.Second, "longest time for one file")
	verbose := flag.Bool("v", false, "list what was understood")
	flag.Parse()
	o := icalendar.Options{Zone: *zone}
	var err error
	if o.From, err = time.Parse(time.DateOnly, *from); err == nil {
		o.To, err = time.Parse(time.DateOnly, *to)
	}
	if err != nil || *corpus == "" {
		fmt.Fprintln(os.Stderr, "usage: ics -corpus DIR [-zone ZONE] [-from DAY] [-to DAY]", err)
		os.Exit(2)
	}
	tally, err := run(*corpus, o, *timeout, *verbose)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d accepted, %d refused, %d broken\n", tally.accepted, tally.refused, tally.broken)
	if tally.broken > 0 || tally.accepted+tally.refused == 0 {
		os.Exit(1)
	}
}

type tally struct{ accepted, refused, broken int }

func run(dir string, o icalendar.Options, timeout time.Duration, verbose bool) (tally, error) {
	var t tally
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.EqualFold(filepath.Ext(path), ".ics") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		began := time.Now()
		in, err := tryImport(data, o, timeout)
		report(&t, name, in, err, time.Since(began))
		if verbose {
			list(in)
		}
		return nil
	})
	return t, err
}

func report(t *tally, name string, in icalendar.Imported, err error, took time.Duration) {
	verdict := fmt.Sprintf("%d events, %d occurrences, ignored %+v, %d notes", in.Events, len(in.Occurrences), in.Ignored, len(in.Notes))
	word := "accepted"
	if refusal, ok := errors.AsType[*icalendar.Refusal](err); ok {
		word, verdict = "refused", string(refusal.Code)+" | "+refusal.Message
		t.refused++
	} else if err != nil {
		word, verdict = "BROKEN", err.Error()
		t.broken++
	} else {
		t.accepted++
	}
	fmt.Printf("%-8s %-60s %6.1f ms  %s\n", word, name, took.Seconds()*1000, verdict)
}

func list(in icalendar.Imported) {
	for _, o := range in.Occurrences {
		fmt.Printf("\t%s\t%s\t%s\t%s\tallday=%v\tbusy=%v\n", o.Start.Format(time.RFC3339), o.End.Format(time.RFC3339), o.UID, o.RecurrenceID, o.AllDay, o.Busy())
	}
}

// tryImport turns a panic or a late answer into an error.
func tryImport(data []byte, o icalendar.Options, timeout time.Duration) (icalendar.Imported, error) {
	type answer struct {
		in  icalendar.Imported
		err error
	}
	done := make(chan answer, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- answer{err: fmt.Errorf("panic: %v", p)}
			}
		}()
		in, err := icalendar.Import(data, o)
		done <- answer{in, err}
	}()
	select {
	case a := <-done:
		return a.in, a.err
	case <-time.After(timeout):
		return icalendar.Imported{}, fmt.Errorf("no answer after %v", timeout)
	}
}
