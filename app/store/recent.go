package store

import (
	"database/sql"
	"slices"

	"permanence/app/agenda"
)

// recentNumbers is how many numbers are looked up in the journal rather than in
// the feed of every scope: a desktop that is up to date but for them may hold
// hundreds of scopes.
const recentNumbers = 100

// recent gives the lines of some places above the number after, from what the
// journal tells was noted up to head. ok is false when it does not tell of
// every number: it is forgotten, or was never written.
func (v *View) recent(t agenda.TerritoireID, places []int64, after, head int64) (lines []Line, ok bool, err error) {
	if head-after > recentNumbers {
		return nil, false, nil
	}
	refs, told, err := v.noted(t, after, head)
	if err != nil || int64(told) < head-after {
		return nil, false, err
	}
	err = v.byNoun(refs, func(n agenda.Noun, in string, ids []any) error {
		return v.each("SELECT id, place, number, present FROM feed WHERE noun = ? AND id"+in, append([]any{n}, ids...), func(rows *sql.Rows) error {
			l := Line{Ref: agenda.Ref{Noun: n}}
			var place int64
			if err := rows.Scan(&l.Ref.ID, &place, &l.Number, &l.In); err != nil {
				return err
			}
			if _, held := slices.BinarySearch(places, place); held && l.Number > after {
				lines = append(lines, l)
			}
			return nil
		})
	})
	return lines, true, err
}

// noted gives the records that the journal names under the numbers above after,
// up to head, and how many of these numbers it knows.
func (v *View) noted(t agenda.TerritoireID, after, head int64) ([]agenda.Ref, int, error) {
	var refs []agenda.Ref
	met, numbers := map[agenda.Ref]bool{}, map[int64]bool{}
	err := v.each("SELECT number, noun, id FROM journal WHERE territoire = ? AND number > ? AND number <= ?", []any{t, after, head}, func(rows *sql.Rows) error {
		var number int64
		var r agenda.Ref
		if err := rows.Scan(&number, &r.Noun, &r.ID); err != nil {
			return err
		}
		numbers[number] = true
		if !met[r] {
			met[r] = true
			refs = append(refs, r)
		}
		return nil
	})
	return refs, len(numbers), err
}
