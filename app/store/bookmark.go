package store

import "permanence/app/agenda"

// Bookmark is the number a follower has passed in a territoire, 0 at first.
func (v *View) Bookmark(follower string, t agenda.TerritoireID) (int64, error) {
	var n int64
	_, err := found(v.s.one("SELECT number FROM bookmarks WHERE name = ? AND territoire = ?", follower, t).Scan(&n))
	return n, err
}

// Bookmarks gives every territoire with what the follower has passed there and
// the head, by id.
func (v *View) Bookmarks(follower string) (map[agenda.TerritoireID]int64, error) {
	heads, err := v.Heads()
	if err != nil {
		return nil, err
	}
	passed := map[agenda.TerritoireID]int64{}
	for _, h := range heads {
		if passed[h.Territoire], err = v.Bookmark(follower, h.Territoire); err != nil {
			return nil, err
		}
	}
	return passed, nil
}

// MoveBookmark moves a follower's bookmark from one number to another, in the
// transaction of what it did about them. It reports false, and changes nothing,
// when the bookmark is no longer at from.
func (tx *ServerTx) MoveBookmark(follower string, t agenda.TerritoireID, from, to int64) (bool, error) {
	at, err := tx.Bookmark(follower, t)
	if err != nil || at != from {
		return false, err
	}
	return true, tx.change("move a bookmark", "INSERT INTO bookmarks (name, territoire, number) VALUES (?, ?, ?) ON CONFLICT (name, territoire) DO UPDATE SET number = excluded.number",
		follower, t, to)
}
