package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/replica"
	"permanence/sync/server/fiction"
	"permanence/sync/wire"
)

// measureReplay lets rows come in while commands wait to be sent.
func measureReplay(ctx context.Context, dir string, s sizes) ([]result, error) {
	var results []result
	for _, size := range s.replays {
		r, err := replayed(ctx, dir, size)
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	return results, nil
}

// replaySize is so many commands that wait, and so many rows that come.
type replaySize struct {
	pending, rows int
	budget        time.Duration
}

func replayed(ctx context.Context, dir string, size replaySize) (result, error) {
	site, err := startSite(ctx, in(dir, fmt.Sprintf("rejeu-%d.db", size.pending)), fiction.Size{Agents: 2, Usagers: 50})
	if err != nil {
		return result{}, err
	}
	d, err := newDesktop(ctx, site, in(dir, fmt.Sprintf("poste-rejeu-%d.db", size.pending)))
	if err != nil {
		return result{}, errors.Join(err, site.stop())
	}
	r, err := d.replayed(ctx, size)
	return r, errors.Join(err, d.db.Close(), site.stop())
}

func (d *desktop) replayed(ctx context.Context, size replaySize) (result, error) {
	if _, err := d.replica.Sync(ctx); err != nil {
		return result{}, err
	}
	made, err := d.material(ctx)
	if err != nil {
		return result{}, err
	}
	for i := range size.pending {
		if _, err := d.desk.Do(ctx, guichet.Proposal{Args: made.booking(i), AcceptAll: true}, d.agent); err != nil {
			return result{}, err
		}
	}
	read, err := d.reading(ctx, made)
	if err != nil {
		return result{}, err
	}
	r := replica.New(d.db, d.desk, read, replica.Config{Clock: machineClock{}, Jitter: func() float64 { return 0 }})
	laps, err := cold(3, func(int) (lap, error) {
		read.turn(size.rows)
		w := start()
		_, err := r.Sync(ctx)
		took := w.stop()
		if !errors.Is(err, errCut) {
			return took, fmt.Errorf("the line was not cut: %w", err)
		}
		return took, nil
	})
	return result{
		what: fmt.Sprintf("%s lignes reçues pendant que %s saisies attendent", thousands(size.rows), thousands(size.pending)),
		laps: laps, budget: size.budget,
	}, err
}

// reading is a line that brings rows of usagers, by pages of a thousand, and is
// cut before a command is answered: all stay pending.
type reading struct {
	cursor     wire.Cursor
	territoire agenda.TerritoireID
	scope      agenda.Scope
	windowAt   time.Time
	frames     []wire.Frame
	number     int64
}

var errCut = errors.New("cut")

func (d *desktop) reading(ctx context.Context, m material) (*reading, error) {
	l := &reading{scope: agenda.UsagersScope(m.motif.Organisation)}
	err := d.db.Read(ctx, func(v *store.View) error {
		cursors, err := v.Cursors()
		if err != nil || len(cursors) != 1 {
			return errors.Join(fmt.Errorf("%d cursors", len(cursors)), err)
		}
		c := cursors[0]
		l.territoire, l.number = c.Territoire, c.Number
		l.cursor = wire.Cursor{Epoch: c.Epoch, Scopes: c.Scopes}
		if err := json.Unmarshal(c.Loading, &l.cursor); err != nil {
			return err
		}
		l.windowAt, err = time.Parse(time.DateOnly, l.cursor.WindowFrom)
		return err
	})
	return l, err
}

// turn makes the rows of the next exchange.
func (l *reading) turn(rows int) {
	l.frames = nil
	from := l.number
	for i := range rows {
		l.number++
		u := &agenda.Usager{ID: agenda.UsagerID(agenda.DeriveID(nil, "rejeu", fmt.Sprint(i))), Territoire: l.territoire, FirstName: "Ines", LastName: "Garnier",
			Origin: agenda.OriginAgent, CreatedAt: l.windowAt, Stamp: agenda.Stamp{Revision: l.number}}
		body, err := agenda.Encode(u)
		if err != nil {
			panic(err) // plain data
		}
		l.frames = append(l.frames, wire.Frame{T: wire.TypePut, Territoire: l.territoire, Noun: u.Noun(), ID: u.Key(), Number: l.number, Scopes: []agenda.Scope{l.scope}, Body: body})
		if i%1000 == 999 || i == rows-1 {
			l.frames = append(l.frames, wire.Frame{T: wire.TypeMark, Territoire: l.territoire, Number: l.number, Mark: &wire.Mark{
				From: from, To: l.number, Epoch: l.cursor.Epoch, Scopes: l.cursor.Scopes, WindowFrom: l.cursor.WindowFrom, WindowAt: l.windowAt}})
			from = l.number
		}
	}
}

func (l *reading) Exchange(_ context.Context, req wire.Request, frame func(wire.Frame) error) error {
	hello := wire.Frame{T: wire.TypeHello, Server: &wire.ServerHello{Protocol: wire.Protocol, Schema: wire.Schema, Clock: time.Now().UTC(), Next: req.Hello.Acked + 1}}
	for _, f := range append([]wire.Frame{hello}, l.frames...) {
		if err := frame(f); err != nil {
			return err
		}
	}
	return errCut
}

func (l *reading) Live(context.Context, wire.Request, func(wire.Frame) error, func()) error {
	return errCut
}
