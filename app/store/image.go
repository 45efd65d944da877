package store

import (
	"cmp"
	"fmt"
	"slices"

	"permanence/app/agenda"
)

// Image is a record as the server sent it in a territoire.
type Image struct {
	Territoire agenda.TerritoireID
	Ref        agenda.Ref
	Body       []byte // stored unchanged
	Number     int64  // of the record in that territoire
	Scopes     []agenda.Scope
}

// PutImage stores the server's image of a record: in base where a pending
// command touched it, else on screen. Scopes are all those held through which
// it is read in that territoire, and replace the ones before. Of a record met
// twice the later number of its territoire stays: a record that was removed and
// born again under the same id counts its revisions from one. Between two
// territoires the higher revision stays. An erased record stays erased.
func (tx *DeskTx) PutImage(i Image) error {
	if tx.wasErased(i.Ref) {
		return tx.Err()
	}
	r, err := tx.decoded(i)
	if err != nil {
		return err
	}
	all, err := tx.holdings(i.Ref)
	if err != nil {
		return err
	}
	return tx.putDecoded(i, r, all)
}

// decoded reads the record of an image.
func (tx *DeskTx) decoded(i Image) (agenda.Record, error) {
	r, err := agenda.Decode(i.Ref.Noun, i.Body)
	if err != nil {
		return nil, err
	}
	if r.Key() != i.Ref.ID {
		return nil, fmt.Errorf("image of %s %s: it names another", i.Ref.Noun, i.Ref.ID)
	}
	if t, ok := r.(*agenda.Territoire); ok {
		return r, tx.rezone(t)
	}
	return r, nil
}

// putDecoded stores an image of a record that is held so.
func (tx *DeskTx) putDecoded(i Image, r agenda.Record, all []holding) error {
	here := tx.in(i.Territoire, all)
	if slices.ContainsFunc(here, func(h holding) bool { return h.number > i.Number }) {
		return tx.Err()
	}
	if err := tx.hold(i, r, here); err != nil {
		return err
	}
	if len(here) == 0 && len(all) > 0 && tx.Received(i.Ref) > r.Stamped().Revision {
		return tx.Err() // another territoire brought a later one
	}
	if tx.isBased(i.Ref) {
		return tx.setBase(i.Ref, i.Body)
	}
	return tableOf(i.Ref.Noun).put(tx.s, r, i.Body, len(all) == 0)
}

// hold replaces the scopes of a record in a territoire; before are those it had.
func (tx *DeskTx) hold(i Image, r agenda.Record, before []holding) error {
	rows, err := tx.rehold(i, r, before)
	if err != nil {
		return err
	}
	return tx.writeHeld(rows)
}

// rehold is hold that gives the rows of held to write, instead of writing them.
func (tx *DeskTx) rehold(i Image, r agenda.Record, before []holding) (rows []held, err error) {
	now, places, err := tx.newHolding(i, r)
	if err != nil {
		return nil, err
	}
	for _, h := range before {
		if slices.Contains(places, h.place) {
			tx.countOut(h.place, i.Ref, h.imprint) // written again below
			continue
		}
		if err := tx.release(i.Ref, h); err != nil {
			return nil, err
		}
	}
	for _, p := range places {
		tx.countIn(p, i.Ref, now)
		rows = append(rows, held{i.Ref, holding{p, i.Number, now}})
	}
	return rows, nil
}

// writeHeld writes rows of held, in the order of ids.
func (tx *DeskTx) writeHeld(all []held) error {
	slices.SortFunc(all, func(a, b held) int {
		return cmp.Or(cmp.Compare(a.ref.Noun, b.ref.Noun), cmp.Compare(a.ref.ID, b.ref.ID), cmp.Compare(a.place, b.place))
	})
	rows := make([][]any, len(all))
	for i, h := range all {
		rows[i] = []any{h.ref.Noun, h.ref.ID, h.place, h.number, h.revision, h.month}
	}
	err := tx.s.insertAll("INSERT INTO held (noun, id, place, number, revision, month) VALUES ",
		" ON CONFLICT (noun, id, place) DO UPDATE SET number = excluded.number, revision = excluded.revision, month = excluded.month", rows)
	if err != nil {
		return fmt.Errorf("hold records: %w", err)
	}
	return nil
}

// newHolding gives what an image counts for, and the places it is read through.
func (tx *DeskTx) newHolding(i Image, r agenda.Record) (imprint, []int64, error) {
	now, err := tx.imprintOf(i.Territoire, r)
	if err != nil {
		return now, nil, err
	}
	var places []int64
	for _, s := range i.Scopes {
		p, err := tx.placeOf(agenda.Placed{Territoire: i.Territoire, Scope: s})
		if err != nil {
			return now, nil, err
		}
		if !slices.Contains(places, p) {
			places = append(places, p)
		}
	}
	return now, places, nil
}
