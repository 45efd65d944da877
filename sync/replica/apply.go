package replica

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/wire"
)

// Tally counts what an exchange brought.
type Tally struct {
	Pushed, Pulled, Refused int
	Changed                 []agenda.Ref // records whose row may differ now
}

func (t *Tally) note(r agenda.Ref) {
	t.Pulled++
	t.Changed = append(t.Changed, r)
}

// apply writes pages in one transaction: the frames go to the server's images,
// settled commands leave, visible rows go back to the images of what was
// touched, what is still pending runs again in order, and the marks are saved
// with it. After it, visible = fold(pending, base). Cost follows the incoming
// rows and the pending commands, never the size of the database.
func (r *Replica) apply(tx *store.DeskTx, pages [][]wire.Frame, tally *Tally) error {
	cursors, err := readCursors(&tx.View)
	if err != nil {
		return err
	}
	for _, page := range pages {
		if err := r.lay(tx, page, cursors, tally); err != nil {
			return err
		}
	}
	return r.settle(tx, cursors)
}

// lay brings one page to the server's images, and its mark to the cursor.
func (r *Replica) lay(tx *store.DeskTx, frames []wire.Frame, cursors map[agenda.TerritoireID]wire.Cursor, tally *Tally) error {
	mark := frames[len(frames)-1]
	if mark.T != wire.TypeMark {
		return r.frames(tx, frames, tally) // outcomes alone
	}
	old, known := cursors[mark.Territoire]
	if known && old.Epoch == mark.Mark.Epoch && !mark.Mark.Reset && old.Number > mark.Mark.To {
		// Another exchange went further already: only the outcomes are news.
		frames = slices.DeleteFunc(slices.Clone(frames), func(f wire.Frame) bool { return f.T != wire.TypeOutcome })
		return r.frames(tx, frames, tally)
	}
	if mark.Mark.Reset {
		if err := dropTerritoire(tx, old); err != nil {
			return err
		}
	}
	if err := r.frames(tx, frames, tally); err != nil {
		return err
	}
	return moveCursor(tx, cursors, mark)
}

// dropTerritoire drops what is held of a territoire whose history is another
// one; pending commands stay.
func dropTerritoire(tx *store.DeskTx, c wire.Cursor) error {
	scopes := slices.Clone(c.Scopes)
	for _, l := range c.Loading {
		scopes = append(scopes, l.Scope)
	}
	for _, s := range scopes {
		if _, err := tx.DropScope(agenda.Placed{Territoire: c.Territoire, Scope: s}); err != nil {
			return err
		}
	}
	return nil
}

func (r *Replica) frames(tx *store.DeskTx, frames []wire.Frame, tally *Tally) error {
	for _, f := range frames {
		if err := r.frame(tx, f, tally); err != nil {
			return err
		}
	}
	return nil
}

// frame lays one frame on the server's images.
func (r *Replica) frame(tx *store.DeskTx, f wire.Frame, tally *Tally) error {
	switch f.T {
	case wire.TypeOutcome:
		return r.outcome(tx, *f.Outcome, tally)
	case wire.TypeScope:
		return scope(tx, f)
	}
	if f.Noun == "" || agenda.New(f.Noun) == nil {
		return nil // mark: read by the caller; a noun or a type of a newer server
	}
	return image(tx, f, tally)
}

// image brings the server's image of one record.
func image(tx *store.DeskTx, f wire.Frame, tally *Tally) error {
	ref := agenda.Ref{Noun: f.Noun, ID: f.ID}
	tally.note(ref)
	switch f.T {
	case wire.TypePut:
		return tx.PutImage(store.Image{Territoire: f.Territoire, Ref: ref, Body: f.Body, Number: f.Number, Scopes: f.Scopes})
	case wire.TypeLeave:
		return tx.Leave(f.Territoire, ref)
	case wire.TypeGone:
		return tx.Gone(ref)
	case wire.TypeErase:
		return tx.Erase(ref)
	}
	return nil // a type of a newer server
}

// scope erases what a withdrawn scope alone granted; a granted one is followed
// by its rows.
func scope(tx *store.DeskTx, f wire.Frame) error {
	if f.Add {
		return nil
	}
	_, err := tx.DropScope(agenda.Placed{Territoire: f.Territoire, Scope: f.Scope})
	return err
}

// outcome notes what became of one command. A refusal leaves the queue at once
// and stays in À revoir; what is done leaves once its rows are here.
func (r *Replica) outcome(tx *store.DeskTx, o wire.Outcome, tally *Tally) error {
	q, ok, err := tx.PendingCommand(o.ID)
	if err != nil || !ok {
		return err // settled by an earlier page
	}
	if q.Command.N != o.N {
		return fmt.Errorf("outcome of n %d is another command's", o.N)
	}
	if q.Outcome == nil {
		tally.Pushed++
	} else if before, err := outcomeOf(q); err != nil || before.Verdict != agenda.Waiting {
		return err
	}
	if o.Verdict == agenda.Refused {
		tally.Refused++
		return r.review(tx, q, o)
	}
	body, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return tx.SettlePending(o.N, body)
}

// review keeps a refused command with its content until a person closes it;
// of one that an erasure emptied only the code stays.
func (r *Replica) review(tx *store.DeskTx, q store.Queued, o wire.Outcome) error {
	item := store.ReviewItem{Command: o.ID, N: o.N, Code: o.Code, Message: o.Message, At: r.clock.Now().UTC(), Content: q.Raw}
	if o.Code == agenda.CodeErased {
		item.Content = nil
	}
	if err := tx.AddReview(item); err != nil {
		return err
	}
	return tx.DropPending(o.N, time.Time{})
}

