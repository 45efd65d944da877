package guichet

import (
	"context"
	"encoding/json"
	"time"

	"permanence/app/agenda"
)

// Ledger is what the counter needs of the server's database: one exclusive
// transaction at a time, in which everything read is the newest.
type Ledger interface {
	// Write runs f in one transaction; an error of f rolls everything back and
	// is returned as it is.
	Write(ctx context.Context, f func(LedgerTx) error) error
}

// RecordTx reads facts and writes rows inside one transaction.
type RecordTx interface {
	agenda.Facts
	// Err is the first failure met while answering as Facts, nil when none.
	Err() error
	// Put writes the record's row, whether it exists or not.
	Put(agenda.Record) error
	// Remove deletes the row; one that is not there is no error.
	Remove(agenda.Ref) error
	// Savepoint runs f so that its error undoes what f wrote, and only that.
	// The error is returned as it is.
	Savepoint(f func() error) error
}

// LedgerTx is a transaction of the server.
type LedgerTx interface {
	RecordTx
	// Hold keeps the territoires where the commands will act from changing until
	// the commit. It comes before anything is read; whoever says it later, or
	// says too little, may be run again from the beginning.
	Hold(...agenda.Command) error
	// Ahead reads in one go what the commands are about.
	Ahead(...agenda.Command) (Ahead, error)
	// Draw gives the territoire's next number, from 1, dense: it is committed
	// with the transaction or never existed.
	Draw(agenda.TerritoireID) (int64, error)
	// Noting says which records Feed will be told of, before anything is written:
	// what it needs to know of them is read together.
	Noting(...agenda.Ref) error
	// Feed notes that the record can (In) or can no longer (not In) be read
	// through the scope since the number. It replaces the line of that pair.
	Feed(FeedLine) error
	// Journal adds a line; lines hold ids only.
	Journal(JournalLine) error
	// Overwrite keeps what a change overwrote, by group, beside its line of the
	// journal.
	Overwrite(l JournalLine, was map[string]json.RawMessage) error
	// FormerRoles gives the roles that an agent had at some time since the
	// instant and has no more, as they stood.
	FormerRoles(a agenda.AgentID, since time.Time) ([]*agenda.Role, error)
	// Aside gives the first command of a device that is kept aside for somebody
	// to decide and names the record, "" for none.
	Aside(device, record string) (command string, err error)
	// Erase leaves a tombstone and removes the record from history, base
	// images, search index, queued mail and stored commands of this database.
	Erase(agenda.Ref) error
}

// Ahead is what was read of some ids, whatever they are ids of: organisations,
// agents with their roles, plages and absences, motifs, lieux, usagers with their
// profils, rdvs. An rdv or an usager that is not among them is not there.
type Ahead struct {
	IDs     []string
	Records []agenda.Record
	Erased  []agenda.Ref
}

// FeedLine is a pointer of the feed: one a (territoire, scope, record), holding its
// latest number.
type FeedLine struct {
	Territoire agenda.TerritoireID
	Number     int64
	Scope      agenda.Scope
	Ref        agenda.Ref
	In         bool
}

// ChangeKind says what happened to a record under a number.
type ChangeKind string

const (
	KindBorn    ChangeKind = "born"
	KindChanged ChangeKind = "changed"
	KindRemoved ChangeKind = "removed"
	KindErased  ChangeKind = "erased"
	KindNoted   ChangeKind = "noted" // unchanged; its readers or its published form changed
)

// JournalLine tells, without any content, what a commit did to one record.
type JournalLine struct {
	Territoire agenda.TerritoireID
	Number     int64
	Ref        agenda.Ref
	Revision   int64
	Kind       ChangeKind
	Command    string // id
	Author     agenda.AuthorKind
	Agent      agenda.AgentID
	Device     string
	At         time.Time // server's clock, UTC
}

// Desk is what the counter needs of a desktop's database.
type Desk interface {
	Write(ctx context.Context, f func(DeskTx) error) error
}

// DeskTx is a transaction of a desktop. Visible rows are what screens read;
// base images are the server's view of the rows that pending commands touched
// (sync.md §4).
type DeskTx interface {
	RecordTx
	// Keep copies the visible row (or its absence) to base unless base has an
	// image already, and notes that command n touched it.
	Keep(n int64, r agenda.Ref) error
	// NextN gives the next dense command number of this device, from 1.
	NextN() (int64, error)
	// Queue stores a pending command.
	Queue(Pending) error
	// Received is the last revision of the record that came from the server: of
	// the base image when there is one, else of the visible row; 0 when none.
	Received(agenda.Ref) int64
	// Device is the id this profile got when it enrolled; "" before.
	Device() string
}

// Pending is one command that waits for its outcome.
type Pending struct {
	Command agenda.Command
	Author  agenda.AgentID
	// Undo keeps the former values of what it changed here.
	Undo []agenda.UndoEdit
	// State is "" while it holds locally, else the code of the refusal met on
	// replay: drawn "à vérifier", still pushed.
	State agenda.Code
	// Numbers is set once the server has done it and its rows are not all here:
	// its number in each territoire, empty when nothing had to change.
	Numbers map[agenda.TerritoireID]int64
}
