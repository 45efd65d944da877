package desktop

import (
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// form books Nadia at the Maison with Claire, at an hour of Paris.
func form(start string) RdvForm {
	return RdvForm{Motif: string(motifID("accompagnement")), Lieu: string(lieuID("maison")), Usagers: []string{string(usagerID("nadia"))}, Start: start}
}

func pending(t *testing.T, m *monde) []store.Queued {
	t.Helper()
	var queue []store.Queued
	err := m.p.db.Read(m.f.ctx, func(v *store.View) error {
		var err error
		queue, err = v.PendingCommands()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return queue
}

func TestBookOffline(t *testing.T) {
	m := nouveau(t)
	m.ligne.say(Ligne{})
	fait := ok[Fait](t)(m.BookRdv(form("2026-11-16T09:00")))
	if plain(fait.Said) != "Pris : Nadia Haddad, lun. 16 nov., 9 h 00." || fait.Day != "2026-11-16" || !fait.Pending || !fait.CanUndo || fait.Revision != 1 {
		t.Errorf("%+v", fait)
	}
	it := item(t, m.jour("2026-11-16"), fait.ID)
	if it.From != "09:00" || it.To != "09:45" || !it.Pending || it.Lieu != string(lieuID("maison")) || it.Agent != string(agentID("claire")) {
		t.Errorf("%+v", it)
	}
	queue := pending(t, m)
	if len(queue) != 1 || queue[0].Command.ID != fait.Command || queue[0].Author != agentID("claire") || queue[0].Command.Device == "" {
		t.Errorf("queue %+v", queue)
	}
	if m.ligne.woken != 1 {
		t.Errorf("the line was woken %d times", m.ligne.woken)
	}
}

func TestWhatBookingProposes(t *testing.T) {
	at := func(f RdvForm) *agenda.Rdv {
		m := nouveau(t, plage(t, "p", "claire", "tilleuls", "MO", "08:00", "12:00", "droits"))
		fait := ok[Fait](t)(m.BookRdv(f))
		return ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, fait.ID))
	}
	f := form("2026-11-16T09:00")
	f.Lieu = ""
	if r := at(f); r.Lieu != lieuID("tilleuls") || r.End.Sub(r.Start) != 45*time.Minute || !slices.Equal(r.Agents, []agenda.AgentID{agentID("claire")}) {
		t.Errorf("lieu %s, agents %v, %v", r.Lieu, r.Agents, r.End.Sub(r.Start))
	}
	f = form("2026-11-16T09:00")
	f.Motif, f.DurationMin = string(motifID("suivi")), 20
	if r := at(f); r.End.Sub(r.Start) != 20*time.Minute {
		t.Errorf("the length asked is %v", r.End.Sub(r.Start))
	}
}

func TestBookingRefused(t *testing.T) {
	with := func(change func(*RdvForm)) RdvForm {
		f := form("2026-11-16T09:00")
		change(&f)
		return f
	}
	alone := func(f *RdvForm, motif string) {
		f.Motif, f.Usagers = string(motifID(motif)), []string{string(usagerID("lea"))}
	}
	tests := []struct {
		name  string
		form  RdvForm
		code  string
		field string
	}{
		{"nothing", RdvForm{}, "invalid", "motif"},
		{"no usager", with(func(f *RdvForm) { f.Usagers = nil }), "invalid", "usagers"},
		{"no lieu, two to choose from", with(func(f *RdvForm) { f.Lieu = "" }), "invalid", "lieu"},
		{"no start", with(func(f *RdvForm) { f.Start = "" }), "invalid", "start"},
		{"a day that does not exist", with(func(f *RdvForm) { f.Start = "2026-02-30T09:00" }), "invalid", "start"},
		{"a length below zero", with(func(f *RdvForm) { f.DurationMin = -5 }), "invalid", "duration_min"},
		{"by phone, nobody to call", with(func(f *RdvForm) { alone(f, "suivi") }), "needs_phone", ""},
		{"by video, no address", with(func(f *RdvForm) { alone(f, "visio") }), "needs_email", ""},
		{"at home, no address", with(func(f *RdvForm) { alone(f, "visite") }), "needs_address", ""},
		{"a motif of another service", with(func(f *RdvForm) { f.Motif = string(motifID("aide")) }), "forbidden", ""},
		{"exactly the same", form("2026-11-16T14:00"), "duplicate_rdv", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := nouveau(t, rdv(t, "deja", "claire", "2026-11-16 14:00", 45, "accompagnement", "nadia"))
			_, err := m.BookRdv(tt.form)
			e := refus(t, err, tt.code)
			if tt.field != "" && e.Fields[tt.field] == "" {
				t.Errorf("fields %v, want %s", e.Fields, tt.field)
			}
			if n := len(pending(t, m)); n != 0 {
				t.Errorf("%d commands were written", n)
			}
		})
	}
}

