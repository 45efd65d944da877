// Permanence is the desktop program: with no verb it opens the window, with a
// verb it works without a display, on the same profile and the same code. Here
// is wiring only, no rule.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // the zones of every lieu, whatever the machine knows

	"github.com/google/uuid"

	"permanence/app/desktop"
	"permanence/app/desktop/verbes"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// run opens the window, or runs a verb; its result is the exit code.
func run(ctx context.Context, args []string) int {
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") || wantsHelp(args) {
		return verbes.Run(ctx, args, os.Stdin, os.Stdout, os.Stderr, os.Getenv, wiring)
	}
	if err := openWindow(ctx, args); err != nil {
		fmt.Fprintln(os.Stderr, "permanence :", sentence(err))
		return 1
	}
	return 0
}

func wantsHelp(args []string) bool {
	return len(args) > 0 && (args[0] == "--help" || args[0] == "-h")
}

// sentence is what a person reads of an error.
func sentence(err error) string {
	if e := desktop.ErreurOf(err); e != nil {
		return e.Message
	}
	return err.Error()
}

// wiring gives a profile what it needs of the program around it; now is its
// clock.
func wiring(now func() time.Time) desktop.Ports {
	log := slog.New(slog.NewTextHandler(logFile(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	return desktop.Ports{Now: now, NewID: newID, Lines: lines{now, log}, Log: log, Keyring: systemKeyring()}
}

// logFile is where surprises go: ids only, never a person.
func logFile() io.Writer { return os.Stderr }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// windowArgs are the few options of the window.
type windowArgs struct {
	profile string
	now     func() time.Time
}

func parseWindow(args []string) (windowArgs, error) {
	w := windowArgs{now: time.Now}
	flags := flag.NewFlagSet("permanence", flag.ContinueOnError)
	flags.StringVar(&w.profile, "profile", "", "dossier du profil à ouvrir")
	moved := flags.String("now", "", "instant RFC 3339 où commence l'horloge (démonstration)")
	if err := flags.Parse(args); err != nil {
		return w, err
	}
	if *moved == "" {
		return w, nil
	}
	began, err := time.Parse(time.RFC3339, *moved)
	if err != nil {
		return w, errors.New("--now attend un instant comme 2026-11-24T08:00:00Z")
	}
	real := time.Now()
	w.now = func() time.Time { return began.Add(time.Since(real)) }
	return w, nil
}

// dataDir is where the profiles of this computer live.
func dataDir() (string, error) {
	base, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find where to keep the profiles: %w", err)
	}
	return filepath.Join(base, "permanence"), nil
}
