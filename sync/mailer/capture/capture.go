// Package capture takes the place of a relay in the demonstration: mails go no
// further, and can be read in a browser and by scripts.
//
// It sends nothing, keeps nothing on disk, and forgets the oldest mails beyond
// its limit. What it shows is for this machine only.
package capture

import (
	"bytes"
	"context"
	"mime"
	"net/mail"
	"sync"
	"time"

	"permanence/sync/mailer"
)

// Mail is one captured message.
type Mail struct {
	From    string    `json:"from"` // envelope
	To      []string  `json:"to"`   // envelope
	Subject string    `json:"subject"`
	At      time.Time `json:"at"`  // when it was taken, UTC
	Raw     string    `json:"raw"` // the whole RFC 5322 message
}

// Box is a mailer.Sender that keeps what it is given. It may be used by several
// goroutines.
type Box struct {
	limit int
	now   func() time.Time

	mu    sync.Mutex
	mails []Mail
	first int // number of mails[0]
}

// New gives an empty box for the last limit mails; now dates them.
func New(limit int, now func() time.Time) *Box {
	return &Box{limit: limit, now: now, first: 1}
}

// Open implements mailer.Sender; it never fails.
func (b *Box) Open(context.Context) (mailer.Session, error) { return session{b}, nil }

type session struct{ box *Box }

func (s session) Send(_ context.Context, p mailer.Parcel) mailer.Outcome {
	s.box.keep(p)
	return mailer.Outcome{Fate: mailer.Delivered, Code: 250}
}

func (session) Close() error { return nil }

func (b *Box) keep(p mailer.Parcel) {
	m := Mail{From: p.From, To: []string{p.To}, Subject: subject(p.Raw), At: b.now().UTC(), Raw: string(p.Raw)}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails = append(b.mails, m)
	if over := len(b.mails) - b.limit; over > 0 {
		b.mails = append([]Mail(nil), b.mails[over:]...)
		b.first += over
	}
}

// Mails gives what the box holds, oldest first; never nil.
func (b *Box) Mails() []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Mail{}, b.mails...)
}

// numbered gives the mails and the number of the first.
func (b *Box) numbered() ([]Mail, int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Mail{}, b.mails...), b.first
}

// mail gives one by its number.
func (b *Box) mail(n int) (Mail, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := n - b.first
	if i < 0 || i >= len(b.mails) {
		return Mail{}, false
	}
	return b.mails[i], true
}

// subject reads the subject as people see it; "" when there is none.
func subject(raw []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	s, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return m.Header.Get("Subject")
	}
	return s
}
