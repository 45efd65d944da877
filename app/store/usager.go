package store

import (
	"database/sql"

	"permanence/app/agenda"
	"permanence/app/civil"
)

var usagers = tableFor(agenda.NounUsager, "usagers",
	[]string{"territoire", "names", "identity_key", "birth_date", "email", "phone", "responsable"},
	func(u *agenda.Usager) []any {
		return []any{u.Territoire, agenda.Fold(u.LastName + " " + u.FirstName + " " + u.BirthName), agenda.IdentityKey(u.FirstName, u.LastName),
			day(u.BirthDate), maybe(u.Email), maybe(u.Phone), maybe(u.Responsable)}
	}).pointedAt(
	child{"usager_merged", "usager", "merged", func(r agenda.Record) [][]any {
		var rows [][]any
		for _, id := range r.(*agenda.Usager).Merged {
			rows = append(rows, []any{id})
		}
		return rows
	}})

// day writes a civil day that may be missing.
func day(d civil.Date) sql.NullString { return maybe(d.String()) }

// Usagers gives the usagers that meet q, by id, 100 at most.
func (v *View) Usagers(q agenda.UsagerQuery) []*agenda.Usager {
	where, arg := "", ""
	switch {
	case q.Merged != "":
		where, arg = "seq IN (SELECT usager FROM usager_merged WHERE merged = ?)", string(q.Merged)
	case q.Responsable != "":
		where, arg = "responsable = ?", string(q.Responsable)
	case q.Email != "":
		where, arg = "email = ?", q.Email
	case q.Phone != "":
		where, arg = "phone = ?", q.Phone
	case q.Identity != "":
		where, arg = "identity_key = ?", q.Identity
	default:
		return nil
	}
	args := []any{arg}
	if q.Identity != "" && !q.BirthDate.IsZero() {
		where, args = where+" AND birth_date = ?", append(args, q.BirthDate.String())
	}
	if q.Territoire != "" {
		where, args = where+" AND territoire = ?", append(args, q.Territoire)
	}
	return factsOf[*agenda.Usager](v, usagers, "WHERE "+where+" ORDER BY id LIMIT 100", args...)
}
