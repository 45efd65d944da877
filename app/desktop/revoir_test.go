package desktop

import (
	"strings"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
)

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
				one.Message != "Vous n’avez plus accès à cet agenda." || choices(one) != "fix apply drop" || plain(one.Sides[0].Detail) != "lun. 16 nov., 9 h 00 – 9 h 45" {
				t.Errorf("%+v", one)
			}
			if e := ok[EtatSync](t)(m.Sync()); e.Review != 1 {
				t.Errorf("%+v", e)
			}
			start := ""
			if tt.choice == "move" {
				start = "2026-11-18T10:00:00Z"
			}
			ok[Fait](t)(m.SettleReview(DecisionForm{ID: c.ID, Choice: tt.choice, Start: start}))
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
			_, err := m.SettleReview(DecisionForm{ID: c.ID, Choice: tt.choice, Start: start})
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
	_, err := m.SettleReview(DecisionForm{ID: c.ID, Choice: "apply"})
	refus(t, err, "invalid")
	ok[Fait](t)(m.SettleReview(DecisionForm{ID: c.ID, Choice: "drop"}))
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
	fait := ok[Fait](t)(m.SettleReview(DecisionForm{ID: one.ID, Choice: "move", Start: one.Choices[0].Creneaux[0].Start}))
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
	if strings.Join(names, " ") != "CloseConflit MoveRdv" {
		t.Errorf("commands %v", names)
	}

	m = nouveau(t, world...)
	ok[Fait](t)(m.SettleReview(DecisionForm{ID: one.ID, Choice: "keep"}))
	if !has(m.jour("2026-11-19"), mine.Key()) || len(pending(t, m)) != 1 {
		t.Error("keeping both closes the case and touches nothing")
	}
	m = nouveau(t, world...)
	ok[Fait](t)(m.SettleReview(DecisionForm{ID: one.ID, Choice: "drop"}))
	if r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, mine.Key())); r.Status != agenda.StatusRevoked {
		t.Errorf("status %s", r.Status)
	}
}

func TestE138CancelledWhileMoved(t *testing.T) {
	gone := status(rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia"), agenda.StatusExcused)
	wanted := map[string]string{"start": "2026-11-17T14:00:00Z", "end": "2026-11-17T14:45:00Z", "zone": "Europe/Paris", "lieu": string(lieuID("maison"))}
	m := nouveau(t, gone, conflit(t, agenda.ConflitCancelledMoved, wanted, gone))
	one := ok[VueRevoir](t)(m.Review()).Items[0]
	if plain(one.Message) != "Annulé par l’usager, le dim. 15 nov. à 9 h ; un autre poste avait choisi 15 h le mar. 17 nov." {
		t.Errorf("message %q", plain(one.Message))
	}
	if choices(one) != "keep apply" {
		t.Errorf("choices %s", choices(one))
	}
	ok[Fait](t)(m.SettleReview(DecisionForm{ID: one.ID, Choice: "apply"}))
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
	_, err = m.SettleReview(DecisionForm{ID: one.ID, Choice: "keep"})
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
	ok[Fait](t)(m.SettleReview(DecisionForm{ID: one.ID, Choice: "keep"}))
	if left := ok[VueRevoir](t)(m.Review()).Items; len(left) != 0 {
		t.Errorf("left %+v", left)
	}
}

// Every conflit has at least one choice, a title and a sentence, whatever is
// here of its sides.
func TestEveryConflitCanBeSettled(t *testing.T) {
	all := []agenda.ConflitCode{agenda.ConflitOverlap, agenda.ConflitAbsent, agenda.ConflitAbsenceOver, agenda.ConflitMoved, agenda.ConflitCancelledMoved,
		agenda.ConflitPresence, agenda.ConflitOverbooked, agenda.ConflitOutside, agenda.ConflitDuplicateRdv, agenda.ConflitDuplicateUsager,
		agenda.ConflitStatus, agenda.ConflitAgentLeft, agenda.ConflitBegan}
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
		if len(items) != len(all)-1 { // a double tells of its overlap
			t.Fatalf("%d cases, want %d", len(items), len(all)-1)
		}
		for _, one := range items {
			if one.Title == "" || one.Message == "" || len(one.Choices) == 0 {
				t.Errorf("%+v", one)
			}
		}
		for _, one := range items {
			ok[Fait](t)(m.SettleReview(DecisionForm{ID: one.ID, Choice: "keep"}))
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
	if plain(one.Title) != "2 rendez-vous à replacer : absence de Claire Fournier le 16 nov." || len(one.Rows) != 2 || choices(one) != "lift keep" {
		t.Fatalf("%+v", one)
	}
	row := one.Rows[0]
	if row.Title != "Nadia Haddad" || row.Choices[0].Code != "assign" || row.Choices[0].Agents[0].Label != "Karim Benali" || len(row.Choices[1].Creneaux) != 3 {
		t.Fatalf("%+v", row)
	}
	ok[Fait](t)(m.SettleReview(DecisionForm{ID: one.ID, Choice: "move", Rdv: row.Rdv, Start: row.Choices[1].Creneaux[0].Start}))
	items := ok[VueRevoir](t)(m.Review()).Items
	if len(items) != 1 || !strings.HasPrefix(items[0].Title, "1 rendez-vous à replacer") || items[0].Rows[0].Title != "Daniel Rousseau" || items[0].Rdv != later.Key() {
		t.Fatalf("one is left: %+v", items)
	}
	ok[Fait](t)(m.SettleReview(DecisionForm{ID: one.ID, Choice: "drop"}))
	if left := ok[VueRevoir](t)(m.Review()).Items; len(left) != 0 {
		t.Errorf("left %+v", left)
	}
}

func TestAnotherReceivesOrTheAbsenceGoes(t *testing.T) {
	away := absence(t, "a", "claire", "2026-11-16", "08:00", "12:00")
	r := rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia")
	taken := rdv(t, "karim", "karim", "2026-11-16 09:30", 45, "accompagnement", "lea")
	for _, tt := range []struct {
		name   string
		more   []agenda.Record
		form   DecisionForm
		offers string
		agents string
	}{
		{"karim is free", nil, DecisionForm{Choice: "assign", Agent: string(agentID("karim"))}, "assign move lift keep drop", "Karim Benali"},
		{"nobody is", []agenda.Record{taken}, DecisionForm{Choice: "lift"}, "move lift keep drop", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := nouveau(t, append(tt.more, away, r, conflit(t, agenda.ConflitAbsent, nil, r, away))...)
			one := ok[VueRevoir](t)(m.Review()).Items[0]
			if choices(one) != tt.offers || plain(one.Title) != "Rendez-vous pendant l’absence de Claire Fournier : Nadia Haddad" || len(one.Sides) != 2 {
				t.Fatalf("%s: %+v", choices(one), one)
			}
			if tt.agents != "" && (len(one.Choices[0].Agents) != 1 || one.Choices[0].Agents[0].Label != tt.agents) {
				t.Errorf("agents %+v", one.Choices[0].Agents)
			}
			tt.form.ID = one.ID
			ok[Fait](t)(m.SettleReview(tt.form))
			now := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, r.Key()))
			if got := now.Agents[0] == agentID("karim"); got != (tt.form.Choice == "assign") || !now.Start.Equal(r.Start) {
				t.Errorf("agents %v, start %s", now.Agents, now.Start)
			}
			if left := ok[VueRevoir](t)(m.Review()).Items; len(left) != 0 {
				t.Errorf("left %+v", left)
			}
		})
	}
}

