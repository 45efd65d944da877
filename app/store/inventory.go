package store

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"permanence/app/agenda"
)

// Inventory is what a desktop holds of its server, without content: it may
// leave the computer and be set against the server elsewhere.
type Inventory struct {
	Agent   agenda.AgentID    `json:"agent"`
	Pending int               `json:"pending"` // commands that the server has not settled
	Cursors []InventoryCursor `json:"territoires"`
	Rows    []InventoryRow    `json:"rows"` // by noun and id
}

// InventoryCursor is where a desktop stands in a territoire.
type InventoryCursor struct {
	Territoire agenda.TerritoireID `json:"id"`
	Epoch      string              `json:"epoch"`
	Number     int64               `json:"number"`
	Scopes     []agenda.Scope      `json:"scopes"`
	Loading    json.RawMessage     `json:"loading"` // as the replica wrote it
}

// InventoryRow names the server's image of a record, whatever the pending
// commands show of it.
type InventoryRow struct {
	Noun  agenda.Noun `json:"noun"`
	ID    string      `json:"id"`
	Sum   string      `json:"sum"`             // SumOf its bytes
	Start *time.Time  `json:"start,omitempty"` // of an Rdv, UTC
}

// SumOf is what tells the bytes of one record from others: 128 bits of SHA-256,
// in hexadecimal.
func SumOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// Inventory lists what this desktop, of the agent, holds.
func (v *View) Inventory(agent agenda.AgentID) (Inventory, error) {
	i := Inventory{Agent: agent, Cursors: []InventoryCursor{}, Rows: []InventoryRow{}}
	pending, err := v.PendingHeads()
	if err != nil {
		return i, err
	}
	i.Pending = len(pending)
	cursors, err := v.Cursors()
	if err != nil {
		return i, err
	}
	for _, c := range cursors {
		i.Cursors = append(i.Cursors, InventoryCursor{c.Territoire, c.Epoch, c.Number, c.Scopes, bytes.Clone(c.Loading)})
	}
	for _, n := range agenda.Nouns() {
		images, err := v.Images(n)
		if err != nil {
			return i, err
		}
		for ref, body := range images {
			i.Rows = append(i.Rows, InventoryRow{n, ref.ID, SumOf(body), startOf(n, body)})
		}
	}
	slices.SortFunc(i.Rows, func(a, b InventoryRow) int { return cmp.Or(cmp.Compare(a.Noun, b.Noun), cmp.Compare(a.ID, b.ID)) })
	return i, nil
}

// startOf reads when an Rdv starts, nil for other nouns and for what cannot be
// read, which the comparison shows.
func startOf(n agenda.Noun, body []byte) *time.Time {
	if n != agenda.NounRdv {
		return nil
	}
	r, err := agenda.Decode(n, body)
	if err != nil {
		return nil
	}
	start := r.(*agenda.Rdv).Start.UTC()
	return &start
}
