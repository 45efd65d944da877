package agenda

import (
	"encoding/json"
	"time"

	"permanence/app/civil"
)

// BookRdv takes a rendez-vous. Zone, Day and From say what the author read on
// the wall; Start and End are the instants.
type BookRdv struct {
	Rdv            RdvID           `json:"rdv"`
	Organisation   OrganisationID  `json:"organisation"`
	Motif          MotifID         `json:"motif"`
	Lieu           LieuID          `json:"lieu,omitempty"`
	Address        string          `json:"address,omitempty"`
	Start          time.Time       `json:"start"`
	End            time.Time       `json:"end"`
	Zone           string          `json:"zone"`
	Agents         []AgentID       `json:"agents"`
	Participations []Participation `json:"participations"`
	Title          string          `json:"title,omitempty"`
	Capacity       int             `json:"capacity,omitempty"`
	Context        string          `json:"context,omitempty"`
}

// Slot is when and where an Rdv takes place.
type Slot struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	Zone  string    `json:"zone"`
	Lieu  LieuID    `json:"lieu,omitempty"`
}

// MoveRdv gives an Rdv another time, another lieu, and perhaps another agent
// (a drag to another column). From is the slot the author saw.
type MoveRdv struct {
	Rdv       RdvID   `json:"rdv"`
	From      Slot    `json:"from"`
	To        Slot    `json:"to"`
	FromAgent AgentID `json:"from_agent,omitempty"` // replaced by ToAgent; both or neither
	ToAgent   AgentID `json:"to_agent,omitempty"`
}

// ReviseRdv adds and removes people and changes texts of an Rdv; what is empty
// or nil stays.
type ReviseRdv struct {
	Rdv          RdvID           `json:"rdv"`
	AddAgents    []AgentID       `json:"add_agents,omitempty"`
	RemoveAgents []AgentID       `json:"remove_agents,omitempty"`
	Add          []Participation `json:"add,omitempty"` // replaces the participation of the same usager
	Remove       []UsagerID      `json:"remove,omitempty"`
	Context      *TextEdit       `json:"context,omitempty"`
	Title        *TextEdit       `json:"title,omitempty"`
	Capacity     *int            `json:"capacity,omitempty"`
}

// TextEdit is a text typed over another.
type TextEdit struct {
	Was string `json:"was"`
	Now string `json:"now"`
}

// CancelRdv cancels: excused when the usager asked, revoked when the service
// did. Reset to unknown is MarkRdv.
type CancelRdv struct {
	Rdv RdvID  `json:"rdv"`
	By  string `json:"by"` // "usager" or "service"
	// Usager limits the cancellation to one participation of a collectif.
	Usager UsagerID `json:"usager,omitempty"`
}

// MarkRdv sets seen, noshow, or unknown (which undoes a cancellation).
type MarkRdv struct {
	Rdv    RdvID    `json:"rdv"`
	Status Status   `json:"status"`
	Was    Status   `json:"was"` // what the author saw
	Usager UsagerID `json:"usager,omitempty"`
}

// ArriveRdv notes that the usager is in the waiting room, or no longer.
type ArriveRdv struct {
	Rdv     RdvID `json:"rdv"`
	Arrived bool  `json:"arrived"`
}

// DeleteRdv removes an Rdv made by mistake; admins only.
type DeleteRdv struct {
	Rdv RdvID `json:"rdv"`
}

// OpenPlage adds a plage d'ouverture; changes go through ReviseRecord, closing
// through RemoveRecord.
type OpenPlage struct {
	Plage PlageOuverture `json:"plage"`
}

// DeclareAbsence adds an absence; changes go through ReviseRecord, lifting
// through RemoveRecord.
type DeclareAbsence struct {
	Absence Absence `json:"absence"`
}

// AddUsager creates a fiche and its profil in one organisation.
type AddUsager struct {
	Usager       Usager         `json:"usager"`
	Organisation OrganisationID `json:"organisation"`
	Profil       *Profil        `json:"profil,omitempty"`
}

