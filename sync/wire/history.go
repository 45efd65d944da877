package wire

import "permanence/app/agenda"

// History answers GET /sync/v1/history/{noun}/{id}: what became of a record,
// newest first, as who asks may read it.
type History struct {
	Passages []agenda.Passage `json:"passages"`
}
