package simulation

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/mail"
	"slices"
	"strings"
	"time"

	ical "github.com/emersion/go-ical"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/mailer"
	"permanence/sync/server"
)

// relay takes the mails that leave, and remembers what each told.
type relay struct {
	w    *world
	told map[string][]letter // by rdv and address, in the order they left
	// doubtful are those of whom a restored server may not know what it told.
	doubtful map[string]bool
}

// letter is what one mail told.
type letter struct {
	message string // Message-ID: sent again under the same, it is the same
	at      time.Time
	method  string
	start   time.Time
	end     time.Time
	place   string
}

func (r *relay) Open(context.Context) (mailer.Session, error) {
	if !r.w.quiet && r.w.rng.IntN(8) == 0 {
		return nil, &mailer.Trouble{Reason: "connect", Err: errNetwork}
	}
	return r, nil
}

func (r *relay) Close() error { return nil }

// Send takes a mail, or gives trouble: before it is taken, or after. The
// program may also die before it has noted that it left.
func (r *relay) Send(_ context.Context, p mailer.Parcel) mailer.Outcome {
	chance := 9
	if !r.w.quiet {
		chance = r.w.rng.IntN(12)
	}
	switch chance {
	case 0:
		return mailer.Outcome{Fate: mailer.Later, Reason: "smtp_450", Code: 450}
	case 1:
		return mailer.Outcome{Fate: mailer.Unknown, Reason: "cut", Broken: true}
	}
	r.take(p)
	switch chance {
	case 2:
		return mailer.Outcome{Fate: mailer.Unknown, Reason: "cut", Broken: true}
	case 3:
		panic(errSilent)
	}
	return mailer.Outcome{Fate: mailer.Delivered}
}

// take reads a mail as its recipient's calendar does.
func (r *relay) take(p mailer.Parcel) {
	id, l, err := readLetter(p.Raw)
	if err != nil {
		r.w.fail("a mail cannot be read: %v", err)
		return
	}
	r.w.note("  mail %s about %s", l.method, short(id))
	if !l.start.After(r.w.clock) && l.method == "REQUEST" {
		r.w.fail("a mail leaves about rdv %s, which has begun", id)
	}
	l.at = r.w.clock
	key := id + " " + p.To
	r.told[key] = append(r.told[key], l)
}

// doubt notes of whom the server may no longer know what it told them: it was
// set back to before, and a desktop may have seen the receipt, or not.
func (r *relay) doubt(since time.Time) {
	for key, all := range r.told {
		if slices.ContainsFunc(all, func(l letter) bool { return l.at.After(since) }) {
			r.doubtful[key] = true
		}
	}
}

func readLetter(raw []byte) (uid string, l letter, err error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return "", l, err
	}
	l.message = m.Header.Get("Message-ID")
	body, err := calendarOf(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	if err != nil || body == nil {
		return "", l, fmt.Errorf("no calendar in it: %w", err)
	}
	cal, err := ical.NewDecoder(bytes.NewReader(body)).Decode()
	if err != nil {
		return "", l, err
	}
	if p := cal.Props.Get("METHOD"); p != nil {
		l.method = p.Value
	}
	for _, e := range cal.Events() {
		uid = e.Props.Get("UID").Value
		if l.start, err = e.DateTimeStart(time.UTC); err != nil {
			return uid, l, err
		}
		if p := e.Props.Get("LOCATION"); p != nil {
			l.place = p.Value
		}
		l.end, err = e.DateTimeEnd(time.UTC)
	}
	return uid, l, err
}

