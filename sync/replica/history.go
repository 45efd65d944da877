package replica

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"permanence/app/agenda"
	"permanence/sync/wire"
)

// maxHistory bounds what is read of one record's history.
const maxHistory = 8 << 20

// History asks what became of a record, newest first.
func (t *HTTP) History(ctx context.Context, r agenda.Ref) ([]agenda.Passage, error) {
	resp, err := t.do(ctx, message{method: http.MethodGet, path: "/sync/v1/history/" + url.PathEscape(string(r.Noun)) + "/" + url.PathEscape(r.ID)})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var h wire.History
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxHistory)).Decode(&h); err != nil {
		return nil, fmt.Errorf("%w: %w", wire.ErrTruncated, err)
	}
	return h.Passages, nil
}
