package agenda

import (
	"slices"
	"time"

	"permanence/app/civil"
)

// Status is what became of an Rdv or of one usager's part in it.
type Status string

const (
	StatusUnknown Status = "unknown" // to come, or to be filled in once past
	StatusSeen    Status = "seen"
	StatusExcused Status = "excused" // cancelled by the usager
	StatusRevoked Status = "revoked" // cancelled by the service
	StatusNoShow  Status = "noshow"
)

// Valid reports whether s is one of the five statuses.
func (s Status) Valid() bool {
	return oneOf(string(s), "unknown", "seen", "excused", "revoked", "noshow")
}

// Cancelled reports whether the time is free again.
func (s Status) Cancelled() bool { return s == StatusExcused || s == StatusRevoked }

// The groups of an Rdv that merge without a question when two people change
// different ones (sync.md §2).
const (
	GroupSlot   = "slot"
	GroupStatus = "status"
	GroupPeople = "people"
	GroupNote   = "note"
)

// Participation is one usager's part in an Rdv.
type Participation struct {
	Usager UsagerID `json:"usager"`
	Silent bool     `json:"silent,omitempty"` // no message about this Rdv
}

// Rdv is a rendez-vous of one or more agents with usagers. It stores its
// instant and what the clock on the wall says; Zone is the lieu's, else the
// organisation's.
type Rdv struct {
	ID             RdvID           `json:"id"`
	Organisation   OrganisationID  `json:"organisation"`
	Motif          MotifID         `json:"motif"`
	Lieu           LieuID          `json:"lieu,omitempty"`
	Address        string          `json:"address,omitempty"` // home Rdv only
	Start          time.Time       `json:"start"`             // UTC
	End            time.Time       `json:"end"`               // UTC, excluded
	Zone           string          `json:"zone"`
	Day            civil.Date      `json:"day"`
	From           civil.Time      `json:"from"`
	Agents         []AgentID       `json:"agents"` // sorted, one at least
	Participations []Participation `json:"participations"`
	Status         Status          `json:"status"`
	// Presence gives the status of one usager where it differs from Status.
	Presence    map[UsagerID]Status `json:"presence,omitempty"`
	CancelledAt *time.Time          `json:"cancelled_at,omitempty"` // set with excused and revoked only
	ArrivedAt   *time.Time          `json:"arrived_at,omitempty"`   // in the waiting room since
	Title       string              `json:"title,omitempty"`        // collectif
	Capacity    int                 `json:"capacity,omitempty"`     // collectif; 0: no limit
	Context     string              `json:"context,omitempty"`      // free text between agents, toggled
	CreatedBy   Creator             `json:"created_by"`
	CreatedAt   time.Time           `json:"created_at"`
	// ChangedAt is the instant of the last change: the DTSTAMP of what is served.
	ChangedAt time.Time `json:"changed_at"`
	// Sequence is the iCalendar SEQUENCE (RFC 5545 3.8.7.4): from 0, +1 only
	// when start, end, lieu, cancellation or its undoing, or a participant's
	// removal or return changes.
	Sequence int `json:"sequence"`
	// Occupations names the busy time derived from this Rdv, one per agent;
	// only the server knows the key they are made with.
	Occupations []OccupationID `json:"occupations,omitempty"`
	Stamp
}

// Creator is who took an Rdv.
type Creator struct {
	Kind  AuthorKind `json:"kind"`
	Agent AgentID    `json:"agent,omitempty"`
}

func (*Rdv) Noun() Noun    { return NounRdv }
func (r *Rdv) Key() string { return string(r.ID) }

// Cancelled reports whether the time of r is free again.
func (r *Rdv) Cancelled() bool { return r.Status.Cancelled() }

// Span is the time r takes, half-open.
func (r *Rdv) Span() Span { return Span{r.Start, r.End} }

// StatusOf is the status of one usager in r.
func (r *Rdv) StatusOf(u UsagerID) Status {
	if s, ok := r.Presence[u]; ok {
		return s
	}
	return r.Status
}

// Has reports whether u takes part in r, whatever the status.
func (r *Rdv) Has(u UsagerID) bool {
	return slices.ContainsFunc(r.Participations, func(p Participation) bool { return p.Usager == u })
}

// Usagers lists who takes part, in the order of their inscription.
func (r *Rdv) Usagers() []UsagerID {
	ids := make([]UsagerID, 0, len(r.Participations))
	for _, p := range r.Participations {
		ids = append(ids, p.Usager)
	}
	return ids
}

func (r *Rdv) Check() error {
	switch {
	case !ValidID(r.Key()):
		return Invalid("id")
	case !ValidID(string(r.Organisation)):
		return Invalid("organisation")
	case !ValidID(string(r.Motif)):
		return Invalid("motif")
	case r.Lieu != "" && !ValidID(string(r.Lieu)):
		return Invalid("lieu")
	case !r.Start.Before(r.End):
		return Invalid("end")
	case r.End.Sub(r.Start) > 24*time.Hour:
		return Invalid("duration_min")
	case !validZone(r.Zone):
		return Invalid("zone")
	case !plausible(r.Day):
		return Invalid("start")
	case len(r.Agents) == 0:
		return Refuse(CodeNoAgent, r.Key())
	case !r.Status.Valid():
		return Invalid("status")
	case !plainText(r.Title, 0, 200):
		return Invalid("title")
	case r.Capacity < 0:
		return Invalid("capacity")
	case !plainText(r.Address, 0, 500):
		return Invalid("address")
	case !longText(r.Context):
		return Invalid("context")
	case len(r.Agents) > 50 || len(r.Participations) > 500:
		return Invalid("people")
	}
	return nil
}
