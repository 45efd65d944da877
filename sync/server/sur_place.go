package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
)

// Place gives a desktop of this very process its device, without a password:
// who runs the server on their own machine is at home. device is the id the
// profile had before, "" for none. It refuses (agenda.CodeNotFound) an agent
// who is not here.
func (s *Server) Place(ctx context.Context, agent agenda.AgentID, name, device string) (credential string, d access.Device, lastN int64, err error) {
	if _, err := find(ctx, s.db, func(v *store.View) (*agenda.Agent, error) {
		a, ans := agenda.Get[*agenda.Agent](v, agenda.NounAgent, string(agent))
		if ans != agenda.Yes {
			return nil, agenda.Refuse(agenda.CodeNotFound, string(agent))
		}
		return a, nil
	}); err != nil {
		return "", d, 0, err
	}
	token, err := access.NewSecret(rand.Reader, access.KindDevice)
	if err != nil {
		return "", d, 0, err
	}
	tokens := access.Enrol(token.Hash(), s.cfg.Now())
	if tokens.Epoch, err = (door{s.db}).Epoch(ctx); err != nil {
		return "", d, 0, err
	}
	if d, lastN, err = s.again(ctx, agent, device, tokens); err == nil {
		return access.Credential(d.ID, token), d, lastN, nil
	}
	if !errors.Is(err, access.ErrUnknown) {
		return "", d, 0, err
	}
	d = access.Device{ID: newID(), Agent: agent, Name: name, Tokens: tokens}
	return access.Credential(d.ID, token), d, 0, door{s.db}.AddDevice(ctx, d)
}

// again gives a device known before new tokens.
func (s *Server) again(ctx context.Context, agent agenda.AgentID, id string, tokens access.DeviceTokens) (access.Device, int64, error) {
	at := door{s.db}
	d, err := at.DeviceByID(ctx, id)
	if err != nil {
		return d, 0, err
	}
	if d.Agent != agent {
		return d, 0, access.ErrUnknown
	}
	kept, err := at.KeepTokens(ctx, id, d.Tokens, tokens)
	if err != nil || !kept {
		return d, 0, errors.Join(err, fmt.Errorf("enrol device %s again", id))
	}
	last, err := find(ctx, s.db, func(v *store.View) (int64, error) {
		known, err := v.Device(id)
		return known.LastN, err
	})
	return d, last, err
}

// Founding is what an organisation alone on its desk begins with.
type Founding struct {
	Organisation, Departement, Zone, Holidays string
	FirstName, LastName, Email                string
}

// Found makes the territoire, the organisation, a service and its first agent,
// admin, through the counter. It refuses (agenda.CodeInvalid, naming the field)
// what cannot be stored.
func (s *Server) Found(ctx context.Context, f Founding) (agenda.AgentID, error) {
	t, o, sv, a := agenda.TerritoireID(newID()), agenda.OrganisationID(newID()), agenda.ServiceID(newID()), agenda.AgentID(newID())
	records := []agenda.Record{
		&agenda.Territoire{ID: t, Name: f.Organisation, Departement: f.Departement, Zone: f.Zone, Holidays: f.Holidays},
		&agenda.Organisation{ID: o, Territoire: t, Name: f.Organisation, Zone: f.Zone, Mail: f.Email},
		&agenda.Service{ID: sv, Territoire: t, Name: "Accueil"},
		&agenda.Agent{ID: a, FirstName: f.FirstName, LastName: f.LastName, Email: f.Email},
	}
	role := agenda.Role{ID: agenda.RoleOf(a, o), Agent: a, Organisation: o, Level: agenda.LevelAdmin, Services: []agenda.ServiceID{sv}}
	err := s.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		for _, r := range records {
			add, err := agenda.AddOf(r)
			if err != nil {
				return err
			}
			if err := s.system(tx, add); err != nil {
				return err
			}
		}
		if err := s.system(tx, &agenda.GrantRole{Role: role}); err != nil {
			return err
		}
		return tx.AddAccount(store.Account{Agent: a, Email: access.LoginEmail(f.Email), CreatedAt: s.cfg.Now().UTC()})
	})
	return a, err
}

// system runs a command of the server's own.
func (s *Server) system(tx *store.ServerTx, a agenda.Args) error {
	cmd := agenda.NewCommand(newID(), s.cfg.Now().UTC(), a)
	_, err := s.counter.DoIn(tx, cmd, agenda.Author{Kind: agenda.AuthorSystem})
	return err
}
