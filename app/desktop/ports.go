package desktop

import (
	"context"
	"log/slog"
	"time"

	"permanence/app/agenda"
	"permanence/app/guichet"
	"permanence/app/store"
)

// Ports are what a profile needs of the program around it.
type Ports struct {
	Now   func() time.Time
	NewID func() string // UUIDv7
	Lines Lines
	Log   *slog.Logger
	// Keyring keeps the keys of the profiles; nil when the system has none that
	// answers. Phrase is the passphrase that was given, "" for none: a new
	// profile is then sealed by it rather than by the keyring.
	Keyring Keyring
	Phrase  string
}

// Lines readies the exchange between a profile and its server.
type Lines interface {
	// Open readies the line of a profile; nothing is sent before Enrol, Exchange
	// or Follow. For a demonstration, or a desk alone, it starts the server that
	// the profile carries in its own folder, and founds it when there is none.
	Open(ctx context.Context, at Place) (Sync, error)
}

// Place is one open profile as its line sees it.
type Place struct {
	Dir     string // the profile's folder; a server of its own goes below
	Mode    string // ModeDemonstration, ModeAlone, ModeJoined
	Server  string // address, "" unless joined
	Key     []byte // seals the file of the server below
	DB      *store.DB
	Counter *guichet.Comptoir
	Founds  *Fondation // of a desk alone, nil otherwise
	Heard   Heard
}

// Heard is called by the line, from any goroutine. Each returns at once.
type Heard struct {
	// Applied tells which records a page from the server may have changed.
	Applied func(refs []agenda.Ref)
	// Health tells that Status may answer something else.
	Health func()
	// Contact tells that the server let this desktop in: its clock, and how long
	// the copy may be read from now on; it may write a line of the database.
	Contact func(there time.Time, lease time.Duration)
}

// Modes of a profile.
const (
	ModeDemonstration = "demonstration"
	ModeAlone         = "alone"
	ModeJoined        = "joined"
)

// Fondation is what a desk alone begins with.
type Fondation struct {
	Organisation string `json:"organisation"`
	Departement  string `json:"departement"`
	Zone         string `json:"zone"`     // IANA
	Holidays     string `json:"holidays"` // a set of civil
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name"`
	Email        string `json:"email"`
}

// Sync is the line between one profile and its server: the replica, as this
// package sees it.
type Sync interface {
	// Enrol gives this profile a device and a session. A server that the profile
	// carries itself needs no email and no password. It refuses (*Erreur):
	// unreachable, bad_credentials, throttled, other_agent, update; nothing of
	// the profile has then changed.
	Enrol(ctx context.Context, who Identifiants) (Enrole, error)
	// Exchange sends what waits and receives what is new, once. It refuses
	// (*Erreur): unreachable, login, and what turns this desktop away:
	// device_revoked, device_copied, device_wiped.
	Exchange(ctx context.Context) (Bilan, error)
	// Follow keeps the profile in step until ctx ends. It returns before that
	// only when a person is needed: Status says why, or it refuses as Exchange does.
	Follow(ctx context.Context) error
	// Appareils lists the desktops of an agent, "" for one's own. It waits for
	// the network and refuses (*Erreur) as Exchange does, and not_found.
	Appareils(ctx context.Context, agent agenda.AgentID) ([]Appareil, error)
	// Appareil renames a desktop (GesteRenommer, with its name), revokes it or
	// has it erase its copy. It refuses as Appareils does.
	Appareil(ctx context.Context, id, geste, name string) error
	// History tells what became of a record, newest first. It waits for the
	// network and refuses (*Erreur) as Exchange does, and not_found.
	History(ctx context.Context, r agenda.Ref) ([]agenda.Passage, error)
	// Wake asks for an exchange soon. It never blocks.
	Wake()
	// Status tells how the line is doing, at once.
	Status() Ligne
	// Close stops a server that was started for the profile.
	Close() error
}

// Identifiants are what a device is enrolled with.
type Identifiants struct {
	Server, Email, Password string
	Device                  string // the name of this computer, "" to let the server choose
	// Agent is whose profile it is already: another is refused (other_agent);
	// "" for a new profile.
	Agent agenda.AgentID
}

// Enrole is who has just been enrolled.
type Enrole struct {
	Agent               agenda.AgentID
	FirstName, LastName string
	Server              string // the address as it answers, "" for one's own
}

// Bilan counts what an exchange did.
type Bilan struct {
	Pushed, Pulled, Refused int
}

// Ligne is how a line is doing.
type Ligne struct {
	Online   bool
	Busy     bool // exchanging right now
	Login    bool // the session was refused: a password is needed
	Since    time.Time
	LastSync time.Time     // end of the last whole exchange, zero when none since the start
	Skew     time.Duration // this computer's clock less the server's
	Complete bool          // every first copy is whole
	// Done and Total count the rows of the first copy; 0 of 0 when not known.
	Done, Total int
	// Behind says that the server is too old for something that waits here.
	Behind bool
}

// Appareil is a desktop of an agent, as the server knows it. Instants are UTC,
// zero for never.
type Appareil struct {
	ID, Name                  string
	Here                      bool // this one
	EnrolledAt, SeenAt        time.Time
	RevokedAt, WipeAt, ToldAt time.Time
	Copied                    bool // closed because an old token came back
}

// What can be done to a desktop.
const (
	GesteRenommer = "rename"
	GesteRevoquer = "revoke"
	GesteEffacer  = "wipe"
)
