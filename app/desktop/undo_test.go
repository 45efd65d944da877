package desktop

import (
	"strings"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
)

func TestUndoTheLastGesture(t *testing.T) {
	m := nouveau(t, rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia"))
	key := rdvKey("nadia")
	ok[Fait](t)(m.MoveRdv(MoveForm{ID: key, Start: "2026-11-16T14:00"}))
	ok[Fait](t)(m.MoveRdv(MoveForm{ID: key, Start: "2026-11-17T10:00"}))
	where := func() string {
		r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, key))
		return r.Day.String() + " " + r.From.String() + " " + string(r.Status)
	}
	fait := ok[Fait](t)(m.Undo(""))
	if where() != "2026-11-16 14:00 unknown" || fait.Said != "Geste annulé." || fait.CanUndo || fait.Day != "2026-11-16" {
		t.Errorf("%s %+v", where(), fait)
	}
	ok[Fait](t)(m.Undo(""))
	if where() != "2026-11-16 09:00 unknown" {
		t.Errorf("the one before: %s", where())
	}
	_, err := m.Undo("")
	refus(t, err, "nothing_to_undo")
	if n := len(pending(t, m)); n != 4 {
		t.Errorf("%d commands: undoing is a command, nothing leaves the queue", n)
	}
}

func TestUndoEachGesture(t *testing.T) {
	tests := []struct {
		name string
		act  func(m *monde) (Fait, error)
	}{
		{"a status", func(m *monde) (Fait, error) { return m.MarkRdv(rdvKey("passe"), "seen") }},
		{"an arrival", func(m *monde) (Fait, error) { return m.MarkRdv(rdvKey("bientot"), "waiting") }},
		{"a cancellation", func(m *monde) (Fait, error) { return m.CancelRdv(rdvKey("bientot"), "service") }},
		{"people", func(m *monde) (Fait, error) {
			return m.EditRdv(RdvForm{ID: rdvKey("bientot"), Set: []string{"usagers"}, Usagers: []string{string(usagerID("lea"))}})
		}},
		{"a handover", func(m *monde) (Fait, error) {
			return m.MoveRdv(MoveForm{ID: rdvKey("bientot"), FromAgent: string(agentID("claire")), ToAgent: string(agentID("karim"))})
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := nouveau(t, rdv(t, "passe", "claire", aujourdhui+" 09:00", 45, "accompagnement", "nadia"), rdv(t, "bientot", "claire", aujourdhui+" 14:00", 45, "accompagnement", "nadia"))
			look := func() string {
				var all []string
				for _, key := range []string{"passe", "bientot"} {
					r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, rdvKey(key)))
					arrived := "-"
					if r.ArrivedAt != nil {
						arrived = "arrived"
					}
					all = append(all, string(r.Status), arrived, strings.Join(texts(r.Agents), ","), strings.Join(texts(r.Usagers()), ","))
				}
				return strings.Join(all, " ")
			}
			before := look()
			fait := ok[Fait](t)(tt.act(m))
			if look() == before || !fait.CanUndo {
				t.Fatalf("nothing happened: %+v", fait)
			}
			ok[Fait](t)(m.Undo(fait.Command))
			if look() != before {
				t.Errorf("now  %s\nwant %s", look(), before)
			}
			_, err := m.Undo(fait.Command)
			refus(t, err, "undone_already")
		})
	}
}

func TestUndoABooking(t *testing.T) {
	m := nouveau(t)
	fait := ok[Fait](t)(m.BookRdv(form("2026-11-16T09:00")))
	ok[Fait](t)(m.Undo(fait.Command))
	if r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, fait.ID)); r.Status != agenda.StatusRevoked {
		t.Errorf("a booking undone is withdrawn: %s", r.Status)
	}
}

func TestUndoWhatSomebodyChangedSince(t *testing.T) {
	r := rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia")
	m := nouveau(t, r)
	fait := ok[Fait](t)(m.MoveRdv(MoveForm{ID: r.Key(), Start: "2026-11-16T14:00"}))
	theirs := rdv(t, "nadia", "claire", "2026-11-18 09:00", 45, "accompagnement", "nadia")
	theirs.Stamp = agenda.Stamp{Revision: 5, Groups: map[string]agenda.Mark{agenda.GroupSlot: {Revision: 5, Device: "d"}}}
	m.put(theirs)
	_, err := m.Undo(fait.Command)
	refus(t, err, "overtaken")
	if r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, r.Key())); r.Day.String() != "2026-11-18" {
		t.Errorf("it was touched: %s", r.Day)
	}
}

func TestUndoWhatTheServerAcknowledged(t *testing.T) {
	m := nouveau(t, rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia"))
	fait := ok[Fait](t)(m.CancelRdv(rdvKey("nadia"), "usager"))
	err := m.p.db.WriteDesk(m.f.ctx, func(tx *store.DeskTx) error { return tx.DropPending(1, m.clock()) })
	if err != nil {
		t.Fatal(err)
	}
	ok[Fait](t)(m.Undo(""))
	if r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, fait.ID)); r.Cancelled() {
		t.Error("it is still cancelled")
	}
	_, err = m.Undo("pas une commande")
	refus(t, err, "nothing_to_undo")
}
