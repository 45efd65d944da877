package caldav

import (
	"context"
	"errors"
	"iter"
	"time"

	"permanence/app/agenda"
	"permanence/sync/access"
)

// ErrNotFound says that a calendar or an event does not exist for this reader;
// what exists for others only is answered the same.
var ErrNotFound = errors.New("not found")

// ErrInvalidToken says that no delta leads from a token to now: the reader
// starts again from nothing.
var ErrInvalidToken = errors.New("invalid sync token")

// ErrPrecondition says that the event is no longer the one the client saw.
var ErrPrecondition = errors.New("precondition failed")

// Refusal is the answer to a write that cannot be: 403, the name of a CalDAV
// condition ("" for none) and the reason in French.
type Refusal struct {
	Condition string // as in RFC 4791 §5.3.2.1: "valid-calendar-data"
	Message   string
}

func (r *Refusal) Error() string { return "refused: " + r.Condition }

// Identity is an agent as calendar applications show them.
type Identity struct {
	Name string // first and last name, as colleagues read it
	Mail string // the login address; "" for none
}

// Collection is one calendar as its reader sees it.
type Collection struct {
	Slug        string // last segment of its address: "rendez-vous"; lower-case letters, digits, hyphens
	Name        string // "Rendez-vous"
	Description string // "" for none
	Color       string // "#rrggbb", "" for none
	Order       int
	Zone        string         // IANA name: all-day and floating times are read in it
	Timezone    []byte         // iCalendar object holding the VTIMEZONE of Zone; nil for none
	Owner       agenda.AgentID // whose agenda it is, a colleague's perhaps
	Writable    bool           // events may be proposed to the Writer
	Token       Token          // where its history stands now
}

// Item is one event of a calendar: one iCalendar object holding VEVENTs of one UID.
type Item struct {
	Name     string    // "UID.ics"
	ETag     string    // hash of the exact bytes, without quotes
	Size     int       // number of bytes
	Modified time.Time // last change, UTC
	Spans    []agenda.Span
	Data     []byte // the bytes; nil when they were not asked for
}

// Delta is what changed in a calendar. Together with what the reader holds at
// the token it asked from, it gives the calendar as it was at Next.
type Delta struct {
	Changed []Item
	Removed []string // names
	Next    Token
	More    bool // cut at the limit: asking again from Next brings the rest
}

// Agendas reads calendars on behalf of who asks, at the content level of their
// app password; it is where rights and ownership are judged, whatever the
// address said. A calendar shows one month
// back and twelve ahead of the civil day.
//
// Item.Spans are all the occurrences of the event in that window, sorted by
// start; one of zero length has Start equal to End.
type Agendas interface {
	// Identity tells who the agent of a session is.
	Identity(ctx context.Context, who access.Session) (Identity, error)

	// Collections lists the calendars they may read, in display order.
	Collections(ctx context.Context, who access.Session) ([]Collection, error)

	// Collection gives one of them, or ErrNotFound.
	Collection(ctx context.Context, who access.Session, slug string) (Collection, error)

	// Items gives every event with an occurrence that meets or touches within,
	// and may give more; a zero bound is open. Item.Data may be nil unless data.
	// It stops at the first error.
	Items(ctx context.Context, who access.Session, slug string, within agenda.Span, data bool) iter.Seq2[Item, error]

	// Named gives the events of those names that exist, with their bytes.
	Named(ctx context.Context, who access.Session, slug string, names []string) (map[string]Item, error)

	// Changes gives, from one snapshot, what changed after since, oldest
	// change first, at most limit entries when limit > 0. The zero token asks
	// for every event. A change older than the tombstones: ErrInvalidToken.
	// When the civil day has turned since, what entered and left the window
	// belongs to the delta. Item.Data may be nil unless data.
	Changes(ctx context.Context, who access.Session, slug string, since Token, limit int, data bool) (Delta, error)
}

// Condition is what must still be true of an event for a write to happen.
type Condition struct {
	IfMatch []string // ETags, one of which it must have; ["*"]: it exists; nil: anything
	IfNew   bool     // it must not exist
}

// Writer hands what a calendar application wrote to the counter. It answers
// *Refusal, ErrPrecondition, ErrNotFound, or a failure.
type Writer interface {
	// Put stores or replaces an event by what its bytes say.
	Put(ctx context.Context, who access.Session, slug, name string, data []byte, c Condition) (created bool, err error)
	// Delete withdraws an event.
	Delete(ctx context.Context, who access.Session, slug, name string, c Condition) error
}
