package simulation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/store"
	"permanence/sync/wire"
)

// visibleIsFold (invariant 4): what a desk shows is the server's images with
// the pending commands run on top, once more, from scratch.
func (w *world) visibleIsFold(d *desk) {
	if !d.disk.changed() {
		return // it was looked at as it stands
	}
	if len(d.queue()) == 0 {
		w.noBase(d)
		return
	}
	shown := w.rows(d.disk.db)
	err := d.disk.db.WriteDesk(ctxb, func(tx *store.DeskTx) error {
		touched, err := tx.Touched()
		if err != nil {
			return err
		}
		if err := refold(tx, d); err != nil {
			return err
		}
		again, err := rowsOf(&tx.View)
		if err != nil {
			return err
		}
		if len(d.enrolled) > 1 {
			d.sameDevice(shown, touched)
			d.sameDevice(again, touched)
		}
		if diff := compare(shown, again); diff != "" {
			w.fail("%s shows something else than fold(pending, base): %s", d.name, diff)
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		w.fail("%s fold: %v", d.name, err)
	}
}

// sameDevice takes out of the rows that pending commands touched which of the
// profile's devices made them: a profile that enrolled anew draws its pending
// commands under the former one until the next page.
func (d *desk) sameDevice(rows map[agenda.Ref][]byte, touched map[agenda.Ref][]int64) {
	for ref := range touched {
		body, ok := rows[ref]
		if !ok {
			continue
		}
		for _, device := range d.enrolled {
			body = bytes.ReplaceAll(body, []byte(device), nil)
		}
		rows[ref] = body
	}
}

// noBase: with nothing pending, what a desk shows is the server's, and nothing
// is kept beside it.
func (w *world) noBase(d *desk) {
	w.read(d.disk.db, func(v *store.View) error {
		touched, err := v.Touched()
		if len(touched) > 0 {
			w.fail("%s has nothing pending, and %d records touched", d.name, len(touched))
		}
		return err
	})
}

var errUndo = errors.New("only looking")

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
		if q.Raw == nil || q.Command.Args == nil || q.Beyond {
			continue
		}
		if q.Numbers, err = numbersOf(q); err != nil {
			return err
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

// numbersOf reads the numbers of a command that is done and waits for its rows.
func numbersOf(q store.Queued) (map[agenda.TerritoireID]int64, error) {
	var o wire.Outcome
	if q.Outcome == nil {
		return nil, nil
	}
	err := json.Unmarshal(q.Outcome, &o)
	return o.Numbers, err
}

// rows gives the body of every record.
func (w *world) rows(db *store.DB) map[agenda.Ref][]byte {
	var all map[agenda.Ref][]byte
	w.read(db, func(v *store.View) (err error) {
		all, err = rowsOf(v)
		return err
	})
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
// records its scopes read, as the server has them, and digests tell it.
func (w *world) replicaEqual(d *desk) {
	var want map[agenda.Ref]witnessed
	var there, here map[store.DigestKey]uint64
	var held []agenda.Scope
	month := 0
	w.read(w.central.disk.db, func(v *store.View) (err error) {
		if want, err = w.readableBy(v, d.agent, w.window(v)); err != nil {
			return err
		}
		for _, p := range w.rightsNow().heldBy(v, d.agent) {
			held = append(held, p.Scope)
		}
		month = store.MonthOf(civil.Zone{}.Date(w.window(v).Add(48 * time.Hour)))
		there, err = v.Digests(w.cast.territoire, held, month)
		return err
	})
	if diff := compare(w.rows(d.disk.db), bodies(want)); diff != "" {
		w.fail("%s and the server differ: %s", d.name, diff)
		return
	}
	w.read(d.disk.db, func(v *store.View) (err error) {
		here, err = v.Digests(w.cast.territoire, held, month)
		return err
	})
	if !maps.Equal(here, there) {
		w.fail("the digests of %s and of the server differ: %v, %v", d.name, here, there)
	}
}

// modelEqual: the server holds what the fold of its commands says.
func (w *world) modelEqual() {
	left := map[agenda.RdvID]bool{}
	for id := range w.model.rdvs {
		left[id] = true
	}
	for _, rec := range w.visible(w.central.disk.db, agenda.NounRdv) {
		r := rec.(*agenda.Rdv)
		m := w.model.rdvs[r.ID]
		delete(left, r.ID)
		if m == nil {
			w.fail("the server has rdv %s, the model has not", r.ID)
			return
		}
		same := maps.Equal(m.excused, excusedIn(*r)) && m.since.Equal(sinceIn(*r)) && m.start.Equal(r.Start) && m.end.Equal(r.End) && m.lieu == r.Lieu && m.status == r.Status &&
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
	all := w.visible(w.central.disk.db, agenda.NounUsager)
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

// everyMeetingTold (invariant 3): two rdvs that meet for one agent are named by
// a conflit, or the author of one accepted it naming the other.
func (w *world) everyMeetingTold() {
	all := w.visible(w.central.disk.db, agenda.NounRdv)
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
	for _, rec := range w.visible(w.central.disk.db, agenda.NounConflit) {
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
	if !slices.Contains(subjects(c), about.ID) {
		return false
	}
	return slices.ContainsFunc(c.Accepted, func(x agenda.Accepted) bool {
		return slices.ContainsFunc(x.Records, func(r agenda.Ref) bool {
			return r.ID == string(other.ID) || slices.Contains(other.Occupations, agenda.OccupationID(r.ID))
		})
	})
}

// subjects are the rdvs a command is about.
func subjects(c agenda.Command) []agenda.RdvID {
	var ids []agenda.RdvID
	switch a := c.Args.(type) {
	case *agenda.BookRdv:
		ids = append(ids, a.Rdv)
	case *agenda.MoveRdv:
		ids = append(ids, a.Rdv)
	case *agenda.MarkRdv:
		ids = append(ids, a.Rdv)
	case *agenda.ReviseRdv:
		ids = append(ids, a.Rdv)
	case *agenda.Undo:
		for _, e := range a.Edits {
			ids = append(ids, agenda.RdvID(e.ID))
		}
	}
	return ids
}

// queuesEmpty (invariants 2, 10): every durable command has one outcome, and
// no desk has anything left to send.
func (w *world) queuesEmpty() {
	for id, cmd := range w.born {
		if _, ok := w.ran[id]; !ok && !w.gone[id] {
			w.fail("%s n %d %s %s never got its outcome", short(cmd.Device), cmd.N, cmd.Name, cmd.ID)
		}
	}
	for _, d := range w.desks {
		w.read(d.disk.db, func(v *store.View) error {
			queue, err := v.PendingCommands()
			for _, q := range queue {
				if w.ran[q.Command.ID].Verdict != agenda.Waiting {
					w.fail("%s still has n %d %s in its queue", d.name, q.Command.N, q.Command.Name)
				}
			}
			return err
		})
	}
}

// authorSees (invariant 2): of each command that a desk gave, what was refused
// is in its À revoir, and what waits for somebody's word is still in its queue.
// Of what was answered here and emptied by an erasure, a copy of the profile may
// be told otherwise by a server set back.
func (w *world) authorSees(d *desk) {
	seen := map[string]bool{}
	w.read(d.disk.db, func(v *store.View) error {
		review, err := v.Review()
		if err != nil {
			return err
		}
		for _, item := range review {
			seen[item.Command] = true
		}
		week, err := v.Acknowledged(w.clock.Add(-away))
		for _, q := range week {
			seen[q.Command.ID] = seen[q.Command.ID] || q.Raw == nil && w.ran[q.Command.ID].Code == agenda.CodeErased
		}
		return err
	})
	waits := d.queue()
	for id := range d.owed {
		switch o := w.ran[id]; {
		case o.Verdict == agenda.Refused && !seen[id]:
			w.fail("%s never hears that %s %s was refused: %s", d.name, w.born[id].Name, id, o.Code)
		case o.Verdict == agenda.Waiting && !slices.Contains(waits, id):
			w.fail("%s has forgotten %s %s, which waits", d.name, w.born[id].Name, id)
		}
	}
}

// replayChangesNothing (invariant 8): every request again, in any order, is no
// news. One whose commands the server lost when it died, and that nobody could
// send again, would arrive for the first time.
func (w *world) replayChangesNothing() {
	before := w.rows(w.central.disk.db)
	for _, d := range w.desks {
		w.rng.Shuffle(len(d.sent), func(i, j int) { d.sent[i], d.sent[j] = d.sent[j], d.sent[i] })
		for _, req := range d.sent {
			if slices.ContainsFunc(req.Commands, w.neverHeard) {
				continue
			}
			_, _ = line{d}.answer(ctxb, req) // one overtaken long ago is refused: nobody reads the answer
		}
	}
	if diff := compare(before, w.rows(w.central.disk.db)); diff != "" {
		w.fail("replaying requests changed something: %s", diff)
	}
}

// neverHeard reports whether a command went with its disk before the server had
// settled it.
func (w *world) neverHeard(raw json.RawMessage) bool {
	c, _ := agenda.DecodeCommand(raw) // its id is read even where its name is unknown
	_, ran := w.ran[c.ID]
	return w.gone[c.ID] && !ran
}

// conflictsClose (invariant 15): every conflict that stays open can be closed
// by one of those it informs, and then is.
func (w *world) conflictsClose() {
	for _, rec := range w.visible(w.central.disk.db, agenda.NounConflit) {
		c := rec.(*agenda.Conflit)
		if !c.Open() {
			continue
		}
		by := w.closer(c)
		if by == "" {
			continue // nobody is left who is informed
		}
		cmd := agenda.NewCommand(w.newID(), w.clock, settling(c))
		if _, err := w.counter.Do(ctxb, cmd, agenda.Author{Kind: agenda.AuthorAgent, Agent: by}); err != nil {
			w.fail("conflict %s %s stays open: %v", c.Code, c.ID, err)
		}
	}
}

// settling is the plainest answer to a conflict: nothing changes.
func settling(c *agenda.Conflit) agenda.Args {
	if c.Code == agenda.ConflitQuarantined {
		return &agenda.SettleWaiting{Conflit: c.ID}
	}
	return &agenda.CloseConflit{Conflit: c.ID, Choice: "keep"}
}

// closer is an agent with a desk who reads a conflict, "" for none.
func (w *world) closer(c *agenda.Conflit) agenda.AgentID {
	for _, d := range w.desks {
		found := false
		w.read(d.disk.db, func(v *store.View) error {
			_, ans := v.Record(agenda.NounConflit, c.Key())
			found = ans == agenda.Yes
			return nil
		})
		if found {
			return d.agent
		}
	}
	return ""
}