func TestWarningsAreAcceptedOneByOne(t *testing.T) {
	m := nouveau(t, rdv(t, "lea", "claire", "2026-11-16 09:30", 30, "droits", "lea"), absence(t, "a", "claire", "2026-11-16", "08:00", "09:30"))
	f := form("2026-11-16T09:00")
	_, err := m.BookRdv(f)
	e := refus(t, err, "warnings")
	if got := codes(e.Warnings); got != "overlap absent" {
		t.Fatalf("warnings %q", got)
	}
	if label := plain(e.Warnings[0].Records[0].Label); label != "Léa Meunier, lun. 16 nov., 9 h 30" {
		t.Errorf("it names %q", label)
	}
	f.Accept = []string{"overlap"}
	_, err = m.BookRdv(f)
	if got := codes(refus(t, err, "warnings").Warnings); got != "absent" {
		t.Errorf("left %q", got)
	}
	if len(pending(t, m)) != 0 {
		t.Error("something was written")
	}
	f.Accept = []string{"overlap", "absent"}
	ok[Fait](t)(m.BookRdv(f))
	got := pending(t, m)[0].Command.Accepted
	if len(got) != 2 || got[0].Records[0].ID != rdvKey("lea") {
		t.Errorf("accepted %+v", got)
	}
}

func codes(all []Avertissement) string {
	var got []string
	for _, a := range all {
		got = append(got, a.Code)
	}
	return strings.Join(got, " ")
}

func TestE57AWarningWithoutAName(t *testing.T) {
	// Claire shares the agenda with Karim, whose rdv is of a service she does not read.
	shared := rdv(t, "secret", "karim", "2026-11-16 09:00", 30, "aide", "lea")
	m := nouveau(t, shared)
	f := form("2026-11-16T09:00")
	f.Agents = []string{string(agentID("karim"))}
	_, err := m.BookRdv(f)
	e := refus(t, err, "warnings")
	for _, w := range e.Warnings {
		told := w.Message
		for _, r := range w.Records {
			told += r.Label
		}
		if strings.Contains(told, "Léa") || strings.Contains(told, "Meunier") || strings.Contains(told, "numérique") {
			t.Errorf("it says who and why: %q", told)
		}
	}
	if got := codes(e.Warnings); got != "overlap" {
		t.Errorf("warnings %q", got)
	}
	vue := m.jour("2026-11-16", "karim")
	if it := item(t, vue, shared.Key()); it.Kind != "busy" || it.Title != "Occupé" || !it.Private || len(it.Usagers) > 0 || it.Motif != "" {
		t.Errorf("drawn %+v", it)
	}
}

