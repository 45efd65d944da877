package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/store"
	"permanence/sync/replica"
)

// Comparison is what tells a desktop from its server. Lists are sorted by noun
// and id, never nil, and hold no content.
type Comparison struct {
	// Equal: everything was received, nothing waits, and the rows are the same.
	Equal bool `json:"equal"`
	// Current: every cursor stands at the head of its territoire, with the
	// scopes that the agent holds now, and nothing is being loaded.
	Current bool `json:"current"`
	// Pending counts the commands that the server has not settled.
	Pending int `json:"pending"`
	// Compared counts the rows that the server gives this desktop.
	Compared  int   `json:"compared"`
	Missing   []row `json:"missing"`   // the server gives them, the desktop lacks them
	Extra     []row `json:"extra"`     // the desktop holds them, the server does not give them
	Different []row `json:"different"` // not the same bytes on both sides
}

// row names a record.
type row struct {
	Noun agenda.Noun `json:"noun"`
	ID   string      `json:"id"`
}

// Compare sets the server's images that a desktop holds, whatever its pending
// commands show, against what its agent may read on the server: the records of
// the scopes held, and of the Rdvs those of the desktop's window. It reads both
// databases and writes nothing. A profile that was never enrolled is an error.
func Compare(ctx context.Context, server, desk *store.DB) (Comparison, error) {
	var c Comparison
	err := desk.Read(ctx, func(d *store.View) error {
		return server.Read(ctx, func(s *store.View) error {
			var err error
			c, err = compare(s, d)
			return err
		})
	})
	return c, err
}

// ErrNeverEnrolled says that a profile belongs to no agent yet.
var ErrNeverEnrolled = errors.New("compare: the profile was never enrolled")

func compare(server, desk *store.View) (Comparison, error) {
	known, err := replica.Line(desk)
	if err != nil {
		return Comparison{}, err
	}
	if known.Agent == "" {
		return Comparison{}, ErrNeverEnrolled
	}
	held := agenda.Held(server, known.Agent)
	windows, current, err := standing(server, desk, held)
	if err != nil {
		return Comparison{}, err
	}
	want, err := given(server, held, windows)
	if err != nil {
		return Comparison{}, err
	}
	got, err := received(desk, windows)
	if err != nil {
		return Comparison{}, err
	}
	c := difference(want, got)
	pending, err := desk.PendingCommands()
	c.Current, c.Pending = current, len(pending)
	c.Equal = current && c.Pending == 0 && len(c.Missing)+len(c.Extra)+len(c.Different) == 0
	return c, cmp.Or(err, server.Err(), desk.Err())
}

// windows give, for each territoire of a desktop, the first instant of the Rdvs
// it holds.
type windows map[agenda.TerritoireID]time.Time

// standing reads where a desktop stands, and whether that is where it should.
func standing(server, desk *store.View, held []agenda.Placed) (windows, bool, error) {
	cursors, err := desk.Cursors()
	if err != nil {
		return nil, false, err
	}
	all, current, scopes := windows{}, true, 0
	for _, c := range cursors {
		head, err := server.Head(c.Territoire)
		if err != nil {
			return nil, false, err
		}
		from, loading, err := windowOf(server, c)
		if err != nil {
			return nil, false, err
		}
		all[c.Territoire] = from
		scopes += len(c.Scopes)
		current = current && !loading && c.Epoch == head.Epoch && c.Number == head.Number &&
			!slices.ContainsFunc(c.Scopes, func(s agenda.Scope) bool {
				return !slices.Contains(held, agenda.Placed{Territoire: c.Territoire, Scope: s})
			})
	}
	return all, current && scopes == len(held), nil
}

// windowOf gives the first instant of a cursor's Rdvs, and whether a first copy
// is still on its way.
func windowOf(server *store.View, c store.Cursor) (from time.Time, loading bool, err error) {
	var beside struct {
		Loading    []json.RawMessage `json:"loading"`
		WindowFrom string            `json:"window_from"`
	}
	if err := json.Unmarshal(c.Loading, &beside); err != nil {
		return from, false, fmt.Errorf("read cursor: %w", err)
	}
	t, ans := agenda.Get[*agenda.Territoire](server, agenda.NounTerritoire, string(c.Territoire))
	if ans != agenda.Yes || beside.WindowFrom == "" {
		return from, len(beside.Loading) > 0, nil
	}
	day, err := civil.ParseDate(beside.WindowFrom)
	if err != nil {
		return from, false, fmt.Errorf("read cursor: %w", err)
	}
	zone, err := civil.LoadZone(t.Zone)
	if err != nil {
		return from, false, fmt.Errorf("read cursor: %w", err)
	}
	return zone.Instant(day, 0), len(beside.Loading) > 0, nil
}

// given lists what the server gives a desktop that holds the scopes.
func given(server *store.View, held []agenda.Placed, w windows) (map[agenda.Ref][]byte, error) {
	all := map[agenda.Ref][]byte{}
	for _, n := range agenda.Nouns() {
		records, err := server.All(n)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			inside := func(p agenda.Placed) bool { return slices.Contains(held, p) && !w.before(p.Territoire, r) }
			if !slices.ContainsFunc(agenda.Readers(server, r), inside) {
				continue
			}
			body, ans := server.Body(n, r.Key())
			if ans == agenda.Yes {
				all[agenda.RefOf(r)] = body
			}
		}
	}
	return all, nil
}

// before reports whether a record is an Rdv that started before the window of a
// territoire: what is left of it on a desktop counts for nothing.
func (w windows) before(t agenda.TerritoireID, r agenda.Record) bool {
	rdv, is := r.(*agenda.Rdv)
	return is && rdv.Start.Before(w[t])
}

// received lists the server's images on a desktop.
func received(desk *store.View, w windows) (map[agenda.Ref][]byte, error) {
	all := map[agenda.Ref][]byte{}
	for _, n := range agenda.Nouns() {
		images, err := desk.Images(n)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, images)
	}
	for ref, body := range all {
		if ref.Noun != agenda.NounRdv {
			continue
		}
		r, err := agenda.Decode(ref.Noun, body)
		if err != nil {
			return nil, err
		}
		if w.beforeAll(r) {
			delete(all, ref)
		}
	}
	return all, nil
}

// beforeAll reports whether every territoire's window leaves a record out.
func (w windows) beforeAll(r agenda.Record) bool {
	for t := range w {
		if !w.before(t, r) {
			return false
		}
	}
	return true
}

// difference compares two sets of rows.
func difference(want, got map[agenda.Ref][]byte) Comparison {
	c := Comparison{Compared: len(want), Missing: []row{}, Extra: []row{}, Different: []row{}}
	for ref, body := range want {
		switch other, ok := got[ref]; {
		case !ok:
			c.Missing = append(c.Missing, row{ref.Noun, ref.ID})
		case !bytes.Equal(body, other):
			c.Different = append(c.Different, row{ref.Noun, ref.ID})
		}
	}
	for ref := range got {
		if _, ok := want[ref]; !ok {
			c.Extra = append(c.Extra, row{ref.Noun, ref.ID})
		}
	}
	for _, list := range [][]row{c.Missing, c.Extra, c.Different} {
		slices.SortFunc(list, func(a, b row) int { return cmp.Or(cmp.Compare(a.Noun, b.Noun), cmp.Compare(a.ID, b.ID)) })
	}
	return c
}
