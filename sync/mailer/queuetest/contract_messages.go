package queuetest

import (
	"errors"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/mailer"
)

const (
	home  = "nadia.haddad@example.org"
	other = "n.haddad@example.org"
)

func sent() mailer.Result {
	return mailer.Result{State: agenda.RecuSent, Attempt: 1, At: Now()}
}

func told(t *testing.T, h House) {
	first := toldLine(0, home)
	commit(t, h, nil, message(1, nil, first))
	r := view(t, h)
	if len(r.Standings) != 1 || !sameTold(r.Standings[0].Told, first) || r.Standings[0].Before != nil || len(r.Standings[0].Unsent) != 1 {
		t.Fatalf("standings %+v", r.Standings)
	}
	h.Note(Fixture(), Now())
	follow(t, h)
	no(t, h.Commit(t.Context(), take(t, h), mailer.Settlement{Told: map[agenda.UsagerID]*mailer.Told{Nadia: nil}}))
	if r := view(t, h); len(r.Standings) != 0 {
		t.Errorf("erased, but %+v", r.Standings)
	}
}

func sameTold(a, b mailer.Told) bool {
	times := a.Start.Equal(b.Start) && a.End.Equal(b.End)
	a.Start, a.End, b.Start, b.End = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return times && a == b
}

func lanes(t *testing.T, h House) {
	first, second, elsewhere := toldLine(0, home), toldLine(1, home), toldLine(1, other)
	commit(t, h, nil, message(1, nil, first))
	commit(t, h, nil, message(2, &first, second))
	commit(t, h, nil, message(3, &second, elsewhere))
	m, ok := takeMessage(t, h, Now())
	if !ok || m.ID != message(1, nil, first).ID || m.Parcel.To != home || string(m.Parcel.Raw) != "corps" || !m.Start.Equal(Fixture().Rdv.Start) {
		t.Fatalf("first %+v", m)
	}
	if m, ok = takeMessage(t, h, Now()); !ok || m.Parcel.To != other {
		t.Fatalf("another address waits for nobody: %+v", m)
	}
	if m, ok = takeMessage(t, h, Now()); ok {
		t.Fatalf("overtaken by %+v", m)
	}
	no(t, h.Result(t.Context(), message(1, nil, first).ID, mailer.Result{State: agenda.RecuWaiting, Reason: "smtp_450", Attempt: 1, At: Now(), Next: Now().Add(time.Hour)}))
	if m, ok = takeMessage(t, h, Now()); ok {
		t.Fatalf("overtaken between two tries by %+v", m)
	}
	later := Now().Add(time.Hour)
	if m, ok = takeMessage(t, h, later); !ok || m.Attempt != 1 {
		t.Fatalf("second try %+v", m)
	}
	no(t, h.Result(t.Context(), m.ID, sent()))
	if m, ok = takeMessage(t, h, later); !ok || m.ID != message(2, nil, second).ID {
		t.Fatalf("then %+v", m)
	}
}

func leases(t *testing.T, h House) {
	commit(t, h, nil, message(1, nil, toldLine(0, home)))
	for _, at := range []struct {
		after time.Duration
		taken bool
	}{{0, true}, {59 * time.Second, false}, {time.Minute, true}} {
		if _, ok := takeMessage(t, h, Now().Add(at.after)); ok != at.taken {
			t.Errorf("after %v: taken %v", at.after, ok)
		}
	}
}

func withdrawal(t *testing.T, h House) {
	first, second := toldLine(0, home), toldLine(1, home)
	commit(t, h, nil, message(1, nil, first))
	commit(t, h, nil, message(2, &first, second))
	s := view(t, h).Standings[0]
	if len(s.Unsent) != 2 || s.Unsent[0] != message(1, nil, first).ID || s.Before != nil {
		t.Fatalf("standing %+v", s)
	}
	commit(t, h, s.Unsent, message(3, nil, second))
	if m, ok := takeMessage(t, h, Now()); !ok || m.ID != message(3, nil, second).ID {
		t.Errorf("left %+v", m)
	}
	for _, r := range h.Recus()[:2] {
		if r.State != agenda.RecuDropped || r.Reason != "superseded" {
			t.Errorf("receipt %+v", r)
		}
	}
	if n := h.Bodies(); n != 1 {
		t.Errorf("%d bodies", n)
	}
}

func taken(t *testing.T, h House) {
	first := toldLine(0, home)
	commit(t, h, nil, message(1, nil, first))
	unsent := view(t, h).Standings[0].Unsent
	takeMessage(t, h, Now())
	if s := view(t, h).Standings[0]; len(s.Unsent) != 0 {
		t.Errorf("a message on its way can be withdrawn: %+v", s)
	}
	h.Note(Fixture(), Now())
	follow(t, h)
	err := h.Commit(t.Context(), take(t, h), mailer.Settlement{Withdraw: unsent, Messages: []mailer.Message{message(2, nil, first)}})
	if !errors.Is(err, mailer.ErrTaken) {
		t.Fatalf("Commit = %v, want ErrTaken", err)
	}
	if n := h.Bodies(); n != 1 {
		t.Errorf("%d messages: something of a refused commit was kept", n)
	}
}

