package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/wire"
)

// deviceRoutes are those by which an agent, or an administrator of one of
// their organisations, looks after their desktops.
func (s *Server) deviceRoutes() []access.Route {
	on := func(what string, f func(tx *store.ServerTx, id string, body []byte) error) access.Route {
		return access.Route{Pattern: "POST /sync/v1/devices/{device}/" + what, Policy: access.PolicyDevice, Handler: proved(s.onDevice(f)), Limit: 4 << 10}
	}
	return []access.Route{
		{Pattern: "GET /sync/v1/devices", Policy: access.PolicyDevice, Handler: proved(s.listDevices)},
		on("rename", renameDevice),
		on("revoke", func(tx *store.ServerTx, id string, _ []byte) error { return tx.RevokeDevice(id, s.cfg.Now().UTC()) }),
		on("wipe", func(tx *store.ServerTx, id string, _ []byte) error { return tx.WipeDevice(id, s.cfg.Now().UTC()) }),
	}
}

// listDevices answers GET /sync/v1/devices?agent=ID, oneself when it is left out.
func (s *Server) listDevices(w http.ResponseWriter, r *http.Request) {
	who := access.From(r.Context())
	agent := agenda.AgentID(r.URL.Query().Get("agent"))
	if agent == "" {
		agent = who.Agent
	}
	out, err := find(r.Context(), s.db, func(v *store.View) (wire.Devices, error) {
		if !mayManage(v, who.Agent, agent) {
			return wire.Devices{}, agenda.Refuse(agenda.CodeNotFound, string(agent))
		}
		return devicesOf(v, agent)
	})
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	for i := range out.Items {
		out.Items[i].Here = out.Items[i].ID == who.Device
	}
	writeJSON(w, out)
}

// mayManage reports whether who looks after the desktops of an agent.
func mayManage(v *store.View, who, agent agenda.AgentID) bool {
	return who == agent || slices.Contains(agenda.LooksAfter(v, who), agent)
}

func devicesOf(v *store.View, agent agenda.AgentID) (wire.Devices, error) {
	all, err := v.DevicesOf(agent)
	out := wire.Devices{Items: []wire.Device{}}
	for _, d := range all {
		var tokens access.DeviceTokens
		if err := json.Unmarshal(d.Tokens, &tokens); err != nil {
			return out, err
		}
		out.Items = append(out.Items, wire.Device{ID: d.ID, Agent: d.Agent, Name: d.Name, EnrolledAt: d.EnrolledAt, SeenAt: d.SeenAt,
			RevokedAt: d.RevokedAt, WipeAt: d.WipeAt, ToldAt: d.ToldAt, Copied: tokens.Betrayed})
	}
	return out, err
}

// onDevice changes one device; an unknown one and somebody else's are refused
// in the same words. It takes effect at the next request of that device.
func (s *Server) onDevice(f func(tx *store.ServerTx, id string, body []byte) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = s.change(r.Context(), r.PathValue("device"), body, f)
		}
		if err != nil {
			access.Fail(w, r, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Server) change(ctx context.Context, id string, body []byte, f func(tx *store.ServerTx, id string, body []byte) error) error {
	return s.db.WriteServer(ctx, func(tx *store.ServerTx) error {
		d, err := deviceNamed(&tx.View, id)
		if err != nil {
			return err
		}
		if !mayManage(&tx.View, access.From(ctx).Agent, d.Agent) {
			return agenda.Refuse(agenda.CodeNotFound, id)
		}
		return f(tx, id, body)
	})
}

// deviceNamed gives a device, or refuses (CodeNotFound).
func deviceNamed(v *store.View, id string) (store.Device, error) {
	if !agenda.ValidID(id) {
		return store.Device{}, agenda.Refuse(agenda.CodeNotFound, id)
	}
	d, err := v.Device(id)
	if errors.Is(err, store.ErrUnknown) {
		return d, agenda.Refuse(agenda.CodeNotFound, id)
	}
	return d, err
}

func renameDevice(tx *store.ServerTx, id string, body []byte) error {
	var in wire.Rename
	if wire.DecodeStrict(body, &in) != nil || in.Name == "" {
		return agenda.Invalid("name")
	}
	return tx.RenameDevice(id, access.DeviceName(in.Name))
}
