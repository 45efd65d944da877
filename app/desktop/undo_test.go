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

// The next tests tell what the server answered, as a replica would write it.

func (m *monde) refused(t *testing.T, code agenda.Code, message string) agenda.Command {
	t.Helper()
	q := pending(t, m)[0]
	err := m.p.db.WriteDesk(m.f.ctx, func(tx *store.DeskTx) error {
		item := store.ReviewItem{Command: q.Command.ID, N: q.Command.N, Code: code, Message: message, At: m.clock(), Content: q.Raw}
		if code == agenda.CodeErased {
			item.Content = nil
		}
		if err := tx.AddReview(item); err != nil {
			return err
		}
		for _, e := range q.Undo { // what the rewind would put back
			if string(e.Was) == "null" {
				if err := tx.Remove(agenda.Ref{Noun: e.Noun, ID: e.ID}); err != nil {
					return err
				}
			}
		}
		return tx.DropPending(q.Command.N, m.clock().AddDate(0, 0, -30))
	})
	if err != nil {
		t.Fatal(err)
	}
	return q.Command
}

func TestARefusedCommandWaitsForAPerson(t *testing.T) {
	for _, tt := range []struct {
		name, choice string
		rdvs         int
	}{{"given up", "drop", 0}, {"asked again", "apply", 1}, {"at another time", "move", 1}} {
		t.Run(tt.name, func(t *testing.T) {
			m := nouveau(t)
			ok[Fait](t)(m.BookRdv(form("2026-11-16T09:00")))
			c := m.refused(t, agenda.CodeForbidden, "Vous n’avez plus accès à cet agenda.")
			vue := ok[VueRevoir](t)(m.Review())
			if len(vue.Items) != 1 {
				t.Fatalf("%+v", vue.Items)
			}
			one := vue.Items[0]
			if one.ID != c.ID || one.Kind != "refused" || one.Code != "forbidden" || plain(one.Title) != "Rendez-vous pris : Nadia Haddad" ||
				one.Message != "Vous n’avez plus accès à cet agenda." || len(one.Choices) != 2 || plain(one.Sides[0].Detail) != "lun. 16 nov., 9 h 00 – 9 h 45" {
				t.Errorf("%+v", one)
			}
			if e := ok[EtatSync](t)(m.Sync()); e.Review != 1 {
				t.Errorf("%+v", e)
			}
			start := ""
			if tt.choice == "move" {
				start = "2026-11-18T10:00:00Z"
			}
			ok[Fait](t)(m.SettleReview(c.ID, tt.choice, start))
			if left := ok[VueRevoir](t)(m.Review()); len(left.Items) != 0 {
				t.Errorf("left %+v", left.Items)
			}
			week := ok[VueAgenda](t)(m.Agenda.Agenda(DemandeAgenda{Span: "week", Day: "2026-11-16"}))
			n := 0
			for _, col := range week.Columns {
				n += col.Rdvs
			}
			if n != tt.rdvs {
				t.Errorf("%d rdvs in the week, want %d", n, tt.rdvs)
			}
			_, err := m.SettleReview(c.ID, tt.choice, start)
			refus(t, err, "settled")
		})
	}
}

func TestAnErasedPersonsCommand(t *testing.T) {
	m := nouveau(t)
	ok[Fait](t)(m.SaveUsager(UsagerForm{ID: string(usagerID("lea")), Set: map[string]string{"address": "3 rue du Puits"}}))
	c := m.refused(t, agenda.CodeErased, "Dossier effacé à la demande de l’usager.")
	one := ok[VueRevoir](t)(m.Review()).Items[0]
	if len(one.Choices) != 1 || one.Choices[0].Code != "drop" || one.Choices[0].Label != "J’ai compris" || strings.Contains(one.Title, "Léa") || len(one.Sides) != 0 {
		t.Errorf("%+v", one)
	}
	_, err := m.SettleReview(c.ID, "apply", "")
	refus(t, err, "invalid")
	ok[Fait](t)(m.SettleReview(c.ID, "drop", ""))
}

func conflit(t *testing.T, code agenda.ConflitCode, wanted map[string]string, sides ...agenda.Record) *agenda.Conflit {
	t.Helper()
	c := &agenda.Conflit{ID: id[agenda.ConflitID](string(code)), Territoire: id[agenda.TerritoireID]("territoire"), Code: code, Wanted: wanted,
		OpenedAt: instant(t, "2026-11-09 08:47", "Europe/Paris"), Authors: []agenda.AgentID{agentID("claire")}, Stamp: rev()}
	for _, s := range sides {
		c.Sides = append(c.Sides, agenda.RefOf(s))
	}
	return c
}

func choices(c CasRevoir) string {
	var all []string
	for _, one := range c.Choices {
		all = append(all, one.Code)
	}
	return strings.Join(all, " ")
}

