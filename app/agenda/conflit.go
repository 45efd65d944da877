package agenda

import (
	"encoding/json"
	"time"
)

// Conflit is something two people must look at: it stands beside what it
// points at, changes nothing, and is closed by someone. Only the server opens
// one. It carries no personal data: sides are named by ids.
type Conflit struct {
	ID         ConflitID      `json:"id"` // derived from Code and Sides: the same on every run
	Territoire TerritoireID   `json:"territoire"`
	Code       ConflitCode    `json:"code"`
	Sides      []Ref          `json:"sides"` // what it is about; of an Rdv that not everyone may read, see Busy
	Busy       []OccupationID `json:"busy,omitempty"`
	Authors    []AgentID      `json:"authors,omitempty"` // who is informed
	Command    string         `json:"command,omitempty"` // the one that found it
	OpenedAt   time.Time      `json:"opened_at"`
	ClosedAt   *time.Time     `json:"closed_at,omitempty"`
	ClosedBy   AgentID        `json:"closed_by,omitempty"`
	Choice     string         `json:"choice,omitempty"` // what was chosen on closing
	// Wanted keeps the content that did not stand: "start", "end", "zone" and
	// "lieu" of a slot, or "status". "by" and "at" tell whose it was, "stood_by"
	// and "stood_at" whose change stands: an agent's id or the kind of author, an
	// instant of RFC 3339; left out when not known.
	Wanted map[string]string `json:"wanted,omitempty"`
	// Organisation and Content are those of a quarantined command: whose admins
	// and secretariat decide, and the command as it came, until they have.
	Organisation OrganisationID  `json:"organisation,omitempty"`
	Content      json.RawMessage `json:"content,omitempty"`
	Stamp
}

// ConflitCode names the situations of sync.md §5.
type ConflitCode string

const (
	ConflitOverlap         ConflitCode = "overlap"          // rows 4, 5
	ConflitAbsent          ConflitCode = "absent"           // row 7
	ConflitAbsenceOver     ConflitCode = "absence_over"     // row 8, one for all the rdvs
	ConflitMoved           ConflitCode = "moved"            // row 3
	ConflitCancelledMoved  ConflitCode = "cancelled_moved"  // row 10
	ConflitPresence        ConflitCode = "presence"         // row 11
	ConflitOverbooked      ConflitCode = "overbooked"       // row 6
	ConflitOutside         ConflitCode = "outside"          // row 9
	ConflitDuplicateRdv    ConflitCode = "duplicate_rdv"    // row 23
	ConflitDuplicateUsager ConflitCode = "duplicate_usager" // row 15
	ConflitStatus          ConflitCode = "status"           // row 13
	ConflitQuarantined     ConflitCode = "quarantined"      // row 16
	ConflitAgentLeft       ConflitCode = "agent_left"       // row 17
	ConflitBegan           ConflitCode = "began"            // row 21, for the author alone
)

func (*Conflit) Noun() Noun    { return NounConflit }
func (c *Conflit) Key() string { return string(c.ID) }

// Open reports whether nobody has closed it yet.
func (c *Conflit) Open() bool { return c.ClosedAt == nil }

func (c *Conflit) Check() error {
	switch {
	case !ValidID(c.Key()):
		return Invalid("id")
	case len(c.Sides) == 0:
		return Invalid("sides")
	case len(c.Content) > 1<<20:
		return Invalid("content")
	}
	return nil
}

// Occupation is busy time without content: what a colleague who may not read
// an Rdv still sees of it. Its id is a keyed hash, never the Rdv's.
type Occupation struct {
	ID    OccupationID `json:"id"`
	Agent AgentID      `json:"agent"`
	Start time.Time    `json:"start"` // UTC
	End   time.Time    `json:"end"`   // UTC, excluded
	Stamp
}

func (*Occupation) Noun() Noun    { return NounOccupation }
func (o *Occupation) Key() string { return string(o.ID) }

// Span is the busy time, half-open.
func (o *Occupation) Span() Span { return Span{o.Start, o.End} }

func (o *Occupation) Check() error {
	if !ValidID(o.Key()) || !ValidID(string(o.Agent)) {
		return Invalid("id")
	}
	return nil
}

// Importe is an event of another calendar brought in by an agent, readable by
// that agent alone. Importing the same source again replaces it.
type Importe struct {
	ID           ImporteID `json:"id"` // derived from agent, source, UID and RECURRENCE-ID
	Agent        AgentID   `json:"agent"`
	Source       string    `json:"source"` // name of the file or calendar it came from
	UID          string    `json:"uid"`
	RecurrenceID string    `json:"recurrence_id,omitempty"`
	Summary      string    `json:"summary,omitempty"`
	Location     string    `json:"location,omitempty"`
	Transparent  bool      `json:"transparent,omitempty"` // takes no time
	AllDay       bool      `json:"all_day,omitempty"`
	Zone         string    `json:"zone"`
	Series       string    `json:"series,omitempty"` // the rule, as text, where there was one
	Spans        []Span    `json:"spans"`            // its occurrences in the imported window, earliest first
	// Occupations names the busy time derived from Spans, in their order.
	Occupations []OccupationID `json:"occupations,omitempty"`
	ChangedAt   time.Time      `json:"changed_at"`
	Stamp
}

func (*Importe) Noun() Noun    { return NounImporte }
func (i *Importe) Key() string { return string(i.ID) }

func (i *Importe) Check() error {
	switch {
	case !ValidID(i.Key()):
		return Invalid("id")
	case !ValidID(string(i.Agent)):
		return Invalid("agent")
	case len(i.UID) == 0 || len(i.UID) > 1024:
		return Invalid("uid")
	case len(i.Spans) > 10000:
		return Invalid("spans")
	}
	return nil
}

// Recu tells what became of a message about an Rdv: state and instant, never
// the address nor the content.
type Recu struct {
	ID      RecuID    `json:"id"`
	Rdv     RdvID     `json:"rdv"`
	Usager  UsagerID  `json:"usager"`
	Channel string    `json:"channel"` // "mail"
	Kind    string    `json:"kind"`    // "request", "update", "cancel"
	State   RecuState `json:"state"`
	Reason  string    `json:"reason,omitempty"` // code for a person: "no_address", "began", "smtp_550"…
	Attempt int       `json:"attempt,omitempty"`
	At      time.Time `json:"at"` // UTC
	Stamp
}

// RecuState is where a message stands.
type RecuState string

const (
	RecuWaiting RecuState = "waiting"
	RecuSent    RecuState = "sent"
	RecuFailed  RecuState = "failed"
	RecuDropped RecuState = "dropped" // never sent, and will not be
)

func (*Recu) Noun() Noun    { return NounRecu }
func (r *Recu) Key() string { return string(r.ID) }

func (r *Recu) Check() error {
	if !ValidID(r.Key()) || !ValidID(string(r.Rdv)) {
		return Invalid("id")
	}
	return nil
}
