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

// Devices lists the desktops of an agent, "" for one's own.
func (t *HTTP) Devices(ctx context.Context, agent agenda.AgentID) ([]wire.Device, error) {
	resp, err := t.do(ctx, message{method: http.MethodGet, path: "/sync/v1/devices?agent=" + url.QueryEscape(string(agent))})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var all wire.Devices
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&all); err != nil {
		return nil, fmt.Errorf("%w: %w", wire.ErrTruncated, err)
	}
	return all.Items, nil
}

// ChangeDevice asks something of a desktop: "rename", with its name, "revoke"
// or "wipe".
func (t *HTTP) ChangeDevice(ctx context.Context, id, what, name string) error {
	m := message{method: http.MethodPost, path: "/sync/v1/devices/" + url.PathEscape(id) + "/" + url.PathEscape(what)}
	if name != "" {
		body, err := json.Marshal(wire.Rename{Name: name})
		if err != nil {
			return err
		}
		m.body, m.headers = body, map[string]string{"Content-Type": "application/json"}
	}
	resp, err := t.do(ctx, m)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
