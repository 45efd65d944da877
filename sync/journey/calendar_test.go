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
// read by libraries that are not ours: Python's, and ical.js where the modules
// of the window have it.
func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 2, 2, "same WHO AGENT")
	j := of(ts)
	letter := filepath.Join(j.dir, args[0])
	said := j.client(ts, args[1], "/usr/bin/python3", "comparer.py", letter+".eml")
	fmt.Fprint(ts.Stdout(), said)
	module, err := filepath.Abs("../../frontend/node_modules/ical.js/dist/ical.js")
	ts.Check(err)
	if _, err := os.Stat(module); os.IsNotExist(err) {
		return
	}
	if read := j.client(ts, args[1], "node", "lire.mjs", letter+".ics", module); read != said {
		ts.Fatalf("ical.js reads\n%swhere Python reads\n%s", read, said)
	}
}
