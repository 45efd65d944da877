package desktop

import (
	"encoding/json"
	"strings"
	"testing"

	"permanence/app/agenda"
)

// slotOf is the former value of a slot as the server tells it.
func slotOf(t *testing.T, r *agenda.Rdv) json.RawMessage {
	t.Helper()
	body, err := json.Marshal(map[string]any{"start": r.Start, "end": r.End, "zone": r.Zone, "day": r.Day, "from": r.From, "lieu": r.Lieu})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func told(lines []LigneHistoire) string {
	var all []string
	for _, one := range lines {
		text := one.Label + " | " + one.When
		if one.Pending {
			text += " | attend"
		}
		for _, r := range one.Rappels {
			text += " | " + r.Label
		}
		all = append(all, plain(text))
	}
	return strings.Join(all, "\n")
}

func TestTheHistoryOfAnRdv(t *testing.T) {
	ten := rdv(t, "nadia", "claire", "2026-11-16 10:00", 45, "accompagnement", "nadia")
	now := rdv(t, "nadia", "claire", "2026-11-16 11:30", 45, "accompagnement", "nadia")
	m := nouveau(t, now)
	m.ligne.passages = map[agenda.Ref][]agenda.Passage{agenda.RefOf(now): {
		{Revision: 2, At: instant(t, "2026-11-10 09:02", "Europe/Paris"), Kind: "changed", Command: id[string]("move"), Author: agenda.AuthorAgent, Agent: agentID("karim"),
			Was: map[string]json.RawMessage{agenda.GroupSlot: slotOf(t, ten)}},
		{Revision: 1, At: now.CreatedAt, Kind: "born", Command: id[string]("book"), Author: agenda.AuthorUsager},
	}}
	ok[Fait](t)(m.EditRdv(RdvForm{ID: now.Key(), Set: []string{"title"}, Title: "Dossier complet"}))
	vue := ok[VueHistoire](t)(m.Histoire("rdv", now.Key()))
	want := `Titre : « Dossier complet » par vous | aujourd’hui à 11 h 20 | attend | Remettre les textes d’avant
Déplacé de 10 h à 11 h 30 par Karim Benali | le mar. 10 nov. à 9 h 02 | Remettre à 10 h le lun. 16 nov., Maison des services
Pris par l’usager | le lun. 2 nov. à 15 h 08`
	if told(vue.Lines) != want || !vue.Full || vue.Notice != "" {
		t.Errorf("%s\nnotice %q", told(vue.Lines), vue.Notice)
	}

	fait := ok[Fait](t)(m.Rappeler(vue.Lines[1].Rappels[0].Key))
	if r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, now.Key())); r.From.String() != "10:00" {
		t.Errorf("it is at %s", r.From)
	}
	if !fait.CanUndo {
		t.Error("putting back is undone like any act")
	}
	ok[Fait](t)(m.Undo(fait.Command))
	if r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, now.Key())); r.From.String() != "11:30" {
		t.Errorf("undone, it is at %s", r.From)
	}
	_, err := m.Rappeler("rien")
	refus(t, err, "not_found")
	_, err = m.Histoire("rdv", rdvKey("ailleurs"))
	refus(t, err, "not_found")
	_, err = m.Histoire("motif", string(motifID("suivi")))
	refus(t, err, "not_found")
}

func TestOfflineTheHistoryIsThisDesksOwn(t *testing.T) {
	r := rdv(t, "nadia", "claire", "2026-11-16 10:00", 45, "accompagnement", "nadia")
	m := nouveau(t, r)
	m.ligne.echec = Refuser(CodeUnreachable)
	ok[Fait](t)(m.MoveRdv(MoveForm{ID: r.Key(), Start: "2026-11-16T11:30", Accept: []string{"hole"}}))
	vue := ok[VueHistoire](t)(m.Histoire("rdv", r.Key()))
	if want := "Déplacé de 10 h à 11 h 30 par vous | aujourd’hui à 11 h 20 | attend | Remettre à 10 h le lun. 16 nov., Maison des services"; told(vue.Lines) != want {
		t.Errorf("%s", told(vue.Lines))
	}
	if vue.Full || !strings.HasPrefix(plain(vue.Notice), "Hors ligne : seuls les gestes de ce poste") {
		t.Errorf("notice %q", vue.Notice)
	}
}

func TestTheHistoryOfAFile(t *testing.T) {
	m := nouveau(t)
	one := usagerID("lea")
	ref := agenda.Ref{Noun: agenda.NounUsager, ID: string(one)}
	m.ligne.passages = map[agenda.Ref][]agenda.Passage{ref: {
		{Revision: 1, At: instant(t, "2026-11-10 09:02", "Europe/Paris"), Kind: "changed", Command: id[string]("phone"), Author: agenda.AuthorAgent, Agent: agentID("karim"),
			Was: map[string]json.RawMessage{"last_name": json.RawMessage(`{"last_name":"Menier"}`)}, Hidden: []string{"phone"}},
	}, {Noun: agenda.NounProfil, ID: string(agenda.ProfilOf(one, orgID("ccas")))}: nil}
	vue := ok[VueHistoire](t)(m.Histoire("usager", string(one)))
	if want := "Nom : « Menier » → « Meunier » ; Téléphone : changé par Karim Benali | le mar. 10 nov. à 9 h 02 | Nom : remettre « Menier »"; told(vue.Lines) != want {
		t.Errorf("%s", told(vue.Lines))
	}
	ok[Fait](t)(m.Rappeler(vue.Lines[0].Rappels[0].Key))
	if f := ok[FicheUsager](t)(m.Usager(string(one))); f.Name != "Léa Menier" {
		t.Errorf("name %s", f.Name)
	}
}
