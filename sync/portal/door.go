package portal

import (
	"context"
	"time"

	"permanence/app/agenda"
	"permanence/sync/access"
)

// Door is how the pages reach the agenda. The session is the one that the
// guard proved from the link: it opens one rdv to one usager.
type Door interface {
	// Rdv reads the rdv of the session, or access.ErrUnknown when it is no more
	// or the usager takes no part in it any longer.
	Rdv(ctx context.Context, s access.Session) (View, error)
	// Cancel withdraws the session's usager and the proches they answer for: the
	// whole rdv when nobody else takes part. It refuses (*agenda.Refusal) with
	// AlreadyCancelled, TooLate, NotCancellable or NotFound.
	Cancel(ctx context.Context, s access.Session) error
}

// View is an rdv as one usager may see it.
type View struct {
	Rdv          agenda.Rdv
	Motif        agenda.Motif
	Organisation agenda.Organisation
	Lieu         *agenda.Lieu // nil: phone, visio or home
	Agents       []agenda.Agent
	// Usagers are the session's usager and the proches they answer for, those who
	// take part, in their order. Nobody else's name is ever in it.
	Usagers []agenda.Usager
}

// state is what the page says first.
type state string

const (
	open      state = "open"      // to come, can be cancelled here
	late      state = "late"      // to come, too late to cancel here
	closed    state = "closed"    // to come, never cancelled online
	past      state = "past"      // begun
	excused   state = "excused"   // cancelled by the usager
	withdrawn state = "withdrawn" // cancelled by the service
)

// stateOf foretells at now what the counter will decide.
func stateOf(v View, now time.Time) state {
	switch status := v.status(); {
	case status == agenda.StatusExcused:
		return excused
	case status == agenda.StatusRevoked:
		return withdrawn
	case !v.Rdv.Start.After(now) || status != agenda.StatusUnknown:
		return past
	case v.Motif.NoCancel || v.Motif.Visibility == agenda.Invisible:
		return closed
	case !now.Before(v.deadline()):
		return late
	}
	return open
}

// deadline is the instant from which it is too late to cancel online.
func (v View) deadline() time.Time { return v.Rdv.Start.Add(-v.Organisation.CancelNotice()) }

// status is that of the link's people: cancelled only when it is so for all.
func (v View) status() agenda.Status {
	s := v.Rdv.Status
	for _, u := range v.Usagers {
		if s = v.Rdv.StatusOf(u.ID); !s.Cancelled() {
			return s
		}
	}
	return s
}