// Edit replaces the value of one field, named by its JSON key. Was is what the
// author saw; both may be null.
type Edit struct {
	Was json.RawMessage `json:"was"`
	Now json.RawMessage `json:"now"`
}

// ReviseUsager changes fields of a fiche, each on its own.
type ReviseUsager struct {
	Usager UsagerID        `json:"usager"`
	Fields map[string]Edit `json:"fields"`
}

// AttachUsager makes an usager of the territoire known to one more organisation.
type AttachUsager struct {
	Usager       UsagerID       `json:"usager"`
	Organisation OrganisationID `json:"organisation"`
}

// ReviseProfil changes what one organisation keeps about an usager.
type ReviseProfil struct {
	Usager       UsagerID        `json:"usager"`
	Organisation OrganisationID  `json:"organisation"`
	Fields       map[string]Edit `json:"fields"`
}

// MergeUsagers keeps one fiche of two: rdvs, proches and profils of Drop go to
// Keep, Fields says which values of Drop survive.
type MergeUsagers struct {
	Keep   UsagerID        `json:"keep"`
	Drop   UsagerID        `json:"drop"`
	Fields map[string]Edit `json:"fields,omitempty"`
}

// EraseUsager erases a person everywhere, at their request or in time.
type EraseUsager struct {
	Usager UsagerID `json:"usager"`
	Reason string   `json:"reason"` // "request", "retention"
}

// AddRecord adds a setting: territoire, organisation, service, agent, motif, lieu.
type AddRecord struct {
	Noun Noun            `json:"noun"`
	Body json.RawMessage `json:"body"`
}

// AddOf is the command that adds r.
func AddOf(r Record) (*AddRecord, error) {
	body, err := Encode(r)
	if err != nil {
		return nil, err
	}
	return &AddRecord{Noun: r.Noun(), Body: body}, nil
}

// ReviseRecord changes fields of a setting, a plage or an absence.
type ReviseRecord struct {
	Noun   Noun            `json:"noun"`
	ID     string          `json:"id"`
	Fields map[string]Edit `json:"fields"`
}

// RemoveRecord removes a plage, an absence, or a setting nothing refers to.
// Was is its image, so that undoing can bring it back.
type RemoveRecord struct {
	Noun Noun            `json:"noun"`
	ID   string          `json:"id"`
	Was  json.RawMessage `json:"was,omitempty"`
}

// GrantRole gives an agent a role in an organisation, or changes it.
type GrantRole struct {
	Role Role `json:"role"`
}

// RevokeRole takes the role away.
type RevokeRole struct {
	Agent        AgentID        `json:"agent"`
	Organisation OrganisationID `json:"organisation"`
}

// ImportAgenda replaces everything an agent imported from one source.
type ImportAgenda struct {
	Agent  AgentID   `json:"agent"`
	Source string    `json:"source"`
	Events []Importe `json:"events"`
}

// NoteRecu records what became of a message; the server's mailer only.
type NoteRecu struct {
	Recu Recu `json:"recu"`
}

// CloseConflit settles a conflit; Choice is what the author chose ("keep",
// "moved", "merged"…), kept for its history.
type CloseConflit struct {
	Conflit ConflitID `json:"conflit"`
	Choice  string    `json:"choice"`
}

// SettleWaiting accepts or rejects a command that was quarantined because its
// author had lost the right to give it (sync.md §5 row 16).
type SettleWaiting struct {
	Conflit ConflitID `json:"conflit"`
	Accept  bool      `json:"accept"`
}

// Undo puts back the former values of what an earlier command changed, where
// nobody has changed them since.
type Undo struct {
	Of    string     `json:"of"` // id of the command undone
	Edits []UndoEdit `json:"edits"`
}

// UndoEdit is one group of one record to put back. An empty Group means the
// whole record: Made null brings back a removed one, Was null takes back one
// that was added.
type UndoEdit struct {
	Noun  Noun            `json:"noun"`
	ID    string          `json:"id"`
	Group string          `json:"group,omitempty"`
	Was   json.RawMessage `json:"was"`
	Made  json.RawMessage `json:"made"`
}

