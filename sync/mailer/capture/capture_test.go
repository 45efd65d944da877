package capture

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"permanence/sync/access"
	"permanence/sync/mailer"
	"permanence/sync/mailer/queuetest"
)

func clock() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }

// serve puts the routes behind the guard, as the server does.
func serve(t *testing.T, b *Box) *httptest.Server {
	t.Helper()
	guard := access.NewGuard(access.GuardConfig{Now: clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	h, err := guard.Handler(b.Routes())
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, url string) (int, http.Header, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(body)
}

// invitation is a real mail of ours.
func invitation(t *testing.T) mailer.Parcel {
	t.Helper()
	p, err := mailer.NewPost("", "https://rdv.example.org")
	if err != nil {
		t.Fatal(err)
	}
	v := queuetest.Fixture()
	parcel, err := p.Compose(mailer.Letters(v, nil, queuetest.Now())[0], v, "https://rdv.example.org/rdv/x", queuetest.Now())
	if err != nil {
		t.Fatal(err)
	}
	return parcel
}

func send(t *testing.T, b *Box, p mailer.Parcel) {
	t.Helper()
	s, err := b.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if out := s.Send(t.Context(), p); out.Fate != mailer.Delivered {
		t.Fatalf("Send = %+v", out)
	}
}

func TestCapturedMailsForPrograms(t *testing.T) {
	b := New(10, clock)
	s := serve(t, b)
	if _, _, body := get(t, s.URL+"/demo/courriel.json"); strings.TrimSpace(body) != "[]" {
		t.Errorf("empty box: %s", body)
	}
	p := invitation(t)
	send(t, b, p)
	status, header, body := get(t, s.URL+"/demo/courriel.json")
	if status != 200 || header.Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("status %d, %s", status, header.Get("Content-Type"))
	}
	var got []map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"from": "rdv@montrelay.example.org", "subject": "Rendez-vous confirmé\u00a0: jeudi 26\u00a0novembre 2026 à\u00a014\u202fh\u202f30",
		"at": "2026-11-21T09:00:00Z", "raw": string(p.Raw), "to": []any{"nadia.haddad@example.org"},
	}
	if len(got) != 1 || len(got[0]) != len(want) || fmt.Sprint(got[0]) != fmt.Sprint(want) {
		t.Errorf("got %v", got)
	}
}

func TestCapturedMailsForPeople(t *testing.T) {
	b := New(10, clock)
	s := serve(t, b)
	send(t, b, invitation(t))
	tests := []struct {
		path   string
		status int
		says   []string
	}{
		{"/demo/courriel", 200, []string{"Rendez-vous confirmé", "nadia.haddad@example.org", `href="/demo/courriel/1"`}},
		{"/demo/courriel/1", 200, []string{"Bonjour Nadia Haddad,", "METHOD:REQUEST", "Agenda (REQUEST)", `href="/demo/courriel/1/html"`}},
		{"/demo/courriel/1/html", 200, []string{"<h1", "Votre rendez-vous est confirmé", `href="https://rdv.example.org/rdv/x"`}},
		{"/demo/courriel/2", 404, []string{"Ce courriel n’est pas là"}},
		{"/demo/courriel/x/html", 404, []string{"Ce courriel n’est pas là"}},
	}
	for _, tt := range tests {
		status, header, body := get(t, s.URL+tt.path)
		if status != tt.status {
			t.Errorf("%s: %d", tt.path, status)
		}
		if csp := header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; style-src ") || strings.Contains(csp, "script-src") {
			t.Errorf("%s: policy %q", tt.path, csp)
		}
		for _, says := range tt.says {
			if !strings.Contains(body, says) {
				t.Errorf("%s does not say %q:\n%s", tt.path, says, body)
			}
		}
	}
}

func TestAStrangeMailIsShownAsText(t *testing.T) {
	b := New(10, clock)
	s := serve(t, b)
	send(t, b, mailer.Parcel{From: "a@example.org", To: "b@example.org", Raw: []byte("Subject: <script>alert(1)</script>\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n<svg onload=alert(1)>\r\n--x--\r\n")})
	send(t, b, mailer.Parcel{From: "a@example.org", To: "b@example.org", Raw: []byte("rien de lisible")})
	for _, path := range []string{"/demo/courriel", "/demo/courriel/1", "/demo/courriel/2"} {
		status, _, body := get(t, s.URL+path)
		if status != 200 || strings.Contains(body, "<script>") || strings.Contains(body, "<svg") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestTheOldestGo(t *testing.T) {
	b := New(2, clock)
	s := serve(t, b)
	for range 3 {
		send(t, b, invitation(t))
	}
	if n := len(b.Mails()); n != 2 {
		t.Errorf("%d mails kept", n)
	}
	for n, want := range map[int]int{1: 404, 2: 200, 3: 200, 4: 404} {
		if status, _, _ := get(t, fmt.Sprintf("%s/demo/courriel/%d", s.URL, n)); status != want {
			t.Errorf("mail %d: %d, want %d", n, status, want)
		}
	}
}

func TestAStrangerSeesNothing(t *testing.T) {
	b := New(2, clock)
	send(t, b, invitation(t))
	guard := access.NewGuard(access.GuardConfig{Hosts: []string{"rdv.example.org"}, Now: clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	h, err := guard.Handler(b.Routes())
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/demo/courriel", "/demo/courriel.json", "/demo/courriel/1", "/demo/courriel/1/html"} {
		r := httptest.NewRequest("GET", "https://rdv.example.org"+path, nil)
		r.RemoteAddr = "198.51.100.7:4000"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != 404 || strings.Contains(w.Body.String(), "nadia") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
