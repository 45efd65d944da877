package hub

import (
	"slices"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

// puts lists what a page brings, as "noun id".
func puts(rows []wire.Frame) map[agenda.Ref]bool {
	all := map[agenda.Ref]bool{}
	for _, f := range rows {
		if f.T == wire.TypePut {
			all[agenda.Ref{Noun: f.Noun, ID: f.ID}] = true
		}
	}
	return all
}

func TestNumberIsNeverCut(t *testing.T) {
	b := newBureau(t, 1)
	h := newHolding()
	b.exchange(b.device, h)
	for i := range 5 {
		b.system(b.booking(time.Duration(i)*time.Hour, b.nadia)) // an rdv and its busy time, one number
	}
	e := b.exchange(b.device, h)
	in := map[int64]int{}
	for i, p := range e.pages {
		for _, f := range p.rows {
			if was, seen := in[f.Number]; seen && was != i {
				t.Errorf("number %d is in pages %d and %d", f.Number, was, i)
			}
			in[f.Number] = i
			if f.Number > p.mark.To || f.Number <= p.mark.From {
				t.Errorf("number %d in a page from %d to %d", f.Number, p.mark.From, p.mark.To)
			}
		}
	}
	if len(e.pages) != 5 || len(in) != 5 || h.cursors[b.territoire].Number != b.head().Number {
		t.Errorf("%d pages, %d numbers", len(e.pages), len(in))
	}
}

// What a device pushed comes back before its mark, in the page that shows it.
func TestOutcomesComeBeforeTheirMark(t *testing.T) {
	b := newBureau(t, 1)
	h := newHolding()
	b.exchange(b.device, h)
	b.system(b.booking(5*time.Hour, b.nadia))
	first, second := b.booking(time.Hour, b.nadia), b.booking(2*time.Hour, b.nadia)
	e := b.exchange(b.device, h, b.command(first), b.command(second))
	heard := map[int64]bool{}
	for _, p := range e.pages {
		for _, o := range p.outcomes {
			heard[o.Numbers[b.territoire]] = true
		}
		for _, f := range p.rows {
			ours := f.ID == string(first.Rdv) || f.ID == string(second.Rdv)
			if ours && !heard[f.Number] {
				t.Errorf("%s shown before its outcome", f.ID)
			}
		}
	}
	if out := e.outcomes(); len(out) != 2 || out[0].N != 1 || out[1].N != 2 || out[0].Verdict != agenda.Applied {
		t.Errorf("outcomes %+v", out)
	}
}

func TestNothingNewIsNoPage(t *testing.T) {
	b := newBureau(t, 0)
	h := newHolding()
	b.exchange(b.device, h)
	for name, at := range map[string]*holding{"with its scopes": h, "with their hash": h.hashed()} {
		if e := b.exchange(b.device, at); len(e.pages) != 0 || e.end == nil || e.end.Scopes || len(e.hello.Heads) != 0 {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// The first copy comes in the order of its use, and is whole at its end,
// whatever changes meanwhile.
func TestNearestFirst(t *testing.T) {
	b := newBureau(t, 2)
	later, never := b.person(), b.person()
	far := b.booking(60*24*time.Hour, later)
	b.system(far)
	near := b.booking(26*time.Hour, b.nadia)
	b.system(near)
	h := newHolding()
	e := b.exchange(b.device, h)
	order := map[string]int{}
	for i, f := range e.rows() {
		if _, seen := order[f.ID]; !seen && f.T == wire.TypePut {
			order[f.ID] = i
		}
	}
	ids := []string{string(b.motif), string(near.Rdv), string(later), string(far.Rdv)}
	if !slices.IsSortedFunc(ids, func(x, y string) int { return order[x] - order[y] }) || order[string(b.nadia)] > order[string(later)] || order[string(never)] < order[string(later)] {
		t.Errorf("order %v, %d %d", ids, order[string(b.nadia)], order[string(never)])
	}
	c := h.cursors[b.territoire]
	if len(c.Loading) != 0 || c.Number != b.head().Number || e.pages[0].mark.Reset {
		t.Errorf("cursor %+v", c)
	}
}

// A first copy that is cut goes on where it stopped, and misses nothing of what
// changed in between.
func TestFirstCopyResumes(t *testing.T) {
	b := newBureau(t, 1)
	for i := range 6 {
		b.system(b.booking(time.Duration(i*24)*time.Hour, b.nadia))
	}
	h, got := newHolding(), map[agenda.Ref]bool{}
	for cut := 0; ; cut++ {
		pages := 0
		e, err := b.cutAfter(h, 2, &pages)
		for r := range puts(e.rows()) {
			got[r] = true
		}
		b.system(b.booking(time.Duration(cut+200)*24*time.Hour/10, b.nadia))
		if err == nil {
			break
		}
		if cut > 100 {
			t.Fatal("it never ends")
		}
	}
	for r := range puts(b.exchange(b.device, h).rows()) {
		got[r] = true
	}
	whole := puts(b.exchange(b.device, newHolding()).rows())
	for r := range whole {
		if !got[r] {
			t.Errorf("%s %s never came", r.Noun, r.ID)
		}
	}
	if c := h.cursors[b.territoire]; len(c.Loading) != 0 || c.Number != b.head().Number {
		t.Errorf("cursor %+v", c)
	}
}

// A right granted later brings its rows, without moving the others; one that
// is withdrawn is told, even to who holds nothing any more.
func TestScopesComeAndGo(t *testing.T) {
	b := newBureau(t, 3)
	book := b.booking(time.Hour, b.nadia)
	b.system(book)
	chloe, h := b.enrol(b.chloe), newHolding()
	if rows := puts(b.exchange(chloe, h).rows()); rows[agenda.Ref{Noun: agenda.NounRdv, ID: string(book.Rdv)}] {
		t.Fatal("reads the rdvs of another service")
	}
	b.grant(b.chloe, agenda.LevelBasic, b.service, b.other)
	h.hashed()
	if e := b.exchange(chloe, h); !e.end.Scopes || len(e.pages) != 0 {
		t.Fatalf("a hash of former rights: %+v", e)
	}
	h = newHolding()
	b.grant(b.chloe, agenda.LevelBasic, b.other)
	b.exchange(chloe, h)
	b.grant(b.chloe, agenda.LevelBasic, b.service, b.other)
	e := b.exchange(chloe, h)
	if !puts(e.rows())[agenda.Ref{Noun: agenda.NounRdv, ID: string(book.Rdv)}] || e.pages[0].mark.Reset {
		t.Errorf("granted, but %+v", e)
	}
	b.grant(b.chloe, agenda.LevelBasic, b.other)
	scope := agenda.ServiceScope(b.service, b.org)
	e = b.exchange(chloe, h)
	dropped := slices.ContainsFunc(e.rows(), func(f wire.Frame) bool { return f.T == wire.TypeScope && f.Scope == scope && !f.Add })
	if !dropped || slices.Contains(h.cursors[b.territoire].Scopes, scope) {
		t.Errorf("withdrawn, but %+v", e.rows())
	}
	b.system(&agenda.RevokeRole{Agent: b.chloe, Organisation: b.org})
	b.exchange(chloe, h)
	if len(h.cursors) != 0 {
		t.Errorf("still holds %+v", h.cursors)
	}
}

// What left, went or was erased is told as what it is.
func TestLeaveGoneErase(t *testing.T) {
	b := newBureau(t, 0)
	moved, deleted := b.booking(24*time.Hour, b.nadia), b.booking(48*time.Hour, b.nadia)
	erased := b.person()
	b.system(moved)
	b.system(deleted)
	h := newHolding()
	b.exchange(b.device, h)
	long := b.now.AddDate(-1, 0, 0)
	b.system(&agenda.MoveRdv{Rdv: moved.Rdv, From: agenda.Slot{Start: moved.Start, End: moved.End, Zone: moved.Zone, Lieu: moved.Lieu},
		To: agenda.Slot{Start: long, End: long.Add(30 * time.Minute), Zone: moved.Zone, Lieu: moved.Lieu}})
	b.system(&agenda.CancelRdv{Rdv: deleted.Rdv, By: "service"})
	b.system(&agenda.DeleteRdv{Rdv: deleted.Rdv})
	b.system(&agenda.EraseUsager{Usager: erased, Reason: "request"})
	got := map[string]wire.Type{}
	for _, f := range b.exchange(b.device, h).rows() {
		got[f.ID] = f.T
	}
	for id, want := range map[string]wire.Type{string(moved.Rdv): wire.TypeLeave, string(deleted.Rdv): wire.TypeGone, string(erased): wire.TypeErase} {
		if got[id] != want {
			t.Errorf("%s: %s, want %s", id, got[id], want)
		}
	}
	fresh := b.exchange(b.device, newHolding())
	for _, f := range fresh.rows() {
		if f.T != wire.TypePut && f.T != wire.TypeScope {
			t.Errorf("a fresh desktop is told %s %s", f.T, f.ID)
		}
	}
}

// The first of the month, the window moves without a row.
func TestMonthTurns(t *testing.T) {
	b := newBureau(t, 0)
	h := newHolding()
	b.exchange(b.device, h)
	b.now = b.now.AddDate(0, 0, 8)
	e := b.exchange(b.device, h)
	if len(e.pages) != 1 || len(e.pages[0].rows) != 0 || e.pages[0].mark.WindowFrom != "2026-09-01" {
		t.Errorf("pages %+v", e.pages)
	}
	if want := time.Date(2026, 8, 31, 22, 0, 0, 0, time.UTC); !e.pages[0].mark.WindowAt.Equal(want) {
		t.Errorf("window at %v", e.pages[0].mark.WindowAt)
	}
	if e := b.exchange(b.device, h); len(e.pages) != 0 {
		t.Errorf("told again: %+v", e.pages)
	}
}

// A cursor that leads nowhere starts again: another history, one from the
// future, one below what is remembered.
func TestReset(t *testing.T) {
	tests := map[string]func(b *bureau, h *holding){
		"another epoch": func(b *bureau, h *holding) {
			h.again = true
			b.write(func(tx *store.ServerTx) error {
				_, err := tx.NewEpoch(b.territoire)
				return err
			})
		},
		"from the future": func(b *bureau, h *holding) {
			c := h.cursors[b.territoire]
			c.Number += 1000
			h.cursors[b.territoire] = c
		},
		"below the horizon": func(b *bureau, h *holding) {
			b.system(b.booking(time.Hour, b.nadia))
			b.write(func(tx *store.ServerTx) error {
				_, err := tx.RaiseHorizon(b.territoire, b.headIn(tx))
				return err
			})
		},
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBureau(t, 0)
			h := newHolding()
			before := len(puts(b.exchange(b.device, h).rows()))
			spoil(b, h)
			h.hashed()
			e := b.exchange(b.device, h)
			if len(e.pages) == 0 || !e.pages[0].mark.Reset || len(puts(e.rows())) < before {
				t.Errorf("%d rows before, now %+v", before, e)
			}
		})
	}
}

func (b *bureau) headIn(tx *store.ServerTx) int64 {
	h, err := tx.Head(b.territoire)
	if err != nil {
		b.t.Fatal(err)
	}
	return h.Number
}
