package access

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// keyOf gives the key pair of a name.
func keyOf(name string) ed25519.PrivateKey {
	seed := bytes.Repeat([]byte(name), ed25519.SeedSize)
	return ed25519.NewKeyFromSeed(seed[:ed25519.SeedSize])
}

// program is a desktop: a token, a key, and the nonce it was last given. How it
// answers a challenge is that of the real one.
type program struct {
	h     *house
	token Secret
	key   ed25519.PrivateKey // nil: a program of before keys
	nonce string
	asked int // requests sent
}

// keyed is the desktop of the house with a key that was registered.
func (h *house) keyed() *program {
	d := h.devices[deskID]
	d.Key = keyOf("desk").Public().(ed25519.PublicKey)
	h.devices[deskID] = d
	return &program{h: h, token: h.device, key: keyOf("desk")}
}

// ask sends a request, twice when it was challenged, and gives the code of the
// refusal, "" when it was let in.
func (p *program) ask(text string) string {
	w := p.send(text, false)
	code := refusalCode(w)
	if nonce := w.Header().Get(NonceHeader); nonce != "" {
		p.nonce = nonce
	}
	if p.key != nil && (code == string(CodeProof) || code == string(CodeKey)) {
		w = p.send(text, false)
		if code = refusalCode(w); code == string(CodeKey) {
			p.nonce = w.Header().Get(NonceHeader)
			code = refusalCode(p.send(text, true))
		}
	}
	return code
}

func (p *program) send(text string, show bool) *httptest.ResponseRecorder {
	p.asked++
	return p.h.ask("POST /sync/v1/exchange", bearer(p.token), body(text), func(r *http.Request) {
		if p.key == nil {
			return
		}
		if show {
			ShowKey(r, p.key)
		}
		if err := Prove(r, []byte(text), p.key, p.nonce, p.h.chance()); err != nil {
			panic(err)
		}
	})
}

// chance is a source that never gives the same twice.
func (h *house) chance() *bytes.Reader {
	h.drawn++
	return bytes.NewReader([]byte{byte(h.drawn >> 8), byte(h.drawn), 0, 0})
}

func refusalCode(w *httptest.ResponseRecorder) string {
	var body struct{ Error struct{ Code string } }
	if w.Code == http.StatusOK {
		return ""
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		return err.Error()
	}
	return body.Error.Code
}

