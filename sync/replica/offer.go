package replica

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

// kept is how long a command that the server answered can be offered again.
const kept = 7 * 24 * time.Hour

// errElsewhere says that the server's history is another one than a cursor's:
// it was restored from a backup.
var errElsewhere = errors.New("the server has another history")

// offerAgain queues again what a restored server may have lost, before its own
// copy is taken: it expects next of this device.
func (r *Replica) offerAgain(ctx context.Context, next int64) error {
	return r.store.WriteDesk(ctx, func(tx *store.DeskTx) error {
		if err := tx.OfferAgain(next, r.served().Add(-kept)); err != nil {
			return err
		}
		cursors, err := readCursors(&tx.View)
		if err != nil {
			return err
		}
		return r.settle(tx, cursors)
	})
}

// served is the server's clock by what it last said, UTC: this desktop's may
// stand anywhere, and jump.
func (r *Replica) served() time.Time {
	return r.clock.Now().Add(-r.Health().Skew).UTC()
}

// told gives what this desktop knows mail to have said: of each usager of each
// Rdv to come, the last receipt of a mail that left, unless the Rdv changed
// since. At most wire.MaxTold, the next Rdvs first.
func told(v *store.View, now time.Time) ([]wire.Told, error) {
	all, err := v.All(agenda.NounRecu)
	if err != nil {
		return nil, err
	}
	type whom struct {
		rdv    agenda.RdvID
		usager agenda.UsagerID
	}
	last := map[whom]*agenda.Recu{}
	for _, rec := range all {
		recu := rec.(*agenda.Recu)
		k := whom{recu.Rdv, recu.Usager}
		if recu.State == agenda.RecuSent && (last[k] == nil || last[k].At.Before(recu.At)) {
			last[k] = recu
		}
	}
	var list []wire.Told
	for _, recu := range last {
		t, ok, err := toldOf(v, recu, now)
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b wire.Told) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Recu.ID, b.Recu.ID))
	})
	return list[:min(len(list), wire.MaxTold)], nil
}

// toldOf reads what one receipt said, from the server's image of its Rdv.
func toldOf(v *store.View, recu *agenda.Recu, now time.Time) (wire.Told, bool, error) {
	rec, err := imageOf(v, agenda.Ref{Noun: agenda.NounRdv, ID: string(recu.Rdv)})
	rdv, ok := rec.(*agenda.Rdv)
	if err != nil || !ok || !rdv.Start.After(now) || rdv.ChangedAt.After(recu.At) {
		return wire.Told{}, false, err
	}
	address, err := addressOf(v, recu.Usager)
	if err != nil || address == "" {
		return wire.Told{}, false, err
	}
	return wire.Told{Recu: *recu, Cancelled: recu.Kind == "cancel", Sequence: rdv.Sequence, Start: rdv.Start, End: rdv.End,
		Zone: rdv.Zone, Lieu: rdv.Lieu, Address: address}, true, nil
}

// addressOf is where mail for an usager goes: their own address, else that of
// who answers for them.
func addressOf(v *store.View, id agenda.UsagerID) (string, error) {
	rec, err := imageOf(v, agenda.Ref{Noun: agenda.NounUsager, ID: string(id)})
	u, ok := rec.(*agenda.Usager)
	if err != nil || !ok {
		return "", err
	}
	if u.Email != "" || u.Responsable == "" {
		return u.Email, nil
	}
	rec, err = imageOf(v, agenda.Ref{Noun: agenda.NounUsager, ID: string(u.Responsable)})
	if r, ok := rec.(*agenda.Usager); ok {
		return r.Email, err
	}
	return "", err
}

// imageOf gives the server's image of a record, nil for none.
func imageOf(v *store.View, ref agenda.Ref) (agenda.Record, error) {
	body, based, err := v.Base(ref)
	if err != nil {
		return nil, err
	}
	if !based {
		body, _ = v.Body(ref.Noun, ref.ID)
	}
	if body == nil {
		return nil, v.Err()
	}
	return agenda.Decode(ref.Noun, body)
}
