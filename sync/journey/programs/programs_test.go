package programs

import (
	"net"
	"os/exec"
	"strings"
	"testing"
)

func shell(script string) *exec.Cmd { return exec.Command("/bin/sh", "-c", script) }

func TestServe(t *testing.T) {
	const works = `echo '{"url":"http://127.0.0.1:1"}'; while :; do sleep 0.01; done`
	tests := []struct {
		name, script, url string
		end               func(*exec.Cmd) error // nil when it must not start
		ends              bool                  // without an error
	}{
		{"ends when it is asked to", `trap 'exit 0' TERM; ` + works, "http://127.0.0.1:1", Stop, true},
		{"ends with a code", `trap 'exit 3' TERM; ` + works, "http://127.0.0.1:1", Stop, false},
		{"is killed", `trap '' TERM; ` + works, "http://127.0.0.1:1", Kill, true},
		{"prints something else", `echo non; while :; do sleep 0.01; done`, "", nil, false},
		{"prints nothing and ends", `exit 1`, "", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cmd := shell(tt.script)
			url, err := Serve(cmd)
			if url != tt.url || (err == nil) != (tt.end != nil) {
				t.Fatalf("Serve = %q, %v", url, err)
			}
			if tt.end != nil {
				if err := tt.end(cmd); (err == nil) != tt.ends {
					t.Errorf("the end: %v", err)
				}
			}
			if cmd.ProcessState == nil {
				t.Error("it still runs")
			}
		})
	}
}

// What went by itself was not killed: that is told.
func TestKillWhatEnded(t *testing.T) {
	cmd := shell("exit 0")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if err := Kill(cmd); err == nil {
		t.Error("no error")
	}
}

func TestFreeAddress(t *testing.T) {
	addr, err := FreeAddress()
	if err != nil || !strings.HasPrefix(addr, "127.0.0.1:") {
		t.Fatalf("%q, %v", addr, err)
	}
	if c, err := net.Dial("tcp", addr); err == nil {
		c.Close()
		t.Errorf("somebody listens on %s", addr)
	}
}
