package server

import (
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// A desktop away for longer than what left is remembered takes a fresh copy; what
// it did meanwhile is kept, and what went is gone from it.
func TestBelowTheHorizon(t *testing.T) {
	m := newMonde(t, func(c *Config) { c.MailDelay = 365 * 24 * time.Hour }) // no receipt comes by itself
	removed, kept := m.usager("Paul", "Efface", m.ccas), m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	kept.Start, kept.End = kept.Start.AddDate(0, 0, 230), kept.End.AddDate(0, 0, 230)
	m.system(kept)
	a := m.newPoste(m.alice)
	a.sync()
	m.system(&agenda.MergeUsagers{Keep: m.karim, Drop: removed})
	m.clock.advance(200 * 24 * time.Hour)
	done := a.do(&agenda.ReviseUsager{Usager: m.karim, Fields: map[string]agenda.Edit{"address": {Was: []byte(`""`), Now: []byte(`"2 rue Neuve"`)}}})
	before := m.horizon()
	if err := m.srv.tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := m.horizon(); before != 0 || after == 0 {
		t.Fatalf("horizon %d then %d", before, after)
	}
	a.sync()
	a.same()
	if a.pending() != 0 || len(a.review()) != 0 || len(a.mends()) != 0 {
		t.Errorf("%d pending, %+v to review, %+v mended", a.pending(), a.review(), a.mends())
	}
	m.read(func(v *store.View) error {
		u, _ := agenda.Get[*agenda.Usager](v, agenda.NounUsager, string(m.karim))
		if u == nil || u.Address != "2 rue Neuve" {
			t.Errorf("%s: %+v", done.Command.ID, u)
		}
		return nil
	})
}

// The horizon that is raised while a first copy is on its way makes it begin
// again: what it brought may be gone, and nothing would tell.
func TestHorizonRaisedWhileLoading(t *testing.T) {
	m := newMonde(t)
	ids := m.crowd(1500)
	gone := m.usager("Paul", "Efface", m.ccas)
	a := m.newPoste(m.alice)
	line := newCutting(t, m.url)
	a.connect(line.url)
	for bytes := int64(8 << 10); a.count(agenda.NounRdv) == 0; bytes += 4 << 10 {
		line.allow(bytes)
		if _, err := a.replica.Sync(t.Context()); err == nil {
			t.Fatal("the first copy was not cut")
		}
	}
	here := a.count(agenda.NounRdv)
	m.write(func(tx *store.ServerTx) error { return m.remove(tx, ids) })
	m.system(&agenda.MergeUsagers{Keep: m.karim, Drop: gone})
	m.clock.advance(200 * 24 * time.Hour)
	if err := m.srv.tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.connect(m.url)
	a.sync()
	a.same()
	if !a.complete() || a.count(agenda.NounRdv) != 0 || len(a.mends()) != 0 {
		t.Errorf("%d rdvs had come, %d are left; %+v", here, a.count(agenda.NounRdv), a.mends())
	}
}

// remove takes rdvs away, as commits of its own would.
func (m *monde) remove(tx *store.ServerTx, ids []agenda.RdvID) error {
	for _, id := range ids {
		if err := m.unfeed(tx, agenda.Ref{Noun: agenda.NounRdv, ID: string(id)}); err != nil {
			return err
		}
	}
	return nil
}

// unfeed takes a record away, as a commit of its own would.
func (m *monde) unfeed(tx *store.ServerTx, ref agenda.Ref) error {
	scopes, err := tx.ScopesOf(m.ccas.territoire, ref)
	if err != nil {
		return err
	}
	n, err := tx.Draw(m.ccas.territoire)
	if err != nil {
		return err
	}
	if err := tx.Remove(ref); err != nil {
		return err
	}
	for _, s := range scopes {
		if err := tx.Feed(guichet.FeedLine{Territoire: m.ccas.territoire, Number: n, Scope: s, Ref: ref}); err != nil {
			return err
		}
	}
	return tx.Journal(guichet.JournalLine{Territoire: m.ccas.territoire, Number: n, Ref: ref, Kind: guichet.KindRemoved, Author: agenda.AuthorSystem, At: m.clock.Now()})
}

func (m *monde) horizon() int64 {
	var h store.Head
	m.read(func(v *store.View) error {
		var err error
		h, err = v.Head(m.ccas.territoire)
		return err
	})
	return h.Horizon
}
