package desktop

import (
	"context"

	"permanence/app/store"
)

// Inventory lists what this profile holds of its server, without content.
func (p *Poste) Inventory(ctx context.Context) (store.Inventory, error) {
	var held store.Inventory
	err := p.db.Read(ctx, func(v *store.View) error {
		var err error
		held, err = v.Inventory(p.Agent())
		return err
	})
	return held, err
}
