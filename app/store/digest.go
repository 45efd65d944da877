package store

import (
	"database/sql"
	"fmt"

	"permanence/app/agenda"
)

// DigestKey names a part of a replica that is compared at once.
type DigestKey struct {
	Scope agenda.Scope `json:"scope"`
	Noun  agenda.Noun  `json:"noun"`
	Month int          `json:"month,omitempty"` // of an Rdv's start by the territoire's clock, 202611; 0 for other nouns
}

// Digests gives, for each part of a territoire's scopes, the exclusive or of
// what identifies the server's images in it: ids and revisions, whatever their
// order. Pending commands change nothing of it. A part that holds nothing has
// no key; Rdvs of a month before from (202608) count for nothing. Two sides that
// received the same give the same digests. It costs a read of the sums, which
// every write keeps: nothing of it grows with the number of records.
func (v *View) Digests(t agenda.TerritoireID, scopes []agenda.Scope, from int) (map[DigestKey]uint64, error) {
	digests := map[DigestKey]uint64{}
	if len(scopes) == 0 {
		return digests, nil
	}
	args := []any{t}
	for _, s := range scopes {
		args = append(args, s)
	}
	_, err := scanAll(v, func(rows *sql.Rows) (struct{}, error) {
		var k DigestKey
		var sum int64
		err := rows.Scan(&k.Scope, &k.Noun, &k.Month, &sum)
		digests[k] = uint64(sum)
		return struct{}{}, err
	}, `SELECT p.scope, d.noun, d.month, d.sum FROM places p CROSS JOIN digests d ON d.place = p.place
		WHERE p.territoire = ? AND p.scope IN (`+marks(len(scopes))+`) AND d.sum <> 0 AND (d.month = 0 OR d.month >= ?)`, append(args, from)...)
	if err != nil {
		return nil, fmt.Errorf("read the digests: %w", err)
	}
	return digests, nil
}

// Sizes gives how many records the scopes of a territoire hold, one that is in
// two of them counted twice, without the Rdvs of a month before from.
func (v *View) Sizes(t agenda.TerritoireID, scopes []agenda.Scope, from int) (int, error) {
	if len(scopes) == 0 {
		return 0, nil
	}
	args := []any{t}
	for _, s := range scopes {
		args = append(args, s)
	}
	var size int
	err := v.s.one(`SELECT coalesce(sum(d.size), 0) FROM places p CROSS JOIN digests d ON d.place = p.place
		WHERE p.territoire = ? AND p.scope IN (`+marks(len(scopes))+`) AND (d.month = 0 OR d.month >= ?)`, append(args, from)...).Scan(&size)
	if err != nil {
		return 0, fmt.Errorf("read the sizes: %w", err)
	}
	return size, nil
}

// Imprint is what identifies the server's image of one record.
type Imprint struct {
	ID       string
	Revision int64
}

// Digested lists what one part of a territoire is made of, by id.
func (v *View) Digested(t agenda.TerritoireID, k DigestKey) ([]Imprint, error) {
	return scanAll(v, func(rows *sql.Rows) (Imprint, error) {
		var i Imprint
		err := rows.Scan(&i.ID, &i.Revision)
		return i, err
	}, "SELECT c.id, c.revision FROM places p CROSS JOIN "+v.counted()+` c ON c.place = p.place
		WHERE p.territoire = ? AND p.scope = ? AND c.noun = ? AND c.month = ? AND c.revision > 0 ORDER BY c.id`, t, k.Scope, k.Noun, k.Month)
}

// Audit compares what this desktop says it holds with its rows: a row that is
// missing or altered then counts for what it is, so that the next comparison
// with the server finds it, and a row that nothing explains is removed. It gives
// the records concerned. It costs a reading of every row held.
func (tx *DeskTx) Audit() ([]agenda.Ref, error) {
	var found []agenda.Ref
	for _, n := range agenda.Nouns() {
		altered, err := tx.altered(n)
		if err != nil {
			return nil, fmt.Errorf("audit %s: %w", n, err)
		}
		extra, err := tx.unexplained(n)
		if err != nil {
			return nil, fmt.Errorf("audit %s: %w", n, err)
		}
		found = append(append(found, altered...), extra...)
	}
	return found, nil
}

// altered recounts the records whose image is not the one last received. Held
// in two territoires, an image is the later one received.
func (tx *DeskTx) altered(n agenda.Noun) ([]agenda.Ref, error) {
	type row struct {
		ref agenda.Ref
		has int64
	}
	all, err := scanAll(&tx.View, func(rows *sql.Rows) (row, error) {
		r := row{ref: agenda.Ref{Noun: n}}
		err := rows.Scan(&r.ref.ID, &r.has)
		return r, err
	}, "SELECT id, has FROM (SELECT held.id AS id, max(held.revision) AS told, coalesce("+tx.revisionOf(n)+", 0) AS has FROM held WHERE held.noun = ? GROUP BY held.id) AS h WHERE told <> has", n)
	var refs []agenda.Ref
	for _, r := range all {
		refs = append(refs, r.ref)
		if err := tx.recount(r.ref, r.has); err != nil {
			return nil, err
		}
	}
	return refs, err
}

// recount makes every holding of a record count for a revision, 0 for none.
func (tx *DeskTx) recount(r agenda.Ref, revision int64) error {
	all, err := tx.holdings(r)
	if err != nil {
		return err
	}
	for _, h := range all {
		tx.countOut(h.place, r, h.imprint)
		tx.countIn(h.place, r, imprint{revision, h.month})
	}
	return tx.change("recount a record", "UPDATE held SET revision = ? WHERE noun = ? AND id = ?", revision, r.Noun, r.ID)
}

// unexplained removes the rows that neither the server nor a pending command
// brought.
func (tx *DeskTx) unexplained(n agenda.Noun) ([]agenda.Ref, error) {
	refs, err := scanAll(&tx.View, func(rows *sql.Rows) (agenda.Ref, error) {
		r := agenda.Ref{Noun: n}
		err := rows.Scan(&r.ID)
		return r, err
	}, "SELECT r.id FROM "+tableOf(n).name+` r WHERE NOT EXISTS (SELECT 1 FROM held h WHERE h.noun = ? AND h.id = r.id)
		AND NOT EXISTS (SELECT 1 FROM touched t WHERE t.noun = ? AND t.id = r.id)`, n, n)
	for _, r := range refs {
		if err := tx.Remove(r); err != nil {
			return nil, err
		}
	}
	return refs, err
}