func failure(t *testing.T, h House) {
	first, second := toldLine(0, home), toldLine(1, home)
	commit(t, h, nil, message(1, nil, first))
	m, _ := takeMessage(t, h, Now())
	no(t, h.Result(t.Context(), m.ID, sent()))
	commit(t, h, nil, message(2, &first, second))
	m, _ = takeMessage(t, h, Now())
	no(t, h.Result(t.Context(), m.ID, mailer.Result{State: agenda.RecuFailed, Reason: "smtp_550", Attempt: 1, At: Now()}))
	if s := view(t, h).Standings; len(s) != 1 || !sameTold(s[0].Told, first) {
		t.Errorf("what failed was told: %+v", s)
	}
	if r := h.Recus()[1]; r.State != agenda.RecuFailed || r.Reason != "smtp_550" || r.Attempt != 1 {
		t.Errorf("receipt %+v", r)
	}
}

func doubt(t *testing.T, h House) {
	commit(t, h, nil, message(1, nil, toldLine(0, home)))
	m, _ := takeMessage(t, h, Now())
	doubtful := mailer.Result{State: agenda.RecuWaiting, Reason: "cut", Attempt: 1, At: Now(), Next: Now().Add(time.Minute), Doubtful: true}
	no(t, h.Result(t.Context(), m.ID, doubtful))
	if s := view(t, h).Standings[0]; len(s.Unsent) != 0 {
		t.Errorf("what may have been read can be withdrawn: %+v", s)
	}
	later := Now().Add(time.Minute)
	m, _ = takeMessage(t, h, later)
	no(t, h.Result(t.Context(), m.ID, mailer.Result{State: agenda.RecuWaiting, Reason: "smtp_450", Attempt: 2, At: later, Next: later.Add(time.Minute)}))
	if s := view(t, h).Standings[0]; len(s.Unsent) != 0 {
		t.Errorf("a doubt does not go away: %+v", s)
	}
	m, _ = takeMessage(t, h, later.Add(time.Minute))
	no(t, h.Result(t.Context(), m.ID, mailer.Result{State: agenda.RecuDropped, Reason: "began", Attempt: 2, At: later}))
	if s := view(t, h).Standings; len(s) != 1 || !sameTold(s[0].Told, toldLine(0, home)) {
		t.Errorf("what may have been read counts as told: %+v", s)
	}
}

// lostLease: who took the message died with it, perhaps once it had left.
func lostLease(t *testing.T, h House) {
	commit(t, h, nil, message(1, nil, toldLine(0, home)))
	takeMessage(t, h, Now())
	later := Now().Add(time.Minute)
	m, ok := takeMessage(t, h, later)
	if !ok {
		t.Fatal("the lease never ends")
	}
	no(t, h.Result(t.Context(), m.ID, mailer.Result{State: agenda.RecuWaiting, Reason: "connect", Attempt: 1, At: later, Next: later.Add(time.Minute)}))
	if s := view(t, h).Standings[0]; len(s.Unsent) != 0 {
		t.Errorf("what may have left can be withdrawn: %+v", s)
	}
}

func blanked(t *testing.T, h House) {
	commit(t, h, nil, message(1, nil, toldLine(0, home)))
	if n := h.Bodies(); n != 1 {
		t.Errorf("%d bodies before", n)
	}
	m, _ := takeMessage(t, h, Now())
	no(t, h.Result(t.Context(), m.ID, sent()))
	if n := h.Bodies(); n != 0 {
		t.Errorf("%d bodies after delivery", n)
	}
	if r := h.Recus()[0]; r.State != agenda.RecuSent || r.Attempt != 1 {
		t.Errorf("receipt %+v", r)
	}
}

func blocked(t *testing.T, h House) {
	commit(t, h, nil, message(1, nil, toldLine(0, home)))
	h.Note(Fixture(), Now())
	follow(t, h)
	waits := agenda.Recu{ID: message(2, nil, toldLine(0, home)).ID, Rdv: TheRdv, Usager: Karim, Channel: "mail", Kind: "request", State: agenda.RecuWaiting, Reason: "no_mailbox", At: Now()}
	no(t, h.Commit(t.Context(), take(t, h), mailer.Settlement{Recus: []agenda.Recu{waits}}))
	if b := view(t, h).Blocked; len(b) != 1 || b[0].ID != waits.ID || b[0].Usager != Karim || b[0].Reason != "no_mailbox" {
		t.Errorf("blocked %+v", b)
	}
	waits.State, waits.Reason = agenda.RecuDropped, "superseded"
	h.Note(Fixture(), Now())
	follow(t, h)
	no(t, h.Commit(t.Context(), take(t, h), mailer.Settlement{Recus: []agenda.Recu{waits}}))
	if b := view(t, h).Blocked; len(b) != 0 || len(h.Recus()) != 2 {
		t.Errorf("blocked %+v, receipts %+v", b, h.Recus())
	}
}
