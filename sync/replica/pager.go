package replica

import (
	"context"
	"errors"
	"fmt"

	"permanence/app/store"
	"permanence/sync/wire"
)

const (
	// pageMax bounds the rows of one page in memory, in bytes: a page is the
	// rows of some commits, and never cuts one.
	pageMax = 128 << 20
	// heldMax bounds those of the pages that wait to be applied together.
	heldMax = 16 << 20
	// rowsPerReplay is how many rows are worth running one pending command again.
	rowsPerReplay = 10
	// rowsOfCopy is how many rows of a first copy are written in one transaction,
	// once nobody waits for them any more.
	rowsOfCopy = 8000
)

// farther reports whether more of a first copy follows a mark, all of it after
// what a person needs today and next week.
func farther(m *wire.Mark) bool {
	for _, l := range m.Loading {
		if l.Phase <= store.PhaseNear {
			return false
		}
	}
	return len(m.Loading) > 0
}

// pager gathers frames into pages and applies them. Each application runs what
// is pending again: pages that come one behind the other wait for each other,
// as long as there are few rows for many commands. So do those of a first copy
// once the near days are in: a page written again costs more than its rows.
type pager struct {
	r       *Replica
	tally   *Tally
	first   int64 // n of the first command pushed, 0 for none
	pending int   // commands to run again at each application; 0: each page at once

	page  []wire.Frame
	size  int // of page, bytes
	held  [][]wire.Frame
	rows  int // of held
	bytes int // of held

	spoke  int  // schema of the request
	pushes int  // commands in it
	older  bool // the server is older than that: it ran none of them

	left      bool  // commands stayed behind
	ended     bool  // the answer came to its end
	asked     bool  // the server asks for the list of scopes
	elsewhere bool  // its history is another one
	next      int64 // n that it expects
	lists     []wire.Frame
	digests   []wire.Digest
}

func (p *pager) frame(ctx context.Context, f wire.Frame) error {
	switch f.T {
	case wire.TypeHello:
		p.r.noteHello(*f.Server)
		p.next, p.elsewhere = f.Server.Next, f.Server.Elsewhere
		p.r.speaks, p.r.form = min(p.r.schema, f.Server.Schema), min(p.spoke, f.Server.Schema)
		p.older = f.Server.Schema < p.spoke && p.pushes > 0
		if p.elsewhere {
			return nil
		}
		if p.first > 0 && f.Server.Next < p.first {
			return fmt.Errorf("%w: the server misses n %d, answered long ago", ErrForked, f.Server.Next)
		}
		return nil
	case wire.TypeEnd:
		p.ended = true
		if f.End != nil {
			p.asked, p.digests = f.End.Scopes, f.End.Digests
		}
		p.close() // outcomes without a mark: of an agent who holds nothing
		return p.flush(ctx)
	}
	f, ok, err := p.r.forms.Frame(f, p.r.form, p.r.schema)
	if err != nil || !ok {
		return err
	}
	if f.T == wire.TypeList {
		p.lists = append(p.lists, f)
		return nil
	}
	p.page = append(p.page, f)
	p.size += 256 + len(f.Body)
	switch {
	case f.T == wire.TypeMark:
		p.close()
		if p.bytes < heldMax && (p.rows < rowsPerReplay*p.pending || p.rows < rowsOfCopy && farther(f.Mark)) {
			return nil
		}
		return p.flush(ctx)
	case p.size > pageMax:
		return fmt.Errorf("%w: a page without end", wire.ErrTruncated)
	}
	return nil
}

// close ends the page being gathered.
func (p *pager) close() {
	if len(p.page) == 0 {
		return
	}
	p.held = append(p.held, p.page)
	p.rows, p.bytes = p.rows+len(p.page), p.bytes+p.size
	p.page, p.size = nil, 0
}

// flush applies the pages that wait, in one transaction.
func (p *pager) flush(ctx context.Context) error {
	if len(p.held) == 0 {
		return nil
	}
	var t Tally
	err := p.r.store.WriteDesk(ctx, func(tx *store.DeskTx) error {
		t = Tally{}
		return p.r.apply(tx, p.held, &t)
	})
	p.held, p.rows, p.bytes = nil, 0, 0
	if err != nil {
		return err
	}
	p.tally.Pushed += t.Pushed
	p.tally.Pulled += t.Pulled
	p.tally.Refused += t.Refused
	if p.r.onApply != nil {
		p.r.onApply(t)
	}
	return nil
}

// rest applies the whole pages that came before a line was cut by err.
func (p *pager) rest(ctx context.Context, err error) error {
	p.page = nil
	return errors.Join(err, p.flush(ctx))
}
