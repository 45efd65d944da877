package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"permanence/app/agenda"
)

// ErrForm says that something cannot be said in another schema.
var ErrForm = errors.New("cannot be said in that schema")

// Converter says a body, or a whole command, in the words of another schema.
type Converter func(json.RawMessage) (json.RawMessage, error)

// Conversion is the way between a schema and the next, as pure functions of
// JSON: what has none is the same in both. A converter is never changed once it
// was released; golden files keep what it does.
type Conversion struct {
	From int // the older schema; the newer is From+1
	// Born are the nouns that the older one does not have.
	Born []agenda.Noun
	// Up and Down convert the body of a record of a noun.
	Up, Down map[agenda.Noun]Converter
	// CommandUp and CommandDown convert a whole command, by its name; ErrForm for
	// one that the older schema has no words for.
	CommandUp, CommandDown map[string]Converter
}

// Chain is every conversion there is, oldest first, without a gap.
type Chain []Conversion

// Conversions gives the chain that leads to Schema. There is only one schema
// yet. What changes the form of a record or of a command raises Schema, adds a
// Conversion here and freezes the new form (see forms_test.go); a step may go
// when two schemas and eighteen months have passed.
func Conversions() Chain { return nil }

// Oldest is the oldest schema that the chain still leads from, given the newest.
func (c Chain) Oldest(newest int) int {
	if len(c) == 0 {
		return newest
	}
	return c[0].From
}

// Knows reports whether a schema has a noun.
func (c Chain) Knows(schema int, n agenda.Noun) bool {
	return !slices.ContainsFunc(c, func(s Conversion) bool { return s.From >= schema && slices.Contains(s.Born, n) })
}

// Record converts a body from one schema to another.
func (c Chain) Record(n agenda.Noun, body json.RawMessage, from, to int) (json.RawMessage, error) {
	return c.walk(body, from, to, func(s Conversion, up bool) Converter {
		if up {
			return s.Up[n]
		}
		return s.Down[n]
	})
}

// Command converts a command from one schema to another.
func (c Chain) Command(command json.RawMessage, from, to int) (json.RawMessage, error) {
	return c.walk(command, from, to, func(s Conversion, up bool) Converter {
		by := s.CommandDown
		if up {
			by = s.CommandUp
		}
		return func(command json.RawMessage) (json.RawMessage, error) {
			var head struct{ Name string } // a step may give it another
			if err := json.Unmarshal(command, &head); err != nil {
				return nil, fmt.Errorf("%w: command", ErrMalformed)
			}
			if convert := by[head.Name]; convert != nil {
				return convert(command)
			}
			return command, nil
		}
	})
}

// walk goes step by step from one schema to another.
func (c Chain) walk(body json.RawMessage, from, to int, step func(s Conversion, up bool) Converter) (json.RawMessage, error) {
	for at := from; at != to; {
		older, up := at, to > at
		if !up {
			older = at - 1
		}
		i := slices.IndexFunc(c, func(s Conversion) bool { return s.From == older })
		if i < 0 {
			return nil, fmt.Errorf("%w: no way between %d and %d", ErrForm, older, older+1)
		}
		if convert := step(c[i], up); convert != nil {
			var err error
			if body, err = convert(body); err != nil {
				return nil, fmt.Errorf("schema %d: %w", older, err)
			}
		}
		if at = older; up {
			at++
		}
	}
	return body, nil
}

// Frame converts a frame from one schema to another; ok is false for one about
// what that schema does not have.
func (c Chain) Frame(f Frame, from, to int) (out Frame, ok bool, err error) {
	if from == to || f.Noun == "" {
		return f, true, nil
	}
	if !c.Knows(to, f.Noun) {
		return f, false, nil
	}
	if f.T == TypePut {
		f.Body, err = c.Record(f.Noun, f.Body, from, to)
	}
	return f, true, err
}
