package desktop

import (
	"bytes"
	"context"
	"encoding/hex"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"permanence/app/store"
	"permanence/app/store/coffre"
	"permanence/app/store/seal"
)

// keyFile tells, in the folder of a profile, how its key is kept.
const keyFile = "cle.json"

const phraseTest = "marmotte bleue sous la pluie"

// ferme is one profile, and what opens it.
type ferme struct {
	testing.TB
	d     Dossier
	ports Ports
}

func newFerme(t testing.TB, k Keyring, phrase string) *ferme {
	t.Helper()
	d := Dossier{Dir: filepath.Join(t.TempDir(), "claire"), ID: "claire", Mode: ModeJoined}
	if err := d.Save(); err != nil {
		t.Fatal(err)
	}
	return &ferme{t, d, Ports{Now: time.Now, Lines: noLine{}, Log: silence(), Keyring: k, Phrase: phrase}}
}

// noLine is a line that nothing is asked of.
type noLine struct{}

func (noLine) Open(context.Context, Place) (Sync, error) { return &ligneTest{}, nil }

// open opens the profile with a change in what is at hand, and closes it; it
// gives the code of the refusal, "" when it opens.
func (c *ferme) open(change func(p *Ports)) (refusal string) {
	c.Helper()
	_, refusal = c.openCode(change)
	return refusal
}

func (c *ferme) openCode(change func(p *Ports)) (code, refusal string) {
	c.Helper()
	ports := c.ports
	if change != nil {
		change(&ports)
	}
	p, err := OpenPoste(context.Background(), c.d, ports, true, nil)
	if e := ErreurOf(err); e != nil {
		if !strings.HasSuffix(e.Message, ".") && !strings.HasSuffix(e.Message, ").") {
			c.Errorf("%s is told %q", e.Code, e.Message)
		}
		return "", e.Code
	}
	if err != nil {
		c.Fatal(err)
	}
	if e, err := p.Status(context.Background()); err != nil || !e.Sealed {
		c.Errorf("the profile says it is not sealed: %v", err)
	}
	code = p.RecoveryCode()
	if err := p.Close(); err != nil {
		c.Fatal(err)
	}
	return code, ""
}

// mark writes something that is still there only if nothing was lost.
func (c *ferme) mark() {
	c.Helper()
	c.settle(func(tx *store.DeskTx) error { return tx.SetSetting("mark", []byte("here")) })
}

func (c *ferme) settle(f func(tx *store.DeskTx) error) {
	c.Helper()
	p, err := OpenPoste(context.Background(), c.d, c.ports, false, nil)
	if err != nil {
		c.Fatal(err)
	}
	if err := p.db.WriteDesk(context.Background(), f); err != nil {
		c.Fatal(err)
	}
	if err := p.Close(); err != nil {
		c.Fatal(err)
	}
}

func (c *ferme) marked() bool {
	c.Helper()
	found := false
	c.settle(func(tx *store.DeskTx) error {
		value, err := tx.Setting("mark")
		found = string(value) == "here"
		return err
	})
	return found
}

func withPhrase(phrase string) func(p *Ports) { return func(p *Ports) { p.Phrase = phrase } }

func silent(p *Ports) { p.Keyring = &trousseauTest{silent: true} }

func TestAKeyInTheKeyring(t *testing.T) {
	ring := &trousseauTest{}
	c := newFerme(t, ring, "")
	code, refusal := c.openCode(nil)
	if refusal != "" || len(code) != 39 || strings.Count(code, "-") != 7 {
		t.Fatalf("first opening: %q, code %q", refusal, code)
	}
	if again, refusal := c.openCode(nil); refusal != "" || again != "" {
		t.Errorf("second opening: %q, code %q", refusal, again)
	}
	if got := c.open(silent); got != CodeKeyring {
		t.Errorf("a silent keyring: %q", got)
	}
	if got := c.open(func(p *Ports) { p.Keyring = nil }); got != CodeKeyring {
		t.Errorf("no keyring: %q", got)
	}
	if got := c.open(func(p *Ports) { p.Keyring = &trousseauTest{} }); got != CodeKeyLost {
		t.Errorf("a keyring that does not know it: %q", got)
	}
	for _, secret := range ring.held {
		key, err := hex.DecodeString(secret)
		if err != nil || len(key) != seal.KeySize {
			t.Errorf("the keyring holds %d bytes, %v", len(key), err)
		}
		if body, _ := os.ReadFile(filepath.Join(c.d.Dir, keyFile)); bytes.Contains(body, key) || bytes.Contains(body, []byte(secret)) {
			t.Error("the key is in the folder")
		}
	}
}

