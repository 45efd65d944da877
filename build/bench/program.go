package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"permanence/sync/journey/programs"
)

// program is the part of this bench that runs as processes of their own, so
// that a server's memory and processor are told from its desktops'.
type program struct {
	path string
	dir  string
	n    int // servers started
}

// child is a server in a process of its own.
type child struct {
	url string
	cmd *exec.Cmd
}

// serve starts a server on a new database, or on the one at remote.
func (p *program) serve(ctx context.Context, remote string) (*child, error) {
	p.n++
	dir := filepath.Join(p.dir, fmt.Sprintf("serveur%d", p.n))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	addr, err := programs.FreeAddress()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, p.path, "serve")
	cmd.Env = append(os.Environ(), "PORT="+port, "DATA_DIR="+dir, "PERMANENCE_DB="+remote)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || strings.TrimSpace(line) != "READY" {
		return nil, errors.Join(fmt.Errorf("the server said %q", line), err, cmd.Cancel(), programs.Wait(cmd))
	}
	return &child{"http://" + addr, cmd}, nil
}

func (c *child) stop() error {
	return errors.Join(c.cmd.Cancel(), programs.Wait(c.cmd))
}

// cpu is what the server has used of the processor, 0 where it is not known.
func (c *child) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	ticks := 0
	for _, f := range fields[11:13] { // utime, stime, in hundredths
		n, err := strconv.Atoi(f)
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// memory is what the server holds now, and held at most, in KiB.
func (c *child) memory() (now, most int) {
	file := fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid)
	read := func(word string) int {
		n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(field(file, word), "kB")))
		if err != nil {
			return 0
		}
		return n
	}
	return read("VmRSS:"), read("VmHWM:")
}

// answer is what a word of the program gave.
type answer struct {
	MS        float64   `json:"ms"`
	Rows      int       `json:"rows"`
	Records   int       `json:"records"`
	Usable    float64   `json:"usable_ms"`
	CPU       float64   `json:"sync_cpu_s"`
	RSS       int       `json:"sync_rss_kb"`
	Each      []float64 `json:"each_ms"`
	Pushed    int       `json:"pushed"`
	P50       float64   `json:"p50"`
	P99       float64   `json:"p99"`
	Lost      int       `json:"lost"`
	Connected int       `json:"connected"`
	Error     string    `json:"error"`
	Errors    int       `json:"errors"`
}

// ask runs one word in a process of its own.
func (p *program) ask(ctx context.Context, words ...string) (answer, error) {
	var a answer
	out, err := p.command(ctx, words...).Output()
	if err != nil {
		return a, fmt.Errorf("%s: %w", words[0], err)
	}
	if err := json.Unmarshal(out, &a); err != nil {
		return a, fmt.Errorf("%s: %w", words[0], err)
	}
	if a.Error != "" {
		return a, fmt.Errorf("%s: %s", words[0], a.Error)
	}
	return a, nil
}

func (p *program) command(ctx context.Context, words ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.path, words...)
	cmd.Stderr = os.Stderr
	return cmd
}

// seeded starts a server that holds about so many records: four an appointment.
func (p *program) seeded(ctx context.Context, records int, remote string) (*child, error) {
	file := filepath.Join(p.dir, fmt.Sprintf("rendez-vous-%d.ndjson", records))
	out, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	cmd := p.command(ctx, "make", strconv.Itoa(max(1, records/4)))
	cmd.Stdout = out
	if err := errors.Join(cmd.Run(), out.Close()); err != nil {
		return nil, err
	}
	c, err := p.serve(ctx, remote)
	if err != nil {
		return nil, err
	}
	if _, err := p.ask(ctx, "seed", c.url, file); err != nil {
		return nil, errors.Join(err, c.stop())
	}
	return c, nil
}

// fresh is a folder for one more desktop.
func (p *program) fresh() (string, error) { return os.MkdirTemp(p.dir, "poste") }

// talk runs a word that is told to go on by the lines of its input.
func (p *program) talk(ctx context.Context, words ...string) (*conversation, error) {
	cmd := p.command(ctx, words...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &conversation{cmd, in, json.NewDecoder(out)}, cmd.Start()
}

type conversation struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

func (c *conversation) next() (answer, error) {
	var a answer
	err := c.out.Decode(&a)
	return a, err
}

func (c *conversation) again() error {
	_, err := io.WriteString(c.in, "\n")
	return err
}

// end closes the input and gives the last answer.
func (c *conversation) end() (answer, error) {
	err := c.in.Close()
	a, nextErr := c.next()
	return a, errors.Join(err, nextErr, c.cmd.Wait())
}
