package fiction

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// Desk fills an empty desktop database with what Seed makes, as the images that
// a server would have sent to somebody who reads everything. It gives the
// agents. It is for measures of the desktop alone: the counter has no part in
// it, the records have the form that it gives them.
func Desk(ctx context.Context, db *store.DB, size Size, seed uint64, now time.Time) ([]agenda.AgentID, error) {
	b, err := newBench(size, seed, now)
	if err != nil {
		return nil, err
	}
	r := &reel{ctx: ctx, db: db, territoire: b.made.Territoire}
	err = b.settings(r.take)
	for i := 0; i < size.Usagers && err == nil; i++ {
		err = r.take(b.usager(i))
	}
	for i := 0; i < size.Rdvs && err == nil; i++ {
		err = r.take(b.rdv(i))
	}
	if err == nil {
		err = r.flush()
	}
	if err != nil {
		return nil, err
	}
	var agents []agenda.AgentID
	for _, a := range b.made.Accounts {
		agents = append(agents, a.Agent)
	}
	return agents, nil
}

// reel turns commands into the images of what they would have made.
type reel struct {
	ctx        context.Context
	db         *store.DB
	territoire agenda.TerritoireID
	waiting    []agenda.Record
	number     int64
}

// take notes the records of one command, those first that others are read
// through.
func (r *reel) take(args agenda.Args) error {
	switch a := args.(type) {
	case *agenda.AddRecord:
		rec := agenda.New(a.Noun)
		if err := json.Unmarshal(a.Body, rec); err != nil {
			return err
		}
		r.waiting = append(r.waiting, rec)
	case *agenda.GrantRole:
		r.waiting = append(r.waiting, &a.Role)
	case *agenda.OpenPlage:
		r.waiting = append(r.waiting, &a.Plage)
	case *agenda.AddUsager:
		p := &agenda.Profil{ID: agenda.ProfilOf(a.Usager.ID, a.Organisation), Usager: a.Usager.ID, Organisation: a.Organisation}
		r.waiting = append(r.waiting, p, &a.Usager)
	case *agenda.BookRdv:
		rdv, busy, err := r.booked(a)
		if err != nil {
			return err
		}
		r.waiting = append(append(r.waiting, rdv), busy...)
	}
	if len(r.waiting) < bulkSize {
		return nil
	}
	return r.flush()
}

// booked is the rdv that a booking makes, with its occupations.
func (r *reel) booked(a *agenda.BookRdv) (*agenda.Rdv, []agenda.Record, error) {
	day, from, err := (agenda.Slot{Start: a.Start, Zone: a.Zone}).DayOf()
	if err != nil {
		return nil, nil, err
	}
	rdv := &agenda.Rdv{
		ID: a.Rdv, Organisation: a.Organisation, Motif: a.Motif, Lieu: a.Lieu, Start: a.Start.UTC(), End: a.End.UTC(), Zone: a.Zone, Day: day, From: from,
		Agents: a.Agents, Participations: a.Participations, Status: agenda.StatusUnknown,
		CreatedBy: agenda.Creator{Kind: agenda.AuthorSystem}, CreatedAt: a.Start.AddDate(0, 0, -7).UTC(), ChangedAt: a.Start.AddDate(0, 0, -7).UTC(),
	}
	var busy []agenda.Record
	for i, agent := range a.Agents {
		id := agenda.OccupationID(agenda.DeriveID(nil, "mesure", string(a.Rdv), strconv.Itoa(i)))
		rdv.Occupations = append(rdv.Occupations, id)
		busy = append(busy, &agenda.Occupation{ID: id, Agent: agent, Start: rdv.Start, End: rdv.End, Stamp: agenda.Stamp{Revision: 1}})
	}
	return rdv, busy, nil
}

func (r *reel) flush() error {
	err := r.db.WriteDesk(r.ctx, func(tx *store.DeskTx) error {
		for _, rec := range r.waiting {
			if err := r.put(tx, rec); err != nil {
				return err
			}
		}
		return nil
	})
	r.waiting = r.waiting[:0]
	return err
}

func (r *reel) put(tx *store.DeskTx, rec agenda.Record) error {
	rec.Stamped().Revision = 1
	body, err := agenda.Encode(rec)
	if err != nil {
		return err
	}
	r.number++
	image := store.Image{Territoire: r.territoire, Ref: agenda.RefOf(rec), Body: body, Number: r.number}
	for _, p := range agenda.Readers(tx, rec) {
		image.Scopes = append(image.Scopes, p.Scope)
	}
	return tx.PutImage(image)
}
