package verbes

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"permanence/app/desktop"
)

const phrase = "une phrase de passe"

// withoutKeyring is a bench on a computer where no keyring answers.
func withoutKeyring(t *testing.T) *bench {
	b := newBench(t)
	b.ring, b.env = nil, map[string]string{}
	return b
}

func (b *bench) refused(a answer, code string) {
	b.Helper()
	if a.code != exitRefused || !strings.HasPrefix(a.err, code+" : ") {
		b.Errorf("want %s, got %+v", code, a)
	}
}

func TestAPhraseIsNeeded(t *testing.T) {
	b := withoutKeyring(t)
	a := b.login("claire")
	b.refused(a, desktop.CodeNewPhrase)
	if !strings.Contains(a.err, "PERMANENCE_PHRASE") {
		t.Errorf("it does not say what to do: %s", a.err)
	}
	if _, err := os.Stat(b.dir); !os.IsNotExist(err) {
		t.Errorf("a folder was left: %v", err)
	}
	b.env["PERMANENCE_PHRASE"] = phrase
	if a := b.login("claire"); a.code != exitDone || !strings.Contains(a.out, "Code de secours, montré cette seule fois") {
		t.Fatalf("with a phrase: %+v", a)
	}
	if a := b.login("claire"); a.code != exitDone || strings.Contains(a.out, "Code de secours") {
		t.Errorf("connected again: %+v", a)
	}
	var at statusResult
	b.read(&at, "status")
	if !at.Sealed {
		t.Error("status says it is not sealed")
	}
	b.env["PERMANENCE_PHRASE"] = "une autre phrase"
	b.refused(b.run("status"), desktop.CodeBadPhrase)
	b.env = nil
	b.refused(b.run("status"), desktop.CodePhrase)
}

// TestPhraseByDescriptor: a pipe gives the phrase, and comes before the
// environment.
func TestPhraseByDescriptor(t *testing.T) {
	b := withoutKeyring(t)
	b.env["PERMANENCE_PHRASE"] = phrase
	if a := b.login("claire"); a.code != exitDone {
		t.Fatal(a)
	}
	b.env["PERMANENCE_PHRASE"] = "une autre phrase"
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteString(phrase + "\n"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if a := b.run("status", "--phrase-fd", fmt.Sprint(r.Fd())); a.code != exitDone {
		t.Errorf("%+v", a)
	}
	if a := b.run("status", "--phrase-fd", "999"); a.code != exitUsage {
		t.Errorf("a descriptor that is not open: %+v", a)
	}
}

func TestChangeThePhrase(t *testing.T) {
	b := withoutKeyring(t)
	b.env["PERMANENCE_PHRASE"] = phrase
	if a := b.login("claire"); a.code != exitDone {
		t.Fatal(a)
	}
	if a := b.typing("\n", "phrase", "--new-stdin"); a.code != exitUsage {
		t.Errorf("no phrase typed: %+v", a)
	}
	if a := b.typing("court\n", "phrase", "--new-stdin"); a.code != exitRefused {
		t.Errorf("a short phrase: %+v", a)
	}
	if a := b.typing("encore une autre\n", "phrase", "--new-stdin"); a.code != exitDone {
		t.Fatalf("%+v", a)
	}
	b.refused(b.run("status"), desktop.CodeBadPhrase)
	b.env["PERMANENCE_PHRASE"] = "encore une autre"
	b.refused(b.run("phrase", "--keyring"), desktop.CodeNewPhrase)
	b.ring = ring{}
	if a := b.run("phrase", "--keyring"); a.code != exitDone {
		t.Fatalf("to the keyring: %+v", a)
	}
	b.env = nil
	if a := b.run("status"); a.code != exitDone {
		t.Errorf("from the keyring: %+v", a)
	}
	for _, args := range [][]string{{"phrase"}, {"phrase", "--keyring", "--new-stdin"}} {
		if a := b.run(args...); a.code != exitUsage {
			t.Errorf("%v: %+v", args, a)
		}
	}
}

func TestRekeyAndRecover(t *testing.T) {
	b := enrolled(t)
	id := b.book("2026-11-24T09:00")
	var first, second rekeyResult
	b.read(&first, "rekey")
	b.read(&second, "rekey")
	if first.RecoveryCode == second.RecoveryCode || len(second.RecoveryCode) != 39 {
		t.Errorf("codes %q and %q", first.RecoveryCode, second.RecoveryCode)
	}
	clear(b.ring.(ring))
	b.refused(b.run("rdv", "show", id), desktop.CodeKeyLost)
	b.refused(b.typing(first.RecoveryCode+"\n", "recover", "--code-stdin"), desktop.CodeBadCode)
	if a := b.typing(second.RecoveryCode+"\n", "recover", "--code-stdin"); a.code != exitDone {
		t.Fatalf("%+v", a)
	}
	if a := b.run("rdv", "show", id); a.code != exitDone {
		t.Errorf("after recovering: %+v", a)
	}
	if n := b.pending(); n != 1 {
		t.Errorf("%d commands wait, want 1", n)
	}
	b.beside("window")
	if a := b.run("rekey"); a.code != exitRefused || !strings.HasPrefix(a.err, desktop.CodeLocked) {
		t.Errorf("while the window is open: %+v", a)
	}
}

func TestWipeDestroysTheKey(t *testing.T) {
	b := enrolled(t)
	if held := b.ring.(ring); len(held) != 1 {
		t.Fatalf("the keyring holds %d", len(held))
	}
	if a := b.run("wipe"); a.code != exitDone || len(b.ring.(ring)) != 0 {
		t.Errorf("%+v, the keyring holds %d", a, len(b.ring.(ring)))
	}
	b = withoutKeyring(t)
	b.env["PERMANENCE_PHRASE"] = phrase
	if a := b.login("claire"); a.code != exitDone {
		t.Fatal(a)
	}
	b.env = nil
	if a := b.run("wipe"); a.code != exitDone { // it needs no phrase
		t.Errorf("%+v", a)
	}
	if _, err := os.Stat(b.dir); !os.IsNotExist(err) {
		t.Errorf("the folder stays: %v", err)
	}
}

// TestARefusedLoginLeavesNoKey: what a wrong password made is undone, the
// keyring's part too.
func TestARefusedLoginLeavesNoKey(t *testing.T) {
	b := newBench(t)
	a := b.typing("pas celui-là du tout\n", "login", "--server", "https://rdv.example.org", "--email", "claire@example.org", "--password-stdin")
	if a.code != exitRefused || len(b.ring.(ring)) != 0 {
		t.Errorf("%+v, the keyring holds %d", a, len(b.ring.(ring)))
	}
}
