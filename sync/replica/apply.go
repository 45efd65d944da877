package replica

import (
	"encoding/json"
	"fmt"
	"slices"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/sync/wire"
)

// Tally counts what an exchange brought.
type Tally struct {
	Pushed, Pulled, Refused int
	Changed                 []agenda.Ref // records whose row may differ now
}

// cursorKey is where a territoire's cursor is kept; ackedKey the highest n
// whose outcome is stored, sentKey the outcomes not reached by a mark.
const (
	cursorsKey = "sync.cursors"
	ackedKey   = "sync.acked"
)

// apply writes one page in one transaction: visible rows go back to the
// server's images, the frames are laid on them, settled commands leave, what is
// still pending runs again in order, and the mark is saved with it. After it,
// visible = fold(pending, base). Cost follows the incoming rows and the pending
// commands, never the size of the database.
func (r *Replica) apply(tx Tx, frames []wire.Frame, tally *Tally) error {
	cursors, err := readCursors(tx)
	if err != nil {
		return err
	}
	mark := frames[len(frames)-1]
	if stale(cursors, mark) {
		return r.outcomesOnly(tx, frames, cursors, tally)
	}
	if err := tx.Rewind(); err != nil {
		return err
	}
	if reborn(cursors, mark) {
		if err := dropTerritoire(tx, cursors[mark.Territoire]); err != nil {
			return err
		}
	}
	for _, f := range frames {
		if err := r.frame(tx, f, tally); err != nil {
			return err
		}
	}
	if cursors[mark.Territoire].WindowFrom != mark.Mark.WindowFrom {
		if err := tx.DropRdvsBefore(mark.Mark.WindowAt); err != nil {
			return err
		}
	}
	moveCursor(cursors, mark)
	if err := r.settle(tx, cursors); err != nil {
		return err
	}
	return writeCursors(tx, cursors)
}

// stale reports whether the page begins elsewhere than where this desktop
// stands: another exchange brought it further already.
func stale(cursors map[agenda.TerritoireID]wire.Cursor, mark wire.Frame) bool {
	c, ok := cursors[mark.Territoire]
	return ok && c.Epoch == mark.Mark.Epoch && c.Number > mark.Mark.To
}

// reborn reports whether the territoire's history is another one: what is here
// is dropped, pending commands are not.
func reborn(cursors map[agenda.TerritoireID]wire.Cursor, mark wire.Frame) bool {
	c, ok := cursors[mark.Territoire]
	return ok && c.Epoch != mark.Mark.Epoch
}

func dropTerritoire(tx Tx, c wire.Cursor) error {
	for _, s := range c.Scopes {
		if err := tx.DropScope(s); err != nil {
			return err
		}
	}
	for _, l := range c.Loading {
		if err := tx.DropScope(l.Scope); err != nil {
			return err
		}
	}
	return nil
}

// outcomesOnly keeps the outcomes of a page whose rows came by another way.
func (r *Replica) outcomesOnly(tx Tx, frames []wire.Frame, cursors map[agenda.TerritoireID]wire.Cursor, tally *Tally) error {
	if err := tx.Rewind(); err != nil {
		return err
	}
	for _, f := range frames {
		if f.T != wire.TypeOutcome {
			continue
		}
		if err := r.frame(tx, f, tally); err != nil {
			return err
		}
	}
	return r.settle(tx, cursors)
}

// frame lays one frame on the visible rows.
func (r *Replica) frame(tx Tx, f wire.Frame, tally *Tally) error {
	ref := agenda.Ref{Noun: f.Noun, ID: f.ID}
	switch f.T {
	case wire.TypeOutcome:
		return r.outcome(tx, *f.Outcome, tally)
	case wire.TypeScope:
		if f.Add {
			return nil
		}
		return tx.DropScope(f.Scope)
	case wire.TypePut:
		tally.note(ref)
		return r.put(tx, f, ref)
	case wire.TypeLeave, wire.TypeGone:
		tally.note(ref)
		return tx.Drop(ref)
	case wire.TypeErase:
		tally.note(ref)
		return tx.Forget(ref)
	}
	return nil // mark: read by the caller; others: of a newer server
}

func (t *Tally) note(r agenda.Ref) {
	t.Pulled++
	t.Changed = append(t.Changed, r)
}

// put writes a server image. Of a record met twice the higher revision stays.
func (r *Replica) put(tx Tx, f wire.Frame, ref agenda.Ref) error {
	if agenda.New(f.Noun) == nil {
		return nil // a noun of a newer server
	}
	rec, err := agenda.Decode(f.Noun, f.Body)
	if err != nil {
		return fmt.Errorf("put %s %s: %w", f.Noun, f.ID, err)
	}
	if rec.Key() != f.ID {
		return fmt.Errorf("put %s %s: body of another record", f.Noun, f.ID)
	}
	if old, ans := tx.Record(ref.Noun, ref.ID); ans == agenda.Yes && old.Stamped().Revision > rec.Stamped().Revision {
		return nil
	}
	return tx.PutImage(rec, f.Number, f.Scopes)
}

