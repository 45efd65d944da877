package journey

import (
	"net/http"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdDevice puts the id of a desktop into DEVICE, as its agent reads it.
func cmdDevice(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 1, 1, "device DESK")
	var all struct {
		Items []struct {
			ID   string
			Here bool
		}
	}
	of(ts).desk(ts, args[0]).read(ts, &all, "devices", "list")
	for _, d := range all.Items {
		if d.Here {
			ts.Setenv("DEVICE", d.ID)
			return
		}
	}
	ts.Fatalf("%s does not find itself among %+v", args[0], all.Items)
}

// cmdRelogin gives a desktop its session back by the agent's password.
func cmdRelogin(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 2, 2, "relogin DESK AGENT")
	d := of(ts).desk(ts, args[0])
	a, err := d.run(password+"\n", "login", "--server", d.line.url(), "--email", email(args[1]), "--password-stdin", "--json")
	ts.Check(err)
	a.tell(ts)
	if a.code != 0 {
		ts.Fatalf("login of %s: exit code %d\n%s", args[1], a.code, a.said)
	}
}

// cmdSteal shows the server the last token that a desktop used, as a thief who
// heard it would, without the desktop's key.
func cmdSteal(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 1, 1, "steal DESK")
	j := of(ts)
	l := j.desk(ts, args[0]).line
	l.mu.Lock()
	heard := l.heard
	l.mu.Unlock()
	if heard == "" {
		ts.Fatalf("%s never showed its token", args[0])
	}
	r, err := http.NewRequest(http.MethodGet, j.server.url+"/sync/v1/devices", nil)
	ts.Check(err)
	r.Header.Set("Authorization", heard)
	printAnswer(ts, r)
}

// cmdGone fails unless nothing is left of a desktop's profile.
func cmdGone(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 1, 1, "gone DESK")
	_, err := os.Stat(of(ts).desk(ts, args[0]).profile)
	if os.IsNotExist(err) == neg {
		ts.Fatalf("the profile of %s: %v", args[0], err)
	}
}
