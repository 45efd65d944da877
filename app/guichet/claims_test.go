package guichet_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/civil"
	"permanence/app/guichet"
	"permanence/app/store"
	"permanence/app/store/storetest/pgtest"
)

// Several processes claim the same things: this test program runs itself again
// as each of them, told by the environment which database and which usager.
const (
	claimantDB = "PERMANENCE_CLAIMANT_DB"
	claimantID = "PERMANENCE_CLAIMANT_USAGER"
	claimants  = 8
)

func TestMain(m *testing.M) {
	if address := os.Getenv(claimantDB); address != "" {
		if err := claimant(address, agenda.UsagerID(os.Getenv(claimantID))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// claimant claims what it reads, a command a line, and answers "won" or the
// code of the refusal, until nothing more is asked.
func claimant(address string, u agenda.UsagerID) error {
	db, err := store.Open(address, nil, store.Options{Kind: store.Server})
	if err != nil {
		return err
	}
	counter := guichet.NewCounter(db.Ledger(), func() time.Time { return claimClock() })
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		cmd, err := agenda.DecodeCommand(lines.Bytes())
		if err != nil {
			return err
		}
		said := "won"
		_, err = counter.Do(context.Background(), cmd, agenda.Author{Kind: agenda.AuthorUsager, Usager: u, Rdv: rdvOf(cmd)})
		if r := agenda.RefusalOf(err); r != nil {
			said = string(r.Code)
		} else if err != nil {
			return err
		}
		fmt.Println(said)
	}
	return db.Close()
}

func rdvOf(cmd agenda.Command) agenda.RdvID {
	if book, ok := cmd.Args.(*agenda.BookRdv); ok {
		return book.Rdv
	}
	return cmd.Args.(*agenda.ReviseRdv).Rdv
}

// claimClock is the clock of the tests' monde.
func claimClock() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

// crowd is several running claimants.
type crowd struct {
	t       *testing.T
	usagers []agenda.UsagerID
	in      []io.Writer
	out     []*bufio.Scanner
}

func gather(t *testing.T, address string, usagers []agenda.UsagerID) *crowd {
	t.Helper()
	c := &crowd{t: t, usagers: usagers}
	for _, u := range usagers {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), claimantDB+"="+address, claimantID+"="+string(u))
		child.Stderr = os.Stderr
		in, err := child.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			in.Close()
			if err := child.Wait(); err != nil {
				t.Errorf("a claimant ended with %v", err)
			}
		})
		c.in, c.out = append(c.in, in), append(c.out, bufio.NewScanner(out))
	}
	return c
}

// claim gives each its command at once, and what each was answered.
func (c *crowd) claim(command func(i int, u agenda.UsagerID) agenda.Args, name string) []string {
	c.t.Helper()
	for i, u := range c.usagers {
		body, err := json.Marshal(agenda.NewCommand(agenda.DeriveID(nil, name, fmt.Sprint(i)), claimClock(), command(i, u)))
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := fmt.Fprintln(c.in[i], string(body)); err != nil {
			c.t.Fatal(err)
		}
	}
	var said []string
	for i, out := range c.out {
		if !out.Scan() {
			c.t.Fatalf("claimant %d is gone: %v", i, out.Err())
		}
		said = append(said, out.Text())
	}
	return said
}

