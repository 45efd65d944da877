package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/replica"
)

func edit(key, value string) map[string]agenda.Edit {
	now, err := json.Marshal(value)
	if err != nil {
		panic(err) // a string is always written
	}
	return map[string]agenda.Edit{key: {Was: []byte("null"), Now: now}}
}

// told gives the passages that changed something, newest first.
func (p *poste) told(r agenda.Ref) []agenda.Passage {
	p.m.t.Helper()
	all, err := p.net.History(p.m.t.Context(), r)
	if err != nil {
		p.m.t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(x agenda.Passage) bool { return x.Kind == "born" })
}

// Row 14, and the history of a fiche: the later word stands, the former is read
// by who wrote it and by the admins, and comes back by an ordinary command.
func TestHistoryOfAFiche(t *testing.T) {
	m := newMonde(t)
	alice, bruno, dalil := m.newPoste(m.alice), m.newPoste(m.bruno), m.newPoste(m.dalil)
	alice.sync()
	bruno.sync()
	ref := agenda.Ref{Noun: agenda.NounUsager, ID: string(m.nadia)}
	bruno.do(&agenda.ReviseUsager{Usager: m.nadia, Fields: edit("address", "3 allée des Zéphyrs")})
	alice.do(&agenda.ReviseUsager{Usager: m.nadia, Fields: edit("address", "12 rue des Zibelines")})
	bruno.sync()
	alice.sync()

	all := alice.told(ref)
	if len(all) != 2 || string(all[0].Was["address"]) != `{"address":"3 allée des Zéphyrs"}` || all[0].Agent != m.alice || all[1].Agent != m.bruno {
		t.Fatalf("an admin reads %+v", all)
	}
	his := bruno.told(ref)
	if len(his) != 2 || his[0].Was["address"] == nil || his[1].Was["address"] != nil || !slices.Equal(his[1].Hidden, []string{"address"}) {
		t.Errorf("who wrote the former value reads %+v", his)
	}
	if other := m.newPoste(m.chloe).told(ref); len(other) != 2 || len(other[0].Was) != 0 || len(other[0].Hidden) != 1 {
		t.Errorf("a colleague reads %+v", other)
	}
	_, err := dalil.net.History(t.Context(), ref)
	if a, ok := errors.AsType[*replica.Answered](err); !ok || a.Status != http.StatusNotFound {
		t.Errorf("another organisation is told %v", err)
	}

	bruno.sync()
	var edits []agenda.UndoEdit
	bruno.read(func(v *store.View) error {
		now, _ := v.Record(ref.Noun, ref.ID)
		var err error
		edits, err = agenda.RestoreEdits(now, "address", his[0].Was["address"])
		return err
	})
	bruno.do(&agenda.Undo{Of: his[0].Command, Edits: edits})
	bruno.sync()
	alice.sync()
	alice.read(func(v *store.View) error {
		u, _ := agenda.Get[*agenda.Usager](v, ref.Noun, ref.ID)
		if u == nil || u.Address != "3 allée des Zéphyrs" {
			t.Errorf("restored: %+v", u)
		}
		return nil
	})
	alice.same()
	bruno.same()
}

// A person erased leaves nothing in the history, of their own fiches and of the
// rdvs that named them.
func TestHistoryForgetsTheErased(t *testing.T) {
	m := newMonde(t)
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, &agenda.ReviseUsager{Usager: m.nadia, Fields: edit("address", "impasse du Zouave")})
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, &agenda.ReviseUsager{Usager: m.nadia, Fields: edit("address", "ailleurs")})
	double := m.usager("Nadege", "Zwingelstein", m.ccas)
	m.system(&agenda.MergeUsagers{Keep: m.nadia, Drop: double})
	book := m.booking("10:00", []agenda.AgentID{m.alice}, m.nadia, m.karim)
	m.system(book)
	m.system(m.moveTo(book.Rdv, "11:00"))
	m.system(&agenda.EraseUsager{Usager: m.nadia, Reason: "request"})
	m.read(func(v *store.View) error {
		for _, r := range []agenda.Ref{{Noun: agenda.NounUsager, ID: string(m.nadia)}, {Noun: agenda.NounUsager, ID: string(double)}, {Noun: agenda.NounRdv, ID: string(book.Rdv)}} {
			past, err := v.PastOf(r)
			if err != nil {
				return err
			}
			for _, p := range past {
				if len(p.Was) > 0 {
					t.Errorf("%s still tells %s", r.Noun, p.Was)
				}
			}
		}
		if _, ans := v.Record(agenda.NounUsager, string(double)); ans != agenda.Erased {
			t.Error("the fiche that was merged could come back")
		}
		return v.Err()
	})
	if err := m.srv.db.CleanUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal"} {
		file, err := os.ReadFile(m.cfg.DB + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		for _, word := range []string{"Zouave", "Zwingelstein"} {
			if bytes.Contains(file, []byte(word)) {
				t.Errorf("%q lingers in serveur.db%s", word, suffix)
			}
		}
	}
}

