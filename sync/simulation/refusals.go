package simulation

import (
	"slices"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// away is how long, at most, a desktop may have gone on with a right that its
// agent had lost.
const away = 90 * 24 * time.Hour

// beyond tells that a refusal is none of the model's business, which knows
// nothing of rights: its author may not do this, an erasure emptied the command
// on its way, the organisation did not want what was kept aside, or what the
// command names is not for its author to read. was is the outcome it had before.
func (w *world) beyond(c agenda.Command, was, o store.Outcome) bool {
	switch o.Code {
	case agenda.CodeForbidden, agenda.CodeErased:
		return true
	case "rejected":
		return was.Code == agenda.CodeQuarantined && w.rejected(c)
	case agenda.CodeNotFound:
		return w.hidden(c, o.Device)
	}
	return false
}

// rejected reports whether an admin or the secretariat rejected a command that
// was kept aside for them (row 16).
func (w *world) rejected(c agenda.Command) bool {
	var choice string
	w.read(w.central.disk.db, func(v *store.View) error {
		if k, ans := agenda.Get[*agenda.Conflit](v, agenda.NounConflit, string(agenda.QuarantineOf(v, c.ID))); ans == agenda.Yes && !k.Open() {
			choice = k.Choice
		}
		return nil
	})
	return choice == "rejected"
}

// hidden reports whether a record that a command names is there, and its author
// reads it neither now nor with any role they had lately: a server set back does
// not know of the one they were given since. Had it known, the command would
// wait (row 16).
func (w *world) hidden(c agenda.Command, device string) bool {
	none := false
	w.read(w.central.disk.db, func(v *store.View) error {
		by, err := v.Device(device)
		if err != nil {
			return err
		}
		roles, err := v.FormerRoles(by.Agent, w.clock.Add(-away))
		if err != nil {
			return err
		}
		worlds := []agenda.Facts{v}
		for _, r := range roles {
			worlds = append(worlds, agenda.WithRole(v, r))
		}
		none = slices.ContainsFunc(named(c), func(ref agenda.Ref) bool {
			r, ans := v.Record(ref.Noun, ref.ID)
			return ans == agenda.Yes && !slices.ContainsFunc(worlds, func(f agenda.Facts) bool { return reads(f, by.Agent, r) })
		})
		return nil
	})
	return none
}

// reads reports whether one of the scopes of an agent holds a record.
func reads(f agenda.Facts, a agenda.AgentID, r agenda.Record) bool {
	return agenda.ReadThrough(f, agenda.Held(f, a), r)
}

// named lists the records that a command needs to read.
func named(c agenda.Command) []agenda.Ref {
	rdv := func(id agenda.RdvID) []agenda.Ref { return []agenda.Ref{{Noun: agenda.NounRdv, ID: string(id)}} }
	switch a := c.Args.(type) {
	case *agenda.BookRdv:
		var people []agenda.Ref
		for _, p := range a.Participations {
			people = append(people, agenda.Ref{Noun: agenda.NounUsager, ID: string(p.Usager)})
		}
		return people
	case *agenda.MoveRdv:
		return rdv(a.Rdv)
	case *agenda.CancelRdv:
		return rdv(a.Rdv)
	case *agenda.MarkRdv:
		return rdv(a.Rdv)
	case *agenda.ReviseRdv:
		all := rdv(a.Rdv)
		for _, p := range a.Add {
			all = append(all, agenda.Ref{Noun: agenda.NounUsager, ID: string(p.Usager)})
		}
		return all
	case *agenda.Undo:
		var all []agenda.Ref
		for _, e := range a.Edits {
			all = append(all, agenda.Ref{Noun: e.Noun, ID: e.ID})
		}
		return all
	case *agenda.ReviseUsager:
		return []agenda.Ref{{Noun: agenda.NounUsager, ID: string(a.Usager)}}
	}
	return nil
}
