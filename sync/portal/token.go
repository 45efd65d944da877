package portal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"time"

	"permanence/sync/access"
)

// tokenLife is how long a form may stay open before it is sent.
const tokenLife = 2 * time.Hour

// tokens are the marks of our own forms: made for one link and one sequence of
// its rdv, so that a form serves once, and not for long.
type tokens struct{ key []byte }

// issue makes the token of a form shown at now.
func (t tokens) issue(s access.Session, sequence int, now time.Time) string {
	expires := make([]byte, 8)
	binary.BigEndian.PutUint64(expires, uint64(now.Add(tokenLife).Unix()))
	return base64.RawURLEncoding.EncodeToString(append(expires, t.sign(s, sequence, expires)...))
}

// holds reports whether token was issued for this very form, not too long ago.
func (t tokens) holds(token string, s access.Session, sequence int, now time.Time) bool {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != 8+sha256.Size {
		return false
	}
	expires := int64(binary.BigEndian.Uint64(raw[:8]))
	return hmac.Equal(raw[8:], t.sign(s, sequence, raw[:8])) && now.Unix() < expires
}

func (t tokens) sign(s access.Session, sequence int, expires []byte) []byte {
	mac := hmac.New(sha256.New, t.key)
	mac.Write(expires)
	for _, part := range []string{s.Key, string(s.Rdv), string(s.Usager), strconv.Itoa(sequence)} {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return mac.Sum(nil)
}
