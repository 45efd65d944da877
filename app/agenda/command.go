package agenda

import (
	"encoding/json"
	"fmt"
	"time"
)

// Command asks for a change. It is data: it holds every value it needs and the
// former value of what it changes, reads no clock and no random. The meaning
// of a (name, version) never changes.
type Command struct {
	ID     string           `json:"id"`     // UUIDv7 of whoever asks
	Device string           `json:"device"` // empty: given to the server directly
	N      int64            `json:"n"`      // dense per device, from 1; 0 without a device
	Name   string           `json:"name"`
	V      int              `json:"v"`
	At     time.Time        `json:"at"`             // instant of the act by the author's clock
	Seen   map[string]int64 `json:"seen,omitempty"` // record id → last revision received from the server
	// Unseen says that Seen counts the revisions of a history that is no more (a
	// server restored from a backup): the former values in Args decide alone.
	Unseen   bool       `json:"unseen,omitempty"`
	Accepted []Accepted `json:"accepted,omitempty"`
	Args     Args       `json:"args"`
}

// Accepted is one warning that the author has seen, with what it was about.
type Accepted struct {
	Code    Code  `json:"code"`
	Records []Ref `json:"records,omitempty"`
}

// Args are the arguments of one command name.
type Args interface {
	CommandName() string
	CommandVersion() int
}

// NewArgs gives empty arguments for a name and version, nil when this program
// does not know them.
func NewArgs(name string, v int) Args {
	if v != 1 {
		return nil
	}
	switch name {
	case "BookRdv":
		return &BookRdv{}
	case "MoveRdv":
		return &MoveRdv{}
	case "ReviseRdv":
		return &ReviseRdv{}
	case "CancelRdv":
		return &CancelRdv{}
	case "MarkRdv":
		return &MarkRdv{}
	case "ArriveRdv":
		return &ArriveRdv{}
	case "DeleteRdv":
		return &DeleteRdv{}
	case "OpenPlage":
		return &OpenPlage{}
	case "DeclareAbsence":
		return &DeclareAbsence{}
	case "AddUsager":
		return &AddUsager{}
	case "ReviseUsager":
		return &ReviseUsager{}
	case "AttachUsager":
		return &AttachUsager{}
	case "ReviseProfil":
		return &ReviseProfil{}
	case "MergeUsagers":
		return &MergeUsagers{}
	case "EraseUsager":
		return &EraseUsager{}
	case "AddRecord":
		return &AddRecord{}
	case "ReviseRecord":
		return &ReviseRecord{}
	case "RemoveRecord":
		return &RemoveRecord{}
	case "GrantRole":
		return &GrantRole{}
	case "RevokeRole":
		return &RevokeRole{}
	case "ImportAgenda":
		return &ImportAgenda{}
	case "NoteRecu":
		return &NoteRecu{}
	case "CloseConflit":
		return &CloseConflit{}
	case "SettleWaiting":
		return &SettleWaiting{}
	case "Undo":
		return &Undo{}
	case "Emptied":
		return &Emptied{}
	}
	return nil
}

// wireCommand is a command whose arguments are not yet understood.
type wireCommand struct {
	ID       string           `json:"id"`
	Device   string           `json:"device"`
	N        int64            `json:"n"`
	Name     string           `json:"name"`
	V        int              `json:"v"`
	At       time.Time        `json:"at"`
	Seen     map[string]int64 `json:"seen,omitempty"`
	Unseen   bool             `json:"unseen,omitempty"`
	Accepted []Accepted       `json:"accepted,omitempty"`
	Args     json.RawMessage  `json:"args"`
}

// MarshalJSON writes the name and version of the arguments beside them.
func (c Command) MarshalJSON() ([]byte, error) {
	raw, err := json.Marshal(c.Args)
	if err != nil {
		return nil, fmt.Errorf("encode command %s: %w", c.ID, err)
	}
	return json.Marshal(wireCommand{c.ID, c.Device, c.N, c.Name, c.V, c.At, c.Seen, c.Unseen, c.Accepted, raw})
}

// DecodeCommand reads one command. It refuses (Invalid) what is not a command
// and (CodeUnknownCommand) a name or version this program does not know; the
// command is then returned without arguments, so that it can be kept raw.
func DecodeCommand(body []byte) (Command, error) {
	var w wireCommand
	if err := decodeStrict(body, &w); err != nil {
		return Command{}, Invalid("command")
	}
	c := Command{ID: w.ID, Device: w.Device, N: w.N, Name: w.Name, V: w.V, At: w.At, Seen: w.Seen, Unseen: w.Unseen, Accepted: w.Accepted}
	if !ValidID(c.ID) {
		return c, Invalid("id")
	}
	if c.At.IsZero() || c.At.Year() < 1970 || c.At.Year() > 9000 {
		return c, Invalid("at")
	}
	args := NewArgs(w.Name, w.V)
	if args == nil {
		return c, Refuse(CodeUnknownCommand, c.ID)
	}
	if err := decodeStrict(w.Args, args); err != nil {
		return c, Invalid("args")
	}
	c.Args = args
	return c, nil
}

// NewCommand wraps args given to this program's own counter.
func NewCommand(id string, at time.Time, args Args) Command {
	return Command{ID: id, Name: args.CommandName(), V: args.CommandVersion(), At: at, Args: args}
}

// AuthorKind is who asks.
type AuthorKind string

const (
	AuthorAgent  AuthorKind = "agent"
	AuthorUsager AuthorKind = "usager" // by a link: rights over one Rdv only
	AuthorSystem AuthorKind = "system" // the command line of the server, its mailer, its imports
)

// Author is who asks, as the session tells: never as the command says.
type Author struct {
	Kind   AuthorKind
	Agent  AgentID  // AuthorAgent
	Usager UsagerID // AuthorUsager
	Rdv    RdvID    // AuthorUsager: the only one they may touch
	Device string   // "" when the change was made on the server
}
