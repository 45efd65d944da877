package access

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"permanence/app/agenda"
)

// keys is what the ports answer in these tests; what the database keeps of
// them is tested with the database.
type keys struct {
	mu        sync.Mutex
	links     map[Hash]Link
	feeds     map[Hash]Feed
	passwords map[Hash]AppPassword
	devices   map[string]Device
	roles     map[agenda.AgentID][]agenda.Role
	epoch     string
	lookups   int
	broken    error
}

func (k *keys) LinkByHash(_ context.Context, h Hash) (Link, error) { return pick(k, k.links, h) }
func (k *keys) FeedByHash(_ context.Context, h Hash) (Feed, error) { return pick(k, k.feeds, h) }
func (k *keys) AppPasswordByHash(_ context.Context, h Hash) (AppPassword, error) {
	return pick(k, k.passwords, h)
}
func (k *keys) DeviceByID(_ context.Context, id string) (Device, error) {
	return pick(k, k.devices, id)
}

func (k *keys) KeepTokens(_ context.Context, id string, was, is DeviceTokens) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d := k.devices[id]
	if !d.Tokens.Same(was) {
		return false, nil
	}
	d.Tokens = is
	k.devices[id] = d
	return true, nil
}

func (k *keys) KeepKey(_ context.Context, id string, key ed25519.PublicKey) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d := k.devices[id]
	if d.Key == nil {
		d.Key = key
	}
	k.devices[id] = d
	return d.Key.Equal(key), nil
}

func (k *keys) ToldDevice(_ context.Context, id string, _ time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	d := k.devices[id]
	d.Told = true
	k.devices[id] = d
	return nil
}

func (k *keys) Epoch(context.Context) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.epoch, nil
}

// revoke turns the desktop of these tests away, as a person does.
func (k *keys) revoke(wipe bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d := k.devices[deskID]
	d.Tokens.Revoked, d.Wipe = hour(0), wipe
	k.devices[deskID] = d
}

func (k *keys) AgentRoles(_ context.Context, a agenda.AgentID) ([]agenda.Role, error) {
	return k.roles[a], nil
}

func pick[K comparable, V any](k *keys, from map[K]V, key K) (V, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lookups++
	v, ok := from[key]
	if k.broken != nil {
		return v, k.broken
	}
	if !ok {
		return v, ErrUnknown
	}
	return v, nil
}

// deskID is the one enrolled desktop of these tests.
const deskID = "019aa7d0-7c00-7000-8000-000000000001"

