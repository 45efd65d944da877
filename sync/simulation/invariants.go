package simulation

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"permanence/app/agenda"
	"permanence/app/store"
)

// visibleIsFold (invariant 4): what a desk shows is the server's images with
// the pending commands run on top, once more, from scratch.
func (w *world) visibleIsFold(d *desk) {
	shown := w.rows(d.db)
	err := d.db.WriteDesk(context.Background(), func(tx *store.DeskTx) error {
		if err := refold(tx, d); err != nil {
			return err
		}
		again, err := rowsOf(&tx.View)
		if err != nil {
			return err
		}
		if diff := compare(shown, again); diff != "" {
			w.fail("%s shows something else than fold(pending, base): %s", d.name, diff)
		}
		return errUndo
	})
	if err != nil && err != errUndo {
		w.fail("%s fold: %v", d.name, err)
	}
}

var errUndo = fmt.Errorf("only looking")

// refold puts the images back and runs every pending command again.
func refold(tx *store.DeskTx, d *desk) error {
	queue, err := tx.PendingCommands()
	if err != nil {
		return err
	}
	if err := tx.Rewind(); err != nil {
		return err
	}
	for _, q := range queue {
		if q.Raw == nil {
			continue
		}
		if err := tx.Savepoint(func() error {
			_, err := d.counter.Replay(tx, q.Pending, d.replica.LayOver(tx, q))
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// rows gives the body of every record of the nouns that change.
func (w *world) rows(db *store.DB) map[agenda.Ref][]byte {
	var all map[agenda.Ref][]byte
	err := db.Read(context.Background(), func(v *store.View) error {
		var err error
		all, err = rowsOf(v)
		return err
	})
	if err != nil {
		w.fail("read rows: %v", err)
	}
	return all
}

func rowsOf(v *store.View) (map[agenda.Ref][]byte, error) {
	all := map[agenda.Ref][]byte{}
	for _, n := range agenda.Nouns() {
		bodies, err := v.Bodies(n)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, bodies)
	}
	return all, nil
}

// compare names the first difference between two sets of rows, "" for none.
func compare(a, b map[agenda.Ref][]byte) string {
	for r, body := range a {
		if other, ok := b[r]; !ok {
			return fmt.Sprintf("%s %s is here, not there: %s", r.Noun, r.ID, body)
		} else if !bytes.Equal(body, other) {
			return fmt.Sprintf("%s %s differs:\n  %s\n  %s", r.Noun, r.ID, body, other)
		}
	}
	for r, body := range b {
		if _, ok := a[r]; !ok {
			return fmt.Sprintf("%s %s is there, not here: %s", r.Noun, r.ID, body)
		}
	}
	return ""
}

// replicaEqual (invariant 1): with nothing pending, a desk holds exactly the
// records its scopes read, as the server has them.
func (w *world) replicaEqual(d *desk) {
	want := map[agenda.Ref][]byte{}
	err := w.db.Read(context.Background(), func(v *store.View) error {
		held := agenda.Held(v, d.agent)
		for _, n := range agenda.Nouns() {
			recs, err := v.All(n)
			if err != nil {
				return err
			}
			for _, r := range recs {
				if readable(v, held, r) {
					want[agenda.RefOf(r)], _ = v.Body(n, r.Key())
				}
			}
		}
		return v.Err()
	})
	if err != nil {
		w.fail("read the server: %v", err)
		return
	}
	if diff := compare(w.rows(d.db), want); diff != "" {
		w.fail("%s and the server differ: %s", d.name, diff)
	}
}

func readable(v *store.View, held []agenda.Placed, r agenda.Record) bool {
	return slices.ContainsFunc(agenda.Readers(v, r), func(p agenda.Placed) bool { return slices.Contains(held, p) })
}

// modelEqual: the server holds what the fold of its commands says.
func (w *world) modelEqual() {
	left := map[agenda.RdvID]bool{}
	for id := range w.model.rdvs {
		left[id] = true
	}
	for _, rec := range w.visible(w.db, agenda.NounRdv) {
		r := rec.(*agenda.Rdv)
		m := w.model.rdvs[r.ID]
		delete(left, r.ID)
		if m == nil {
			w.fail("the server has rdv %s, the model has not", r.ID)
			return
		}
		same := m.start.Equal(r.Start) && m.end.Equal(r.End) && m.lieu == r.Lieu && m.status == r.Status &&
			m.context == r.Context && slices.Equal(m.agents, r.Agents) && slices.Equal(m.usagers, r.Usagers())
		if !same {
			w.fail("rdv %s: the model says %v %s %q, the server %v %s %q", r.ID, m.start, m.status, m.context, r.Start, r.Status, r.Context)
		}
	}
	for id := range left {
		w.fail("the model has rdv %s, the server has not", id)
	}
	w.usagersEqual()
}

func (w *world) usagersEqual() {
	all := w.visible(w.db, agenda.NounUsager)
	if len(all) != len(w.model.usagers) {
		w.fail("the server has %d usagers, the model %d", len(all), len(w.model.usagers))
	}
	for _, rec := range all {
		u := rec.(*agenda.Usager)
		m := w.model.usagers[u.ID]
		if m == nil {
			w.fail("the server has usager %s, the model has not", u.ID)
			return
		}
		if m.fields["first_name"] != u.FirstName || m.fields["address"] != u.Address {
			w.fail("usager %s: the model says %v, the server %s %q", u.ID, m.fields, u.FirstName, u.Address)
		}
	}
}

// everyOverlapTold (invariant 3): two rdvs that meet for one agent are named by
// a conflit, or the author of one accepted it naming the other.
func (w *world) everyOverlapTold() {
	all := w.visible(w.db, agenda.NounRdv)
	told := w.told()
	for i, a := range all {
		for _, b := range all[i+1:] {
			ra, rb := a.(*agenda.Rdv), b.(*agenda.Rdv)
			if meets(ra, rb) && !told[pair(ra.ID, rb.ID)] && !w.acceptedOverlap(ra, rb) {
				w.fail("rdvs %s and %s meet in silence", ra.ID, rb.ID)
			}
		}
	}
}

func meets(a, b *agenda.Rdv) bool {
	shared := slices.ContainsFunc(a.Agents, func(x agenda.AgentID) bool { return slices.Contains(b.Agents, x) })
	return shared && !a.Cancelled() && !b.Cancelled() && a.Span().Overlaps(b.Span())
}

func pair(a, b agenda.RdvID) [2]agenda.RdvID { return [2]agenda.RdvID{min(a, b), max(a, b)} }

// told lists the pairs of rdvs that an overlap or duplicate conflit names.
func (w *world) told() map[[2]agenda.RdvID]bool {
	pairs := map[[2]agenda.RdvID]bool{}
	for _, rec := range w.visible(w.db, agenda.NounConflit) {
		c := rec.(*agenda.Conflit)
		if c.Code != agenda.ConflitOverlap && c.Code != agenda.ConflitDuplicateRdv || len(c.Sides) != 2 {
			continue
		}
		pairs[pair(agenda.RdvID(c.Sides[0].ID), agenda.RdvID(c.Sides[1].ID))] = true
	}
	return pairs
}

// acceptedOverlap looks for a command on one of the two whose author accepted
// the other, by its id or by one of its occupations.
func (w *world) acceptedOverlap(a, b *agenda.Rdv) bool {
	for _, id := range w.order {
		cmd := w.born[id]
		if accepts(cmd, a, b) || accepts(cmd, b, a) {
			return true
		}
	}
	return false
}

func accepts(c agenda.Command, about, other *agenda.Rdv) bool {
	if subject(c) != about.ID {
		return false
	}
	return slices.ContainsFunc(c.Accepted, func(x agenda.Accepted) bool {
		return slices.ContainsFunc(x.Records, func(r agenda.Ref) bool {
			return r.ID == string(other.ID) || slices.Contains(other.Occupations, agenda.OccupationID(r.ID))
		})
	})
}

// subject is the rdv a command is about, "" for none.
func subject(c agenda.Command) agenda.RdvID {
	switch a := c.Args.(type) {
	case *agenda.BookRdv:
		return a.Rdv
	case *agenda.MoveRdv:
		return a.Rdv
	case *agenda.MarkRdv:
		return a.Rdv
	}
	return ""
}

// feedTellsAll (invariant 5): what the feed tells above any number, on what
// stood there, gives what stands now; numbers are dense.
func (w *world) feedTellsAll() {
	err := w.db.Read(context.Background(), func(v *store.View) error {
		head, err := v.Head(w.cast.territoire)
		if err != nil {
			return err
		}
		lines, err := v.JournalSince(w.cast.territoire, 0, 1<<30)
		if err != nil {
			return err
		}
		next := int64(1)
		for _, l := range lines {
			if l.Number > next {
				w.fail("numbers %d to %d were never used", next, l.Number-1)
			}
			next = l.Number + 1
		}
		if head.Number != next-1 {
			w.fail("the head is %d, the journal ends at %d", head.Number, next-1)
		}
		return nil
	})
	if err != nil {
		w.fail("read the journal: %v", err)
	}
}

// nothingLeft (invariants 2, 10): every durable command has one outcome.
func (w *world) nothingLeft() {
	for id, cmd := range w.born {
		if _, ok := w.ran[id]; !ok {
			w.fail("%s n %d %s never got its outcome", cmd.Device, cmd.N, cmd.Name)
		}
	}
}
