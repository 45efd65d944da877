// Package wire is what travels between a desktop and the server: commands up,
// rows down, as frames, one JSON object a line. It knows the forms and their
// bounds, nothing of what they mean.
//
// A request of POST /sync/v1/exchange is a hello, one cursor a territoire, then
// the commands to push. An answer is a hello, the outcomes of what was pushed,
// and pages; a page is any number of row frames closed by a mark, and every page
// was read in one transaction. The last frame is end.
package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"permanence/app/agenda"
)

const (
	// Protocol is the version of these frames.
	Protocol = 1
	// Schema is the version of the records' form.
	Schema = 1
	// AtHeader carries, on a live stream, what the desktop holds: a request
	// without commands, gzip then base64url.
	AtHeader = "Permanence-At"
	// MaxCommands, MaxTold, MaxWants and MaxBody bound one request; MaxBody is counted inflated.
	MaxCommands = 500
	MaxTold     = 5000
	MaxWants    = 2000
	MaxBody     = 1 << 20
	// MaxLine bounds one frame of an answer, inflated.
	MaxLine = 4 << 20
)

// Hello opens a request.
type Hello struct {
	Protocol int `json:"protocol"`
	Schema   int `json:"schema"`
	// Acked is the highest n below which every outcome has been stored here.
	Acked int64 `json:"acked"`
	// Last is the highest n this desktop ever gave.
	Last int64 `json:"last"`
	// Waiting lists the n whose final outcome is still to come, ascending.
	Waiting []int64 `json:"waiting,omitempty"`
	// WaitingIDs are the ids of those commands, in the same order: a copy of this
	// profile may have asked again under another device.
	WaitingIDs []string `json:"waiting_ids,omitempty"`
	// Again says that a desktop whose cursor is of another epoch has queued again
	// what may be missing there: until then a server runs none of its commands.
	Again bool `json:"again,omitempty"`
	// WaitS asks a server with nothing to tell to wait so many seconds for news,
	// where no live stream passes.
	WaitS int `json:"wait_s,omitempty"`
	// Clock is the desktop's clock, UTC.
	Clock time.Time `json:"clock"`
}

// Cursor says what a desktop holds of one territoire: for Scopes, the last
// state of every record changed at or below Number, in this Epoch.
type Cursor struct {
	Territoire agenda.TerritoireID `json:"territoire"`
	Epoch      string              `json:"epoch"`
	Number     int64               `json:"number"`
	// Hash stands for Scopes when nothing is being loaded; a server that does not
	// find it asks for the list (End.Scopes).
	Hash    string         `json:"hash,omitempty"`
	Scopes  []agenda.Scope `json:"scopes,omitempty"` // sorted
	Loading []Loading      `json:"loading,omitempty"`
	// WindowFrom is the first civil day of the Rdvs held, "2026-08-01".
	WindowFrom string `json:"window_from,omitempty"`
	// Parts are shown when the digests differed: the server lists those that are
	// not its own. Wants are records to be sent again, whatever their number.
	Parts []Part       `json:"parts,omitempty"`
	Wants []agenda.Ref `json:"wants,omitempty"`
}

// Part is the digest of one part of a territoire.
type Part struct {
	Scope agenda.Scope `json:"scope"`
	Noun  agenda.Noun  `json:"noun"`
	Month int          `json:"month,omitempty"` // of the Rdvs, 202611
	Sum   uint64       `json:"sum,string"`
}

// List is what one part is made of on the server, or a piece of it.
type List struct {
	Scope agenda.Scope `json:"scope"`
	Noun  agenda.Noun  `json:"noun"`
	Month int          `json:"month,omitempty"`
	Rows  []ListRow    `json:"rows"` // by id
}

// ListRow is one record of a List.
type ListRow struct {
	ID       string `json:"id"`
	Revision int64  `json:"revision"`
}

// Digest stands for all the parts of a territoire at a number.
type Digest struct {
	Territoire agenda.TerritoireID `json:"territoire"`
	Number     int64               `json:"number"`
	Sum        string              `json:"sum"` // HashParts
}