func TestTwoUsagersAtOnce(t *testing.T) {
	mine := rdv(t, "daniel", "claire", "2026-11-19 14:00", 45, "accompagnement", "daniel")
	online := rdv(t, "lea", "claire", "2026-11-19 14:00", 30, "droits", "lea")
	online.CreatedBy = agenda.Creator{Kind: agenda.AuthorUsager}
	online.CreatedAt = mine.CreatedAt.AddDate(0, 0, 1)
	open := plage(t, "p", "claire", "maison", "TH", "14:00", "16:30", "accompagnement")
	world := []agenda.Record{mine, online, open, conflit(t, agenda.ConflitOverlap, nil, mine, online)}

	m := nouveau(t, world...)
	one := ok[VueRevoir](t)(m.Review()).Items[0]
	if plain(one.Title) != "Deux usagers à 14 h, jeudi 19 novembre" || choices(one) != "move keep drop" || one.Rdv != mine.Key() || one.Day != "2026-11-19" {
		t.Errorf("%+v", one)
	}
	var starts []string
	for _, c := range one.Choices[0].Creneaux {
		starts = append(starts, c.Day+" "+c.From)
	}
	if got := strings.Join(starts, ", "); got != "2026-11-19 14:45, 2026-11-19 15:30, 2026-11-26 14:00" || plain(one.Choices[0].Label) != "Déplacer Daniel Rousseau" {
		t.Errorf("E137, the online one stays: %s, %q", got, one.Choices[0].Label)
	}
	if one.Sides[0].Title != "Daniel Rousseau" || !strings.HasPrefix(one.Sides[1].Label, "Pris en ligne par l’usager") {
		t.Errorf("sides %+v", one.Sides)
	}
	fait := ok[Fait](t)(m.SettleReview(one.ID, "move", one.Choices[0].Creneaux[0].Start))
	if r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, mine.Key())); r.From.String() != "14:45" || fait.ID != mine.Key() {
		t.Errorf("%s %+v", r.From, fait)
	}
	if left := ok[VueRevoir](t)(m.Review()).Items; len(left) != 0 {
		t.Errorf("left %+v", left)
	}
	names := []string{}
	for _, q := range pending(t, m) {
		names = append(names, q.Command.Name)
	}
	if strings.Join(names, " ") != "MoveRdv CloseConflit" {
		t.Errorf("commands %v", names)
	}

	m = nouveau(t, world...)
	ok[Fait](t)(m.SettleReview(one.ID, "keep", ""))
	if !has(m.jour("2026-11-19"), mine.Key()) || len(pending(t, m)) != 1 {
		t.Error("keeping both closes the case and touches nothing")
	}
	m = nouveau(t, world...)
	ok[Fait](t)(m.SettleReview(one.ID, "drop", ""))
	if r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, mine.Key())); r.Status != agenda.StatusRevoked {
		t.Errorf("status %s", r.Status)
	}
}

func TestE138CancelledWhileMoved(t *testing.T) {
	gone := status(rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia"), agenda.StatusExcused)
	wanted := map[string]string{"start": "2026-11-17T14:00:00Z", "end": "2026-11-17T14:45:00Z", "zone": "Europe/Paris", "lieu": string(lieuID("maison"))}
	m := nouveau(t, gone, conflit(t, agenda.ConflitCancelledMoved, wanted, gone))
	one := ok[VueRevoir](t)(m.Review()).Items[0]
	if plain(one.Message) != "Annulé par l’usager à 9 h le dim. 15 nov. ; un autre poste avait choisi à 15 h le mar. 17 nov." {
		t.Errorf("message %q", plain(one.Message))
	}
	if choices(one) != "keep apply" {
		t.Errorf("choices %s", choices(one))
	}
	ok[Fait](t)(m.SettleReview(one.ID, "apply", ""))
	if r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, gone.Key())); r.Cancelled() || r.Day.String() != "2026-11-17" || r.From.String() != "15:00" {
		t.Errorf("%s %s %s", r.Status, r.Day, r.From)
	}
}

func TestE139AStatusSetTwice(t *testing.T) {
	// Claire's mark no longer holds on what came from the server: it is kept, and said.
	m := nouveau(t, rdv(t, "nadia", "claire", aujourdhui+" 09:00", 45, "accompagnement", "nadia"))
	ok[Fait](t)(m.MarkRdv(rdvKey("nadia"), "seen"))
	theirs := status(rdv(t, "nadia", "claire", aujourdhui+" 09:00", 45, "accompagnement", "nadia"), agenda.StatusNoShow)
	theirs.Stamp = agenda.Stamp{Revision: 2, Groups: map[string]agenda.Mark{agenda.GroupStatus: {Revision: 2, Device: "autre"}}}
	var code agenda.Code
	err := m.p.db.WriteDesk(m.f.ctx, func(tx *store.DeskTx) error {
		if err := tx.Put(theirs); err != nil {
			return err
		}
		queue, err := tx.PendingCommands()
		if err != nil {
			return err
		}
		code, err = m.p.counter.Replay(tx, queue[0].Pending, func(agenda.Ref) bool { return true })
		return err
	})
	if err != nil || code != "" {
		t.Fatalf("replayed %q %v", code, err)
	}
	if it := item(t, m.jour(aujourdhui), rdvKey("nadia")); it.State != "seen" || !it.Pending {
		t.Errorf("the later word stands here until the server judges: %s", it.State)
	}
}

