package mailer

import (
	"context"
	"errors"
	"time"

	"permanence/app/agenda"
)

// Store is what the mailer keeps, and what it reads. Every method is one
// transaction of its own; several processes may call at once, and what one has
// taken no other takes before the lease ends.
type Store interface {
	// Changes gives the next page of one territoire's ledger after the mailer's
	// bookmark there: the rdvs noted, and the number the page reaches. Numbers
	// without rdv count too. It gives a zero Page when every bookmark is at the
	// end. A territoire never followed begins at 0: who fills a database in bulk
	// (seed, import, restore) moves the bookmark to the head himself.
	Changes(ctx context.Context, limit int) (Page, error)
	// SetDue keeps the lines of the page and moves its bookmark, together. A new
	// line replaces the one the Rdv had, its lease included. A bookmark that is
	// no longer at p.From is left alone and nothing is kept: another process was
	// quicker.
	SetDue(ctx context.Context, p Page, due []Due) error
	// TakeDue leases the line that is due for longest at now, if there is one.
	TakeDue(ctx context.Context, now, lease time.Time) (Due, bool, error)
	// RdvView reads one Rdv as it is, with what was told about it, in one
	// transaction. It gives false when the Rdv exists no more.
	RdvView(ctx context.Context, id agenda.RdvID) (Reading, bool, error)
	// Commit removes the line d, unless a newer one replaced it, and keeps what
	// the settlement says, all together or not at all. It refuses (ErrTaken)
	// when a message to withdraw was taken meanwhile: nothing is then kept.
	Commit(ctx context.Context, d Due, s Settlement) error
	// TakeMessage leases the oldest message that waits no more at now. A message
	// is never given while an older one for the same Rdv and address is unsettled.
	// One whose lease ended without a result becomes doubtful: who had taken it
	// may have sent it before they died.
	TakeMessage(ctx context.Context, now, lease time.Time) (Message, bool, error)
	// Result keeps what became of a message taken, on its receipt too. Unless it
	// waits on, its body and addresses are blanked. When it failed or was dropped,
	// was never doubtful and its After is still what the usager was told, its
	// Before becomes that again.
	Result(ctx context.Context, id agenda.RecuID, r Result) error
}

// ErrTaken says that a message meant to be withdrawn is being sent.
var ErrTaken = errors.New("message taken")

// Page is one step along a territoire's ledger. Zero: nothing new.
type Page struct {
	Territoire agenda.TerritoireID
	From, To   int64 // bookmark before and after
	Changes    []Change
}

// Change is one Rdv noted under a number.
type Change struct {
	Rdv    agenda.RdvID
	Number int64
	At     time.Time // of the commit, server's clock
	Start  time.Time // of the Rdv as it reads now
}

// Due is when an Rdv is to be compared with what was told.
type Due struct {
	Rdv    agenda.RdvID
	Number int64 // the change that set it; the newest wins
	At     time.Time
}

// Reading is an Rdv as it reads, and where everybody stands.
type Reading struct {
	View
	Standings []Standing    // one for each usager ever told
	Blocked   []agenda.Recu // receipts that wait without a message: see Settlement
}

// Standing is where one usager stands about one Rdv.
type Standing struct {
	Told Told // as the last settlement kept it
	// Unsent lists the messages still waiting that no relay can have taken (not
	// leased, never doubtful), oldest first: they can be withdrawn. Empty when a
	// later one was sent or may have been.
	Unsent []agenda.RecuID
	// Before is what had been told before the first of Unsent; nil: nothing.
	Before *Told
}

// Settlement is what one comparison leads to.
type Settlement struct {
	Told     map[agenda.UsagerID]*Told // new lines; nil erases one
	Withdraw []agenda.RecuID           // messages overtaken before they left: dropped, blanked
	Messages []Message
	// Recus are receipts to keep, new or again: one for each message, and one
	// without message for a mail that cannot be written or must wait.
	Recus []agenda.Recu
	// Again puts the line back at this instant instead of removing it; zero: no.
	Again time.Time
}

// Message is one mail of the queue.
type Message struct {
	ID      agenda.RecuID // also its receipt's
	Rdv     agenda.RdvID
	Usager  agenda.UsagerID
	Kind    Kind
	Parcel  Parcel
	Start   time.Time // of the Rdv: from then on it is not sent
	Attempt int       // tries so far
	Before  *Told     // what the usager had been told before it
	After   Told      // what it tells
}

// Result is what became of a message after a try.
type Result struct {
	State   agenda.RecuState
	Reason  string    // code: "smtp_450", "cut", "began"
	Attempt int       // tries so far, this one included
	At      time.Time // of the try
	Next    time.Time // when State is waiting: not before
	// Doubtful says that a relay may have taken it: it can no longer be
	// withdrawn, only sent again under the same Message-ID.
	Doubtful bool
}