func TestWhoMovedItAndWhen(t *testing.T) {
	r := rdv(t, "nadia", "claire", "2026-11-16 10:00", 45, "accompagnement", "nadia")
	wanted := map[string]string{"start": "2026-11-16T10:30:00Z", "end": "2026-11-16T11:15:00Z", "zone": "Europe/Paris", "lieu": string(lieuID("maison")),
		"by": string(agentID("claire")), "at": "2026-11-09T09:00:00Z", "stood_by": string(agentID("karim")), "stood_at": "2026-11-09T08:02:00Z"}
	m := nouveau(t, r, conflit(t, agenda.ConflitMoved, wanted, r))
	one := ok[VueRevoir](t)(m.Review()).Items[0]
	if want := "Déplacé à 10 h le lun. 16 nov. par Karim Benali, le lun. 9 nov. à 9 h 02 ; vous aviez choisi 11 h 30 le lun. 16 nov. L’usager n’a pas été prévenu par courriel."; plain(one.Message) != want {
		t.Errorf("message %q", plain(one.Message))
	}
	if choices(one) != "keep apply told" || plain(one.Choices[1].Label) != "Prendre 11 h 30 le lun. 16 nov." {
		t.Errorf("%+v", one.Choices)
	}
	fait := ok[Fait](t)(m.SettleReview(DecisionForm{ID: one.ID, Choice: "apply"}))
	if now := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, r.Key())); now.From.String() != "11:30" {
		t.Errorf("it is at %s", now.From)
	}
	// A decision is undone like any other act: the case is back, and the rdv too.
	ok[Fait](t)(m.Undo(fait.Command))
	if now := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, r.Key())); now.From.String() != "10:00" {
		t.Errorf("undone, it is at %s", now.From)
	}
	if items := ok[VueRevoir](t)(m.Review()).Items; len(items) != 1 {
		t.Errorf("undone, %d cases wait", len(items))
	}
}

