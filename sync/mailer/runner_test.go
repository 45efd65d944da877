package mailer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/sync/mailer"
	. "permanence/sync/mailer/queuetest"
	"permanence/sync/mailer/smtptest"
)

// links gives every person the same address each time.
type links struct{}

func (links) Link(_ context.Context, rdv agenda.RdvID, usager agenda.UsagerID) (string, error) {
	return "https://rdv.example.org/rdv/" + string(usager), nil
}

// office is a runner on a memory store, a real SMTP sink and a clock of its own.
type office struct {
	*mailer.Runner
	store *Memory
	sink  *smtptest.Sink
	log   strings.Builder

	mu  sync.Mutex
	now time.Time
	ids int
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{store: NewMemory(), sink: sink(t, smtptest.Options{}), now: Now()}
	relay := mailer.Relay{Addr: o.sink.Addr, Timeout: 2 * time.Second, DataTimeout: 300 * time.Millisecond}
	log := slog.New(slog.NewTextHandler(&o.log, nil))
	settings := mailer.Defaults()
	settings.Poll = 10 * time.Millisecond
	o.Runner = mailer.NewRunner(o.store, relay, links{}, post(t), settings, o.clock, o.newID, log)
	return o
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *office) newID() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ids++
	return fmt.Sprintf("01930000-0000-7000-9000-%012d", o.ids)
}

// pass lets time go by and does all the work, in the order of a real day.
func (o *office) pass(t *testing.T, d time.Duration) {
	t.Helper()
	o.mu.Lock()
	o.now = o.now.Add(d)
	o.mu.Unlock()
	_, errFollow := o.Follow(t.Context())
	_, errSettle := o.Settle(t.Context())
	if err := errors.Join(errFollow, errSettle); err != nil {
		t.Fatal(err)
	}
	var trouble *mailer.Trouble
	if _, err := o.Deliver(t.Context()); err != nil && !errors.As(err, &trouble) {
		t.Fatal(err)
	}
}

// note changes the Rdv now.
func (o *office) note(changes ...func(*mailer.View)) { o.store.Note(With(changes...), o.clock()) }

// mails shows what arrived as "method subject", oldest first.
func (o *office) mails(t *testing.T) string {
	t.Helper()
	var all []string
	for _, m := range o.sink.Messages() {
		parsed, err := mail.ReadMessage(strings.NewReader(string(m.Raw)))
		if err != nil {
			t.Fatal(err)
		}
		subject, _, _ := strings.Cut(plainSpaces(message{header: parsed.Header}.subject(t)), " :")
		method := "REQUEST"
		if strings.Contains(string(m.Raw), "method=CANCEL") {
			method = "CANCEL"
		}
		all = append(all, method+" "+subject)
	}
	return strings.Join(all, ", ")
}

// recus shows the receipts as "kind state reason attempts".
func (o *office) recus() string {
	var all []string
	for _, r := range o.store.Recus() {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %s %d", r.Kind, r.State, r.Reason, r.Attempt)))
	}
	return strings.Join(all, ", ")
}

func (o *office) expect(t *testing.T, mails, recus string) {
	t.Helper()
	if got := o.mails(t); got != mails {
		t.Errorf("mails: %q, want %q", got, mails)
	}
	if got := o.recus(); got != recus {
		t.Errorf("receipts: %q, want %q", got, recus)
	}
}

const confirmed, moved, cancelled = "REQUEST Rendez-vous confirmé", "REQUEST Rendez-vous déplacé", "CANCEL Rendez-vous annulé"

func TestOneMailAfterTheDelay(t *testing.T) {
	o := open(t)
	o.note()
	o.pass(t, 59*time.Second)
	o.expect(t, "", "")
	o.pass(t, time.Second)
	o.expect(t, confirmed, "request sent  1")
	o.pass(t, time.Hour)
	o.note() // noted again, nothing changed
	o.pass(t, time.Hour)
	o.expect(t, confirmed, "request sent  1")
	if n := o.store.Bodies(); n != 0 {
		t.Errorf("%d bodies kept after delivery", n)
	}
}

