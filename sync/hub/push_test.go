package hub

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/wire"
)

// verdicts shows outcomes as "n verdict code".
func verdicts(outs []wire.Outcome) string {
	var all []string
	for _, o := range outs {
		all = append(all, strings.TrimSpace(string(rune('0'+o.N))+" "+string(o.Verdict)+" "+string(o.Code)))
	}
	return strings.Join(all, ", ")
}

// A request that comes again changes nothing and is answered the same.
func TestDoubles(t *testing.T) {
	b := newBureau(t, 0)
	cmds := []any{b.command(b.booking(time.Hour, b.nadia)), b.command(b.booking(2*time.Hour, b.nadia))}
	first := b.exchange(b.device, newHolding(), cmds...).outcomes()
	head := b.head().Number
	again := b.exchange(b.device, newHolding(), cmds...).outcomes()
	if a, z := mustJSON(t, first), mustJSON(t, again); a != z || b.head().Number != head {
		t.Errorf("first %s\nagain %s\nhead %d then %d", a, z, head, b.head().Number)
	}
}

func mustJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What misses its predecessor waits for it; nothing is run out of order.
func TestGaps(t *testing.T) {
	b := newBureau(t, 0)
	one, two, three := b.command(b.booking(time.Hour, b.nadia)), b.command(b.booking(2*time.Hour, b.nadia)), b.command(b.booking(3*time.Hour, b.nadia))
	for _, tt := range []struct {
		name string
		send []any
		want string
		next int64
	}{
		{"the first is missing", []any{two, three}, "", 1},
		{"out of order", []any{three, one, two}, "", 1},
		{"the second is missing", []any{one, three}, "1 applied", 2},
		{"all", []any{one, two, three}, "1 applied, 2 applied, 3 applied", 4},
	} {
		e := b.exchange(b.device, newHolding(), tt.send...)
		if got := verdicts(e.outcomes()); got != tt.want || e.hello.Next != tt.next {
			t.Errorf("%s: %q next %d, want %q next %d", tt.name, got, e.hello.Next, tt.want, tt.next)
		}
	}
}

// Two profiles under one device are told apart by the ids of their commands,
// and by numbers that come back.
func TestForked(t *testing.T) {
	b := newBureau(t, 0)
	h := newHolding()
	book := b.command(b.booking(time.Hour, b.nadia))
	b.exchange(b.device, h, book)
	other := b.numbered(1, b.booking(2*time.Hour, b.nadia))
	if _, err := b.tryExchange(b.device, h, other); !errors.Is(err, ErrForked) {
		t.Errorf("the same n, another id: %v", err)
	}
	h.acked = 1
	b.exchange(b.device, h)
	head := b.head().Number
	for name, cmd := range map[string]agenda.Command{"a number of long ago": other, "a request delivered late": book} {
		if _, err := b.tryExchange(b.device, newHolding(), cmd); !errors.Is(err, ErrForked) || b.head().Number != head {
			t.Errorf("%s: %v, head %d then %d", name, err, head, b.head().Number)
		}
	}
	stranger := b.numbered(2, b.booking(3*time.Hour, b.nadia))
	stranger.Device = id[string](b)
	if _, err := b.tryExchange(b.device, h, stranger); !errors.Is(err, ErrForeign) {
		t.Errorf("another device's command: %v", err)
	}
	if e := b.exchange(b.device, h, b.numbered(2, b.booking(4*time.Hour, b.nadia))); verdicts(e.outcomes()) != "2 applied" {
		t.Errorf("the rightful one: %+v", e.outcomes())
	}
}

// A command settled under a former device keeps its outcome under the new one.
func TestSettledUnderAnotherDevice(t *testing.T) {
	b := newBureau(t, 0)
	before := b.command(b.booking(time.Hour, b.nadia))
	old := b.exchange(b.device, newHolding(), before).outcomes()
	head := b.head().Number
	b.device = b.enrol(b.alice)
	again := before
	again.Device, again.N = b.device.ID, 1
	out := b.exchange(b.device, newHolding(), again).outcomes()
	if mustJSON(t, out) != mustJSON(t, old) || b.head().Number != head {
		t.Errorf("%+v, want %+v; head %d then %d", out, old, head, b.head().Number)
	}
}

