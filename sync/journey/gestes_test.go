package journey

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"permanence/sync/journey/programs"
)

// lastNames are those of the people in the scripts.
func lastName(who string) string {
	names := map[string]string{"camille": "Durand", "leila": "Haddad", "noe": "Lambert", "jeanne": "Durand"}
	if name := names[who]; name != "" {
		return name
	}
	return "Essai"
}

func cmdUsager(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 2, -1, "usager DESK WHO [FIELD=VALUE…]")
	j := of(ts)
	who := args[1]
	verb := []string{"usager", "add", "--first-name", capital(who), "--last-name", lastName(who), "--email", email(who), "--phone", "06 12 34 56 78", "--json"}
	for _, field := range args[2:] {
		verb = append(verb, "--set", field)
	}
	a := j.desk(ts, args[0]).do(ts, neg, verb...)
	if neg {
		return
	}
	id, err := idIn(a.out)
	ts.Check(err)
	j.usagers[who] = id
	ts.Setenv(strings.ToUpper(who), id)
}

func idIn(out string) (string, error) {
	var r struct{ ID string }
	if err := json.Unmarshal([]byte(out), &r); err != nil || r.ID == "" {
		return "", fmt.Errorf("no id in %q", out)
	}
	return r.ID, nil
}

// cmdNamed names the id that the last command printed: « plage matin » makes it
// PLAGE_MATIN, « motif cafe » CAFE.
func cmdNamed(kind string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		only(ts, neg)
		want(ts, args, 1, 1, kind+" NAME")
		id, err := idIn(ts.ReadFile("stdout"))
		ts.Check(err)
		name := variable(args[0])
		if kind != "motif" {
			name = variable(kind) + "_" + name
		}
		ts.Setenv(name, id)
	}
}

// known gives the id of a person of the script.
func (j *journey) known(ts *testscript.TestScript, who string) string {
	id := j.usagers[who]
	if id == "" {
		ts.Fatalf("nobody is called %q yet", who)
	}
	return id
}

// rdv gives the id of somebody's last rdv.
func (j *journey) rdv(ts *testscript.TestScript, who string) string {
	id := j.rdvs[who]
	if id == "" {
		ts.Fatalf("%q has no rdv yet", who)
	}
	return id
}

// start writes a day and an hour as a verb reads them; « à » goes before an
// instant.
func (j *journey) start(ts *testscript.TestScript, day, hour string) string {
	if day == "à" {
		return hour
	}
	d, err := j.day(day)
	ts.Check(err)
	return d.String() + "T" + hour
}

// booking is the verb that books for somebody.
func (j *journey) booking(ts *testscript.TestScript, who, start, motif string) []string {
	verb := []string{"rdv", "book", "--motif", j.world.ids[motif], "--usager", j.known(ts, who), "--start", start, "--json"}
	if j.world.places[motif] {
		verb = append(verb, "--lieu", j.world.ids["lieu de CCAS de Valmont"])
	}
	return verb
}

func cmdBook(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 5, -1, "book DESK WHO DAY HOUR MOTIF [OPTION…]")
	j := of(ts)
	verb := append(j.booking(ts, args[1], j.start(ts, args[2], args[3]), args[4]), j.named2ids(args[5:])...)
	a := j.desk(ts, args[0]).do(ts, neg, verb...)
	if neg {
		return
	}
	id, err := idIn(a.out)
	ts.Check(err)
	j.rdvs[args[1]] = id
	ts.Setenv("RDV_"+strings.ToUpper(args[1]), id)
}

// named2ids lets options name an agent as scripts do: « --agent karim ».
func (j *journey) named2ids(options []string) []string {
	var out []string
	for i, o := range options {
		if id := j.world.ids[o]; id != "" && i > 0 && options[i-1] == "--agent" {
			o = id
		}
		out = append(out, o)
	}
	return out
}

func cmdMove(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 4, -1, "move DESK WHO DAY HOUR [OPTION…]")
	j := of(ts)
	verb := []string{"rdv", "move", j.rdv(ts, args[1]), "--start", j.start(ts, args[2], args[3]), "--json"}
	j.desk(ts, args[0]).do(ts, neg, append(verb, args[4:]...)...)
}

func cmdCancel(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 3, 3, "cancel DESK WHO usager|service")
	j := of(ts)
	j.desk(ts, args[0]).do(ts, neg, "rdv", "cancel", j.rdv(ts, args[1]), "--by", args[2], "--json")
}

func cmdMark(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 3, -1, "mark DESK WHO STATUS [OPTION…]")
	j := of(ts)
	verb := []string{"rdv", "mark", j.rdv(ts, args[1]), "--status", args[2], "--json"}
	j.desk(ts, args[0]).do(ts, neg, append(verb, args[3:]...)...)
}

// cmdCrash books one rdv after another, and kills each booking a little later
// than the last, from half of what a booking takes to a little more. What was
// confirmed must be there at the end, all of it, and the profile must open.
func cmdCrash(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 5, 5, "crash DESK WHO TIMES DAY MOTIF")
	j := of(ts)
	d := j.desk(ts, args[0])
	times, err := strconv.Atoi(args[2])
	ts.Check(err)
	booking := func(i int) []string {
		hour := fmt.Sprintf("%02d:%02d", 6+i/4, 15*(i%4))
		return append(j.booking(ts, args[1], j.start(ts, args[3], hour), args[4]), "--duration-min", "15", "--accept", "all")
	}
	began := time.Now()
	confirmed := []string{d.killed(ts, booking(0), programs.Patience)}
	usual := time.Since(began)
	for i := 1; i < times; i++ {
		after := usual/2 + usual*time.Duration(i)*7/time.Duration(10*times)
		if id := d.killed(ts, booking(i), after); id != "" {
			confirmed = append(confirmed, id)
		}
	}
	there := j.items(ts, d)
	for _, id := range confirmed {
		if _, ok := there[id]; !ok {
			ts.Fatalf("a confirmed rdv is gone: %q", id)
		}
	}
	if len(confirmed) == times {
		ts.Fatalf("all %d bookings were confirmed: none was killed", times)
	}
	fmt.Fprintf(ts.Stdout(), "%d confirmed, %d killed, %d there\n", len(confirmed), times-len(confirmed), len(there))
}

// killed runs a verb, kills it after some time, and gives the id that it
// printed, "" when it printed none.
func (d *desk) killed(ts *testscript.TestScript, verb []string, after time.Duration) string {
	cmd := d.command(verb)
	var out bytes.Buffer
	cmd.Stdout = &out
	ts.Check(cmd.Start())
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	cmd.Wait() // killed or not is told by what it printed
	timer.Stop()
	id, err := idIn(out.String())
	if err != nil {
		return ""
	}
	return id
}
