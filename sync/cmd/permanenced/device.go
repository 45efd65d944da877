package main

import (
	"context"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
)

// Device looks after the desktops of an agent.
func (verbs) Device() verb {
	return verb{help: "Postes des agents : liste, nom, révocation, effacement.", command: &struct {
		List   listDevices  `cmd:"" help:"Liste les postes d’un agent."`
		Rename renameDevice `cmd:"" help:"Donne un autre nom à un poste."`
		Revoke revokeDevice `cmd:"" help:"Révoque un poste : il se verrouille à son prochain contact."`
		Wipe   wipeDevice   `cmd:"" help:"Fait effacer l’agenda que garde un poste, à son prochain contact."`
	}{}}
}

// owner is whose devices a verb is about.
type owner struct {
	Base  base   `embed:""`
	Agent string `required:"" placeholder:"ADRESSE" help:"Adresse de connexion de l’agent."`
}

// deviceLine is one device; instants are UTC, null for never.
type deviceLine struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Key        bool       `json:"key"` // it registered its key
	EnrolledAt time.Time  `json:"enrolled_at"`
	SeenAt     time.Time  `json:"seen_at"`
	RevokedAt  *time.Time `json:"revoked_at"`
	WipeAt     *time.Time `json:"wipe_at"`
	ToldAt     *time.Time `json:"told_at"` // it was heard of since, and told
}

type listDevices struct {
	Owner owner `embed:""`
}

func (v *listDevices) Run(ctx context.Context, c *console) error {
	items := []deviceLine{}
	err := v.Owner.within(ctx, func(_ errand, all []store.Device) error {
		for _, d := range all {
			items = append(items, deviceLine{d.ID, d.Name, d.PublicKey != nil, d.EnrolledAt, d.SeenAt, orNull(d.RevokedAt), orNull(d.WipeAt), orNull(d.ToldAt)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.print(struct {
		Items []deviceLine `json:"items"`
	}{items})
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

type renameDevice struct {
	Owner  owner  `embed:""`
	Device string `required:"" placeholder:"ID" help:"Le poste."`
	Name   string `required:"" placeholder:"NOM" help:"Son nouveau nom."`
}

func (v *renameDevice) Run(ctx context.Context, c *console) error {
	return v.Owner.change(ctx, c, v.Device, false, func(e errand, id string) error {
		return e.RenameDevice(id, access.DeviceName(v.Name))
	})
}

// which names one device, or all of them.
type which struct {
	Device string `xor:"which" required:"" placeholder:"ID" help:"Le poste."`
	All    bool   `xor:"which" required:"" help:"Tous les postes de l’agent."`
}

type revokeDevice struct {
	Owner owner `embed:""`
	Which which `embed:""`
}

func (v *revokeDevice) Run(ctx context.Context, c *console) error {
	return v.Owner.change(ctx, c, v.Which.Device, v.Which.All, func(e errand, id string) error { return e.RevokeDevice(id, e.now) })
}

type wipeDevice struct {
	Owner owner `embed:""`
	Which which `embed:""`
}

func (v *wipeDevice) Run(ctx context.Context, c *console) error {
	return v.Owner.change(ctx, c, v.Which.Device, v.Which.All, func(e errand, id string) error { return e.WipeDevice(id, e.now) })
}

// within runs f on the devices of the agent, in one transaction. It refuses
// (CodeNotFound) an agent whom nobody knows.
func (o owner) within(ctx context.Context, f func(e errand, all []store.Device) error) error {
	db, err := o.Base.open(store.Options{})
	if err != nil {
		return err
	}
	return within(ctx, db, func(e errand) error {
		agent, err := agentOf(&e.View, o.Agent)
		if err != nil {
			return err
		}
		all, err := e.DevicesOf(agent)
		if err != nil {
			return err
		}
		return f(e, all)
	})
}

// change runs f on one device of the agent, or on all, and prints their ids.
// It refuses (CodeNotFound) a device that is not the agent's.
func (o owner) change(ctx context.Context, c *console, device string, all bool, f func(e errand, id string) error) error {
	ids := []string{}
	err := o.within(ctx, func(e errand, known []store.Device) error {
		ids = ids[:0]
		for _, d := range known {
			if !all && d.ID != device {
				continue
			}
			if err := f(e, d.ID); err != nil {
				return err
			}
			ids = append(ids, d.ID)
		}
		if len(ids) == 0 && !all {
			return agenda.Refuse(agenda.CodeNotFound, device)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.print(struct {
		IDs []string `json:"ids"`
	}{ids})
}
