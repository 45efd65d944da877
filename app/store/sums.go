package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
)

// imprint is what a digest knows of one record in one place: its revision, 0
// for one that does not count, and the civil month of an Rdv's start (202611).
type imprint struct {
	revision int64
	month    int
}

// sumPart names one sum: that of the records of a noun, or of the Rdvs of a
// month, that are read through a place.
type sumPart struct {
	place int64
	noun  agenda.Noun
	month int
}

// delta is what a write changes of a sum; deltas of a savepoint that is undone
// are forgotten with it.
type delta struct {
	sumPart
	sum  uint64
	size int
}

// countIn takes a record into its sum.
func (w *Writer) countIn(place int64, r agenda.Ref, i imprint) { w.toggle(place, r, i, 1) }

// countOut takes a record out of its sum.
func (w *Writer) countOut(place int64, r agenda.Ref, i imprint) { w.toggle(place, r, i, -1) }

func (w *Writer) toggle(place int64, r agenda.Ref, i imprint, size int) {
	if i.revision != 0 {
		w.deltas = append(w.deltas, delta{sumPart{place, r.Noun, i.month}, hashOf(r.ID, i.revision), size})
	}
}

// hashOf is what one image adds to a sum.
func hashOf(id string, revision int64) uint64 {
	sum := sha256.Sum256(strconv.AppendInt(append([]byte(id), ' '), revision, 10))
	return binary.BigEndian.Uint64(sum[:8])
}

// finish writes what is worked out once for a whole transaction.
func (w *Writer) finish() error {
	if err := w.writeRezoned(); err != nil {
		return err
	}
	if err := w.writeSums(); err != nil {
		return err
	}
	return w.writeNotes()
}

// writeSums brings what the transaction changed to the table, once a part.
func (w *Writer) writeSums() error {
	changed := map[sumPart]delta{}
	for _, d := range w.deltas {
		c := changed[d.sumPart]
		c.sum, c.size = c.sum^d.sum, c.size+d.size
		changed[d.sumPart] = c
	}
	w.deltas = nil
	for p, c := range changed {
		if c.sum == 0 && c.size == 0 {
			continue
		}
		// a | b less a & b is the exclusive or, on every engine.
		err := w.change("write a digest", `INSERT INTO digests (place, noun, month, sum, size) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (place, noun, month) DO UPDATE SET size = digests.size + excluded.size, sum = (digests.sum | excluded.sum) - (digests.sum & excluded.sum)`,
			p.place, p.noun, p.month, int64(c.sum), c.size)
		if err != nil {
			return err
		}
	}
	return nil
}

// zoneOf gives the clock that places the Rdvs of a territoire in months: UTC
// while the territoire is not here.
func (w *Writer) zoneOf(t agenda.TerritoireID) (civil.Zone, error) {
	if z, ok := w.zones[t]; ok {
		return z, nil
	}
	zone, err := w.readZone(t)
	if err != nil {
		return civil.Zone{}, err
	}
	if w.zones == nil {
		w.zones = map[agenda.TerritoireID]civil.Zone{}
	}
	w.zones[t] = zone
	return zone, nil
}

func (w *Writer) readZone(t agenda.TerritoireID) (civil.Zone, error) {
	ref := agenda.Ref{Noun: agenda.NounTerritoire, ID: string(t)}
	body, based, err := w.Base(ref)
	if err != nil {
		return civil.Zone{}, err
	}
	if !based {
		body, _ = w.visible(ref)
	}
	if body == nil {
		return civil.Zone{}, w.err
	}
	r, err := agenda.Decode(agenda.NounTerritoire, body)
	if err != nil {
		return civil.Zone{}, err
	}
	zone, err := civil.LoadZone(r.(*agenda.Territoire).Zone)
	if err != nil {
		return civil.Zone{}, nil // refused where it is typed; the month is only a heading
	}
	return zone, nil
}

// monthOf gives the civil month in which an Rdv of the territoire starts.
func (w *Writer) monthOf(t agenda.TerritoireID, start time.Time) (int, error) {
	zone, err := w.zoneOf(t)
	if err != nil {
		return 0, err
	}
	return MonthOf(zone.Date(start)), nil
}

// MonthOf gives the month of a day as digests name it: 202611.
func MonthOf(d civil.Date) int {
	year, month, _ := d.YMD()
	return year*100 + int(month)
}

// MonthFrom gives that of the first day of a window ("2026-08-01"), 0 when it
// has none.
func MonthFrom(day string) int {
	d, err := civil.ParseDate(day)
	if err != nil {
		return 0
	}
	return MonthOf(d)
}