// settle takes out the commands whose rows are all here, puts the images of
// what was touched back, and runs the others again, in order.
func (r *Replica) settle(tx *store.DeskTx, cursors map[agenda.TerritoireID]wire.Cursor) error {
	queue, err := tx.PendingCommands()
	if err != nil {
		return err
	}
	var left []store.Queued
	for _, q := range queue {
		numbers, done, err := numbersOf(q)
		if err != nil {
			return err
		}
		q.Numbers = numbers
		if !done || !reached(numbers, cursors) {
			left = append(left, q)
			continue
		}
		if err := tx.DropPending(q.Command.N, r.clock.Now().UTC()); err != nil {
			return err
		}
	}
	if err := tx.Rewind(); err != nil {
		return err
	}
	desk := guichet.RememberDesk(tx)
	for _, q := range left {
		if err := r.replay(tx, desk, q); err != nil {
			return err
		}
	}
	return tx.SweepBase()
}

// numbersOf reads the numbers of a command the server has done.
func numbersOf(q store.Queued) (map[agenda.TerritoireID]int64, bool, error) {
	if q.Outcome == nil {
		return nil, false, nil
	}
	o, err := outcomeOf(q)
	if err != nil || !o.Verdict.Done() {
		return nil, false, err
	}
	if o.Numbers == nil {
		o.Numbers = map[agenda.TerritoireID]int64{}
	}
	return o.Numbers, true, nil
}

// outcomeOf reads what the server answered about a command.
func outcomeOf(q store.Queued) (wire.Outcome, error) {
	var o wire.Outcome
	if err := json.Unmarshal(q.Outcome, &o); err != nil {
		return o, fmt.Errorf("read the outcome of n %d: %w", q.Command.N, err)
	}
	return o, nil
}

// reached reports whether every number lies at or below its territoire's mark,
// of which nothing is still being loaded. A territoire that is not held here
// brings no rows.
func reached(numbers map[agenda.TerritoireID]int64, cursors map[agenda.TerritoireID]wire.Cursor) bool {
	for t, n := range numbers {
		if c, ok := cursors[t]; ok && (c.Number < n || len(c.Loading) > 0) {
			return false
		}
	}
	return true
}

// replay runs one command on the newer rows. One that no longer holds here
// stays in the queue, "à vérifier": the server judges. One that an erasure
// emptied shows nothing.
func (r *Replica) replay(tx *store.DeskTx, desk guichet.DeskTx, q store.Queued) error {
	if q.Raw == nil {
		return nil
	}
	var code agenda.Code
	err := desk.Savepoint(func() error {
		var err error
		code, err = r.counter.Replay(desk, q.Pending, r.LayOver(tx, q))
		return err
	})
	if err != nil {
		return fmt.Errorf("replay n %d: %w", q.Command.N, err)
	}
	if code == q.State || q.Numbers != nil {
		return nil
	}
	return tx.SetPendingState(q.Command.N, code)
}

// LayOver accepts the records that still miss the effect of a command: all of
// them until the server has done it, then those whose image is older than its
// number.
func (r *Replica) LayOver(tx *store.DeskTx, q store.Queued) func(agenda.Ref) bool {
	return func(ref agenda.Ref) bool {
		for t, done := range q.Numbers {
			if n, err := tx.NumberReceived(t, ref); err != nil || n >= done {
				return false
			}
		}
		return true
	}
}

// place is what the store keeps of a cursor beside its scopes.
type place struct {
	Loading    []wire.Loading `json:"loading,omitempty"`
	WindowFrom string         `json:"window_from,omitempty"`
}

// moveCursor saves the mark, and drops the Rdvs of the months the window left.
func moveCursor(tx *store.DeskTx, cursors map[agenda.TerritoireID]wire.Cursor, mark wire.Frame) error {
	m := mark.Mark
	if len(m.Scopes) == 0 && len(m.Loading) == 0 {
		delete(cursors, mark.Territoire)
		return tx.DropCursor(mark.Territoire)
	}
	if cursors[mark.Territoire].WindowFrom != m.WindowFrom {
		if _, err := tx.LeaveBefore(mark.Territoire, m.WindowAt); err != nil {
			return err
		}
	}
	cursors[mark.Territoire] = wire.Cursor{
		Territoire: mark.Territoire, Epoch: m.Epoch, Number: m.To,
		Scopes: m.Scopes, Loading: m.Loading, WindowFrom: m.WindowFrom,
	}
	beside, err := json.Marshal(place{m.Loading, m.WindowFrom})
	if err != nil {
		return err
	}
	return tx.SetCursor(store.Cursor{Territoire: mark.Territoire, Epoch: m.Epoch, Number: m.To, Scopes: m.Scopes, Loading: beside})
}

// readCursors gives the cursors kept, by territoire.
func readCursors(v *store.View) (map[agenda.TerritoireID]wire.Cursor, error) {
	kept, err := v.Cursors()
	if err != nil {
		return nil, err
	}
	cursors := map[agenda.TerritoireID]wire.Cursor{}
	for _, c := range kept {
		var beside place
		if err := json.Unmarshal(c.Loading, &beside); err != nil {
			return nil, fmt.Errorf("read cursor: %w", err)
		}
		cursors[c.Territoire] = wire.Cursor{Territoire: c.Territoire, Epoch: c.Epoch, Number: c.Number,
			Scopes: c.Scopes, Loading: beside.Loading, WindowFrom: beside.WindowFrom}
	}
	return cursors, nil
}

// sorted lists cursors by territoire.
func sorted(m map[agenda.TerritoireID]wire.Cursor) []wire.Cursor {
	var cs []wire.Cursor
	for _, t := range slices.Sorted(maps.Keys(m)) {
		cs = append(cs, m[t])
	}
	return cs
}
