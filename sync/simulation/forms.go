package simulation

import (
	"bytes"
	"encoding/json"

	"permanence/app/agenda"
	"permanence/sync/wire"
)

// newest is the schema of the code that runs here. Two older ones are made up,
// so that releases can be mixed: one called the note of an rdv otherwise, the
// other the address of an usager.
const newest = 3

// forms is the chain between them.
func forms() wire.Chain {
	return wire.Chain{
		renamed(1, "context", "remarque", agenda.NounRdv, "BookRdv", "ReviseRdv"),
		renamed(2, "address", "domicile", agenda.NounUsager, "AddUsager", "ReviseUsager"),
	}
}

// renamed is a step in which a key of a noun and of its commands got another
// name.
func renamed(from int, now, was string, n agenda.Noun, commands ...string) wire.Conversion {
	turn := func(a, b string) wire.Converter {
		return func(body json.RawMessage) (json.RawMessage, error) {
			return bytes.ReplaceAll(body, []byte(`"`+a+`":`), []byte(`"`+b+`":`)), nil
		}
	}
	c := wire.Conversion{
		From:      from,
		Up:        map[agenda.Noun]wire.Converter{n: turn(was, now)},
		Down:      map[agenda.Noun]wire.Converter{n: turn(now, was)},
		CommandUp: map[string]wire.Converter{}, CommandDown: map[string]wire.Converter{},
	}
	for _, name := range commands {
		c.CommandUp[name], c.CommandDown[name] = turn(was, now), turn(now, was)
	}
	return c
}

// All the code here speaks the newest. A program of an older release is one
// whose words are turned where they leave it and where they reach it.

// written are commands as a program of a schema writes them.
func (w *world) written(req wire.Request, schema int) (wire.Request, error) {
	return w.turned(req, newest, schema)
}

// understood are those that a program of a schema reads.
func (w *world) understood(req wire.Request, schema int) (wire.Request, error) {
	return w.turned(req, schema, newest)
}

func (w *world) turned(req wire.Request, from, to int) (wire.Request, error) {
	if from == to {
		return req, nil
	}
	commands := make([]json.RawMessage, len(req.Commands))
	for i, raw := range req.Commands {
		var err error
		if commands[i], err = w.forms.Command(raw, from, to); err != nil {
			return req, err
		}
	}
	req.Commands = commands
	return req, nil
}

// knownWords (invariant 12): an older desktop is sent nothing in words of a
// release to come.
func (w *world) knownWords(d *desk, f wire.Frame) {
	if d.schema == newest || f.T != wire.TypePut {
		return
	}
	older, _, err := w.forms.Frame(f, newest, d.schema)
	if err != nil || !bytes.Equal(older.Body, f.Body) {
		w.fail("%s, of release %d, is sent %s in newer words: %v", d.name, d.schema, f.Noun, err)
	}
}

// releases draws which releases run: mostly the newest alone, sometimes an
// older server, sometimes older desktops.
func (w *world) releases() {
	w.schema = newest
	if w.seed%3 == 0 {
		w.schema = newest - int(w.seed/3%2)
	}
}

// releaseOf draws the release of a desktop.
func (w *world) releaseOf(i int) int {
	if w.seed%3 > 0 {
		return newest
	}
	return newest - (i+int(w.seed/3))%3
}

// upgrades brings the server, or a desktop, to the next release: it starts
// again, and the server runs what it had not understood.
func (w *world) upgrades(d *desk) {
	if w.rng.IntN(2) == 0 {
		d.schema = min(newest, d.schema+1)
		w.note("%s is upgraded to %d", d.name, d.schema)
		d.restart()
		return
	}
	w.schema = min(newest, w.schema+1)
	w.note("the server is upgraded to %d", w.schema)
	w.startServer()
	if _, err := w.hub.RunWaiting(ctxb); err != nil && !crashed(err) {
		w.fail("run what waited: %v", err)
	}
}
