package replica

import (
	"context"
	"encoding/json"
	"errors"
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
		if err := dropTerritoire(tx, old, mark.Mark); err != nil {
			return err
		}
	}
	if err := r.frames(tx, frames, tally); err != nil {
		return err
	}
	return r.moveCursor(tx, cursors, mark, arrived(frames, old, mark))
}

// arrived counts the rows of a page that are of a first copy, one for each scope
// being loaded.
func arrived(frames []wire.Frame, old wire.Cursor, mark wire.Frame) int {
	if len(old.Loading) == 0 && len(mark.Mark.Loading) == 0 && mark.Mark.Expect == 0 {
		return 0
	}
	whole := map[agenda.Scope]bool{}
	if !mark.Mark.Reset {
		for _, s := range old.Scopes {
			whole[s] = true
		}
	}
	n := 0
	for _, f := range frames {
		for _, s := range f.Scopes {
			if f.T == wire.TypePut && !whole[s] {
				n++
			}
		}
	}
	return n
}

// dropTerritoire drops what is held of a territoire of which a fresh copy
// comes; pending commands stay. What the agent may no longer read is erased with
// what was done about it.
func dropTerritoire(tx *store.DeskTx, c wire.Cursor, m *wire.Mark) error {
	granted := map[agenda.Scope]bool{}
	for _, s := range slices.Concat(m.Scopes, scopesOf(m.Loading)) {
		granted[s] = true
	}
	for _, s := range slices.Concat(c.Scopes, scopesOf(c.Loading)) {
		drop := tx.DropScope
		if granted[s] {
			drop = tx.ResetScope
		}
		if _, err := drop(agenda.Placed{Territoire: c.Territoire, Scope: s}); err != nil {
			return err
		}
	}
	return nil
}

func scopesOf(loading []wire.Loading) []agenda.Scope {
	var scopes []agenda.Scope
	for _, l := range loading {
		scopes = append(scopes, l.Scope)
	}
	return scopes
}

