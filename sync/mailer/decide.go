package mailer

import (
	"time"

	"permanence/app/agenda"
)

// Method is the iTIP method, the same in the MIME type and in the object.
type Method string

const (
	Request Method = "REQUEST"
	Cancel  Method = "CANCEL"
)

// Told is the last thing one recipient was told about one Rdv.
type Told struct {
	Usager   agenda.UsagerID `json:"usager"`
	Method   Method          `json:"method"`
	Sequence int             `json:"sequence"` // as it was written; never compared
	Start    time.Time       `json:"start"`    // UTC
	End      time.Time       `json:"end"`      // UTC
	Zone     string          `json:"zone"`     // IANA, whose wall clock was shown
	Lieu     agenda.LieuID   `json:"lieu,omitempty"`
	Where    string          `json:"where,omitempty"` // the place as it was shown, for "au lieu de"
	Address  string          `json:"address"`         // where it went, normalised
}

// Kind is why a mail is written; it decides its words.
type Kind string

const (
	Booked    Kind = "booked"    // never told, or restored after a cancellation
	Changed   Kind = "changed"   // another time or place than the one told
	Cancelled Kind = "cancelled" // the whole Rdv
	Removed   Kind = "removed"   // this recipient is expected no more, others may be
	Readdress Kind = "readdress" // told at another address from now on
)

// Method gives the iTIP method of the kind.
func (k Kind) Method() Method {
	if k == Booked || k == Changed {
		return Request
	}
	return Cancel
}

// linked reports whether the mail leads to the recipient's page: not for who
// is expected no more, nor for a former address.
func (k Kind) linked() bool { return k != Removed && k != Readdress }

// Letter is a mail to write.
type Letter struct {
	Kind    Kind
	To      Recipient
	Address string // where it goes, normalised
	Before  *Told  // what had been told; nil for nothing
	After   Told   // what will have been told
	// NoCalendar leaves the iCalendar object out: somebody else at the same
	// mailbox still holds the invitation that it would remove.
	NoCalendar bool
}

// Decide compares what a recipient was last told (nil: nothing) with the Rdv
// as it reads at now. It gives nothing, one letter, or, for an address that
// changed, two: the old address first. Where and the calendar of the letters
// are those of v.
//
// Nothing is written about an Rdv that has begun, whose motif does not notify,
// or to who asked for silence.
func Decide(told *Told, v View, to Recipient, now time.Time) []Letter {
	if !v.Rdv.Start.After(now) || v.Motif.Visibility != agenda.VisibleNotified || to.Silent {
		return nil
	}
	invited := told != nil && told.Method == Request
	address, err := Address(to.Email)
	reachable := err == nil
	switch {
	case invited && v.Rdv.Cancelled():
		return []Letter{letter(Cancelled, told, v, to, told.Address)}
	case invited && !to.Expected():
		return []Letter{letter(Removed, told, v, to, told.Address)}
	case v.Rdv.Cancelled() || !to.Expected():
		return nil
	case invited && reachable && address == told.Address:
		return changed(told, v, to)
	case invited:
		return readdressed(told, v, to, address, reachable)
	case reachable:
		return []Letter{letter(Booked, told, v, to, address)}
	}
	return nil
}

func changed(told *Told, v View, to Recipient) []Letter {
	same := told.Start.Equal(v.Rdv.Start) && told.End.Equal(v.Rdv.End) && told.Lieu == v.Rdv.Lieu
	if same {
		return nil
	}
	return []Letter{letter(Changed, told, v, to, told.Address)}
}

func readdressed(told *Told, v View, to Recipient, address string, reachable bool) []Letter {
	old := letter(Readdress, told, v, to, told.Address)
	if !reachable {
		return []Letter{old}
	}
	return []Letter{old, letter(Booked, &old.After, v, to, address)}
}

func letter(k Kind, told *Told, v View, to Recipient, address string) Letter {
	return Letter{Kind: k, To: to, Address: address, Before: told, After: Told{
		Usager: to.Usager, Method: k.Method(), Sequence: v.Rdv.Sequence,
		Start: v.Rdv.Start, End: v.Rdv.End, Zone: v.Rdv.Zone, Lieu: v.Rdv.Lieu, Where: where(v), Address: address,
	}}
}

// Letters decides for everybody concerned by v: who takes part, and who was
// told and takes part no more. told holds one line a person.
func Letters(v View, told []Told, now time.Time) []Letter {
	var letters []Letter
	list := Recipients(v)
	expected := map[agenda.UsagerID]bool{}
	for _, to := range list {
		expected[to.Usager] = true
		letters = append(letters, Decide(toldTo(told, v, to), v, to, now)...)
	}
	for i := range told {
		to, known := gone(v, told[i].Usager)
		if known && !expected[to.Usager] {
			letters = append(letters, Decide(&told[i], v, to, now)...)
		}
	}
	return shared(letters, v, list)
}

// toldTo finds what a recipient was told. What was told at the same address to
// somebody who is no more, merged into this recipient, counts as told to him.
func toldTo(told []Told, v View, to Recipient) *Told {
	address, _ := Address(to.Email) // not an address: equal to none
	var inherited *Told
	for i := range told {
		if told[i].Usager == to.Usager {
			return &told[i]
		}
		if _, lives := v.Usagers[told[i].Usager]; !lives && told[i].Address == address {
			inherited = &told[i]
		}
	}
	return inherited
}

// shared takes the calendar out of a cancellation that goes to a mailbox where
// another recipient stays invited to the same Rdv: its UID is the same.
func shared(letters []Letter, v View, list []Recipient) []Letter {
	if v.Rdv.Cancelled() {
		return letters
	}
	staying := map[string]agenda.UsagerID{}
	for _, to := range list {
		if a, err := Address(to.Email); err == nil && !to.Silent {
			staying[a] = to.Usager
		}
	}
	for i, l := range letters {
		who, ok := staying[l.Address]
		letters[i].NoCalendar = l.Kind.Method() == Cancel && ok && who != l.To.Usager
	}
	return letters
}