func TestWhatNoLongerHoldsIsSaid(t *testing.T) {
	m := nouveau(t, rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia"))
	ok[Fait](t)(m.CancelRdv(rdvKey("nadia"), "service"))
	err := m.p.db.WriteDesk(m.f.ctx, func(tx *store.DeskTx) error { return tx.SetPendingState(1, agenda.CodeAlreadyCancelled) })
	if err != nil {
		t.Fatal(err)
	}
	one := ok[VueRevoir](t)(m.Review()).Items[0]
	if one.Kind != "info" || one.Code != "already_cancelled" || len(one.Choices) != 0 || plain(one.Title) != "Rendez-vous annulé : Nadia Haddad" {
		t.Errorf("%+v", one)
	}
	_, err = m.SettleReview(one.ID, "keep", "")
	refus(t, err, "invalid")
}

func TestTwoFilesOfOnePerson(t *testing.T) {
	world := person("double", "Nadia", "Hadad", "1987-03-04", "+33199004120", "")
	a, b := &agenda.Usager{ID: usagerID("nadia")}, &agenda.Usager{ID: usagerID("double")}
	c := conflit(t, agenda.ConflitDuplicateUsager, nil, a, b)
	m := deQui(t, "nathalie", append(world, c)...)
	one := ok[VueRevoir](t)(m.Review()).Items[0]
	if plain(one.Title) != "Même personne saisie deux fois : Nadia Haddad" || choices(one) != "apply keep" || len(one.Sides) != 2 {
		t.Errorf("%+v", one)
	}
	ok[Fait](t)(m.SettleReview(one.ID, "keep", ""))
	if left := ok[VueRevoir](t)(m.Review()).Items; len(left) != 0 {
		t.Errorf("left %+v", left)
	}
}

// Every conflit has at least one choice, a title and a sentence, whatever is
// here of its sides.
func TestEveryConflitCanBeSettled(t *testing.T) {
	all := []agenda.ConflitCode{agenda.ConflitOverlap, agenda.ConflitAbsent, agenda.ConflitAbsenceOver, agenda.ConflitMoved, agenda.ConflitCancelledMoved,
		agenda.ConflitPresence, agenda.ConflitOverbooked, agenda.ConflitOutside, agenda.ConflitDuplicateRdv, agenda.ConflitDuplicateUsager}
	r := rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia")
	away := absence(t, "a", "claire", "2026-11-16", "08:00", "12:00")
	unknown := rdv(t, "ailleurs", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia")
	for _, sides := range [][]agenda.Record{{r, away}, {unknown}, {&agenda.Usager{ID: usagerID("nadia")}, &agenda.Usager{ID: usagerID("rien")}}} {
		world := []agenda.Record{r, away}
		for _, code := range all {
			world = append(world, conflit(t, code, nil, sides...))
		}
		m := nouveau(t, world...)
		items := ok[VueRevoir](t)(m.Review()).Items
		if len(items) != len(all) {
			t.Fatalf("%d cases, want %d", len(items), len(all))
		}
		for _, one := range items {
			if one.Title == "" || one.Message == "" || len(one.Choices) == 0 {
				t.Errorf("%+v", one)
			}
		}
		for _, one := range items {
			ok[Fait](t)(m.SettleReview(one.ID, "keep", ""))
		}
		if left := ok[VueRevoir](t)(m.Review()).Items; len(left) != 0 {
			t.Errorf("%d cases are left", len(left))
		}
	}
}

func TestAnAbsenceOverSeveralRdvsIsWorkedAsAList(t *testing.T) {
	away := absence(t, "a", "claire", "2026-11-16", "08:00", "12:00")
	later := rdv(t, "dix heures", "claire", "2026-11-16 10:00", 45, "accompagnement", "daniel")
	first := rdv(t, "neuf heures", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia")
	m := nouveau(t, away, later, first, plage(t, "p", "claire", "maison", "TU", "09:00", "12:00", "accompagnement"), conflit(t, agenda.ConflitAbsenceOver, nil, away, later, first))
	one := ok[VueRevoir](t)(m.Review()).Items[0]
	if one.Title != "2 rendez-vous à replacer" || len(one.Sides) != 2 || one.Sides[0].Title != "Nadia Haddad" || plain(one.Choices[0].Label) != "Déplacer Nadia Haddad" {
		t.Fatalf("%+v", one)
	}
	ok[Fait](t)(m.SettleReview(one.ID, "move", one.Choices[0].Creneaux[0].Start))
	items := ok[VueRevoir](t)(m.Review()).Items
	if len(items) != 1 || items[0].Title != "1 rendez-vous à replacer" || items[0].Sides[0].Title != "Daniel Rousseau" || items[0].Rdv != later.Key() {
		t.Fatalf("one is left: %+v", items)
	}
	ok[Fait](t)(m.SettleReview(one.ID, "drop", ""))
	if left := ok[VueRevoir](t)(m.Review()).Items; len(left) != 0 {
		t.Errorf("left %+v", left)
	}
}