// calendarOf finds the text/calendar part, decoded; nil when there is none.
func calendarOf(kind, coding string, body io.Reader) ([]byte, error) {
	media, params, err := mime.ParseMediaType(kind)
	switch {
	case err != nil:
		return nil, err
	case media == "text/calendar" && strings.EqualFold(coding, "base64"):
		return io.ReadAll(base64.NewDecoder(base64.StdEncoding, body))
	case media == "text/calendar":
		return io.ReadAll(body)
	case !strings.HasPrefix(media, "multipart/"):
		return nil, nil
	}
	parts := multipart.NewReader(body, params["boundary"])
	for {
		p, err := parts.NextPart()
		if err != nil {
			return nil, nil
		}
		found, err := calendarOf(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		if found != nil || err != nil {
			return found, err
		}
	}
}

// links gives the address of a recipient's page.
type links struct{}

func (links) Link(_ context.Context, r agenda.RdvID, u agenda.UsagerID) (string, error) {
	return "https://agenda.example.org/rdv/" + string(r) + string(u), nil
}

// postman lets time pass, and the mailer work through it.
func (w *world) postman(d time.Duration) {
	w.clock = w.clock.Add(d)
	if err := w.deliver(); err != nil && !crashed(err) {
		w.fail("mailer: %v", err)
	}
}

// deliver runs the mailer once, on the server's disk, until it is done or dies.
func (w *world) deliver() (err error) {
	defer func() {
		if died := recover(); died == errSilent {
			w.note("  the mailer dies")
		} else if died != nil {
			panic(died)
		}
	}()
	post, err := mailer.NewPost("agenda@example.org", "https://agenda.example.org")
	if err != nil {
		return err
	}
	queue := server.MailQueue(w.central.disk.db, w.counter, w.now, w.newID)
	m := mailer.NewRunner(queue, w.relay, links{}, post, mailer.Defaults(), w.now, w.newID, slog.New(slog.DiscardHandler))
	if _, err := m.Follow(ctxb); err != nil {
		return err
	}
	if _, err := m.Settle(ctxb); err != nil {
		return err
	}
	_, err = m.Deliver(ctxb)
	if _, trouble := err.(*mailer.Trouble); trouble {
		return nil
	}
	return err
}

// mailsTell (invariant 14): the last mail that each recipient of an rdv to come
// got tells how it stands, and none told what the one before it had.
func (w *world) mailsTell() {
	for key, all := range w.relay.told {
		for i := 1; i < len(all) && !w.relay.doubtful[key]; i++ {
			before, l := all[i-1], all[i]
			if l.message == before.message {
				continue
			}
			before.message, before.at = l.message, l.at
			if l == before {
				w.fail("%s is told twice: %s at %v", key, l.method, l.start)
			}
		}
	}
	w.read(w.central.disk.db, func(v *store.View) error {
		all, err := v.All(agenda.NounRdv)
		for _, rec := range all {
			w.tellsHowItStands(v, rec.(*agenda.Rdv))
		}
		return err
	})
}

func (w *world) tellsHowItStands(v *store.View, r *agenda.Rdv) {
	if !r.Start.After(w.clock.Add(2 * time.Hour)) {
		return // what was to be told when it began was told, or is told no more
	}
	all, err := v.All(agenda.NounUsager)
	if err != nil {
		w.fail("read usagers: %v", err)
	}
	expected := map[string]bool{} // by address: whether they are to come
	for _, rec := range all {
		u := rec.(*agenda.Usager)
		expected[u.Email] = expected[u.Email] || r.Has(u.ID) && !r.StatusOf(u.ID).Cancelled() && !r.Cancelled()
	}
	for address, comes := range expected {
		w.tellsOne(r, address, comes)
	}
}

// tellsOne looks at the last mail that one address got about an rdv: comes when
// it stands with somebody of that address, not when it was cancelled, they
// were, or they do not take part any more.
func (w *world) tellsOne(r *agenda.Rdv, address string, comes bool) {
	key := string(r.ID) + " " + address
	told := w.relay.told[key]
	switch {
	case address == "" || !comes && w.relay.doubtful[key]:
	case !comes && len(told) == 0:
	case len(told) == 0:
		w.fail("nobody told %s of rdv %s", address, r.ID)
	case !comes && told[len(told)-1].method != "CANCEL":
		w.fail("rdv %s stands without %s, whose last mail says %s", r.ID, address, told[len(told)-1].method)
	case comes && (told[len(told)-1].method != "REQUEST" || !told[len(told)-1].start.Equal(r.Start)):
		l := told[len(told)-1]
		w.fail("rdv %s stands at %v, its last mail says %s at %v", r.ID, r.Start, l.method, l.start)
	}
}