// What a colleague's command was answered is told to nobody else, and nobody
// else takes its place: its id can be read in the history.
func TestAnotherAgentsCommand(t *testing.T) {
	b := newBureau(t, 0)
	hers := b.command(b.booking(time.Hour, b.nadia))
	b.exchange(b.device, newHolding(), hers)
	colleague, anew := b.enrol(b.chloe), b.enrol(b.alice)
	stolen := hers
	stolen.Device, stolen.N = colleague.ID, 1
	if _, err := b.tryExchange(colleague, newHolding(), stolen); !errors.Is(err, ErrForeign) {
		t.Errorf("the command of a colleague: %v", err)
	}
	err := b.db.Read(t.Context(), func(v *store.View) error {
		if _, err := outcomeOfSame(v, colleague, hers.ID); !errors.Is(err, store.ErrUnknown) {
			t.Errorf("the answer to a colleague: %v", err)
		}
		o, err := outcomeOfSame(v, anew, hers.ID)
		if o.Device != b.device.ID {
			t.Errorf("its outcome is of %q", o.Device)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Outcomes are kept until they are acknowledged, and dropped then.
func TestAcknowledged(t *testing.T) {
	b := newBureau(t, 0)
	h := newHolding()
	b.exchange(b.device, h, b.command(b.booking(time.Hour, b.nadia)), b.command(b.booking(2*time.Hour, b.nadia)))
	if got := verdicts(b.exchange(b.device, h).outcomes()); got != "1 applied, 2 applied" {
		t.Fatalf("not acknowledged: %q", got)
	}
	h.acked = 1
	if got := verdicts(b.exchange(b.device, h).outcomes()); got != "2 applied" {
		t.Errorf("the first acknowledged: %q", got)
	}
	h.acked = 2
	b.exchange(b.device, h)
	h.acked = 0
	if e := b.exchange(b.device, h); len(e.outcomes()) != 0 || e.hello.Next != 3 {
		t.Errorf("after all: %+v", e.outcomes())
	}
	h.acked = 1000
	b.exchange(b.device, h)
	if e := b.exchange(b.device, h, b.command(b.booking(3*time.Hour, b.nadia))); e.hello.Next != 4 {
		t.Errorf("acknowledged what was never answered: next %d", e.hello.Next)
	}
}

// A command that waits frees its number, and is answered once more, at last.
func TestWaitingThenFinal(t *testing.T) {
	b := newBureau(t, 0)
	h := newHolding()
	newer := b.command(&agenda.Emptied{})
	newer.Name = "BookSeance"
	e := b.exchange(b.device, h, newer, b.command(b.booking(time.Hour, b.nadia)))
	if got := verdicts(e.outcomes()); got != "1 waiting unknown_command, 2 applied" {
		t.Fatalf("outcomes %q", got)
	}
	var kept []store.Held
	b.write(func(tx *store.ServerTx) error {
		var err error
		kept, err = tx.WaitingCommands()
		return err
	})
	if len(kept) != 1 || kept[0].Command != newer.ID || !strings.Contains(string(kept[0].Body), "BookSeance") {
		t.Errorf("kept %+v", kept)
	}
	h.acked, h.waiting = 2, []int64{1}
	if e := b.exchange(b.device, h); len(e.outcomes()) != 0 {
		t.Errorf("told again: %+v", e.outcomes())
	}
	b.write(func(tx *store.ServerTx) error {
		return tx.PutOutcome(store.Outcome{Command: newer.ID, Device: b.device.ID, N: 1, At: b.now, Verdict: agenda.Applied})
	})
	for range 2 { // the answer may be lost
		if got := verdicts(b.exchange(b.device, h).outcomes()); got != "1 applied" && got != "1 applied, 2 applied" {
			t.Errorf("final: %q", got)
		}
	}
	h.waiting = nil
	b.exchange(b.device, h)
	h.waiting = []int64{1}
	if e := b.exchange(b.device, h); len(e.outcomes()) != 0 {
		t.Errorf("after it was received: %+v", e.outcomes())
	}
}

// A refusal is an outcome: it rolls back its own command and no other.
func TestRefusedAmongOthers(t *testing.T) {
	b := newBureau(t, 0)
	h := newHolding()
	b.exchange(b.device, h)
	same := b.booking(time.Hour, b.nadia)
	e := b.exchange(b.device, h, b.command(same), b.command(same), b.command(&agenda.NoteRecu{Recu: agenda.Recu{ID: id[agenda.RecuID](b)}}), b.command(b.booking(3*time.Hour, b.nadia)))
	if got := verdicts(e.outcomes()); got != "1 applied, 2 refused exists, 3 refused forbidden, 4 applied" {
		t.Errorf("outcomes %q", got)
	}
	for _, o := range e.outcomes() {
		if (o.Verdict == agenda.Refused) != (o.Message != "") || (o.Verdict == agenda.Refused) == (len(o.Numbers) > 0) {
			t.Errorf("outcome %+v", o)
		}
	}
}

// More than one transaction of commands, and who listens hears of each.
func TestLongPush(t *testing.T) {
	b := newBureau(t, 0)
	wake, stop := b.bus.Follow()
	defer stop()
	var cmds []any
	for i := range 2*batch + 1 {
		cmds = append(cmds, b.command(b.booking(time.Duration(i)*time.Hour, b.nadia)))
	}
	e := b.exchange(b.device, newHolding(), cmds...)
	if len(e.outcomes()) != 2*batch+1 || e.hello.Next != 2*batch+2 {
		t.Errorf("%d outcomes, next %d", len(e.outcomes()), e.hello.Next)
	}
	select {
	case <-wake:
	default:
		t.Error("nobody was woken")
	}
}

// The live stream brings the same pages as they come, pings in between, and
// ends when the device is no longer welcome or must list its scopes.
func TestLive(t *testing.T) {
	b := newBureau(t, 0)
	h := newHolding()
	b.exchange(b.device, h)
	book := b.booking(time.Hour, b.nadia)
	var got []wire.Type
	pings, marked := 0, false
	err := b.hub.Live(t.Context(), b.device, h.request(), time.Millisecond, func(frames []wire.Frame) error {
		for _, f := range frames {
			got = append(got, f.T)
			marked = marked || f.T == wire.TypeMark
		}
		return nil
	}, func() error {
		switch pings++; {
		case pings == 1:
			b.system(book)
			b.bus.Notify(b.territoire)
		case marked:
			b.welcomed.Store(false)
		}
		return nil
	})
	if err != nil || pings < 2 {
		t.Errorf("live: %v after %d pings", err, pings)
	}
	if !slices.Equal(got, []wire.Type{wire.TypeHello, wire.TypePut, wire.TypePut, wire.TypeMark}) {
		t.Errorf("frames %v", got)
	}
	b.welcomed.Store(true)
	b.grant(b.chloe, agenda.LevelSecretariat)
	chloe, held := b.enrol(b.chloe), newHolding()
	b.exchange(chloe, held)
	b.grant(b.chloe, agenda.LevelBasic)
	quiet := func([]wire.Frame) error { return nil }
	if err := b.hub.Live(t.Context(), chloe, held.hashed().request(), time.Hour, quiet, func() error { return nil }); err != nil {
		t.Errorf("a hash of former rights: %v", err)
	}
}

func TestLiveEndsWithItsLine(t *testing.T) {
	b := newBureau(t, 0)
	hello := func(frames []wire.Frame) error { return nil }
	if err := b.hub.Live(t.Context(), b.device, newHolding().request(), time.Millisecond, hello, func() error { return errHungUp }); !errors.Is(err, errHungUp) {
		t.Errorf("a ping that fails: %v", err)
	}
	if err := b.hub.Live(t.Context(), b.device, newHolding().request(), time.Hour, func([]wire.Frame) error { return errHungUp }, nil); !errors.Is(err, errHungUp) {
		t.Errorf("a page that fails: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.hub.Live(ctx, b.device, newHolding().request(), time.Hour, hello, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a line that ended: %v", err)
	}
	if n := len(b.bus.followers); n != 0 {
		t.Errorf("%d followers left behind", n)
	}
}

// When a device was last heard of is kept, but not at every request.
func TestSeen(t *testing.T) {
	b := newBureau(t, 0)
	seen := func() time.Time {
		var d store.Device
		b.write(func(tx *store.ServerTx) error {
			var err error
			d, err = tx.Device(b.device.ID)
			return err
		})
		return d.SeenAt
	}
	enrolled := seen()
	b.now = b.now.Add(seenEvery - time.Second)
	b.exchange(b.device, newHolding())
	if !seen().Equal(enrolled) {
		t.Error("written at once")
	}
	b.now = b.now.Add(2 * time.Second)
	b.exchange(b.device, newHolding())
	if !seen().Equal(b.now) {
		t.Errorf("seen at %v, now %v", seen(), b.now)
	}
}

func TestBusCoalesces(t *testing.T) {
	b := NewLocalBus()
	wake, stop := b.Follow()
	for range 3 {
		b.Notify("t")
	}
	<-wake
	select {
	case <-wake:
		t.Error("woken twice")
	default:
	}
	stop()
	b.Notify("t")
	select {
	case <-wake:
		t.Error("woken after it stopped")
	default:
	}
}

func TestCoding(t *testing.T) {
	for accepts, want := range map[string]string{
		"": "", "zstd": "zstd", "gzip": "gzip", "gzip, zstd": "zstd", "GZIP;q=0.5": "gzip", "zstd;q=0, gzip": "gzip", "br": "", "identity": "",
		"zstd;q=0": "", "zstd ; q=1": "zstd", "gzip;q=x": "", "xzstd": "", "*": "",
	} {
		if got := coding(accepts); got != want {
			t.Errorf("coding(%q) = %q, want %q", accepts, got, want)
		}
	}
}
