package store

import (
	"fmt"

	"permanence/app/agenda"
)

// placeOf gives the short number of a scope in a territoire, and makes one
// when there is none.
func (w *Writer) placeOf(p agenda.Placed) (int64, error) {
	if place, ok := w.placed[p]; ok {
		return place, nil
	}
	place, err := w.findPlace(p)
	if err != nil {
		return 0, err
	}
	if w.placed == nil {
		w.placed = map[agenda.Placed]int64{}
	}
	w.placed[p] = place
	return place, nil
}

func (w *Writer) findPlace(p agenda.Placed) (int64, error) {
	if w.db.remote != nil {
		if place, ok := w.db.remote.places.get(w.s.age, p); ok {
			return place, nil
		}
	}
	var place int64
	ok, err := found(w.s.one("SELECT place FROM places WHERE territoire = ? AND scope = ?", p.Territoire, p.Scope).Scan(&place))
	if err != nil {
		return 0, fmt.Errorf("read a place: %w", err)
	}
	if ok {
		return place, nil
	}
	err = w.s.one("INSERT INTO places (territoire, scope) VALUES (?, ?) RETURNING place", p.Territoire, p.Scope).Scan(&place)
	if err != nil {
		return 0, fmt.Errorf("name a place: %w", err)
	}
	return place, nil
}

// places gives the short numbers of the scopes that have one in a territoire.
func (v *View) places(t agenda.TerritoireID, scopes []agenda.Scope) ([]int64, error) {
	if len(scopes) == 0 {
		return nil, nil
	}
	args := []any{t}
	for _, s := range scopes {
		args = append(args, s)
	}
	return scanAll(v, scanOne[int64], "SELECT place FROM places WHERE territoire = ? AND scope IN ("+marks(len(scopes))+") ORDER BY place", args...)
}
