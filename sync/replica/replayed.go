package replica

import (
	"bytes"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/wire"
)

// replayed is what the last replay left. While it holds, the pending commands
// show what running them again would: none of them was added, answered or
// emptied, nothing that they went by has changed, and hardly any time has passed.
type replayed struct {
	trace   *guichet.Trace
	queue   []store.Queued
	cursors map[agenda.TerritoireID]wire.Cursor
	at      time.Time
}

// rulesHold is how long a rule that looks at the clock answers the same, near
// enough: the next page after it runs the commands again.
const rulesHold = 10 * time.Minute

// resume takes up what the last replay left, at the start of a transaction, if
// nobody else has applied a page since.
func (r *Replica) resume(tx *store.DeskTx, cursors map[agenda.TerritoireID]wire.Cursor) {
	r.stands = r.last
	if r.stands == nil {
		return
	}
	same := len(cursors) == len(r.stands.cursors)
	for t, c := range cursors {
		was := r.stands.cursors[t]
		same = same && c.Epoch == was.Epoch && c.Number == was.Number && c.WindowFrom == was.WindowFrom && slices.Equal(c.Loading, was.Loading) && slices.Equal(c.Scopes, was.Scopes)
	}
	if !same {
		r.stands = nil
		return
	}
	tx.Heed(func(rec agenda.Record) {
		if r.stands != nil && r.stands.trace.Knows(rec) {
			r.stands = nil
		}
	})
}

// notPuts forgets what the last replay left when frames bring more than records
// that are read as before.
func (r *Replica) notPuts(frames []wire.Frame) {
	if slices.ContainsFunc(frames, func(f wire.Frame) bool {
		return f.T != wire.TypeMark && (f.T != wire.TypePut || f.Again) || f.T == wire.TypeMark && f.Mark.Reset
	}) {
		r.stands = nil
	}
}

// still reports whether the queue is the one that the last replay left, soon
// after it.
func (r *replayed) still(queue []store.Queued, now time.Time) bool {
	return r != nil && now.Sub(r.at).Abs() < rulesHold && slices.EqualFunc(r.queue, queue, func(was, is store.Queued) bool {
		return was.Command.N == is.Command.N && was.Command.ID == is.Command.ID && was.Beyond == is.Beyond &&
			bytes.Equal(was.Raw, is.Raw) && bytes.Equal(was.Outcome, is.Outcome)
	})
}
