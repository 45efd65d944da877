package server

import (
	"context"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/sync/mailer"
	"permanence/sync/mailer/queuetest"
)

// house is the mailer's queue over a real database, with the side doors of the
// contract.
type house struct {
	post
	t *testing.T
}

// The records that the contract's fixture leaves without an id.
const (
	houseOrg     = agenda.OrganisationID("01930000-0000-7000-8000-000000000002")
	houseService = agenda.ServiceID("01930000-0000-7000-8000-000000000003")
	houseMotif   = agenda.MotifID("01930000-0000-7000-8000-000000000004")
	houseAgent   = agenda.AgentID("01930000-0000-7000-8000-000000000005")
)

func openHouse(t *testing.T) queuetest.House {
	t.Helper()
	db, err := store.OpenMemory("", store.Options{Kind: store.Server})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return housedIn(t, db)
}

func (h *house) write(f func(tx *store.ServerTx) error) {
	h.t.Helper()
	if err := h.db.WriteServer(context.Background(), f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) Note(v mailer.View, at time.Time) {
	h.t.Helper()
	v.Organisation.ID, v.Motif.ID, v.Motif.Organisation, v.Motif.Service = houseOrg, houseMotif, houseOrg, houseService
	v.Agents[0].ID = houseAgent
	v.Rdv.Organisation, v.Rdv.Motif, v.Rdv.Agents = houseOrg, houseMotif, []agenda.AgentID{houseAgent}
	records := []agenda.Record{&v.Organisation, &v.Motif, v.Lieu, &v.Agents[0], &v.Rdv}
	for _, u := range v.Usagers {
		u.Territoire = queuetest.TheTerritoire
		records = append(records, &u)
	}
	h.write(func(tx *store.ServerTx) error {
		for _, r := range records {
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return h.line(tx, v.Organisation.Territoire, agenda.RefOf(&v.Rdv), at)
	})
}

func (h *house) NoteOther(t agenda.TerritoireID, at time.Time) {
	h.t.Helper()
	h.write(func(tx *store.ServerTx) error {
		return h.line(tx, t, agenda.Ref{Noun: agenda.NounLieu, ID: string(queuetest.Maison)}, at)
	})
}

// line draws one number for one record.
func (h *house) line(tx *store.ServerTx, t agenda.TerritoireID, r agenda.Ref, at time.Time) error {
	n, err := tx.Draw(t)
	if err != nil {
		return err
	}
	return tx.Journal(guichet.JournalLine{Territoire: t, Number: n, Ref: r, Kind: guichet.KindChanged, Author: agenda.AuthorSystem, At: at})
}

func (h *house) Recus() []agenda.Recu {
	h.t.Helper()
	var all []agenda.Recu
	h.read(func(v *store.View) error {
		recs, err := v.All(agenda.NounRecu)
		for _, r := range recs {
			all = append(all, *r.(*agenda.Recu))
		}
		return err
	})
	return all
}

func (h *house) Bodies() int {
	h.t.Helper()
	n := 0
	h.read(func(v *store.View) error {
		mails, err := v.MailsOf(queuetest.TheRdv)
		for _, m := range mails {
			if m.To != "" || len(m.Raw) > 0 {
				n++
			}
		}
		return err
	})
	return n
}

func (h *house) read(f func(v *store.View) error) {
	h.t.Helper()
	if err := h.db.Read(context.Background(), f); err != nil {
		h.t.Fatal(err)
	}
}

func TestTheQueueKeepsItsContract(t *testing.T) {
	queuetest.Contract(t, openHouse)
}