func TestPrepare(t *testing.T) {
	m := nouveau(t, rdv(t, "lea", "claire", "2026-11-16 09:30", 30, "droits", "lea"), plage(t, "p", "claire", "tilleuls", "MO", "08:00", "12:00", "droits"))
	p := ok[RdvPrepare](t)(m.PrepareRdv(RdvForm{Start: "2026-11-16T09:00"}))
	if strings.Join(p.Missing, " ") != "motif usagers" || len(p.Lieux) != 0 || len(p.Motifs) != 6 || len(p.Agents) != 2 {
		t.Errorf("%+v", p)
	}
	p = ok[RdvPrepare](t)(m.PrepareRdv(RdvForm{Motif: string(motifID("accompagnement")), Start: "2026-11-16T09:00"}))
	if p.Form.Lieu != string(lieuID("tilleuls")) || p.Form.DurationMin != 45 || !p.NeedsLieu || len(p.Lieux) != 2 ||
		plain(p.When) != "lun. 16 nov., 9 h 00 – 9 h 45" || p.Form.Agents[0] != string(agentID("claire")) || strings.Join(p.Missing, " ") != "usagers" {
		t.Errorf("%+v", p)
	}
	full := p.Form
	full.Usagers = []string{string(usagerID("nadia"))}
	p = ok[RdvPrepare](t)(m.PrepareRdv(full))
	if codes(p.Warnings) != "overlap" || len(p.Missing) != 0 {
		t.Errorf("warnings %q, missing %v", codes(p.Warnings), p.Missing)
	}
	if len(pending(t, m)) != 0 {
		t.Error("preparing wrote something")
	}
	p = ok[RdvPrepare](t)(m.PrepareRdv(RdvForm{Motif: string(motifID("suivi")), Start: "pas une heure"}))
	if p.NeedsLieu || !slices.Contains(p.Missing, "start") || len(p.Lieux) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestMove(t *testing.T) {
	m := func(t *testing.T) *monde {
		return nouveau(t, rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia"))
	}
	tests := []struct {
		name string
		form MoveForm
		said string
		want string // start, minutes, agent, lieu
	}{
		{"the same day", MoveForm{Start: "2026-11-16T14:30"}, "Déplacé à 14 h 30, Nadia Haddad.", "2026-11-16T13:30:00Z 45 claire maison"},
		{"another day", MoveForm{Start: "2026-11-17T10:00"}, "Déplacé au mar. 17 nov., 10 h 00, Nadia Haddad.", "2026-11-17T09:00:00Z 45 claire maison"},
		{"longer", MoveForm{DurationMin: 60}, "Durée : 1 h, Nadia Haddad.", "2026-11-16T08:00:00Z 60 claire maison"},
		{"to a colleague", MoveForm{FromAgent: "claire", ToAgent: "karim"}, "Confié à K. Benali, Nadia Haddad.", "2026-11-16T08:00:00Z 45 karim maison"},
		{"to a colleague, later", MoveForm{Start: "2026-11-16T11:00", FromAgent: "claire", ToAgent: "karim"}, "Déplacé à 11 h 00 à K. Benali, Nadia Haddad.", "2026-11-16T10:00:00Z 45 karim maison"},
		{"elsewhere", MoveForm{Lieu: string(lieuID("tilleuls"))}, "Déplacé, Antenne des Tilleuls, Nadia Haddad.", "2026-11-16T08:00:00Z 45 claire tilleuls"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := m(t)
			tt.form.ID, tt.form.Revision = rdvKey("nadia"), 1
			if tt.form.ToAgent != "" {
				tt.form.FromAgent, tt.form.ToAgent = string(agentID(tt.form.FromAgent)), string(agentID(tt.form.ToAgent))
			}
			fait := ok[Fait](t)(m.MoveRdv(tt.form))
			if plain(fait.Said) != tt.said {
				t.Errorf("said %q, want %q", plain(fait.Said), tt.said)
			}
			r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, fait.ID))
			got := instantText(r.Start) + " " + strings.TrimSuffix(r.End.Sub(r.Start).String(), "m0s")
			for _, name := range []string{"claire", "karim"} {
				if slices.Contains(r.Agents, agentID(name)) {
					got += " " + name
				}
			}
			for _, name := range []string{"maison", "tilleuls"} {
				if r.Lieu == lieuID(name) {
					got += " " + name
				}
			}
			if got = strings.Replace(got, "1h0", "60", 1); got != tt.want {
				t.Errorf("now %s, want %s", got, tt.want)
			}
		})
	}
	t.Run("nowhere else", func(t *testing.T) {
		m := m(t)
		fait := ok[Fait](t)(m.MoveRdv(MoveForm{ID: rdvKey("nadia"), Start: "2026-11-16T09:00"}))
		if fait.Command != "" || fait.CanUndo || fait.Said != "" || len(pending(t, m)) != 0 {
			t.Errorf("%+v", fait)
		}
	})
}

