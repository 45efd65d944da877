package replica

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/wire"
	"permanence/sync/wire/wiretest"
)

// formerly is how an earlier schema would have spoken: an usager had a "nom",
// commands had an "n°", and addresses could not be changed.
func formerly() wire.Chain {
	return wire.Chain{{
		From: 1,
		Up:   map[agenda.Noun]wire.Converter{agenda.NounUsager: wiretest.Renamed("nom", "last_name")},
		Down: map[agenda.Noun]wire.Converter{agenda.NounUsager: wiretest.Renamed("last_name", "nom")},
		CommandDown: map[string]wire.Converter{
			"BookRdv":      wiretest.Renamed("accepted", "acceptes"),
			"ReviseUsager": func(json.RawMessage) (json.RawMessage, error) { return nil, fmt.Errorf("%w: addresses", wire.ErrForm) },
		},
	}}
}

// newer makes the desktop one of schema 2.
func (b *bureau) newer() {
	b.replica = New(b.db, b.counter, b.line, Config{Clock: b.clock, Jitter: func() float64 { return 0.5 }, Schema: 2, Forms: formerly()})
}

// speaks answers as a server of a schema does: it runs nothing of a newer one.
func speaks(schema int, ran *[]wire.Request, frames ...wire.Frame) func(wire.Request) ([]wire.Frame, error) {
	return func(req wire.Request) ([]wire.Frame, error) {
		next := req.Hello.Last + 1
		if req.Hello.Schema > schema && len(req.Commands) > 0 {
			next -= int64(len(req.Commands))
		} else {
			*ran = append(*ran, req)
		}
		hello := wire.Frame{T: wire.TypeHello, Server: &wire.ServerHello{Protocol: wire.Protocol, Schema: schema, Clock: monday(), Next: next}}
		return append(append([]wire.Frame{hello}, frames...), wire.Frame{T: wire.TypeEnd, End: &wire.End{}}), nil
	}
}

// A newer desktop reads what an older server sends, says what it can in the
// server's words, and keeps what it cannot until the server is upgraded.
func TestOlderServer(t *testing.T) {
	b := newBureau(t)
	b.newer()
	old := agenda.Clone(b.records()[7].(*agenda.Usager))
	old.FirstName, old.Revision = "Nadège", 2
	put := b.put(2, old)
	put.Body, _ = wiretest.Renamed("last_name", "nom")(put.Body)
	_, booked := b.book(2)
	b.rename(1)
	var ran []wire.Request
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){speaks(1, &ran, put, b.mark(2))}
	b.sync()
	b.read(func(v *store.View) error {
		u, _ := agenda.Get[*agenda.Usager](v, agenda.NounUsager, string(b.nadia))
		if u == nil || u.LastName != "Haddad" || u.FirstName != "Nadège" {
			t.Errorf("read %+v", u)
		}
		return nil
	})
	if len(ran) != 1 || ran[0].Hello.Schema != 1 || len(ran[0].Commands) != 1 || !strings.Contains(string(ran[0].Commands[0]), booked.ID) {
		t.Fatalf("ran %+v", ran)
	}
	if len(b.queue()) != 2 || b.replica.Health().Err != "upgrade_server" {
		t.Errorf("%d pending, health %+v", len(b.queue()), b.replica.Health())
	}

	// The server is upgraded: a fresh copy in the new form, and the rest leaves.
	ran = nil
	b.line.answers = []func(wire.Request) ([]wire.Frame, error){
		speaks(2, &ran, b.mark(2)), speaks(2, &ran, b.page(3, b.records()...)...)}
	b.line.asked = nil
	b.sync()
	last := b.line.last()
	if len(last.Cursors) != 0 || last.Hello.Schema != 2 || len(last.Commands) != 2 {
		t.Errorf("asked %d cursors, schema %d, %d commands", len(last.Cursors), last.Hello.Schema, len(last.Commands))
	}
	if b.replica.Health().Err != "" || b.number() != 3 {
		t.Errorf("health %+v, number %d", b.replica.Health(), b.number())
	}
}

// An answer is in the schema of its request, even by a server that was upgraded
// since the last one and says so.
func TestAnswerInTheSchemaAsked(t *testing.T) {
	b := newBureau(t)
	b.newer()
	b.replica.speaks = 1
	hello := wire.Frame{T: wire.TypeHello, Server: &wire.ServerHello{Protocol: wire.Protocol, Schema: 2, Clock: monday(), Next: 1}}
	put := b.put(5, b.records()[7])
	put.Body, _ = wiretest.Renamed("last_name", "nom")(put.Body)
	p := &pager{r: b.replica, tally: &Tally{}, spoke: 1}
	for _, f := range []wire.Frame{hello, put} {
		if err := p.frame(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	if body := string(p.page[0].Body); !strings.Contains(body, `"last_name":"Haddad"`) || strings.Contains(body, `"nom"`) {
		t.Errorf("received as %s", body)
	}
	if b.replica.speaks != 2 {
		t.Errorf("asks next in %d", b.replica.speaks)
	}
}

// A command leaves under its author's session alone.
func TestAnotherAuthorsCommand(t *testing.T) {
	b := newBureau(t)
	e := Enrolled{Credential: "c", Device: b.device, LastN: 0}
	e.Agent.ID = b.alice
	if err := Keep(t.Context(), b.db, "https://agenda.example.org", e); err != nil {
		t.Fatal(err)
	}
	b.book(2)
	b.sync()
	stranger, cmd := id[agenda.AgentID](b), agenda.NewCommand(id[string](b), monday(), &agenda.Emptied{})
	b.write(func(tx *store.DeskTx) error {
		var err error
		cmd.Device, cmd.N = b.device, 2
		if _, err = tx.NextN(); err != nil {
			return err
		}
		return tx.Queue(guichet.Pending{Command: cmd, Author: stranger})
	})
	asked := b.line.count()
	if _, err := b.replica.Sync(t.Context()); !errors.Is(err, ErrRefused) || b.line.count() != asked {
		t.Errorf("%v, %d exchanges", err, b.line.count()-asked)
	}
	if len(b.queue()) != 2 {
		t.Errorf("%d commands are left", len(b.queue()))
	}
}
