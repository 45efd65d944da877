package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/alecthomas/kong"

	"permanence/app/agenda"
	"permanence/app/icalendar"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/server/fiction"
)

// The exit codes, everywhere.
const (
	exitDone    = 0
	exitFailure = 1 // something went wrong here
	exitUsage   = 2 // what was asked cannot be understood
	exitRefused = 3 // it was understood, and refused

	exitConfig = 78 // a server's settings cannot be used: nothing listens
)

// usageError says that what was asked cannot be understood.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// usage makes an error that exits with code 2.
func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func exitCode(err error) int {
	switch {
	case err == nil:
		return exitDone
	case is[usageError](err), is[*kong.ParseError](err):
		return exitUsage
	case is[*configError](err):
		return exitConfig
	case is[*agenda.Refusal](err), is[*access.Refusal](err), is[*icalendar.Refusal](err), errors.Is(err, fiction.ErrNotEmpty), is[besideServer](err):
		return exitRefused
	case refusedMove(err):
		return exitRefused
	}
	return exitFailure
}

// refusedMove reports whether an export was read and refused.
func refusedMove(err error) bool {
	e := store.ErrorOf(err)
	return e != nil && slices.Contains([]string{store.CodeNotEmpty, store.CodeUnreadable, store.CodeOlder, store.CodeNewer}, e.Code)
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
