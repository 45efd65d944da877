package journey

import (
	"bytes"
	"cmp"
	"encoding/json"
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

// desk is one desktop: a profile in a folder, and its cable.
type desk struct {
	name     string
	profile  string
	line     *line
	programs programs.Built
	follows  *exec.Cmd // the process that stays, nil for none
}

func (j *journey) desk(ts *testscript.TestScript, name string) *desk {
	d := j.desks[name]
	if d == nil {
		ts.Fatalf("no desk is called %q", name)
	}
	return d
}

// phrase opens the profile of every desk: no keyring answers here.
const phrase = "une phrase pour les postes d’essai"

// command prepares a verb on the profile of a desk. The machine's clock hangs
// on the other side of the world, which must not show anywhere.
func (d *desk) command(verb []string) *exec.Cmd {
	cmd := exec.Command(d.programs.Desktop, append(verb, "--profile", d.profile)...)
	cmd.Env = append(os.Environ(), "TZ=Pacific/Marquesas", "LC_ALL=C", "HOME="+filepath.Dir(d.profile), "XDG_CONFIG_HOME="+filepath.Dir(d.profile), "PERMANENCE_PHRASE="+phrase)
	return cmd
}

// answer is what a verb printed, and its exit code.
type answer struct {
	out, said string
	code      int
}

// run runs a verb to its end.
func (d *desk) run(in string, verb ...string) (answer, error) {
	cmd := d.command(verb)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &out, &said
	err := cmd.Run()
	a := answer{out.String(), said.String(), cmd.ProcessState.ExitCode()}
	if _, exited := errors.AsType[*exec.ExitError](err); exited {
		return a, nil
	}
	return a, err
}

// tell hands an answer to the script.
func (a answer) tell(ts *testscript.TestScript) {
	fmt.Fprint(ts.Stdout(), plain(a.out))
	fmt.Fprint(ts.Stderr(), plain(a.said))
}

// do runs a verb that must succeed, or with neg must not, and tells the script.
func (d *desk) do(ts *testscript.TestScript, neg bool, verb ...string) answer {
	a, err := d.run("", verb...)
	ts.Check(err)
	a.tell(ts)
	of(ts).acted = time.Now()
	if (a.code != 0) != neg {
		ts.Fatalf("%s: permanence %s: exit code %d\n%s%s", d.name, strings.Join(verb, " "), a.code, a.out, a.said)
	}
	return a
}

// read runs a verb that must succeed and reads its JSON.
func (d *desk) read(ts *testscript.TestScript, into any, verb ...string) {
	a, err := d.run("", append(verb, "--json")...)
	ts.Check(err)
	if a.code != 0 {
		ts.Fatalf("%s: permanence %s: exit code %d\n%s", d.name, strings.Join(verb, " "), a.code, a.said)
	}
	ts.Check(json.Unmarshal([]byte(a.out), into))
}

// stop ends what runs on a desk; called more than once it does nothing.
func (d *desk) stop() error {
	var err error
	if d.follows != nil {
		err = programs.Stop(d.follows)
		d.follows = nil
	}
	return errors.Join(err, d.line.close())
}

// cmdDesk connects a new profile, with the password of the world or the one in
// PASSWORD. "! desk" when it must be refused: then no profile is left.
func cmdDesk(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 1, 2, "desk DESK [AGENT]")
	j := of(ts)
	name, agent := args[0], args[len(args)-1]
	if j.desks[name] != nil || j.server == nil {
		ts.Fatalf("desk %s: taken already, or no server was ever started", name)
	}
	cable, err := newLine(func() string { return j.server.addr })
	ts.Check(err)
	d := &desk{name: name, profile: filepath.Join(j.dir, "postes", name), line: cable, programs: j.programs}
	secret := cmp.Or(ts.Getenv("PASSWORD"), password)
	a, err := d.run(secret+"\n", "login", "--server", cable.url(), "--email", email(agent), "--password-stdin", "--device", "Poste de "+name, "--json")
	ts.Check(err)
	a.tell(ts)
	if (a.code != 0) != neg {
		ts.Fatalf("login of %s: exit code %d", agent, a.code)
	}
	if !neg {
		j.desks[name] = d
		return
	}
	ts.Check(cable.close())
	if _, err := os.Stat(d.profile); !os.IsNotExist(err) {
		ts.Fatalf("a profile is left: %v", err)
	}
}

func cmdPermanence(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 2, -1, "permanence DESK VERB …")
	of(ts).desk(ts, args[0]).do(ts, neg, args[1:]...)
}

// cmdRefused runs a verb that must be refused with a code, on both outputs.
func cmdRefused(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 3, -1, "refused DESK CODE VERB …")
	a, err := of(ts).desk(ts, args[0]).run("", append(args[2:], "--json")...)
	ts.Check(err)
	a.tell(ts)
	code, err := refusalIn(a.out)
	ts.Check(err)
	if a.code != 3 || code != args[1] || a.said != a.out {
		ts.Fatalf("exit code %d and refusal %q, want 3 and %q, the same on both outputs", a.code, code, args[1])
	}
}

func refusalIn(out string) (string, error) {
	var r struct {
		Refused struct{ Code, Message string }
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		return "", fmt.Errorf("no refusal in %q: %w", out, err)
	}
	if r.Refused.Message == "" {
		return "", fmt.Errorf("a refusal without a sentence: %q", out)
	}
	return r.Refused.Code, nil
}

// cmdUsage runs a verb that must not be understood.
func cmdUsage(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 2, -1, "usage DESK VERB …")
	a, err := of(ts).desk(ts, args[0]).run("", args[1:]...)
	ts.Check(err)
	a.tell(ts)
	if a.code != 2 || a.out != "" || a.said == "" {
		ts.Fatalf("exit code %d, want 2, a sentence on stderr and nothing on stdout", a.code)
	}
}

func cmdSync(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 1, -1, "sync DESK…")
	j := of(ts)
	for _, name := range args {
		j.desk(ts, name).do(ts, neg, "sync", "--once")
	}
}

// cmdFollow starts the process that stays, and waits for its first exchange,
// whether it succeeds or not.
func cmdFollow(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 1, 1, "follow DESK")
	d := of(ts).desk(ts, args[0])
	if d.follows != nil {
		ts.Fatalf("%s follows already", d.name)
	}
	cmd := d.command([]string{"sync"})
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	cmd.Stderr = os.Stderr
	ts.Check(cmd.Start())
	d.follows = cmd
	said := make(chan error, 1)
	go func() {
		_, err := out.Read(make([]byte, 1))
		said <- err
	}()
	select {
	case err := <-said:
		ts.Check(err)
		of(ts).acted = time.Now()
	case <-time.After(programs.Patience):
		ts.Fatalf("%s did not begin to follow", d.name)
	}
}

func cmdKill9(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 1, 1, "kill9 DESK")
	d := of(ts).desk(ts, args[0])
	if d.follows == nil {
		ts.Fatalf("nothing stays on %s", d.name)
	}
	cmd := d.follows
	d.follows = nil
	ts.Check(programs.Kill(cmd))
}