// HashParts gives the hash of parts in any order.
func HashParts(parts []Part) string {
	lines := make([]string, 0, len(parts))
	for _, p := range parts {
		lines = append(lines, fmt.Sprintf("%s %s %d %016x\n", p.Scope, p.Noun, p.Month, p.Sum))
	}
	slices.Sort(lines)
	h := sha256.New()
	for _, l := range lines {
		h.Write([]byte(l))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Told is what a desktop knows to have been told to an usager by mail, from a
// receipt that a restored server may have lost: the Rdv as it stood then.
type Told struct {
	Recu      agenda.Recu   `json:"recu"`
	Cancelled bool          `json:"cancelled,omitempty"` // a CANCEL, else a REQUEST
	Sequence  int           `json:"sequence"`
	Start     time.Time     `json:"start"` // UTC
	End       time.Time     `json:"end"`   // UTC
	Zone      string        `json:"zone"`  // IANA
	Lieu      agenda.LieuID `json:"lieu,omitempty"`
	Address   string        `json:"address"`
}

// HashScopes gives the hash of a sorted list of scopes.
func HashScopes(scopes []agenda.Scope) string {
	h := sha256.New()
	for _, s := range scopes {
		h.Write([]byte(s))
		h.Write([]byte{'\n'})
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Tail is the phase of a Loading whose copy is read: what changed since N
// follows, and After is a number of the feed.
const Tail = 4

// Loading is a scope whose first copy is not complete: taken at head N, the
// most useful first, read in Phase up to After. It enters Scopes when its tail
// reaches the head.
type Loading struct {
	Scope agenda.Scope `json:"scope"`
	N     int64        `json:"n"`
	Phase int          `json:"phase"`
	After int64        `json:"after"`
}

// Request is what a desktop asks in one exchange.
type Request struct {
	Hello    Hello
	Cursors  []Cursor
	Told     []Told            // with Hello.Again only
	Commands []json.RawMessage // by n, dense
}

// Type names a frame.
type Type string

const (
	TypeHello   Type = "hello"
	TypeCursor  Type = "cursor"
	TypeTold    Type = "told"
	TypePush    Type = "push"
	TypeOutcome Type = "outcome"
	TypeScope   Type = "scope"
	TypePut     Type = "put"
	TypeLeave   Type = "leave"
	TypeGone    Type = "gone"
	TypeErase   Type = "erase"
	TypeList    Type = "list"
	TypeMark    Type = "mark"
	TypeEnd     Type = "end"
)

// Frame is one line of an answer. Only the fields of its type are set.
type Frame struct {
	T Type `json:"t"`

	// hello
	Server *ServerHello `json:"server,omitempty"`
	// outcome
	Outcome *Outcome `json:"outcome,omitempty"`

	Territoire agenda.TerritoireID `json:"territoire,omitempty"`
	// scope: granted (Add) or withdrawn
	Scope agenda.Scope `json:"scope,omitempty"`
	Add   bool         `json:"add,omitempty"`

	// put, leave, gone, erase
	Noun   agenda.Noun     `json:"noun,omitempty"`
	ID     string          `json:"id,omitempty"`
	Number int64           `json:"number,omitempty"` // put, leave, gone, erase: the record's; mark: the page's last
	Scopes []agenda.Scope  `json:"scopes,omitempty"` // put: every held scope the record is now in
	Body   json.RawMessage `json:"body,omitempty"`   // put
	Again  bool            `json:"again,omitempty"`  // put, leave: it was wanted, whatever the desktop holds

	// list
	List *List `json:"list,omitempty"`

	// mark
	Mark *Mark `json:"mark,omitempty"`
	// end
	End *End `json:"end,omitempty"`
}

// ServerHello opens an answer.
type ServerHello struct {
	Protocol int       `json:"protocol"`
	Schema   int       `json:"schema"`
	Clock    time.Time `json:"clock"`
	LeaseS   int64     `json:"lease_s"`         // seconds this copy may be read without contact
	Heads    []Head    `json:"heads,omitempty"` // of the territoires where the cursor is elsewhere
	// Elsewhere says that a cursor is of another history, and that nothing more
	// was done: the desktop queues again what may be missing here, then asks with
	// Hello.Again.
	Elsewhere bool `json:"elsewhere,omitempty"`
	// Next is the n this server expects from the device: after a gap, what is
	// missing begins there.
	Next int64 `json:"next"`
}

// Head is where a territoire stands.
type Head struct {
	Territoire agenda.TerritoireID `json:"territoire"`
	Epoch      string              `json:"epoch"`
	Number     int64               `json:"number"`
}

// Mark closes a page of one territoire: the rows before it bring a desktop
// that was at From to To, and the scopes being loaded to Loading.
type Mark struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
	// Reset says that the cursor shown leads nowhere (another history, or too
	// old): what is held of the territoire is dropped before this page.
	Reset   bool      `json:"reset,omitempty"`
	Epoch   string    `json:"epoch"`
	Loading []Loading `json:"loading,omitempty"`
	// Scopes complete at To; with Loading it replaces what the desktop holds.
	Scopes     []agenda.Scope `json:"scopes"`
	WindowFrom string         `json:"window_from"`
	// WindowAt is the instant at which WindowFrom begins: no Rdv that started
	// before it is held.
	WindowAt time.Time `json:"window_at"`
	// Expect is about how many rows the loads that begin with this page will bring.
	Expect int `json:"expect,omitempty"`
}

// End closes an answer.
type End struct {
	// Scopes says that rights have changed since a cursor: shown again with the
	// list of its scopes, it brings more now.
	Scopes bool `json:"scopes,omitempty"`
	// Digests are those of the territoires whose cursor is complete.
	Digests []Digest `json:"digests,omitempty"`
}

// Outcome is what became of one command. Done ones have a number in each
// territoire they touched, none when nothing had to change.
type Outcome struct {
	N        int64                         `json:"n"`
	ID       string                        `json:"id"`
	Verdict  agenda.Verdict                `json:"verdict"`
	Numbers  map[agenda.TerritoireID]int64 `json:"numbers,omitempty"`
	Code     agenda.Code                   `json:"code,omitempty"`
	Message  string                        `json:"message,omitempty"`
	Conflits []agenda.ConflitID            `json:"conflits,omitempty"`
}

// ErrorBody is the form of every error of the exchange itself.
type ErrorBody struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}
