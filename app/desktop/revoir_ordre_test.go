package desktop

import (
	"encoding/json"
	"strings"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
)

func TestTodaysCasesComeFirst(t *testing.T) {
	var world []agenda.Record
	for _, one := range []struct{ key, when string }{{"later", "2026-12-14 09:00"}, {"past", "2026-11-02 09:00"}, {"soon", "2026-11-17 09:00"}, {"today", aujourdhui + " 15:00"}} {
		r := rdv(t, one.key, "claire", one.when, 45, "accompagnement", "nadia")
		c := conflit(t, agenda.ConflitOutside, nil, r)
		c.ID = id[agenda.ConflitID](one.key)
		world = append(world, r, c)
	}
	m := nouveau(t, world...)
	var got []string
	for _, one := range ok[VueRevoir](t)(m.Review()).Items {
		got = append(got, one.Urgency+" "+one.Day)
	}
	if want := "today 2026-11-12, soon 2026-11-17, later 2026-11-02, later 2026-12-14"; strings.Join(got, ", ") != want {
		t.Errorf("%v", got)
	}
}

func TestBackAfterThreeWeeks(t *testing.T) {
	r := rdv(t, "nadia", "claire", "2026-11-19 10:00", 45, "accompagnement", "nadia")
	m := nouveau(t, r)
	away := instant(t, "2026-10-19 18:00", "Europe/Paris")
	m.ligne.say(Ligne{LastSync: away, Complete: true})
	if err := m.p.keepLastSync(m.f.ctx); err != nil {
		t.Fatal(err)
	}
	if vue := ok[VueRevoir](t)(m.Review()); vue.Back != nil {
		t.Errorf("the first exchange is no return: %+v", vue.Back)
	}
	ok[Fait](t)(m.CancelRdv(rdvKey("nadia"), "usager"))
	ok[Fait](t)(m.SaveUsager(UsagerForm{ID: string(usagerID("lea")), Set: map[string]string{"address": "3 rue du Puits"}}))
	queue := pending(t, m)
	c := conflit(t, agenda.ConflitOutside, nil, r)
	c.Command = queue[0].Command.ID
	err := m.p.db.WriteDesk(m.f.ctx, func(tx *store.DeskTx) error {
		if err := tx.Put(c); err != nil {
			return err
		}
		for _, q := range queue {
			if err := tx.DropPending(q.Command.N, m.clock()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m.ligne.say(Ligne{Online: true, LastSync: m.clock(), Complete: true})
	if err := m.p.keepLastSync(m.f.ctx); err != nil {
		t.Fatal(err)
	}
	back := ok[VueRevoir](t)(m.Review()).Back
	if back == nil || plain(back.Title) != "De retour après trois semaines" || plain(back.Detail) != "Ce poste était hors ligne du lun. 19 oct. au jeu. 12 nov., 11 h 20." {
		t.Fatalf("%+v", back)
	}
	if back.Sent != 2 || back.Passed != 1 || back.Decide != 1 || back.Refused != 0 {
		t.Errorf("%+v", back)
	}
	m.at("2026-11-17 09:00")
	if old := ok[VueRevoir](t)(m.Review()).Back; old != nil {
		t.Errorf("old news: %+v", old)
	}
}

func TestWhatTheServerKeepsWithoutJudging(t *testing.T) {
	m := nouveau(t, rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia"))
	ok[Fait](t)(m.CancelRdv(rdvKey("nadia"), "service"))
	err := m.p.db.WriteDesk(m.f.ctx, func(tx *store.DeskTx) error {
		return tx.SettlePending(1, []byte(`{"verdict":"waiting","code":"unknown_command"}`))
	})
	if err != nil {
		t.Fatal(err)
	}
	one := ok[VueRevoir](t)(m.Review()).Items[0]
	if one.Kind != "info" || one.Code != "unknown_command" || !strings.Contains(plain(one.Message), "Mettez à jour l’application ; rien n’est perdu.") {
		t.Errorf("%+v", one)
	}
}

func TestWhatWasDecidedLately(t *testing.T) {
	r := rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia")
	c := conflit(t, agenda.ConflitOutside, nil, r)
	at := instant(t, "2026-11-11 09:02", "Europe/Paris")
	c.ClosedAt, c.ClosedBy, c.Choice = &at, agentID("karim"), "keep"
	m := nouveau(t, r, c)
	closed := ok[VueRevoir](t)(m.Review()).Closed
	if len(closed) != 1 || closed[0].Said != "Gardé par Karim Benali" || plain(closed[0].When) != "mer. 11 nov., 9 h 02" {
		t.Errorf("%+v", closed)
	}
}

func TestTheLaterWordStandsAndTheOtherIsBroughtBack(t *testing.T) {
	r := status(rdv(t, "nadia", "claire", aujourdhui+" 09:00", 45, "accompagnement", "nadia"), agenda.StatusExcused)
	wanted := map[string]string{"status": "noshow", "stood": "excused", "by": string(agentID("claire")), "stood_by": string(agentID("nathalie")), "stood_at": "2026-11-12T09:30:00Z"}
	m := nouveau(t, r, conflit(t, agenda.ConflitStatus, wanted, r))
	one := ok[VueRevoir](t)(m.Review()).Items[0]
	if one.Kind != "info" || plain(one.Title) != "Absent → Excusé : Nadia Haddad" || choices(one) != "keep apply" ||
		plain(one.Message) != "« Absent » noté par vous ; « Excusé » noté par Nathalie Roux, aujourd’hui à 10 h 30. Le dernier reçu est gardé." {
		t.Errorf("%+v", one)
	}
	ok[Fait](t)(m.SettleReview(DecisionForm{ID: one.ID, Choice: "apply"}))
	if now := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, r.Key())); now.Status != agenda.StatusNoShow {
		t.Errorf("status %s", now.Status)
	}
}

func TestAnEntryWaitsForTheSecretariat(t *testing.T) {
	cmd := agenda.NewCommand(id[string]("saisie"), instant(t, "2026-11-10 16:00", "Europe/Paris"),
		&agenda.CancelRdv{Rdv: id[agenda.RdvID]("rdv", "nadia"), By: "service"})
	body, err := json.Marshal(cmd)
	if err != nil {
		t.Fatal(err)
	}
	r := rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia")
	c := conflit(t, agenda.ConflitQuarantined, map[string]string{"agent": string(agentID("thomas")), "name": cmd.Name, "at": "2026-11-10T15:00:00Z"}, r)
	c.Organisation, c.Content, c.Authors = orgID("ccas"), body, nil

	m := deQui(t, "nathalie", r, c)
	one := ok[VueRevoir](t)(m.Review()).Items[0]
	if one.Title != "Saisie de Thomas Petit en attente de votre accord" || choices(one) != "apply drop" || len(one.Sides) != 1 ||
		plain(one.Sides[0].Title) != "Rendez-vous annulé : Nadia Haddad" {
		t.Errorf("%+v", one)
	}
	_, err = m.SettleReview(DecisionForm{ID: one.ID, Choice: "keep"})
	refus(t, err, "invalid")
	ok[Fait](t)(m.SettleReview(DecisionForm{ID: one.ID, Choice: "apply"}))
	if now := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, r.Key())); !now.Cancelled() {
		t.Errorf("status %s", now.Status)
	}
	if left := ok[VueRevoir](t)(m.Review()).Items; len(left) != 0 {
		t.Errorf("left %+v", left)
	}
	if items := ok[VueRevoir](t)(nouveau(t, r, c).Review()).Items; len(items) != 0 {
		t.Errorf("an agent without that right sees %+v", items)
	}
}

func TestWhoLeftIsReplaced(t *testing.T) {
	r := rdv(t, "nadia", "thomas", "2026-11-16 09:00", 45, "accompagnement", "nadia")
	m := deQui(t, "nathalie", r, conflit(t, agenda.ConflitAgentLeft, nil, r, &agenda.Agent{ID: agentID("thomas")}))
	one := ok[VueRevoir](t)(m.Review()).Items[0]
	if plain(one.Title) != "Rendez-vous à confier : Nadia Haddad" || choices(one) != "assign keep drop" || !strings.HasPrefix(one.Message, "Thomas Petit ne reçoit plus") {
		t.Fatalf("%+v", one)
	}
	ok[Fait](t)(m.SettleReview(DecisionForm{ID: one.ID, Choice: "assign", Agent: string(agentID("karim"))}))
	if now := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, r.Key())); len(now.Agents) != 1 || now.Agents[0] != agentID("karim") {
		t.Errorf("agents %v", now.Agents)
	}
}

func TestTheSameRdvTwiceIsOneCase(t *testing.T) {
	one := rdv(t, "une", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia")
	two := rdv(t, "deux", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia")
	m := nouveau(t, one, two, conflit(t, agenda.ConflitOverlap, nil, one, two), conflit(t, agenda.ConflitDuplicateRdv, nil, one, two))
	items := ok[VueRevoir](t)(m.Review()).Items
	if len(items) != 1 || items[0].Code != "duplicate_rdv" {
		t.Fatalf("%+v", items)
	}
	ok[Fait](t)(m.SettleReview(DecisionForm{ID: items[0].ID, Choice: "keep"}))
	if left := ok[VueRevoir](t)(m.Review()).Items; len(left) != 0 {
		t.Errorf("kept both, left %+v", left)
	}
}
