package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/store"
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

// Compare sets what a desktop holds against what its agent may read on the
// server: the records of the scopes held, and of the Rdvs those of the desktop's
// window. It writes nothing. A profile that was never enrolled is
// ErrNeverEnrolled.
func Compare(ctx context.Context, server *store.DB, desk store.Inventory) (Comparison, error) {
	var c Comparison
	err := server.Read(ctx, func(v *store.View) error {
		var err error
		c, err = compare(v, desk)
		return err
	})
	return c, err
}

// ErrNeverEnrolled says that a profile belongs to no agent yet.
var ErrNeverEnrolled = errors.New("compare: the profile was never enrolled")

func compare(server *store.View, desk store.Inventory) (Comparison, error) {
	if desk.Agent == "" {
		return Comparison{}, ErrNeverEnrolled
	}
	held := agenda.Held(server, desk.Agent)
	windows, current, err := standing(server, desk, held)
	if err != nil {
		return Comparison{}, err
	}
	want, err := given(server, held, windows)
	if err != nil {
		return Comparison{}, err
	}
	c := difference(want, received(desk, windows))
	c.Current, c.Pending = current, desk.Pending
	c.Equal = current && c.Pending == 0 && len(c.Missing)+len(c.Extra)+len(c.Different) == 0
	return c, server.Err()
}

// windows give, for each territoire of a desktop, the first instant of the Rdvs
// it holds.
type windows map[agenda.TerritoireID]time.Time

// standing reads where a desktop stands, and whether that is where it should.
func standing(server *store.View, desk store.Inventory, held []agenda.Placed) (windows, bool, error) {
	all, current, scopes := windows{}, true, 0
	for _, c := range desk.Cursors {
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
func windowOf(server *store.View, c store.InventoryCursor) (from time.Time, loading bool, err error) {
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
func given(server *store.View, held []agenda.Placed, w windows) (map[row]string, error) {
	all := map[row]string{}
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
				all[row{n, r.Key()}] = store.SumOf(body)
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

// received lists the server's images on a desktop, but the Rdvs that every
// territoire's window leaves out.
func received(desk store.Inventory, w windows) map[row]string {
	all := map[row]string{}
	for _, r := range desk.Rows {
		if r.Start == nil || w.reach(*r.Start) {
			all[row{r.Noun, r.ID}] = r.Sum
		}
	}
	return all
}

// reach reports whether a window holds an Rdv that starts at the instant.
func (w windows) reach(start time.Time) bool {
	for _, from := range w {
		if !start.Before(from) {
			return true
		}
	}
	return len(w) == 0
}

// difference compares two sets of rows.
func difference(want, got map[row]string) Comparison {
	c := Comparison{Compared: len(want), Missing: []row{}, Extra: []row{}, Different: []row{}}
	for r, sum := range want {
		switch other, ok := got[r]; {
		case !ok:
			c.Missing = append(c.Missing, r)
		case sum != other:
			c.Different = append(c.Different, r)
		}
	}
	for r := range got {
		if _, ok := want[r]; !ok {
			c.Extra = append(c.Extra, r)
		}
	}
	for _, list := range [][]row{c.Missing, c.Extra, c.Different} {
		slices.SortFunc(list, func(a, b row) int { return cmp.Or(cmp.Compare(a.Noun, b.Noun), cmp.Compare(a.ID, b.ID)) })
	}
	return c
}