// Row 6 between two desktops: a session of one seat given twice offline; both
// read the same conflit, which closes when there is room.
func TestTwoDesksGiveTheLastSeat(t *testing.T) {
	m := newMonde(t)
	atelier := agenda.MotifID(newID())
	m.add(&agenda.Motif{ID: atelier, Organisation: m.ccas.id, Service: m.ccas.service, Name: "Atelier budget", Color: "lagon", DurationMin: 30,
		Place: agenda.PlacePublicOffice, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByAgents, Collectif: true})
	book := m.booking("10:00", []agenda.AgentID{m.alice})
	book.Motif, book.Capacity, book.Title = atelier, 1, "Budget"
	m.system(book)
	alice, bruno := m.newPoste(m.alice), m.newPoste(m.bruno)
	alice.sync()
	bruno.sync()
	alice.do(&agenda.ReviseRdv{Rdv: book.Rdv, Add: []agenda.Participation{{Usager: m.nadia}}})
	bruno.do(&agenda.ReviseRdv{Rdv: book.Rdv, Add: []agenda.Participation{{Usager: m.karim}}})
	alice.sync()
	bruno.sync()
	alice.sync()
	for _, p := range []*poste{alice, bruno} {
		open := p.open(agenda.Ref{Noun: agenda.NounRdv, ID: string(book.Rdv)})
		if len(open) != 1 || open[0].Code != agenda.ConflitOverbooked || p.rdv(book.Rdv).Taken() != 2 {
			t.Fatalf("%s reads %+v", p.agent, open)
		}
	}
	two := 2
	bruno.do(&agenda.ReviseRdv{Rdv: book.Rdv, Capacity: &two})
	bruno.sync()
	alice.sync()
	bruno.sync()
	for _, p := range []*poste{alice, bruno} {
		if open := p.open(agenda.Ref{Noun: agenda.NounRdv, ID: string(book.Rdv)}); len(open) != 0 {
			t.Errorf("still open: %+v", open)
		}
		p.same()
	}
}

func (p *poste) open(r agenda.Ref) []*agenda.Conflit {
	p.m.t.Helper()
	var all []*agenda.Conflit
	p.read(func(v *store.View) error { all = v.Conflits(r); return v.Err() })
	return all
}

// Row 9 between two desktops: the hours that one books in are changed by the
// other meanwhile.
func TestTwoDesksAndTheHours(t *testing.T) {
	m := newMonde(t)
	book := m.booking("10:00", []agenda.AgentID{m.alice}, m.nadia)
	z := at(t, "10:00").In(paris(t))
	plage := agenda.PlageOuverture{ID: agenda.PlageID(newID()), Organisation: m.ccas.id, Agent: m.alice, Lieu: m.ccas.lieu, Zone: "Europe/Paris",
		Motifs: []agenda.MotifID{m.ccas.motif}}
	if err := json.Unmarshal([]byte(`{"first_day":"`+z.Format(time.DateOnly)+`","from":"09:00","to":"12:00"}`), &plage); err != nil {
		t.Fatal(err)
	}
	m.system(&agenda.OpenPlage{Plage: plage})
	alice, bruno := m.newPoste(m.alice), m.newPoste(m.bruno)
	alice.sync()
	bruno.sync()
	if seen := bruno.do(book).Command.Seen; seen[plage.Key()] != 1 {
		t.Fatalf("seen = %v", seen)
	}
	alice.do(&agenda.ReviseRecord{Noun: agenda.NounPlage, ID: plage.Key(), Fields: edit("from", "11:00")})
	alice.sync()
	bruno.sync()
	alice.sync()
	for _, p := range []*poste{alice, bruno} {
		if open := p.open(agenda.Ref{Noun: agenda.NounRdv, ID: string(book.Rdv)}); len(open) != 1 || open[0].Code != agenda.ConflitOutside {
			t.Errorf("%s reads %+v", p.agent, open)
		}
		p.same()
	}
}

