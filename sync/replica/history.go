package replica

import (
	"context"
	"net/url"

	"permanence/app/agenda"
	"permanence/sync/wire"
)

// maxHistory bounds what is read of one record's history.
const maxHistory = 8 << 20

// History asks what became of a record, newest first.
func (t *HTTP) History(ctx context.Context, r agenda.Ref) ([]agenda.Passage, error) {
	var h wire.History
	err := t.get(ctx, "/sync/v1/history/"+url.PathEscape(string(r.Noun))+"/"+url.PathEscape(r.ID), maxHistory, &h)
	return h.Passages, err
}
