package main

import (
	"context"
	"encoding/json"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
)

// leaseTerritoire sets how long a desktop may be read without contact.
type leaseTerritoire struct {
	Base       base   `embed:""`
	Territoire string `required:"" placeholder:"ID" help:"Territoire."`
	Days       int    `required:"" placeholder:"JOURS" help:"De 7 à 90 jours ; 30 sans réglage. Le double efface."`
}

// Run takes effect at the next exchange of each desktop.
func (v *leaseTerritoire) Run(ctx context.Context, c *console) error {
	db, err := v.Base.open(store.Options{})
	if err != nil {
		return err
	}
	var lease time.Duration
	err = within(ctx, db, func(e errand) error {
		t, err := there[*agenda.Territoire](e, agenda.NounTerritoire, v.Territoire)
		if err != nil {
			return err
		}
		edit := agenda.Edit{}
		if edit.Was, err = json.Marshal(t.LeaseDays); err != nil {
			return err
		}
		if edit.Now, err = json.Marshal(v.Days); err != nil {
			return err
		}
		lease = time.Duration(v.Days) * 24 * time.Hour
		return e.do(&agenda.ReviseRecord{Noun: agenda.NounTerritoire, ID: v.Territoire, Fields: map[string]agenda.Edit{"lease_days": edit}})
	})
	if err != nil {
		return err
	}
	return c.print(struct {
		ID     string `json:"id"`
		LeaseS int64  `json:"lease_s"`
	}{v.Territoire, int64(lease / time.Second)})
}
