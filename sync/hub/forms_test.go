package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/wire"
	"permanence/sync/wire/wiretest"
)

func same(body json.RawMessage) (json.RawMessage, error) { return body, nil }

// inArgs applies a converter to the arguments of a command, and gives it a name.
func inArgs(name string, convert wire.Converter) wire.Converter {
	return func(command json.RawMessage) (json.RawMessage, error) {
		var m map[string]json.RawMessage
		if err := json.Unmarshal(command, &m); err != nil {
			return nil, err
		}
		args, err := convert(m["args"])
		if err != nil {
			return nil, err
		}
		m["args"], m["name"] = args, json.RawMessage(fmt.Sprintf("%q", name))
		return json.Marshal(m)
	}
}

// formerly is how two earlier schemas would have spoken: in 2 an usager had a
// "nom" and a booking a "place", and there was no conflit; in 1 bookings were
// called TakeRdv.
func formerly() wire.Chain {
	return wire.Chain{
		{
			From:      1,
			CommandUp: map[string]wire.Converter{"TakeRdv": inArgs("BookRdv", same)},
		},
		{
			From: 2, Born: []agenda.Noun{agenda.NounConflit},
			Up:        map[agenda.Noun]wire.Converter{agenda.NounUsager: wiretest.Renamed("nom", "last_name")},
			Down:      map[agenda.Noun]wire.Converter{agenda.NounUsager: wiretest.Renamed("last_name", "nom")},
			CommandUp: map[string]wire.Converter{"BookRdv": inArgs("BookRdv", wiretest.Renamed("place", "lieu"))},
		},
	}
}

// speaks makes the hub one of schema 3, with the conversions.
func (b *bureau) speaks(forms wire.Chain) {
	b.hub = New(b.db, b.counter, b.bus, Config{Now: func() time.Time { return b.now }, Schema: 3, Forms: forms})
}

// ask runs one exchange of a desktop of a schema.
func (b *bureau) ask(schema int, h *holding, commands ...any) exchanged {
	b.t.Helper()
	h.schema = schema
	return b.exchange(b.device, h, commands...)
}

// older writes a booking as an earlier schema did.
func older(t *testing.T, c agenda.Command, name string) json.RawMessage {
	t.Helper()
	raw, err := inArgs(name, wiretest.Renamed("lieu", "place"))(json.RawMessage(mustJSON(t, c)))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// An older desktop reads its own form, writes its own form, and hears nothing of
// what it does not know; its digest leaves that out too.
func TestOlderDesktop(t *testing.T) {
	b := newBureau(t, 0)
	b.system(b.booking(time.Hour, b.nadia))
	b.system(b.booking(time.Hour, b.person())) // both at once: a conflit
	b.speaks(formerly())
	h := newHolding()
	e := b.ask(2, h)
	usagers, conflits := 0, 0
	for _, f := range e.rows() {
		if f.T != wire.TypePut {
			continue
		}
		switch f.Noun {
		case agenda.NounUsager:
			usagers++
			if body := string(f.Body); !strings.Contains(body, `"nom":"Haddad"`) || strings.Contains(body, "last_name") {
				t.Errorf("an usager: %s", body)
			}
		case agenda.NounConflit:
			conflits++
		}
	}
	if usagers != 2 || conflits != 0 {
		t.Errorf("%d usagers, %d conflits", usagers, conflits)
	}
	newest := b.ask(3, newHolding())
	if len(newest.end.Digests) != 1 || len(e.end.Digests) != 1 || newest.end.Digests[0].Sum == e.end.Digests[0].Sum {
		t.Errorf("digests: %+v and %+v", e.end.Digests, newest.end.Digests)
	}
	book := b.command(b.booking(5*time.Hour, b.nadia))
	if got := verdicts(b.ask(2, h, older(t, book, "BookRdv")).outcomes()); got != "1 applied" {
		t.Errorf("a booking of schema 2: %q", got)
	}
	take := b.command(b.booking(7*time.Hour, b.nadia))
	if got := verdicts(b.ask(1, newHolding(), older(t, take, "TakeRdv")).outcomes()); got != "1 applied, 2 applied" {
		t.Errorf("a booking of schema 1: %q", got)
	}
}

// A newer desktop learns what this server speaks before anything of it is run.
func TestNewerDesktop(t *testing.T) {
	b := newBureau(t, 0)
	b.speaks(formerly())
	book := b.command(b.booking(5*time.Hour, b.nadia))
	e := b.ask(4, newHolding(), book)
	if e.hello.Schema != 3 || e.hello.Next != 1 || len(e.outcomes()) != 0 || len(puts(e.rows())) == 0 {
		t.Errorf("hello %+v, %d outcomes, %d rows", e.hello, len(e.outcomes()), len(puts(e.rows())))
	}
	if got := verdicts(b.ask(3, newHolding(), book).outcomes()); got != "1 applied" {
		t.Errorf("said again in schema 3: %q", got)
	}
}

// What nobody understands any more waits, frees its number, and gets its final
// outcome once a release has the words for it; a desktop too old gets no rows.
func TestWaitsForAConverter(t *testing.T) {
	b := newBureau(t, 0)
	b.speaks(formerly()[1:]) // 1 is no longer understood
	take, next := older(t, b.command(b.booking(5*time.Hour, b.nadia)), "TakeRdv"), older(t, b.command(b.booking(6*time.Hour, b.nadia)), "TakeRdv")
	h := newHolding()
	e := b.ask(1, h, take, next)
	var told []wire.Outcome
	told = append(told, e.loose...)
	if got := verdicts(told); got != "1 waiting unknown_command, 2 waiting unknown_command" || len(puts(e.rows())) != 0 || e.hello.Next != 3 {
		t.Fatalf("%q, %d rows, next %d", got, len(puts(e.rows())), e.hello.Next)
	}
	if n, err := b.hub.RunWaiting(context.Background()); err != nil || n != 0 {
		t.Fatalf("settled without a converter: %d, %v", n, err)
	}
	head := b.head().Number
	b.speaks(formerly())
	if n, err := b.hub.RunWaiting(context.Background()); err != nil || n != 2 {
		t.Fatalf("settled %d: %v", n, err)
	}
	if b.head().Number != head+2 {
		t.Errorf("head %d then %d", head, b.head().Number)
	}
	h.acked, h.waiting = 2, []int64{1, 2}
	if got := verdicts(b.ask(3, h).outcomes()); got != "1 applied, 2 applied" {
		t.Errorf("the final outcomes: %q", got)
	}
	if n, err := b.hub.RunWaiting(context.Background()); err != nil || n != 0 || b.head().Number != head+2 {
		t.Errorf("again: %d, %v", n, err)
	}
}