func TestProof(t *testing.T) {
	tests := []struct {
		name string
		play func(h *house, p *program) string
		want string
	}{
		{"a desktop and its key", func(_ *house, p *program) string { return p.ask("a") }, ""},
		{"a stolen token alone", func(h *house, p *program) string { return (&program{h: h, token: p.token}).ask("a") }, "proof_required"},
		{"a stolen token and another key", func(h *house, p *program) string {
			return (&program{h: h, token: p.token, key: keyOf("thief")}).ask("a")
		}, "proof_required"},
		{"another key, shown", func(h *house, p *program) string {
			p.ask("a")
			thief := &program{h: h, token: p.token, key: keyOf("thief"), nonce: p.nonce}
			return refusalCode(thief.send("a", true))
		}, "proof_required"},
		{"the key and a stranger's token", func(h *house, p *program) string {
			p.token = drawn(h.t, KindDevice, 99)
			return p.ask("a")
		}, "bad_credentials"},
		{"a proof seen twice", func(h *house, p *program) string {
			p.ask("a")
			signed := signedRequest(h, p, "b")
			h.handler.ServeHTTP(httptest.NewRecorder(), again(signed, "b"))
			w := httptest.NewRecorder()
			h.handler.ServeHTTP(w, again(signed, "b"))
			return refusalCode(w)
		}, "bad_credentials"},
		{"a proof of another content", func(h *house, p *program) string {
			p.ask("a")
			w := httptest.NewRecorder()
			h.handler.ServeHTTP(w, again(signedRequest(h, p, "b"), "c"))
			return refusalCode(w)
		}, "proof_required"},
		{"a proof of another route", func(h *house, p *program) string {
			p.ask("a")
			w := h.ask("GET /sync/v1/who", bearer(p.token), header(ProofHeader, signedRequest(h, p, "").Header.Get(ProofHeader)))
			return refusalCode(w)
		}, "proof_required"},
		{"a nonce of yesterday", func(h *house, p *program) string {
			p.ask("a")
			h.clock.pass(24 * time.Hour)
			return refusalCode(p.send("a", false))
		}, "proof_required"},
		{"a nonce of yesterday, then the new one", func(h *house, p *program) string {
			p.ask("a")
			h.clock.pass(24 * time.Hour)
			return p.ask("a")
		}, ""},
		{"a nonce made up", func(h *house, p *program) string {
			p.nonce = NewProofs([]byte("another server"), h.clock.now).Nonce()
			return refusalCode(p.send("a", false))
		}, "proof_required"},
		{"a content too large", func(h *house, p *program) string {
			p.ask("a")
			return refusalCode(p.send(strings.Repeat("a", 101), false))
		}, "too_large"},
		{"revoked", func(h *house, p *program) string {
			h.revoke(false)
			return p.ask("a")
		}, "device_revoked"},
		{"revoked, and told again", func(h *house, p *program) string {
			h.revoke(false)
			p.ask("a")
			return p.ask("a")
		}, "device_revoked"},
		{"to be erased", func(h *house, p *program) string {
			h.revoke(true)
			return p.ask("a")
		}, "device_wiped"},
		{"to be erased, asked by a thief", func(h *house, p *program) string {
			h.revoke(true)
			return (&program{h: h, token: p.token}).ask("a")
		}, "proof_required"},
		{"before keys", func(h *house, p *program) string {
			h.unkeyed()
			return (&program{h: h, token: p.token}).ask("a")
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			if got := tt.play(h, h.keyed()); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// unkeyed makes the desktop one that was enrolled before keys.
func (h *house) unkeyed() {
	d := h.devices[deskID]
	d.Key = nil
	h.devices[deskID] = d
}

func signedRequest(h *house, p *program, text string) *http.Request {
	r := httptest.NewRequest("POST", "/sync/v1/exchange", strings.NewReader(text))
	r.Host, r.RemoteAddr = "agenda.example.org", "127.0.0.1:4000"
	bearer(p.token)(r)
	if err := Prove(r, []byte(text), p.key, p.nonce, h.chance()); err != nil {
		panic(err)
	}
	return r
}

// again is a request sent once more, with this content.
func again(r *http.Request, text string) *http.Request {
	other := r.Clone(r.Context())
	other.Body = httptest.NewRequest("POST", "/", strings.NewReader(text)).Body
	other.ContentLength = int64(len(text))
	return other
}

// A challenge costs one more request at first, and none as long as answers
// come in time: an answer renews the nonce before it is too old.
func TestNonceIsRenewedInTime(t *testing.T) {
	h := newHouse(t)
	p := h.keyed()
	p.ask("a")
	for range 30 {
		h.clock.pass(4 * time.Minute)
		before := p.asked
		w := p.send("a", false)
		if code := refusalCode(w); code != "" {
			t.Fatalf("refused: %s", code)
		}
		if nonce := w.Header().Get(NonceHeader); nonce != "" {
			p.nonce = nonce
		}
		if p.asked != before+1 {
			t.Fatal("asked twice")
		}
	}
}

// A desktop enrolled before keys registers its own at its next request; from
// then on its token alone opens nothing, and another key is not taken.
func TestKeyIsRegisteredAtTheNextRequest(t *testing.T) {
	h := newHouse(t)
	p := &program{h: h, token: h.device, key: keyOf("desk")}
	if code := p.ask("a"); code != "" {
		t.Fatalf("refused: %s", code)
	}
	if !h.devices[deskID].Key.Equal(p.key.Public()) {
		t.Fatal("the key was not registered")
	}
	for name, thief := range map[string]*program{
		"the token alone": {h: h, token: h.device},
		"another key":     {h: h, token: h.device, key: keyOf("thief")},
	} {
		if code := thief.ask("a"); code != string(CodeProof) {
			t.Errorf("%s: %q", name, code)
		}
	}
	if code := p.ask("a"); code != "" {
		t.Errorf("the desktop itself: %s", code)
	}
}

// The order of tokens, with a key: a thief who shows a retired one closes the
// device; one who shows an offered one without the key changes nothing.
func TestTokensWithKey(t *testing.T) {
	h := newHouse(t)
	p := h.keyed()
	next := drawn(t, KindDevice, 6)
	d := h.devices[deskID]
	d.Tokens = d.Tokens.Offer(next.Hash(), hour(25))
	h.devices[deskID] = d
	if code := (&program{h: h, token: next}).ask("a"); code != string(CodeProof) || h.devices[deskID].Tokens.Current == next.Hash() {
		t.Fatalf("an offered token without its key: %q", code)
	}
	if code := p.ask("a"); code != "" {
		t.Fatalf("the previous one, before the new one was used: %q", code)
	}
	p.token = next
	if code := p.ask("a"); code != "" {
		t.Fatalf("the new one: %q", code)
	}
	if code := (&program{h: h, token: h.device}).ask("a"); code != string(CodeCopied) {
		t.Fatalf("the previous one after that: %q", code)
	}
	if code := p.ask("a"); code != string(CodeCopied) {
		t.Errorf("the family is not closed: %q", code)
	}
}

// After the server was restored from a backup, a device that proves its key is
// let in whatever token it shows, and the next one is due at once.
func TestRestoredServer(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(h *house, p *program)
		want    string
	}{
		{"the token of the backup", func(*house, *program) {}, ""},
		{"a token given since", func(h *house, p *program) { p.token = drawn(h.t, KindDevice, 9) }, ""},
		{"a token retired before", func(h *house, p *program) {
			d := h.devices[deskID]
			d.Tokens = d.Tokens.Offer(drawn(h.t, KindDevice, 9).Hash(), hour(1))
			d.Tokens, _ = d.Tokens.Present(drawn(h.t, KindDevice, 9).Hash(), hour(2))
			h.devices[deskID] = d
		}, ""},
		{"a token given since, without the key", func(h *house, p *program) {
			p.token, p.key = drawn(h.t, KindDevice, 9), nil
		}, "proof_required"},
		{"another key", func(h *house, p *program) { p.token, p.key = drawn(h.t, KindDevice, 9), keyOf("thief") }, "proof_required"},
		{"revoked before the backup", func(h *house, p *program) {
			p.token = drawn(h.t, KindDevice, 9)
			h.revoke(false)
		}, "device_revoked"},
		{"a device of before keys", func(h *house, p *program) {
			p.token = drawn(h.t, KindDevice, 9)
			h.unkeyed()
		}, "bad_credentials"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			p := h.keyed()
			d := h.devices[deskID]
			d.Tokens.Epoch = "one"
			h.devices[deskID] = d
			h.epoch = "two"
			tt.prepare(h, p)
			shown := p.token
			if code := p.ask("a"); code != tt.want {
				t.Fatalf("%q, want %q", code, tt.want)
			}
			if shown == h.device || tt.want != "" {
				return
			}
			tokens := h.devices[deskID].Tokens
			if tokens.Current != shown.Hash() || tokens.Epoch != "two" || !tokens.Due(h.clock.now()) {
				t.Errorf("tokens %+v", tokens)
			}
			if code := (&program{h: h, token: drawn(t, KindDevice, 12), key: p.key}).ask("a"); code != string(CodeCredentials) {
				t.Errorf("another unknown token once that is over: %q", code)
			}
		})
	}
}
