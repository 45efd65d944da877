package guichet_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// text is a JSON text.
func text(s string) json.RawMessage { return fmt.Appendf(nil, "%q", s) }

// A line is fed, in or out, for every scope through which the record could be
// read before, or can be read after.
func TestFeedTellsBeforeAndAfter(t *testing.T) {
	m := newMonde(t)
	mine := []agenda.AgentID{m.alice}
	r1 := m.book("r1", 9, m.alice)
	tests := []struct {
		name  string
		does  agenda.Args
		nouns []agenda.Noun
		want  string
	}{
		{"a booking", r1, []agenda.Noun{agenda.NounRdv, agenda.NounOccupation}, `
+occupation busy:alice
+rdv r1 agenda:alice
+rdv r1 service:social@ccas`},
		{"to a colleague", &agenda.ReviseRdv{Rdv: r1.Rdv, AddAgents: []agenda.AgentID{m.bruno}, RemoveAgents: mine}, []agenda.Noun{agenda.NounRdv, agenda.NounOccupation}, `
+occupation busy:bruno
+rdv r1 agenda:bruno
+rdv r1 service:social@ccas
-occupation busy:alice
-rdv r1 agenda:alice`},
		{"a motif of another service", &agenda.ReviseRecord{Noun: agenda.NounMotif, ID: string(m.ccas.motif), Fields: map[string]agenda.Edit{
			"service": {Was: text(string(m.ccas.social)), Now: text(string(m.ccas.enfance))}}}, []agenda.Noun{agenda.NounRdv, agenda.NounMotif}, `
+motif motif conf:ccas
+rdv r1 agenda:bruno
+rdv r1 service:enfance@ccas
-rdv r1 service:social@ccas`},
		{"an absence, wherever its agent works", m.absence("a1", m.itinerante), []agenda.Noun{agenda.NounAbsence}, `
+absence a1 agenda:itinérante
+absence a1 agenda:itinérante
+absence a1 service:enfance@ccas
+absence a1 service:social@mairie`},
		{"its agent in another service", &agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(m.itinerante, m.ccas.id), Agent: m.itinerante, Organisation: m.ccas.id,
			Level: agenda.LevelBasic, Services: []agenda.ServiceID{m.ccas.social}}}, []agenda.Noun{agenda.NounAbsence, agenda.NounRole}, `
+absence a1 agenda:itinérante
+absence a1 agenda:itinérante
+absence a1 service:social@ccas
+absence a1 service:social@mairie
+role rôle conf:ccas
-absence a1 service:enfance@ccas`},
		{"its agent gone from an organisation", &agenda.RevokeRole{Agent: m.itinerante, Organisation: m.mairie.id}, []agenda.Noun{agenda.NounAbsence, agenda.NounRole, agenda.NounAgent}, `
+absence a1 agenda:itinérante
+absence a1 service:social@ccas
+agent itinérante conf:ccas
-absence a1 agenda:itinérante
-absence a1 service:social@mairie
-agent itinérante conf:mairie
-role rôle conf:mairie`},
		{"lifted", &agenda.RemoveRecord{Noun: agenda.NounAbsence, ID: m.idOf("a1")}, []agenda.Noun{agenda.NounAbsence}, `
-absence a1 agenda:itinérante
-absence a1 service:social@ccas`},
		{"a person erased", &agenda.EraseUsager{Usager: m.nadia, Reason: "request"}, []agenda.Noun{agenda.NounUsager, agenda.NounProfil}, `
-profil profil usagers:ccas
-usager nadia usagers:ccas`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m.t = t
			m.system(tt.does)
			if got, want := m.lines(tt.nouns...), strings.TrimPrefix(tt.want, "\n"); got != want {
				t.Errorf("fed:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// idOf gives the id of what a test called so.
func (m *monde) idOf(called string) string {
	for id, name := range m.names {
		if name == called {
			return id
		}
	}
	return ""
}

// The journal says what was done to each record, by whom, and nothing else.
func TestJournal(t *testing.T) {
	m := newMonde(t)
	r1 := m.book("r1", 9, m.alice)
	by := agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice, Device: "un-poste"}
	res, err := m.do(by, r1)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range m.noted.journal {
		if l.Number != res.Numbers[m.ccas.territoire] || l.Agent != m.alice || l.Author != agenda.AuthorAgent || l.Device != "un-poste" || !l.At.Equal(m.now) || l.Command == "" {
			t.Errorf("line %+v", l)
		}
	}
	steps := []struct {
		name string
		does agenda.Args
		want string
	}{
		{"moved", &agenda.CancelRdv{Rdv: r1.Rdv, By: "service"}, "rdv r1 changed"},
		{"a name it shows", &agenda.ReviseRecord{Noun: agenda.NounMotif, ID: string(m.ccas.motif), Fields: map[string]agenda.Edit{"name": {Was: text("Aide"), Now: text("Logement")}}},
			"motif motif changed\nrdv r1 noted"},
		{"removed", &agenda.DeleteRdv{Rdv: r1.Rdv}, "rdv r1 removed"},
		{"erased", &agenda.EraseUsager{Usager: m.nadia, Reason: "request"}, "profil profil erased\nusager nadia erased"},
	}
	if got := m.kinds(agenda.NounRdv); got != "rdv r1 born" {
		t.Errorf("booked: %q", got)
	}
	for _, s := range steps {
		m.system(s.does)
		if got := m.kinds(agenda.NounRdv, agenda.NounMotif, agenda.NounUsager, agenda.NounProfil); got != s.want {
			t.Errorf("%s: %q, want %q", s.name, got, s.want)
		}
	}
}

// One commit draws one number in each territoire that it touches, and no more.
func TestNumbersAreDense(t *testing.T) {
	m := newMonde(t)
	before := m.heads()
	res := m.system(m.absence("a1", m.itinerante))
	if after := m.heads(); after[m.ccas.territoire] != before[m.ccas.territoire]+1 || after[m.mairie.territoire] != before[m.mairie.territoire]+1 || len(res.Numbers) != 2 {
		t.Errorf("heads %v then %v, numbers %v", before, after, res.Numbers)
	}
	before = m.heads()
	res = m.system(m.book("r1", 9, m.alice))
	if after := m.heads(); after[m.ccas.territoire] != before[m.ccas.territoire]+1 || after[m.mairie.territoire] != before[m.mairie.territoire] || res.Numbers[m.ccas.territoire] != after[m.ccas.territoire] {
		t.Errorf("heads %v then %v, numbers %v", before, after, res.Numbers)
	}
	before = m.heads()
	refused := []agenda.Args{&agenda.CancelRdv{Rdv: "rien", By: "service"}, m.book("r2", 9, "personne"), &agenda.DeleteRdv{Rdv: agenda.RdvID(m.idOf("r1"))}}
	for _, a := range refused {
		if _, err := m.do(system(), a); agenda.RefusalOf(err) == nil {
			t.Errorf("%s: %v", a.CommandName(), err)
		}
	}
	if after := m.heads(); after[m.ccas.territoire] != before[m.ccas.territoire] {
		t.Error("a refusal drew a number")
	}
}

func (m *monde) heads() map[agenda.TerritoireID]int64 {
	m.t.Helper()
	heads := map[agenda.TerritoireID]int64{}
	m.read(func(v *store.View) error {
		all, err := v.Heads()
		for _, h := range all {
			heads[h.Territoire] = h.Number
		}
		return err
	})
	return heads
}

// Erasing leaves a tombstone, and nothing may bring the person back.
func TestErased(t *testing.T) {
	m := newMonde(t)
	m.system(&agenda.EraseUsager{Usager: m.nadia, Reason: "request"})
	if len(m.noted.erased) == 0 {
		t.Fatal("nothing was erased")
	}
	m.read(func(v *store.View) error {
		if _, ans := v.Record(agenda.NounUsager, string(m.nadia)); ans != agenda.Erased {
			t.Errorf("answers %v", ans)
		}
		return v.Err()
	})
	_, err := m.do(system(), &agenda.AddUsager{Organisation: m.ccas.id, Usager: agenda.Usager{ID: m.nadia, Territoire: m.ccas.territoire,
		FirstName: "Nadia", LastName: "Haddad", Origin: agenda.OriginAgent, CreatedAt: m.now}})
	if r := agenda.RefusalOf(err); r == nil || r.Code != agenda.CodeErased {
		t.Errorf("added again: %v", err)
	}
}

// The instant of the act is the author's, but never more than five minutes
// ahead of the server's clock.
func TestInstantOfTheAct(t *testing.T) {
	for name, tt := range map[string]struct{ at, want time.Duration }{
		"long ago": {-72 * time.Hour, -72 * time.Hour}, "a little ahead": {4 * time.Minute, 4 * time.Minute}, "ten years ahead": {87600 * time.Hour, 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMonde(t)
			book := m.book("r1", 9, m.alice)
			cmd := agenda.NewCommand("01930000-0000-7000-9000-00000000abcd", m.now.Add(tt.at), book)
			if _, err := m.counter.Do(context.Background(), cmd, system()); err != nil {
				t.Fatal(err)
			}
			m.read(func(v *store.View) error {
				r, _ := agenda.Get[*agenda.Rdv](v, agenda.NounRdv, string(book.Rdv))
				if !r.CreatedAt.Equal(m.now.Add(tt.want)) {
					t.Errorf("created at %v, want %v", r.CreatedAt, m.now.Add(tt.want))
				}
				return nil
			})
		})
	}
}

// A failure of the database ends everything, and is no refusal.
func TestFailureRollsBack(t *testing.T) {
	m := newMonde(t)
	broken := errors.New("disk full")
	counter := guichet.NewCounter(failing{m.db.Ledger(), broken}, func() time.Time { return m.now })
	before := m.heads()
	_, err := counter.Do(context.Background(), agenda.NewCommand("01930000-0000-7000-9000-00000000abcd", m.now, m.book("r1", 9, m.alice)), system())
	if !errors.Is(err, broken) || agenda.RefusalOf(err) != nil {
		t.Errorf("Do = %v", err)
	}
	if after := m.heads(); after[m.ccas.territoire] != before[m.ccas.territoire] {
		t.Error("a number was drawn")
	}
	m.read(func(v *store.View) error {
		if all, err := v.All(agenda.NounRdv); err != nil || len(all) != 0 {
			t.Errorf("%d rdvs, %v", len(all), err)
		}
		return nil
	})
}

// failing is a ledger whose journal cannot be written.
type failing struct {
	guichet.Ledger
	err error
}

func (l failing) Write(ctx context.Context, f func(guichet.LedgerTx) error) error {
	return l.Ledger.Write(ctx, func(tx guichet.LedgerTx) error { return f(failingTx{tx, l.err}) })
}

type failingTx struct {
	guichet.LedgerTx
	err error
}

func (tx failingTx) Journal(guichet.JournalLine) error { return tx.err }
