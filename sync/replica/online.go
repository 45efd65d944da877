package replica

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"permanence/app/agenda"
	"permanence/sync/wire"
)

// What is asked of the server itself, while it answers, and kept nowhere here.

// Bytes that are read at most of one agent's list, and of one record's history.
const (
	maxDevices = 1 << 20
	maxHistory = 8 << 20
)

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

// History asks what became of a record, newest first.
func (t *HTTP) History(ctx context.Context, r agenda.Ref) ([]agenda.Passage, error) {
	var h wire.History
	err := t.get(ctx, "/sync/v1/history/"+url.PathEscape(string(r.Noun))+"/"+url.PathEscape(r.ID), maxHistory, &h)
	return h.Passages, err
}
