package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"permanence/app/agenda"
)

// DigestKey names a part of a replica that is compared at once.
type DigestKey struct {
	Scope agenda.Scope
	Noun  agenda.Noun
	Month string // of an Rdv's start in the zone asked, "2026-11"; "" for other nouns
}

// Digests gives, for each part of a territoire's scopes, the exclusive or of
// what identifies the server's images in it: ids and revisions, whatever their
// order. Pending commands change nothing of it. A part that holds nothing has
// no key; an Rdv that starts before from counts for nothing. Two sides that
// hold the same rows give the same digests, and one altered, missing or extra
// row changes one.
func (v *View) Digests(t agenda.TerritoireID, scopes []agenda.Scope, from time.Time, zone *time.Location) (map[DigestKey]uint64, error) {
	digests := map[DigestKey]uint64{}
	for _, s := range scopes {
		places, err := v.places(t, []agenda.Scope{s})
		if err != nil {
			return nil, err
		}
		for _, p := range places {
			if err := v.digest(digests, s, p, from, zone); err != nil {
				return nil, fmt.Errorf("digest %s: %w", s.Kind(), err)
			}
		}
	}
	return digests, nil
}

// digest adds the records of one place.
func (v *View) digest(digests map[DigestKey]uint64, s agenda.Scope, place int64, from time.Time, zone *time.Location) error {
	for _, n := range agenda.Nouns() {
		rows, err := v.digested(n, place)
		if err != nil {
			return err
		}
		for _, r := range rows {
			key := DigestKey{Scope: s, Noun: n}
			if n == agenda.NounRdv {
				if r.start.Before(from) {
					continue
				}
				key.Month = r.start.In(zone).Format("2006-01")
			}
			digests[key] ^= r.hash()
		}
	}
	return nil
}

// digestRow is what identifies the server's image of one record.
type digestRow struct {
	id       string
	revision int64
	start    time.Time // of an Rdv
}

func (r digestRow) hash() uint64 {
	sum := sha256.Sum256([]byte(r.id + " " + strconv.FormatInt(r.revision, 10)))
	return binary.BigEndian.Uint64(sum[:8])
}

// digested lists the server's images of a noun that are read through a place.
func (v *View) digested(n agenda.Noun, place int64) ([]digestRow, error) {
	t := tableOf(n)
	start := "0"
	if n == agenda.NounRdv {
		start = "r.starts_at"
	}
	if v.db.kind == Server {
		return v.digestRows("SELECT r.id, r.revision, "+start+" FROM feed f CROSS JOIN "+t.name+" r ON r.id = f.id WHERE f.place = ? AND f.noun = ? AND f.present = 1", place, n)
	}
	rows, err := v.digestRows("SELECT r.id, r.revision, "+start+" FROM held h CROSS JOIN "+t.name+` r ON r.id = h.id WHERE h.place = ? AND h.noun = ?
		AND NOT EXISTS (SELECT 1 FROM base b WHERE b.noun = h.noun AND b.id = h.id)`, place, n)
	if err != nil {
		return nil, err
	}
	based, err := v.digestedBase(n, place)
	return append(rows, based...), err
}

func (v *View) digestRows(query string, args ...any) ([]digestRow, error) {
	return scanAll(v, func(rows *sql.Rows) (digestRow, error) {
		var r digestRow
		var start instant
		err := rows.Scan(&r.id, &r.revision, &start)
		r.start = start.Time
		return r, err
	}, query, args...)
}

// digestedBase lists those that a pending command hides.
func (v *View) digestedBase(n agenda.Noun, place int64) ([]digestRow, error) {
	images, err := decodeAll[agenda.Record](v, n, `SELECT b.body FROM held h CROSS JOIN base b ON b.noun = h.noun AND b.id = h.id
		WHERE h.place = ? AND h.noun = ? AND b.body IS NOT NULL`, place, n)
	var rows []digestRow
	for _, r := range images {
		row := digestRow{id: r.Key(), revision: r.Stamped().Revision}
		if rdv, ok := r.(*agenda.Rdv); ok {
			row.start = rdv.Start
		}
		rows = append(rows, row)
	}
	return rows, err
}
