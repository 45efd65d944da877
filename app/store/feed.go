package store

import (
	"cmp"
	"database/sql"
	"slices"

	"permanence/app/agenda"
)

func scanHead(rows *sql.Rows) (Head, error) {
	var h Head
	err := rows.Scan(&h.Territoire, &h.Number, &h.Epoch, &h.Horizon)
	return h, err
}

// Line is one record of the feed, as the asked scopes see it together.
type Line struct {
	Ref    agenda.Ref
	Number int64 // its latest in these scopes
	// In reports whether it can still be read through one of them, by the line
	// of that number; whoever sends it judges by its present scopes.
	In bool
}

// FeedPage is a piece of the feed.
type FeedPage struct {
	Lines []Line // by number, then noun and id; each record once
	// Through is the number up to which these lines tell everything: the
	// territoire's head when nothing more follows.
	Through int64
	More    bool
}

// FeedAfter gives what changed in the scopes above the number after, oldest
// first. A page never cuts a number in two, so it may be longer than limit (by
// the records of one commit). A record that changes again between two pages
// comes again.
func (v *View) FeedAfter(t agenda.TerritoireID, scopes []agenda.Scope, after int64, limit int) (FeedPage, error) {
	return v.feedAfter(t, scopes, "", after, limit)
}

// CollectionAfter is FeedAfter for the records of one noun.
func (v *View) CollectionAfter(t agenda.TerritoireID, s agenda.Scope, n agenda.Noun, after int64, limit int) (FeedPage, error) {
	return v.feedAfter(t, []agenda.Scope{s}, n, after, limit)
}

func (v *View) feedAfter(t agenda.TerritoireID, scopes []agenda.Scope, n agenda.Noun, after int64, limit int) (FeedPage, error) {
	head, err := v.Head(t)
	if err != nil || head.Number <= after {
		return FeedPage{Through: max(after, head.Number)}, err
	}
	places, err := v.places(t, scopes)
	if err != nil {
		return FeedPage{}, err
	}
	limit = max(1, limit)
	all, err := v.linesAfter(t, places, n, after, head.Number, limit+1)
	if err != nil {
		return FeedPage{}, err
	}
	slices.SortFunc(all, byNumber)
	if len(all) <= limit {
		return FeedPage{Lines: latest(all), Through: head.Number}, nil
	}
	return v.cut(places, n, all, limit)
}

// linesAfter gives the lines of each place above the number after, at least the
// first limit of them.
func (v *View) linesAfter(t agenda.TerritoireID, places []int64, n agenda.Noun, after, head int64, limit int) ([]Line, error) {
	if n == "" && len(places) > 1 {
		if lines, ok, err := v.recent(t, places, after, head); ok || err != nil {
			return lines, err
		}
	}
	var all []Line
	for _, p := range places {
		lines, err := v.linesOf(p, n, after, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	return all, nil
}

// cut ends a page with the last number that is whole below limit, or takes the
// first number whole when it alone is longer.
func (v *View) cut(places []int64, n agenda.Noun, all []Line, limit int) (FeedPage, error) {
	next := all[limit].Number
	first := slices.IndexFunc(all, func(l Line) bool { return l.Number == next })
	if first > 0 {
		return FeedPage{Lines: latest(all[:first]), Through: all[first-1].Number, More: true}, nil
	}
	var whole []Line
	for _, p := range places {
		lines, err := v.linesAt(p, n, next)
		if err != nil {
			return FeedPage{}, err
		}
		whole = append(whole, lines...)
	}
	slices.SortFunc(whole, byNumber)
	return FeedPage{Lines: latest(whole), Through: next, More: true}, nil
}

func (v *View) linesOf(place int64, n agenda.Noun, after int64, limit int) ([]Line, error) {
	if n == "" {
		return scanAll(v, scanLine, "SELECT noun, id, number, present FROM feed WHERE place = ? AND number > ? ORDER BY number, noun, id LIMIT ?", place, after, limit)
	}
	return scanAll(v, scanLine, "SELECT noun, id, number, present FROM feed WHERE place = ? AND noun = ? AND number > ? ORDER BY number, id LIMIT ?", place, n, after, limit)
}

func (v *View) linesAt(place int64, n agenda.Noun, number int64) ([]Line, error) {
	if n == "" {
		return scanAll(v, scanLine, "SELECT noun, id, number, present FROM feed WHERE place = ? AND number = ? ORDER BY noun, id", place, number)
	}
	return scanAll(v, scanLine, "SELECT noun, id, number, present FROM feed WHERE place = ? AND noun = ? AND number = ? ORDER BY id", place, n, number)
}

func scanLine(rows *sql.Rows) (Line, error) {
	var l Line
	err := rows.Scan(&l.Ref.Noun, &l.Ref.ID, &l.Number, &l.In)
	return l, err
}

func byNumber(a, b Line) int {
	return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Ref.Noun, b.Ref.Noun), cmp.Compare(a.Ref.ID, b.Ref.ID))
}

// latest keeps the last line of each record; lines are sorted by number. Of
// two lines of one number, one scope may have lost the record while another
// still has it: it is in.
func latest(lines []Line) []Line {
	at := make(map[agenda.Ref]Line, len(lines))
	for _, l := range lines {
		if seen, ok := at[l.Ref]; ok && seen.Number == l.Number {
			l.In = l.In || seen.In
		}
		at[l.Ref] = l
	}
	var kept []Line
	for _, l := range lines {
		last, ok := at[l.Ref]
		if ok && last.Number == l.Number {
			kept = append(kept, last)
			delete(at, l.Ref)
		}
	}
	return kept
}

// CollectionHeads gives, for each territoire that has the scope, the highest
// number of the noun in it: what a CTag or a feed's validator is made of. An
// answer costs one read of the index a territoire.
func (v *View) CollectionHeads(s agenda.Scope, n agenda.Noun) (map[agenda.TerritoireID]int64, error) {
	type placed struct {
		place      int64
		territoire agenda.TerritoireID
	}
	all, err := scanAll(v, func(rows *sql.Rows) (placed, error) {
		var p placed
		err := rows.Scan(&p.place, &p.territoire)
		return p, err
	}, "SELECT place, territoire FROM places WHERE scope = ?", s)
	if err != nil {
		return nil, err
	}
	heads := map[agenda.TerritoireID]int64{}
	for _, p := range all {
		var number sql.NullInt64
		if err := v.s.one("SELECT max(number) FROM feed WHERE place = ? AND noun = ?", p.place, n).Scan(&number); err != nil {
			return nil, err
		}
		if number.Valid {
			heads[p.territoire] = number.Int64
		}
	}
	return heads, nil
}

// ScopesOf gives the scopes through which a record can be read now, as the
// feed of the territoire says, sorted.
func (v *View) ScopesOf(t agenda.TerritoireID, r agenda.Ref) ([]agenda.Scope, error) {
	return scanAll(v, scanOne[agenda.Scope], `SELECT p.scope FROM feed f CROSS JOIN places p ON p.place = f.place
		WHERE f.noun = ? AND f.id = ? AND f.present = TRUE AND p.territoire = ? ORDER BY p.scope`, r.Noun, r.ID, t)
}

// NumberOf gives the latest number of a record in a territoire, 0 for none.
func (v *View) NumberOf(t agenda.TerritoireID, r agenda.Ref) (int64, error) {
	var n sql.NullInt64
	err := v.s.one(`SELECT max(f.number) FROM feed f CROSS JOIN places p ON p.place = f.place
		WHERE f.noun = ? AND f.id = ? AND p.territoire = ?`, r.Noun, r.ID, t).Scan(&n)
	return n.Int64, err
}