// imprintOf is the imprint of a record in a territoire.
func (w *Writer) imprintOf(t agenda.TerritoireID, r agenda.Record) (imprint, error) {
	i := imprint{revision: r.Stamped().Revision}
	rdv, ok := r.(*agenda.Rdv)
	if !ok {
		return i, nil
	}
	var err error
	i.month, err = w.monthOf(t, rdv.Start)
	return i, err
}

// rezone places the Rdvs of a territoire in months again: its clock changed, or
// was not known when they came.
func (w *Writer) rezone(t *agenda.Territoire) error {
	before, err := w.readZone(t.ID)
	if err != nil {
		return err
	}
	after, err := civil.LoadZone(t.Zone)
	if err != nil || after.Name() == before.Name() {
		return nil
	}
	w.rezoned = append(w.rezoned, t.ID)
	return nil
}

// writeRezoned does what rezone noted, once the rows are written.
func (w *Writer) writeRezoned() error {
	for _, t := range w.rezoned {
		delete(w.zones, t)
		if err := w.remonth(t); err != nil {
			return err
		}
	}
	w.rezoned = nil
	return nil
}

// counted is the table that tells what is read through a place: the feed of a
// server, what a desktop holds.
func (v *View) counted() string {
	if v.db.kind == Server {
		return "feed"
	}
	return "held"
}

func (w *Writer) remonth(t agenda.TerritoireID) error {
	type dated struct {
		place int64
		id    string
		was   imprint
		start instant
	}
	all, err := scanAll(&w.View, func(rows *sql.Rows) (dated, error) {
		var d dated
		err := rows.Scan(&d.place, &d.id, &d.was.revision, &d.was.month, &d.start)
		return d, err
	}, "SELECT c.place, c.id, c.revision, c.month, r.starts_at FROM "+w.counted()+` c CROSS JOIN rdvs r ON r.id = c.id
		WHERE c.noun = 'rdv' AND c.revision > 0 AND c.place IN (SELECT place FROM places WHERE territoire = ?)`, t)
	if err != nil {
		return fmt.Errorf("place rdvs in months: %w", err)
	}
	for _, d := range all {
		month, err := w.monthOf(t, d.start.Time)
		if err != nil {
			return err
		}
		if month == d.was.month {
			continue
		}
		err = w.change("place an rdv in its month", "UPDATE "+w.counted()+" SET month = ? WHERE noun = 'rdv' AND id = ? AND place = ?", month, d.id, d.place)
		if err != nil {
			return err
		}
		ref := agenda.Ref{Noun: agenda.NounRdv, ID: d.id}
		w.countOut(d.place, ref, d.was)
		w.countIn(d.place, ref, imprint{d.was.revision, month})
	}
	return nil
}

// Recount writes every imprint and every sum anew, from the rows. It costs a
// reading of the whole database: for an upgrade or a restoration.
func (w *Writer) Recount() error {
	w.deltas, w.zones = nil, nil
	if err := w.change("recount", "DELETE FROM digests"); err != nil {
		return err
	}
	readable := ""
	if w.db.kind == Server {
		readable = " AND present = TRUE"
	}
	for _, n := range agenda.Nouns() {
		if err := w.change("recount", "UPDATE "+w.counted()+" SET month = 0, revision = coalesce("+w.revisionOf(n)+", 0) WHERE noun = ?"+readable, n); err != nil {
			return err
		}
	}
	territoires, err := scanAll(&w.View, scanOne[agenda.TerritoireID], "SELECT DISTINCT territoire FROM places ORDER BY territoire")
	if err != nil {
		return err
	}
	for _, t := range territoires {
		if err := w.remonth(t); err != nil {
			return err
		}
	}
	w.deltas = nil
	return w.recountSums()
}

// revisionOf is the revision of the server's image of a counted record, as SQL.
func (v *View) revisionOf(n agenda.Noun) string {
	row := "(SELECT r.revision FROM " + tableOf(n).name + " r WHERE r.id = " + v.counted() + ".id)"
	if v.db.kind == Server {
		return row
	}
	return "(SELECT coalesce(json_extract(b.body, '$.revision'), 0) FROM base b WHERE b.noun = held.noun AND b.id = held.id), " + row
}

func (w *Writer) recountSums() error {
	type line struct {
		place int64
		ref   agenda.Ref
		imprint
	}
	all, err := scanAll(&w.View, func(rows *sql.Rows) (line, error) {
		var l line
		err := rows.Scan(&l.place, &l.ref.Noun, &l.ref.ID, &l.revision, &l.month)
		return l, err
	}, "SELECT place, noun, id, revision, month FROM "+w.counted()+" WHERE revision > 0")
	if err != nil {
		return fmt.Errorf("recount: %w", err)
	}
	for _, l := range all {
		w.countIn(l.place, l.ref, l.imprint)
	}
	return nil
}