// rounds is how often each thing is claimed: make soak asks for 1,000.
func rounds(t *testing.T) int {
	text := os.Getenv("PERMANENCE_CLAIMS")
	if text == "" {
		return 100
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestOneWinner: eight processes claim one slot, then the last seat of a
// collective rdv, again and again, on PostgreSQL: one wins each time, and the
// database says the same.
//
// It can fail: with Hold holding nothing, several won in the first rounds.
func TestOneWinner(t *testing.T) {
	cluster := pgtest.Shared(t)
	address := cluster.Address(cluster.Database(t))
	db := opened(t, address)
	m := newMondeOn(t, db)
	usagers := m.crowd()
	single, workshop := m.online("entretien", false), m.online("atelier", true)
	m.receives(m.bruno, single)
	c := gather(t, address, usagers)
	for round := range rounds(t) {
		start := slotOf(round)
		slot := agenda.Span{Start: start, End: start.Add(30 * time.Minute)}
		won := c.claim(func(i int, u agenda.UsagerID) agenda.Args {
			return &agenda.BookRdv{Rdv: agenda.RdvID(agenda.DeriveID(nil, "slot", fmt.Sprint(round, i))), Organisation: m.ccas.id, Motif: single, Lieu: m.ccas.lieu,
				Start: slot.Start, End: slot.End, Zone: "Europe/Paris", Agents: []agenda.AgentID{m.bruno}, Participations: []agenda.Participation{{Usager: u}}}
		}, fmt.Sprint("slot ", round))
		oneOf(t, won, agenda.CodeSlotTaken)
		held := &agenda.BookRdv{Rdv: agenda.RdvID(agenda.DeriveID(nil, "workshop", fmt.Sprint(round))), Organisation: m.ccas.id, Motif: workshop, Lieu: m.ccas.lieu,
			Start: slot.Start, End: slot.End, Zone: "Europe/Paris", Agents: []agenda.AgentID{m.alice}, Capacity: 2, Participations: []agenda.Participation{{Usager: m.nadia}}}
		m.system(held)
		seated := c.claim(func(_ int, u agenda.UsagerID) agenda.Args {
			return &agenda.ReviseRdv{Rdv: held.Rdv, Add: []agenda.Participation{{Usager: u}}}
		}, fmt.Sprint("seat ", round))
		oneOf(t, seated, agenda.CodeFull)
		m.read(func(v *store.View) error {
			if n := len(v.Rdvs(agenda.RdvQuery{Agent: m.bruno, Within: slot})); n != 1 {
				t.Errorf("round %d: %d rdvs in one slot", round, n)
			}
			r, _ := agenda.Get[*agenda.Rdv](v, agenda.NounRdv, string(held.Rdv))
			if r == nil || r.Taken() != 2 {
				t.Errorf("round %d: the workshop is %+v", round, r)
			}
			return v.Err()
		})
		if t.Failed() {
			return
		}
	}
}

func oneOf(t *testing.T, said []string, lost agenda.Code) {
	t.Helper()
	others := slices.DeleteFunc(slices.Clone(said), func(s string) bool { return s == "won" })
	if len(said)-len(others) != 1 || slices.ContainsFunc(others, func(s string) bool { return s != string(lost) }) {
		t.Errorf("one is to win and the others to hear %s: %s", lost, strings.Join(said, ", "))
	}
}

// slotOf gives a half-hour of the weeks that follow, twenty a day from 9:00.
func slotOf(round int) time.Time {
	day := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	for range round / 20 {
		day = day.AddDate(0, 0, 1)
		for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday || day.YearDay() == 1 || day.Month() == time.December && day.Day() == 25 {
			day = day.AddDate(0, 0, 1)
		}
	}
	return day.Add(time.Duration(round%20) * 30 * time.Minute)
}

// crowd adds the usagers who claim.
func (m *monde) crowd() []agenda.UsagerID {
	var all []agenda.UsagerID
	for i := range claimants {
		u := name[agenda.UsagerID](m, fmt.Sprint("usager ", i))
		m.system(&agenda.AddUsager{Organisation: m.ccas.id, Usager: agenda.Usager{ID: u, Territoire: m.ccas.territoire,
			FirstName: "Usager" + strings.Repeat("a", i), LastName: "Invente", Origin: agenda.OriginAgent, CreatedAt: m.now}})
		all = append(all, u)
	}
	return all
}

// online adds a motif that everyone may book.
func (m *monde) online(called string, collectif bool) agenda.MotifID {
	id := name[agenda.MotifID](m, called)
	m.add(&agenda.Motif{ID: id, Organisation: m.ccas.id, Service: m.ccas.social, Name: called, Color: "azur", DurationMin: 30, Collectif: collectif,
		Place: agenda.PlacePublicOffice, MaxDelayS: 7776000, Visibility: agenda.VisibleNotified, BookableBy: agenda.BookableByEveryone})
	return id
}

// receives opens every working day of an agent for a motif.
func (m *monde) receives(a agenda.AgentID, motif agenda.MotifID) {
	day, err := civil.ParseDate("2026-11-24")
	if err != nil {
		m.t.Fatal(err)
	}
	m.system(&agenda.OpenPlage{Plage: agenda.PlageOuverture{ID: name[agenda.PlageID](m, "plage"), Organisation: m.ccas.id, Agent: a, Lieu: m.ccas.lieu,
		Motifs: []agenda.MotifID{motif}, Zone: "Europe/Paris", FirstDay: day, From: 9 * 60, To: 19 * 60, RRule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"}})
}
