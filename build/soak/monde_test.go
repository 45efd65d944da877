package soak

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"permanence/app/store"
	"permanence/sync/journey/programs"
	"permanence/sync/mailer/smtptest"
	"permanence/sync/server"
)

// kills is how many times a process is killed.
func kills(t *testing.T) int {
	t.Helper()
	text := os.Getenv("PERMANENCE_KILLS")
	if text == "" {
		return 3
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("PERMANENCE_KILLS=%q is no count", text)
	}
	return n
}

func build(t *testing.T) programs.Built {
	t.Helper()
	p, err := programs.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// monde is a small organisation on real server processes, with a real SMTP sink.
type monde struct {
	t        *testing.T
	programs programs.Built
	dir      string
	db       string // a file, or an address of PostgreSQL
	url      string // what people are given; "": the process's own address
	sink     *smtptest.Sink
	accounts []account

	processes []*process
}

// process is one permanenced, at the same address after each start.
type process struct {
	addr string
	cmd  *exec.Cmd // nil when it does not run
}

type account struct{ Email, Password string }

// newMonde fills a database in a file of dir.
func newMonde(t *testing.T, p programs.Built, dir string) *monde {
	t.Helper()
	return newMondeOn(t, p, dir, filepath.Join(dir, "serveur.db"), 1)
}

// newMondeOn fills a database with the server's own seed, for some processes.
func newMondeOn(t *testing.T, p programs.Built, dir, db string, processes int) *monde {
	t.Helper()
	sink, err := smtptest.Start(smtptest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := &monde{t: t, programs: p, dir: dir, db: db, sink: sink}
	for range processes {
		m.processes = append(m.processes, &process{addr: freeAddress(t)})
	}
	t.Cleanup(func() {
		for _, p := range m.processes {
			m.kill(p)
		}
		if err := sink.Close(); err != nil {
			t.Error(err)
		}
	})
	out, said, code := m.verb("seed", "--agents", "3", "--usagers", "20", "--rdvs", "20", "--seed", "1")
	var made struct{ Accounts []account }
	if err := json.Unmarshal([]byte(out), &made); code != 0 || err != nil || len(made.Accounts) != 3 {
		t.Fatalf("seed: exit code %d, %v: %s%s", code, err, out, said)
	}
	m.accounts = made.Accounts
	return m
}

// addr is where the first process answers.
func (m *monde) addr() string { return m.processes[0].addr }

func freeAddress(t *testing.T) string {
	t.Helper()
	addr, err := programs.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// verb runs a verb of the server's command line to its end.
func (m *monde) verb(args ...string) (out, said string, code int) {
	m.t.Helper()
	cmd := exec.Command(m.programs.Server, append(args, "--db", m.db)...)
	cmd.Env = append(os.Environ(), "PERMANENCE_PHRASE="+phrase)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	if _, exited := errors.AsType[*exec.ExitError](cmd.Run()); cmd.ProcessState == nil && !exited {
		m.t.Fatalf("permanenced %s did not run", args[0])
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// start starts every process and waits until they answer.
func (m *monde) start() {
	m.t.Helper()
	for _, p := range m.processes {
		if err := m.tryStart(p); err != nil {
			m.t.Fatal(err)
		}
	}
}

func (m *monde) tryStart(p *process) error {
	log, err := os.OpenFile(m.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own copy
	args := []string{"serve", "--listen", p.addr, "--db", m.db, "--smtp", "smtp://" + m.sink.Addr, "--mail-from", "agenda@example.org", "--mail-delay-s", "1"}
	if m.url != "" {
		args = append(args, "--url", m.url)
	}
	cmd := exec.Command(m.programs.Server, args...)
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if _, err := programs.Serve(cmd); err != nil {
		return err
	}
	p.cmd = cmd
	return nil
}

// log is where the server writes its surprises.
func (m *monde) log() string { return filepath.Join(filepath.Dir(m.dir), filepath.Base(m.dir)+".log") }

// kill is kill -9.
func (m *monde) kill(p *process) {
	m.t.Helper()
	if p.cmd == nil {
		return
	}
	if err := programs.Kill(p.cmd); err != nil {
		m.t.Errorf("kill the server: %v", err)
	}
	p.cmd = nil
}

// stop asks every process to end, which it must do by itself and with code 0.
func (m *monde) stop() {
	m.t.Helper()
	for _, p := range m.processes {
		if p.cmd == nil {
			continue
		}
		if err := programs.Stop(p.cmd); err != nil {
			m.t.Errorf("stop the server: %v", err)
		}
		p.cmd = nil
	}
}

// settled waits until every desktop equals the server, receipts included, as long
// as mails leave, then looks for what each was told is done.
func (m *monde) settled(postes ...*poste) {
	m.t.Helper()
	db, err := store.Open(m.db, nil, store.Options{Kind: store.Server, Check: true})
	if err != nil {
		m.t.Fatal(err)
	}
	defer db.Close()
	end, told := time.Now().Add(programs.Patience), 0
	for {
		behind := m.behind(db, postes)
		if behind == "" {
			break
		}
		if n := len(m.sink.Messages()); n > told { // mails leave, so receipts come
			told, end = n, time.Now().Add(programs.Patience)
		}
		if time.Now().After(end) {
			m.t.Errorf("never in step: %s", behind)
			break
		}
	}
	for _, p := range postes {
		p.allThere(db)
	}
	m.stop()
	m.quietLog()
}

// behind names the first desktop that differs from the server, "" for none.
func (m *monde) behind(db *store.DB, postes []*poste) string {
	m.t.Helper()
	for _, p := range postes {
		p.inStep()
	}
	for _, p := range postes {
		c, err := server.Compare(context.Background(), db, p.inventory())
		if err != nil {
			m.t.Fatal(err)
		}
		if !c.Equal {
			return fmt.Sprintf("%s: %+v", p.account.Email, c)
		}
	}
	return ""
}

// quietLog fails when the server met a surprise or named a person.
func (m *monde) quietLog() {
	m.t.Helper()
	text, err := os.ReadFile(m.log())
	if err != nil {
		m.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "panic") || strings.Contains(line, "example.org") {
			m.t.Errorf("the server wrote: %s", line)
		}
	}
}

// until waits for something.
func (m *monde) until(what string, so func() bool) {
	m.t.Helper()
	for end := time.Now().Add(3 * programs.Patience); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			m.t.Fatalf("%s: never", what)
		}
	}
}

// toldOnce fails when one mail left under two names: a kill between a relay's
// yes and the note of it may send the same mail again, never another one.
func (m *monde) toldOnce() {
	m.t.Helper()
	told := map[string]string{} // recipient and rdv → Message-ID
	for _, mail := range m.sink.Messages() {
		parsed, err := netmail.ReadMessage(bytes.NewReader(mail.Raw))
		if err != nil {
			m.t.Fatal(err)
		}
		uid := uidOf(parsed.Header, parsed.Body)
		if uid == "" {
			m.t.Fatal("a mail without an invitation")
		}
		key, id := mail.To+" "+uid, parsed.Header.Get("Message-Id")
		if before := told[key]; before != "" && before != id {
			m.t.Errorf("rdv %s was told twice", uid)
		}
		told[key] = id
	}
	if len(told) == 0 {
		m.t.Error("no mail was sent")
	}
}

// uidOf finds the UID of the invitation in a mail, "" when it carries none.
func uidOf(header netmail.Header, body io.Reader) string {
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	if strings.HasPrefix(kind, "multipart/") {
		for parts := multipart.NewReader(body, params["boundary"]); ; {
			part, err := parts.NextRawPart()
			if err != nil {
				return ""
			}
			if uid := uidOf(netmail.Header(part.Header), part); uid != "" {
				return uid
			}
		}
	}
	if kind != "text/calendar" {
		return ""
	}
	for lines := bufio.NewScanner(decoded(header, body)); lines.Scan(); {
		if uid, is := strings.CutPrefix(lines.Text(), "UID:"); is {
			return uid
		}
	}
	return ""
}

func decoded(header netmail.Header, body io.Reader) io.Reader {
	switch strings.ToLower(header.Get("Content-Transfer-Encoding")) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}
