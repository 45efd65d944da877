package verbes

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/alecthomas/kong"

	"permanence/app/agenda"
	"permanence/app/desktop"
)

// The exit codes.
const (
	exitDone    = 0
	exitFailure = 1 // something went wrong here
	exitUsage   = 2 // what was asked cannot be understood
	exitRefused = 3 // it was understood, and refused
)

// usageError says that what was asked cannot be understood.
type usageError struct{ error }

// usage makes an error that exits with code 2; its text is French.
func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func exitCode(err error) int {
	switch {
	case err == nil:
		return exitDone
	case is[usageError](err), is[*kong.ParseError](err):
		return exitUsage
	case refusalOf(err) != nil:
		return exitRefused
	}
	return exitFailure
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// writer is where a verb answers.
type writer struct {
	out, err io.Writer
	json     bool
}

// print writes the one result of a verb: as JSON, or the text.
func (w writer) print(result any, text string) error {
	if !w.json {
		_, err := fmt.Fprintln(w.out, text)
		return err
	}
	return writeJSON(w.out, result)
}

func writeJSON(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// fail says an error to people on the error output. With --json a refusal is
// the result too: it stands on both outputs.
func (w writer) fail(err error) {
	if err == nil {
		return
	}
	r := refusalOf(err)
	switch {
	case r != nil && w.json && exitCode(err) == exitRefused:
		answer := struct {
			Refused *refusal `json:"refused"`
		}{r}
		err = errors.Join(writeJSON(w.out, answer), writeJSON(w.err, answer))
	case r != nil && exitCode(err) == exitRefused:
		_, err = fmt.Fprintln(w.err, r.text())
	case w.json:
		err = writeJSON(w.err, map[string]any{"error": map[string]string{"code": codeOf(err), "message": inFrench(err)}})
	default:
		_, err = fmt.Fprintln(w.err, inFrench(err))
	}
	_ = err // nobody is left to tell
}

func codeOf(err error) string {
	if exitCode(err) == exitUsage {
		return "usage"
	}
	return desktop.CodeFailure
}

// refusal is an answer that says no: its code, its French message, and what it
// is about.
type refusal struct {
	Code     string            `json:"code"`
	Message  string            `json:"message"`
	Warnings []warning         `json:"warnings,omitempty"` // to be accepted
	Fields   map[string]string `json:"fields,omitempty"`   // field → what is wrong with it
}

// warning is one thing to know, and perhaps to accept.
type warning struct {
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Records []record `json:"records,omitempty"`
}

type record struct {
	Noun string `json:"noun"`
	ID   string `json:"id"`
}

// refusalOf gives the refusal in err, nil when err is a failure or nil.
func refusalOf(err error) *refusal {
	if r := agenda.RefusalOf(err); r != nil {
		return &refusal{Code: string(r.Code), Message: r.Message, Warnings: warningsOf(r.Warnings)}
	}
	e := desktop.ErreurOf(err)
	if e == nil || e.Code == desktop.CodeFailure {
		return nil
	}
	r := &refusal{Code: e.Code, Message: e.Message, Fields: e.Fields}
	for _, w := range e.Warnings {
		out := warning{Code: w.Code, Message: w.Message}
		for _, about := range w.Records {
			out.Records = append(out.Records, record{about.Noun, about.ID})
		}
		r.Warnings = append(r.Warnings, out)
	}
	return r
}

func warningsOf(found []agenda.Warning) []warning {
	all := []warning{}
	for _, w := range found {
		out := warning{Code: string(w.Code), Message: w.Message}
		for _, ref := range w.Records {
			out.Records = append(out.Records, record{string(ref.Noun), ref.ID})
		}
		all = append(all, out)
	}
	return all
}

// text is what a person reads: the message, then each warning or field.
func (r *refusal) text() string {
	text := r.Code + " : " + r.Message
	if len(r.Fields) == 1 {
		text = r.Code + " (" + slices.Collect(maps.Keys(r.Fields))[0] + ") : " + r.Message
	}
	for _, w := range r.Warnings {
		text += "\n  " + w.Code + " : " + w.Message
	}
	if len(r.Fields) > 1 {
		for _, name := range slices.Sorted(maps.Keys(r.Fields)) {
			text += "\n  " + name + " : " + r.Fields[name]
		}
	}
	return text
}