func TestAKeyBehindAPhrase(t *testing.T) {
	c := newFerme(t, nil, "")
	if got := c.open(nil); got != CodeNewPhrase {
		t.Errorf("neither keyring nor phrase: %q", got)
	}
	if got := c.open(silent); got != CodeNewPhrase {
		t.Errorf("a keyring that does not answer, and no phrase: %q", got)
	}
	if got := c.open(withPhrase("court")); got != "invalid" {
		t.Errorf("a phrase of five characters: %q", got)
	}
	if got := c.open(withPhrase(phraseTest)); got != "" {
		t.Fatalf("first opening: %q", got)
	}
	for phrase, want := range map[string]string{phraseTest: "", "": CodePhrase, "une autre phrase": CodeBadPhrase} {
		if got := c.open(withPhrase(phrase)); got != want {
			t.Errorf("with %q: %q, want %q", phrase, got, want)
		}
	}
	body, err := os.ReadFile(filepath.Join(c.d.Dir, keyFile))
	if err != nil || strings.Contains(string(body), "marmotte") {
		t.Errorf("the phrase is in the folder, or: %v", err)
	}
}

// TestAPhraseComesBeforeTheKeyring: who gives one wants it, and the keyring is
// not touched.
func TestAPhraseComesBeforeTheKeyring(t *testing.T) {
	ring := &trousseauTest{}
	c := newFerme(t, ring, phraseTest)
	if got := c.open(nil); got != "" || len(ring.held) != 0 {
		t.Errorf("%q, the keyring holds %d", got, len(ring.held))
	}
}

func TestRecover(t *testing.T) {
	c := newFerme(t, nil, phraseTest)
	code, _ := c.openCode(nil)
	c.mark()
	if e := ErreurOf(c.d.Recover(c.ports, "0000-0000-0000-0000-0000-0000-0000-0000")); e == nil || e.Code != CodeBadCode {
		t.Errorf("another code: %v", e)
	}
	c.ports.Phrase = "une phrase toute neuve"
	typed := " " + strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(code, "-", " "), "0", "o"))
	if err := c.d.Recover(c.ports, typed); err != nil {
		t.Fatalf("the code, typed as people do: %v", err)
	}
	if !c.marked() || c.open(withPhrase(phraseTest)) != CodeBadPhrase {
		t.Error("not the same profile behind the new phrase")
	}
	ring := &trousseauTest{}
	c.ports.Phrase, c.ports.Keyring = "", ring
	if err := c.d.Recover(c.ports, code); err != nil || !c.marked() || len(ring.held) != 1 {
		t.Errorf("to the keyring: %v", err)
	}
	if e := ErreurOf((Dossier{Dir: t.TempDir()}).Recover(c.ports, code)); e == nil || e.Code != CodeKeyLost {
		t.Errorf("a folder without a key: %v", e)
	}
}

func TestChangePhrase(t *testing.T) {
	ring := &trousseauTest{}
	c := newFerme(t, ring, "")
	c.mark()
	if err := c.d.ChangePhrase(c.ports, phraseTest); err != nil || len(ring.held) != 0 {
		t.Fatalf("from the keyring to a phrase: %v, it holds %d", err, len(ring.held))
	}
	if got := c.open(nil); got != CodePhrase {
		t.Errorf("without the phrase: %q", got)
	}
	if e := ErreurOf(c.d.ChangePhrase(c.ports, "encore une autre")); e == nil || e.Code != CodePhrase {
		t.Errorf("changed without the former: %v", e)
	}
	c.ports.Phrase = phraseTest
	if err := c.d.ChangePhrase(c.ports, ""); err != nil || len(ring.held) != 1 {
		t.Fatalf("back to the keyring: %v", err)
	}
	c.ports.Phrase = ""
	if !c.marked() {
		t.Error("not the same profile")
	}
}

func TestRekeyAProfile(t *testing.T) {
	for name, k := range map[string]*trousseauTest{"keyring": {}, "phrase": nil} {
		t.Run(name, func(t *testing.T) {
			c := newFerme(t, nil, phraseTest)
			if k != nil {
				c = newFerme(t, k, "")
			}
			first, _ := c.openCode(nil)
			c.mark()
			before, err := c.d.coffre().Unlock(c.ports.gardiens())
			if err != nil {
				t.Fatal(err)
			}
			second, err := c.d.Rekey(c.ports)
			if err != nil || second == first || second == "" {
				t.Fatalf("rekey: %v, code %q", err, second)
			}
			if !c.marked() {
				t.Error("not the same profile")
			}
			if _, err := store.Open(c.d.Database(), before.Poste, store.Options{Kind: store.Desktop}); store.ErrorOf(err) == nil || store.ErrorOf(err).Code != store.CodeKey {
				t.Errorf("the former key still opens it: %v", err)
			}
			if e := ErreurOf(c.d.Recover(c.ports, first)); e == nil || e.Code != CodeBadCode {
				t.Errorf("the former code: %v", e)
			}
			if err := c.d.Recover(c.ports, second); err != nil || !c.marked() {
				t.Errorf("the new code: %v", err)
			}
		})
	}
}