func TestAnUndoCostsNoMail(t *testing.T) {
	o := open(t)
	o.note()
	o.pass(t, 30*time.Second)
	o.note(Ended(agenda.StatusRevoked))
	o.pass(t, time.Hour)
	o.expect(t, "", "")
}

func TestTheDelayRunsFromTheLastChange(t *testing.T) {
	o := open(t)
	for range 3 {
		o.note()
		o.pass(t, 40*time.Second)
	}
	o.expect(t, "", "")
	o.pass(t, 20*time.Second)
	o.expect(t, confirmed, "request sent  1")
}

func TestAnRdvSoonIsToldAtOnce(t *testing.T) {
	soon := func(in time.Duration) func(*mailer.View) {
		return func(v *mailer.View) { v.Rdv.Start, v.Rdv.End = Now().Add(in), Now().Add(in+time.Hour) }
	}
	for in, want := range map[time.Duration]string{2*time.Hour - time.Second: confirmed, 2 * time.Hour: ""} {
		o := open(t)
		o.note(soon(in))
		o.pass(t, 0)
		if got := o.mails(t); got != want {
			t.Errorf("rdv in %v: %q, want %q", in, got, want)
		}
	}
}

func TestTheLifeOfAnRdvInTheQueue(t *testing.T) {
	o := open(t)
	for _, change := range [][]func(*mailer.View){
		{}, {Moved(time.Hour)}, {Moved(time.Hour), Ended(agenda.StatusExcused)}, {Moved(time.Hour), func(v *mailer.View) { v.Rdv.Sequence = 3 }},
	} {
		o.note(change...)
		o.pass(t, time.Minute)
	}
	o.expect(t, confirmed+", "+moved+", "+cancelled+", "+confirmed,
		"request sent  1, update sent  1, cancel sent  1, request sent  1")
}

func TestRetries(t *testing.T) {
	o := open(t)
	o.sink.Fail(smtptest.Later450)
	o.note()
	o.pass(t, time.Minute)
	o.expect(t, "", "request waiting smtp_450 1")
	for _, step := range []struct {
		wait  time.Duration
		tries int
	}{
		{59 * time.Second, 1}, {time.Second, 2}, {5*time.Minute - time.Second, 2}, {time.Second, 3},
		{15 * time.Minute, 4}, {time.Hour, 5}, {59 * time.Minute, 5}, {time.Minute, 6},
	} {
		o.pass(t, step.wait)
		if got := o.sink.Attempts(); got != step.tries {
			t.Fatalf("%d tries, want %d", got, step.tries)
		}
	}
	o.sink.Fail(smtptest.None)
	o.pass(t, time.Hour)
	o.expect(t, confirmed, "request sent  7")
}

func TestAnOutageEndsInExactlyOneMail(t *testing.T) { // E117
	o := open(t)
	o.sink.Fail(smtptest.Busy421)
	o.note()
	for range 18 {
		o.pass(t, 10*time.Minute)
	}
	o.expect(t, "", "request waiting greeting 6")
	o.sink.Fail(smtptest.None)
	o.pass(t, time.Hour)
	o.pass(t, time.Hour)
	o.expect(t, confirmed, "request sent  7")
}

