package server

import (
	"context"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/portal"
)

// pages reads and cancels for the usagers' pages.
type pages struct {
	db      *store.DB
	counter *guichet.Counter
	now     func() time.Time
}

func (p pages) Rdv(ctx context.Context, s access.Session) (portal.View, error) {
	return find(ctx, p.db, func(v *store.View) (portal.View, error) {
		r, ans := agenda.Get[*agenda.Rdv](v, agenda.NounRdv, string(s.Rdv))
		if ans != agenda.Yes {
			return portal.View{}, store.ErrUnknown
		}
		theirs := agenda.AnsweredFor(v, r, s.Usager)
		if len(theirs) == 0 {
			return portal.View{}, store.ErrUnknown
		}
		mail := viewOf(v, r, nil)
		out := portal.View{Rdv: mail.Rdv, Motif: mail.Motif, Organisation: mail.Organisation, Lieu: mail.Lieu, Agents: mail.Agents}
		for _, id := range theirs {
			out.Usagers = append(out.Usagers, mail.Usagers[id])
		}
		return out, nil
	})
}

// Cancel withdraws everybody the usager answers for; the whole Rdv when nobody
// else takes part.
func (p pages) Cancel(ctx context.Context, s access.Session) error {
	return p.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		r, ans := agenda.Get[*agenda.Rdv](tx, agenda.NounRdv, string(s.Rdv))
		if ans != agenda.Yes {
			return agenda.Refuse(agenda.CodeNotFound, string(s.Rdv))
		}
		for _, a := range cancellations(r, agenda.AnsweredFor(tx, r, s.Usager)) {
			cmd := agenda.NewCommand(newID(), p.now().UTC(), a)
			if _, err := p.counter.DoIn(tx, cmd, s.Author()); err != nil {
				return err
			}
		}
		return nil
	})
}

// cancellations gives one command for the whole Rdv, or one for each of theirs.
func cancellations(r *agenda.Rdv, theirs []agenda.UsagerID) []*agenda.CancelRdv {
	others := slices.ContainsFunc(r.Usagers(), func(u agenda.UsagerID) bool { return !slices.Contains(theirs, u) })
	if !others {
		return []*agenda.CancelRdv{{Rdv: r.ID, By: "usager"}}
	}
	var all []*agenda.CancelRdv
	for _, u := range theirs {
		if !r.StatusOf(u).Cancelled() {
			all = append(all, &agenda.CancelRdv{Rdv: r.ID, By: "usager", Usager: u})
		}
	}
	if len(all) == 0 {
		return []*agenda.CancelRdv{{Rdv: r.ID, By: "usager", Usager: theirs[0]}} // refused: cancelled already
	}
	return all
}

// legal is what the pages about data and accessibility say here.
func (s *Server) legal() portal.Legal {
	return portal.Legal{
		Organisations: func(ctx context.Context) ([]agenda.Organisation, error) {
			return find(ctx, s.db, func(v *store.View) ([]agenda.Organisation, error) {
				all, err := v.Organisations()
				out := make([]agenda.Organisation, 0, len(all))
				for _, o := range all {
					out = append(out, *o)
				}
				return out, err
			})
		},
	}
}
