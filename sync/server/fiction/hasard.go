package fiction

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// chance is the only source of what is invented: the same words give the same
// row of numbers.
type chance struct{ *rand.Rand }

func newChance(seed uint64, words string) chance {
	h := fnv.New64a()
	h.Write([]byte(words))
	return chance{rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// id mints a UUIDv7 born at an instant.
func (c chance) id(at time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli())<<16|c.Uint64N(1<<12))
	binary.BigEndian.PutUint64(b[8:], c.Uint64())
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return uuid.UUID(b).String()
}

// often reports true about n times in a hundred.
func (c chance) often(n int) bool { return c.IntN(100) < n }

// one gives a member of a list.
func one[T any](c chance, of []T) T { return of[c.IntN(len(of))] }

// password makes one that can be read aloud: three words and a number.
func password(seed uint64, email string) string {
	c := newChance(seed, "mot de passe "+email)
	words := strings.Fields(wordsOfPasswords)
	return one(c, words) + "-" + one(c, words) + "-" + one(c, words) + "-" + strconv.Itoa(10+c.IntN(90))
}