// house is a guarded server of one route a policy, each answering who came in.
type house struct {
	*keys
	t       *testing.T
	drawn   int
	clock   *clock
	log     bytes.Buffer
	handler http.Handler
	way     *AppPasswordWay
	desk    DeviceWay

	link, gone, feed, app, device Secret
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: newClock(), link: drawn(t, KindLink, 1), gone: drawn(t, KindLink, 2), feed: drawn(t, KindFeed, 3), app: drawn(t, KindAppPassword, 4), device: drawn(t, KindDevice, 5)}
	h.keys = &keys{
		links: map[Hash]Link{
			h.link.Hash(): {ID: "k1", Usager: "u1", Rdv: "r1", Expires: hour(48)},
			h.gone.Hash(): {ID: "k2", Usager: "u1", Rdv: "r1", Expires: hour(48), Revoked: true},
		},
		feeds:     map[Hash]Feed{h.feed.Hash(): {ID: "f1", Agent: "alice", Content: ContentMotif}},
		passwords: map[Hash]AppPassword{h.app.Hash(): {ID: "p1", Agent: "alice", Email: "alice@example.org", Content: ContentComplet}},
		devices:   map[string]Device{deskID: {ID: deskID, Agent: "alice", Tokens: Enrol(h.device.Hash(), hour(0))}},
		roles: map[agenda.AgentID][]agenda.Role{
			"alice": {{Agent: "alice", Organisation: "ccas", Level: agenda.LevelBasic}},
			"diane": {{Agent: "diane", Organisation: "ccas", Level: agenda.LevelAdmin}},
			"robot": {{Agent: "robot", Organisation: "ccas", Level: agenda.LevelIntervenant}},
		},
	}
	failures := NewFailures(h.clock.now)
	h.way = NewAppPasswordWay(h.keys, h.keys, failures, h.clock.now)
	h.desk = DeviceWay{h.keys, h.keys, failures, NewProofs([]byte("a key of tests"), h.clock.now), h.clock.now}
	guard := NewGuard(GuardConfig{
		Hosts:   []string{"agenda.example.org"},
		Proxies: Proxies{netip.MustParsePrefix("10.0.0.0/8")},
		Now:     h.clock.now,
		Log:     slog.New(slog.NewTextHandler(&h.log, &slog.HandlerOptions{ReplaceAttr: Redact})),
		Ways: map[Policy]Way{
			PolicyLink:        LinkWay{h.keys, failures, h.clock.now},
			PolicyFeed:        FeedWay{h.keys, h.keys, failures},
			PolicyDevice:      h.desk,
			PolicyAppPassword: h.way,
		},
	})
	who := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := From(r.Context())
		by := s.Author()
		fmt.Fprintf(w, "%s %s %s %s %s", s.Policy, by.Kind, by.Agent+agenda.AgentID(by.Usager), s.Key, s.Content)
	})
	read := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			Fail(w, r, err)
		}
		if nonce := From(r.Context()).Nonce; nonce != "" {
			w.Header().Set(NonceHeader, nonce)
		}
	})
	handler, err := guard.Handler([]Route{
		{Pattern: "GET /healthz", Policy: PolicyPublic, Handler: who},
		{Pattern: "GET /metrics", Policy: PolicyLocal, Handler: who},
		{Pattern: "GET /rdv/{link}", Policy: PolicyLink, Handler: who, Refuse: page},
		{Pattern: "POST /rdv/{link}/annuler", Policy: PolicyLink, Handler: who, Refuse: page},
		{Pattern: "GET /ics/{secret}", Policy: PolicyFeed, Handler: who},
		{Pattern: "/dav/", Policy: PolicyAppPassword, Handler: who},
		{Pattern: "POST /sync/v1/exchange", Policy: PolicyDevice, Handler: read, Limit: 100},
		{Pattern: "GET /sync/v1/who", Policy: PolicyDevice, Handler: who},
		{Pattern: "GET /api/v1/comptes", Policy: PolicyAdmin, Handler: who},
		{Pattern: "GET /refus", Policy: PolicyPublic, Handler: failing(agenda.Refuse(agenda.CodeNotFound, "r1"))},
		{Pattern: "GET /panne", Policy: PolicyPublic, Handler: failing(errors.New("disk on fire"))},
		{Pattern: "GET /panique", Policy: PolicyPublic, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("Camille Lefèvre") })},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.handler = handler
	return h
}

func failing(err error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { Fail(w, r, err) })
}

func page(w http.ResponseWriter, _ *http.Request, refusal *Refusal) {
	w.WriteHeader(refusal.Status)
	fmt.Fprintf(w, "<p>%s</p>", refusal.Message)
}

// ask sends a request to the house from this machine, changed by edits.
func (h *house) ask(line string, edits ...func(*http.Request)) *httptest.ResponseRecorder {
	method, target, _ := strings.Cut(line, " ")
	r := httptest.NewRequest(method, target, nil)
	r.Host, r.RemoteAddr = "agenda.example.org", "127.0.0.1:4000"
	for _, e := range edits {
		e(r)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}
func bearer(s Secret) func(*http.Request) {
	return header("Authorization", "Bearer "+Credential(deskID, s))
}
func basic(user, password string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(user, password) }
}
func from(addr string) func(*http.Request) {
	return func(r *http.Request) { r.RemoteAddr = addr + ":4000" }
}
func host(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
func body(text string) func(*http.Request) {
	return func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(text)); r.ContentLength = -1 }
}

type edits = []func(*http.Request)

