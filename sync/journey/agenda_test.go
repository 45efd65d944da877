package journey

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// item is one thing of an agenda, as the verb prints it.
type item struct {
	Kind, ID, Day, From, To, Title, Status string
	Agents                                 []string
	Revision                               int
	Pending                                bool
	Conflicts                              []string
	Usagers                                []struct{ ID, Name, Status string }
}

// items gives what the CCAS's agents have on a desk from yesterday to the end of
// the week, by id, rdvs only.
func (j *journey) items(ts *testscript.TestScript, d *desk) map[string]item {
	all := map[string]item{}
	agents := j.world.ids["claire"] + "," + j.world.ids["karim"] + "," + j.world.ids["sylvie"]
	var got struct{ Items []item }
	d.read(ts, &got, "agenda", "--from", j.yesterday.String(), "--to", (j.week + 6).String(), "--agent", agents)
	for _, it := range got.Items {
		if it.Kind == "rdv" {
			all[it.ID] = it
		}
	}
	return all
}

// show writes the rdvs of the week, one a line.
func (j *journey) show(items map[string]item) string {
	var lines []string
	for _, it := range items {
		var people []string
		for _, u := range it.Usagers {
			people = append(people, u.Name)
		}
		line := it.Day + " " + it.From + "-" + it.To + " " + strings.Join(people, ", ") + " " + it.Status
		if it.Pending {
			line += " pending"
		}
		lines = append(lines, strings.TrimSpace(line+" "+strings.Join(it.Conflicts, " ")))
	}
	slices.Sort(lines) // by date, then hour
	for i, line := range lines {
		day, rest, _ := strings.Cut(line, " ")
		lines[i] = j.named(day) + " " + rest + "\n"
	}
	return strings.Join(lines, "")
}

func cmdAgenda(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 1, 1, "agenda DESK")
	j := of(ts)
	fmt.Fprint(ts.Stdout(), j.show(j.items(ts, j.desk(ts, args[0]))))
}

// cmdSoon asks a desk again and again until its agenda shows something: at
// most so many seconds after what somebody last did (one unless told), and the
// time it takes to ask.
func cmdSoon(ts *testscript.TestScript, neg bool, args []string) {
	only(ts, neg)
	want(ts, args, 2, 3, "soon DESK PATTERN [SECONDS]")
	j := of(ts)
	d := j.desk(ts, args[0])
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	within := 1
	if len(args) == 3 {
		within, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	limit := j.acted.Add(time.Duration(within) * time.Second)
	for {
		asked := time.Now()
		shown := j.show(j.items(ts, d))
		if pattern.MatchString(shown) {
			fmt.Fprint(ts.Stdout(), shown)
			return
		}
		if asked.After(limit) {
			ts.Fatalf("%s does not show %q within %d s:\n%s", d.name, args[1], within, shown)
		}
	}
}

// cmdSameAgenda compares what two desks show, once nothing is pending.
func cmdSameAgenda(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 2, 2, "same-agenda DESK DESK")
	j := of(ts)
	one, two := j.show(j.items(ts, j.desk(ts, args[0]))), j.show(j.items(ts, j.desk(ts, args[1])))
	if (one == two) == neg {
		ts.Fatalf("%s shows\n%s%s shows\n%s", args[0], one, args[1], two)
	}
}

// cmdSettle settles the one case that waits on a desk.
func cmdSettle(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, args, 2, -1, "settle DESK keep|apply|drop|move [OPTION…]")
	d := of(ts).desk(ts, args[0])
	var waiting struct{ Items []struct{ ID string } }
	d.read(ts, &waiting, "review")
	if len(waiting.Items) != 1 {
		ts.Fatalf("%d cases wait on %s", len(waiting.Items), d.name)
	}
	d.do(ts, neg, append([]string{"review", args[1], waiting.Items[0].ID}, args[2:]...)...)
}

// cmdDecide settles the one case of a code that waits on a desk. An option that
// follows « --agent » is a name; « créneau N » takes the N-th slot offered.
func cmdDecide(ts *testscript.TestScript, neg bool, args []string) { decide(ts, neg, args, false) }

// cmdFirst settles the first of several cases of a code.
func cmdFirst(ts *testscript.TestScript, neg bool, args []string) { decide(ts, neg, args, true) }

func decide(ts *testscript.TestScript, neg bool, args []string, several bool) {
	want(ts, args, 3, -1, "decide DESK CODE keep|apply|drop|move [OPTION…]")
	j := of(ts)
	d := j.desk(ts, args[0])
	var waiting struct {
		Items []struct {
			ID, Code string
			Choices  []struct {
				Choice string
				Starts []string
			}
		}
	}
	d.read(ts, &waiting, "review")
	var found []int
	for i, one := range waiting.Items {
		if one.Code == args[1] {
			found = append(found, i)
		}
	}
	if len(found) == 0 || len(found) > 1 && !several {
		ts.Fatalf("%d cases %q wait on %s", len(found), args[1], d.name)
	}
	one := waiting.Items[found[0]]
	options := j.named2ids(args[3:])
	if len(options) == 2 && options[0] == "créneau" {
		n, err := strconv.Atoi(options[1])
		ts.Check(err)
		for _, c := range one.Choices {
			if c.Choice == "move" && n <= len(c.Starts) {
				options = []string{"--start", c.Starts[n-1]}
			}
		}
	}
	d.do(ts, neg, append([]string{"review", args[2], one.ID}, options...)...)
}
