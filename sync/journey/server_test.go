package journey

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"permanence/sync/journey/programs"
)

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
	cmd := exec.Command(j.programs.Server, append(args, "--db", filepath.Join(j.dir, "server.db"))...)
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
		addr, err := programs.FreeAddress()
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
	cmd := exec.Command(j.programs.Server, "serve", "--listen", j.server.addr, "--db", filepath.Join(j.dir, "server.db"),
		"--smtp", "smtp://"+j.sink.Addr, "--mail-from", "agenda@example.org", "--mail-delay-s", "1")
	cmd.Stderr = log
	if j.server.url, err = programs.Serve(cmd); err != nil {
		return fmt.Errorf("%w (see server.log)", err)
	}
	j.server.cmd = cmd
	return nil
}

// stop asks the server to end, which it must do cleanly.
func (s *serverProcess) stop() error {
	if s.cmd == nil {
		return nil
	}
	cmd := s.cmd
	s.cmd = nil
	return programs.Stop(cmd)
}

func (s *serverProcess) kill() error {
	cmd := s.cmd
	s.cmd = nil
	return programs.Kill(cmd)
}
