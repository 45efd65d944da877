package journey

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long a process may take to answer or to end.
const patience = 20 * time.Second

// serverProcess is a running permanenced.
type serverProcess struct {
	addr string // the same after each start
	url  string
	cmd  *exec.Cmd // nil when it does not run
}

func cmdServer(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 1, 1, "server start|stop|kill")
	j := of(ts)
	switch args[0] {
	case "start":
		ts.Check(j.startServer())
		ts.Setenv("SERVER", j.server.url)
	case "stop":
		ts.Check(j.server.stop())
	case "kill":
		ts.Check(j.server.kill())
	default:
		ts.Fatalf("usage: server start|stop|kill")
	}
}

// cmdPermanenced runs a verb of the server's command line on the script's
// database, beside the server.
func cmdPermanenced(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 1, -1, "permanenced VERB …")
	j := of(ts)
	cmd := exec.Command(j.programs.server, append(args, "--db", filepath.Join(j.dir, "server.db"))...)
	cmd.Dir = j.dir
	cmd.Env = append(os.Environ(), "PERMANENCE_PHRASE="+phrase)
	cmd.Stdin = strings.NewReader(password + "\n")
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		ts.Fatalf("permanenced: %v", err)
	}
	if (err != nil) != neg {
		ts.Fatalf("permanenced %s: %v", strings.Join(args, " "), err)
	}
	j.acted = time.Now()
}

func (j *journey) startServer() error {
	if j.server == nil {
		addr, err := freeAddress()
		if err != nil {
			return err
		}
		j.server = &serverProcess{addr: addr}
	}
	log, err := os.OpenFile(filepath.Join(j.dir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own copy
	cmd := exec.Command(j.programs.server, "serve", "--listen", j.server.addr, "--db", filepath.Join(j.dir, "server.db"),
		"--smtp", "smtp://"+j.sink.Addr, "--mail-from", "agenda@example.org", "--mail-delay-s", "1")
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	j.server.cmd = cmd
	return j.server.ready(out)
}

// ready waits for the line that a server prints once it answers.
func (s *serverProcess) ready(out io.Reader) error {
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n') // an empty line tells as much
		lines <- line
	}()
	select {
	case line := <-lines:
		var started struct{ URL string }
		if err := json.Unmarshal([]byte(line), &started); err != nil || started.URL == "" {
			return fmt.Errorf("the server did not start: it printed %q (see server.log)", line)
		}
		s.url = started.URL
		return nil
	case <-time.After(patience):
		return fmt.Errorf("the server did not start within %v", patience)
	}
}

// stop asks the server to end, which it must do cleanly.
func (s *serverProcess) stop() error {
	if s.cmd == nil {
		return nil
	}
	cmd := s.cmd
	s.cmd = nil
	return finish(cmd)
}

// finish asks a process to end, which it must do by itself and with code 0.
func finish(cmd *exec.Cmd) error {
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	timer := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s did not end cleanly: %w", filepath.Base(cmd.Path), err)
	}
	return nil
}

func (s *serverProcess) kill() error {
	cmd := s.cmd
	s.cmd = nil
	if err := cmd.Process.Kill(); err != nil {
		return err
	}
	cmd.Wait() // says that it was killed, which is known
	return nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
