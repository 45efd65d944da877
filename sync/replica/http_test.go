package replica

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"permanence/sync/access"
	"permanence/sync/wire"
)

func transportTo(t *testing.T, h http.HandlerFunc) (*HTTP, *[]string) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	kept := &[]string{}
	net, err := NewHTTP(srv.URL+"/", "premier", nil, srv.Client(), func(token string) error {
		*kept = append(*kept, token)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return net, kept
}

func exchangeWith(t *testing.T, net *HTTP) ([]wire.Frame, error) {
	t.Helper()
	var frames []wire.Frame
	err := net.Exchange(t.Context(), wire.Request{}, func(f wire.Frame) error {
		frames = append(frames, f)
		return nil
	})
	return frames, err
}

func refuses(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// What the server, or somebody on the way, answers instead of frames.
func TestAnswers(t *testing.T) {
	const refusal = `{"error":{"code":"CODE","message":"Non."}}`
	tests := []struct {
		name string
		h    http.HandlerFunc
		is   error
		wait time.Duration
	}{
		{"forked", refuses(409, strings.Replace(refusal, "CODE", "device_forked", 1)), ErrForked, 0},
		{"no session", refuses(401, strings.Replace(refusal, "CODE", "bad_credentials", 1)), ErrRefused, 0},
		{"not allowed", refuses(403, strings.Replace(refusal, "CODE", "forbidden", 1)), ErrRefused, 0},
		{"a proxy's 403", refuses(403, "<html>"), wire.ErrTruncated, 0},
		{"a proxy's 503", refuses(503, "", "Retry-After: 7"), wire.ErrTruncated, 7 * time.Second},
		{"a date to come back", refuses(503, "", "Retry-After: Fri, 31 Dec 2027 23:59:59 GMT"), wire.ErrTruncated, 0},
		{"below zero", refuses(503, "", "Retry-After: -5"), wire.ErrTruncated, 0},
		{"a line cut", refuses(200, `{"t":"hel`), wire.ErrTruncated, 0},
		{"a redirection", refuses(307, "", "Location: http://127.0.0.1:1/"), wire.ErrTruncated, 0},
		{"not zstd", refuses(200, "hello", "Content-Encoding: zstd"), wire.ErrTruncated, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			net, _ := transportTo(t, tt.h)
			_, err := exchangeWith(t, net)
			if !errors.Is(err, tt.is) || askedWait(err) != tt.wait {
				t.Errorf("%v, wait %v", err, askedWait(err))
			}
		})
	}
	net, _ := transportTo(t, refuses(429, strings.Replace(refusal, "CODE", "throttled", 1), "Retry-After: 30"))
	_, err := exchangeWith(t, net)
	if a, ok := errors.AsType[*Answered](err); !ok || a.Code != "throttled" || a.Wait != 30*time.Second || errors.Is(err, wire.ErrTruncated) {
		t.Errorf("throttled: %v", err)
	}
}

// A new token is kept before it is used, and used by whoever asks next.
func TestRenewedToken(t *testing.T) {
	var mu sync.Mutex
	var shown []string
	net, kept := transportTo(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		shown = append(shown, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		if len(shown) == 1 {
			w.Header().Set(access.TokenHeader, "second")
		}
		io.WriteString(w, `{"t":"end"}`)
	})
	for range 3 {
		if frames, err := exchangeWith(t, net); err != nil || len(frames) != 1 {
			t.Fatal(frames, err)
		}
	}
	if got := strings.Join(shown, " "); got != "premier second second" || strings.Join(*kept, " ") != "second" {
		t.Errorf("shown %q, kept %q", got, *kept)
	}
	net.keep = func(string) error { return errDown }
	mu.Lock()
	shown = nil
	mu.Unlock()
	if _, err := exchangeWith(t, net); !errors.Is(err, errDown) {
		t.Errorf("a token that cannot be kept: %v", err)
	}
}

// The live stream carries frames and signs of life; anything else is no stream.
func TestLiveStream(t *testing.T) {
	net, _ := transportTo(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(wire.AtHeader) == "" {
			t.Error("does not say what it holds")
		}
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, ": ping\n\ndata: {\"t\":\"end\"}\n\n: ping\n\n")
	})
	alive, frames := 0, 0
	err := net.Live(context.Background(), wire.Request{}, func(wire.Frame) error { frames++; return nil }, func() { alive++ })
	if err != nil || frames != 1 || alive < 3 {
		t.Errorf("%v, %d frames, %d signs of life", err, frames, alive)
	}
	for name, h := range map[string]http.HandlerFunc{
		"a page":             refuses(200, "<html>", "Content-Type: text/html"),
		"an event of nobody": refuses(200, "data: {}\n\n", "Content-Type: text/event-stream"),
	} {
		net, _ := transportTo(t, h)
		if err := net.Live(context.Background(), wire.Request{}, func(wire.Frame) error { return nil }, func() {}); !errors.Is(err, wire.ErrTruncated) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestServerAddress(t *testing.T) {
	for typed, want := range map[string]string{
		"https://rdv.example.org/": "https://rdv.example.org", " https://rdv.example.org:8443 ": "https://rdv.example.org:8443",
		"http://127.0.0.1:8420": "http://127.0.0.1:8420", "http://localhost:8420/": "http://localhost:8420", "http://[::1]:8420": "http://[::1]:8420",
		"http://rdv.example.org": "", "rdv.example.org": "", "": "", "ftp://rdv.example.org": "", "https://": "", "https://rdv.example.org/x": "",
		"http://127.0.0.1.example.org": "", "https://rdv.example.org?x=1": "", "http://127.evil.example": "", "https://u:p@rdv.example.org": "",
	} {
		got, err := CheckServer(typed)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("CheckServer(%q) = %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestLoginAnswers(t *testing.T) {
	ok := `{"credential":"c.s","device":"01930000-0000-7000-8000-000000000001","last_n":4}`
	tests := []struct {
		name   string
		h      http.HandlerFunc
		denied string
		is     error
	}{
		{"wrong password", refuses(401, `{"error":{"code":"bad_credentials","message":"Adresse ou mot de passe incorrect."}}`), "bad_credentials", nil},
		{"throttled", refuses(429, `{"error":{"code":"throttled","message":"Réessayez."}}`), "throttled", nil},
		{"a portal", refuses(200, "<html>"), "", ErrUnreachable},
		{"a proxy", refuses(502, "<html>"), "", ErrUnreachable},
		{"a redirection", refuses(307, "", "Location: http://127.0.0.1:1/"), "", ErrUnreachable},
		{"no credential", refuses(200, "{}"), "", ErrUnreachable},
		{"enrolled", refuses(200, ok), "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := httptest.NewServer(tt.h)
			defer srv.Close()
			e, err := Login(t.Context(), srv.Client(), testKey(), srv.URL, "a@example.org", "x", "Guichet", "")
			denied, _ := errors.AsType[*Denied](err)
			switch {
			case tt.denied != "" && (denied == nil || denied.Code != tt.denied || denied.Message == ""):
				t.Errorf("%v", err)
			case tt.is != nil && !errors.Is(err, tt.is):
				t.Errorf("%v", err)
			case tt.denied == "" && tt.is == nil && (err != nil || e.LastN != 4):
				t.Errorf("%+v, %v", e, err)
			}
		})
	}
	if _, err := Login(t.Context(), http.DefaultClient, testKey(), "http://127.0.0.1:1", "a@example.org", "x", "", ""); !errors.Is(err, ErrUnreachable) {
		t.Errorf("nobody there: %v", err)
	}
}

// testKey is a device's key of these tests.
func testKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
}