func TestMoveRefused(t *testing.T) {
	changed := rdv(t, "change", "claire", "2026-11-16 11:00", 45, "accompagnement", "lea")
	changed.Stamp = agenda.Stamp{Revision: 3, Groups: map[string]agenda.Mark{agenda.GroupSlot: {Revision: 3}}}
	noted := rdv(t, "note", "claire", "2026-11-17 11:00", 45, "accompagnement", "lea")
	noted.Stamp = agenda.Stamp{Revision: 3, Groups: map[string]agenda.Mark{agenda.GroupNote: {Revision: 3}}}
	m := nouveau(t, changed, noted, status(rdv(t, "annule", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia"), agenda.StatusExcused),
		rdv(t, "de thomas", "thomas", "2026-11-16 09:00", 30, "aide", "lea"))
	tests := []struct {
		name string
		form MoveForm
		code string
	}{
		{"cancelled", MoveForm{ID: rdvKey("annule"), Start: "2026-11-16T15:00"}, "cancelled"},
		{"moved since it was shown", MoveForm{ID: rdvKey("change"), Revision: 2, Start: "2026-11-16T15:00"}, "stale"},
		{"of somebody else's service", MoveForm{ID: rdvKey("de thomas"), Start: "2026-11-16T15:00"}, "not_found"},
		{"unknown", MoveForm{ID: rdvKey("rien"), Start: "2026-11-16T15:00"}, "not_found"},
		{"on another", MoveForm{ID: rdvKey("note"), Start: "2026-11-16T11:15"}, "warnings"},
		{"an hour that does not exist", MoveForm{ID: rdvKey("note"), Start: "2026-11-16T25:00"}, "invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := m.MoveRdv(tt.form)
			refus(t, err, tt.code)
		})
	}
	if len(pending(t, m)) != 0 {
		t.Error("something was written")
	}
	ok[Fait](t)(m.MoveRdv(MoveForm{ID: rdvKey("note"), Revision: 2, Start: "2026-11-17T15:00"})) // a note changed meanwhile: no matter
}

func TestE140EditOneFieldAtATime(t *testing.T) {
	m := nouveau(t, rdv(t, "nadia", "claire", "2026-11-16 09:00", 45, "accompagnement", "nadia"))
	fait := ok[Fait](t)(m.EditRdv(RdvForm{ID: rdvKey("nadia"), Revision: 1, Set: []string{"context", "usagers", "agents"}, Context: "Relancer par téléphone.",
		Usagers: []string{string(usagerID("nadia")), string(usagerID("yanis"))}, Agents: []string{string(agentID("claire")), string(agentID("karim"))}}))
	r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, fait.ID))
	if r.Context != "Relancer par téléphone." || len(r.Participations) != 2 || len(r.Agents) != 2 || r.Lieu != lieuID("maison") {
		t.Errorf("%+v", r)
	}
	edit := pending(t, m)[0].Command.Args.(*agenda.ReviseRdv)
	if len(edit.Add) != 1 || len(edit.AddAgents) != 1 || edit.Context.Was != "" || edit.Title != nil || edit.Capacity != nil {
		t.Errorf("the command says more than what changed: %+v", edit)
	}
	if again := ok[Fait](t)(m.EditRdv(RdvForm{ID: rdvKey("nadia"), Set: []string{"context"}, Context: "Relancer par téléphone."})); again.Command != "" {
		t.Errorf("a change that changes nothing is a command: %+v", again)
	}
	fait = ok[Fait](t)(m.EditRdv(RdvForm{ID: rdvKey("nadia"), Set: []string{"lieu"}, Lieu: string(lieuID("tilleuls"))}))
	if r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, fait.ID)); r.Lieu != lieuID("tilleuls") {
		t.Errorf("lieu %s", r.Lieu)
	}
	_, err := m.EditRdv(RdvForm{ID: rdvKey("nadia"), Set: []string{"motif"}})
	refus(t, err, "invalid")
	_, err = m.EditRdv(RdvForm{ID: rdvKey("nadia"), Set: []string{"agents"}})
	if e := refus(t, err, "invalid"); e.Fields["agents"] == "" {
		t.Errorf("fields %v", e.Fields)
	}
}