// What changed while nothing could leave is told as it is at the end, not as a story.
func TestAnOutageTellsTheEndOnly(t *testing.T) {
	tests := []struct {
		name        string
		told        bool // before the outage
		during      [][]func(*mailer.View)
		mails, last string
	}{
		{"booked, then moved", false, [][]func(*mailer.View){{}, {Moved(time.Hour)}}, confirmed, "request sent  2"},
		{"booked, moved, cancelled: nobody ever knew", false, [][]func(*mailer.View){{}, {Moved(time.Hour)}, {Moved(time.Hour), Ended(agenda.StatusRevoked)}}, "", "dropped"},
		{"told before, moved twice", true, [][]func(*mailer.View){{Moved(time.Hour)}, {Moved(2 * time.Hour)}}, moved, "update sent  2"},
		{"told before, moved there and back", true, [][]func(*mailer.View){{Moved(time.Hour)}, {Moved(0)}}, "", "dropped"},
		{"told before, moved, cancelled", true, [][]func(*mailer.View){{Moved(time.Hour)}, {Moved(time.Hour), Ended(agenda.StatusExcused)}}, cancelled, "cancel sent  2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := open(t)
			before := ""
			if tt.told {
				o.note()
				o.pass(t, time.Minute)
				before = confirmed
			}
			o.sink.Fail(smtptest.Later450)
			for _, change := range tt.during {
				o.note(change...)
				o.pass(t, 2*time.Minute)
			}
			o.sink.Fail(smtptest.None)
			o.pass(t, time.Hour)
			if got := o.mails(t); got != strings.Trim(before+", "+tt.mails, ", ") {
				t.Errorf("mails %q", got)
			}
			if got := o.recus(); !strings.Contains(got[strings.LastIndex(got, ",")+1:], tt.last) {
				t.Errorf("receipts %q", got)
			}
		})
	}
}

func TestAfterACutTheSameMailIsSentAgain(t *testing.T) {
	o := open(t)
	o.sink.Fail(smtptest.CutAfterData)
	o.note()
	o.pass(t, time.Minute)
	o.expect(t, confirmed, "request waiting cut 1")
	o.note(Ended(agenda.StatusRevoked)) // it may have been read: it cannot be withdrawn any more
	o.sink.Fail(smtptest.None)
	o.pass(t, time.Minute)
	o.pass(t, time.Minute)
	o.expect(t, confirmed+", "+confirmed+", "+cancelled, "request sent  2, cancel sent  1")
	got := o.sink.Messages()
	if string(got[0].Raw) != string(got[1].Raw) {
		t.Error("the second try is not the same mail")
	}
}

func TestACancelNeverOvertakesItsRequest(t *testing.T) {
	o := open(t)
	o.note()
	o.sink.Fail(smtptest.CutAfterData)
	o.pass(t, time.Minute)
	o.sink.Fail(smtptest.Later450)
	o.note(Ended(agenda.StatusRevoked))
	for range 5 {
		o.pass(t, time.Minute)
	}
	if got := o.recus(); !strings.HasSuffix(got, "cancel waiting  0") {
		t.Errorf("receipts %q: the cancellation was tried before its invitation was settled", got)
	}
	o.sink.Fail(smtptest.None)
	o.pass(t, time.Hour)
	o.pass(t, time.Hour)
	if got := o.mails(t); got != confirmed+", "+confirmed+", "+cancelled {
		t.Errorf("mails %q", got)
	}
}

func TestARefusedMailbox(t *testing.T) { // E118
	o := open(t)
	o.sink.Fail(smtptest.Unknown550)
	o.note()
	o.pass(t, time.Minute)
	o.expect(t, "", "request failed smtp_550 1")
	o.pass(t, 24*time.Hour)
	if n := o.sink.Attempts(); n != 1 {
		t.Errorf("%d tries of a mailbox that does not exist", n)
	}
	o.sink.Fail(smtptest.None)
	o.note(Mailed(Nadia, "n.haddad@example.org")) // nothing was told: an invitation, and no cancellation there
	o.pass(t, time.Minute)
	o.expect(t, confirmed, "request failed smtp_550 1, request sent  1")
}

func TestAnRdvThatBeginsFirst(t *testing.T) {
	o := open(t)
	o.sink.Fail(smtptest.Later450)
	o.note()
	o.pass(t, time.Minute)
	o.sink.Fail(smtptest.None)
	o.pass(t, 6*24*time.Hour)
	o.expect(t, "", "request dropped began 1")
	if n := o.store.Bodies(); n != 0 {
		t.Errorf("%d bodies kept", n)
	}
}

