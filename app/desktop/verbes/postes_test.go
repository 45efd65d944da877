package verbes

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/desktop"
)

// day moves the clock of the verbs to so many days after the present of these
// tests.
func (b *bench) day(n int) *bench {
	b.Helper()
	now, err := time.Parse(time.RFC3339, present)
	if err != nil {
		b.Fatal(err)
	}
	b.now = now.AddDate(0, 0, n).Format(time.RFC3339)
	return b
}

// refusal runs a verb that must be refused, and gives the code.
func (b *bench) refusal(args ...string) string {
	b.Helper()
	a := b.run(append(args, "--json")...)
	var r struct{ Refused refusal }
	if err := json.Unmarshal([]byte(a.out), &r); err != nil || a.code != exitRefused || r.Refused.Message == "" {
		b.Fatalf("%v: %+v", args, a)
	}
	return r.Refused.Code
}

func (b *bench) there() bool {
	_, err := os.Stat(b.dir)
	return !errors.Is(err, fs.ErrNotExist)
}

func TestLeaseOnTheCommandLine(t *testing.T) {
	b := enrolled(t)
	b.book("2026-11-24T10:00")
	b.net.down = true
	if a := b.day(29).run("agenda", "--from", "2026-11-24", "--to", "2026-11-24"); a.code != exitDone {
		t.Fatalf("on the 29th day: %+v", a)
	}
	b.day(31)
	for _, verb := range [][]string{{"agenda", "--from", "2026-11-24", "--to", "2026-11-24"}, {"usager", "search", "camille"}, {"motifs"}, {"undo"}, {"review"}, {"devices", "list"}} {
		if code := b.refusal(verb...); code != desktop.CodeLeaseLocked {
			t.Errorf("%v: %s", verb, code)
		}
	}
	var at statusResult
	if b.read(&at, "status"); at.Locked != desktop.CodeLeaseLocked || at.Pending != 1 {
		t.Errorf("status %+v", at)
	}
	if code := b.refusal("sync", "--once"); code != desktop.CodeUnreachable {
		t.Errorf("sync without the network: %s", code)
	}
	if code := b.day(3).refusal("motifs"); code != desktop.CodeLeaseLocked {
		t.Errorf("the clock set back: %s", code)
	}
	b.net.down = false
	if a := b.day(32).run("sync", "--once"); a.code != exitDone {
		t.Fatalf("sync: %+v", a)
	}
	if a := b.run("motifs"); a.code != exitDone {
		t.Errorf("after the contact: %+v", a)
	}
}

func TestLeaseErasesOnTheCommandLine(t *testing.T) {
	b := enrolled(t)
	b.net.down = true
	if code := b.day(31).refusal("motifs"); code != desktop.CodeLeaseLocked {
		t.Fatal(code)
	}
	if code := b.day(61).refusal("motifs"); code != desktop.CodeLeaseExpired || b.there() {
		t.Errorf("on the 61st day: %s, still there: %v", code, b.there())
	}
}

// A clock that jumps to the 61st day may be wrong: the copy is locked, and goes
// if it says so a day later still.
func TestLeaseDoubtsAJump(t *testing.T) {
	b := enrolled(t)
	b.net.down = true
	for _, day := range []int{61, 61} {
		if code := b.day(day).refusal("motifs"); code != desktop.CodeLeaseLocked || !b.there() {
			t.Fatalf("after a jump: %s", code)
		}
	}
	if code := b.day(62).refusal("motifs"); code != desktop.CodeLeaseExpired || b.there() {
		t.Errorf("a day later: %s", code)
	}
}

func TestTurnedAwayOnTheCommandLine(t *testing.T) {
	b := enrolled(t)
	b.book("2026-11-24T10:00")
	b.net.refuses = desktop.CodeRevoked
	if code := b.refusal("sync", "--once"); code != desktop.CodeRevoked {
		t.Fatal(code)
	}
	if code := b.refusal("agenda", "--from", "2026-11-24", "--to", "2026-11-24"); code != desktop.CodeRevoked {
		t.Errorf("agenda: %s", code)
	}
	b.net.refuses = ""
	if a := b.login("claire"); a.code != exitDone || b.pending() != 1 {
		t.Errorf("login again: %+v, %d pending", a, b.pending())
	}
	b.net.refuses = desktop.CodeWiped
	if code := b.refusal("sync", "--once"); code != desktop.CodeWiped || b.there() {
		t.Errorf("wiped: %s, still there: %v", code, b.there())
	}
}

func TestDevices(t *testing.T) {
	b := enrolled(t)
	seen := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	b.net.postes = []desktop.Appareil{
		{ID: "d1", Name: "Ancien", SeenAt: seen, RevokedAt: seen, WipeAt: seen},
		{ID: "d2", Name: "Guichet 2", SeenAt: seen.Add(time.Hour)},
		{ID: "d3", Name: "Accueil", Here: true, SeenAt: seen},
	}
	var all list[device]
	b.read(&all, "devices", "list")
	var got []string
	for _, d := range all.Items {
		got = append(got, d.ID+" "+d.State)
	}
	if !slices.Equal(got, []string{"d3 open", "d2 open", "d1 wiped"}) || all.Items[0].SeenAt != "2026-11-20T08:00:00Z" || !all.Items[0].Here {
		t.Errorf("%+v", all.Items)
	}
	if a := b.run("devices", "list"); !strings.Contains(a.out, "Accueil, dernier contact 2026-11-20T08:00:00Z, ce poste") {
		t.Errorf("%q", a.out)
	}
	for _, verb := range [][]string{{"rename", "d2", "--name", "Guichet 3"}, {"revoke", "d2"}, {"wipe", "d2"}} {
		if a := b.run(append([]string{"devices"}, verb...)...); a.code != exitDone {
			t.Errorf("%v: %+v", verb, a)
		}
	}
	if want := []string{"rename d2 Guichet 3", "revoke d2 ", "wipe d2 "}; !slices.Equal(b.net.asked, want) {
		t.Errorf("asked %q", b.net.asked)
	}
	if code := b.refusal("devices", "rename", "d2", "--name", "  "); code != "invalid" {
		t.Errorf("an empty name: %s", code)
	}
}
