package hub

import (
	"context"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

// lost is a bureau where Thomas booked offline while he was of the service, and
// was moved to another one before his desktop came back.
type lost struct {
	*bureau
	thomas agenda.AgentID
	his    Device
	held   *holding
	book   *agenda.BookRdv
}

func newLost(t *testing.T) *lost {
	t.Helper()
	l := &lost{bureau: newBureau(t, 0), held: newHolding()}
	l.thomas = id[agenda.AgentID](l.bureau)
	l.hire(l.thomas, agenda.LevelBasic, l.service)
	l.his = l.enrol(l.thomas)
	l.exchange(l.his, l.held)
	l.book = l.booking(26*time.Hour, l.nadia)
	l.now = l.now.Add(time.Hour)
	l.grant(l.thomas, agenda.LevelBasic, l.other)
	return l
}

// his pushes Thomas's n-th command, given before he lost the right to it.
func (l *lost) push(n int64, a agenda.Args) wire.Outcome {
	l.t.Helper()
	c := agenda.NewCommand(id[string](l.bureau), l.now.Add(-2*time.Hour), a)
	c.Device, c.N = l.his.ID, n
	out := l.exchange(l.his, l.held, c).outcomes()
	if len(out) == 0 {
		l.t.Fatalf("%s: no outcome", a.CommandName())
	}
	return out[len(out)-1]
}

func (l *lost) conflits(r agenda.Ref) []*agenda.Conflit {
	l.t.Helper()
	var open []*agenda.Conflit
	if err := l.db.Read(context.Background(), func(v *store.View) error {
		open = v.Conflits(r)
		return v.Err()
	}); err != nil {
		l.t.Fatal(err)
	}
	return open
}

// kept gives the conflit that keeps Thomas's command aside.
func (l *lost) kept() *agenda.Conflit {
	l.t.Helper()
	open := l.conflits(agenda.Ref{Noun: agenda.NounOrganisation, ID: string(l.org)})
	if len(open) != 1 || open[0].Code != agenda.ConflitQuarantined || open[0].Wanted["agent"] != string(l.thomas) || open[0].Wanted["name"] != "BookRdv" {
		l.t.Fatalf("conflits = %+v, want one quarantined", open)
	}
	return open[0]
}

func (l *lost) rdv() *agenda.Rdv {
	l.t.Helper()
	var r *agenda.Rdv
	if err := l.db.Read(context.Background(), func(v *store.View) error {
		r, _ = agenda.Get[*agenda.Rdv](v, agenda.NounRdv, string(l.book.Rdv))
		return v.Err()
	}); err != nil {
		l.t.Fatal(err)
	}
	return r
}

// Row 16: what was entered by somebody whose right was withdrawn meanwhile waits
// for the organisation's word, and its author hears of it.
func TestRightLostWhileOffline(t *testing.T) {
	l := newLost(t)
	if out := l.push(1, l.book); out.Verdict != agenda.Waiting || out.Code != agenda.CodeQuarantined {
		t.Fatalf("outcome = %+v, want waiting, quarantined", out)
	}
	if l.rdv() != nil {
		t.Fatal("the rdv is taken before anybody accepted it")
	}
	k := l.kept()
	l.held.waiting, l.held.acked = []int64{1}, 1
	desk := newHolding()
	if rows := l.exchange(l.device, desk).rows(); !brings(rows, agenda.RefOf(k)) {
		t.Error("an admin does not receive what waits for them")
	}
	colleague := id[agenda.AgentID](l.bureau)
	l.hire(colleague, agenda.LevelBasic, l.service)
	if rows := l.exchange(l.enrol(colleague), newHolding()).rows(); brings(rows, agenda.RefOf(k)) {
		t.Error("a basic agent receives what waits for the admins")
	}
	out := l.exchange(l.device, desk, l.command(&agenda.SettleWaiting{Conflit: k.ID, Accept: true})).outcomes()
	if len(out) != 1 || out[0].Verdict != agenda.Applied {
		t.Fatalf("accepting = %+v", out)
	}
	if r := l.rdv(); r == nil || r.CreatedBy.Agent != l.thomas || len(l.conflits(agenda.RefOf(r))) != 0 {
		t.Errorf("rdv = %+v, want Thomas's", r)
	}
	final := l.exchange(l.his, l.held).outcomes()
	if len(final) != 1 || final[0].N != 1 || final[0].Verdict != agenda.Applied || len(final[0].Numbers) == 0 {
		t.Errorf("the author hears %+v, want applied", final)
	}
}

func TestRightLostAndRejected(t *testing.T) {
	l := newLost(t)
	l.push(1, l.book)
	k := l.kept()
	l.held.waiting, l.held.acked = []int64{1}, 1
	desk := newHolding()
	l.exchange(l.device, desk)
	if out := l.exchange(l.device, desk, l.command(&agenda.CloseConflit{Conflit: k.ID, Choice: "keep"})).outcomes(); out[0].Verdict != agenda.Refused {
		t.Errorf("put aside without an answer: %+v", out)
	}
	l.exchange(l.device, desk, l.command(&agenda.SettleWaiting{Conflit: k.ID}))
	final := l.exchange(l.his, l.held).outcomes()
	if len(final) != 1 || final[0].Verdict != agenda.Refused || final[0].Code != codeRejected || l.rdv() != nil {
		t.Errorf("the author hears %+v, want refused, rejected", final)
	}
}

// What follows a command that waits, waits too, and runs after it.
func TestWhatFollowsWaitsToo(t *testing.T) {
	l := newLost(t)
	l.push(1, l.book)
	k := l.kept()
	move := &agenda.MoveRdv{Rdv: l.book.Rdv, From: agenda.Slot{Start: l.book.Start, End: l.book.End, Zone: l.book.Zone, Lieu: l.lieu},
		To: agenda.Slot{Start: l.book.Start.Add(time.Hour), End: l.book.End.Add(time.Hour), Zone: l.book.Zone, Lieu: l.lieu}}
	if out := l.push(2, move); out.Verdict != agenda.Waiting {
		t.Fatalf("outcome = %+v, want waiting", out)
	}
	if out := l.push(3, &agenda.CancelRdv{Rdv: id[agenda.RdvID](l.bureau), By: "service"}); out.Verdict != agenda.Refused {
		t.Errorf("what follows nothing: %+v", out)
	}
	desk := newHolding()
	l.exchange(l.device, desk)
	l.exchange(l.device, desk, l.command(&agenda.SettleWaiting{Conflit: k.ID, Accept: true}))
	open := l.conflits(agenda.Ref{Noun: agenda.NounOrganisation, ID: string(l.org)})
	if len(open) != 1 || open[0].Wanted["name"] != "MoveRdv" {
		t.Fatalf("still waiting = %+v", open)
	}
	l.exchange(l.device, desk, l.command(&agenda.SettleWaiting{Conflit: open[0].ID, Accept: true}))
	if r := l.rdv(); r == nil || !r.Start.Equal(move.To.Start) {
		t.Errorf("rdv = %+v", r)
	}
}

func TestRightNeverHad(t *testing.T) {
	l := newLost(t)
	stranger := id[agenda.AgentID](l.bureau)
	l.hire(stranger, agenda.LevelBasic, l.other)
	d := l.enrol(stranger)
	c := agenda.NewCommand(id[string](l.bureau), l.now, l.book)
	c.Device, c.N = d.ID, 1
	if out := l.exchange(d, newHolding(), c).outcomes(); out[0].Verdict != agenda.Refused || out[0].Code != agenda.CodeForbidden {
		t.Errorf("outcome = %+v, want refused, forbidden", out)
	}
}

// A person erased while their command waits takes it with them.
func TestErasedWhileWaiting(t *testing.T) {
	l := newLost(t)
	l.push(1, l.book)
	k := l.kept()
	l.held.waiting, l.held.acked = []int64{1}, 1
	l.system(&agenda.EraseUsager{Usager: l.nadia, Reason: "request"})
	if open := l.conflits(agenda.Ref{Noun: agenda.NounOrganisation, ID: string(l.org)}); len(open) != 0 {
		t.Errorf("%s still waits: %+v", k.ID, open)
	}
	final := l.exchange(l.his, l.held).outcomes()
	if len(final) != 1 || final[0].Verdict != agenda.Refused || final[0].Code != agenda.CodeErased {
		t.Errorf("the author hears %+v, want refused, erased", final)
	}
}

func brings(frames []wire.Frame, r agenda.Ref) bool {
	for _, f := range frames {
		if f.T == wire.TypePut && f.Noun == r.Noun && f.ID == r.ID {
			return true
		}
	}
	return false
}
