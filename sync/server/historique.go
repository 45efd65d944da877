package server

import (
	"net/http"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/wire"
)

// historyRoutes read what became of a record: online, and only by who reads the
// record itself.
func (s *Server) historyRoutes() []access.Route {
	return []access.Route{{Pattern: "GET /sync/v1/history/{noun}/{id}", Policy: access.PolicyDevice, Handler: proved(s.history)}}
}

// history answers GET /sync/v1/history/{noun}/{id}. A record that the agent may
// not read, was erased or never was is refused alike (not_found).
func (s *Server) history(w http.ResponseWriter, r *http.Request) {
	ref := agenda.Ref{Noun: agenda.Noun(r.PathValue("noun")), ID: r.PathValue("id")}
	agent := access.From(r.Context()).Agent
	out, err := find(r.Context(), s.db, func(v *store.View) (wire.History, error) {
		return historyOf(v, agent, ref)
	})
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	writeJSON(w, out)
}

func historyOf(v *store.View, agent agenda.AgentID, ref agenda.Ref) (wire.History, error) {
	none := agenda.Refuse(agenda.CodeNotFound, ref.ID)
	if agenda.New(ref.Noun) == nil || !agenda.Historical(ref.Noun) || !agenda.ValidID(ref.ID) {
		return wire.History{}, none
	}
	rec, ans := v.Record(ref.Noun, ref.ID)
	if ans == agenda.No {
		rec = v.Former(ref.Noun, ref.ID)
	}
	if err := v.Err(); err != nil {
		return wire.History{}, err
	}
	if rec == nil || !agenda.MayReadHistory(v, agent, rec) {
		return wire.History{}, none
	}
	past, err := v.PastOf(ref)
	if err != nil {
		return wire.History{}, err
	}
	passages := make([]agenda.Passage, 0, len(past))
	for _, p := range past {
		passages = append(passages, agenda.Passage{Revision: p.Revision, At: p.At, Kind: string(p.Kind), Command: p.Command,
			Author: p.Author, Agent: p.Agent, Device: p.Device, Was: p.Was})
	}
	return wire.History{Passages: agenda.ShowHistory(v, agent, rec, passages)}, v.Err()
}
