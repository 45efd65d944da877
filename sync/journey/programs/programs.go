// Package programs builds the two real programs, and starts and ends servers in
// processes of their own, for the journeys, the soak and the bench. It is about
// processes alone: what a program is asked is its caller's affair. Nothing of
// what is delivered uses it.
package programs

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Patience is how long a process may take to answer or to end, on a machine
// that has other things to do.
const Patience = time.Minute

// Built are the paths of the two programs.
type Built struct{ Desktop, Server string }

// Build makes both in a folder as anyone would, without the window's own tags.
func Build(ctx context.Context, dir string) (Built, error) {
	out, err := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", dir, "permanence", "permanence/sync/cmd/permanenced").CombinedOutput()
	if err != nil {
		return Built{}, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return Built{filepath.Join(dir, "permanence"), filepath.Join(dir, "permanenced")}, nil
}

// FreeAddress is an address of this machine on which nobody listens.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Serve starts "permanenced serve" and gives the address that it prints once it
// answers. One that does not is killed.
func Serve(cmd *exec.Cmd) (url string, err error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	lines := make(chan []byte, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadBytes('\n') // an empty line tells as much
		lines <- line
	}()
	select {
	case line := <-lines:
		var started struct{ URL string }
		if err := json.Unmarshal(line, &started); err != nil || started.URL == "" {
			return "", errors.Join(fmt.Errorf("the server did not start: it printed %q", line), Kill(cmd))
		}
		return started.URL, nil
	case <-time.After(Patience):
		return "", errors.Join(fmt.Errorf("the server did not start within %v", Patience), Kill(cmd))
	}
}

// Stop asks a process to end, which it must do by itself and with code 0.
func Stop(cmd *exec.Cmd) error {
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	late := time.AfterFunc(Patience, func() { cmd.Process.Kill() }) // may have ended
	defer late.Stop()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s did not end cleanly: %w", filepath.Base(cmd.Path), err)
	}
	return nil
}

// Kill is kill -9; it waits for the end. A process that had ended by itself is
// an error: nobody told it to.
func Kill(cmd *exec.Cmd) error {
	return errors.Join(cmd.Process.Kill(), Wait(cmd))
}

// Wait waits for a process that was told to end, or killed: the way it went is
// no error.
func Wait(cmd *exec.Cmd) error {
	err := cmd.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); exited {
		return nil
	}
	return err
}
