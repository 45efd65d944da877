package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"permanence/sync/server/fiction"
)

// running is a verb that serves.
type running struct {
	line string // what it printed once it answered
	stop context.CancelFunc
	done chan int
	err  *lockedBuffer
}

// lockedBuffer is read while a verb still writes.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// begin runs a verb until it prints its line, or ends.
func begin(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, in := io.Pipe()
	r := &running{stop: stop, done: make(chan int, 1), err: &lockedBuffer{}}
	go func() {
		code := run(ctx, args, &console{In: strings.NewReader(""), Out: in, Err: r.err})
		in.Close()
		r.done <- code
	}()
	t.Cleanup(func() { stop() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v printed nothing: %s", args, r.err)
	}
	r.line = line
	return r
}

// end stops the verb, as SIGTERM does, and gives its exit code.
func (r *running) end(t *testing.T) int {
	t.Helper()
	r.stop()
	select {
	case code := <-r.done:
		return code
	case <-time.After(20 * time.Second):
		t.Fatal("it does not stop")
		return -1
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func decode[T any](t *testing.T, line string) T {
	t.Helper()
	var v T
	d := json.NewDecoder(strings.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return v
}

func TestDemo(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "à faire")
	args := []string{"demo", "--listen", "127.0.0.1:0", "--data", dir, "--now", "2026-11-12T10:20:00Z"}
	first := begin(t, args...)
	line := decode[demoLine](t, first.line)
	if !strings.HasPrefix(line.URL, "http://127.0.0.1:") || line.DAV != line.URL+"/dav/" || line.Mail != line.URL+"/demo/courriel" {
		t.Errorf("line = %+v", line)
	}
	if status, body := get(t, line.URL+"/healthz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("healthz = %d %q", status, body)
	}
	if status, body := get(t, line.Mail+".json"); status != http.StatusOK || strings.TrimSpace(body) != "[]" {
		t.Errorf("mails = %d %q, want none: history is not mailed", status, body)
	}
	email := line.Accounts[0].Email
	t.Run("a verb works beside it", func(t *testing.T) {
		got := permanenced(t, "", "feed", "add", "--data", dir, "--agent", email, "--label", "Téléphone", "--url", line.URL)
		url := decode[struct{ ID, URL string }](t, got.out).URL
		if status, body := get(t, url); status != http.StatusOK || strings.Count(body, "BEGIN:VEVENT") < 50 {
			t.Errorf("feed = %d, %d bytes", status, len(body))
		}
		if got := permanenced(t, "", "doctor", "--data", dir); got.code != exitDone {
			t.Errorf("doctor = %+v", got)
		}
	})
	t.Run("a second server does not", func(t *testing.T) {
		if got := permanenced(t, "", args...); got.code != exitFailure || !strings.Contains(got.err, "déjà ouverte") {
			t.Errorf("= %+v", got)
		}
	})
	if code := first.end(t); code != exitDone {
		t.Errorf("exit code %d: %s", code, first.err)
	}
	again := begin(t, args...)
	if got := decode[demoLine](t, again.line); !slices.Equal(got.Accounts, line.Accounts) {
		t.Errorf("accounts = %+v, want those of before", got.Accounts)
	}
	again.end(t)
}

func TestDemoRefuses(t *testing.T) {
	for name, args := range map[string][]string{
		"no folder":       {"demo"},
		"an instant":      {"demo", "--data", t.TempDir(), "--now", "hier"},
		"a local instant": {"demo", "--data", t.TempDir(), "--now", "2026-11-12T10:20:00"},
		"two bases":       {"demo", "--data", t.TempDir(), "--db", "postgres://compte@127.0.0.1:1/base"},
		"no base":         {"demo", "--db", "pg://compte@127.0.0.1/base"},
		"a relay far off": {"demo", "--data", t.TempDir(), "--smtp", "smtp://relais.example.org"},
		"an address":      {"demo", "--data", t.TempDir(), "--url", "http://agenda.example.org"},
	} {
		if got := permanenced(t, "", args...); got.code != exitUsage || got.out != "" || got.err == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestTheClockRunsOn(t *testing.T) {
	clock, err := clockFrom("2026-11-12T10:20:00+01:00")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 11, 12, 9, 20, 0, 0, time.UTC)
	a := clock()
	time.Sleep(2 * time.Millisecond)
	if b := clock(); a.Before(from) || a.After(from.Add(time.Minute)) || !b.After(a) {
		t.Errorf("clock = %v then %v", a, b)
	}
}

func TestSeed(t *testing.T) {
	db := filepath.Join(t.TempDir(), "mesure.db")
	args := []string{"seed", "--db", db, "--agents", "2", "--usagers", "5", "--rdvs", "9", "--seed", "7"}
	got := permanenced(t, "", args...)
	if got.code != exitDone {
		t.Fatalf("= %+v", got)
	}
	made := decode[sown](t, got.out)
	if made.Seeded.Agents != 2 || made.Rdvs != 9 || made.Usagers != 5 || made.DB != db || len(made.Accounts) != 2 {
		t.Errorf("made %+v", made)
	}
	if got := permanenced(t, "", args...); got.code != exitRefused || !strings.Contains(got.err, "exists : ") {
		t.Errorf("the same again = %+v", got)
	}
	if got := permanenced(t, "", "seed", "--db", db, "--agents", "0"); got.code != exitUsage || !strings.Contains(got.err, fiction.ErrSize.Error()) {
		t.Errorf("no agent = %+v", got)
	}
}