func TestGuard(t *testing.T) {
	h := newHouse(t)
	stranger := drawn(t, KindDevice, 9)
	app, dashless := h.app.Reveal(), strings.ReplaceAll(h.app.Reveal(), "-", "")
	tests := []struct {
		name, line string
		with       edits
		status     int
		want       string // in the body
	}{
		{"anybody is healthy", "GET /healthz", nil, 200, "public"},
		{"metrics from here", "GET /metrics", nil, 200, "local"},
		{"metrics from elsewhere", "GET /metrics", edits{from("192.0.2.9")}, 404, "Page introuvable."},
		{"metrics through a proxy here", "GET /metrics", edits{header("X-Forwarded-For", "192.0.2.9")}, 404, "not_found"},
		{"a link", "GET /rdv/" + h.link.text, nil, 200, "link usager u1 k1"},
		{"a link acts", "POST /rdv/" + h.link.text + "/annuler", nil, 200, "link usager u1 k1"},
		{"a link cut by a mail program", "GET /rdv/" + h.link.text[:20], nil, 404, "<p>Ce lien n’est plus valable. Demandez-en un nouveau au service.</p>"},
		{"a revoked link", "GET /rdv/" + h.gone.text, nil, 404, "Ce lien n’est plus valable."},
		{"a link for a feed", "GET /ics/" + h.link.text, nil, 404, "Page introuvable."},
		{"a feed", "GET /ics/" + h.feed.text + ".ics", nil, 200, "feed agent alice f1 motif"},
		{"a feed without its ending", "GET /ics/" + h.feed.text, nil, 200, "feed agent alice"},
		{"no feed", "GET /ics/.ics", nil, 404, "Page introuvable."},
		{"a calendar program", "PROPFIND /dav/", edits{basic("alice@example.org", app)}, 200, "app-password agent alice p1 complet"},
		{"typed without hyphens, address in capitals", "PROPFIND /dav/x/y.ics", edits{basic("Alice@Example.org", dashless)}, 200, "alice"},
		{"somebody else's address", "PROPFIND /dav/", edits{basic("bruno@example.org", app)}, 401, "Adresse ou mot de passe incorrect."},
		{"an address that is a pattern", "PROPFIND /dav/", edits{basic(".*", app)}, 401, "bad_credentials"},
		{"the password of the account", "PROPFIND /dav/", edits{basic("alice@example.org", goodPassword)}, 401, "bad_credentials"},
		{"nothing yet", "PROPFIND /dav/", nil, 401, "bad_credentials"},
		{"a desktop", "GET /sync/v1/who", edits{bearer(h.device)}, 200, "device agent alice"},
		{"a desktop without token", "GET /sync/v1/who", nil, 401, "bad_credentials"},
		{"a desktop with a stranger's token", "GET /sync/v1/who", edits{bearer(stranger)}, 401, "bad_credentials"},
		{"a token without its desktop", "GET /sync/v1/who", edits{header("Authorization", "Bearer "+h.device.text)}, 401, "bad_credentials"},
		{"a token of another desktop", "GET /sync/v1/who", edits{header("Authorization", "Bearer "+Credential("019aa7d0-7c00-7000-8000-000000000002", h.device))}, 401, "bad_credentials"},
		{"a desktop that is a path", "GET /sync/v1/who", edits{header("Authorization", "Bearer "+Credential("../d1", h.device))}, 401, "bad_credentials"},
		{"a token where a password belongs", "GET /sync/v1/who", edits{basic("alice@example.org", app)}, 401, "bad_credentials"},
		{"a basic agent at the accounts", "GET /api/v1/comptes", edits{bearer(h.device)}, 403, "Vous n’avez pas accès"},
		{"no such page", "GET /admin", nil, 404, `{"error":{"code":"not_found","message":"Page introuvable."}}`},
		{"no such method", "DELETE /healthz", nil, 405, "Méthode non permise."},
		{"a method made up", "BREW /healthz", nil, 405, "method_not_allowed"},
		{"an echo", "TRACE /dav/", edits{basic("alice@example.org", app)}, 405, "method_not_allowed"},
		{"out of the tree", "GET /../../etc/passwd", nil, 307, ""},
		{"another host", "GET /healthz", edits{host("evil.example.com")}, 421, "Cette adresse n’est pas celle du serveur."},
		{"another host that points here", "GET /sync/v1/who", edits{host("rebound.example.com:8420"), bearer(h.device)}, 421, "bad_request"},
		{"this machine by its name", "GET /healthz", edits{host("localhost:8420")}, 200, "public"},
		{"this machine by its number", "GET /healthz", edits{host("[::1]:8420")}, 200, "public"},
		{"another site's form", "POST /rdv/" + h.link.text + "/annuler", edits{header("Origin", "https://evil.example.com")}, 403, "Votre formulaire a expiré."},
		{"another site's form, told by the browser", "POST /rdv/" + h.link.text + "/annuler", edits{header("Sec-Fetch-Site", "cross-site")}, 403, "Votre formulaire a expiré."},
		{"our own form", "POST /rdv/" + h.link.text + "/annuler", edits{header("Origin", "https://agenda.example.org")}, 200, "u1"},
		{"a link followed from a mail", "GET /rdv/" + h.link.text, edits{header("Sec-Fetch-Site", "cross-site")}, 200, "u1"},
		{"in clear from elsewhere", "GET /rdv/" + h.link.text, edits{from("192.0.2.9")}, 403, "Connexion non chiffrée refusée"},
		{"in clear, pretending otherwise", "GET /rdv/" + h.link.text, edits{from("192.0.2.9"), header("X-Forwarded-Proto", "https")}, 403, "non chiffrée"},
		{"through a trusted proxy", "GET /rdv/" + h.link.text, edits{from("10.1.2.3"), header("X-Forwarded-Proto", "https")}, 200, "u1"},
		{"in clear as far as the proxy", "GET /rdv/" + h.link.text, edits{from("10.1.2.3"), header("X-Forwarded-Proto", "http")}, 403, "non chiffrée"},
		{"a body that fits", "POST /sync/v1/exchange", edits{bearer(h.device), body(strings.Repeat("x", 100))}, 200, ""},
		{"a body that grows", "POST /sync/v1/exchange", edits{bearer(h.device), body(strings.Repeat("x", 101))}, 413, "Fichier trop volumineux : 100 octets au maximum."},
		{"a body announced too large", "POST /sync/v1/exchange", edits{bearer(h.device), func(r *http.Request) { r.ContentLength = 100 << 20 }}, 413, "too_large"},
		{"a rule refuses", "GET /refus", nil, 404, `"code":"not_found"`},
		{"a failure", "GET /panne", nil, 500, "Rien n’a été perdu"},
		{"a panic", "GET /panique", nil, 500, "Rien n’a été perdu"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h.clock.pass(time.Minute) // so that the brakes of one case do not hold the next
			w := h.ask(tt.line, tt.with...)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("%s: %d %s, want %d %s", tt.line, w.Code, w.Body, tt.status, tt.want)
			}
			if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Content-Security-Policy") == "" {
				t.Error("the answer is not protected")
			}
			if strings.HasPrefix(w.Body.String(), "{") && !json.Valid(w.Body.Bytes()) {
				t.Errorf("not JSON: %s", w.Body)
			}
		})
	}
	for _, s := range []Secret{h.link, h.gone, h.feed, h.app, h.device, stranger} {
		if strings.Contains(h.log.String(), s.text) || strings.Contains(h.log.String(), s.Reveal()) {
			t.Errorf("a secret is in the log: %s", s.text)
		}
	}
	for _, never := range []string{"example.org", "Camille", "192.0.2.9"} {
		if strings.Contains(h.log.String(), never) {
			t.Errorf("%s is in the log", never)
		}
	}
	for _, told := range []string{"route=\"GET /sync/v1/who\"", "agent=alice", "device=" + deskID, "disk on fire", "handler panicked"} {
		if !strings.Contains(h.log.String(), told) {
			t.Errorf("%s is not in the log", told)
		}
	}
}

