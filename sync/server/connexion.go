package server

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/access"
	"permanence/sync/wire"
)

// loginRequest is what a desktop sends to enrol.
type loginRequest struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Name     string `json:"name"`   // of the computer, as its agent calls it
	Device   string `json:"device"` // id it had before on this server, "" for none
}

// loginAnswer is what it gets: its credential, and who its agent is.
type loginAnswer struct {
	Credential    string              `json:"credential"`
	Device        string              `json:"device"`
	LastN         int64               `json:"last_n"`
	Agent         loginAgent          `json:"agent"`
	Organisations []loginOrganisation `json:"organisations"`
}

type loginAgent struct {
	ID        agenda.AgentID `json:"id"`
	FirstName string         `json:"first_name"`
	LastName  string         `json:"last_name"`
}

type loginOrganisation struct {
	ID   agenda.OrganisationID `json:"id"`
	Name string                `json:"name"`
	Role agenda.Level          `json:"role"`
	Zone string                `json:"zone"`
}

// login answers POST /sync/v1/login.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	in, key, err := readLogin(r)
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	ask := access.EnrolRequest{Email: in.Email, Password: in.Password, Name: in.Name, Device: in.Device, Key: key}
	device, token, err := s.enrolment.Enrol(r.Context(), ask, s.guard.ClientIP(r))
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	answer, err := s.introduce(r, device, token)
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	writeJSON(w, answer)
}

// introduce tells a desktop who its agent is.
func (s *Server) introduce(r *http.Request, d access.Device, token access.Secret) (loginAnswer, error) {
	out := loginAnswer{Credential: access.Credential(d.ID, token), Device: d.ID, Organisations: []loginOrganisation{}}
	err := s.db.WriteServer(r.Context(), func(tx *store.ServerTx) error {
		known, err := tx.Device(d.ID)
		if err != nil {
			return err
		}
		out.LastN = known.LastN
		a, ans := agenda.Get[*agenda.Agent](tx, agenda.NounAgent, string(d.Agent))
		if ans != agenda.Yes {
			return errors.New("an account without agent")
		}
		out.Agent = loginAgent{a.ID, a.FirstName, a.LastName}
		for _, role := range tx.Roles(agenda.RoleQuery{Agent: d.Agent}) {
			if o, ans := agenda.Get[*agenda.Organisation](tx, agenda.NounOrganisation, string(role.Organisation)); ans == agenda.Yes {
				out.Organisations = append(out.Organisations, loginOrganisation{o.ID, o.Name, role.Level, o.Zone})
			}
		}
		return tx.NoteLogin(d.Agent, s.cfg.Now().UTC())
	})
	return out, err
}

// readLogin refuses what is not a login, and a key that its sender does not
// hold; a body too large is told apart.
func readLogin(r *http.Request) (loginRequest, ed25519.PublicKey, error) {
	var in loginRequest
	raw, err := io.ReadAll(r.Body)
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return in, nil, large
	}
	if err != nil || wire.DecodeStrict(raw, &in) != nil {
		return in, nil, &access.Refusal{Code: access.CodeRequest, Status: http.StatusBadRequest, Message: "Requête illisible : mettez à jour l’application."}
	}
	key, err := access.ShownKey(r, raw)
	return in, key, err
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(http.ErrAbortHandler) // the line was cut
	}
}

// health answers GET /healthz: the process lives.
func health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "ok\n") // a client that has gone is no error of ours
}

// ready answers GET /readyz: the database answers too.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	err := s.db.Read(r.Context(), func(v *store.View) error {
		_, err := v.Heads()
		return err
	})
	if err != nil {
		access.Fail(w, r, err)
		return
	}
	health(w, r)
}
