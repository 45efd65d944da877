package soak

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"permanence/app/agenda"
	"permanence/app/store"
	"permanence/sync/journey/programs"
)

// bureau is a profile of the real desktop program.
type bureau struct {
	m       *monde
	profile string
	told    *os.File // the ids of what it confirmed

	motif, lieu, usager string
	agent               string
	booked              int
	pace                time.Duration // of one booking
}

// phrase opens the profile where no keyring answers.
const phrase = "une phrase longue pour un essai"

// newBureau connects a new profile.
func (m *monde) newBureau(i int) *bureau {
	m.t.Helper()
	dir := m.t.TempDir()
	told, err := os.Create(filepath.Join(dir, "confirmes"))
	if err != nil {
		m.t.Fatal(err)
	}
	b := &bureau{m: m, profile: filepath.Join(dir, "profil"), told: told}
	m.t.Cleanup(func() {
		if err := told.Close(); err != nil {
			m.t.Error(err)
		}
	})
	var who struct{ Agent struct{ ID string } }
	b.read(&who, m.accounts[i].Password+"\n", "login", "--server", "http://"+m.addr(), "--email", m.accounts[i].Email, "--password-stdin")
	b.agent = who.Agent.ID
	b.motif = b.first("motifs")
	b.lieu = b.first("lieux")
	b.usager = b.first("usager", "search", "a")
	began := time.Now()
	cmd := b.booking()
	out, err := cmd.Output()
	if err != nil {
		m.t.Fatalf("the first booking: %v: %s", err, out)
	}
	b.pace = time.Since(began)
	b.confirm(cmd, out)
	return b
}

// command prepares a verb of the profile.
func (b *bureau) command(verb ...string) *exec.Cmd {
	cmd := exec.Command(b.m.programs.Desktop, append(verb, "--profile", b.profile)...)
	home := filepath.Dir(b.profile)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "PERMANENCE_PHRASE="+phrase)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// read runs a verb that must succeed and reads its JSON.
func (b *bureau) read(into any, in string, verb ...string) {
	b.m.t.Helper()
	cmd := b.command(append(verb, "--json")...)
	var said bytes.Buffer
	cmd.Stdin, cmd.Stderr = strings.NewReader(in), &said
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		b.m.t.Fatalf("permanence %s: %v\n%s%s", strings.Join(verb, " "), err, out, said.String())
	}
}

// inStep syncs until the server has answered: it may be long at work.
func (b *bureau) inStep() {
	b.m.t.Helper()
	b.m.until("the desktop syncs", func() bool { return b.command("sync", "--once").Run() == nil })
}

// first gives the id of the first thing that a verb lists.
func (b *bureau) first(verb ...string) string {
	b.m.t.Helper()
	var list struct{ Items []struct{ ID string } }
	b.read(&list, "", verb...)
	if len(list.Items) == 0 {
		b.m.t.Fatalf("permanence %s lists nothing", strings.Join(verb, " "))
	}
	return list.Items[0].ID
}

// booking prepares the booking of one more rdv.
func (b *bureau) booking() *exec.Cmd {
	start := time.Now().UTC().Truncate(30*time.Minute).AddDate(0, 0, 7).Add(time.Duration(b.booked) * 30 * time.Minute)
	b.booked++
	return b.command("rdv", "book", "--motif", b.motif, "--lieu", b.lieu, "--usager", b.usager, "--agent", b.agent,
		"--start", start.Format(time.RFC3339), "--accept", "all", "--json")
}

// round starts the process that stays, books beside it, and kills both at any
// instant; what was confirmed before is written down.
func (b *bureau) round() {
	b.m.t.Helper()
	follows := b.command("sync")
	if err := follows.Start(); err != nil {
		b.m.t.Fatal(err)
	}
	for deadline := time.Now().Add(rand.N(5 * b.pace)); time.Now().Before(deadline); {
		cmd := b.booking()
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			b.m.t.Fatal(err)
		}
		stop := time.AfterFunc(time.Until(deadline), func() { cmd.Process.Kill() }) // may have ended
		err := programs.Wait(cmd)
		stop.Stop()
		if err != nil {
			b.m.t.Fatal(err)
		}
		b.confirm(cmd, out.Bytes())
	}
	if err := programs.Kill(follows); err != nil {
		b.m.t.Fatal(err)
	}
}

// confirm notes the id of an rdv whose booking ended well.
func (b *bureau) confirm(cmd *exec.Cmd, out []byte) {
	b.m.t.Helper()
	if cmd.ProcessState.ExitCode() < 0 {
		return // killed before it confirmed
	}
	var made struct{ ID string }
	if err := json.Unmarshal(out, &made); cmd.ProcessState.ExitCode() != 0 || err != nil || made.ID == "" {
		b.m.t.Errorf("rdv book: exit code %d, %v: %s", cmd.ProcessState.ExitCode(), err, out)
		return
	}
	fmt.Fprintln(b.told, made.ID) // Sync tells a full disk
	if err := b.told.Sync(); err != nil {
		b.m.t.Errorf("note what was confirmed: %v", err)
	}
}

// desktopKilled kills the real desktop program while it books and syncs.
func desktopKilled(t *testing.T, p programs.Built) {
	m := newMonde(t, p, t.TempDir())
	m.start()
	b := m.newBureau(0)
	for range kills(t) {
		b.round()
	}
	var state struct{ Pending, Refused int }
	b.inStep()
	b.read(&state, "", "status")
	if state.Pending != 0 || state.Refused != 0 {
		t.Errorf("in the end: %+v", state)
	}
	m.until("the profile equals the server, receipts included", func() bool {
		b.inStep()
		_, _, code := m.verb("doctor", "--compare", b.profile)
		return code == 0
	})
	m.stop()
	b.allThere()
	m.quietLog()
}

// allThere looks for every rdv that was confirmed, once.
func (b *bureau) allThere() {
	b.m.t.Helper()
	db, err := store.Open(b.m.db, nil, store.Options{Kind: store.Server, Check: true})
	if err != nil {
		b.m.t.Fatal(err)
	}
	defer db.Close()
	confirmed, err := os.ReadFile(b.told.Name())
	if err != nil {
		b.m.t.Fatal(err)
	}
	ids := strings.Fields(string(confirmed))
	err = db.Read(context.Background(), func(v *store.View) error {
		starts := map[time.Time]bool{}
		for _, id := range ids {
			r, ans := agenda.Get[*agenda.Rdv](v, agenda.NounRdv, id)
			if ans != agenda.Yes {
				b.m.t.Errorf("rdv %s was confirmed and is lost", id)
				continue
			}
			if starts[r.Start] {
				b.m.t.Errorf("rdv %s is there twice", id)
			}
			starts[r.Start] = true
		}
		return v.Err()
	})
	if err != nil || len(ids) == 0 {
		b.m.t.Errorf("%d confirmed of %d: %v", len(ids), b.booked, err)
	}
	b.m.t.Logf("%d bookings begun, %d confirmed", b.booked, len(ids))
}