func TestWithoutMailboxAReceiptSaysSo(t *testing.T) {
	o := open(t)
	none := func(v *mailer.View) { v.Organisation.Mail = "" }
	o.note(none)
	o.pass(t, time.Minute)
	o.expect(t, "", "request waiting no_mailbox 0")
	o.pass(t, 10*time.Minute)
	o.pass(t, 10*time.Minute)
	o.expect(t, "", "request waiting no_mailbox 0")
	o.note() // the administrator gave one
	o.pass(t, 10*time.Minute)
	o.expect(t, confirmed, "request sent  1")
}

func TestAReceiptWithoutMailboxIsClosed(t *testing.T) {
	o := open(t)
	none := func(v *mailer.View) { v.Organisation.Mail = "" }
	o.note(none)
	o.pass(t, time.Minute)
	o.note(none, Ended(agenda.StatusRevoked))
	o.pass(t, time.Minute)
	o.expect(t, "", "request dropped superseded 0")

	o = open(t)
	o.note(none)
	o.pass(t, time.Minute)
	o.pass(t, 6*24*time.Hour)
	o.expect(t, "", "request dropped began 0")
}

func TestAnAddressThatIsNoneLeavesAReceipt(t *testing.T) {
	o := open(t)
	for range 2 {
		o.note(Mailed(Nadia, "éloïse@exemple.fr")) // MAIL-009
		o.pass(t, time.Minute)
	}
	o.expect(t, "", "request failed bad_address 0")
}

func TestAnRdvThatIsNoMore(t *testing.T) {
	o := open(t)
	o.note()
	o.store.Forget(TheRdv)
	o.store.NoteOther(TheTerritoire, o.clock())
	o.pass(t, time.Hour)
	o.expect(t, "", "")
}

func TestEachPersonHasTheirOwnMailAndLink(t *testing.T) {
	o := open(t)
	o.note(Attended(Nadia, Karim))
	o.pass(t, time.Minute)
	got := o.sink.Messages()
	if len(got) != 2 || got[0].To != nadia || got[1].To != karim {
		t.Fatalf("mails %+v", got)
	}
	for i, own := range []agenda.UsagerID{Nadia, Karim} {
		raw := strings.ReplaceAll(string(got[i].Raw), "=\r\n", "")
		contains(t, "the mail", raw, "/rdv/"+string(own))
		lacks(t, "the mail", raw, got[1-i].To, "/rdv/"+string([]agenda.UsagerID{Karim, Nadia}[i]))
	}
}

func TestTheLogNamesNobody(t *testing.T) {
	o := open(t)
	for _, f := range []smtptest.Fault{smtptest.Later450, smtptest.Unknown550, smtptest.None} {
		o.sink.Fail(f)
		o.note(Moved(time.Duration(f) * time.Hour))
		o.pass(t, time.Minute)
	}
	if o.log.Len() == 0 {
		t.Error("nothing logged")
	}
	lacks(t, "the log", o.log.String(), "@", "adia", "addad", "Montrelay", "/rdv/")
}

// The loops themselves, on the machine's clock: woken, it works; told to stop, it stops.
func TestRun(t *testing.T) {
	store, relay := NewMemory(), sink(t, smtptest.Options{})
	settings := mailer.Defaults()
	settings.Delay, settings.Poll = 0, time.Hour
	ids := &office{}
	r := mailer.NewRunner(store, mailer.Relay{Addr: relay.Addr}, links{}, post(t), settings, Now, ids.newID, slog.New(slog.NewTextHandler(io.Discard, nil)))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	store.Note(With(), Now())
	r.Wake()
	if got := relay.Wait(1, 5*time.Second); len(got) != 1 {
		t.Errorf("%d mails", len(got))
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("still running")
	}
}
