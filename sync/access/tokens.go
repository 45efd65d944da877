package access

import (
	"slices"
	"time"
)

// Rhythm of a device's tokens.
const (
	// TokenAge is how long a device uses one token before it is offered the next.
	TokenAge = 24 * time.Hour
	// OfferAgain is how long an offered token may stay unused before another is
	// offered: its answer was probably cut.
	OfferAgain = 5 * time.Minute
)

// offersKept and retiredKept bound what is remembered of a device's tokens.
// One forgotten is unknown: it opens nothing, and accuses nobody.
const (
	offersKept  = 4
	retiredKept = 32
)

// DeviceTokens are the tokens of one device, a family of which each follows
// the one before. The current one stays valid until one of those offered to
// follow it has been used once, so that a cut answer locks nobody out. A
// retired one that comes back was copied: the whole family is revoked.
//
// It is a value and reads no clock; the store keeps it beside the device.
type DeviceTokens struct {
	Current  Hash      `json:"current"`
	Since    time.Time `json:"since"`              // UTC; when Current was first used
	Offered  []Hash    `json:"offered,omitempty"`  // to follow Current, oldest first
	OfferAt  time.Time `json:"offer_at,omitzero"`  // UTC; when the last one was offered
	Retired  []Hash    `json:"retired,omitempty"`  // oldest first
	Revoked  time.Time `json:"revoked,omitzero"`   // UTC; zero while the device is welcome
	Betrayed bool      `json:"betrayed,omitempty"` // revoked because a retired token came back
	// Epoch is the history of the server's data when this was last kept.
	Epoch string `json:"epoch,omitempty"`
}

// Verdict is what presenting a token comes to.
type Verdict int

const (
	Unknown  Verdict = iota // not of this family, or forgotten
	Accepted                // let it in
	Denied                  // the family is revoked, perhaps just now
)

// Enrol begins a family with its first token.
func Enrol(first Hash, now time.Time) DeviceTokens {
	return DeviceTokens{Current: first, Since: now}
}

// Present judges a token at the instant now and gives the family as it is
// afterwards. It is pure: presenting twice gives twice the same.
func (t DeviceTokens) Present(h Hash, now time.Time) (DeviceTokens, Verdict) {
	retired, offered := holds(t.Retired, h), holds(t.Offered, h)
	switch {
	case h.IsZero():
		return t, Unknown
	case !t.Revoked.IsZero():
		return t, Denied
	case t.Current.Equal(h):
		return t, Accepted
	case offered:
		return t.promote(h, now), Accepted
	case retired:
		t.Revoked, t.Betrayed = now, true
		return t, Denied
	}
	return t, Unknown
}

// Due reports whether the device should be offered a next token: the current
// one is TokenAge old and none was offered in the last OfferAgain.
func (t DeviceTokens) Due(now time.Time) bool {
	if !t.Revoked.IsZero() || now.Sub(t.Since) < TokenAge {
		return false
	}
	return len(t.Offered) == 0 || now.Sub(t.OfferAt) >= OfferAgain
}

// Offer adds a token that may follow the current one.
func (t DeviceTokens) Offer(next Hash, now time.Time) DeviceTokens {
	t.Offered = lastOf(append(slices.Clone(t.Offered), next), offersKept)
	t.OfferAt = now
	return t
}

// Resume begins the family again after the server was restored from a backup,
// which forgot the tokens given since: whatever token the device shows becomes
// the current one, and the next is due at once. Only for a device that proved
// its key.
func (t DeviceTokens) Resume(shown Hash, epoch string, now time.Time) DeviceTokens {
	return DeviceTokens{Current: shown, Since: now.Add(-TokenAge), Epoch: epoch}
}

// Revoke closes the family: no token of it opens anything any more.
func (t DeviceTokens) Revoke(now time.Time) DeviceTokens {
	if t.Revoked.IsZero() {
		t.Revoked = now
	}
	return t
}

// promote makes an offered token the current one and retires the one before.
// The other offers, never used, are forgotten rather than retired: a late
// answer that carries one must not look like a theft.
func (t DeviceTokens) promote(h Hash, now time.Time) DeviceTokens {
	t.Retired = lastOf(append(slices.Clone(t.Retired), t.Current), retiredKept)
	t.Current, t.Since = h, now
	t.Offered, t.OfferAt = nil, time.Time{}
	return t
}

// Same reports whether two families hold the same tokens in the same state:
// what a port compares before it writes.
func (t DeviceTokens) Same(u DeviceTokens) bool {
	return t.Current == u.Current && slices.Equal(t.Offered, u.Offered) && slices.Equal(t.Retired, u.Retired) &&
		t.Revoked.Equal(u.Revoked) && t.Betrayed == u.Betrayed && t.Epoch == u.Epoch
}

// holds looks at every hash, so that its time tells nothing.
func holds(list []Hash, h Hash) bool {
	found := false
	for _, other := range list {
		found = other.Equal(h) || found
	}
	return found
}

func lastOf(list []Hash, n int) []Hash { return list[max(0, len(list)-n):] }