// Emptied stands for a command whose content an erasure destroyed: it keeps its
// id and its number, and is always refused (CodeErased).
type Emptied struct{}

func (*Emptied) CommandName() string        { return "Emptied" }
func (*Emptied) CommandVersion() int        { return 1 }
func (*BookRdv) CommandName() string        { return "BookRdv" }
func (*BookRdv) CommandVersion() int        { return 1 }
func (*MoveRdv) CommandName() string        { return "MoveRdv" }
func (*MoveRdv) CommandVersion() int        { return 1 }
func (*ReviseRdv) CommandName() string      { return "ReviseRdv" }
func (*ReviseRdv) CommandVersion() int      { return 1 }
func (*CancelRdv) CommandName() string      { return "CancelRdv" }
func (*CancelRdv) CommandVersion() int      { return 1 }
func (*MarkRdv) CommandName() string        { return "MarkRdv" }
func (*MarkRdv) CommandVersion() int        { return 1 }
func (*ArriveRdv) CommandName() string      { return "ArriveRdv" }
func (*ArriveRdv) CommandVersion() int      { return 1 }
func (*DeleteRdv) CommandName() string      { return "DeleteRdv" }
func (*DeleteRdv) CommandVersion() int      { return 1 }
func (*OpenPlage) CommandName() string      { return "OpenPlage" }
func (*OpenPlage) CommandVersion() int      { return 1 }
func (*DeclareAbsence) CommandName() string { return "DeclareAbsence" }
func (*DeclareAbsence) CommandVersion() int { return 1 }
func (*AddUsager) CommandName() string      { return "AddUsager" }
func (*AddUsager) CommandVersion() int      { return 1 }
func (*ReviseUsager) CommandName() string   { return "ReviseUsager" }
func (*ReviseUsager) CommandVersion() int   { return 1 }
func (*AttachUsager) CommandName() string   { return "AttachUsager" }
func (*AttachUsager) CommandVersion() int   { return 1 }
func (*ReviseProfil) CommandName() string   { return "ReviseProfil" }
func (*ReviseProfil) CommandVersion() int   { return 1 }
func (*MergeUsagers) CommandName() string   { return "MergeUsagers" }
func (*MergeUsagers) CommandVersion() int   { return 1 }
func (*EraseUsager) CommandName() string    { return "EraseUsager" }
func (*EraseUsager) CommandVersion() int    { return 1 }
func (*AddRecord) CommandName() string      { return "AddRecord" }
func (*AddRecord) CommandVersion() int      { return 1 }
func (*ReviseRecord) CommandName() string   { return "ReviseRecord" }
func (*ReviseRecord) CommandVersion() int   { return 1 }
func (*RemoveRecord) CommandName() string   { return "RemoveRecord" }
func (*RemoveRecord) CommandVersion() int   { return 1 }
func (*GrantRole) CommandName() string      { return "GrantRole" }
func (*GrantRole) CommandVersion() int      { return 1 }
func (*RevokeRole) CommandName() string     { return "RevokeRole" }
func (*RevokeRole) CommandVersion() int     { return 1 }
func (*ImportAgenda) CommandName() string   { return "ImportAgenda" }
func (*ImportAgenda) CommandVersion() int   { return 1 }
func (*NoteRecu) CommandName() string       { return "NoteRecu" }
func (*NoteRecu) CommandVersion() int       { return 1 }
func (*CloseConflit) CommandName() string   { return "CloseConflit" }
func (*CloseConflit) CommandVersion() int   { return 1 }
func (*SettleWaiting) CommandName() string  { return "SettleWaiting" }
func (*SettleWaiting) CommandVersion() int  { return 1 }
func (*Undo) CommandName() string           { return "Undo" }
func (*Undo) CommandVersion() int           { return 1 }

// DayOf gives the civil day and time of an instant in the slot's zone.
func (s Slot) DayOf() (civil.Date, civil.Time, error) { return wallOf(s.Start, s.Zone) }
