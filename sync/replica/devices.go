package replica

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"permanence/app/agenda"
	"permanence/sync/wire"
)

// maxDevices bounds what is read of one agent's list.
const maxDevices = 1 << 20

// Devices lists the desktops of an agent, "" for one's own.
func (t *HTTP) Devices(ctx context.Context, agent agenda.AgentID) ([]wire.Device, error) {
	var all wire.Devices
	err := t.get(ctx, "/sync/v1/devices?agent="+url.QueryEscape(string(agent)), maxDevices, &all)
	return all.Items, err
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