func TestMoreInscribedThanSeats(t *testing.T) {
	full := rdv(t, "atelier", "claire", "2026-11-19 14:00", 120, "atelier", "nadia lea daniel")
	full.Capacity = 2
	next := rdv(t, "suivant", "claire", "2026-11-26 14:00", 120, "atelier", "yanis")
	next.Capacity = 4
	for _, tt := range []struct {
		name   string
		form   DecisionForm
		seats  int
		here   bool
		status agenda.Status
	}{
		{"one seat more", DecisionForm{Choice: "apply"}, 3, true, agenda.StatusUnknown},
		{"another session", DecisionForm{Choice: "join", Seance: next.Key()}, 2, false, agenda.StatusUnknown},
		{"refused, and told", DecisionForm{Choice: "drop"}, 2, true, agenda.StatusRevoked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := nouveau(t, full, next, conflit(t, agenda.ConflitOverbooked, nil, full))
			one := ok[VueRevoir](t)(m.Review()).Items[0]
			if plain(one.Title) != "3ᵉ inscrit pour 2 places : Atelier budget du 19 nov." || choices(one) != "apply join drop keep" {
				t.Fatalf("%s %s", one.Title, choices(one))
			}
			if got := plain(one.Choices[1].Seances[0].Label); got != "jeu. 26 nov., 14 h 00, 3 places libres" {
				t.Errorf("session %q", got)
			}
			tt.form.ID = one.ID
			ok[Fait](t)(m.SettleReview(tt.form))
			now := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, full.Key()))
			if now.Capacity != tt.seats || now.Has(usagerID("daniel")) != tt.here || tt.here && now.StatusOf(usagerID("daniel")) != tt.status {
				t.Errorf("%+v", now)
			}
			if other := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, next.Key())); other.Has(usagerID("daniel")) == tt.here {
				t.Errorf("the other session: %v", other.Usagers())
			}
		})
	}
}

func TestTheValuesOfTwoFilesAreChosen(t *testing.T) {
	world := person("double", "Nadia", "Hadad", "1987-03-04", "+33199004121", "nadia@example.org")
	one, two := usagerID("nadia"), usagerID("double")
	m := deQui(t, "nathalie", append(world, conflit(t, agenda.ConflitDuplicateUsager, nil, &agenda.Usager{ID: one}, &agenda.Usager{ID: two}))...)
	c := ok[VueRevoir](t)(m.Review()).Items[0]
	var shown []string
	for _, f := range c.Champs {
		shown = append(shown, f.Label+" "+plain(f.Keep)+"/"+plain(f.Drop))
	}
	if got := strings.Join(shown, ", "); !strings.Contains(got, "Nom Haddad/Hadad, Naissance 4 mars 1987/4 mars 1987") || !strings.Contains(got, "Adresse 7 rue des Saules/") {
		t.Errorf("fields %s", got)
	}
	_, err := m.SettleReview(DecisionForm{ID: c.ID, Choice: "apply", Fields: []string{"caisse"}})
	refus(t, err, "invalid")
	ok[Fait](t)(m.SettleReview(DecisionForm{ID: c.ID, Choice: "apply", Fields: []string{"email", "last_name"}}))
	f := ok[FicheUsager](t)(m.Usager(string(one)))
	if f.Name != "Nadia Hadad" {
		t.Errorf("name %s", f.Name)
	}
	if _, err := m.Usager(string(two)); err == nil {
		t.Error("the second file is still here")
	}
}

func TestWhatDependsOnARefusalIsDecidedWithIt(t *testing.T) {
	for _, choice := range []string{"drop", "apply"} {
		t.Run(choice, func(t *testing.T) {
			m := nouveau(t)
			person := ok[Fait](t)(m.SaveUsager(UsagerForm{Set: map[string]string{"first_name": "Rosa", "last_name": "Essai", "phone": "01 99 00 77 77"}}))
			booked := form("2026-11-16T09:00")
			booked.Usagers = []string{person.ID}
			ok[Fait](t)(m.BookRdv(booked))
			m.refused(t, agenda.CodeFieldOff, "Ce champ n’est pas activé dans votre organisation.")
			m.refused(t, agenda.CodeNotFound, "Introuvable.")
			items := ok[VueRevoir](t)(m.Review()).Items
			if len(items) != 1 || len(items[0].Depends) != 1 || !strings.HasPrefix(plain(items[0].Depends[0]), "Rendez-vous pris : ") || !strings.Contains(plain(items[0].Depends[0]), "9 h 00 – 9 h 45") {
				t.Fatalf("%+v", items)
			}
			fait := ok[Fait](t)(m.SettleReview(DecisionForm{ID: items[0].ID, Choice: choice}))
			if left := ok[VueRevoir](t)(m.Review()).Items; len(left) != 0 {
				t.Errorf("left %+v", left)
			}
			if n := len(pending(t, m)); (n == 2) != (choice == "apply") {
				t.Errorf("%d commands wait", n)
			}
			if choice == "apply" {
				return
			}
			if !fait.CanUndo || plain(fait.Said) != "Saisie abandonnée." {
				t.Errorf("%+v", fait)
			}
			ok[Fait](t)(m.Undo(fait.Command))
			if items := ok[VueRevoir](t)(m.Review()).Items; len(items) != 1 || len(items[0].Depends) != 1 {
				t.Errorf("brought back: %+v", items)
			}
			_, err := m.Undo(fait.Command)
			refus(t, err, "nothing_to_undo")
		})
	}
}
