package queuetest

import (
	"fmt"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/mailer"
)

// House is a store with the side doors that the contract needs.
type House interface {
	mailer.Store
	// Note writes an Rdv with all that its view names, and notes it in the
	// territoire's ledger at that instant.
	Note(v mailer.View, at time.Time)
	// NoteOther draws a number of the territoire for something that is no Rdv.
	NoteOther(t agenda.TerritoireID, at time.Time)
	// Recus gives the receipts of messages, in the order they were written.
	Recus() []agenda.Recu
	// Bodies counts the messages whose text or address is still kept.
	Bodies() int
}

// Contract is what every mailer.Store must do. open gives an empty house.
func Contract(t *testing.T, open func(t *testing.T) House) {
	parts := map[string]func(*testing.T, House){
		"pages": pages, "bookmark": bookmark, "due": due, "newer change": newerChange, "again": again,
		"told": told, "lanes": lanes, "leases": leases, "withdrawal": withdrawal, "taken": taken,
		"failure": failure, "doubt": doubt, "lost lease": lostLease, "blanked": blanked, "blocked": blocked,
	}
	for name, part := range parts {
		t.Run(name, func(t *testing.T) { part(t, open(t)) })
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func no(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// follow passes the ledger and makes everything due at once.
func follow(t *testing.T, h House) {
	t.Helper()
	for {
		p := must[mailer.Page](t)(h.Changes(t.Context(), 100))
		if p.To == p.From {
			return
		}
		var lines []mailer.Due
		for _, c := range p.Changes {
			lines = append(lines, mailer.Due{Rdv: c.Rdv, Number: c.Number, At: c.At})
		}
		no(t, h.SetDue(t.Context(), p, lines))
	}
}

// take leases the line that is due now, and demands that there is one.
func take(t *testing.T, h House) mailer.Due {
	t.Helper()
	d, ok, err := h.TakeDue(t.Context(), Now(), Now().Add(time.Minute))
	if err != nil || !ok {
		t.Fatalf("nothing due: %v", err)
	}
	return d
}

// message makes a message of the fixture's Rdv.
func message(n int, before *mailer.Told, after mailer.Told) mailer.Message {
	return mailer.Message{
		ID:  agenda.RecuID(fmt.Sprintf("01930000-0000-7000-a000-%012d", n)),
		Rdv: TheRdv, Usager: after.Usager, Kind: mailer.Booked, Start: Fixture().Rdv.Start,
		Parcel: mailer.Parcel{From: "rdv@montrelay.example.org", To: after.Address, Raw: []byte("corps")},
		Before: before, After: after,
	}
}

func toldLine(n int, address string) mailer.Told {
	start := Fixture().Rdv.Start
	return mailer.Told{Usager: Nadia, Method: mailer.Request, Sequence: n, Start: start, End: start.Add(time.Hour), Zone: "Europe/Paris", Address: address}
}

// commit keeps messages and what they tell, with their receipts.
func commit(t *testing.T, h House, withdraw []agenda.RecuID, messages ...mailer.Message) {
	t.Helper()
	h.Note(Fixture(), Now())
	follow(t, h)
	s := mailer.Settlement{Told: map[agenda.UsagerID]*mailer.Told{}, Withdraw: withdraw, Messages: messages}
	for _, m := range messages {
		s.Told[m.Usager] = &m.After
		s.Recus = append(s.Recus, agenda.Recu{ID: m.ID, Rdv: m.Rdv, Usager: m.Usager, Channel: "mail", Kind: "request", State: agenda.RecuWaiting, At: Now()})
	}
	no(t, h.Commit(t.Context(), take(t, h), s))
}

func takeMessage(t *testing.T, h House, now time.Time) (mailer.Message, bool) {
	t.Helper()
	m, ok, err := h.TakeMessage(t.Context(), now, now.Add(time.Minute))
	no(t, err)
	return m, ok
}

func view(t *testing.T, h House) mailer.Reading {
	t.Helper()
	r, ok, err := h.RdvView(t.Context(), TheRdv)
	if err != nil || !ok {
		t.Fatalf("no view: %v", err)
	}
	return r
}

func pages(t *testing.T, h House) {
	for range 3 {
		h.NoteOther(TheTerritoire, Now())
	}
	h.Note(Fixture(), Now())
	p := must[mailer.Page](t)(h.Changes(t.Context(), 2))
	if p.Territoire != TheTerritoire || p.From != 0 || p.To != 2 || len(p.Changes) != 0 {
		t.Errorf("first page %+v", p)
	}
	no(t, h.SetDue(t.Context(), p, nil))
	p = must[mailer.Page](t)(h.Changes(t.Context(), 100))
	if p.From != 2 || p.To != 4 || len(p.Changes) != 1 {
		t.Fatalf("second page %+v", p)
	}
	if c := p.Changes[0]; c.Rdv != TheRdv || c.Number != 4 || !c.At.Equal(Now()) || !c.Start.Equal(Fixture().Rdv.Start) {
		t.Errorf("change %+v", c)
	}
	no(t, h.SetDue(t.Context(), p, nil))
	if p = must[mailer.Page](t)(h.Changes(t.Context(), 100)); p.From != p.To || len(p.Changes) > 0 {
		t.Errorf("after the end: %+v", p)
	}
}

func bookmark(t *testing.T, h House) {
	h.Note(Fixture(), Now())
	p := must[mailer.Page](t)(h.Changes(t.Context(), 100))
	lines := []mailer.Due{{Rdv: TheRdv, Number: 1, At: Now()}}
	no(t, h.SetDue(t.Context(), p, lines))
	no(t, h.Commit(t.Context(), take(t, h), mailer.Settlement{}))
	no(t, h.SetDue(t.Context(), p, lines)) // a slower process, with the same page
	if d, ok, err := h.TakeDue(t.Context(), Now(), Now().Add(time.Minute)); ok || err != nil {
		t.Errorf("the page was passed twice: %+v, %v", d, err)
	}
}

func due(t *testing.T, h House) {
	h.Note(Fixture(), Now())
	p := must[mailer.Page](t)(h.Changes(t.Context(), 100))
	no(t, h.SetDue(t.Context(), p, []mailer.Due{{Rdv: TheRdv, Number: 1, At: Now().Add(time.Minute)}}))
	for _, at := range []struct {
		after time.Duration
		taken bool
	}{{59 * time.Second, false}, {time.Minute, true}, {61 * time.Second, false}, {2 * time.Minute, true}} {
		now := Now().Add(at.after)
		if _, ok, err := h.TakeDue(t.Context(), now, now.Add(time.Minute)); ok != at.taken || err != nil {
			t.Errorf("after %v: taken %v, %v", at.after, ok, err)
		}
	}
}

func newerChange(t *testing.T, h House) {
	h.Note(Fixture(), Now())
	follow(t, h)
	first := take(t, h)
	h.Note(Fixture(), Now())
	follow(t, h)
	no(t, h.Commit(t.Context(), first, mailer.Settlement{}))
	if second := take(t, h); second.Number != 2 {
		t.Errorf("left %+v", second)
	}
}

func again(t *testing.T, h House) {
	h.Note(Fixture(), Now())
	follow(t, h)
	no(t, h.Commit(t.Context(), take(t, h), mailer.Settlement{Again: Now().Add(time.Hour)}))
	for after, want := range map[time.Duration]bool{59 * time.Minute: false, time.Hour: true} {
		now := Now().Add(after)
		if _, ok, err := h.TakeDue(t.Context(), now, now); ok != want || err != nil {
			t.Errorf("after %v: taken %v, %v", after, ok, err)
		}
	}
}
