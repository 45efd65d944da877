package mailer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"permanence/app/agenda"
)

// Reasons of receipts whose mail was not handed to a relay.
const (
	reasonNoMailbox  = "no_mailbox"  // the organisation has no address of its own
	reasonBadAddress = "bad_address" // the usager's cannot be written to
	reasonBegan      = "began"
	reasonSuperseded = "superseded" // there is nothing left to say
)

// write composes the letters into a settlement. Without a mailbox of the
// organisation nothing leaves: receipts say so, and the Rdv is looked at again.
func (r *Runner) write(ctx context.Context, reading Reading, letters []Letter, now time.Time) (Settlement, error) {
	s := Settlement{Told: map[agenda.UsagerID]*Told{}}
	blocked := slices.Clone(reading.Blocked)
	_, err := reading.Mailbox()
	closed := err != nil && len(letters) > 0
	if closed {
		s.Again = now.Add(10 * time.Minute)
	}
	for _, l := range letters {
		if closed {
			blocked = r.hold(&s, blocked, reading, l, now)
			continue
		}
		if blocked, err = r.enqueue(ctx, &s, blocked, reading, l, now); err != nil {
			return Settlement{}, err
		}
	}
	s.Recus = append(s.Recus, unreachable(reading.View, now)...)
	for _, left := range blocked {
		s.Recus = append(s.Recus, abandoned(left, reading.Rdv, now))
	}
	return s, nil
}

// enqueue writes one letter. It takes over the receipt that waited for it, so
// that one mail has one receipt.
func (r *Runner) enqueue(ctx context.Context, s *Settlement, blocked []agenda.Recu, reading Reading, l Letter, now time.Time) ([]agenda.Recu, error) {
	m, err := r.message(ctx, reading.View, l, now)
	if err != nil {
		return nil, err
	}
	m.ID = agenda.RecuID(r.newID())
	if i := waitingFor(blocked, l); i >= 0 {
		m.ID = blocked[i].ID
		blocked = slices.Delete(blocked, i, i+1)
	}
	after := l.After
	s.Messages = append(s.Messages, m)
	s.Recus = append(s.Recus, recu(m.ID, reading.Rdv, l, agenda.RecuWaiting, "", now))
	s.Told[after.Usager] = &after
	return blocked, nil
}

// hold leaves a receipt in place of the letter, unless it is already there.
func (r *Runner) hold(s *Settlement, blocked []agenda.Recu, reading Reading, l Letter, now time.Time) []agenda.Recu {
	if i := waitingFor(blocked, l); i >= 0 {
		return slices.Delete(blocked, i, i+1)
	}
	s.Recus = append(s.Recus, recu(agenda.RecuID(r.newID()), reading.Rdv, l, agenda.RecuWaiting, reasonNoMailbox, now))
	return blocked
}

func waitingFor(blocked []agenda.Recu, l Letter) int {
	return slices.IndexFunc(blocked, func(b agenda.Recu) bool { return b.Usager == l.To.Usager && b.Kind == l.Kind.recu() })
}

// abandoned closes a receipt whose mail will not be written any more.
func abandoned(b agenda.Recu, rdv agenda.Rdv, now time.Time) agenda.Recu {
	b.State, b.Reason, b.At = agenda.RecuDropped, reasonSuperseded, now
	if !rdv.Start.After(now) {
		b.Reason = reasonBegan
	}
	return b
}

func (r *Runner) message(ctx context.Context, v View, l Letter, now time.Time) (Message, error) {
	link := ""
	if l.Kind.linked() {
		var err error
		if link, err = r.links.Link(ctx, v.Rdv.ID, l.To.Usager); err != nil {
			return Message{}, fmt.Errorf("link to rdv %s: %w", v.Rdv.ID, err)
		}
	}
	parcel, err := r.post.Compose(l, v, link, now)
	if err != nil {
		return Message{}, err
	}
	return Message{
		Rdv: v.Rdv.ID, Usager: l.To.Usager, Kind: l.Kind,
		Parcel: parcel, Start: v.Rdv.Start, Before: l.Before, After: l.After,
	}, nil
}

// unreachable gives a receipt for each person whose address is none. Its id
// depends only on the person and the Rdv, so that looking again adds nothing.
func unreachable(v View, now time.Time) []agenda.Recu {
	var recus []agenda.Recu
	for _, to := range Recipients(v) {
		_, err := Address(to.Email)
		if err == nil || to.Email == "" || to.Silent || v.Rdv.Cancelled() || !v.Rdv.Start.After(now) || v.Motif.Visibility != agenda.VisibleNotified {
			continue
		}
		id := agenda.RecuID(agenda.DeriveID(nil, reasonBadAddress, string(v.Rdv.ID), string(to.Usager)))
		recus = append(recus, recu(id, v.Rdv, Letter{Kind: Booked, To: to}, agenda.RecuFailed, reasonBadAddress, now))
	}
	return recus
}

// recu is the receipt of a letter: never an address, never a word of it.
func recu(id agenda.RecuID, rdv agenda.Rdv, l Letter, state agenda.RecuState, reason string, now time.Time) agenda.Recu {
	return agenda.Recu{ID: id, Rdv: rdv.ID, Usager: l.To.Usager, Channel: "mail", Kind: l.Kind.recu(), State: state, Reason: reason, At: now}
}

// recu names the kind as receipts do.
func (k Kind) recu() string {
	switch k {
	case Booked:
		return "request"
	case Changed:
		return "update"
	}
	return "cancel"
}