func TestChallenges(t *testing.T) {
	h := newHouse(t)
	tests := []struct{ name, line, want string }{
		{"a calendar program", "PROPFIND /dav/", `Basic realm="Permanence", charset="UTF-8"`},
		{"a desktop", "GET /sync/v1/who", `Bearer realm="Permanence"`},
		{"an admin's desktop", "GET /api/v1/comptes", `Bearer realm="Permanence"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := h.ask(tt.line).Header().Get("WWW-Authenticate"); got != tt.want {
				t.Errorf("WWW-Authenticate: %s, want %s", got, tt.want)
			}
		})
	}
	if got := h.ask("DELETE /healthz").Header().Get("Allow"); got != "GET, HEAD" {
		t.Errorf("Allow: %s", got)
	}
}

func TestGuessingLinksIsSlowed(t *testing.T) {
	h := newHouse(t)
	held := 0
	for i := range 1000 {
		w := h.ask(fmt.Sprintf("GET /rdv/%032d", i))
		if w.Code == http.StatusTooManyRequests {
			held++
			if w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "Trop de tentatives. Réessayez dans") {
				t.Fatalf("%v %s", w.Header(), w.Body)
			}
		}
	}
	if held != 980 {
		t.Errorf("%d of 1000 guesses were held back, want 980", held)
	}
	if w := h.ask("GET /rdv/" + h.link.text); w.Code != 200 {
		t.Errorf("a right link is held back: %d", w.Code)
	}
}

func TestExpiredLink(t *testing.T) {
	h := newHouse(t)
	h.clock.at = hour(48)
	if w := h.ask("GET /rdv/" + h.link.text); w.Code != 404 {
		t.Errorf("an expired link opens: %d", w.Code)
	}
}

func TestAgentGone(t *testing.T) {
	for _, left := range [][]agenda.Role{nil, {{Agent: "alice", Organisation: "ccas", Level: agenda.LevelIntervenant}}} {
		h := newHouse(t)
		h.roles["alice"] = left
		tests := []struct {
			name, line string
			with       edits
			status     int
		}{
			{"feed", "GET /ics/" + h.feed.text + ".ics", nil, 404},
			{"calendar program", "PROPFIND /dav/", edits{basic("alice@example.org", h.app.Reveal())}, 401},
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				if w := h.ask(tt.line, tt.with...); w.Code != tt.status || strings.Contains(w.Body.String(), "alice") {
					t.Errorf("%d %s, want %d", w.Code, w.Body, tt.status)
				}
			})
		}
		if w := h.ask("GET /sync/v1/who", bearer(h.device)); w.Code != 200 {
			t.Errorf("a desktop does not hear that nothing is left to its agent: %d %s", w.Code, w.Body)
		}
	}
}

func TestAdminRoute(t *testing.T) {
	h := newHouse(t)
	d := h.devices[deskID]
	d.Agent = "diane"
	h.devices[deskID] = d
	if w := h.ask("GET /api/v1/comptes", bearer(h.device)); w.Code != 200 || !strings.Contains(w.Body.String(), "diane") {
		t.Errorf("an admin is refused: %d %s", w.Code, w.Body)
	}
}

func TestCalendarProgramsAskOften(t *testing.T) {
	h := newHouse(t)
	me := basic("alice@example.org", h.app.Reveal())
	for range 50 {
		if w := h.ask("PROPFIND /dav/", me); w.Code != 200 {
			t.Fatal(w.Code)
		}
	}
	if h.lookups != 1 {
		t.Errorf("%d look-ups for one burst", h.lookups)
	}
	revoked := h.passwords[h.app.Hash()]
	revoked.Revoked = true
	h.passwords[h.app.Hash()] = revoked
	h.clock.pass(time.Second)
	if w := h.ask("PROPFIND /dav/", me); w.Code != 401 {
		t.Errorf("revoked elsewhere: %d after a second", w.Code)
	}
	revoked.Revoked = false
	h.passwords[h.app.Hash()] = revoked
	h.ask("PROPFIND /dav/", me)
	h.passwords = nil
	h.way.Forget("p1")
	if w := h.ask("PROPFIND /dav/", me); w.Code != 401 {
		t.Errorf("revoked here: %d at once", w.Code)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	c := newClock()
	m := newMemory(c.now)
	for i := range 3 * memoryKeys {
		m.put(hashOf(fmt.Sprint(i)), holder{})
		if i%1000 == 0 {
			c.pass(time.Millisecond)
		}
	}
	if len(m.held) > memoryKeys {
		t.Errorf("%d are remembered, at most %d", len(m.held), memoryKeys)
	}
}

func TestDeviceRotatesOverHTTP(t *testing.T) {
	h := newHouse(t)
	next := func() (Secret, bool) {
		s, ok, err := h.desk.Next(t.Context(), bytes.NewReader(bytes.Repeat([]byte{7}, 64)), deskID)
		if err != nil {
			t.Fatal(err)
		}
		return s, ok
	}
	if _, ok := next(); ok {
		t.Fatal("a new token on the first day")
	}
	h.clock.pass(TokenAge)
	token, ok := next()
	if !ok {
		t.Fatal("no new token after a day")
	}
	if _, again := next(); again {
		t.Error("two tokens at once")
	}
	steps := []struct {
		name   string
		token  Secret
		status int
		code   Code
	}{
		{"the previous one", h.device, 200, ""},
		{"the new one", token, 200, ""},
		{"the previous one again, copied", h.device, 401, CodeCopied},
		{"the new one after that", token, 401, CodeCopied},
	}
	for _, s := range steps {
		w := h.ask("GET /sync/v1/who", bearer(s.token))
		if w.Code != s.status || !strings.Contains(w.Body.String(), string(s.code)) {
			t.Errorf("%s: %d %s", s.name, w.Code, w.Body)
		}
	}
}

func TestPortFailureIsAFailure(t *testing.T) {
	h := newHouse(t)
	h.broken = errors.New("database is locked")
	for _, line := range []string{"GET /rdv/" + h.link.text, "GET /ics/" + h.feed.text} {
		if w := h.ask(line); w.Code != 500 || strings.Contains(w.Body.String(), "locked") {
			t.Errorf("%s: %d %s", line, w.Code, w.Body)
		}
	}
	if w := h.ask("PROPFIND /dav/", basic("alice@example.org", h.app.Reveal())); w.Code != 500 {
		t.Errorf("calendar program: %d %s", w.Code, w.Body)
	}
}

func TestRoutesRefused(t *testing.T) {
	none := http.NotFoundHandler()
	tests := []struct {
		name   string
		routes []Route
	}{
		{"no policy", []Route{{Pattern: "GET /x", Handler: none}}},
		{"a policy made up", []Route{{Pattern: "GET /x", Policy: "friends", Handler: none}}},
		{"a policy that nothing proves", []Route{{Pattern: "GET /x", Policy: PolicyDevice, Handler: none}}},
		{"an admin that nothing proves", []Route{{Pattern: "GET /x", Policy: PolicyAdmin, Handler: none}}},
		{"no handler", []Route{{Pattern: "GET /x", Policy: PolicyPublic}}},
		{"no pattern", []Route{{Policy: PolicyPublic, Handler: none}}},
		{"a pattern that is none", []Route{{Pattern: "GET x", Policy: PolicyPublic, Handler: none}}},
		{"a link without {link}", []Route{{Pattern: "GET /x", Policy: PolicyLink, Handler: none}}},
		{"a feed without {secret}", []Route{{Pattern: "GET /x", Policy: PolicyFeed, Handler: none}}},
		{"twice the same", []Route{{Pattern: "GET /x", Policy: PolicyPublic, Handler: none}, {Pattern: "GET /x", Policy: PolicyPublic, Handler: none}}},
	}
	guard := NewGuard(GuardConfig{Now: newClock().now, Log: slog.New(slog.DiscardHandler), Ways: map[Policy]Way{PolicyLink: LinkWay{}, PolicyFeed: FeedWay{}}})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if h, err := guard.Handler(tt.routes); err == nil || h != nil {
				t.Error("the table is accepted")
			}
		})
	}
}

func TestClientIP(t *testing.T) {
	proxies := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/48")}
	tests := []struct{ name, peer, forwarded, want string }{
		{"direct", "192.0.2.1", "", "192.0.2.1"},
		{"direct, pretending", "192.0.2.1", "203.0.113.7", "192.0.2.1"},
		{"behind a proxy", "10.0.0.1", "203.0.113.7", "203.0.113.7"},
		{"behind a proxy, pretending before it", "10.0.0.1", "127.0.0.1, 203.0.113.7", "203.0.113.7"},
		{"behind two proxies", "10.0.0.1", "203.0.113.7, 10.0.0.2", "203.0.113.7"},
		{"behind a proxy that says nothing", "10.0.0.1", "", "10.0.0.1"},
		{"behind a proxy, rubbish", "10.0.0.1", "unknown", "10.0.0.1"},
		{"rubbish before a hop", "10.0.0.1", "rubbish, 10.0.0.2", "10.0.0.2"},
		{"IPv6", "[2001:db8::1]", "2001:db8:ffff::7", "2001:db8:ffff::7"},
		{"IPv4 inside IPv6", "[::ffff:10.0.0.1]", "203.0.113.7", "203.0.113.7"},
		{"no peer at all", "@", "203.0.113.7", "invalid IP"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = tt.peer + ":4000"
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			if got := proxies.ClientIP(r).String(); got != tt.want {
				t.Errorf("ClientIP = %s, want %s", got, tt.want)
			}
		})
	}
}

// A slow client is cut by the server, and a stream passes through the guard.
func TestRealServer(t *testing.T) {
	guard := NewGuard(GuardConfig{Now: newClock().now, Log: slog.New(slog.DiscardHandler)})
	handler, err := guard.Handler([]Route{{Pattern: "GET /live", Policy: PolicyPublic, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).SetWriteDeadline(time.Time{}); err != nil {
			Fail(w, r, err)
			return
		}
		fmt.Fprint(w, "ping\n")
		w.(http.Flusher).Flush()
	})}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(nil)
	server.Config = NewServer(handler, slog.New(slog.DiscardHandler))
	server.Start()
	defer server.Close()
	if c := server.Config; c.ReadHeaderTimeout == 0 || c.ReadTimeout == 0 || c.WriteTimeout == 0 || c.IdleTimeout == 0 || c.MaxHeaderBytes == 0 {
		t.Error("a limit is missing")
	}
	answer, err := http.Get(server.URL + "/live")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || string(text) != "ping\n" {
		t.Errorf("%q, %v", text, err)
	}
}
