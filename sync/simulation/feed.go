package simulation

import (
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/hub"
	"permanence/sync/wire"
)

// witness is what one agent could read at one number: a copy that nobody
// touches, to be brought up to date by the feed alone.
type witness struct {
	desk   *desk
	cursor wire.Cursor
	rows   map[agenda.Ref]witnessed
}

type witnessed struct {
	body   []byte
	scopes []agenda.Scope
}

// watches takes a witness where the server stands.
func (w *world) watches(d *desk) {
	x := witness{desk: d, rows: map[agenda.Ref]witnessed{}}
	w.read(w.central.disk.db, func(v *store.View) error {
		head, err := v.Head(w.cast.territoire)
		if err != nil {
			return err
		}
		from := w.window(v)
		x.cursor = wire.Cursor{Territoire: head.Territoire, Epoch: head.Epoch, Number: head.Number, WindowFrom: from.Format(time.DateOnly)}
		for _, p := range w.rightsNow().heldBy(v, d.agent) {
			x.cursor.Scopes = append(x.cursor.Scopes, p.Scope)
		}
		slices.Sort(x.cursor.Scopes)
		x.rows, err = w.readableBy(v, d.agent, from)
		return err
	})
	w.witness = append(w.witness, x)
}

// window is the first instant of the rdvs that desktops hold now.
func (w *world) window(v *store.View) time.Time {
	t, ans := agenda.Get[*agenda.Territoire](v, agenda.NounTerritoire, string(w.cast.territoire))
	if ans != agenda.Yes {
		return time.Time{}
	}
	_, from := t.WindowFrom(w.clock)
	return from
}

// feedTellsAll (invariant 5): what the feed tells above any number, on what
// stood there, gives what stands now.
func (w *world) feedTellsAll() {
	for _, x := range w.witness {
		device := line{x.desk}.device(wire.Request{}).ID
		req := wire.Request{Hello: wire.Hello{Protocol: wire.Protocol, Schema: w.schema, Clock: w.clock}, Cursors: []wire.Cursor{x.cursor}}
		err := w.hub.Exchange(ctxb, hub.Device{ID: device, Agent: x.desk.agent}, req, func(frames []wire.Frame) error {
			if end := frames[len(frames)-1]; end.T == wire.TypeMark && end.Mark.Reset {
				clear(x.rows)
			}
			for _, f := range frames {
				x.lay(f)
			}
			return nil
		})
		if err != nil {
			w.fail("witness of %s: %v", x.desk.name, err)
			return
		}
		var want map[agenda.Ref]witnessed
		w.read(w.central.disk.db, func(v *store.View) (err error) {
			want, err = w.readableBy(v, x.desk.agent, w.window(v))
			return err
		})
		if diff := compare(bodies(x.rows), bodies(want)); diff != "" {
			w.fail("from %d on, the feed of %s leads elsewhere: %s", x.cursor.Number, x.desk.name, diff)
		}
	}
}

func bodies(rows map[agenda.Ref]witnessed) map[agenda.Ref][]byte {
	all := make(map[agenda.Ref][]byte, len(rows))
	for r, x := range rows {
		all[r] = x.body
	}
	return all
}

// lay reads one frame in the simplest way there is.
func (x *witness) lay(f wire.Frame) {
	ref := agenda.Ref{Noun: f.Noun, ID: f.ID}
	switch f.T {
	case wire.TypePut:
		x.rows[ref] = witnessed{f.Body, f.Scopes}
	case wire.TypeLeave, wire.TypeGone, wire.TypeErase:
		delete(x.rows, ref)
	case wire.TypeScope:
		x.release(f)
	case wire.TypeMark:
		x.turn(*f.Mark)
	}
}

// release lets go of what a withdrawn scope alone granted.
func (x *witness) release(f wire.Frame) {
	if f.Add {
		return
	}
	for ref, r := range x.rows {
		r.scopes = slices.DeleteFunc(slices.Clone(r.scopes), func(s agenda.Scope) bool { return s == f.Scope })
		x.rows[ref] = r
		if len(r.scopes) == 0 {
			delete(x.rows, ref)
		}
	}
}

// turn drops the months that the window left.
func (x *witness) turn(m wire.Mark) {
	if m.WindowFrom == x.cursor.WindowFrom {
		return
	}
	for ref, r := range x.rows {
		if rdv, err := agenda.Decode(ref.Noun, r.body); err == nil && ref.Noun == agenda.NounRdv && rdv.(*agenda.Rdv).Start.Before(m.WindowAt) {
			delete(x.rows, ref)
		}
	}
}

// numbersDense (invariant 5): numbers are dense and in commit order, and a
// record's revision only rises while it lives.
func (w *world) numbersDense() {
	w.read(w.central.disk.db, func(v *store.View) error {
		head, err := v.Head(w.cast.territoire)
		if err != nil {
			return err
		}
		lines, err := v.JournalSince(w.cast.territoire, 0, 1<<30)
		if err != nil {
			return err
		}
		next, revisions := int64(1), map[agenda.Ref]int64{}
		for _, l := range lines {
			if l.Number > next {
				w.fail("numbers %d to %d were never used", next, l.Number-1)
			}
			next = l.Number + 1
			if l.Kind == "changed" && l.Revision <= revisions[l.Ref] {
				w.fail("%s %s: revision %d after %d", l.Ref.Noun, l.Ref.ID, l.Revision, revisions[l.Ref])
			}
			if l.Kind == "born" || l.Kind == "changed" {
				revisions[l.Ref] = l.Revision
			}
		}
		if head.Number != next-1 {
			w.fail("the head is %d, the journal ends at %d", head.Number, next-1)
		}
		return nil
	})
}

// onlyRises (invariant 5): the revision and the SEQUENCE of an rdv.
func (w *world) onlyRises() {
	for _, rec := range w.visible(w.central.disk.db, agenda.NounRdv) {
		r := rec.(*agenda.Rdv)
		was, now := w.tops[agenda.RefOf(r)], [2]int64{r.Revision, int64(r.Sequence)}
		if now[0] < was[0] || now[1] < was[1] {
			w.fail("rdv %s: revision and sequence %v after %v", r.ID, now, was)
		}
		w.tops[agenda.RefOf(r)] = now
	}
}

// oneEffectEach (invariant 2): whatever a command did, it did under one number.
func (w *world) oneEffectEach() {
	w.read(w.central.disk.db, func(v *store.View) error {
		lines, err := v.JournalSince(w.cast.territoire, 0, 1<<30)
		under := map[string]int64{}
		for _, l := range lines {
			if n, known := under[l.Command]; known && n != l.Number && l.Command != "" {
				w.fail("command %s took effect under %d and %d", l.Command, n, l.Number)
			}
			under[l.Command] = l.Number
		}
		return err
	})
}