func TestE61StatusMenu(t *testing.T) {
	tests := []struct{ name, start, want string }{
		{"tomorrow", "2026-11-13 09:00", "excused revoked move edit copy"},
		{"today, before the start", aujourdhui + " 14:00", "seen excused revoked waiting move edit copy"},
		{"today, begun", aujourdhui + " 11:00", "seen noshow excused revoked waiting move edit copy"},
		{"past", "2026-11-10 09:00", "seen noshow excused revoked move edit copy"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := nouveau(t, rdv(t, "nadia", "claire", tt.start, 45, "accompagnement", "nadia"))
			if got := strings.Join(ok[FicheRdv](t)(m.Rdv(rdvKey("nadia"))).Actions, " "); got != tt.want {
				t.Errorf("actions %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMarks(t *testing.T) {
	m := nouveau(t, rdv(t, "matin", "claire", aujourdhui+" 09:00", 45, "accompagnement", "nadia"),
		rdv(t, "demain", "claire", "2026-11-13 09:00", 45, "accompagnement", "nadia"))
	if fait := ok[Fait](t)(m.MarkRdv(rdvKey("matin"), "seen")); plain(fait.Said) != "Vu : Nadia Haddad." {
		t.Errorf("said %q", fait.Said)
	}
	_, err := m.MarkRdv(rdvKey("matin"), "noshow")
	refus(t, err, "bad_transition")
	if fait := ok[Fait](t)(m.MarkRdv(rdvKey("matin"), "unknown")); plain(fait.Said) != "Remis à venir : Nadia Haddad." {
		t.Errorf("said %q", fait.Said)
	}
	if fait := ok[Fait](t)(m.MarkRdv(rdvKey("matin"), "noshow")); plain(fait.Said) != "Absent : Nadia Haddad." {
		t.Errorf("said %q", fait.Said)
	}
	for _, early := range []string{"seen", "noshow"} {
		_, err = m.MarkRdv(rdvKey("demain"), early)
		refus(t, err, "not_yet")
	}
	_, err = m.MarkRdv(rdvKey("demain"), "waiting")
	refus(t, err, "bad_transition")
	_, err = m.MarkRdv(rdvKey("demain"), "parti")
	refus(t, err, "invalid")

	if fait := ok[Fait](t)(m.CancelRdv(rdvKey("demain"), "usager")); plain(fait.Said) != "Excusé : Nadia Haddad." {
		t.Errorf("said %q", fait.Said)
	}
	_, err = m.CancelRdv(rdvKey("demain"), "service")
	refus(t, err, "already_cancelled")
	before := ok[FicheRdv](t)(m.Rdv(rdvKey("demain")))
	if before.Banner == nil || !strings.HasPrefix(before.Banner.Message, "Annulé par l’usager, jeu. 12 nov.") {
		t.Errorf("banner %+v", before.Banner)
	}
	ok[Fait](t)(m.MarkRdv(rdvKey("demain"), "unknown"))
	if r := ok[*agenda.Rdv](t)(m.p.Rdv(m.f.ctx, rdvKey("demain"))); r.Cancelled() || r.Sequence != 2 {
		t.Errorf("E62: status %s, sequence %d", r.Status, r.Sequence)
	}
}

func TestFicheRdv(t *testing.T) {
	sent := func(kind string, state agenda.RecuState, day string) *agenda.Recu {
		return &agenda.Recu{ID: id[agenda.RecuID](kind, day), Rdv: id[agenda.RdvID]("rdv", "nadia"), Usager: usagerID("nadia"), Channel: "mail", Kind: kind,
			State: state, At: instant(t, day, "Europe/Paris"), Stamp: rev()}
	}
	r := rdv(t, "nadia", "claire", aujourdhui+" 11:30", 45, "accompagnement", "nadia yanis")
	r.Context = "Deux absences en juin."
	m := nouveau(t, r, sent("request", agenda.RecuSent, "2026-11-02 15:09"))
	ok[Fait](t)(m.MarkRdv(r.Key(), "waiting"))
	f := ok[FicheRdv](t)(m.Rdv(r.Key()))
	if plain(f.When) != "jeu. 12 nov., 11 h 30 – 12 h 15" || f.Where != "Maison des services, 4 place du Marché" || f.Told != "Apportez vos papiers." || f.Context != "Deux absences en juin." {
		t.Errorf("when %q, where %q, told %q", f.When, f.Where, f.Told)
	}
	if f.Banner == nil || plain(f.Banner.Message) != "En salle d’attente depuis 11 h 20" {
		t.Errorf("banner %+v", f.Banner)
	}
	nadia, yanis := f.Usagers[0], f.Usagers[1]
	if nadia.Age != "39 ans (4 mars 1987)" || nadia.Phone != "01 99 00 41 20" || nadia.Email != "nadia.haddad@example.org" || nadia.File != "2026-0418" {
		t.Errorf("%+v", nadia)
	}
	if yanis.Phone != "01 99 00 41 20" || plain(yanis.Relation) != "responsable : Nadia Haddad" || yanis.File != "" {
		t.Errorf("E59, the proche inherits: %+v", yanis)
	}
	var messages, history []string
	for _, l := range f.Messages {
		messages = append(messages, plain(l.Label+" | "+l.When+" | "+l.State))
	}
	for _, l := range f.History {
		history = append(history, plain(l.Label+" | "+l.When))
	}
	if want := []string{"Mise à jour, courriel | partira à la prochaine synchronisation | pending", "Confirmation, courriel | lun. 2 nov., 15 h 09 | ok"}; !slices.Equal(messages, want) {
		t.Errorf("messages %q", messages)
	}
	if want := []string{"Arrivée notée par vous | 11 h 20", "Pris par K. Benali | 2 nov."}; !slices.Equal(history, want) {
		t.Errorf("history %q", history)
	}
	if !f.History[0].Pending {
		t.Error("the arrival waits to be sent")
	}
	_, err := m.Rdv(rdvKey("rien"))
	refus(t, err, "not_found")
}

func TestE141BegunBeforeTheExchange(t *testing.T) {
	m := nouveau(t)
	m.ligne.say(Ligne{})
	fait := ok[Fait](t)(m.BookRdv(form(aujourdhui + "T14:00")))
	m.at(aujourdhui + " 14:05")
	f := ok[FicheRdv](t)(m.Rdv(fait.ID))
	if plain(f.Messages[0].When) != "ne partira pas : l’heure est passée" || f.Messages[0].Pending {
		t.Errorf("%+v", f.Messages)
	}
	vue := ok[VueRevoir](t)(m.Review())
	if len(vue.Items) != 1 || vue.Items[0].Kind != "info" || vue.Items[0].Code != "began" || !strings.Contains(vue.Items[0].Message, "aucun message") || vue.Items[0].Rdv != fait.ID {
		t.Errorf("%+v", vue.Items)
	}
}
