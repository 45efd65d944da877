package journey

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// client runs a calendar program of Debian against the server, as an agent.
// Without the program the script fails: a client that was not tried proves
// nothing.
func (j *journey) client(ts *testscript.TestScript, agent string, command ...string) string {
	if j.world.app[agent] == "" {
		ts.Fatalf("%s has no password for calendars", agent)
	}
	here, err := os.Getwd()
	ts.Check(err)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = filepath.Join(here, "testdata", "clients")
	cmd.WaitDelay = time.Second
	cmd.Env = append(os.Environ(), "URL="+j.server.url+"/dav/", "LOGIN="+email(agent), "PASSWORD="+j.world.app[agent], "WORK="+j.dir,
		"no_proxy=127.0.0.1", "PYTHONWARNINGS=ignore", "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		ts.Fatalf("%v: %v (packages vdirsyncer, python3-caldav and python3-icalendar are needed)\n%s", command, err, out)
	}
	return string(out)
}

func cmdCaldav(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 1, 1, "caldav AGENT")
	fmt.Fprint(ts.Stdout(), of(ts).client(ts, args[0], "/usr/bin/python3", "suivre.py", args[0]))
}

func cmdVdirsyncer(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 1, 1, "vdirsyncer AGENT")
	fmt.Fprint(ts.Stdout(), of(ts).client(ts, args[0], "/bin/sh", "vdirsyncer.sh", args[0]))
}

// cmdSame compares what a mail says to a calendar with what CalDAV serves, each
// read by libraries that are not ours.
func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 2, 2, "same WHO AGENT")
	j := of(ts)
	fmt.Fprint(ts.Stdout(), j.client(ts, args[1], "/usr/bin/python3", "comparer.py", filepath.Join(j.dir, args[0]+".eml")))
}
