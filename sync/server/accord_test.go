package server

import (
	"bytes"
	"context"
	"testing"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/replica"
)

// spoil does something to a desktop's rows that no server asked for.
func (p *poste) spoil(f func(tx *store.DeskTx) error) {
	p.m.t.Helper()
	if err := p.db.WriteDesk(context.Background(), f); err != nil {
		p.m.t.Fatal(err)
	}
}

// same compares what is here with what the server serves, record by record.
func (p *poste) same() {
	p.m.t.Helper()
	var here, there int
	p.m.read(func(v *store.View) error {
		held := agenda.Held(v, p.agent)
		return p.db.Read(context.Background(), func(mine *store.View) error {
			for _, n := range agenda.Nouns() {
				all, err := v.All(n)
				if err != nil {
					return err
				}
				for _, r := range all {
					if !readable(v, held, r) {
						continue
					}
					there++
					want, _ := v.Body(n, r.Key())
					if got, _ := mine.Body(n, r.Key()); !bytes.Equal(got, want) {
						p.m.t.Errorf("%s %s: %s here, %s on the server", n, r.Key(), got, want)
					}
				}
				rows, err := mine.All(n)
				if err != nil {
					return err
				}
				here += len(rows)
			}
			return v.Err()
		})
	})
	if here != there {
		p.m.t.Errorf("%d records here, %d to be read on the server", here, there)
	}
}

func readable(v *store.View, held []agenda.Placed, r agenda.Record) bool {
	for _, p := range agenda.Readers(v, r) {
		for _, h := range held {
			if h == p {
				return true
			}
		}
	}
	return false
}

// One altered, missing or extra row of a desktop is found at the next exchange,
// sent again, and told by its id.
func TestDifferencesAreMended(t *testing.T) {
	m := newMonde(t)
	rdv := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	m.system(rdv)
	stranger := agenda.UsagerID(newID())
	usager := agenda.Ref{Noun: agenda.NounUsager, ID: string(m.nadia)}
	booked := agenda.Ref{Noun: agenda.NounRdv, ID: string(rdv.Rdv)}
	scope := []agenda.Scope{agenda.UsagersScope(m.ccas.id)}
	image := func(tx *store.DeskTx, r agenda.Record, revision int64) error {
		r.Stamped().Revision = revision
		body, err := agenda.Encode(r)
		if err != nil {
			return err
		}
		return tx.PutImage(store.Image{Territoire: m.ccas.territoire, Ref: agenda.RefOf(r), Body: body, Number: 1 << 40, Scopes: scope})
	}
	person := func(tx *store.DeskTx, id agenda.UsagerID) *agenda.Usager {
		u, _ := agenda.Get[*agenda.Usager](tx, agenda.NounUsager, string(m.nadia))
		other := agenda.Clone(u)
		other.ID = id
		return other
	}
	tests := map[string]struct {
		spoil func(tx *store.DeskTx) error
		// again: only a program that starts reads the rows themselves.
		again bool
	}{
		"a row is missing":            {func(tx *store.DeskTx) error { return tx.Gone(usager) }, false},
		"an rdv is missing":           {func(tx *store.DeskTx) error { return tx.Leave(m.ccas.territoire, booked) }, false},
		"a row is altered":            {func(tx *store.DeskTx) error { return image(tx, person(tx, m.nadia), 41) }, false},
		"a row is extra":              {func(tx *store.DeskTx) error { return image(tx, person(tx, stranger), 1) }, false},
		"a row was removed behind us": {func(tx *store.DeskTx) error { return tx.Remove(booked) }, true},
		"a row was changed behind us": {func(tx *store.DeskTx) error {
			u := person(tx, m.nadia)
			u.LastName, u.Revision = "Autre", 7
			return tx.Put(u)
		}, true},
		"a row was added behind us": {func(tx *store.DeskTx) error { return tx.Put(person(tx, stranger)) }, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := m.newPoste(m.alice)
			a.sync()
			a.same()
			a.spoil(tt.spoil)
			if tt.again {
				a.connect(m.url)
			}
			a.sync()
			a.same()
			if len(a.mends()) == 0 {
				t.Error("nothing was told")
			}
			before := len(a.mends())
			a.connect(m.url)
			a.sync()
			if len(a.mends()) != before {
				t.Errorf("told again: %+v", a.mends())
			}
		})
	}
}

// What is pending is no difference.
func TestPendingIsNoDifference(t *testing.T) {
	m := newMonde(t)
	rdv := m.booking("09:00", []agenda.AgentID{m.alice}, m.nadia)
	m.system(rdv)
	a, b := m.newPoste(m.alice), m.newPoste(m.bruno)
	a.sync()
	b.sync()
	a.do(m.moveTo(rdv.Rdv, "10:00"))
	a.do(m.booking("11:00", []agenda.AgentID{m.alice}, m.karim))
	m.system(m.moveTo(rdv.Rdv, "14:00"))
	b.sync()
	a.sync()
	b.sync()
	a.same()
	b.same()
	if len(a.mends())+len(b.mends()) > 0 {
		t.Errorf("differences: %+v %+v", a.mends(), b.mends())
	}
}

func (p *poste) mends() []replica.Mended {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mended
}
