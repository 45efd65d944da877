package store

import (
	"database/sql"
	"fmt"
	"time"

	"permanence/app/agenda"
)

// stale is the number of what a reload has not confirmed yet.
const stale = -1

// holding is one scope through which a record is held.
type holding struct {
	place  int64
	number int64
	imprint
}

// held is one record as it is held through one scope.
type held struct {
	ref agenda.Ref
	holding
}

func (v *View) holdings(r agenda.Ref) ([]holding, error) {
	return scanAll(v, func(rows *sql.Rows) (holding, error) {
		var h holding
		err := rows.Scan(&h.place, &h.number, &h.revision, &h.month)
		return h, err
	}, "SELECT place, number, revision, month FROM held WHERE noun = ? AND id = ?", r.Noun, r.ID)
}

func (tx *DeskTx) release(r agenda.Ref, h holding) error {
	tx.countOut(h.place, r, h.imprint)
	return tx.change("release a record", "DELETE FROM held WHERE noun = ? AND id = ? AND place = ?", r.Noun, r.ID, h.place)
}

// releaseAll releases a record everywhere.
func (tx *DeskTx) releaseAll(r agenda.Ref, all []holding) error {
	for _, h := range all {
		if err := tx.release(r, h); err != nil {
			return err
		}
	}
	return nil
}

// Release forgets that a record is held in a territoire, and keeps its image:
// whatever is received of it next is taken, whichever its number.
func (tx *DeskTx) Release(t agenda.TerritoireID, r agenda.Ref) error {
	all, err := tx.holdings(r)
	if err != nil {
		return err
	}
	return tx.releaseAll(r, tx.in(t, all))
}

// NumberReceived gives the number that a record had in a territoire when it was
// last received, 0 for one that is not held there.
func (v *View) NumberReceived(t agenda.TerritoireID, r agenda.Ref) (int64, error) {
	var last sql.NullInt64
	err := v.s.one(`SELECT max(h.number) FROM held h CROSS JOIN places p ON p.place = h.place
		WHERE h.noun = ? AND h.id = ? AND p.territoire = ?`, r.Noun, r.ID, t).Scan(&last)
	return max(0, last.Int64), err
}

// HeldScopes gives the scopes through which a record is held, sorted; none for
// one that was born here and has not been acknowledged.
func (v *View) HeldScopes(r agenda.Ref) ([]agenda.Placed, error) {
	return scanAll(v, func(rows *sql.Rows) (agenda.Placed, error) {
		var p agenda.Placed
		err := rows.Scan(&p.Territoire, &p.Scope)
		return p, err
	}, "SELECT p.territoire, p.scope FROM held h CROSS JOIN places p ON p.place = h.place WHERE h.noun = ? AND h.id = ? ORDER BY p.territoire, p.scope", r.Noun, r.ID)
}

// Leave releases a record in a territoire; it leaves this database when no
// other territoire holds it.
func (tx *DeskTx) Leave(t agenda.TerritoireID, r agenda.Ref) error {
	if err := tx.Release(t, r); err != nil {
		return err
	}
	return tx.leave(r)
}

// Gone removes a record that was deleted, whoever held it.
func (tx *DeskTx) Gone(r agenda.Ref) error {
	all, err := tx.holdings(r)
	if err != nil {
		return err
	}
	if err := tx.releaseAll(r, all); err != nil {
		return err
	}
	_, err = tx.letGo(r)
	return err
}

// Erase leaves a tombstone and removes the record from everything this desktop
// keeps: pending commands about it lose their content, keep id and number, and
// are still sent. Its last traces in the file go after the commit, or with
// CleanUp.
func (tx *DeskTx) Erase(r agenda.Ref) error {
	tx.recall = recall{}
	all, err := tx.holdings(r)
	if err != nil {
		return err
	}
	if err := tx.releaseAll(r, all); err != nil {
		return err
	}
	return tx.erase(r)
}

// letGo removes the server's image of a record that no scope holds any more,
// and reports whether it did; what a pending command shows of it stays until the
// next replay.
func (tx *DeskTx) letGo(r agenda.Ref) (bool, error) {
	if tx.exists("SELECT 1 FROM held WHERE noun = ? AND id = ?", r.Noun, r.ID) {
		return false, nil
	}
	tx.erased = true
	if tx.isBased(r) {
		return true, tx.setBase(r, nil)
	}
	return true, tx.Remove(r)
}

// DropScope releases every record held through a scope that was withdrawn; those
// that no other scope holds leave the database, with what was done about them
// (ForgetBeyond). It gives how many were released.
func (tx *DeskTx) DropScope(p agenda.Placed) (int, error) { return tx.dropPlace(p, tx.leave) }

// ResetScope is DropScope for a scope of which a fresh copy comes: what was done
// about its records stays.
func (tx *DeskTx) ResetScope(p agenda.Placed) (int, error) { return tx.dropPlace(p, tx.forgo) }

func (tx *DeskTx) dropPlace(p agenda.Placed, let func(agenda.Ref) error) (int, error) {
	place, err := tx.placeOf(p)
	if err != nil {
		return 0, err
	}
	return tx.dropHeld(let, "SELECT noun, id, place, number, revision, month FROM held WHERE place = ?", place)
}

// AwaitReload marks everything held in a territoire as awaiting a fresh
// snapshot, whose images are taken whatever their revision. The screens keep
// what they have; EndReload removes what the snapshot did not bring back.
func (tx *DeskTx) AwaitReload(t agenda.TerritoireID) error {
	return tx.change("await a reload", "UPDATE held SET number = ? WHERE place IN (SELECT place FROM places WHERE territoire = ?)", stale, t)
}

// EndReload removes what a fresh snapshot did not bring back. It gives how many
// were released.
func (tx *DeskTx) EndReload(t agenda.TerritoireID) (int, error) {
	return tx.dropHeld(tx.forgo, "SELECT noun, id, place, number, revision, month FROM held WHERE number = ? AND place IN (SELECT place FROM places WHERE territoire = ?)", stale, t)
}

// LeaveBefore releases the Rdvs of a territoire that ended at the instant or
// before: the window has moved. It gives how many were released.
func (tx *DeskTx) LeaveBefore(t agenda.TerritoireID, end time.Time) (int, error) {
	return tx.dropHeld(tx.forgo, `SELECT h.noun, h.id, h.place, h.number, h.revision, h.month FROM held h CROSS JOIN rdvs r ON r.id = h.id
		WHERE h.noun = 'rdv' AND r.ends_at <= ? AND h.place IN (SELECT place FROM places WHERE territoire = ?)`, instant{end}, t)
}

// forgo lets a record go that may still be read elsewhere: what was done about
// it stays.
func (tx *DeskTx) forgo(r agenda.Ref) error {
	_, err := tx.letGo(r)
	return err
}

func (tx *DeskTx) dropHeld(let func(agenda.Ref) error, query string, args ...any) (int, error) {
	all, err := scanAll(&tx.View, func(rows *sql.Rows) (held, error) {
		var h held
		err := rows.Scan(&h.ref.Noun, &h.ref.ID, &h.place, &h.number, &h.revision, &h.month)
		return h, err
	}, query, args...)
	if err != nil {
		return 0, fmt.Errorf("drop records: %w", err)
	}
	for _, h := range all {
		if err := tx.release(h.ref, h.holding); err != nil {
			return 0, err
		}
		if err := let(h.ref); err != nil {
			return 0, err
		}
	}
	return len(all), nil
}