// TestRekeyCutShort: a profile whose files are partly under the former key is
// finished by the next opening.
func TestRekeyCutShort(t *testing.T) {
	ring := &trousseauTest{}
	c := newFerme(t, ring, "")
	c.mark()
	server, err := c.d.coffre().Unlock(c.ports.gardiens())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(coffre.ServerDatabase(c.d.Dir)), 0o700); err != nil {
		t.Fatal(err)
	}
	own, err := store.Open(coffre.ServerDatabase(c.d.Dir), server.Serveur, store.Options{Kind: store.Server})
	if err != nil {
		t.Fatal(err)
	}
	name := slices.Collect(maps.Keys(ring.held))[0]
	former, err := hex.DecodeString(ring.held[name])
	if err != nil {
		t.Fatal(err)
	}
	both := append(former, bytes.Repeat([]byte{9}, seal.KeySize)...)
	if err := ring.Set(name, hex.EncodeToString(both)); err != nil {
		t.Fatal(err)
	}
	if !c.marked() { // the server's file is open: it waits
		t.Error("not the same profile while a file is in use")
	}
	if left, _ := ring.Get(name); left != hex.EncodeToString(both) {
		t.Error("the former key was forgotten too early")
	}
	if err := own.Close(); err != nil {
		t.Fatal(err)
	}
	if !c.marked() {
		t.Error("not the same profile")
	}
	if left, _ := ring.Get(name); left != hex.EncodeToString(both[seal.KeySize:]) {
		t.Error("the former key was not forgotten")
	}
	after, err := c.d.coffre().Unlock(c.ports.gardiens())
	if err != nil {
		t.Fatal(err)
	}
	own, err = store.Open(coffre.ServerDatabase(c.d.Dir), after.Serveur, store.Options{Kind: store.Server})
	if err != nil {
		t.Fatalf("the server's file: %v", err)
	}
	if err := own.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDestroyKey(t *testing.T) {
	for name, c := range map[string]*ferme{"keyring": newFerme(t, &trousseauTest{}, ""), "phrase": newFerme(t, nil, phraseTest)} {
		t.Run(name, func(t *testing.T) {
			c.TB = t
			code, _ := c.openCode(nil)
			for range 2 {
				if err := c.d.DestroyKey(c.ports.Keyring); err != nil {
					t.Fatal(err)
				}
			}
			if ring, ok := c.ports.Keyring.(*trousseauTest); ok && len(ring.held) != 0 {
				t.Error("the keyring still holds it")
			}
			if got := c.open(nil); got != CodeKeyLost {
				t.Errorf("it answers %q", got)
			}
			if e := ErreurOf(c.d.Recover(c.ports, code)); e == nil || e.Code != CodeKeyLost {
				t.Errorf("the code: %v", e)
			}
			if err := c.d.Wipe(c.ports.Keyring); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(c.d.Dir); !os.IsNotExist(err) {
				t.Errorf("the folder stays: %v", err)
			}
		})
	}
	c := newFerme(t, &trousseauTest{}, "")
	c.open(nil)
	if err := c.d.DestroyKey(&trousseauTest{silent: true}); err == nil {
		t.Error("a silent keyring was not told")
	}
	if _, err := os.Stat(filepath.Join(c.d.Dir, keyFile)); !os.IsNotExist(err) {
		t.Error("the wrapped key stays")
	}
}

// TestSpoiltKeyFile: what was cut short or written by somebody else is refused.
func TestSpoiltKeyFile(t *testing.T) {
	for name, body := range map[string]string{
		"empty":           "",
		"not JSON":        "{",
		"nothing in it":   "{}",
		"costs too much":  `{"name":"x","phrase":{"time":4000000000,"memory_kib":4000000000,"threads":1,"salt":"AA==","sealed":"AA=="},"secours":{}}`,
		"costs nothing":   `{"name":"x","phrase":{"salt":"AA==","sealed":"AA=="},"secours":{}}`,
		"an empty secret": `{"name":"x","secours":{}}`,
	} {
		c := newFerme(t, &trousseauTest{held: map[string]string{"x": "abcd"}}, "")
		c.mark()
		if err := os.WriteFile(filepath.Join(c.d.Dir, keyFile), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := c.open(withPhrase(phraseTest)); got != CodeKeyLost {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestAProfileFromBeforeSealing keeps what it holds.
func TestAProfileFromBeforeSealing(t *testing.T) {
	c := newFerme(t, &trousseauTest{}, "")
	db, err := store.Open(c.d.Database(), nil, store.Options{Kind: store.Desktop})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.WriteDesk(context.Background(), func(tx *store.DeskTx) error { return tx.SetSetting("mark", []byte("here")) }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if !c.marked() {
		t.Error("what it held is gone")
	}
	if sealed, err := store.IsSealed(c.d.Database()); err != nil || !sealed {
		t.Errorf("sealed %v, %v", sealed, err)
	}
}