func paris(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// Row 16 between two desktops: Bruno books, loses the service, and the admin's
// word settles it; his queue empties.
func TestTwoDesksAndARightLost(t *testing.T) {
	for name, accept := range map[string]bool{"accepted": true, "rejected": false} {
		t.Run(name, func(t *testing.T) {
			m := newMonde(t)
			alice, bruno := m.newPoste(m.alice), m.newPoste(m.bruno)
			alice.sync()
			bruno.sync()
			book := m.booking("10:00", []agenda.AgentID{m.alice}, m.nadia)
			bruno.do(book)
			m.clock.advance(time.Minute)
			m.system(&agenda.GrantRole{Role: agenda.Role{ID: agenda.RoleOf(m.bruno, m.ccas.id), Agent: m.bruno, Organisation: m.ccas.id, Level: agenda.LevelBasic}})
			bruno.sync()
			alice.sync()
			waiting := alice.open(agenda.Ref{Noun: agenda.NounOrganisation, ID: string(m.ccas.id)})
			if len(waiting) != 1 || waiting[0].Code != agenda.ConflitQuarantined || bruno.queued() != 1 {
				t.Fatalf("alice reads %+v; %d queued on bruno's desk", waiting, bruno.queued())
			}
			if c, err := agenda.DecodeCommand(waiting[0].Content); err != nil || c.Args.(*agenda.BookRdv).Rdv != book.Rdv {
				t.Errorf("what waits: %+v, %v", c, err)
			}
			alice.do(&agenda.SettleWaiting{Conflit: waiting[0].ID, Accept: accept})
			alice.sync()
			bruno.sync()
			bruno.sync()
			if bruno.queued() != 0 || (len(bruno.review()) == 0) != accept {
				t.Errorf("bruno: %d queued, review %+v", bruno.queued(), bruno.review())
			}
			if r := alice.rdv(book.Rdv); (r != nil) != accept || r != nil && r.CreatedBy.Agent != m.bruno {
				t.Errorf("alice reads %+v", r)
			}
			alice.same()
			bruno.same()
		})
	}
}

// queued counts the commands that have no final outcome, or whose rows are not here.
func (p *poste) queued() int {
	p.m.t.Helper()
	n := 0
	p.read(func(v *store.View) error {
		all, err := v.PendingHeads()
		n = len(all)
		return err
	})
	return n
}

// A fiche merged while a desktop was away: what it booked follows the person.
func TestTwoDesksAndAMergedFiche(t *testing.T) {
	m := newMonde(t)
	alice, bruno := m.newPoste(m.alice), m.newPoste(m.bruno)
	alice.sync()
	bruno.sync()
	book := m.booking("10:00", []agenda.AgentID{m.bruno}, m.karim)
	bruno.do(book)
	bruno.do(&agenda.ReviseUsager{Usager: m.karim, Fields: edit("address", "7 place Neuve")})
	alice.do(&agenda.MergeUsagers{Keep: m.nadia, Drop: m.karim})
	alice.sync()
	bruno.sync()
	bruno.sync()
	alice.sync()
	if r := alice.rdv(book.Rdv); r == nil || !r.Has(m.nadia) || r.Has(m.karim) {
		t.Errorf("alice reads %+v", r)
	}
	if len(bruno.review()) != 0 || bruno.pending() != 0 {
		t.Errorf("bruno: %d pending, review %+v", bruno.pending(), bruno.review())
	}
	alice.same()
	bruno.same()
}