// frames lays frames in order; puts that follow one another are laid together.
func (r *Replica) frames(tx *store.DeskTx, frames []wire.Frame, tally *Tally) error {
	var puts []store.Image
	for _, f := range frames {
		if f.T == wire.TypePut && !f.Again && agenda.New(f.Noun) != nil {
			ref := agenda.Ref{Noun: f.Noun, ID: f.ID}
			tally.note(ref)
			puts = append(puts, store.Image{Territoire: f.Territoire, Ref: ref, Body: f.Body, Number: f.Number, Scopes: f.Scopes})
			continue
		}
		if err := tx.PutImages(puts); err != nil {
			return err
		}
		puts = nil
		if err := r.frame(tx, f, tally); err != nil {
			return err
		}
	}
	return tx.PutImages(puts)
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
	if f.Again { // whatever its number: what is held here is wrong
		if err := tx.Release(f.Territoire, ref); err != nil {
			return err
		}
	}
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
	q, ok, err := tx.PendingHead(o.ID)
	if err != nil || !ok {
		return err // settled by an earlier page
	}
	if q.Command.N != o.N {
		return fmt.Errorf("outcome of n %d is another command's", o.N)
	}
	if q.Outcome == nil {
		tally.Pushed++
	} else if before, err := outcomeOf(q); err != nil || before.N == o.N && before.Verdict != agenda.Waiting {
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
// of one that an erasure emptied, or that is about what left, only the code stays.
func (r *Replica) review(tx *store.DeskTx, q store.Queued, o wire.Outcome) error {
	item := store.ReviewItem{Command: o.ID, N: o.N, Code: o.Code, Message: o.Message, At: r.clock.Now().UTC(), Content: q.Raw}
	if o.Code == agenda.CodeErased || q.Beyond {
		item.Content = nil
	}
	if err := tx.AddReview(item); err != nil {
		return err
	}
	return tx.DropPending(o.N, time.Time{})
}

// settle forgets what is about records that left, takes out the commands whose
// rows are all here, puts the images of
// what was touched back, and runs the others again, in order.
func (r *Replica) settle(tx *store.DeskTx, cursors map[agenda.TerritoireID]wire.Cursor) error {
	if err := tx.ForgetBeyond(); err != nil {
		return err
	}
	if err := tx.ForgetAcknowledged(r.served().Add(-kept)); err != nil {
		return err
	}
	queue, err := tx.PendingHeads()
	if err != nil {
		return err
	}
	var left []store.Queued
	var settled []int64
	for _, q := range queue {
		numbers, done, current, err := numbersOf(q)
		if err != nil {
			return err
		}
		q.Numbers = numbers
		if !done || !current || !reached(numbers, cursors) {
			left = append(left, q)
			continue
		}
		settled = append(settled, q.Command.N)
	}
	if err := tx.DropAllPending(settled, r.served()); err != nil {
		return err
	}
	if err := tx.Rewind(); err != nil {
		return err
	}
	desk := guichet.RememberDesk(tx)
	for _, q := range left {
		if err := q.ReadCommand(); err != nil {
			return err
		}
		if err := r.replay(tx, desk, q); err != nil {
			return err
		}
	}
	return tx.SweepBase()
}

// numbersOf reads the numbers of a command the server has done; current when it
// said so of the n that the command has now.
func numbersOf(q store.Queued) (numbers map[agenda.TerritoireID]int64, done, current bool, err error) {
	if q.Outcome == nil {
		return nil, false, false, nil
	}
	o, err := outcomeOf(q)
	if err != nil || !o.Verdict.Done() {
		return nil, false, false, err
	}
	if o.Numbers == nil {
		o.Numbers = map[agenda.TerritoireID]int64{}
	}
	return o.Numbers, true, o.N == q.Command.N, nil
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
// emptied, or that this release does not know, shows nothing.
func (r *Replica) replay(tx *store.DeskTx, desk guichet.DeskTx, q store.Queued) error {
	if q.Raw == nil || q.Beyond || q.Command.Args == nil {
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
	// Of the first copies under way: rows announced, and rows received.
	Expected int `json:"expected,omitempty"`
	Got      int `json:"got,omitempty"`
	// Schema in which these rows were received.
	Schema int `json:"schema,omitempty"`
}

// moveCursor saves the mark, and drops the Rdvs of the months the window left.
// got rows of a first copy came with it.
func (r *Replica) moveCursor(tx *store.DeskTx, cursors map[agenda.TerritoireID]wire.Cursor, mark wire.Frame, got int) error {
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
	now, err := placeAfter(&tx.View, mark, got)
	if err != nil {
		return err
	}
	now.Schema = r.form
	beside, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return tx.SetCursor(store.Cursor{Territoire: mark.Territoire, Epoch: m.Epoch, Number: m.To, Scopes: m.Scopes, Loading: beside})
}

// outgrown drops the cursors whose rows were received in an older schema than
// what is spoken now, so that a fresh copy brings what it lacked, and reports
// whether there were any. Pending commands stay.
func (r *Replica) outgrown(ctx context.Context) (bool, error) {
	found := false
	if err := r.store.Read(ctx, func(v *store.View) error {
		places, err := readPlaces(v)
		for _, p := range places {
			found = found || max(p.Schema, 1) < r.speaks
		}
		return err
	}); err != nil || !found {
		return false, err
	}
	return true, r.store.WriteDesk(ctx, func(tx *store.DeskTx) error {
		cursors, err := readCursors(&tx.View)
		if err != nil {
			return err
		}
		for _, c := range sorted(cursors) {
			same := &wire.Mark{Scopes: c.Scopes, Loading: c.Loading}
			if err := errors.Join(dropTerritoire(tx, c, same), tx.DropCursor(c.Territoire)); err != nil {
				return err
			}
		}
		return r.settle(tx, map[agenda.TerritoireID]wire.Cursor{})
	})
}

// placeAfter is the place of a cursor after a mark.
func placeAfter(v *store.View, mark wire.Frame, got int) (place, error) {
	m := mark.Mark
	now := place{Loading: m.Loading, WindowFrom: m.WindowFrom}
	if len(m.Loading) == 0 {
		return now, nil
	}
	places, err := readPlaces(v)
	if before := places[mark.Territoire]; !m.Reset {
		now.Expected, now.Got = before.Expected, before.Got
	}
	now.Expected, now.Got = now.Expected+m.Expect, now.Got+got
	return now, err
}

// readPlaces gives what is kept beside each cursor.
func readPlaces(v *store.View) (map[agenda.TerritoireID]place, error) {
	kept, err := v.Cursors()
	places := map[agenda.TerritoireID]place{}
	for _, c := range kept {
		var p place
		if err := json.Unmarshal(c.Loading, &p); err != nil {
			return nil, fmt.Errorf("read cursor: %w", err)
		}
		places[c.Territoire] = p
	}
	return places, err
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
