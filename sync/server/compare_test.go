package server

import (
	"context"
	"errors"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
)

// compared asks what tells a desktop from its server.
func (p *poste) compared() Comparison {
	p.m.t.Helper()
	var held store.Inventory
	p.read(func(v *store.View) error {
		var err error
		held, err = v.Inventory(p.agent)
		return err
	})
	c, err := Compare(p.m.t.Context(), p.m.srv.DB(), held)
	if err != nil {
		p.m.t.Fatal(err)
	}
	return c
}

func TestCompare(t *testing.T) {
	m := newMonde(t)
	p := m.newPoste(m.alice)
	if c := p.compared(); c.Current || c.Equal {
		t.Errorf("before the first exchange: %+v", c)
	}
	p.sync()
	if c := p.compared(); !c.Equal || c.Compared < 5 {
		t.Errorf("after an exchange: %+v", c)
	}
	book := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	p.do(book)
	if c := p.compared(); c.Equal || c.Pending != 1 || len(c.Missing)+len(c.Extra)+len(c.Different) != 0 {
		t.Errorf("with a command pending: %+v", c)
	}
	p.sync()
	if c := p.compared(); !c.Equal {
		t.Errorf("once it is sent: %+v", c)
	}
	m.as(agenda.Author{Kind: agenda.AuthorAgent, Agent: m.alice}, m.booking("14:00", []agenda.AgentID{m.alice}, m.nadia))
	if c := p.compared(); c.Equal || c.Current || len(c.Missing) == 0 {
		t.Errorf("behind the server: %+v", c)
	}
	p.sync()
	m.spoil(p, book.Rdv)
	c := p.compared()
	if c.Equal || !c.Current || len(c.Different) != 1 || c.Different[0].ID != string(book.Rdv) {
		t.Errorf("an altered row: %+v", c)
	}
}

// spoil alters a row of a desktop behind everybody's back.
func (m *monde) spoil(p *poste, id agenda.RdvID) {
	m.t.Helper()
	err := p.db.WriteDesk(context.Background(), func(tx *store.DeskTx) error {
		r, _ := agenda.Get[*agenda.Rdv](tx, agenda.NounRdv, string(id))
		r.Context += " "
		return tx.Put(r)
	})
	if err != nil {
		m.t.Fatal(err)
	}
}

func TestCompareANewProfile(t *testing.T) {
	m := newMonde(t)
	if _, err := Compare(t.Context(), m.srv.DB(), store.Inventory{}); !errors.Is(err, ErrNeverEnrolled) {
		t.Errorf("= %v", err)
	}
}