// outcome notes what became of one command. A refusal leaves the queue at once
// and stays in À revoir; what is done leaves once its rows are here.
func (r *Replica) outcome(tx Tx, o wire.Outcome, tally *Tally) error {
	p, ok, err := pending(tx, o.N)
	if err != nil || !ok {
		return err // settled by an earlier page
	}
	if p.Command.ID != o.ID {
		return fmt.Errorf("outcome of n %d is another command's", o.N)
	}
	tally.Pushed++
	switch {
	case o.Verdict == agenda.Refused:
		tally.Refused++
		if err := tx.Review(p, o.Code, o.Message); err != nil {
			return err
		}
		if err := tx.Settle(o.N); err != nil {
			return err
		}
	default:
		numbers := o.Numbers
		if numbers == nil {
			numbers = map[agenda.TerritoireID]int64{}
		}
		if err := tx.SetState(o.N, "", numbers); err != nil {
			return err
		}
	}
	return raiseAcked(tx, o.N)
}

func pending(tx Tx, n int64) (guichet.Pending, bool, error) {
	ps, err := tx.Pendings(n-1, 1)
	if err != nil || len(ps) == 0 || ps[0].Command.N != n {
		return guichet.Pending{}, false, err
	}
	return ps[0], true, nil
}

// raiseAcked moves the acknowledgement: outcomes come in order of n.
func raiseAcked(tx Tx, n int64) error {
	acked, err := readInt(tx, ackedKey)
	if err != nil || n <= acked {
		return err
	}
	return writeInt(tx, ackedKey, n)
}

// settle takes out the commands whose rows are all here, and runs the others
// again, in order.
func (r *Replica) settle(tx Tx, cursors map[agenda.TerritoireID]wire.Cursor) error {
	const all = 1 << 30
	ps, err := tx.Pendings(0, all)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.Numbers != nil && reached(p.Numbers, cursors) {
			if err := tx.Settle(p.Command.N); err != nil {
				return err
			}
			continue
		}
		if err := r.replay(tx, p); err != nil {
			return err
		}
	}
	return nil
}

// reached reports whether every number lies at or below its territoire's mark.
// A territoire that is not held here brings no rows.
func reached(numbers map[agenda.TerritoireID]int64, cursors map[agenda.TerritoireID]wire.Cursor) bool {
	for t, n := range numbers {
		if c, ok := cursors[t]; ok && c.Number < n {
			return false
		}
	}
	return true
}

// replay runs one command on the newer rows. One that no longer holds here
// stays in the queue, "à vérifier": the server judges.
func (r *Replica) replay(tx Tx, p guichet.Pending) error {
	var code agenda.Code
	err := tx.Savepoint(func() error {
		var err error
		code, err = r.counter.Replay(tx, p, layOver(tx, p))
		return err
	})
	if err != nil {
		return fmt.Errorf("replay n %d: %w", p.Command.N, err)
	}
	if code == p.State || p.Numbers != nil {
		return nil
	}
	return tx.SetState(p.Command.N, code, p.Numbers)
}

// layOver accepts the records that still miss the effect of p: all of them
// until the server has done it, then those whose image is older than its number.
func layOver(tx Tx, p guichet.Pending) func(agenda.Ref) bool {
	if p.Numbers == nil {
		return func(agenda.Ref) bool { return true }
	}
	highest := int64(0)
	for _, n := range p.Numbers {
		highest = max(highest, n)
	}
	return func(r agenda.Ref) bool {
		n, err := tx.ImageNumber(r)
		return err == nil && n < highest
	}
}

func moveCursor(cursors map[agenda.TerritoireID]wire.Cursor, mark wire.Frame) {
	m := mark.Mark
	if len(m.Scopes) == 0 && len(m.Loading) == 0 {
		delete(cursors, mark.Territoire)
		return
	}
	cursors[mark.Territoire] = wire.Cursor{
		Territoire: mark.Territoire, Epoch: m.Epoch, Number: m.To,
		Scopes: m.Scopes, Loading: m.Loading, WindowFrom: m.WindowFrom,
	}
}

// readCursors gives the cursors kept, by territoire.
func readCursors(tx Tx) (map[agenda.TerritoireID]wire.Cursor, error) {
	text, err := tx.Setting(cursorsKey)
	if err != nil {
		return nil, err
	}
	m := map[agenda.TerritoireID]wire.Cursor{}
	if text == "" {
		return m, nil
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil, fmt.Errorf("read cursors: %w", err)
	}
	return m, nil
}

func writeCursors(tx Tx, m map[agenda.TerritoireID]wire.Cursor) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return tx.SetSetting(cursorsKey, string(b))
}

// sorted lists cursors by territoire.
func sorted(m map[agenda.TerritoireID]wire.Cursor) []wire.Cursor {
	var cs []wire.Cursor
	for _, c := range m {
		cs = append(cs, c)
	}
	slices.SortFunc(cs, func(a, b wire.Cursor) int {
		if a.Territoire < b.Territoire {
			return -1
		}
		return 1
	})
	return cs
}
