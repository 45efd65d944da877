package journey

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"permanence/app/civil"
	"permanence/sync/journey/programs"
	"permanence/sync/mailer/smtptest"
)

func TestJourneys(t *testing.T) {
	p, err := programs.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, p)
	testscript.Run(t, testscript.Params{
		Dir:                "testdata",
		Setup:              func(e *testscript.Env) error { return setup(e, p, w) },
		Cmds:               commands(),
		RequireUniqueNames: true,
	})
}

// journey is one script being walked.
type journey struct {
	programs  programs.Built
	world     *world
	dir       string
	yesterday civil.Date
	week      civil.Date // Monday of the week in which everything happens
	sink      *smtptest.Sink
	server    *serverProcess
	desks     map[string]*desk

	rdvs    map[string]string // whose → id of their last rdv
	usagers map[string]string // who → id
	read    map[string]int    // who → mails read
	acted   time.Time         // when somebody last did something
	devices map[string]device // agent → a device that is no desktop of ours
}

type journeyKey struct{}

func of(ts *testscript.TestScript) *journey { return ts.Value(journeyKey{}).(*journey) }

func setup(e *testscript.Env, p programs.Built, w *world) error {
	sink, err := smtptest.Start(smtptest.Options{})
	if err != nil {
		return err
	}
	today, monday, err := days(time.Now())
	if err != nil {
		return err
	}
	j := &journey{programs: p, world: w, dir: e.WorkDir, yesterday: today - 1, week: monday, sink: sink, desks: map[string]*desk{},
		rdvs: map[string]string{}, usagers: map[string]string{}, read: map[string]int{}, devices: map[string]device{}}
	e.Values[journeyKey{}] = j
	for i, name := range dayNames() {
		day := j.week + civil.Date(i)
		e.Setenv(variable(name), day.String())
		e.Setenv(variable(name)+"_ICS", strings.ReplaceAll(day.String(), "-", ""))
	}
	for name, hours := range map[string]int{"DEUX_HEURES_AVANT": -2, "UNE_HEURE_AVANT": -1} {
		e.Setenv(name, time.Now().Add(time.Duration(hours)*time.Hour).UTC().Truncate(time.Minute).Format(time.RFC3339))
	}
	for _, n := range []int{10, 29, 31, 61} {
		e.Setenv(fmt.Sprintf("DANS_%d_JOURS", n), time.Now().AddDate(0, 0, n).UTC().Format(time.RFC3339))
	}
	for name, id := range w.ids {
		e.Setenv(variable(name), id)
	}
	e.Defer(func() { j.end(e) })
	return j.takeWorld()
}

// variable names a thing of the world as scripts do: DEMANDE_LOGEMENT.
func variable(name string) string {
	return strings.ToUpper(strings.NewReplacer("-", "_", " ", "_", "’", "_").Replace(name))
}

// end stops what runs, then reads what the server wrote: no surprise, and no
// person by name.
func (j *journey) end(e *testscript.Env) {
	for _, d := range j.desks {
		d.stop()
	}
	if j.server != nil {
		j.server.stop()
	}
	t := e.T().(interface {
		Errorf(string, ...any)
		Failed() bool
	})
	log, err := os.ReadFile(filepath.Join(j.dir, "server.log"))
	if err != nil && !os.IsNotExist(err) {
		t.Errorf("server.log: %v", err)
	}
	for line := range strings.Lines(string(log)) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, `"level":"ERROR"`) || strings.Contains(line, "panic") {
			t.Errorf("the server met a surprise: %s", line)
		}
		if strings.Contains(line, "@example.org") || strings.Contains(line, "Durand") {
			t.Errorf("the server named a person: %s", line)
		}
	}
	if t.Failed() && len(log) > 0 {
		e.T().Log("server.log:\n" + string(log))
	}
	if err := j.sink.Close(); err != nil {
		t.Errorf("close the sink: %v", err)
	}
}

func dayNames() []string { return []string{"lundi", "mardi", "mercredi", "jeudi", "vendredi"} }

// days gives today, and the Monday of a coming week without public holiday: far
// enough for an usager to cancel, near enough for calendars to show it.
func days(now time.Time) (today, monday civil.Date, err error) {
	paris, err := civil.LoadZone("Europe/Paris")
	if err != nil {
		return 0, 0, err
	}
	holidays, err := civil.NewHolidays("metropole")
	if err != nil {
		return 0, 0, err
	}
	today = paris.Date(now)
	monday = today.Monday() + 14
	for len(holidays.Between(monday, monday+4)) > 0 {
		monday += 7
	}
	return today, monday, nil
}

// day reads « lundi » or a date.
func (j *journey) day(word string) (civil.Date, error) {
	for i, name := range dayNames() {
		if word == name {
			return j.week + civil.Date(i), nil
		}
	}
	if word == "hier" {
		return j.yesterday, nil
	}
	d, err := civil.ParseDate(word)
	if err != nil {
		return 0, fmt.Errorf("%q is no day", word)
	}
	return d, nil
}

// named says a day of the week by its name.
func (j *journey) named(day string) string {
	for i, name := range dayNames() {
		if (j.week + civil.Date(i)).String() == day {
			return name
		}
	}
	if day == j.yesterday.String() {
		return "hier"
	}
	return day
}

// commands are the words of the scripts.
func commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"server": cmdServer, "permanenced": cmdPermanenced, "offline": cmdOffline, "online": cmdOnline, "cut": cmdCut,
		"desk": cmdDesk, "relogin": cmdRelogin, "device": cmdDevice, "steal": cmdSteal, "gone": cmdGone, "permanence": cmdPermanence, "refused": cmdRefused, "usage": cmdUsage,
		"usager": cmdUsager, "plage": cmdNamed("plage"), "motif": cmdNamed("motif"), "rdv": cmdNamed("rdv"), "book": cmdBook, "claim": cmdClaim, "move": cmdMove, "cancel": cmdCancel, "mark": cmdMark,
		"sync": cmdSync, "follow": cmdFollow, "kill9": cmdKill9, "crash": cmdCrash,
		"agenda": cmdAgenda, "soon": cmdSoon, "same-agenda": cmdSameAgenda, "settle": cmdSettle, "decide": cmdDecide, "first": cmdFirst,
		"mail": cmdMail, "link": cmdLink, "caldav": cmdCaldav, "vdirsyncer": cmdVdirsyncer, "same": cmdSame,
		"expand": cmdExpand, "http": cmdHTTP, "attempts": cmdAttempts, "exchange": cmdExchange,
	}
}

// want fails the script unless there are from least to most arguments.
func want(ts *testscript.TestScript, args []string, least, most int, usage string) {
	if len(args) < least || most >= 0 && len(args) > most {
		ts.Fatalf("usage: %s", usage)
	}
}

// only fails the script when a command is given a "!" that means nothing.
func only(ts *testscript.TestScript, neg bool) {
	if neg {
		ts.Fatalf("this command cannot be negated")
	}
}
