package desktop

import (
	"time"
)

// A desktop may be read for so long without hearing of its server; twice as
// long erases its copy. The clock of the machine is all there is to count by,
// and it may lie both ways:
//
//   - set back, it would let a copy be read for ever: the highest instant it
//     ever showed counts for locking;
//   - set forward, or corrected after it was years behind, it would erase a
//     copy that is young. So what is erased is old by this clock and by the
//     server's, as it was told at the last contact, and the clock got there
//     step by step. After a longer jump it has to say the same a day later.
const (
	defaultLease = 30 * 24 * time.Hour
	// leaseWarning is how long before the lock a person is warned.
	leaseWarning = 5 * 24 * time.Hour
	// jumpMargin is how much longer than the lease a step of the clock may be
	// and still be believed at once.
	jumpMargin = 2 * 24 * time.Hour
	// doubtFor is how long a clock that jumped must keep saying so: until the
	// next day.
	doubtFor = 20 * time.Hour
)

// bail is what a profile knows of its last contact. Instants are UTC.
type bail struct {
	Here  time.Time     `json:"here"`  // this computer's clock at the last contact
	There time.Time     `json:"there"` // the server's
	Lease time.Duration `json:"lease"` // ns, as the server told it
	Seen  time.Time     `json:"seen"`  // the highest this computer's clock ever was since
	// Doubt is when a clock that had jumped first made the copy too old; zero:
	// it does not.
	Doubt time.Time `json:"doubt,omitzero"`
}

// bailFrom begins a lease at a contact.
func bailFrom(here, there time.Time, lease time.Duration) bail {
	if lease <= 0 {
		lease = defaultLease
	}
	return bail{Here: here.UTC(), There: there.UTC(), Lease: lease, Seen: here.UTC()}
}

// observe takes note of the clock, and reports whether the copy is to be erased
// now. It is pure.
func (b bail) observe(now time.Time) (after bail, expired bool) {
	step := now.Sub(b.Seen)
	if step > 0 {
		b.Seen = now.UTC()
	}
	old := min(now.Sub(b.Here), now.Sub(b.There)) >= 2*b.Lease
	switch {
	case !old:
		b.Doubt = time.Time{}
	case !b.Doubt.IsZero():
		return b, now.Sub(b.Doubt) >= doubtFor
	case step <= b.Lease+jumpMargin:
		return b, true
	default:
		b.Doubt = now.UTC()
	}
	return b, false
}

// age is for how long nothing was heard of the server, as far as this clock
// ever went.
func (b bail) age(now time.Time) time.Duration {
	if b.Seen.After(now) {
		now = b.Seen
	}
	return now.Sub(b.Here)
}

// locked reports whether the copy may not be read until the next contact.
func (b bail) locked(now time.Time) bool { return b.age(now) >= b.Lease }

// warning tells for how many days nothing was heard, and in how many the copy
// will be locked; false while there is time.
func (b bail) warning(now time.Time) (silent, left int, soon bool) {
	age := b.age(now)
	if age < b.Lease-leaseWarning || age >= b.Lease {
		return 0, 0, false
	}
	const day = 24 * time.Hour
	return int(age / day), int((b.Lease - age + day - 1) / day), true
}
